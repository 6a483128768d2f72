//! Where a reader is in a transcript: what is in sight, what is folded, where the cursor is, what is searched.
//!
//! A filter leaves out entries: those have no rows, and nothing here ever stands at one.
//!
//! The place is kept as an entry and a row of it, never as a number of rows from the start: what arrives, folds or is
//! laid out anew elsewhere does not move the text under the reader's eyes.
//!
//! ```text
//!             up, search, other entry
//! following ─────────────────────────> reading (counts what is new)
//!     ^                                   │ down to the end, Bottom, Follow
//!     └───────────────────────────────────┘
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use super::layout::Put;
use crate::text::width;
use crate::transcript::lines::{self, LogLine, Options};
use crate::transcript::{Change, Entry, Transcript};

#[cfg(test)]
mod cost_tests;
mod search;
mod sieve;
mod sweep;
mod windowed;

pub use search::Search;
pub use sieve::Anchor;

use sieve::Sieve;

/// So much of a line's beginning finds its row again, in bytes.
const FOUND_BY: usize = 24;
/// Rows kept laid out; more are laid out again when they are needed.
const KEPT_ROWS: usize = 100_000;

/// What a log is laid out on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub width: u16,
    pub height: u16,
    pub wrap: bool,
}

/// A row of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub entry: usize,
    pub row: usize,
}

/// A row in sight.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub at: Spot,
    /// Of the first row of an entry that can be folded: is it.
    pub fold: Option<bool>,
    pub line: LogLine,
}

#[derive(Debug)]
pub struct Reader {
    pub follow: bool,
    /// Entries that came since following stopped, as far as they can be seen.
    pub unseen: usize,
    /// The first of them.
    fresh: Option<usize>,
    /// The entry keys act on.
    pub cursor: usize,
    pub search: Option<Box<Search>>,
    /// What is in sight, as of the last [`Reader::settle`].
    pub rows: Vec<Row>,
    top: Spot,
    sheet: Sheet,
    /// Folded or opened by hand.
    folds: HashMap<u64, bool>,
    /// Everything folded or opened at once.
    all: Option<bool>,
    laid: HashMap<u64, Arc<[LogLine]>>,
    laid_rows: usize,
    /// The filter in force.
    sieve: Option<Box<Sieve>>,
    /// The filter that will take its place.
    coming: Option<Box<Sieve>>,
    /// Something changed since the rows in sight were made.
    stale: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            follow: true,
            unseen: 0,
            fresh: None,
            cursor: 0,
            search: None,
            rows: Vec::new(),
            top: Spot::default(),
            sheet: Sheet::default(),
            folds: HashMap::new(),
            all: None,
            laid: HashMap::new(),
            laid_rows: 0,
            sieve: None,
            coming: None,
            stale: true,
        }
    }
}

impl Reader {
    /// Another transcript takes the place of the old one; the reader stays where it is as far as that exists.
    pub fn restart(&mut self) {
        self.folds.clear();
        self.forget();
        (self.unseen, self.fresh) = (0, None);
        for sieve in [&mut self.sieve, &mut self.coming].into_iter().flatten() {
            sieve.sweep = sweep::Sweep::default();
        }
        if let Some(search) = &mut self.search {
            search.restart();
        }
    }

    /// News came: what is laid out of changed entries is out of date, and what is new is counted.
    pub fn grew(&mut self, log: &Transcript, change: &Change) {
        let entries = log.entries();
        for id in &change.updated {
            self.drop_layout(*id);
        }
        self.stale = true;
        if !self.follow && change.added > 0 {
            self.fresh.get_or_insert(entries.len() - change.added);
        }
        for sieve in [&mut self.sieve, &mut self.coming].into_iter().flatten() {
            let updated = change.updated.iter().filter_map(|id| usize::try_from(*id).ok());
            updated.for_each(|index| sieve.again(log, index));
            sieve.pace.refill();
            sieve.advance(log);
        }
        self.count_unseen(entries);
        self.search_news(entries, &change.updated);
    }

