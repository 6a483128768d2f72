//! What was spent in the last hour, for the screen. What may be spent is the purse's business.
//!
//! Kept on the monotonic clock: a wall clock that steps neither forgets an hour nor repeats one.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::purse::USUAL_LIMIT;
use crate::console::event::{BudgetDetail, BudgetNews};
use crate::provider::port::Budget;

/// Marks are no closer than this.
const MARK: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_hours(1);
/// A new look at the intervals counts so much against what was seen before.
const SMOOTH: f64 = 0.1;

#[derive(Debug)]
pub struct Meter {
    share: f64,
    /// (when, requests counted by then), oldest first, reaching back an hour.
    marks: VecDeque<(Tick, u64)>,
    stretch: f64,
}

impl Meter {
    pub fn new(share: f64) -> Self {
        Self { share, marks: VecDeque::new(), stretch: 1.0 }
    }

    pub fn read(&mut self, budget: Budget, now: Tick) -> BudgetNews {
        if self.marks.back().is_none_or(|(at, _)| now.saturating_duration_since(*at) >= MARK) {
            self.marks.push_back((now, budget.counted));
        }
        let is_old = |at: Tick| now.saturating_duration_since(at) >= HOUR;
        while self.marks.get(1).is_some_and(|(at, _)| is_old(*at)) {
            self.marks.pop_front();
        }
        // Before an hour has passed, everything since the start belongs to it.
        let before = self.marks.front().filter(|(at, _)| is_old(*at)).map_or(0, |(_, counted)| *counted);
        BudgetNews {
            spent: budget.counted.saturating_sub(before),
            allowed: allowed(budget.limit.unwrap_or(USUAL_LIMIT), self.share),
            remaining: budget.remaining,
            reset_at: budget.reset_at,
            more: BudgetDetail {
                sent: budget.sent,
                unchanged: budget.unchanged,
                in_flight: budget.in_flight,
                stretch: self.stretch,
            },
        }
    }

    /// A source of this pace went out so late.
    pub fn was_late(&mut self, late: Duration, every: Duration) {
        let now = 1.0 + late.as_secs_f64() / every.as_secs_f64().max(1.0);
        self.stretch += SMOOTH * (now - self.stretch);
        // A moment's wait for a place among the requests in flight is no stretch.
        if self.stretch < 1.05 {
            self.stretch = 1.0;
        }
    }

    /// By how much intervals are longer than wished of late.
    pub fn stretch(&self) -> f64 {
        self.stretch
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a limit of thousands"
)]
fn allowed(limit: u64, share: f64) -> u64 {
    (limit as f64 * share) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_hour_is_told_and_what_is_older_is_not() {
        let start = Tick::now();
        let mut meter = Meter::new(0.2);
        let mut told = BudgetNews::default();
        for minute in 0..150 {
            let budget = Budget { limit: Some(5000), counted: minute * 5, ..Budget::default() };
            told = meter.read(budget, start + Duration::from_mins(minute));
            assert!(told.spent <= 305, "{told:?}");
        }
        assert!(told.spent >= 295 && told.allowed == 1000, "{told:?}");
    }

    #[test]
    fn the_stretch_follows_what_happens_and_forgets_a_moment() {
        let mut meter = Meter::new(0.2);
        meter.was_late(Duration::from_millis(300), Duration::from_secs(10));
        assert!((meter.stretch() - 1.0).abs() < f64::EPSILON);
        for _ in 0..100 {
            meter.was_late(Duration::from_secs(30), Duration::from_secs(10));
        }
        assert!((3.9..=4.1).contains(&meter.stretch()), "{}", meter.stretch());
    }
}
