//! A task with everything joined to it, to be changed by each test.

use chrono::TimeDelta;

use crate::domain::query::{Facts, Query};
use crate::domain::stuck::Stuck;
use crate::domain::{
    Artifact, Checks, Condition, Diagnosed, Instant, Mergeable, NodeId, Person, Pull, PullId, PullState,
    ReviewDecision, Session, SessionId, State, Task, TaskId, TaskRef, Usage, UserId,
};
use crate::text::Untrusted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    Says,
    Cancelling,
    Orphaned,
}

#[derive(Clone, Debug)]
pub struct World {
    pub task: Task,
    pub row: Row,
    pub stuck: Option<Stuck>,
    pub login: Option<Untrusted>,
    /// The name of what started it.
    pub automation: Option<Untrusted>,
    pub pull: Option<Pull>,
    pub viewer: Option<UserId>,
    pub changed: bool,
    pub marked: bool,
    pub disagrees: bool,
    pub diagnosed: Option<Diagnosed>,
    pub now: Instant,
}

pub fn now() -> Instant {
    "2026-11-10T12:00:00Z".parse().unwrap()
}

pub fn ago(seconds: i64) -> Instant {
    now() - TimeDelta::seconds(seconds)
}

pub fn session() -> Session {
    Session {
        beyond: crate::domain::SessionBeyond::default(),
        id: SessionId::new("5e55-1"),
        state: State::InProgress,
        name: None,
        prompt: None,
        model: Some("sweagent-capi:claude-opus-4.6[ReasoningEffort=medium]".into()),
        head_ref: Some("copilot/fix-retry".into()),
        base_ref: Some("main".into()),
        created_at: ago(3 * 3600),
        updated_at: None,
        completed_at: None,
        usage: Some(Usage::AiCredits(12_340_000_000)),
        error: None,
        run: None,
    }
}

pub fn pull() -> Pull {
    Pull {
        id: PullId(77),
        node: NodeId::new("PR_77"),
        repo: "acme/api".parse().unwrap(),
        number: 1288,
        title: "Fix it".into(),
        url: "https://example.test/1288".into(),
        state: PullState::Draft,
        head_ref: "copilot/fix-retry".into(),
        base_ref: "main".into(),
        author: None,
        created_at: ago(3600),
        updated_at: ago(3600),
        additions: 1,
        deletions: 1,
        review: ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Yes,
        checks: Some(Checks { passed: 11, failed: 1, ..Checks::default() }),
        standing: crate::domain::Standing::default(),
    }
}

impl World {
    /// Mona's running task in acme/api, three hours old, touched an hour ago, with a draft whose checks fail.
    pub fn new() -> Self {
        let task = Task {
            beyond: crate::domain::Beyond::default(),
            at: TaskRef { repo: "acme/api".parse().unwrap(), id: TaskId::new("3F2504E0-4f89") },
            name: "Fix flaky retry test in the Scheduler".into(),
            state: State::InProgress,
            created_at: ago(3 * 3600),
            updated_at: Some(ago(3600)),
            archived_at: None,
            creator: Some(Person { id: UserId(1), login: None }),
            custom_agent: Some("Release Notes".into()),
            automation: None,
            session_count: Some(2),
            artifacts: vec![Artifact::Pull { id: PullId(77), node: None, state: None }],
            html_url: None,
            sessions: Some(vec![session()]),
        };
        Self {
            task,
            row: Row::Says,
            stuck: None,
            login: Some("Mona".into()),
            automation: None,
            pull: Some(pull()),
            viewer: Some(UserId(1)),
            changed: false,
            marked: false,
            disagrees: false,
            diagnosed: None,
            now: now(),
        }
    }

    /// The same, changed.
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::new();
        change(&mut world);
        world
    }

    pub fn ask<T>(&self, question: impl FnOnce(&Facts<'_>) -> T) -> T {
        let raw = |text: &Option<Untrusted>| text.as_ref().map_or(String::new(), |t| t.raw_for_match().to_owned());
        let (name, agent) = (self.task.name.raw_for_match(), raw(&self.task.custom_agent));
        let hay = format!("{name}\n{}\n{agent}\n{}", self.task.at.repo, raw(&self.login)).to_lowercase();
        question(&Facts {
            task: &self.task,
            condition: match self.row {
                Row::Says => Condition::State(&self.task.state),
                Row::Cancelling => Condition::Cancelling,
                Row::Orphaned => Condition::Orphaned,
            },
            stuck: self.stuck,
            login: self.login.as_ref(),
            automation: self.automation.as_ref(),
            pull: self.pull.as_ref(),
            viewer: self.viewer,
            changed: self.changed,
            marked: self.marked,
            disagrees: self.disagrees,
            diagnosed: self.diagnosed.as_ref(),
            hay: &hay,
            now: self.now,
        })
    }

    pub fn matches(&self, query: &str) -> bool {
        let query = Query::parse(query).unwrap_or_else(|wrong| panic!("{query}: {wrong}"));
        self.ask(|facts| query.matches(facts))
    }
}
