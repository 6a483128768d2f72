//! What is known of the service: tasks, pulls, runs, people, and how fresh each source is.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::evidence::Evidence;
use super::seen::Seen;
use super::settings::Settings;
use super::tasks::{Slot, Tasks};
use crate::console::event::BudgetNews;
use crate::domain::cancel::Matched;
use crate::domain::query::{Facts, Needs};
use crate::domain::{
    Artifact, CancelPhase, CancelProgress, Diagnosed, Freshness, Instant, Job, Pull, PullId, RepoName, Run, SessionId,
    Source, Task, TaskId, UserId, Viewer,
};
use crate::text::Untrusted;

#[derive(Debug, Default)]
pub struct World {
    pub viewer: Option<Viewer>,
    pub tasks: Tasks,
    /// `Ok(None)` inside: asked, and gone or not visible.
    pub pulls: HashMap<(RepoName, PullId), Option<Pull>>,
    /// Those of them that only the runs of an automation named so far.
    pub of_runs: BTreeSet<(RepoName, PullId)>,
    /// When each of them was last answered for.
    pub pulls_read: HashMap<(RepoName, PullId), Instant>,
    /// Repositories of which a pull request was seen: the token may look there.
    pub pulls_seen: HashSet<RepoName>,
    pub people: HashMap<UserId, Untrusted>,
    pub seen: Seen,
    pub freshness: HashMap<Source, Freshness>,
    /// The newest generation seen of each source: older answers are late.
    pub generations: HashMap<Source, u64>,
    /// When a repository's tasks were first read: what was created later is news.
    pub first_read: HashMap<RepoName, Instant>,
    /// Items a source sent that could not be read.
    pub unreadable: HashMap<Source, u32>,
    pub budget: BudgetNews,
    /// Boxed: rarely looked at.
    pub automations: Box<super::automations::Automations>,
    pub cancels: super::cancels::Cancels,
    /// What was written to the agent, by task.
    pub followed: HashMap<TaskId, Vec<super::followed::Followed>>,
    /// What logs were found to say, by session.
    pub diagnosed: HashMap<SessionId, Diagnosed>,
}

/// A task and what was joined to it.
#[derive(Clone, Debug)]
pub struct Known {
    pub task: Task,
    /// On the heap, as the cancel is: nearly no task has either.
    pub run: Option<Box<RunJoin>>,
    pub cancel: Option<Box<CancelProgress>>,
    /// The steps of that cancel with their times, oldest first.
    pub cancel_steps: Vec<(Instant, CancelPhase)>,
    /// When its state was first seen to be what it is now; from the service's times until a change was seen.
    pub state_since: Instant,
    /// A change of its state was seen with our own eyes.
    pub since_seen: bool,
    /// The task's own time in the answer its sessions came with; a newer list answer makes them old.
    pub sessions_as_of: Option<Instant>,
    /// The newest proof of work besides the task's own times: its log grew.
    pub last_sign: Option<Instant>,
    pub evidence: Evidence,
    /// Something visible changed since the operator last looked at it.
    pub changed: bool,
    /// An earlier run saw it, and the service has not answered for it yet. Whatever it answers is newer.
    pub remembered: bool,
    /// What free words of a query are looked for in: name, repository, agent, login and pull number, in lower case, each on
    /// its line. Never shown.
    pub hay: Box<str>,
}

#[derive(Clone, Debug)]
pub struct RunJoin {
    /// `None`: looked for and not found.
    pub run: Option<Run>,
    pub matched: Option<Matched>,
    pub jobs: Vec<Job>,
    pub seen_at: Instant,
}

impl Known {
    /// A task seen for the first time.
    pub fn new(task: Task, hay: Box<str>) -> Self {
        Self {
            state_since: task.first_seen_since(),
            sessions_as_of: task.sessions.is_some().then(|| task.touched_at()),
            task,
            run: None,
            cancel: None,
            cancel_steps: Vec::new(),
            since_seen: false,
            last_sign: None,
            evidence: Evidence::default(),
            changed: false,
            remembered: false,
            hay,
        }
    }

    /// How many sessions: those known, else as many as the service says.
    pub fn sessions(&self) -> Option<u64> {
        let known = self.task.sessions.as_ref().map(|s| s.len() as u64);
        known.max(self.task.session_count.map(u64::from))
    }
}

