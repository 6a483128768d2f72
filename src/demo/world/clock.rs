//! The world's own time: milliseconds since the server started, negative for history.
//!
//! A fast world lives its future faster, but never claims a time that has not come: `speed` shortens what is still to
//! happen, history keeps the length it had.
//!
//! ```text
//! tick     … -60_000 ──────── 0 ──────── 60_000 …      (speed 10)
//! instant  … start-60s ──── start ──── start+6s …
//! ```

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// Milliseconds of world time since the server started.
pub type Tick = i64;

pub const SECOND: Tick = 1_000;
pub const MINUTE: Tick = 60 * SECOND;
pub const HOUR: Tick = 60 * MINUTE;
pub const DAY: Tick = 24 * HOUR;

#[derive(Clone, Debug)]
pub struct WorldClock {
    origin: DateTime<Utc>,
    speed: f64,
}

impl WorldClock {
    /// `speed` 1 is real time. What is not a sensible speed becomes the nearest one.
    pub fn new(origin: DateTime<Utc>, speed: f64) -> Self {
        let speed = if speed.is_finite() { speed.clamp(0.01, 10_000.0) } else { 1.0 };
        Self { origin, speed }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "milliseconds of a program's life"
    )]
    pub fn tick(&self, at: DateTime<Utc>) -> Tick {
        let real = (at - self.origin).num_milliseconds();
        if real <= 0 { real } else { (real as f64 * self.speed).floor() as Tick }
    }

    /// The first tick whose instant is not before `at`.
    #[expect(clippy::cast_possible_truncation, reason = "a speed is 10,000 at most")]
    pub fn tick_of(&self, at: DateTime<Utc>) -> Tick {
        let step = (self.speed.ceil() as Tick).max(1);
        let floor = self.tick(at);
        (0..4).map(|more| floor + more * step).find(|tick| self.instant(*tick) >= at).unwrap_or(floor)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "milliseconds of a program's life"
    )]
    pub fn instant(&self, tick: Tick) -> DateTime<Utc> {
        let real = if tick <= 0 { tick } else { (tick as f64 / self.speed).floor() as i64 };
        self.origin.checked_add_signed(TimeDelta::milliseconds(real)).unwrap_or(self.origin)
    }

    /// As GitHub writes times: whole seconds, `Z`.
    pub fn stamp(&self, tick: Tick) -> String {
        self.instant(tick).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// As the Actions log writes times: seven digits after the point.
    pub fn fine_stamp(&self, tick: Tick) -> String {
        self.instant(tick).format("%Y-%m-%dT%H:%M:%S%.3f0000Z").to_string()
    }

    pub fn unix_seconds(&self, tick: Tick) -> i64 {
        self.instant(tick).timestamp()
    }

    pub fn unix_millis(&self, tick: Tick) -> i64 {
        self.instant(tick).timestamp_millis()
    }
}

/// Reads `45s`, `12m`, `3h`, `2d`, with an optional leading `-`.
pub fn parse_span(text: &str) -> Option<Tick> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let unit = digits.chars().last()?;
    let number: f64 = digits.strip_suffix(unit)?.parse().ok()?;
    let scale = match unit {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return None,
    };
    Some(sign * millis(number, scale))
}

/// `number` units of `scale` milliseconds.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "spans of days at most")]
pub fn millis(number: f64, scale: Tick) -> Tick {
    (number * scale as f64).round() as Tick
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn origin() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn speed_shortens_the_future_and_leaves_history_alone() {
        let clock = WorldClock::new(origin(), 10.0);
        assert_eq!(clock.stamp(-HOUR), "2026-11-20T11:00:00Z");
        assert_eq!(clock.stamp(10 * MINUTE), "2026-11-20T12:01:00Z");
        assert_eq!(clock.tick(origin() + TimeDelta::seconds(3)), 30 * SECOND);
    }

    #[test]
    fn what_has_happened_never_carries_a_time_to_come() {
        for speed in [0.3, 1.0, 7.0, 33.3] {
            let clock = WorldClock::new(origin(), speed);
            for real in [1, 17, 999, 1_001, 3_333, 86_399_999] {
                let now = origin() + TimeDelta::milliseconds(real);
                assert!(clock.instant(clock.tick(now)) <= now, "{speed} {real}");
            }
        }
    }

    #[test]
    fn the_tick_of_an_instant_never_lies_before_it_and_at_most_a_second_after() {
        for speed in [0.01, 0.3, 1.0, 2.5, 7.0, 33.3, 10_000.0] {
            let clock = WorldClock::new(origin(), speed);
            for seconds in [-86_400, -1, 0, 1, 59, 3_600, 604_800] {
                let at = origin() + TimeDelta::seconds(seconds);
                let back = clock.instant(clock.tick_of(at));
                assert!(back >= at && back - at < TimeDelta::seconds(1), "{speed} {seconds}: {back}");
            }
        }
    }

    #[test]
    fn a_speed_that_is_no_speed_still_gives_a_clock() {
        for speed in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            let clock = WorldClock::new(origin(), speed);
            assert!(clock.tick(origin() + TimeDelta::hours(1)) > 0, "{speed}");
        }
    }

    #[test]
    fn spans_are_read_with_their_sign_and_unit() {
        assert_eq!(parse_span("-54m"), Some(-54 * MINUTE));
        assert_eq!(parse_span("1.5h"), Some(90 * MINUTE));
        assert_eq!(parse_span("2d"), Some(2 * DAY));
        for bad in ["", "-", "5", "5x", "m"] {
            assert_eq!(parse_span(bad), None, "{bad}");
        }
    }
}
