//! An agent task.

use super::{
    AutomationId, Beyond, Cost, Instant, NodeId, Person, PullId, PullState, RepoName, Session, State, TaskId, UserId,
};
use crate::text::Untrusted;

/// Where a task is: enough to ask for it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskRef {
    pub repo: RepoName,
    pub id: TaskId,
}

/// Source: the list and single answers of `/agents/repos/{owner}/{repo}/tasks`. List items carry no sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub at: TaskRef,
    pub name: Untrusted,
    pub state: State,
    pub created_at: Instant,
    pub updated_at: Option<Instant>,
    pub archived_at: Option<Instant>,
    pub creator: Option<Person>,
    pub custom_agent: Option<Untrusted>,
    /// What started it by itself, where the service names it.
    pub automation: Option<AutomationId>,
    pub session_count: Option<u32>,
    pub artifacts: Vec<Artifact>,
    /// Given by the service, only ever opened, never built.
    pub html_url: Option<Untrusted>,
    /// `None` until the task itself was fetched.
    pub sessions: Option<Vec<Session>>,
    pub beyond: Beyond,
}

/// What a task produced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    Pull { id: PullId, node: Option<NodeId>, state: Option<PullState> },
    Branch { head_ref: Untrusted, base_ref: Option<Untrusted> },
}

#[cfg(test)]
#[expect(clippy::missing_panics_doc, reason = "a fixture of tests")]
impl Task {
    /// A task of `acme/api` that has just been created at the beginning of time, and says no more than it must.
    pub fn queued(id: &str) -> Self {
        Self {
            at: TaskRef { repo: "acme/api".parse().unwrap(), id: TaskId::new(id) },
            name: "x".into(),
            state: State::Queued,
            created_at: Instant::UNIX_EPOCH,
            updated_at: None,
            archived_at: None,
            creator: None,
            custom_agent: None,
            automation: None,
            session_count: None,
            artifacts: Vec::new(),
            html_url: None,
            sessions: None,
            beyond: Beyond::default(),
        }
    }
}

impl Task {
    /// It was this user who started it. An unknown viewer has no tasks.
    pub fn is_of(&self, viewer: Option<UserId>) -> bool {
        viewer.is_some() && self.creator.as_ref().map(|person| person.id) == viewer
    }

    /// The time the service last touched it, as far as it said.
    pub fn touched_at(&self) -> Instant {
        self.updated_at.unwrap_or(self.created_at)
    }

    /// The session the task's state derives from: the most recent one.
    pub fn latest_session(&self) -> Option<&Session> {
        self.sessions.as_deref()?.iter().max_by_key(|s| s.created_at)
    }

    /// The branch the agent pushes to: the latest session's, else the branch artifact's.
    pub fn head_ref(&self) -> Option<&Untrusted> {
        let of_session = self.latest_session().and_then(|s| s.head_ref.as_ref());
        of_session.or_else(|| {
            self.artifacts.iter().find_map(|a| match a {
                Artifact::Branch { head_ref, .. } => Some(head_ref),
                Artifact::Pull { .. } => None,
            })
        })
    }

    /// Since when its state holds, as well as the service's own times tell.
    pub fn first_seen_since(&self) -> Instant {
        let latest = self.latest_session();
        match &self.state {
            State::Queued | State::InProgress => latest.map_or(
                if self.session_count.unwrap_or(1) > 1 { self.touched_at() } else { self.created_at },
                |session| session.created_at,
            ),
            State::Completed | State::Failed | State::TimedOut | State::Cancelled => {
                latest.and_then(|session| session.completed_at).unwrap_or(self.touched_at())
            }
            State::WaitingForUser | State::Idle | State::Unknown(_) => self.touched_at(),
        }
    }

    /// Summed over the sessions known; `None` while none are.
    pub fn cost(&self) -> Option<Cost> {
        self.sessions.as_deref().map(|sessions| sessions.iter().filter_map(|s| s.usage).collect())
    }
}
