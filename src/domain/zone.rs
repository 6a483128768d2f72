//! The operator's time zone: a rule and not an offset. Summer time may begin while the console is open, and what happened
//! before it began is told by the clock of its own day.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Offset, TimeDelta, Utc};

use super::Instant;

type Rule = dyn Fn(Instant) -> FixedOffset + Send + Sync;

/// How far the operator's clock is from UTC, at any instant.
#[derive(Clone)]
pub struct Zone(Arc<Rule>);

impl Zone {
    pub fn new(rule: impl Fn(Instant) -> FixedOffset + Send + Sync + 'static) -> Self {
        Self(Arc::new(rule))
    }

    pub fn utc() -> Self {
        Utc.fix().into()
    }

    /// What the operator's clock and calendar said, or will say, at that instant.
    pub fn at(&self, at: Instant) -> DateTime<FixedOffset> {
        at.with_timezone(&(self.0)(at))
    }

    pub fn day(&self, at: Instant) -> NaiveDate {
        self.at(at).date_naive()
    }
}

/// One offset for ever.
impl From<FixedOffset> for Zone {
    fn from(offset: FixedOffset) -> Self {
        Self::new(move |_| offset)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Zone")
    }
}

/// The days of many instants: the rule is asked a few times a day, not once an instant.
#[derive(Debug)]
pub struct Days<'a> {
    zone: &'a Zone,
    /// Stretches of a day without a change of the offset: from the first instant, to the one behind the last.
    known: BTreeMap<Instant, (Instant, NaiveDate)>,
    last: Option<(Instant, Instant, NaiveDate)>,
}

impl<'a> Days<'a> {
    pub fn new(zone: &'a Zone) -> Self {
        Self { zone, known: BTreeMap::new(), last: None }
    }

    pub fn of(&mut self, at: Instant) -> NaiveDate {
        if let Some((_, _, day)) = self.last.filter(|(from, to, _)| (*from..*to).contains(&at)) {
            return day;
        }
        let before = self.known.range(..=at).next_back().map(|(from, (to, day))| (*from, *to, *day));
        let found = before.filter(|(_, to, _)| at < *to).or_else(|| self.ask(at));
        self.last = found.or(self.last);
        found.map_or_else(|| self.zone.day(at), |(_, _, day)| day)
    }

    /// The whole day, where its clock runs through. `None`: it is put forward or back on that day, or time ends there.
    fn ask(&mut self, at: Instant) -> Option<(Instant, Instant, NaiveDate)> {
        let local = self.zone.at(at);
        let from = at.checked_sub_signed(local.time() - NaiveTime::MIN)?;
        let to = from.checked_add_signed(TimeDelta::days(1))?;
        let same = |at: Instant| self.zone.at(at).offset() == local.offset();
        if !same(from) || !same(to) {
            return None;
        }
        let day = local.date_naive();
        self.known.insert(from, (to, day));
        Some((from, to, day))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// As in Berlin in 2026: two hours ahead from the 29th of March to the 25th of October, else one.
    fn berlin() -> Zone {
        let summer = at("2026-03-29T01:00:00Z")..at("2026-10-25T01:00:00Z");
        Zone::new(move |at| FixedOffset::east_opt(if summer.contains(&at) { 7200 } else { 3600 }).unwrap())
    }

    #[test]
    fn each_instant_is_told_by_the_clock_of_its_own_day() {
        let zone = berlin();
        for (instant, clock) in [
            ("2026-03-29T00:59:59Z", "2026-03-29 01:59:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29 03:00:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25 02:59:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25 02:00:00"),
            ("2026-07-01T22:30:00Z", "2026-07-02 00:30:00"),
            ("2026-12-01T22:30:00Z", "2026-12-01 23:30:00"),
        ] {
            assert_eq!(zone.at(at(instant)).format("%Y-%m-%d %H:%M:%S").to_string(), clock, "{instant}");
        }
    }

    #[test]
    fn the_days_of_many_instants_are_those_of_each() {
        let zone = berlin();
        let mut days = Days::new(&zone);
        // In no order, and round both changes of the clock in steps that meet every hour of them.
        let around = |day: &str| {
            let noon = at(day);
            (-200..200_i64).map(move |n| noon + TimeDelta::minutes(n * 7919 % 4001))
        };
        for instant in
            around("2026-03-29T12:00:00Z").chain(around("2026-10-25T12:00:00Z")).chain(around("2026-07-01T12:00:00Z"))
        {
            assert_eq!(days.of(instant), zone.day(instant), "{instant}");
        }
        assert_eq!(days.of(Instant::MIN_UTC + TimeDelta::hours(1)), zone.day(Instant::MIN_UTC + TimeDelta::hours(1)));
    }
}
