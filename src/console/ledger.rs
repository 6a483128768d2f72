//! What the console and the runtime say to each other about the ledger: pages of lines, and what they come to.

use crate::console::state::tone::Tone;
use crate::domain::{Fault, Instant, RepoName, TaskRef};
use crate::text::Safe;

/// Something to be read. An answer to an earlier wish than the last is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub id: u64,
    pub ask: Ask,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Lines that the query holds for, newest first; of this task alone; older than this row.
    Page { query: String, task: Option<TaskRef>, before: Option<u64> },
    /// What all lines that the query holds for come to.
    Charts { query: String },
}

#[derive(Debug)]
pub struct News {
    pub id: u64,
    pub told: Result<Told, Fault>,
}

#[derive(Debug)]
pub enum Told {
    /// `more`: older lines than this row were not looked at.
    Page {
        rows: Vec<Row>,
        more: Option<u64>,
    },
    Charts(Box<Charts>),
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub at: Instant,
    /// An intent without a known outcome, told before all others.
    pub unresolved: bool,
    pub title: Safe,
    pub tone: Tone,
    pub repo: RepoName,
    pub task: Option<TaskRef>,
    pub detail: Safe,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charts {
    /// The last days up to the newest start, without a gap, oldest first.
    pub days: Vec<Day>,
    /// Counts, spans of time and costs, as a table.
    pub table: Vec<Safe>,
}

/// What began on a day, in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    pub name: Safe,
    pub started: u64,
    pub finished: u64,
    pub failed: u64,
}
