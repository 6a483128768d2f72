//! What may be spent: an allowance that fills by the second and never holds more than a small part of an hour's.
//!
//! ```text
//!        90 % of the allowance an hour
//!                 │
//!   ┌── purse ────▼──┐
//!   │ 7 % at most    │──> requests that count 1, proofs that nothing changed a small part of 1
//!   └─ down to −3 % ─┘    (below nothing only for what the operator asks for)
//! ```
//!
//! So no hour, wherever it begins, costs more than 90 + 7 + 3 % of the allowance, by construction and not by luck:
//! when it runs low, sources wait for their turn, which is what stretches their intervals. What others leave of the token's
//! limit is honoured, too: never more than half of it, spread over the time to the reset.

use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::Instant;
use crate::provider::port::Budget;

/// What comes in, what the purse holds, and how far the operator may go into debt: parts of an hour's allowance.
const INCOME: f64 = 0.90;
const HOLDS: f64 = 0.07;
const DEBT: f64 = 0.03;

/// The service's limit where it has not told us yet.
pub const USUAL_LIMIT: u64 = 5_000;
/// The limit's window: no reset is farther away than this.
const WINDOW: Duration = Duration::from_hours(1);
/// A reset that should have passed is near, but nobody knows how near.
const UNKNOWN: Duration = Duration::from_mins(10);
/// However little is left: a sign of life.
const SIGN_OF_LIFE: f64 = 1.0 / 600.0;

#[derive(Debug)]
pub struct Purse {
    /// Part of the service's limit, 0–1.
    share: f64,
    /// What a proof of sameness is taken to cost.
    unchanged: f64,
    level: f64,
    /// An hour's allowance.
    allowed: f64,
    /// Set aside for what is on its way.
    reserved: f64,
    charged: f64,
    filled_at: Tick,
    others: Option<Left>,
}

/// What the newest answer said is left of the token's limit, for everybody.
#[derive(Clone, Copy, Debug)]
struct Left {
    said: (u64, Option<Instant>, u64),
    requests: f64,
    until: Tick,
}

impl Purse {
    pub fn new(share: f64, unchanged: f64, now: Tick) -> Self {
        let allowed = as_float(USUAL_LIMIT) * share;
        let level = allowed * HOLDS;
        Self { share, unchanged, level, allowed, reserved: 0.0, charged: 0.0, filled_at: now, others: None }
    }

    /// An hour's allowance in requests.
    pub fn allowed(&self) -> f64 {
        self.allowed
    }

    /// Takes in what was spent meanwhile, by whomever of this process, and fills up.
    pub fn settle(&mut self, budget: &Budget, now: Tick, clock: Instant) {
        self.fill(now);
        self.allowed = as_float(budget.limit.unwrap_or(USUAL_LIMIT)) * self.share;
        let charged = as_float(budget.counted) + as_float(budget.unchanged) * self.unchanged;
        self.level -= charged - self.charged;
        self.charged = charged;
        self.hear_of_others(budget, now, clock);
        self.level = self.level.min(self.most());
    }

    /// The time to the reset counts on our own clock from when it was first told, so that a jumping clock changes nothing.
    fn hear_of_others(&mut self, budget: &Budget, now: Tick, clock: Instant) {
        let Some(remaining) = budget.remaining else { return };
        let said = (remaining, budget.reset_at, budget.counted);
        // Of a window that is over by our own clock nothing is left to be heard until something new is said.
        let is_old = |left: Left| left.until <= now && (left.said.0, left.said.1) == (remaining, budget.reset_at);
        if self.others.is_some_and(|left| left.said == said || is_old(left)) {
            return;
        }
        let wait = budget.reset_at.and_then(|at| (at - clock).to_std().ok()).filter(|wait| !wait.is_zero());
        let until = now + wait.unwrap_or(UNKNOWN).min(WINDOW);
        self.others = Some(Left { said, requests: as_float(remaining), until });
    }

    pub fn fill(&mut self, now: Tick) {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.level = (self.level + passed * self.rate(self.filled_at)).min(self.most());
        self.filled_at = now;
    }

    /// Requests a second.
    fn rate(&self, now: Tick) -> f64 {
        let own = self.allowed * INCOME / 3600.0;
        let left = self.others.filter(|left| left.until > now);
        let theirs = left.map(|left| left.requests / 2.0 / (left.until - now).as_secs_f64().max(1.0));
        theirs.map_or(own, |rate| own.min(rate.max(SIGN_OF_LIFE)))
    }

    fn most(&self) -> f64 {
        let own = self.allowed * HOLDS;
        let left = self.others.filter(|left| left.until > self.filled_at);
        // One whole request at least, or nothing would ever be asked again.
        left.map_or(own, |left| own.min((left.requests / 2.0).max(1.0))).max(1.0)
    }

    /// Enough for something that costs `need`, and as much again as `keep` of a full purse left over.
    pub fn affords(&self, need: f64, keep: f64) -> bool {
        // What costs more than the purse ever holds must be possible now and then.
        self.level - self.reserved >= (need + self.kept(keep)).min(self.most())
    }