    /// Makes the rows in sight. True: they are other rows than before.
    pub fn settle(&mut self, entries: &[Entry], sheet: Sheet) -> bool {
        if sheet == self.sheet && !self.stale {
            return false;
        }
        if (sheet.width, sheet.wrap) != (self.sheet.width, self.sheet.wrap) {
            self.forget();
        }
        self.sheet = sheet;
        self.stale = false;
        if self.follow {
            self.top = self.last_page(entries);
            self.cursor = self.last(entries).unwrap_or(0);
        }
        self.clamp(entries);
        let mut rows = Vec::with_capacity(usize::from(sheet.height));
        let mut at = Spot { entry: self.from(entries, self.top.entry), ..self.top };
        while let Some(entry) = entries.get(at.entry).filter(|_| rows.len() < usize::from(sheet.height)) {
            let layout = self.layout(entry);
            let room = usize::from(sheet.height) - rows.len();
            let folds = lines::folds(entry, sheet.width).then(|| self.is_folded(entry.id));
            let lines = layout.iter().enumerate().skip(at.row).take(room);
            rows.extend(lines.map(|(row, line)| Row {
                at: Spot { entry: at.entry, row },
                fold: folds.filter(|_| row == 0),
                line: line.clone(),
            }));
            at = Spot { entry: self.from(entries, at.entry + 1), row: 0 };
        }
        let moved = rows != self.rows;
        self.rows = rows;
        moved
    }

    /// In place of [`Self::settle`]: the headings of the newest entries, one row each. True: they are other rows than before.
    pub fn headings(&mut self, entries: &[Entry], sheet: Sheet) -> bool {
        if sheet == self.sheet && !self.stale {
            return false;
        }
        self.forget();
        (self.sheet, self.stale) = (sheet, false);
        let first = entries.len().saturating_sub(usize::from(sheet.height));
        let heading = |(index, entry)| {
            let options = Options { width: sheet.width, folded: true, wrap: sheet.wrap };
            let line = lines::lines(entry, options).into_iter().next()?;
            let fold = lines::folds(entry, sheet.width).then_some(true);
            Some(Row { at: Spot { entry: index, row: 0 }, fold, line })
        };
        let rows: Vec<Row> = entries.iter().enumerate().skip(first).filter_map(heading).collect();
        let moved = rows != self.rows;
        self.rows = rows;
        moved
    }

    fn forget(&mut self) {
        self.laid.clear();
        self.laid_rows = 0;
        self.stale = true;
    }

    fn drop_layout(&mut self, id: u64) {
        if let Some(rows) = self.laid.remove(&id) {
            self.laid_rows -= rows.len();
        }
        self.stale = true;
    }

    pub fn is_folded(&self, id: u64) -> bool {
        self.folds.get(&id).copied().or(self.all).unwrap_or(true)
    }

    fn layout(&mut self, entry: &Entry) -> Arc<[LogLine]> {
        if let Some(rows) = self.laid.get(&entry.id) {
            return Arc::clone(rows);
        }
        if self.laid_rows > KEPT_ROWS {
            // Those that are costly to lay out again stay.
            self.laid.retain(|_, rows| rows.len() > KEPT_ROWS / 4);
            self.laid_rows = self.laid.values().map(|rows| rows.len()).sum();
        }
        let options = Options { width: self.sheet.width, folded: self.is_folded(entry.id), wrap: self.sheet.wrap };
        let rows: Arc<[LogLine]> = lines::lines(entry, options).into();
        self.laid_rows += rows.len();
        self.laid.insert(entry.id, Arc::clone(&rows));
        rows
    }

    fn height(&mut self, entries: &[Entry], index: usize) -> usize {
        entries.get(index).map_or(0, |entry| self.layout(entry).len())
    }

    /// Nothing stands where nothing can be seen. False: nothing can be.
    fn clamp(&mut self, entries: &[Entry]) -> bool {
        let Some(last) = self.last(entries) else {
            (self.top, self.cursor) = (Spot::default(), 0);
            return false;
        };
        if self.top.entry > last {
            // What stood there is gone: the end takes its place, a whole page of it.
            self.top = self.last_page(entries);
        }
        let top = self.from(entries, self.top.entry);
        if top != self.top.entry {
            self.top = Spot { entry: top, row: 0 };
        }
        self.top.row = self.top.row.min(self.height(entries, self.top.entry).saturating_sub(1));
        self.cursor = self.from(entries, self.cursor).min(last);
        true
    }

