//! The pane: rows, selection, and how each view is looked at.

use crate::console::state::batch::Batch;
use crate::console::state::tasks::Slot;
use crate::console::state::views::Views;
use crate::domain::query::{Tasks, Wrong};
use crate::domain::{Column, Group, Instant, Order, Query, SavedView, TaskId};
use crate::text::Safe;

use super::Roster;

/// How many tasks there are of each kind, over all repositories, whatever the view and the query.
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
    /// Not counted by [`Self::count`]: a mark is no kind.
    pub marked: usize,
}

/// The kinds of [`Tally`] as bits of [`Entry::kinds`](super::Entry::kinds).
pub mod kind {
    pub const ALL: u16 = 1;
    pub const ACTIVE: u16 = 1 << 1;
    pub const QUEUED: u16 = 1 << 2;
    pub const RUNNING: u16 = 1 << 3;
    pub const NEEDS_ME: u16 = 1 << 4;
    pub const FAILED: u16 = 1 << 5;
    pub const DONE: u16 = 1 << 6;
    pub const STUCK: u16 = 1 << 7;
    pub const CHANGED: u16 = 1 << 8;
}

impl Tally {
    /// Counts a task in.
    pub fn count(&mut self, kinds: u16) {
        self.each(kinds, |n| *n += 1);
    }

    /// Takes a task that was counted out again.
    pub fn uncount(&mut self, kinds: u16) {
        self.each(kinds, |n| *n = n.saturating_sub(1));
    }

    fn each(&mut self, kinds: u16, change: impl Fn(&mut usize)) {
        let counts = [
            (kind::ALL, &mut self.all),
            (kind::ACTIVE, &mut self.active),
            (kind::QUEUED, &mut self.queued),
            (kind::RUNNING, &mut self.running),
            (kind::NEEDS_ME, &mut self.needs_me),
            (kind::FAILED, &mut self.failed),
            (kind::DONE, &mut self.done),
            (kind::STUCK, &mut self.stuck),
            (kind::CHANGED, &mut self.changed),
        ];
        for (kind, count) in counts {
            if kinds & kind != 0 {
                change(count);
            }
        }
    }
}

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The beginning of a group; the number is its place in `headings`.
    Heading(usize),
    Task(Slot),
}

/// What stands over a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    pub title: Safe,
    pub count: usize,
    /// How many of them are of each kind.
    pub inside: Tally,
}

#[derive(Debug, Default)]
pub struct QueuePane {
    /// The lines in the order shown. Rebuilt when the world, the query or the order changes.
    pub rows: Vec<Row>,
    pub headings: Vec<Heading>,
    /// How many of the marked tasks are listed.
    pub marked_listed: usize,
    pub selected: Option<TaskId>,
    /// Where `selected` stands in `rows`; never a heading.
    pub index: usize,
    /// First row shown.
    pub top: usize,
    /// Something was pressed, or every repository was read: from now on the cursor stays with its task. Before, it
    /// stands on the first row, whichever answer came first.
    pub settled: bool,
    /// Which of the saved views is shown, and how each is turned.
    pub views: Views<Tasks>,
    pub typed: Typed,
    /// Where the mark key was last used: a range goes from there to the cursor.
    pub anchor: Option<TaskId>,
    /// The cancels of the last answer that was about several tasks, while some are under way.
    pub batch: Option<Batch>,
    pub roster: Roster,
    /// Something every task depends on changed: all are looked at again at the end of the update.
    pub due: bool,
    /// The order changed: all find their places anew, nothing else of them is looked at.
    pub reorder: bool,
    /// The typed query changed: all are asked it, nothing else of them is looked at.
    pub requery: bool,
    /// The view or its groups changed: the rows are listed anew at the end of the update.
    pub relist: bool,
    /// When a verdict (stuck, orphaned) changes without any news, so that the rows are rebuilt then.
    pub recheck_at: Option<Instant>,
    /// The cursor went to another task since the last picture; what else changed says so itself.
    pub moved: bool,
    /// The first row and the cursor's in the last picture.
    pub pictured: (usize, usize),
}

/// The query that is typed over the view.
#[derive(Debug, Default)]
pub struct Typed {
    pub text: String,
    /// What was understood of it.
    pub query: Query,
    pub wrong: Option<Wrong>,
}

impl QueuePane {
    pub fn new(views: &[SavedView]) -> Self {
        Self { views: Views::new(views), ..Self::default() }
    }

    pub fn order(&self) -> Order {
        self.views.order()
    }

    pub fn group(&self) -> Option<Group> {
        self.views.group()
    }

    /// The view names this column, or is sorted by it.
    pub fn asks_for(&self, column: Column) -> bool {
        self.order().by == column || self.views.columns().is_some_and(|columns| columns.contains(&column))
    }

    pub fn tally(&self) -> Tally {
        self.roster.tally
    }

    /// How many tasks a view holds.
    pub fn count(&self, view: usize) -> usize {
        self.roster.counts.get(view).copied().unwrap_or(0)
    }

    /// The group whose heading stands above the first row shown, out of sight.
    pub fn heading_above(&self) -> Option<&Heading> {
        let above = self.rows.get(..=self.top)?;
        let nearest = above.iter().rposition(|row| matches!(row, Row::Heading(_)))?;
        match above.get(nearest) {
            Some(Row::Heading(n)) if nearest < self.top => self.headings.get(*n),
            _ => None,
        }
    }

    /// How many tasks are listed.
    pub fn listed(&self) -> usize {
        self.rows.len() - self.headings.len()
    }
}