    /// What is to be left over. Nothing in a new window of which nobody has said yet what it holds: whoever asks first will
    /// be told.
    fn kept(&self, keep: f64) -> f64 {
        let is_new = self.others.is_some_and(|left| left.until <= self.filled_at);
        if is_new { 0.0 } else { keep * self.most() }
    }

    /// The operator may go into debt, a little.
    pub fn affords_wish(&self, need: f64) -> bool {
        self.level - self.reserved - need >= -self.allowed * DEBT
    }

    /// When [`affords`](Self::affords) will be true.
    pub fn when(&self, need: f64, keep: f64, now: Tick) -> Tick {
        let missing = (need + self.kept(keep)).min(self.most()) - (self.level - self.reserved);
        let wait = (missing / self.rate(now)).clamp(0.05, 3600.0);
        now + Duration::from_secs_f64(wait)
    }

    pub fn reserve(&mut self, need: f64) {
        self.reserved += need;
    }

    pub fn release(&mut self, need: f64) {
        self.reserved = (self.reserved - need).max(0.0);
    }
}

#[expect(clippy::cast_precision_loss, reason = "requests in an hour are a few thousand")]
pub fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    fn clock(seconds: u64) -> Instant {
        Instant::UNIX_EPOCH + chrono::TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))
    }

    /// Two hours of somebody who would send `per_hour` requests if nobody stopped him. Returns the dearest hour and the
    /// last one.
    fn two_hours(per_hour: f64, told: impl Fn(u64, u64) -> Budget) -> (u64, u64) {
        let start = Tick::now();
        let mut purse = Purse::new(0.2, 0.05, start);
        let (mut wanted, mut counted, mut most) = (0.0, 0, 0);
        let mut hour = VecDeque::new();
        for second in 0..7200 {
            let now = start + Duration::from_secs(second);
            wanted += per_hour / 3600.0;
            purse.fill(now);
            while wanted >= 1.0 && purse.affords(1.0, 0.0) {
                wanted -= 1.0;
                counted += 1;
                purse.settle(&Budget { counted, ..told(second, counted) }, now, clock(second));
            }
            hour.push_back(counted);
            let before = if hour.len() > 3600 { hour.pop_front().unwrap_or(0) } else { 0 };
            most = most.max(counted - before);
        }
        (most, counted - hour.front().copied().unwrap_or(0))
    }

    #[tokio::test(start_paused = true)]
    async fn a_modest_poller_is_left_alone() {
        let (most, last) = two_hours(600.0, |_, _| Budget { limit: Some(5000), ..Budget::default() });
        assert!((590..=610).contains(&last) && most <= 610, "{last} {most}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_greedy_poller_stays_inside_its_allowance_in_every_hour_and_uses_it() {
        for greed in [1500.0, 3000.0, 60_000.0] {
            let (most, last) = two_hours(greed, |_, _| Budget { limit: Some(5000), ..Budget::default() });
            assert!(most <= 1000, "{most} in an hour at {greed}");
            assert!(last >= 840, "the allowance is used: {last} at {greed}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_what_others_left_of_the_token_no_more_than_half_is_taken() {
        // Sixty are left in each window, less what we took of them.
        let before = std::cell::Cell::new((0, 0));
        let (most, last) = two_hours(6000.0, |second, counted| {
            let (window, then) = before.get();
            if window != second / 3600 {
                before.set((second / 3600, counted));
            }
            let taken = if window == second / 3600 { counted - then } else { 0 };
            Budget {
                limit: Some(5000),
                remaining: Some(60_u64.saturating_sub(taken)),
                reset_at: Some(clock((second / 3600 + 1) * 3600)),
                ..Budget::default()
            }
        });
        assert!(most <= 75, "{most} where others leave 60 an hour");
        assert!(last >= 6, "a sign of life: {last}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reset_in_the_past_or_far_away_neither_frees_nor_stops_us() {
        for reset in [clock(0) - chrono::TimeDelta::days(1), clock(0) + chrono::TimeDelta::days(3)] {
            let told = Budget {
                limit: Some(5000),
                remaining: Some(0),
                reset_at: Some(reset),
                counted: 1,
                ..Budget::default()
            };
            let now = Tick::now();
            let mut purse = Purse::new(0.2, 0.05, now);
            purse.settle(&told, now, clock(0));
            purse.fill(now);
            assert!(purse.most() < 2.0);
            let when = purse.when(1.0, 0.0, now);
            assert!(when > now && when <= now + WINDOW, "{:?}", when - now);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn proofs_that_nothing_changed_cost_little_and_debt_is_the_operators_alone() {
        let now = Tick::now();
        let mut purse = Purse::new(0.2, 0.05, now);
        purse.settle(&Budget { unchanged: 1000, ..Budget::default() }, now, clock(0));
        assert!(purse.affords(20.0, 0.0) && !purse.affords(21.0, 0.0));
        purse.settle(&Budget { unchanged: 1000, counted: 25, ..Budget::default() }, now, clock(0));
        assert!(!purse.affords(0.05, 0.0));
        assert!(purse.affords_wish(25.0) && !purse.affords_wish(26.0));
    }
}
