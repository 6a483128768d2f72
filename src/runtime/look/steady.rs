//! Keeps what one verb asks of the service below its limit of points a minute, which nothing tells of before it is met.
//!
//! ```text
//! few questions ──> at once
//! many          ──> the first at once, each other one when its twelfth of a second has come
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Tick;

/// Requests a second. 900 points a minute are the limit of a token, and others use it, too.
const A_SECOND: u64 = 12;
/// So many may go out at once after a pause: nobody waits for a short answer. With what follows in the same minute it is
/// still less than the limit.
const AT_ONCE: u32 = 60;

const STEP: Duration = Duration::from_nanos(1_000_000_000 / A_SECOND);

/// Clones keep the same pace together.
#[derive(Clone, Debug)]
pub struct Steady {
    /// When all that was let through so far would have gone out, one after the other.
    due: Arc<Mutex<Tick>>,
}

impl Default for Steady {
    fn default() -> Self {
        Self { due: Arc::new(Mutex::new(Tick::now())) }
    }
}

impl Steady {
    /// Waits until one more request may be sent.
    pub async fn turn(&self) {
        let now = Tick::now();
        let ahead = {
            let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            *due = (*due).max(now) + STEP;
            *due - now
        };
        let wait = ahead.saturating_sub(STEP * AT_ONCE);
        // Even to wait for nothing takes the timer a millisecond.
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn few_questions_go_out_at_once_and_of_many_no_minute_has_more_than_the_service_bears() {
        let (steady, start) = (Steady::default(), Tick::now());
        let (mut minute, mut most) = (VecDeque::new(), 0);
        for nth in 0..3000 {
            steady.turn().await;
            let now = Tick::now();
            assert!(nth >= AT_ONCE || now == start, "{nth} waits");
            minute.push_back(now);
            while minute.front().is_some_and(|then| now - *then >= Duration::from_mins(1)) {
                minute.pop_front();
            }
            most = most.max(minute.len());
        }
        assert!(most <= 800, "{most} in a minute");
        let seconds = start.elapsed().as_secs();
        assert!((240..=250).contains(&seconds), "and no slower than that: {seconds} s");
        tokio::time::advance(Duration::from_secs(5)).await;
        let rested = Tick::now();
        steady.turn().await;
        assert_eq!(Tick::now(), rested);
    }
}
