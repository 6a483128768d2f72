//! The record behind an entry of a log, in place of the log's text.
//!
//! ```text
//! asked ──lines──> there (the lines make the entry) or replaced (they make another one) or gone (they are not there)
//!   └──fault─────> failed
//! ```

use super::layout::Area;
use crate::console::rawlog::From;
use crate::domain::Fault;
use crate::text::{Safe, width};
use crate::transcript::raw::{self, RawLines};
use crate::transcript::{Entry, Format};

#[derive(Clone, Debug)]
pub struct Record {
    /// The number of the request; answers to others are too late.
    pub request: u64,
    /// The entry as it was when its record was asked for.
    pub entry: Entry,
    pub format: Format,
    pub state: State,
    /// The first row in sight.
    pub top: usize,
    /// The text in rows of so many columns.
    laid: (usize, Vec<Line>),
}

#[derive(Clone, Debug)]
pub enum State {
    Asked,
    There {
        lines: RawLines,
        from: From,
        /// What stands at its place makes another entry.
        replaced: bool,
        /// The records, line by line, with everything in them spelled out.
        text: Vec<Line>,
    },
    Failed(Fault),
}

/// A line of the text, not yet broken into rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// `line 12 of the log`.
    Heading(Safe),
    Text(Safe),
}

impl Record {
    pub fn asked(request: u64, entry: Entry, format: Format) -> Self {
        Self { request, entry, format, state: State::Asked, top: 0, laid: (0, Vec::new()) }
    }

    pub fn take(&mut self, result: Result<(RawLines, From), Fault>) {
        self.laid.0 = 0;
        self.state = match result {
            Ok((lines, from)) => {
                let replaced = !lines.make(&self.entry, self.format);
                let text = text_of(&lines, self.format);
                State::There { lines, from, replaced, text }
            }
            Err(fault) => State::Failed(fault),
        };
    }

    /// What is copied.
    pub fn records(&self) -> Option<String> {
        match &self.state {
            State::There { lines, .. } if !lines.lines.is_empty() => Some(lines.records(self.format)),
            _ => None,
        }
    }

    /// Lays it out for this area, and keeps to its rows.
    pub fn settle(&mut self, area: Area) {
        let columns = usize::from(area.width.saturating_sub(2)).max(2);
        if self.laid.0 != columns {
            let text = match &self.state {
                State::There { text, .. } => text.as_slice(),
                State::Asked | State::Failed(_) => &[],
            };
            self.laid = (columns, text.iter().flat_map(|line| rows(line, columns)).collect());
        }
        self.scroll(0, area);
    }

    /// Moves; never past the end.
    pub fn scroll(&mut self, by: isize, area: Area) {
        let page = usize::from(area.height).max(1);
        self.top = self.top.saturating_add_signed(by).min(self.rows().len().saturating_sub(page));
    }

    /// As of the last [`Record::settle`].
    pub fn rows(&self) -> &[Line] {
        &self.laid.1
    }
}

fn rows(line: &Line, columns: usize) -> Vec<Line> {
    match line {
        Line::Heading(_) => vec![line.clone()],
        Line::Text(text) => width::wrap(text, columns).into_iter().map(|row| Line::Text(Safe::new(row))).collect(),
    }
}

fn text_of(lines: &RawLines, format: Format) -> Vec<Line> {
    let mut text = Vec::new();
    let mut last = None;
    for line in &lines.lines {
        // Lines that follow each other read as one piece.
        let follows = last.is_some() && line.number == last;
        if !follows && let Some(number) = line.number {
            text.push(Line::Heading(Safe::new(format!("line {number} of the log"))));
        } else if !follows && !text.is_empty() {
            text.push(Line::Heading(Safe::new("and")));
        }
        last = line.number.map(|number| number + 1);
        let laid_out = raw::laid_out(line.text.raw_for_match(), format);
        text.extend(laid_out.show_spelled().into_iter().map(Line::Text));
    }
    if lines.cut {
        text.push(Line::Heading(Safe::new("there is more: it is not read here")));
    }
    text
}
