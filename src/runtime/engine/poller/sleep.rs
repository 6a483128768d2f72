//! Notices that the machine slept: the clock of the deadlines stands still meanwhile, the one on the wall does not.

use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::Instant;

/// Two clocks differ by less than this without anything having happened.
const SLACK: Duration = Duration::from_secs(30);
/// How long the poller may be without a look at the clocks.
pub const LOOK: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub struct Clocks {
    wall: Instant,
    tick: Tick,
}

impl Clocks {
    pub fn new(wall: Instant, tick: Tick) -> Self {
        Self { wall, tick }
    }

    /// The time the wall clock is ahead since the last look, if it is much. A clock that was set back is no sleep.
    pub fn slept(&mut self, wall: Instant, tick: Tick) -> Option<Duration> {
        let by_wall = (wall - self.wall).to_std().unwrap_or_default();
        let by_tick = tick.saturating_duration_since(self.tick);
        *self = Self { wall, tick };
        by_wall.checked_sub(by_tick).filter(|gap| *gap > SLACK)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_sleep_is_told_once_and_a_clock_set_back_is_none() {
        let (wall, tick) = (Instant::UNIX_EPOCH, Tick::now());
        let mut clocks = Clocks::new(wall, tick);
        let later = tick + Duration::from_mins(1);
        assert_eq!(clocks.slept(wall + TimeDelta::seconds(60), later), None);
        assert_eq!(clocks.slept(wall + TimeDelta::seconds(3660), later), Some(Duration::from_hours(1)));
        assert_eq!(clocks.slept(wall + TimeDelta::seconds(3660), later), None);
        assert_eq!(clocks.slept(wall - TimeDelta::hours(1), later + Duration::from_secs(1)), None);
        assert_eq!(clocks.slept(wall - TimeDelta::hours(1), later + Duration::from_secs(1)), None);
    }
}
