//! A text that is looked for in a log that is held whole: counted from where the reader is, walked hit by hit.
//!
//! ```text
//! search ──> sweep, a piece at a time ──first hit──> jump ──> counted
//!    └──next key──> anew, from where the first began
//! ```

use super::sweep::{Cost, Pace, Sweep};
use super::{Reader, Spot};
use crate::domain::Instant;
use crate::transcript::lines::LogLine;
use crate::transcript::{Entry, Mode, Pattern};

/// A text that is looked for, and the entries that hold it.
#[derive(Debug)]
pub struct Search {
    pub pattern: Pattern,
    pub(super) sweep: Sweep,
    pace: Pace,
    /// Of the entries that hold it, those that a filter lets through; `None`: there is none in force.
    narrowed: Option<Vec<usize>>,
    /// The entry of the hit that the reader stands at.
    pub(super) at: Option<usize>,
    /// The row of that entry that was jumped to.
    pub(super) row: usize,
    /// Where the search began.
    origin: (Spot, bool),
    accepted: bool,
}

impl Search {
    pub(super) fn new(pattern: Pattern, sweep: Sweep, origin: (Spot, bool), accepted: bool) -> Self {
        let pace = if pattern.mode() == Mode::Regex { Pace::careful() } else { Pace::fast() };
        Self { pattern, sweep, pace, narrowed: None, at: None, row: 0, origin, accepted }
    }

    /// The visible entries that hold it, as far as they are known.
    pub fn hits(&self) -> &[usize] {
        self.narrowed.as_deref().unwrap_or(self.sweep.found())
    }

    /// Which of the hits the reader stands at.
    pub fn current(&self) -> Option<usize> {
        self.hits().binary_search(&self.at?).ok()
    }

    /// Entries hold it that a filter hides.
    pub fn hidden(&self) -> usize {
        self.sweep.found().len() - self.hits().len()
    }

    /// How much of the log was looked through, in percent; `None`: all of it.
    pub fn percent(&self, entries: &[Entry]) -> Option<usize> {
        (!self.sweep.is_done(entries.len())).then(|| self.sweep.percent(entries.len()))
    }

    pub(super) fn finds(&self, entry: &Entry) -> bool {
        entry.kind.texts().iter().any(|text| self.pattern.is_in(text.raw_for_match()))
    }

    /// All at once: where only a window of the log is held, others know of its hits.
    pub(super) fn hold(&mut self, found: Vec<usize>) {
        self.sweep = Sweep::ended(found);
    }

    /// The log is another one.
    pub(super) fn restart(&mut self) {
        (self.sweep, self.at, self.narrowed) = (Sweep::default(), None, None);
    }

    /// Looks on.
    fn advance(&mut self, entries: &[Entry]) -> bool {
        let Self { pattern, sweep, pace, .. } = self;
        sweep.advance(entries, pace, |index| {
            let Some(entry) = entries.get(index) else { return Cost::free(false) };
            let texts = entry.kind.texts();
            Cost::reading(entry, texts.iter().any(|text| pattern.is_in(text.raw_for_match())))
        })
    }
}

impl Reader {
    /// Looks for a pattern as it stands; none ends the search where it began.
    pub fn search(&mut self, entries: &[Entry], pattern: Option<Pattern>, accepted: bool) {
        if let Some(search) = self.search.as_mut().filter(|s| !s.accepted && Some(&s.pattern) == pattern.as_ref()) {
            search.accepted = accepted;
            return;
        }
        let running = self.search.take().filter(|search| !search.accepted);
        let origin = running.map_or((self.top, self.follow), |search| search.origin);
        self.stale = true;
        (self.top, self.follow) = origin;
        let Some(pattern) = pattern else { return };
        let from = if origin.1 { 0 } else { origin.0.entry };
        self.search = Some(Box::new(Search::new(pattern, Sweep::starting(from), origin, accepted)));
        self.search_on(entries, None);
    }

