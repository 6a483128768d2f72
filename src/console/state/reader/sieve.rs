//! A filter in force: which entries have rows, and what stands next to what.
//!
//! ```text
//! sift ──kinds alone──> in force
//!   └──texts──> coming ──all looked at──> in force          sift(empty) ──> none
//! ```
//!
//! The filter that is coming changes nothing until it is known what it lets through: no picture of half a log.

use super::sweep::{Cost, Pace, Sweep};
use super::{Reader, Spot};
use crate::domain::Instant;
use crate::transcript::{Entry, Filter, Transcript};

/// A filter and the entries it lets through.
#[derive(Debug)]
pub(super) struct Sieve {
    pub(super) filter: Filter,
    pub(super) sweep: Sweep,
    pub(super) pace: Pace,
}

/// A row of an entry and where on the screen it is: what stays in its place when others come or go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    at: Spot,
    line: usize,
    follow: bool,
}

impl Sieve {
    fn new(filter: Filter) -> Self {
        let pace = if filter.reads_texts() { Pace::careful() } else { Pace::fast() };
        Self { filter, sweep: Sweep::default(), pace }
    }

    pub(super) fn advance(&mut self, log: &Transcript) {
        let (entries, kinds) = (log.entries(), log.facets());
        let Self { filter, sweep, pace } = self;
        let reads = filter.reads_texts();
        sweep.advance(entries, pace, |index| {
            let Some(entry) = entries.get(index) else { return Cost::free(false) };
            let holds = filter.holds(entry, kinds.of(index));
            if reads { Cost::reading(entry, holds) } else { Cost::free(holds) }
        });
    }

    pub(super) fn again(&mut self, log: &Transcript, index: usize) {
        let Some(entry) = log.entries().get(index) else { return };
        self.sweep.again(index, || self.filter.holds(entry, log.facets().of(index)));
    }
}

impl Reader {
    /// The filter in force, or the one that is coming.
    pub fn filter(&self) -> Option<&Filter> {
        self.coming.as_ref().or(self.sieve.as_ref()).map(|sieve| &sieve.filter)
    }

    /// How much of the log was looked at for the filter that is coming, in percent.
    pub fn sifting(&self, entries: &[Entry]) -> Option<usize> {
        self.coming.as_ref().map(|coming| coming.sweep.percent(entries.len()))
    }

    /// How many entries the filter in force lets through; `None`: there is none in force.
    pub fn visible(&self) -> Option<usize> {
        self.sieve.as_ref().map(|sieve| sieve.sweep.found().len())
    }

    pub fn is_visible(&self, index: usize) -> bool {
        self.sieve.as_ref().is_none_or(|sieve| sieve.sweep.found().binary_search(&index).is_ok())
    }

