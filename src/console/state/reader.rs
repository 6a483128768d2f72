//! Where a reader is in a transcript: what is in sight, what is folded, where the cursor is, what is searched.
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

use regex::{Regex, RegexBuilder};

use crate::text::width;
use crate::transcript::lines::{self, LogLine, Options};
use crate::transcript::{Change, Entry};

mod windowed;

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
    /// Entries that came since following stopped.
    pub unseen: usize,
    /// The entry keys act on.
    pub cursor: usize,
    pub search: Option<Search>,
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
    /// Something changed since the rows in sight were made.
    stale: bool,
}

/// A text that is looked for, and the entries that hold it.
#[derive(Debug)]
pub struct Search {
    pub pattern: String,
    pub regex: Regex,
    pub hits: Vec<usize>,
    /// Which of the hits the reader stands at.
    pub current: Option<usize>,
    /// The row of that hit's entry that was jumped to.
    row: usize,
    /// Where the search began.
    origin: (Spot, bool),
    accepted: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            follow: true,
            unseen: 0,
            cursor: 0,
            search: None,
            rows: Vec::new(),
            top: Spot::default(),
            sheet: Sheet::default(),
            folds: HashMap::new(),
            all: None,
            laid: HashMap::new(),
            laid_rows: 0,
            stale: true,
        }
    }
}

impl Reader {
    /// Another transcript takes the place of the old one; the reader stays where it is as far as that exists.
    pub fn restart(&mut self) {
        self.folds.clear();
        self.forget();
        self.unseen = 0;
        if let Some(search) = &mut self.search {
            search.hits.clear();
            search.current = None;
        }
    }

    /// News came: what is laid out of changed entries is out of date, and what is new is counted.
    pub fn grew(&mut self, entries: &[Entry], change: &Change) {
        for id in &change.updated {
            self.drop_layout(*id);
        }
        self.stale = true;
        if !self.follow {
            self.unseen += change.added;
        }
        let first_new = entries.len() - change.added;
        if let Some(search) = &mut self.search {
            let updated = change.updated.iter().filter_map(|id| usize::try_from(*id).ok());
            for index in updated.chain(first_new..entries.len()) {
                let held = search.hits.binary_search(&index);
                if let (Err(at), Some(entry)) = (held, entries.get(index))
                    && search.finds(entry)
                {
                    search.hits.insert(at, index);
                    search.current = search.current.map(|current| current + usize::from(at <= current));
                }
            }
        }
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
            self.cursor = entries.len().saturating_sub(1);
        }
        self.clamp(entries);
        let mut rows = Vec::with_capacity(usize::from(sheet.height));
        let mut at = self.top;
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
            at = Spot { entry: at.entry + 1, row: 0 };
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

    fn clamp(&mut self, entries: &[Entry]) {
        let last = entries.len().saturating_sub(1);
        if self.top.entry > last {
            self.top = Spot { entry: last, row: usize::MAX };
        }
        self.top.row = self.top.row.min(self.height(entries, self.top.entry).saturating_sub(1));
        self.cursor = self.cursor.min(last);
    }

