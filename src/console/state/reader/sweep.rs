//! Looking through a log for the entries of which something holds, a bounded piece at a time.
//!
//! ```text
//! front          from            back               end of the log
//! ━━━━━>┄┄┄┄┄┄┄┄┄│━━━━━━━━━━━━━━━━━━>┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄│
//!   2nd                 1st, and again for what comes
//! ```
//!
//! A piece is measured in bytes of text, not in time: update has no clock. How large it may be is learned from when the
//! pieces are done: one that was late was too large.

use chrono::TimeDelta;

use crate::domain::Instant;
use crate::transcript::Entry;

/// What an entry costs besides its text.
const ENTRY: usize = 100;
/// The largest piece, in bytes: some milliseconds of an expression that is not simple.
const MOST: usize = 2 << 20;
/// The first piece of what may be slow: some milliseconds of the slowest there is.
const LEAST: usize = 64 << 10;
/// The console wakes for the next piece about as often as it draws. Later than this is late.
const LATE: TimeDelta = TimeDelta::milliseconds(55);

/// The entries found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Sweep {
    /// In order.
    found: Vec<usize>,
    from: usize,
    back: usize,
    front: usize,
    /// How many of those found are before `front`.
    before: usize,
}

impl Sweep {
    /// Begins at this entry and comes to those before it last.
    pub(super) fn starting(from: usize) -> Self {
        Self { from, back: from, ..Self::default() }
    }

    /// Nothing is left to look at, nor ever will be.
    pub(super) fn ended(found: Vec<usize>) -> Self {
        Self { found, back: usize::MAX, ..Self::default() }
    }

    pub(super) fn found(&self) -> &[usize] {
        &self.found
    }

    pub(super) fn is_done(&self, entries: usize) -> bool {
        self.back >= entries && self.front >= self.from.min(entries)
    }

    /// How much of the log was looked at, in percent.
    pub(super) fn percent(&self, entries: usize) -> usize {
        let passed = self.back.min(entries).saturating_sub(self.from) + self.front;
        passed * 100 / entries.max(1)
    }

    /// Looks on for as long as the pace allows. True: something was found.
    pub(super) fn advance(&mut self, entries: &[Entry], pace: &mut Pace, mut holds: impl FnMut(usize) -> Cost) -> bool {
        let before = self.found.len();
        while self.back < entries.len() && pace.goes_on() {
            if pace.paid(holds(self.back)) {
                self.found.push(self.back);
            }
            self.back += 1;
        }
        let mut first = Vec::new();
        while self.back >= entries.len() && self.front < self.from.min(entries.len()) && pace.goes_on() {
            if pace.paid(holds(self.front)) {
                first.push(self.front);
            }
            self.front += 1;
        }
        let at = self.before;
        self.before += first.len();
        self.found.splice(at..at, first);
        self.found.len() != before
    }

    /// An entry reads differently now. What was not looked at yet will be.
    pub(super) fn again(&mut self, index: usize, holds: impl FnOnce() -> bool) {
        if index >= self.front && !(self.from..self.back).contains(&index) {
            return;
        }
        let change = match (self.found.binary_search(&index), holds()) {
            (Err(at), true) => {
                self.found.insert(at, index);
                1
            }
            (Ok(at), false) => {
                self.found.remove(at);
                -1
            }
            _ => 0,
        };
        if index < self.front {
            self.before = self.before.saturating_add_signed(change);
        }
    }
}

/// What looking at an entry came to, and what it cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) holds: bool,
    /// Bytes of text that were read.
    pub(super) bytes: usize,
}

impl Cost {
    pub(super) fn free(holds: bool) -> Self {
        Self { holds, bytes: 0 }
    }

    pub(super) fn reading(entry: &Entry, holds: bool) -> Self {
        let bytes: usize = entry.kind.texts().iter().map(|text| text.len()).sum();
        Self { holds, bytes: bytes + ENTRY }
    }
}

/// How much is done at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    piece: usize,
    left: usize,
    at: Option<Instant>,
}

