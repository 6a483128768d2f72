//! The ledger as it is looked at: what was done from here, and what became of it.

use super::layout::Area;
use crate::console::ledger::{Charts, Row};
use crate::domain::{Instant, TaskRef};
use crate::text::Safe;

/// Lines that are held at most: who looks for older ones narrows the query.
pub const MOST: usize = 5000;

/// The ledger over the panes, where it is open.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub pane: Option<Box<LedgerPane>>,
    /// Wishes so far: no number comes again, so that no answer is taken for that to another wish.
    pub wishes: u64,
}

#[derive(Clone, Debug, Default)]
pub struct LedgerPane {
    /// The last wish: answers to others are old.
    pub id: u64,
    /// As it was typed.
    pub query: String,
    /// The history of this task alone.
    pub task: Option<TaskRef>,
    pub rows: Vec<Row>,
    pub progress: Progress,
    pub cursor: usize,
    pub top: usize,
    /// The statistics stand in place of the lines.
    pub charts: Option<Numbers>,
    /// The cursor goes to the unresolved line of this instant when it is there.
    pub wanted: Option<Instant>,
}

/// How far it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    #[default]
    Reading,
    /// There are older lines than this row.
    More(u64),
    All,
    Failed(Safe),
}

#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// `None`: they are being counted.
    pub counted: Option<Result<Charts, Safe>>,
    /// The first line of the table that is seen.
    pub top: usize,
}

impl LedgerPane {
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    pub fn wheel(&mut self, by: isize) {
        let at = self.charts.as_mut().map_or(&mut self.cursor, |numbers| &mut numbers.top);
        *at = at.saturating_add_signed(by);
    }

    pub fn settle(&mut self, body: Area) {
        let height = body.body_rows().max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        if let Some(Numbers { counted: Some(Ok(charts)), top }) = &mut self.charts {
            *top = (*top).min(charts.table.len().saturating_sub(1));
        }
    }
}