    /// `rows` rows further up, or the very first row.
    fn above(&mut self, entries: &[Entry], from: Spot, rows: usize) -> Spot {
        let mut at = from;
        let mut left = rows;
        while left > at.row {
            left -= at.row;
            let Some(entry) = at.entry.checked_sub(1) else { return Spot::default() };
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
            at = Spot { entry: at.entry + 1, row: 0 };
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
        self.clamp(entries);
        let top = self.above(entries, self.top, rows);
        if top < self.top {
            self.pause();
            self.go(entries, top);
        }
    }

    /// At the end it follows again.
    pub fn down(&mut self, entries: &[Entry], rows: usize) {
        self.clamp(entries);
        let end = self.last_page(entries);
        let top = self.below(entries, self.top, rows);
        if top >= end {
            self.resume();
        } else {
            self.go(entries, top);
        }
    }

    pub fn to_top(&mut self, entries: &[Entry]) {
        if self.last_page(entries) != Spot::default() {
            self.pause();
        }
        self.go(entries, Spot::default());
        self.cursor = 0;
    }

    pub fn resume(&mut self) {
        self.follow = true;
        self.unseen = 0;
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
        let last = self.below(entries, top, height - 1).entry.min(entries.len().saturating_sub(1));
        let first = if top.row == 0 { top.entry } else { (top.entry + 1).min(last) };
        // An entry that fills the page alone keeps the cursor.
        self.cursor = if last <= top.entry { top.entry } else { self.cursor.clamp(first, last) };
    }

    /// Puts the cursor on an entry and as much of that entry in sight as fits, moving no further than needed.
    pub fn show(&mut self, entries: &[Entry], index: usize) {
        let index = index.min(entries.len().saturating_sub(1));
        let rows = self.height(entries, index);
        let height = usize::from(self.sheet.height).max(1);
        let head = Spot { entry: index, row: 0 };
        self.show_rows(entries, head, rows.min(height));
        self.cursor = index;
        let end = self.last_page(entries);
        if self.top >= end && index + 1 == entries.len() {
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
        let Some(entry) = entries.get(self.cursor) else { return };
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

    /// Looks for `pattern` as it stands; an empty one ends the search where it began.
    pub fn search(&mut self, entries: &[Entry], pattern: &str, accepted: bool) {
        let running = self.search.take().filter(|search| !search.accepted);
        let origin = running.map_or((self.top, self.follow), |search| search.origin);
        self.stale = true;
        let Some(mut search) = Search::new(pattern, origin, accepted) else {
            (self.top, self.follow) = origin;
            return;
        };
        search.hits = (0..entries.len()).filter(|i| entries.get(*i).is_some_and(|entry| search.finds(entry))).collect();
        let from = if origin.1 { 0 } else { origin.0.entry };
        let first = search.hits.partition_point(|hit| *hit < from);
        let first = if first < search.hits.len() { first } else { 0 };
        let found = !search.hits.is_empty();
        self.search = Some(search);
        if found {
            self.jump(entries, first, None);
        } else {
            (self.top, self.follow) = origin;
        }
    }

    /// To the next row that holds what is looked for, or the one before. At the end it goes on at the other end.
    /// False: nothing is looked for, or it is nowhere.
    pub fn next_hit(&mut self, entries: &[Entry], forward: bool) -> bool {
        let Some((current, row, count)) = self.search.as_ref().map(|s| (s.current, s.row, s.hits.len())) else {
            return false;
        };
        if count == 0 {
            return false;
        }
        let rows = current.map(|hit| self.hit_rows(entries, hit)).unwrap_or_default();
        let other = if forward { rows.iter().find(|r| **r > row) } else { rows.iter().rev().find(|r| **r < row) };
        match (current, other) {
            (Some(hit), Some(row)) => self.jump(entries, hit, Some(*row)),
            (Some(hit), None) => {
                let next = if forward { (hit + 1) % count } else { (hit + count - 1) % count };
                let row = if forward { None } else { self.hit_rows(entries, next).last().copied() };
                self.jump(entries, next, row);
            }
            (None, _) => self.jump(entries, if forward { 0 } else { count - 1 }, None),
        }
        true
    }

    /// The rows of a hit's entry that hold what is looked for. The entry is opened when they are folded away.
    fn hit_rows(&mut self, entries: &[Entry], hit: usize) -> Vec<usize> {
        let Some(search) = &self.search else { return Vec::new() };
        let Some(entry) = search.hits.get(hit).and_then(|index| entries.get(*index)) else { return Vec::new() };
        let regex = search.regex.clone();
        let find = |rows: &[LogLine]| -> Vec<usize> {
            let held = rows.iter().enumerate().filter(|(_, row)| regex.is_match(&row.text()));
            held.map(|(i, _)| i).collect()
        };
        let rows = find(&self.layout(entry));
        if !rows.is_empty() || !self.is_folded(entry.id) {
            return rows;
        }
        self.folds.insert(entry.id, false);
        self.drop_layout(entry.id);
        find(&self.layout(entry))
    }

    /// `row`: which row of the entry; else the first that holds it.
    fn jump(&mut self, entries: &[Entry], hit: usize, row: Option<usize>) {
        let rows = self.hit_rows(entries, hit);
        let row = row.or_else(|| rows.first().copied()).unwrap_or(0);
        let Some(search) = &mut self.search else { return };
        let Some(index) = search.hits.get(hit).copied() else { return };
        search.current = Some(hit);
        search.row = row;
        let spot = Spot { entry: index, row };
        if !self.rows.iter().any(|row| row.at == spot) || self.stale {
            let height = usize::from(self.sheet.height);
            let in_sight = self.top <= spot && spot < self.below(entries, self.top, height);
            if !in_sight || self.follow {
                self.top = self.above(entries, spot, height / 3);
            }
        }
        self.cursor = index;
        self.pause();
    }

    /// Does the search stand at this row.
    pub fn is_current_hit(&self, at: Spot) -> bool {
        self.search.as_ref().is_some_and(|search| {
            let hit = search.current.and_then(|current| search.hits.get(current));
            hit == Some(&at.entry) && search.row == at.row
        })
    }
}

impl Search {
    /// Literal; upper and lower case are the same unless the pattern has an upper-case letter. `None`: nothing to look for.
    fn new(pattern: &str, origin: (Spot, bool), accepted: bool) -> Option<Self> {
        if pattern.is_empty() {
            return None;
        }
        let mut builder = RegexBuilder::new(&regex::escape(pattern));
        let regex = builder.case_insensitive(!pattern.contains(char::is_uppercase)).build().ok()?;
        Some(Self { pattern: pattern.to_owned(), regex, hits: Vec::new(), current: None, row: 0, origin, accepted })
    }

    fn finds(&self, entry: &Entry) -> bool {
        entry.kind.texts().iter().any(|text| self.regex.is_match(text.raw_for_match()))
    }
}
