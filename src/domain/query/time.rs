//! Times in a query. The unit decides which of two things is meant: an age is counted from now backwards (`>2h` is
//! older than two hours), or forwards where the time is to come (`<2h` is within two hours); a date is a place in the
//! calendar (`>2026-11-01` is after that day, as in GitHub's search).
//!
//! A date without a time is the whole day, a time without seconds the whole minute. Without a zone they are UTC, as
//! all instants are; `Z` and `+01:00` may be written behind a time.

use std::ops::Range;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};

use crate::domain::Instant;

/// What a time must be, half open: from the first that is meant up to the first that no longer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Age { least: TimeDelta, below: TimeDelta, of: Ages },
    Date { from: Instant, before: Instant },
}

/// Which way ages are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ages {
    /// Since it happened.
    Past,
    /// Until it happens.
    Coming,
}

/// Instants are whole nanoseconds: what is greater than an age is at least this much more.
const MOMENT: TimeDelta = TimeDelta::nanoseconds(1);

impl When {
    pub fn holds(&self, at: Instant, now: Instant) -> bool {
        match *self {
            Self::Age { least, below, of } => (least..below).contains(&match of {
                Ages::Past => now - at,
                Ages::Coming => at - now,
            }),
            Self::Date { from, before } => (from..before).contains(&at),
        }
    }

    /// When `holds` will say something else: the earliest instant after `now`.
    pub fn next_edge(&self, at: Instant, now: Instant) -> Option<Instant> {
        let Self::Age { least, below, of } = *self else { return None };
        // What does not begin or end here has its edge beyond the calendar, or long past.
        let edge = |age| match of {
            Ages::Past => at.checked_add_signed(age),
            Ages::Coming => at.checked_sub_signed(age)?.checked_add_signed(MOMENT),
        };
        let in_order = match of {
            Ages::Past => [least, below],
            Ages::Coming => [below, least],
        };
        in_order.into_iter().filter_map(edge).find(|edge| *edge > now)
    }

    pub fn is_age(&self) -> bool {
        matches!(self, Self::Age { .. })
    }

    pub fn read(text: &str, of: Ages) -> Result<Self, String> {
        if let Some((from, to)) = text.split_once("..") {
            return Self::between(from, to, of);
        }
        let bound = |sign: &str| text.strip_prefix(sign).map(|text| Point::read(text, of));
        let (from, to) = if let Some(point) = bound(">=") {
            (Some(point?.first()), None)
        } else if let Some(point) = bound("<=") {
            (None, Some(point?.behind()))
        } else if let Some(point) = bound(">") {
            (Some(point?.behind()), None)
        } else if let Some(point) = bound("<") {
            (None, Some(point?.first()))
        } else {
            match Point::read(text, of)? {
                Point::Age(_) => return Err(of.needs_a_side(text)),
                day @ Point::Date(_) => (Some(day.first()), Some(day.behind())),
            }
        };
        Self::from_edges(from, to, of)
    }

    fn between(from: &str, to: &str, of: Ages) -> Result<Self, String> {
        let point = |text: &str| if text == "*" { Ok(None) } else { Point::read(text, of).map(Some) };
        Self::from_edges(point(from)?.map(|p| p.first()), point(to)?.map(|p| p.behind()), of)
    }

    fn from_edges(from: Option<Edge>, to: Option<Edge>, of: Ages) -> Result<Self, String> {
        let when = match (from, to) {
            (Some(Edge::Age(least)), Some(Edge::Age(below))) => Self::Age { least, below, of },
            (Some(Edge::Age(least)), None) => Self::Age { least, below: TimeDelta::MAX, of },
            (None, Some(Edge::Age(below))) => Self::Age { least: TimeDelta::MIN, below, of },
            (Some(Edge::Date(from)), Some(Edge::Date(before))) => Self::Date { from, before },
            (Some(Edge::Date(from)), None) => Self::Date { from, before: Instant::MAX_UTC },
            (None, Some(Edge::Date(before))) => Self::Date { from: Instant::MIN_UTC, before },
            (None, None) => return Err(of.not_a_time().to_owned()),
            _ => return Err("both ends of a range are ages, or both are dates".to_owned()),
        };
        match when {
            Self::Age { least, below, .. } if least >= below => Err("the range ends before it begins".to_owned()),
            Self::Date { from, before } if from >= before => Err("the range ends before it begins".to_owned()),
            when => Ok(when),
        }
    }
}

