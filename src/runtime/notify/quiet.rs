//! Quiet hours by the operator's clock. They may span midnight, and the clock may be put forward or back in them.

use chrono::{NaiveTime, TimeDelta};

use crate::domain::{Instant, Zone};

/// Looked for at most so far ahead: a day and the longest change of a clock.
const DAY: i64 = 26 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    pub from: NaiveTime,
    pub to: NaiveTime,
}

impl Quiet {
    /// The clock stands in them at that instant: what the operator's watch says, not how long ago they began.
    pub fn holds(self, at: Instant, zone: &Zone) -> bool {
        let now = zone.at(at).time();
        if self.from < self.to { self.from <= now && now < self.to } else { self.from <= now || now < self.to }
    }

    /// When they are over, of an instant in them, to the minute.
    pub fn ends(self, at: Instant, zone: &Zone) -> Instant {
        let into = at.timestamp().rem_euclid(60);
        let minute = at - TimeDelta::seconds(into) - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos()));
        let minutes = (1..=DAY).map(|n| minute + TimeDelta::minutes(n));
        let mut after = minutes.filter(|at| !self.holds(*at, zone));
        after.next().unwrap_or(at + TimeDelta::minutes(DAY))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::FixedOffset;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// As in Berlin in 2026.
    fn berlin() -> Zone {
        let summer = at("2026-03-29T01:00:00Z")..at("2026-10-25T01:00:00Z");
        Zone::new(move |at| FixedOffset::east_opt(if summer.contains(&at) { 7200 } else { 3600 }).unwrap())
    }

    fn quiet(from: &str, to: &str) -> Quiet {
        Quiet { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn they_may_span_midnight() {
        let (zone, night, noon) = (Zone::utc(), quiet("22:00:00", "07:00:00"), quiet("12:00:00", "13:30:00"));
        for (clock, in_night, in_noon) in [
            ("21:59:59", false, false),
            ("22:00:00", true, false),
            ("00:00:00", true, false),
            ("06:59:59", true, false),
        ]
        .into_iter()
        .chain([("07:00:00", false, false), ("12:00:00", false, true), ("13:29:59", false, true)])
        .chain([("13:30:00", false, false)])
        {
            let at = at(&format!("2026-05-05T{clock}Z"));
            assert_eq!((night.holds(at, &zone), noon.holds(at, &zone)), (in_night, in_noon), "{clock}");
        }
        assert_eq!(night.ends(at("2026-05-05T23:15:10Z"), &zone), at("2026-05-06T07:00:00Z"));
        assert_eq!(night.ends(at("2026-05-06T06:59:59Z"), &zone), at("2026-05-06T07:00:00Z"));
    }

    #[test]
    fn they_end_by_the_clock_on_the_wall_also_where_it_is_changed() {
        let (zone, night) = (berlin(), quiet("22:00:00", "07:00:00"));
        // The night of an hour less, and that of an hour more.
        assert_eq!(night.ends(at("2026-03-28T21:00:00Z"), &zone), at("2026-03-29T05:00:00Z"));
        assert_eq!(night.ends(at("2026-10-24T20:00:00Z"), &zone), at("2026-10-25T06:00:00Z"));
        // An end that the clock never shows: the first minute after it.
        let odd = quiet("01:00:00", "02:30:00");
        assert_eq!(odd.ends(at("2026-03-29T00:30:00Z"), &zone), at("2026-03-29T01:00:00Z"));
        // One that it shows twice: quiet again in the hour that comes again.
        let twice = at("2026-10-25T01:15:00Z");
        assert!(odd.holds(twice, &zone));
        assert_eq!(odd.ends(twice, &zone), at("2026-10-25T01:30:00Z"));
    }
}
