//! The turns of a log as a list: which rows are in sight, which turn the reader is in.
//!
//! Nothing is kept of it but that it is open: the chosen turn is the one the cursor is in, so that list and text cannot
//! disagree.

use std::ops::Range;

use super::Shown;

impl Shown {
    /// The turn the cursor is in.
    pub fn turn(&self) -> Option<usize> {
        self.transcript.outline().turn_of(self.reader.cursor)
    }

    /// The entries of a turn.
    pub fn turn_entries(&self, turn: usize) -> Range<usize> {
        let turns = self.transcript.outline().turns();
        let first = turns.get(turn).map_or(usize::MAX, |turn| turn.first);
        let end = turns.get(turn + 1).map_or(self.transcript.entries().len(), |next| next.first);
        first..end.max(first)
    }

    /// The first entry of a turn that can be seen.
    pub fn turn_start(&self, turn: usize) -> Option<usize> {
        self.reader.first_in(self.transcript.entries(), self.turn_entries(turn))
    }

    /// The nearest turn behind this one, or before it, of which something can be seen.
    pub fn turn_beside(&self, turn: usize, forward: bool) -> Option<usize> {
        let count = self.transcript.outline().turns().len();
        let shows = |turn: &usize| self.turn_start(*turn).is_some();
        if forward { (turn + 1..count).find(shows) } else { (0..turn.min(count)).rev().find(shows) }
    }

    /// The turns in sight in a list of so many rows: the chosen one in the middle, as far as there are others.
    pub fn turns_in_sight(&self, rows: usize) -> Range<usize> {
        let count = self.transcript.outline().turns().len();
        let top = self.turn().unwrap_or(0).saturating_sub(rows / 2).min(count.saturating_sub(rows));
        top..(top + rows).min(count)
    }
}
