//! Searches under way. A new one ends the old: each has a number, and one whose number is not the newest stops.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::file::LogFile;
use super::hands::Teller;
use crate::console::biglog::Told;
use crate::transcript::search::{self, Pattern};

/// Between two reports of a count.
const PACE: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, Default)]
pub struct Hunts {
    /// The number of the newest count and of the newest way to a hit; 0: none is wanted.
    count: Arc<AtomicU64>,
    next: Arc<AtomicU64>,
}

impl Hunts {
    pub fn end(&self) {
        self.count.store(0, Ordering::Relaxed);
        self.next.store(0, Ordering::Relaxed);
    }

    /// Counts the lines that hold the pattern.
    pub fn count(&self, file: LogFile, teller: Teller, (number, pattern, from): (u64, Pattern, u64)) {
        self.end();
        self.count.store(number, Ordering::Relaxed);
        let newest = Arc::clone(&self.count);
        tokio::task::spawn_blocking(move || {
            let mut told = Instant::now();
            // Asked once a run of lines, which is far less often than once a line.
            let due = || {
                let due = told.elapsed() >= PACE || newest.load(Ordering::Relaxed) != number;
                if due {
                    told = Instant::now();
                }
                due
            };
            let scanned = search::scan(&*file.bytes, (file.format, file.len), &pattern, from, due, |found| {
                let wanted = newest.load(Ordering::Relaxed) == number;
                if !wanted || !teller.tell_blocking(file.log, Told::Found { search: number, found }) {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            });
            if let Err(error) = scanned {
                teller.fail_blocking(&error);
            }
        });
    }

    /// Finds the hit at `from` or behind it, or the one before it.
    pub fn next(&self, file: LogFile, teller: Teller, what: (u64, Pattern), from: u64, forward: bool) {
        let (number, pattern) = what;
        let turn = self.next.load(Ordering::Relaxed).wrapping_add(1).max(1);
        self.next.store(turn, Ordering::Relaxed);
        let newest = Arc::clone(&self.next);
        tokio::task::spawn_blocking(move || {
            let stop = || newest.load(Ordering::Relaxed) != turn;
            let of = (file.format, file.len);
            let hit = if forward {
                search::next(&*file.bytes, of, &pattern, from, stop)
            } else {
                search::previous(&*file.bytes, of, &pattern, from, stop)
            };
            match hit {
                _ if newest.load(Ordering::Relaxed) != turn => {}
                Ok(hit) => {
                    teller.tell_blocking(file.log, Told::Hit { search: number, hit });
                }
                Err(error) => teller.fail_blocking(&error),
            }
        });
    }
}