impl Ages {
    fn not_a_time(self) -> &'static str {
        match self {
            Self::Past => "a time is an age such as <2h (s, m, h, d, w) or a date such as >=2026-11-01",
            Self::Coming => "a time is so long from now, such as <2h (s, m, h, d, w), or a date such as >=2026-11-01",
        }
    }

    fn needs_a_side(self, text: &str) -> String {
        match self {
            Self::Past => format!("an age needs a side: <{text} is younger, >{text} is older"),
            Self::Coming => format!("a time from now needs a side: <{text} is sooner, >{text} is later"),
        }
    }
}

/// What was written.
enum Point {
    Age(TimeDelta),
    Date(Range<Instant>),
}

/// Where a range begins or ends.
enum Edge {
    Age(TimeDelta),
    Date(Instant),
}

impl Point {
    fn read(text: &str, of: Ages) -> Result<Self, String> {
        let point = if text.contains('-') { date(text).map(Self::Date) } else { age(text).map(Self::Age) };
        point.ok_or_else(|| of.not_a_time().to_owned())
    }

    fn first(&self) -> Edge {
        match self {
            Self::Age(age) => Edge::Age(*age),
            Self::Date(span) => Edge::Date(span.start),
        }
    }

    fn behind(&self) -> Edge {
        match self {
            Self::Age(age) => Edge::Age(*age + MOMENT),
            Self::Date(span) => Edge::Date(span.end),
        }
    }
}

/// `90s`, `2h`, `1h30m`, at most a hundred years.
fn age(text: &str) -> Option<TimeDelta> {
    let mut rest = text;
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let (number, behind) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?;
        let mut behind = behind.chars();
        let unit = match behind.next()?.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        seconds = number.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(seconds)?;
        rest = behind.as_str();
    }
    (!text.is_empty() && seconds <= 36_525 * 86_400).then(|| TimeDelta::seconds(seconds))
}

