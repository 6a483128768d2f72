//! What `:grep` found in the logs that are kept here.

use super::layout::Area;
use crate::domain::{Instant, SessionId};
use crate::text::{Safe, Untrusted};

/// Lines that are listed at most; more are counted.
pub const MOST: usize = 1000;

/// A line of a kept log that holds what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub log: Log,
    /// The first line being 1.
    pub number: u64,
    /// The text around the hit.
    pub text: Untrusted,
}

/// A kept log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// `None`: the file's name does not tell whose log it is.
    pub session: Option<SessionId>,
    /// The file's name.
    pub name: Untrusted,
    pub kept_at: Instant,
}

/// How far the search is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    #[default]
    Looking,
    /// Through: how many logs there were, and how many of them could not be read to their end.
    Done {
        logs: usize,
        unreadable: usize,
    },
    Failed(Safe),
}

#[derive(Debug, Default)]
pub struct Found {
    /// Which search this is: news of an earlier one is old.
    pub id: u64,
    /// As it was typed.
    pub pattern: String,
    pub lines: Vec<Line>,
    /// Lines found, also those that are not listed.
    pub count: usize,
    pub progress: Progress,
    pub cursor: usize,
    pub top: usize,
}

impl Found {
    /// Rows of the list: each line found, and above the first of a log the log.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lines.iter().enumerate().flat_map(|(index, line)| {
            let before = index.checked_sub(1).and_then(|before| self.lines.get(before));
            let heading = before.is_none_or(|before| before.log != line.log).then_some(Row::Log(&line.log));
            heading.into_iter().chain([Row::Line(index, line)])
        })
    }

    /// Keeps the cursor in sight, the heading above it with it where there is room.
    pub fn settle(&mut self, body: Area) {
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
        let at = self.rows().position(|row| matches!(row, Row::Line(index, _) if index == self.cursor)).unwrap_or(0);
        let height = body.body_rows().max(1);
        let first = at.saturating_sub(usize::from(height > 1));
        self.top = self.top.clamp((at + 1).saturating_sub(height), first.max((at + 1).saturating_sub(height)));
    }

    pub fn selected(&self) -> Option<&Line> {
        self.lines.get(self.cursor)
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    Log(&'a Log),
    /// A line and which it is.
    Line(usize, &'a Line),
}