    /// Before the first row.
    fn start(&self, entries: &[Entry]) -> Spot {
        Spot { entry: self.from(entries, 0), row: 0 }
    }

    /// `rows` rows further up, or the very first row.
    fn above(&mut self, entries: &[Entry], from: Spot, rows: usize) -> Spot {
        let mut at = from;
        let mut left = rows;
        while left > at.row {
            left -= at.row;
            let Some(entry) = self.before(at.entry) else { return self.start(entries) };
            at = Spot { entry, row: self.height(entries, entry) };
        }
        Spot { row: at.row - left, ..at }
    }

    /// `rows` rows further down, or behind the last row.
    fn below(&mut self, entries: &[Entry], from: Spot, rows: usize) -> Spot {
        let mut at = from;
        let mut left = rows;
        while at.entry < entries.len() {
            let rest = self.height(entries, at.entry).saturating_sub(at.row);
            if left < rest {
                return Spot { row: at.row + left, ..at };
            }
            left -= rest;
            at = Spot { entry: self.from(entries, at.entry + 1), row: 0 };
        }
        at
    }

    /// The top of the page that ends with the last row.
    fn last_page(&mut self, entries: &[Entry]) -> Spot {
        let end = Spot { entry: entries.len(), row: 0 };
        self.above(entries, end, usize::from(self.sheet.height))
    }

    pub fn page(&self) -> usize {
        usize::from(self.sheet.height).saturating_sub(1).max(1)
    }

    pub fn up(&mut self, entries: &[Entry], rows: usize) {
        if !self.clamp(entries) {
            return;
        }
        let top = self.above(entries, self.top, rows);
        if top < self.top {
            self.pause();
            self.go(entries, top);
        }
    }

    /// At the end it follows again.
    pub fn down(&mut self, entries: &[Entry], rows: usize) {
        if !self.clamp(entries) {
            return;
        }
        let end = self.last_page(entries);
        let top = self.below(entries, self.top, rows);
        if top >= end {
            self.resume();
        } else {
            self.go(entries, top);
        }
    }

    pub fn to_top(&mut self, entries: &[Entry]) {
        if !self.clamp(entries) {
            return;
        }
        let start = self.start(entries);
        if self.last_page(entries) != start {
            self.pause();
        }
        self.go(entries, start);
        self.cursor = start.entry;
    }

    pub fn resume(&mut self) {
        self.follow = true;
        (self.unseen, self.fresh) = (0, None);
        self.stale = true;
    }

    pub fn pause(&mut self) {
        self.follow = false;
        self.stale = true;
    }

    /// Puts `top` at the top; the cursor comes along as far as it must to stay in sight.
    fn go(&mut self, entries: &[Entry], top: Spot) {
        self.top = top;
        self.stale = true;
        let height = usize::from(self.sheet.height).max(1);
        let Some(end) = self.last(entries) else { return };
        let last = self.below(entries, top, height - 1).entry.min(end);
        let first = if top.row == 0 { top.entry } else { self.from(entries, top.entry + 1).min(last) };
        // An entry that fills the page alone keeps the cursor.
        self.cursor = if last <= top.entry { top.entry } else { self.cursor.clamp(first, last) };
    }

    /// Puts the cursor on an entry and as much of that entry in sight as fits, moving no further than needed.
    pub fn show(&mut self, entries: &[Entry], index: usize) {
        if !self.clamp(entries) {
            return;
        }
        let last = self.last(entries).unwrap_or(0);
        let index = index.min(last);
        let rows = self.height(entries, index);
        let height = usize::from(self.sheet.height).max(1);
        let head = Spot { entry: index, row: 0 };
        self.show_rows(entries, head, rows.min(height));
        self.cursor = index;
        let end = self.last_page(entries);
        if self.top >= end && index == last {
            self.resume();
        }
    }