/// `2026-11-01`, `2026-11-01T14:30`, `2026-11-01T14:30:05+01:00`.
fn date(text: &str) -> Option<Range<Instant>> {
    let (day, rest) = text.split_once(['T', 't']).map_or((text, None), |(day, rest)| (day, Some(rest)));
    // The parser alone would take `26-1-1` for the year 26.
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().filter(|_| day.len() == 10)?;
    let Some(rest) = rest else {
        let start = day.and_time(NaiveTime::MIN).and_utc();
        return Some(start..start + TimeDelta::days(1));
    };
    let (clock, zone) = rest.find(['Z', 'z', '+', '-']).map_or((rest, "Z"), |at| rest.split_at(at));
    let (format, long) = match clock.len() {
        5 => ("%H:%M", TimeDelta::minutes(1)),
        8 => ("%H:%M:%S", TimeDelta::seconds(1)),
        _ => return None,
    };
    let local = day.and_time(NaiveTime::parse_from_str(clock, format).ok()?);
    let zone: FixedOffset = if zone.eq_ignore_ascii_case("z") { "+00:00" } else { zone }.parse().ok()?;
    let start: DateTime<FixedOffset> = local.and_local_timezone(zone).single()?;
    Some(start.to_utc()..start.to_utc() + long)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_age_says_on_which_side_of_it() {
        let now = instant("2026-11-10T12:00:00Z");
        for (text, seconds, holds) in [
            (">2h", 7200, false),
            (">2h", 7201, true),
            (">=2h", 7200, true),
            ("<30m", 1799, true),
            ("<30m", 1800, false),
            ("<=30m", 1800, true),
            ("<30m", -60, true),
            ("2h..1d", 7199, false),
            ("2h..1d", 7200, true),
            ("2h..1d", 86_400, true),
            ("2h..1d", 86_401, false),
            ("*..1d", 10, true),
            ("1w..*", 604_800, true),
            (">1h30m", 5401, true),
            (">1h30m", 5399, false),
            (">2H", 7201, true),
        ] {
            let when = When::read(text, Ages::Past).unwrap();
            assert!(when.is_age());
            assert_eq!(when.holds(now - TimeDelta::seconds(seconds), now), holds, "{text} of {seconds} s");
        }
    }

    #[test]
    fn what_is_to_come_is_counted_forwards_and_changes_when_it_comes_near() {
        let now = instant("2026-11-10T12:00:00Z");
        for (text, ahead, holds, edge) in [
            ("<2h", 7200, false, Some(0)),
            ("<2h", 7199, true, None),
            ("<=2h", 7200, true, None),
            (">2h", 7200, false, None),
            (">2h", 7205, true, Some(5)),
            ("1h..2h", 7300, false, Some(100)),
            ("1h..2h", 3600, true, Some(0)),
        ] {
            let when = When::read(text, Ages::Coming).unwrap();
            let at = now + TimeDelta::seconds(ahead);
            assert_eq!(when.holds(at, now), holds, "{text} in {ahead} s");
            let found = when.next_edge(at, now);
            assert_eq!(found.map(|edge| (edge - now).num_seconds()), edge, "{text} in {ahead} s");
            if let Some(edge) = found {
                assert_ne!(when.holds(at, edge), holds);
                assert_eq!(when.holds(at, edge - MOMENT), holds);
            }
        }
        let wrong = |text| When::read(text, Ages::Coming).unwrap_err();
        assert!(wrong("2h").contains("<2h is sooner"));
        assert!(wrong("soon").contains("so long from now"));
    }

    #[test]
    fn a_date_is_the_whole_day_in_utc_and_a_time_as_long_as_it_is_exact() {
        let now = instant("2030-01-01T00:00:00Z");
        for (text, at, holds) in [
            (">=2026-11-01", "2026-11-01T00:00:00Z", true),
            (">=2026-11-01", "2026-10-31T23:59:59Z", false),
            (">2026-11-01", "2026-11-01T23:59:59Z", false),
            (">2026-11-01", "2026-11-02T00:00:00Z", true),
            ("<2026-11-01", "2026-10-31T23:59:59.999Z", true),
            ("<2026-11-01", "2026-11-01T00:00:00Z", false),
            ("<=2026-11-01", "2026-11-01T23:59:59.999Z", true),
            ("2026-11-01", "2026-11-01T12:00:00Z", true),
            ("2026-11-01", "2026-11-02T00:00:00Z", false),
            ("2026-11-01..2026-11-03", "2026-11-03T23:00:00Z", true),
            ("*..2026-11-03", "2020-11-03T23:00:00Z", true),
            (">=2026-11-01T14:00", "2026-11-01T14:00:00Z", true),
            ("2026-11-01T14:00", "2026-11-01T14:00:59Z", true),
            ("2026-11-01T14:00", "2026-11-01T14:01:00Z", false),
            (">=2026-11-01T14:00:00+01:00", "2026-11-01T13:00:00Z", true),
            ("<2026-11-01T14:00:00+01:00", "2026-11-01T13:00:00Z", false),
            ("<2026-11-01T14:00:00Z", "2026-11-01T13:59:59Z", true),
        ] {
            let when = When::read(text, Ages::Past).unwrap();
            assert!(!when.is_age());
            assert_eq!(when.holds(instant(at), now), holds, "{text} at {at}");
            assert_eq!(when.next_edge(instant(at), now), None);
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_a_reason() {
        for (text, says) in [
            ("", "an age such as"),
            ("2x", "an age such as"),
            ("2", "an age such as"),
            (">", "an age such as"),
            ("99999999999999999999s", "an age such as"),
            (">200000w", "an age such as"),
            ("2026-13-01", "an age such as"),
            ("26-1-1", "an age such as"),
            ("2026-11-01T25:00", "an age such as"),
            ("2026-11-01T14:00:00+99:00", "an age such as"),
            ("*..*", "an age such as"),
            ("2h", "needs a side: <2h is younger, >2h is older"),
            ("1d..2h", "ends before"),
            ("2026-11-02..2026-11-01", "ends before"),
            ("2h..2026-11-01", "both ends"),
        ] {
            let wrong = When::read(text, Ages::Past).unwrap_err();
            assert!(wrong.contains(says), "{text}: {wrong}");
        }
    }
}
