//! What a query is asked about: one task with what was joined to it.

use crate::domain::stuck::Stuck;
use crate::domain::{Condition, Diagnosed, Instant, Pull, Task, Usage, UserId};
use crate::text::Untrusted;

/// What takes work to find out of a task, and only some queries ask for. What is not needed may be left out of the facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub stuck: bool,
    pub login: bool,
    pub pull: bool,
    pub disagrees: bool,
    pub diagnosed: bool,
    /// What only the task's sessions tell.
    pub sessions: bool,
    /// What only its run tells.
    pub run: bool,
    /// Whose token this is.
    pub viewer: bool,
    /// The name of what started it.
    pub automation: bool,
}

impl Needs {
    /// What it takes to tell an orphan from a task that works.
    pub(super) const ORPHAN: Self = Self { stuck: true, run: true, ..Self::NONE };
    pub(super) const NONE: Self = Self {
        stuck: false,
        login: false,
        pull: false,
        disagrees: false,
        diagnosed: false,
        sessions: false,
        run: false,
        viewer: false,
        automation: false,
    };
    pub const ALL: Self = Self {
        stuck: true,
        login: true,
        pull: true,
        disagrees: true,
        diagnosed: true,
        sessions: true,
        run: true,
        viewer: true,
        automation: true,
    };

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            stuck: self.stuck || other.stuck,
            login: self.login || other.login,
            pull: self.pull || other.pull,
            disagrees: self.disagrees || other.disagrees,
            diagnosed: self.diagnosed || other.diagnosed,
            sessions: self.sessions || other.sessions,
            run: self.run || other.run,
            viewer: self.viewer || other.viewer,
            automation: self.automation || other.automation,
        }
    }
}

/// One task as a query sees it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub task: &'a Task,
    /// What its row says its state is.
    pub condition: Condition<'a>,
    pub stuck: Option<Stuck>,
    /// The creator's login, where it is known.
    pub login: Option<&'a Untrusted>,
    /// The name of the automation that started it, where it is known.
    pub automation: Option<&'a Untrusted>,
    /// Its newest pull request, where it is known.
    pub pull: Option<&'a Pull>,
    /// Whose token this is, where it is known: `@me`.
    pub viewer: Option<UserId>,
    /// Something visible changed since the operator last looked at it.
    pub changed: bool,
    /// The operator marked it.
    pub marked: bool,
    /// Task, session, run and pull request do not agree.
    pub disagrees: bool,
    /// What the log of its latest session was found to say. `None`: nobody has read it.
    pub diagnosed: Option<&'a Diagnosed>,
    /// Name, repository, agent and login in lower case, each on its line: what free words are looked for in.
    pub hay: &'a str,
    pub now: Instant,
}

impl<'a> Facts<'a> {
    /// The branch the agent pushes to.
    pub(super) fn branch(&self) -> Option<&'a Untrusted> {
        self.task.head_ref().or(self.pull.map(|pull| &pull.head_ref))
    }

    /// AI credits in nano units over all sessions known. `None`: no session told, or it was counted in something else.
    pub(super) fn credits(&self) -> Option<u128> {
        let told = self.task.sessions.iter().flatten().filter_map(|session| match session.usage {
            Some(Usage::AiCredits(nano)) => Some(u128::from(nano)),
            _ => None,
        });
        told.fold(None, |sum, nano| Some(sum.unwrap_or(0) + nano))
    }

    /// How many sessions: those known, else as many as the service says.
    pub(super) fn sessions(&self) -> Option<u128> {
        let known = self.task.sessions.as_ref().map(|sessions| sessions.len() as u128);
        known.max(self.task.session_count.map(u128::from))
    }
}