    /// The entry keys act on, if it is to be seen.
    pub fn at_cursor<'a>(&self, entries: &'a [Entry]) -> Option<&'a Entry> {
        entries.get(self.cursor).filter(|_| self.is_visible(self.cursor))
    }

    /// The visible entry before this one.
    pub(super) fn before(&self, index: usize) -> Option<usize> {
        let Some(sieve) = &self.sieve else { return index.checked_sub(1) };
        let found = sieve.sweep.found();
        found.get(found.partition_point(|at| *at < index).checked_sub(1)?).copied()
    }

    /// The first visible entry from this one on, or behind the last.
    pub(super) fn from(&self, entries: &[Entry], index: usize) -> usize {
        let Some(sieve) = &self.sieve else { return index.min(entries.len()) };
        let found = sieve.sweep.found();
        found.get(found.partition_point(|at| *at < index)).copied().unwrap_or(entries.len())
    }

    pub(super) fn last(&self, entries: &[Entry]) -> Option<usize> {
        self.before(entries.len())
    }

    /// The visible entry before this one.
    pub fn above_entry(&self, index: usize) -> Option<usize> {
        self.before(index)
    }

    pub fn is_last(&self, entries: &[Entry], index: usize) -> bool {
        self.last(entries) == Some(index)
    }

    /// The first visible entry in this range.
    pub fn first_in(&self, entries: &[Entry], range: std::ops::Range<usize>) -> Option<usize> {
        Some(self.from(entries, range.start)).filter(|index| *index < range.end.min(entries.len()))
    }

    /// The visible entry behind the one under the cursor, or before it; at the end it stays.
    pub fn beside(&self, entries: &[Entry], forward: bool) -> usize {
        if forward {
            Some(self.from(entries, self.cursor + 1)).filter(|next| *next < entries.len()).unwrap_or(self.cursor)
        } else {
            self.before(self.cursor).unwrap_or(self.cursor)
        }
    }

    /// The visible entry nearest to this one.
    fn nearest(&self, entries: &[Entry], index: usize) -> Option<usize> {
        let next = Some(self.from(entries, index)).filter(|next| *next < entries.len());
        match (self.before(index), next) {
            (Some(before), Some(next)) if index - before < next - index => Some(before),
            (before, next) => next.or(before),
        }
    }

    /// What the reader has under the eyes.
    pub fn anchor(&self) -> Anchor {
        let line = self.rows.iter().position(|row| row.at.entry == self.cursor);
        let at = line.and_then(|line| self.rows.get(line)).map_or(self.top, |row| row.at);
        Anchor { at, line: line.unwrap_or(0), follow: self.follow }
    }

    /// Only what the filter lets through is to be seen; an empty one lets everything. What stood under the eyes, or what is
    /// nearest to it, stays where it was on the screen.
    pub fn sift(&mut self, log: &Transcript, filter: Filter, anchor: Anchor) {
        self.coming = None;
        if filter.is_empty() {
            self.sieve = None;
            return self.sifted(log.entries(), anchor);
        }
        let mut sieve = Box::new(Sieve::new(filter));
        sieve.advance(log);
        if sieve.sweep.is_done(log.entries().len()) {
            self.sieve = Some(sieve);
            self.sifted(log.entries(), anchor);
        } else {
            self.coming = Some(sieve);
            self.stale = true;
        }
    }

    /// Another set of entries is to be seen.
    fn sifted(&mut self, entries: &[Entry], anchor: Anchor) {
        self.stale = true;
        self.count_unseen(entries);
        self.narrow();
        let Some(entry) = self.nearest(entries, anchor.at.entry) else { return };
        let row = if entry == anchor.at.entry { anchor.at.row } else { 0 };
        self.cursor = entry;
        self.follow = anchor.follow;
        if !self.follow {
            self.top = self.above(entries, Spot { entry, row }, anchor.line);
        }
    }

    pub(super) fn count_unseen(&mut self, entries: &[Entry]) {
        let Some(fresh) = self.fresh else { return };
        self.unseen = match &self.sieve {
            None => entries.len().saturating_sub(fresh),
            Some(sieve) => {
                let found = sieve.sweep.found();
                found.len() - found.partition_point(|at| *at < fresh)
            }
        };
    }

    /// Something is still being looked for.
    pub fn is_busy(&self, entries: &[Entry]) -> bool {
        let behind = |sweep: &Sweep| !sweep.is_done(entries.len());
        self.coming.is_some()
            || self.sieve.as_ref().is_some_and(|sieve| behind(&sieve.sweep))
            || self.search.as_ref().is_some_and(|search| behind(&search.sweep))
    }

    /// The next piece of what is being looked for.
    pub fn work(&mut self, log: &Transcript, now: Instant) {
        let entries = log.entries();
        self.stale = true;
        if let Some(mut coming) = self.coming.take() {
            coming.pace.next(now);
            coming.advance(log);
            if coming.sweep.is_done(entries.len()) {
                let anchor = self.anchor();
                self.sieve = Some(coming);
                self.sifted(entries, anchor);
            } else {
                self.coming = Some(coming);
            }
            // One thing at a time.
            return;
        }
        if let Some(sieve) = self.sieve.as_mut().filter(|sieve| !sieve.sweep.is_done(entries.len())) {
            sieve.pace.next(now);
            sieve.advance(log);
            self.count_unseen(entries);
            return self.narrow();
        }
        self.search_on(entries, Some(now));
    }
}