    /// Puts an entry at the top of the page, or as near as the end of the log allows, and the cursor on it.
    pub fn put_on_top(&mut self, entries: &[Entry], index: usize) {
        if !self.clamp(entries) {
            return;
        }
        self.top = Spot { entry: index, row: 0 }.min(self.last_page(entries));
        self.cursor = index;
        self.pause();
    }

    /// Puts the entry under the cursor there, as near as the ends of the log allow; at its end it goes on following.
    /// `is_last`: the log ends with what is held.
    pub fn put(&mut self, entries: &[Entry], put: Put, is_last: bool) {
        if !self.clamp(entries) {
            return;
        }
        let rows = self.rows_above(entries, put);
        self.put_cursor(entries, rows, is_last);
        let end = self.last_page(entries);
        if is_last && self.top >= end && Some(self.cursor) == self.last(entries) {
            self.resume();
        }
    }

    /// Puts the cursor on an entry and the row that holds these words in sight. An entry that hides them is opened.
    pub fn show_words(&mut self, entries: &[Entry], index: usize, words: &str) {
        let Some(entry) = entries.get(index) else { return };
        // A row may go on below; its beginning is enough to find it by.
        let start = width::cut_bytes(words.trim(), FOUND_BY).trim_end();
        let find = |reader: &mut Self| reader.layout(entry).iter().position(|line| line.text().contains(start));
        let mut row = find(self);
        if row.is_none() && self.is_folded(entry.id) && lines::folds(entry, self.sheet.width) {
            self.folds.insert(entry.id, false);
            self.drop_layout(entry.id);
            row = find(self);
        }
        self.show(entries, index);
        if let Some(row) = row {
            // With what follows, and off the pane's last row.
            let below = self.height(entries, index).saturating_sub(row).min(usize::from(self.sheet.height) / 3);
            self.show_rows(entries, Spot { entry: index, row }, below.max(1));
            self.cursor = index;
        }
    }

    /// A row above the text came (`down`) or went: while paused, the text stays in its rows of the screen.
    pub fn nudge(&mut self, entries: &[Entry], down: bool) {
        self.stale = true;
        if !self.follow && !entries.is_empty() {
            self.clamp(entries);
            let top = if down { self.below(entries, self.top, 1) } else { self.above(entries, self.top, 1) };
            if top.entry < entries.len() {
                self.top = top;
            }
        }
    }

    /// Brings `rows` rows from `head` on in sight.
    fn show_rows(&mut self, entries: &[Entry], head: Spot, rows: usize) {
        let height = usize::from(self.sheet.height).max(1);
        self.pause();
        self.clamp(entries);
        let lowest = self.above(entries, Spot { row: head.row + rows, ..head }, height);
        if head < self.top {
            self.top = head;
        } else if self.top < lowest {
            self.top = lowest;
        }
    }

    pub fn fold(&mut self, entries: &[Entry]) {
        let Some(entry) = self.at_cursor(entries) else { return };
        if !lines::folds(entry, self.sheet.width) {
            return;
        }
        let folded = !self.is_folded(entry.id);
        self.folds.insert(entry.id, folded);
        self.drop_layout(entry.id);
        self.pause();
        // Rows above the cursor stay; when its heading was out of sight it comes in sight.
        if self.top.entry == self.cursor {
            self.top.row = 0;
        }
        if !folded {
            // Opened at the foot of the page, half a page of it comes in sight.
            let half = usize::from(self.sheet.height).div_ceil(2);
            let rows = self.height(entries, self.cursor).min(half);
            self.show_rows(entries, Spot { entry: self.cursor, row: 0 }, rows);
        }
        let end = self.last_page(entries);
        if folded && end <= self.top {
            self.resume();
        }
    }

    /// Folds or opens everything; the row under the cursor keeps its place on the screen.
    pub fn fold_all(&mut self, entries: &[Entry]) {
        let head = Spot { entry: self.cursor, row: 0 };
        let offset = self.rows.iter().position(|row| row.at.entry == self.cursor).unwrap_or(0);
        self.all = Some(!self.all.unwrap_or(true));
        self.folds.clear();
        self.forget();
        if !self.follow {
            self.top = self.above(entries, head, offset);
        }
    }
}
