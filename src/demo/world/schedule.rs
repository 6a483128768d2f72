//! When a schedule fires: hourly, daily or weekly, at anchors in UTC. Nobody's summer time moves them.
//!
//! ```text
//! interval: cadence [hourly]              minute_utc            every hour at :minute
//!           cadence [daily]      hour_utc, minute_utc           every day
//!           cadence [weekly] day_of_week, hour_utc, minute_utc  0 = Sunday
//! ```

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Timelike, Utc};
use serde_json::Value;

/// The trigger's name, and the older one.
pub const TRIGGERS: [&str; 2] = ["interval", "schedule"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cadence {
    Hourly,
    Daily,
    Weekly,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    cadences: Vec<Cadence>,
    minute: u32,
    hour: u32,
    /// Days after Sunday.
    day: u32,
}

impl Schedule {
    /// What a trigger's settings say; `None` when nothing in them ever fires.
    pub fn read(config: &Value) -> Option<Self> {
        let named = ["cadence", "types"].iter().find_map(|key| config.get(key).and_then(Value::as_array))?;
        let cadences: Vec<Cadence> = named.iter().filter_map(Value::as_str).filter_map(cadence).collect();
        let number = |key: &str, under: u32| {
            let number = config.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
            number.filter(|number| *number < under).unwrap_or(0)
        };
        let found = Self {
            cadences,
            minute: number("minute_utc", 60),
            hour: number("hour_utc", 24),
            day: number("day_of_week", 7),
        };
        (!found.cadences.is_empty()).then_some(found)
    }

    /// The first time later than `at`.
    pub fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.cadences.iter().filter_map(|cadence| self.next_of(*cadence, at)).min()
    }

    fn next_of(&self, cadence: Cadence, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hour = if cadence == Cadence::Hourly { at.hour() } else { self.hour };
        let today = at.date_naive().and_time(NaiveTime::from_hms_opt(hour, self.minute, 0)?).and_utc();
        let ahead = (7 + self.day - at.weekday().num_days_from_sunday()) % 7;
        let (first, step) = match cadence {
            Cadence::Hourly => (today, TimeDelta::hours(1)),
            Cadence::Daily => (today, TimeDelta::days(1)),
            Cadence::Weekly => (today.checked_add_signed(TimeDelta::days(i64::from(ahead)))?, TimeDelta::days(7)),
        };
        if first > at { Some(first) } else { first.checked_add_signed(step) }
    }
}

fn cadence(word: &str) -> Option<Cadence> {
    match word {
        "hourly" => Some(Cadence::Hourly),
        "daily" => Some(Cadence::Daily),
        "weekly" => Some(Cadence::Weekly),
        _ => None,
    }
}

/// A stretch of time that credits are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    pub fn read(word: &str) -> Option<Self> {
        match word {
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            _ => None,
        }
    }

    /// When the one that `at` lies in began, and when the next begins: at midnight, on Monday, on the first, all in UTC.
    pub fn around(self, at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let today = at.date_naive();
        let days = |count: u32| TimeDelta::days(i64::from(count));
        let (first, next) = match self {
            Self::Day => (Some(today), today.succ_opt()),
            Self::Week => {
                let monday = today.checked_sub_signed(days(today.weekday().num_days_from_monday()));
                (monday, monday.and_then(|monday| monday.checked_add_signed(days(7))))
            }
            Self::Month => (today.with_day(1), today.with_day(1).and_then(|first| first.checked_add_months(ONE_MONTH))),
        };
        let midnight = |day: Option<chrono::NaiveDate>| day.unwrap_or(today).and_time(NaiveTime::MIN).and_utc();
        (midnight(first), midnight(next))
    }
}

const ONE_MONTH: chrono::Months = chrono::Months::new(1);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn next(config: &Value, from: &str) -> String {
        Schedule::read(config).unwrap().next_after(at(from)).unwrap().to_rfc3339()
    }

    #[test]
    fn each_cadence_fires_at_its_anchors_and_never_twice_at_one_moment() {
        let hourly = json!({ "cadence": ["hourly"], "minute_utc": 15, "hour_utc": 9 });
        assert_eq!(next(&hourly, "2026-11-20T12:00:00Z"), "2026-11-20T12:15:00+00:00");
        assert_eq!(next(&hourly, "2026-11-20T12:15:00Z"), "2026-11-20T13:15:00+00:00");
        assert_eq!(next(&hourly, "2026-12-31T23:59:59Z"), "2027-01-01T00:15:00+00:00");
        let daily = json!({ "types": ["daily"], "hour_utc": 4, "minute_utc": 30 });
        assert_eq!(next(&daily, "2026-11-20T04:29:59Z"), "2026-11-20T04:30:00+00:00");
        assert_eq!(next(&daily, "2026-11-20T04:30:00Z"), "2026-11-21T04:30:00+00:00");
        let weekly = json!({ "cadence": ["weekly"], "day_of_week": 1, "hour_utc": 6 });
        assert_eq!(next(&weekly, "2026-11-20T12:00:00Z"), "2026-11-23T06:00:00+00:00");
        assert_eq!(next(&weekly, "2026-11-23T06:00:00Z"), "2026-11-30T06:00:00+00:00");
        assert_eq!(next(&json!({ "cadence": ["weekly"] }), "2026-11-22T12:00:00Z"), "2026-11-29T00:00:00+00:00");
    }

    #[test]
    fn two_cadences_fire_at_the_earlier_of_both_and_none_is_no_schedule() {
        let both = json!({ "cadence": ["weekly", "daily"], "day_of_week": 5, "hour_utc": 6 });
        assert_eq!(next(&both, "2026-11-20T12:00:00Z"), "2026-11-21T06:00:00+00:00");
        for nothing in [json!({}), json!({ "cadence": [] }), json!({ "cadence": ["fortnightly"] }), json!("daily")] {
            assert_eq!(Schedule::read(&nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_anchors_stay_in_utc_while_summer_time_comes_and_goes() {
        let daily = Schedule::read(&json!({ "cadence": ["daily"], "hour_utc": 1 })).unwrap();
        for sunday in ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-11-01T12:00:00Z"] {
            let mut time = at(sunday);
            for _ in 0..3 {
                let then = daily.next_after(time).unwrap();
                assert_eq!(then.hour(), 1);
                assert!(then - time <= TimeDelta::days(1));
                time = then;
            }
        }
    }

    #[test]
    fn periods_begin_at_midnight_on_monday_and_on_the_first() {
        let around = |period: Period| {
            let (from, to) = period.around(at("2026-12-31T23:00:00Z"));
            (from.to_rfc3339(), to.to_rfc3339())
        };
        let zero = |day: &str| format!("{day}T00:00:00+00:00");
        assert_eq!(around(Period::Day), (zero("2026-12-31"), zero("2027-01-01")));
        assert_eq!(around(Period::Week), (zero("2026-12-28"), zero("2027-01-04")));
        assert_eq!(around(Period::Month), (zero("2026-12-01"), zero("2027-01-01")));
    }
}
