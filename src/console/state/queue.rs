//! The task queue: order, filter, selection by id.

use crate::domain::{Instant, TaskId};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// The calm order: rows move when a state changes, not with every sign of work.
    #[default]
    State,
    Name,
    Repo,
    Pull,
    Sessions,
    Agent,
    Creator,
    Cost,
    /// Time in the present state.
    InState,
    /// Since the task was created.
    Age,
}

impl Column {
    pub const ALL: [Self; 10] = [
        Self::State,
        Self::Age,
        Self::InState,
        Self::Name,
        Self::Repo,
        Self::Pull,
        Self::Creator,
        Self::Agent,
        Self::Sessions,
        Self::Cost,
    ];

    /// The word in the rule and after `:sort`.
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Repo => "repo",
            Self::Pull => "pull",
            Self::Sessions => "sessions",
            Self::Agent => "agent",
            Self::Creator => "creator",
            Self::Cost => "cost",
            Self::InState => "in-state",
            Self::Age => "age",
        }
    }
}

/// Which tasks the queue holds before the filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueView {
    #[default]
    All,
    NeedsMe,
    Active,
    Stuck,
    Failed,
    Done,
}

impl QueueView {
    pub const ALL: [Self; 6] = [Self::All, Self::NeedsMe, Self::Active, Self::Stuck, Self::Failed, Self::Done];

    /// The word after `:view`.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::NeedsMe => "needs-me",
            Self::Active => "active",
            Self::Stuck => "stuck",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }

    /// The words in the rule.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::NeedsMe => "Needs you",
            Self::Active => "Active",
            Self::Stuck => "Stuck",
            Self::Failed => "Failed",
            Self::Done => "Done",
        }
    }
}

/// How many tasks there are of each kind, over all repositories, whatever the filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub all: usize,
    pub active: usize,
    pub queued: usize,
    pub running: usize,
    pub needs_me: usize,
    pub failed: usize,
    pub done: usize,
    /// Stuck or orphaned: work that should move and does not.
    pub stuck: usize,
    pub changed: usize,
}

#[derive(Debug, Default)]
pub struct QueuePane {
    /// Ids in the order shown, filtered. Rebuilt when the world, the filter or the sort changes.
    pub rows: Vec<TaskId>,
    pub selected: Option<TaskId>,
    /// Where `selected` stands in `rows`.
    pub index: usize,
    /// First row shown.
    pub top: usize,
    /// Something was pressed, or every repository was read: from now on the cursor stays with its task. Before, it
    /// stands on the first row, whichever answer came first.
    pub settled: bool,
    pub view: QueueView,
    pub filter: String,
    pub sort: Column,
    pub reversed: bool,
    pub tally: Tally,
    /// Something the rows depend on changed: rebuild them at the end of the update.
    pub due: bool,
    /// When a verdict (stuck, orphaned) changes without any news, so that the rows are rebuilt then.
    pub recheck_at: Option<Instant>,
}
