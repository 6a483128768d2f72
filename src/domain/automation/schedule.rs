//! When a schedule runs: computed from the anchors the service tells, which are all in UTC.
//!
//! The service never says when the next run is, so what comes out here is a computation and is shown as one. Anchors in
//! UTC know no summer time; the operator's clock does, and only [`Zone`] is asked for it, at the instant in question.

use chrono::{Datelike, NaiveTime, TimeDelta, Timelike};
use serde_json::Value;

use super::definition::Fields;
use crate::domain::{Instant, Zone};
use crate::text::{Safe, Untrusted};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cadence {
    Hourly,
    Daily,
    Weekly,
    /// A word this program does not know: when it runs cannot be computed.
    Unknown(Untrusted),
}

impl Cadence {
    fn parse(word: &str) -> Self {
        match word {
            "hourly" => Self::Hourly,
            "daily" => Self::Daily,
            "weekly" => Self::Weekly,
            other => Self::Unknown(other.into()),
        }
    }
}

/// The cadences and anchors of one trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    pub cadences: Vec<Cadence>,
    /// 0 to 59; the service says 0, 15, 30 or 45. `None`: it says none, which is the full hour.
    pub minute: Option<u32>,
    /// 0 to 23.
    pub hour: Option<u32>,
    /// 0 is Sunday.
    pub day: Option<u32>,
}

impl Schedule {
    /// Reads the fields of an `interval` or `schedule` trigger. An anchor that makes no sense is a missing one.
    pub fn of(fields: &Fields) -> Self {
        let texts = |key: &str| -> Vec<Cadence> {
            match fields.get(key) {
                Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(Cadence::parse).collect(),
                Some(Value::String(word)) => vec![Cadence::parse(word)],
                _ => Vec::new(),
            }
        };
        let number = |key: &str, below: u32| {
            let number = fields.get(key).and_then(|value| match value {
                Value::String(text) => text.parse().ok(),
                other => other.as_u64(),
            });
            number.and_then(|number: u64| u32::try_from(number).ok()).filter(|number| *number < below)
        };
        let mut cadences = texts("cadence");
        for more in texts("types") {
            if !cadences.contains(&more) {
                cadences.push(more);
            }
        }
        Self { cadences, minute: number("minute_utc", 60), hour: number("hour_utc", 24), day: number("day_of_week", 7) }
    }

    /// The first run after `after`. `None`: the anchors do not tell.
    pub fn next(&self, after: Instant) -> Option<Instant> {
        self.cadences.iter().filter_map(|cadence| self.next_of(cadence, after)).min()
    }

    fn next_of(&self, cadence: &Cadence, after: Instant) -> Option<Instant> {
        let minute = self.minute.unwrap_or(0);
        match cadence {
            Cadence::Hourly => {
                let this_hour = after.with_minute(minute)?.with_second(0)?.with_nanosecond(0)?;
                if this_hour > after { Some(this_hour) } else { this_hour.checked_add_signed(TimeDelta::hours(1)) }
            }
            Cadence::Daily => {
                let today = self.on(after, 0)?;
                if today > after { Some(today) } else { self.on(after, 1) }
            }
            Cadence::Weekly => {
                let ahead = (i64::from(self.day?) - i64::from(after.weekday().num_days_from_sunday())).rem_euclid(7);
                let this_week = self.on(after, ahead)?;
                if this_week > after { Some(this_week) } else { self.on(after, ahead + 7) }
            }
            Cadence::Unknown(_) => None,
        }
    }

    /// The anchored time so many days after the UTC day of `from`.
    fn on(&self, from: Instant, days: i64) -> Option<Instant> {
        let time = NaiveTime::from_hms_opt(self.hour?, self.minute.unwrap_or(0), 0)?;
        let day = from.date_naive().checked_add_signed(TimeDelta::days(days))?;
        Some(day.and_time(time).and_utc())
    }