    /// The next piece of the search. `now`: not the first. The first hit is jumped to, unless the reader went elsewhere
    /// meanwhile.
    pub(super) fn search_on(&mut self, entries: &[Entry], now: Option<Instant>) {
        let Some(search) = self.search.as_mut().filter(|search| !search.sweep.is_done(entries.len())) else { return };
        if let Some(now) = now {
            search.pace.next(now);
        }
        if !search.advance(entries) {
            return;
        }
        self.narrow();
        let Some(search) = self.search.as_ref().filter(|s| s.at.is_none() && s.origin == (self.top, self.follow))
        else {
            return;
        };
        let from = if search.origin.1 { 0 } else { search.origin.0.entry };
        let hits = search.hits();
        let first = hits.get(hits.partition_point(|hit| *hit < from)).or(hits.first()).copied();
        // What lies before where it began comes last.
        if let Some(first) = first.filter(|first| *first >= from || search.sweep.is_done(entries.len())) {
            self.jump(entries, first, None);
        }
    }

    /// News came. Few are looked at at once, many a piece at a time.
    pub(super) fn search_news(&mut self, entries: &[Entry], updated: &[u64]) {
        let Some(search) = &mut self.search else { return };
        for index in updated.iter().filter_map(|id| usize::try_from(*id).ok()) {
            let Some(entry) = entries.get(index) else { continue };
            let finds = search.finds(entry);
            search.sweep.again(index, || finds);
        }
        if !search.sweep.is_done(entries.len()) {
            search.pace.refill();
            search.advance(entries);
        }
        self.narrow();
    }

    /// Of the hits only those that can be seen count.
    pub(super) fn narrow(&mut self) {
        let Some(search) = &mut self.search else { return };
        search.narrowed = self.sieve.as_ref().map(|sieve| both(search.sweep.found(), sieve.sweep.found()));
    }

    /// To the next row that holds what is looked for, or the one before. At the end it goes on at the other end.
    /// False: nothing is looked for, or it is nowhere to be seen.
    pub fn next_hit(&mut self, entries: &[Entry], forward: bool) -> bool {
        let Some(search) = &self.search else { return false };
        let (hits, row) = (search.hits(), search.row);
        let (Some(first), Some(last)) = (hits.first().copied(), hits.last().copied()) else { return false };
        // A hit that a filter hides now is still where the reader came from.
        let behind = |at: usize| hits.get(hits.partition_point(|hit| *hit <= at)).copied().unwrap_or(first);
        let before = |at: usize| {
            let earlier = hits.partition_point(|hit| *hit < at).checked_sub(1);
            earlier.and_then(|i| hits.get(i)).copied().unwrap_or(last)
        };
        let here = search.at.filter(|_| search.current().is_some());
        let next = match (search.at, forward) {
            (Some(at), true) => behind(at),
            (Some(at), false) => before(at),
            (None, true) => first,
            (None, false) => last,
        };
        let rows = here.map(|at| self.hit_rows(entries, at)).unwrap_or_default();
        let other = if forward { rows.iter().find(|r| **r > row) } else { rows.iter().rev().find(|r| **r < row) };
        if let (Some(at), Some(row)) = (here, other) {
            self.jump(entries, at, Some(*row));
        } else {
            let row = if forward { None } else { self.hit_rows(entries, next).last().copied() };
            self.jump(entries, next, row);
        }
        true
    }

    /// The rows of an entry that hold what is looked for. The entry is opened when they are folded away.
    pub(super) fn hit_rows(&mut self, entries: &[Entry], index: usize) -> Vec<usize> {
        let Some((search, entry)) = self.search.as_ref().zip(entries.get(index)) else { return Vec::new() };
        let pattern = search.pattern.clone();
        let find = |rows: &[LogLine]| -> Vec<usize> {
            let held = rows.iter().enumerate().filter(|(_, row)| pattern.is_in(&row.text()));
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
    pub(super) fn jump(&mut self, entries: &[Entry], index: usize, row: Option<usize>) {
        let rows = self.hit_rows(entries, index);
        let row = row.or_else(|| rows.first().copied()).unwrap_or(0);
        let Some(search) = &mut self.search else { return };
        search.at = Some(index);
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
        self.search.as_ref().is_some_and(|search| search.at == Some(at.entry) && search.row == at.row)
    }
}

/// What two ordered lists have in common.
fn both(one: &[usize], other: &[usize]) -> Vec<usize> {
    let mut common = Vec::new();
    let mut other = other.iter().peekable();
    for index in one {
        while other.next_if(|at| *at < index).is_some() {}
        if other.peek() == Some(&index) {
            common.push(*index);
        }
    }
    common
}
