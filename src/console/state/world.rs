//! What is known of the service: tasks, pulls, runs, people, and how fresh each source is.

use std::collections::HashMap;

use crate::console::event::BudgetNews;
use crate::domain::cancel::Matched;
use crate::domain::{
    CancelProgress, Freshness, Instant, Job, Pull, PullId, RepoName, Run, Source, Task, TaskId, UserId, Viewer,
};
use crate::text::Untrusted;

#[derive(Debug, Default)]
pub struct World {
    pub viewer: Option<Viewer>,
    pub tasks: HashMap<TaskId, Known>,
    /// `Ok(None)` inside: asked, and gone or not visible.
    pub pulls: HashMap<(RepoName, PullId), Option<Pull>>,
    pub people: HashMap<UserId, Untrusted>,
    pub freshness: HashMap<Source, Freshness>,
    /// The newest generation seen of each source: older answers are late.
    pub generations: HashMap<Source, u64>,
    /// Items a source sent that could not be read.
    pub unreadable: HashMap<RepoName, u32>,
    pub budget: BudgetNews,
}

/// A task and what was joined to it.
#[derive(Clone, Debug)]
pub struct Known {
    pub task: Task,
    pub run: Option<RunJoin>,
    pub cancel: Option<CancelProgress>,
    /// When its state was first seen to be what it is now.
    pub state_since: Instant,
    /// Something visible changed since the operator last looked at it.
    pub changed: bool,
}

#[derive(Clone, Debug)]
pub struct RunJoin {
    /// `None`: looked for and not found.
    pub run: Option<Run>,
    pub matched: Option<Matched>,
    pub jobs: Vec<Job>,
    pub seen_at: Instant,
}