    /// All runs from `from` (with it) to `to` (without it), oldest first.
    pub fn between(&self, from: Instant, to: Instant) -> Vec<Instant> {
        let mut runs = Vec::new();
        let mut after = from - TimeDelta::nanoseconds(1);
        while let Some(next) = self.next(after).filter(|next| *next < to) {
            runs.push(next);
            after = next;
        }
        runs
    }

    /// `weekly, Monday 06:00 UTC`; several cadences with commas. What is not told is said to be so.
    pub fn words(&self) -> Safe {
        if self.cadences.is_empty() {
            return Safe::new("on a schedule that is not told");
        }
        let all: Vec<String> = self.cadences.iter().map(|cadence| self.cadence_words(cadence)).collect();
        Safe::new(all.join(", "))
    }

    fn cadence_words(&self, cadence: &Cadence) -> String {
        let minute = self.minute.unwrap_or(0);
        let time = self.hour.map(|hour| format!("{hour:02}:{minute:02} UTC"));
        let time = time.unwrap_or_else(|| "at a time that is not told".to_owned());
        match cadence {
            Cadence::Hourly => format!("hourly, at minute {minute:02}"),
            Cadence::Daily => format!("daily, {time}"),
            Cadence::Weekly => {
                let day = self.day.and_then(|day| DAYS.get(day as usize)).copied();
                format!("weekly, {} {time}", day.unwrap_or("a day that is not told"))
            }
            Cadence::Unknown(word) => format!("{} (a cadence this program does not know)", word.show_line()),
        }
    }

    /// [`Schedule::words`] with the operator's clock at the next run: `weekly, Monday 06:00 UTC = 07:00 here`.
    pub fn words_here(&self, now: Instant, zone: &Zone) -> Safe {
        let words = self.words();
        match self.next(now) {
            Some(next) if self.cadences.iter().any(|c| matches!(c, Cadence::Daily | Cadence::Weekly)) => {
                Safe::new(format!("{words}{}", here(next, zone)))
            }
            _ => words,
        }
    }
}

/// ` = 07:00 here`, with the day where it is another; nothing where the operator's clock is UTC.
fn here(at: Instant, zone: &Zone) -> String {
    let local = zone.at(at);
    if local.offset().local_minus_utc() == 0 {
        return String::new();
    }
    if local.date_naive() == at.date_naive() {
        format!(" = {} here", local.format("%H:%M"))
    } else {
        format!(" = {} here", local.format("%A %H:%M"))
    }
}