impl World {
    /// The task's newest pull request that is known, else the last one it names.
    pub fn pull_of(&self, task: &Task) -> Option<PullOf<'_>> {
        let mut last = None;
        for artifact in task.artifacts.iter().rev() {
            let Artifact::Pull { id, .. } = artifact else { continue };
            match self.pulls.get(&(task.at.repo.clone(), *id)) {
                Some(Some(pull)) => return Some(PullOf::Known(pull)),
                Some(None) => last = last.or(Some(PullOf::Gone)),
                None => last = last.or(Some(PullOf::Loading)),
            }
        }
        last
    }

    /// A task as a query sees it, as far as the query needs to.
    pub fn facts<'a>(
        &'a self,
        slot: Slot,
        known: &'a Known,
        settings: &Settings,
        now: Instant,
        needs: Needs,
    ) -> Facts<'a> {
        Facts {
            task: &known.task,
            condition: known.condition(now),
            stuck: if needs.stuck { known.stuck(settings, now) } else { None },
            login: if needs.login { self.login(&known.task) } else { None },
            automation: if needs.automation { self.automation_name(&known.task) } else { None },
            pull: match needs.pull.then(|| self.pull_of(&known.task)) {
                Some(Some(PullOf::Known(pull))) => Some(pull),
                _ => None,
            },
            viewer: self.viewer.as_ref().map(|viewer| viewer.id),
            changed: known.changed,
            marked: self.tasks.marks().has(slot),
            disagrees: needs.disagrees && known.disagreement(self, now).is_some(),
            diagnosed: if needs.diagnosed { self.diagnosed_of(&known.task) } else { None },
            hay: &known.hay,
            now,
        }
    }

    /// What the log of its latest session was found to say; `None`: nobody has read it.
    pub fn diagnosed_of(&self, task: &Task) -> Option<&Diagnosed> {
        if self.diagnosed.is_empty() {
            return None;
        }
        self.diagnosed.get(&task.latest_session()?.id)
    }

    /// Forgets a task, and what was found of it.
    pub fn forget_task(&mut self, id: &TaskId) -> bool {
        let Some(known) = self.tasks.remove(id) else { return false };
        for session in known.task.sessions.iter().flatten() {
            self.diagnosed.remove(&session.id);
        }
        true
    }

    /// The task a pull belongs to: the newest that names it.
    pub fn task_of(&self, repo: &RepoName, pull: PullId) -> Option<&Known> {
        self.tasks
            .naming(&(repo.clone(), pull))
            .iter()
            .filter_map(|slot| self.tasks.at(*slot))
            .max_by(|a, b| (a.task.created_at, &a.task.at.id).cmp(&(b.task.created_at, &b.task.at.id)))
    }

    /// Whether the task is the viewer's own, as far as that is known.
    pub fn is_own(&self, task: &Task) -> bool {
        task.is_of(self.viewer.as_ref().map(|viewer| viewer.id))
    }

    /// The task a session belongs to, where it is known.
    pub fn task_of_session(&self, session: &crate::domain::SessionId) -> Option<&crate::domain::TaskId> {
        let has_it = |known: &&Known| known.task.sessions.iter().flatten().any(|of_it| of_it.id == *session);
        self.tasks.values().find(has_it).map(|known| &known.task.at.id)
    }

    /// What started the task by itself, as far as it is known.
    pub fn automation_of(&self, task: &Task) -> Option<&super::automations::Known> {
        self.automations.of(&task.at.repo, task.automation.as_ref()?)
    }

    /// Its name.
    pub fn automation_name(&self, task: &Task) -> Option<&Untrusted> {
        self.automation_of(task).map(|known| &known.automation.name)
    }

    /// The creator's login, where it is known.
    pub fn login<'a>(&'a self, task: &'a Task) -> Option<&'a Untrusted> {
        let person = task.creator.as_ref()?;
        person.login.as_ref().or_else(|| self.people.get(&person.id))
    }
}

/// What is known of a task's pull request.
#[derive(Clone, Copy, Debug)]
pub enum PullOf<'a> {
    Known(&'a Pull),
    /// Named by the task, not asked for yet.
    Loading,
    /// Asked for: gone, or not visible to this token.
    Gone,
}
