//! The clock. The only place that reads the machine's time; everything else is handed an instant or a [`Now`].

use std::sync::Arc;

use chrono::{Local, Offset, TimeZone, Utc};

use crate::domain::{Instant, Now, Zone};

/// The machine's time, or a time that starts where a test says and moves with tokio's clock, which a test can pause.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    from: From,
}

#[derive(Clone, Copy, Debug)]
enum From {
    Machine,
    Virtual { start: Instant, since: tokio::time::Instant, speed: f64 },
}

impl Clock {
    pub fn system() -> Self {
        Self { from: From::Machine }
    }

    /// `start`, plus what has passed on tokio's clock since this call.
    pub fn virtual_from(start: Instant) -> Self {
        Self::replaying(start, 1.0)
    }

    /// The same, so many times faster.
    pub fn replaying(start: Instant, speed: f64) -> Self {
        let speed = if speed.is_finite() { speed.clamp(0.1, 100.0) } else { 1.0 };
        Self { from: From::Virtual { start, since: tokio::time::Instant::now(), speed } }
    }

    pub fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        match self.from {
            From::Machine => Utc::now(),
            From::Virtual { start, since, speed } => {
                let passed = since.elapsed();
                // At its own speed to the last digit.
                start + if (speed - 1.0).abs() < f64::EPSILON { passed } else { passed.mul_f64(speed) }
            }
        }
    }

    /// The clock as the other folders take it.
    pub fn as_now(&self) -> Now {
        let clock = *self;
        Arc::new(move || clock.now())
    }

    /// When `at` is on tokio's clock; the past is now.
    pub fn deadline(&self, at: Instant) -> tokio::time::Instant {
        let wait = (at - self.now()).to_std().unwrap_or_default();
        let now = tokio::time::Instant::now();
        // A year is as good as never, and an instant that far away cannot overflow.
        let wait = wait.min(std::time::Duration::from_hours(8760));
        match self.from {
            From::Virtual { speed, .. } if (speed - 1.0).abs() >= f64::EPSILON => now + wait.div_f64(speed),
            From::Virtual { .. } | From::Machine => now + wait,
        }
    }

    /// The operator's time zone, whose rule is asked for each instant: summer time may begin while the program runs. UTC on
    /// virtual time, so that tests read the same everywhere.
    pub fn zone(&self) -> Zone {
        match self.from {
            From::Machine => Zone::new(|at| Local.offset_from_utc_datetime(&at.naive_utc()).fix()),
            From::Virtual { .. } => Zone::utc(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn virtual_time_starts_where_it_is_told_and_moves_with_tokio() {
        let start = Instant::UNIX_EPOCH + TimeDelta::days(20_000);
        let clock = Clock::virtual_from(start);
        let now = clock.as_now();
        assert_eq!(now(), start);
        tokio::time::advance(std::time::Duration::from_secs(90)).await;
        assert_eq!(now(), start + TimeDelta::seconds(90));
        assert_eq!(clock.zone().at(start).offset().local_minus_utc(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_in_the_past_is_now_and_one_far_away_does_not_overflow() {
        let clock = Clock::virtual_from(Instant::UNIX_EPOCH);
        let now = tokio::time::Instant::now();
        assert_eq!(clock.deadline(Instant::UNIX_EPOCH - TimeDelta::days(1)), now);
        assert_eq!(
            clock.deadline(Instant::UNIX_EPOCH + TimeDelta::seconds(5)),
            now + std::time::Duration::from_secs(5)
        );
        assert!(clock.deadline(Instant::MAX_UTC) > now);
    }

    #[test]
    fn the_machine_clock_does_not_stand_still() {
        assert!(Clock::system().now() > Instant::UNIX_EPOCH + TimeDelta::days(20_000));
    }
}