/// A computed run in both clocks: `Mon 2026-11-23 06:00 UTC = 07:00 here (computed)`.
pub fn next_words(at: Instant, zone: &Zone) -> Safe {
    Safe::new(format!("{}{} (computed)", at.format("%a %Y-%m-%d %H:%M UTC"), here(at, zone)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::FixedOffset;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn schedule(value: Value) -> Schedule {
        Schedule::of(value.as_object().unwrap())
    }

    /// As in Berlin in 2026.
    fn berlin() -> Zone {
        let summer = at("2026-03-29T01:00:00Z")..at("2026-10-25T01:00:00Z");
        Zone::new(move |at| FixedOffset::east_opt(if summer.contains(&at) { 7200 } else { 3600 }).unwrap())
    }

    #[test]
    fn the_next_run_is_computed_from_the_anchors() {
        let weekly = json!({"cadence": ["weekly"], "hour_utc": 6, "day_of_week": 1, "minute_utc": 30});
        for (anchors, after, next) in [
            (weekly.clone(), "2026-11-21T09:00:00Z", Some("2026-11-23T06:30:00Z")),
            (weekly.clone(), "2026-11-23T06:29:59Z", Some("2026-11-23T06:30:00Z")),
            (weekly, "2026-11-23T06:30:00Z", Some("2026-11-30T06:30:00Z")),
            (json!({"types": ["daily"], "hour_utc": 0}), "2026-12-31T00:00:00Z", Some("2027-01-01T00:00:00Z")),
            (json!({"cadence": "hourly", "minute_utc": 45}), "2026-11-21T09:45:00Z", Some("2026-11-21T10:45:00Z")),
            (json!({"cadence": ["hourly"]}), "2026-11-21T23:59:59Z", Some("2026-11-22T00:00:00Z")),
            (
                json!({"cadence": ["weekly", "daily"], "hour_utc": 5, "day_of_week": 0}),
                "2026-11-21T04:00:00Z",
                Some("2026-11-21T05:00:00Z"),
            ),
            (json!({"cadence": ["daily"]}), "2026-11-21T09:00:00Z", None),
            (json!({"cadence": ["weekly"], "hour_utc": 6}), "2026-11-21T09:00:00Z", None),
            (json!({"cadence": ["daily"], "hour_utc": 24}), "2026-11-21T09:00:00Z", None),
            (json!({"cadence": ["monthly"], "hour_utc": 6}), "2026-11-21T09:00:00Z", None),
        ] {
            assert_eq!(schedule(anchors.clone()).next(at(after)), next.map(at), "{anchors} after {after}");
        }
    }

    #[test]
    fn the_local_time_is_that_of_the_day_of_the_run_and_the_utc_time_never_moves() {
        let daily = schedule(json!({"cadence": ["daily"], "hour_utc": 6}));
        let zone = berlin();
        assert_eq!(&*daily.words_here(at("2026-03-28T05:00:00Z"), &zone), "daily, 06:00 UTC = 07:00 here");
        assert_eq!(&*daily.words_here(at("2026-03-28T07:00:00Z"), &zone), "daily, 06:00 UTC = 08:00 here");
        let run = daily.next(at("2026-10-24T07:00:00Z")).unwrap();
        assert_eq!(&*next_words(run, &zone), "Sun 2026-10-25 06:00 UTC = 07:00 here (computed)");
        let late = schedule(json!({"cadence": ["weekly"], "hour_utc": 23, "day_of_week": 0}));
        let words = late.words_here(at("2026-11-21T00:00:00Z"), &zone);
        assert_eq!(&*words, "weekly, Sunday 23:00 UTC = Monday 00:00 here");
        assert_eq!(&*daily.words_here(at("2026-03-28T05:00:00Z"), &Zone::utc()), "daily, 06:00 UTC");
    }

    #[test]
    fn what_is_not_told_is_said_to_be_so() {
        assert_eq!(&*schedule(json!({"cadence": ["daily"]})).words(), "daily, at a time that is not told");
        assert_eq!(&*schedule(json!({})).words(), "on a schedule that is not told");
        let odd = schedule(json!({"cadence": ["fort\u{1b}[31mnightly"]})).words();
        assert!(odd.starts_with("fortnightly") && odd.contains("does not know"), "{odd}");
    }

    proptest! {
        #[test]
        fn every_run_keeps_its_anchors_and_none_is_left_out(
            hour in 0_u32..24, minute in proptest::sample::select(vec![0_u32, 15, 30, 45]), day in 0_u32..7,
            start in 0_i64..4_000_000_000,
        ) {
            let from = Instant::from_timestamp(start, 0).unwrap();
            let to = from + TimeDelta::days(14);
            let of = |cadence| Schedule {
                cadences: vec![cadence], minute: Some(minute), hour: Some(hour), day: Some(day),
            };
            prop_assert_eq!(of(Cadence::Hourly).between(from, to).len(), 14 * 24);
            prop_assert_eq!(of(Cadence::Daily).between(from, to).len(), 14);
            let weekly = of(Cadence::Weekly).between(from, to);
            prop_assert_eq!(weekly.len(), 2);
            for run in weekly {
                prop_assert_eq!(
                    (run.weekday().num_days_from_sunday(), run.hour(), run.minute(), run.second()),
                    (day, hour, minute, 0)
                );
            }
        }
    }
}
