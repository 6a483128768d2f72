//! Requests that count, over the last hour, against what we allow ourselves.

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::console::event::BudgetNews;
use crate::domain::Instant;
use crate::provider::port::Budget;

/// The service's limit where it has not told us yet.
const USUAL_LIMIT: u64 = 5_000;

#[derive(Debug)]
pub struct Meter {
    /// Share of the service's limit, 0–1.
    share: f64,
    /// (when, requests counted by then).
    marks: VecDeque<(Instant, u64)>,
}

impl Meter {
    pub fn new(share: f64) -> Self {
        Self { share, marks: VecDeque::new() }
    }

    pub fn read(&mut self, budget: Budget, now: Instant) -> BudgetNews {
        if self
            .marks
            .back()
            .is_none_or(|(at, counted)| *counted != budget.counted && now - *at >= TimeDelta::seconds(10))
        {
            self.marks.push_back((now, budget.counted));
        }
        while self.marks.get(1).is_some_and(|(at, _)| now - *at > TimeDelta::hours(1)) {
            self.marks.pop_front();
        }
        // The first mark was taken after the first answer: what was counted by then belongs to this hour too.
        let oldest = self.marks.front().filter(|(at, _)| now - *at > TimeDelta::hours(1));
        let before = oldest.map_or(0, |(_, counted)| *counted);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a limit is a few thousand"
        )]
        let allowed = (budget.limit.unwrap_or(USUAL_LIMIT) as f64 * self.share) as u64;
        BudgetNews {
            spent: budget.counted.saturating_sub(before),
            allowed,
            remaining: budget.remaining,
            reset_at: budget.reset_at,
        }
    }
}

/// How much slower everything goes so that the allowance lasts.
pub fn stretch(news: BudgetNews) -> f64 {
    let tight = news.remaining.is_some_and(|left| left < 200);
    match news.spent * 100 / news.allowed.max(1) {
        0..60 if !tight => 1.0,
        60..80 if !tight => 1.5,
        80..100 => 3.0,
        _ => 6.0,
    }
}