impl Pace {
    /// For a text that stands as it is, which is always found fast.
    pub(super) fn fast() -> Self {
        Self { piece: MOST / 2, left: MOST / 2, at: None }
    }

    /// For an expression, of which nobody knows.
    pub(super) fn careful() -> Self {
        Self { piece: LEAST, left: LEAST, at: None }
    }

    /// The next piece begins.
    pub(super) fn next(&mut self, now: Instant) {
        if let Some(before) = self.at {
            let late = now - before > LATE;
            self.piece = if late { self.piece / 4 } else { self.piece * 2 }.clamp(LEAST, MOST);
        }
        self.at = Some(now);
        self.left = self.piece;
    }

    /// A piece for what has just come, however much was done before.
    pub(super) fn refill(&mut self) {
        self.left = self.piece;
    }

    fn goes_on(&self) -> bool {
        self.left > 0
    }

    fn paid(&mut self, cost: Cost) -> bool {
        self.left = self.left.saturating_sub(cost.bytes);
        cost.holds
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::transcript::{Format, Transcript};

    fn log(entries: usize) -> Transcript {
        let mut log = Transcript::new(Format::SessionLog);
        for n in 0..entries {
            let record = format!(
                "data: {{\"object\":\"chat.completion.chunk\",\"choices\":[{{\"delta\":{{\"role\":\"assistant\",\"content\":\"{n}\"}}}}]}}\n"
            );
            log.absorb(record.as_bytes());
        }
        log
    }

    #[test]
    fn whatever_the_pieces_are_every_entry_is_looked_at_once_and_what_is_found_is_in_order() {
        let log = log(300);
        for from in [0, 1, 137, 299, 300] {
            for bytes in [1, 7, LEAST] {
                let mut sweep = Sweep::starting(from);
                let mut looked = vec![0; 300];
                let mut pace = Pace::careful();
                let mut known = 100;
                while !sweep.is_done(300) {
                    // The log grows while it is looked through.
                    known = (known + 50).min(300);
                    pace.left = bytes;
                    sweep.advance(&log.entries()[..known], &mut pace, |index| {
                        looked[index] += 1;
                        Cost { holds: index % 3 == 0, bytes: 1 }
                    });
                    assert!(sweep.found().is_sorted());
                }
                assert!(looked.iter().all(|times| *times == 1), "from {from}: {looked:?}");
                assert_eq!(sweep.found(), (0..300).step_by(3).collect::<Vec<_>>());
                assert_eq!(sweep.percent(300), 100);
            }
        }
    }

    #[test]
    fn an_entry_that_reads_differently_is_found_or_lost() {
        let log = log(10);
        let mut sweep = Sweep::starting(4);
        let mut pace = Pace::careful();
        pace.left = 8;
        sweep.advance(log.entries(), &mut pace, |_| Cost { holds: false, bytes: 1 });
        // 4 to 9 and then 0 and 1 were looked at.
        sweep.again(1, || true);
        sweep.again(6, || true);
        sweep.again(2, || panic!("it will be looked at"));
        assert_eq!(sweep.found(), [1, 6]);
        pace.left = 8;
        sweep.advance(log.entries(), &mut pace, |index| Cost { holds: index == 3, bytes: 1 });
        assert_eq!(sweep.found(), [1, 3, 6]);
        sweep.again(1, || false);
        assert_eq!(sweep.found(), [3, 6]);
    }

    #[test]
    fn a_piece_that_came_late_makes_the_next_ones_smaller() {
        let mut pace = Pace::careful();
        let at = |millis| Instant::UNIX_EPOCH + TimeDelta::milliseconds(millis);
        pace.next(at(0));
        pace.next(at(33));
        assert_eq!(pace.left, LEAST * 2);
        pace.next(at(66));
        pace.next(at(99));
        assert_eq!(pace.left, LEAST * 8);
        pace.next(at(300));
        assert_eq!(pace.left, LEAST * 2);
        for n in 0..40 {
            pace.next(at(300 + n * 33));
        }
        assert_eq!(pace.left, MOST);
    }
}
