//! What the queue knows of every task besides the task itself: which views it is in, where it stands in the order, and
//! when time alone will change that. Kept from one update to the next, so that a page of a hundred tasks costs the work
//! of a hundred and not of fifty thousand.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Groups, Tally};
use crate::console::state::tasks::Slot;
use crate::domain::transition::{Notice, Standing};
use crate::domain::{Instant, UserId};

#[derive(Debug, Default)]
pub struct Roster {
    /// One for each slot.
    pub entries: Vec<Entry>,
    /// All tasks of the view, whatever the typed query, in the present order.
    pub order: Vec<Place>,
    /// How many tasks are in each view.
    pub counts: Vec<usize>,
    pub tally: Tally,
    pub groups: Groups,
    /// Whom `@me` was taken for.
    pub viewer: Option<UserId>,
    /// The typed query they were asked last may answer otherwise by time alone.
    pub timed: bool,
    /// When to look at a task again although nothing is heard of it; entries that were overtaken are skipped.
    pub rechecks: BinaryHeap<Reverse<(Instant, Slot)>>,
    /// How each task stood when it was last looked at: one for each slot.
    pub standings: Vec<Option<Standing>>,
    /// What became of tasks since this was last taken.
    pub notices: Vec<Notice>,
    /// What is asked of the operator may be something else than the inbox says.
    pub asks_changed: bool,
}

/// What was found when a task was last looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry {
    /// A bit for each view it is in.
    pub views: u32,
    /// It passes the typed query.
    pub passes: bool,
    /// What it adds to the counts: a bit for each of [`Tally`]'s kinds.
    pub kinds: u16,
    /// The number of its group, where there are groups.
    pub group: u32,
    /// What it asks of the operator: a bit for each of [`Ask`](crate::console::state::inbox::Ask).
    pub asks: u8,
    pub recheck: Option<Instant>,
}

/// A task's place in the order: compared first by `key`, then the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: u128,
    /// Microseconds since 1970.
    pub created: i64,
    pub slot: Slot,
}
