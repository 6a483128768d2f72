//! Requests that count against the service's limit: how many in the last hour, and how much slower everything must go so
//! that the allowance lasts.
//!
//! The brake is a slow feedback: the rate of the last minutes against the allowed one multiplies a factor by which every
//! interval is stretched. What the operator looks at is stretched less (see the poller).

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::console::event::BudgetNews;
use crate::domain::Instant;
use crate::provider::port::Budget;

/// The service's limit where it has not told us yet.
const USUAL_LIMIT: u64 = 5_000;
/// Marks are no closer than this.
const MARK: TimeDelta = TimeDelta::seconds(10);
/// The rate is looked at over this long, and not before there is that much to look at: the first picture costs a burst.
const LOOK: TimeDelta = TimeDelta::minutes(3);
/// Between two moves of the brake, so that one has its effect before the next.
const BETWEEN: TimeDelta = TimeDelta::seconds(60);
const HARDEST: f64 = 12.0;
/// The allowance is all but used up: a sign of life now and then, no more.
const STANDING: f64 = 60.0;
/// Others share the token: below this many left for all of them we only crawl.
const NEARLY_NOTHING: u64 = 100;

#[derive(Debug)]
pub struct Meter {
    /// Share of the service's limit, 0–1.
    share: f64,
    /// (when, requests counted by then), oldest first, reaching back an hour.
    marks: VecDeque<(Instant, u64)>,
    stretch: f64,
    braked_at: Option<Instant>,
}

impl Meter {
    pub fn new(share: f64) -> Self {
        Self { share, marks: VecDeque::new(), stretch: 1.0, braked_at: None }
    }

    pub fn read(&mut self, budget: Budget, now: Instant) -> BudgetNews {
        if self.marks.back().is_none_or(|(at, _)| now - *at >= MARK) {
            self.marks.push_back((now, budget.counted));
        }
        let hour_ago = now - TimeDelta::hours(1);
        while self.marks.get(1).is_some_and(|(at, _)| *at <= hour_ago) {
            self.marks.pop_front();
        }
        // Before an hour has passed, everything since the start belongs to it.
        let before = self.marks.front().filter(|(at, _)| *at <= hour_ago).map_or(0, |(_, counted)| *counted);
        let news = BudgetNews {
            spent: budget.counted.saturating_sub(before),
            allowed: allowed(budget.limit.unwrap_or(USUAL_LIMIT), self.share),
            remaining: budget.remaining,
            reset_at: budget.reset_at,
        };
        self.brake(budget.counted, news, now);
        news
    }

    /// By how much every interval is longer than configured; 1 while the allowance lasts.
    pub fn stretch(&self) -> f64 {
        self.stretch
    }

    /// The same for what the operator looks at: it gives way last, but it does give way.
    pub fn attended_stretch(&self) -> f64 {
        if self.stretch >= STANDING { self.stretch } else { self.stretch.sqrt() }
    }

    fn brake(&mut self, counted: u64, news: BudgetNews, now: Instant) {
        // What is already planned is still sent: the last tenth is kept for it.
        let nearly_spent = news.spent * 5 >= news.allowed * 4;
        if nearly_spent || news.remaining.is_some_and(|left| left < NEARLY_NOTHING) {
            self.stretch = if news.spent * 10 >= news.allowed * 9 { STANDING } else { HARDEST };
            self.braked_at = Some(now);
            return;
        }
        if self.braked_at.is_some_and(|at| now - at < BETWEEN) {
            return;
        }
        let Some((since, then)) = self.marks.iter().rev().find(|(at, _)| now - *at >= LOOK) else { return };
        let hours = (now - *since).as_seconds_f64() / 3600.0;
        let rate = as_float(counted.saturating_sub(*then)) / hours;
        // With half of it spent there is less room for being wrong.
        let aim = if news.spent * 2 > news.allowed { 0.75 } else { 1.0 };
        let pressure = (rate / (as_float(news.allowed.max(1)) * aim)).clamp(0.5, 2.0);
        self.stretch = (self.stretch * pressure).clamp(1.0, HARDEST);
        self.braked_at = Some(now);
    }
}

#[expect(clippy::cast_precision_loss, reason = "requests in an hour are a few thousand")]
fn as_float(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a limit is small and positive")]
fn allowed(limit: u64, share: f64) -> u64 {
    (as_float(limit) * share) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// Runs two hours of a poller that would send `per_hour` requests if nobody braked it.
    fn two_hours(per_hour: f64) -> (Meter, BudgetNews, u64) {
        let mut meter = Meter::new(0.2);
        let (mut sent, mut last, mut most) = (0.0, BudgetNews::default(), 0);
        for second in 0..7200 {
            sent += per_hour / 3600.0 / meter.stretch();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test's count")]
            let budget = Budget { limit: Some(5000), counted: sent as u64, ..Budget::default() };
            last = meter.read(budget, at(second));
            most = most.max(last.spent);
        }
        (meter, last, most)
    }

    #[test]
    fn a_modest_poller_is_left_alone() {
        let (meter, last, _) = two_hours(600.0);
        assert!((meter.stretch() - 1.0).abs() < f64::EPSILON, "{}", meter.stretch());
        assert!((590..=610).contains(&last.spent) && last.allowed == 1000, "{last:?}");
    }

    #[test]
    fn a_greedy_poller_is_slowed_until_it_stays_inside_its_allowance() {
        for greed in [1500.0, 3000.0, 6000.0] {
            let (_, last, most) = two_hours(greed);
            assert!(most <= 1010, "{most} in an hour at {greed}");
            assert!(last.spent >= 600, "the allowance is used: {} at {greed}", last.spent);
        }
    }

    #[test]
    fn when_others_used_the_token_up_it_only_crawls() {
        let mut meter = Meter::new(0.2);
        let budget = Budget { limit: Some(5000), remaining: Some(20), counted: 5, ..Budget::default() };
        meter.read(budget, at(0));
        assert!((meter.stretch() - HARDEST).abs() < f64::EPSILON);
    }
}
