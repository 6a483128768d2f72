//! So many messages a minute.

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::domain::Instant;

const MINUTE: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug)]
pub struct Rate {
    most: usize,
    sent: VecDeque<Instant>,
}

impl Rate {
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), sent: VecDeque::new() }
    }

    /// Takes a place for a message now. False: there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        // A clock that was put back would keep them for ever.
        self.sent.retain(|at| *at + MINUTE > now && *at <= now);
        let free = self.sent.len() < self.most;
        if free {
            self.sent.push_back(now);
        }
        free
    }

    /// When there is a place again.
    pub fn free_at(&self, now: Instant) -> Instant {
        if self.sent.len() < self.most { now } else { self.sent.front().map_or(now, |at| *at + MINUTE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn no_minute_has_more_than_were_allowed() {
        let mut rate = Rate::new(2);
        assert!(rate.take(at(0)) && rate.take(at(30)) && !rate.take(at(59)));
        assert_eq!(rate.free_at(at(59)), at(60));
        assert!(rate.take(at(60)) && !rate.take(at(61)) && rate.take(at(90)));
    }

    #[test]
    fn a_clock_that_is_put_back_stops_nobody_for_ever() {
        let mut rate = Rate::new(1);
        assert!(rate.take(at(10_000)) && rate.take(at(0)));
    }
}
