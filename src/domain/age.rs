//! Ages in one unit, as the screen shows them, and when the shown text will change next.

use chrono::TimeDelta;

use super::Instant;
use super::instant::after;

/// `now`, `12s`, `4m`, `3h`, `2d`, `5w`. Negative ages (a clock that runs ahead) are `now`.
pub fn short(age: TimeDelta) -> String {
    let s = age.num_seconds();
    match s {
        i64::MIN..=0 => "now".to_owned(),
        1..60 => format!("{s}s"),
        60..3600 => format!("{}m", s / 60),
        3600..86_400 => format!("{}h", s / 3600),
        86_400..1_209_600 => format!("{}d", s / 86_400),
        _ => format!("{}w", s / 604_800),
    }
}

/// The next instant at which [`short`] of `now - since` reads differently, so that a still screen can sleep until then.
/// Seconds are rounded to ten so that a new task does not wake the screen every second: see [`coarse`].
pub fn next_change(since: Instant, now: Instant) -> Instant {
    let s = (now - since).num_seconds().max(0);
    let unit = match s {
        0..60 => 10,
        60..3600 => 60,
        3600..86_400 => 3600,
        86_400..1_209_600 => 86_400,
        _ => 604_800,
    };
    after(since, TimeDelta::seconds((s / unit + 1) * unit))
}

/// [`short`], with ages under a minute in steps of ten seconds, for lists.
pub fn coarse(age: TimeDelta) -> String {
    let s = age.num_seconds();
    if (10..60).contains(&s) {
        short(TimeDelta::seconds(s / 10 * 10))
    } else if s < 10 {
        "now".to_owned()
    } else {
        short(age)
    }
}

/// How long until something, rounded up: in steps of ten seconds under a minute, of minutes under two hours.
pub fn until(left: TimeDelta) -> String {
    let (steps, unit) = steps(left);
    match unit {
        10 => format!("{}s", steps * 10),
        60 => format!("{steps}m"),
        _ => format!("{steps}h"),
    }
}

/// The next instant at which [`until`] of `at - now` reads differently; `at` itself at the last.
pub fn next_step(at: Instant, now: Instant) -> Instant {
    let (steps, unit) = steps(at - now);
    let next = at - TimeDelta::seconds((steps - 1).max(0) * unit);
    if next > now { next } else { at.max(now + TimeDelta::seconds(1)) }
}

/// In so many steps of so many seconds it is over, the one that has begun with them.
fn steps(left: TimeDelta) -> (i64, i64) {
    let seconds = left.num_seconds().max(0) + i64::from(left.num_seconds() >= 0 && left.subsec_nanos() > 0);
    let unit = match seconds {
        0..=60 => 10,
        61..=7200 => 60,
        _ => 3600,
    };
    (seconds.div_euclid(unit) + i64::from(seconds.rem_euclid(unit) > 0), unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_in_one_unit() {
        for (s, text) in [
            (-5, "now"),
            (0, "now"),
            (42, "42s"),
            (60, "1m"),
            (3599, "59m"),
            (7200, "2h"),
            (86_400, "1d"),
            (1_209_600, "2w"),
        ] {
            assert_eq!(short(TimeDelta::seconds(s)), text);
        }
    }

    #[test]
    fn a_shown_age_is_still_right_until_its_next_change() {
        let since = Instant::UNIX_EPOCH;
        for s in (0..4000).chain([7000, 86_399, 86_400, 100_000]) {
            let now = since + TimeDelta::seconds(s);
            let change = next_change(since, now);
            assert!(change > now);
            assert_eq!(coarse(now - since), coarse(change - TimeDelta::seconds(1) - since), "at {s}");
        }
    }

    #[test]
    fn of_the_last_instants_there_are_the_age_can_be_told_too() {
        let last = Instant::MAX_UTC;
        assert_eq!(next_change(last, Instant::UNIX_EPOCH), last);
        assert_eq!(coarse(Instant::UNIX_EPOCH - last), "now");
    }

    #[test]
    fn between_whole_seconds_too_a_wait_reads_the_same_until_its_next_step() {
        let at = Instant::UNIX_EPOCH;
        for left in (1..140_000_i64).step_by(37).chain([10_500, 20_001, 60_001, 60_999, 7_200_001, 7_201_500]) {
            let now = at - TimeDelta::milliseconds(left);
            let step = next_step(at, now);
            assert!(step > now && step <= at, "{left}");
            let just_before = step - TimeDelta::milliseconds(1);
            assert_eq!(until(at - now), until(at - just_before.max(now)), "at {left} ms");
            assert!(step == at || until(at - now) != until(at - step), "at {left} ms");
        }
    }

    #[test]
    fn a_wait_reads_the_same_until_its_next_step_and_never_shorter_than_it_is() {
        for (s, text) in [(0, "0s"), (1, "10s"), (10, "10s"), (41, "50s"), (61, "2m"), (900, "15m"), (7201, "3h")] {
            assert_eq!(until(TimeDelta::seconds(s)), text);
        }
        let at = Instant::UNIX_EPOCH + TimeDelta::seconds(20_000);
        for s in 0..10_000 {
            let now = at - TimeDelta::seconds(s);
            let step = next_step(at, now);
            assert!(step > now, "at {s}");
            if step <= at && s > 0 {
                assert_eq!(until(at - now), until(at - step + TimeDelta::seconds(1)), "at {s}");
            }
        }
    }
}
