//! Readers that forgive: a value of the wrong type is a missing value, a bad item is counted and left out.
//!
//! They forgive in a [`Value`], never in the text of an answer: there, what follows a value that was given up half read could
//! not be found. So a long answer is read from its text first, as if there were nothing to forgive, which is nearly always
//! so and takes a fifth of the time, and only where there was by way of a value: [`from_text`].

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::domain::{Instant, instant};
use crate::text::Untrusted;

/// A number above this is milliseconds, not seconds.
const MILLISECONDS_FROM: f64 = 1e11;

thread_local! {
    /// A text is being read: nothing is forgiven.
    static STRICT: Cell<bool> = const { Cell::new(false) };
}

/// `None`: not without forgiving, or not at all. Read it by way of a [`Value`]. `T` reads its fields as they stand: one that
/// goes by way of a value itself would forgive nothing there either.
pub fn from_text<T: DeserializeOwned>(text: &[u8]) -> Option<T> {
    // Also in what is passed over an answer is text.
    let text = std::str::from_utf8(text).ok()?;
    STRICT.set(true);
    let read = serde_json::from_str(text).ok();
    STRICT.set(false);
    read
}

/// What reads something unusual by way of a value gives up here instead: [`from_text`] is at work.
pub fn is_strict() -> bool {
    STRICT.get()
}

/// For `#[serde(default, deserialize_with = "opt")]`: null and wrong types are `None`.
pub fn opt<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    match Option::deserialize(from) {
        Err(wrong) if is_strict() => Err(wrong),
        read => Ok(read.unwrap_or_default()),
    }
}

/// [`opt`] into a type of the program's own: `opt_as::<_, NumberId, _>`.
pub fn opt_as<'de, D, W, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    W: Deserialize<'de>,
    T: From<W>,
{
    Ok(opt::<D, W>(from)?.map(T::from))
}

/// A required value in a type of the program's own: `as_type::<_, NumberId, _>`.
pub fn as_type<'de, D, W, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    W: Deserialize<'de>,
    T: From<W>,
{
    W::deserialize(from).map(T::from)
}

/// The readable items of a list; one that is not a list at all is empty.
pub fn items<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    match from.deserialize_seq(Items(PhantomData)) {
        Err(wrong) if is_strict() => Err(wrong),
        read => Ok(read.unwrap_or_default().0),
    }
}

/// The readable items of a list and the number of the others.
pub fn many<T: DeserializeOwned>(list: Value) -> (Vec<T>, u32) {
    list.deserialize_seq(Items(PhantomData)).unwrap_or_default()
}

struct Items<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = (Vec<T>, u32);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (mut good, mut bad) = (Vec::with_capacity(list.size_hint().unwrap_or_default()), 0u32);
        while let Some(Item(item)) = list.next_element()? {
            match item {
                Some(item) => good.push(item),
                None => bad = bad.saturating_add(1),
            }
        }
        Ok((good, bad))
    }
}

/// One that may be null or unreadable.
#[derive(Debug)]
pub struct Item<T>(pub Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        opt(from).map(Self)
    }
}

/// An id that is text, or a number written as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextId(pub String);

impl<'de> Deserialize<'de> for TextId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match Value::deserialize(from)? {
            Value::String(text) if !text.is_empty() => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(serde::de::Error::custom("not an id")),
        }
    }
}

/// A database id: a number, or its digits as text. Zero is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberId(pub u64);

impl<'de> Deserialize<'de> for NumberId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = match Value::deserialize(from)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        id.filter(|id| *id > 0).map(Self).ok_or_else(|| serde::de::Error::custom("not a database id"))
    }
}

/// `{"id": …}`, of a user or a repository.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct HasId {
    pub id: NumberId,
}

/// A time: RFC 3339 text, or unix seconds or milliseconds. Year one is a missing time in disguise, and one beyond year
/// 9999 a number that means something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub Instant);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let at = match Value::deserialize(from)? {
            Value::String(text) => DateTime::parse_from_rfc3339(&text).ok().map(|at| at.with_timezone(&Utc)),
            Value::Number(number) => number.as_f64().and_then(unix),
            _ => None,
        };
        let at = at.and_then(instant::believable).filter(|at| at.timestamp() > 0);
        at.map(Self).ok_or_else(|| serde::de::Error::custom("not a time"))
    }
}

fn unix(number: f64) -> Option<Instant> {
    let millis = if number > MILLISECONDS_FROM { number } else { number * 1000.0 };
    DateTime::from_timestamp_millis(whole(millis)?)
}

/// A number without its fraction, where it fits.
pub fn whole(number: f64) -> Option<i64> {
    // Beyond 2^63 the cast would not be the number; NaN fails both comparisons.
    let fits = number > -9.2e18 && number < 9.2e18;
    #[expect(clippy::cast_possible_truncation, reason = "checked on the line above; the fraction is not wanted")]
    fits.then_some(number as i64)
}

/// A number, or its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount(pub f64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let amount = match Value::deserialize(from)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let amount = amount.filter(|amount| amount.is_finite() && *amount >= 0.0);
        amount.map(Self).ok_or_else(|| serde::de::Error::custom("not an amount"))
    }
}

/// An error as text, as an object with a message, or as nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText(pub Untrusted);

impl<'de> Deserialize<'de> for ErrorText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        let message = value.get("message").and_then(Value::as_str).filter(|text| !text.is_empty());
        let code = || value.get("code").and_then(Value::as_str).filter(|text| !text.is_empty());
        let text = value.as_str().filter(|text| !text.is_empty()).or(message).or_else(code);
        text.map(|text| Self(text.into())).ok_or_else(|| serde::de::Error::custom("no error"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
        T::deserialize(value).ok()
    }

    #[test]
    fn a_time_is_seconds_milliseconds_or_text() {
        let at = |value| read::<Time>(value).map(|time| time.0.timestamp_millis());
        assert_eq!(at(json!(1_757_413_024_352_i64)), Some(1_757_413_024_352));
        assert_eq!(at(json!(1_757_413_049)), Some(1_757_413_049_000));
        assert_eq!(at(json!("2025-09-09T10:17:29Z")), Some(1_757_413_049_000));
        assert_eq!(at(json!("2025-09-09T12:17:29.5+02:00")), Some(1_757_413_049_500));
        for nothing in [json!("0001-01-01T00:00:00Z"), json!(0), json!(null), json!("soon"), json!(1e300), json!([])] {
            assert_eq!(at(nothing), None);
        }
    }

    #[test]
    fn a_time_beyond_year_9999_is_none() {
        let reads = |value| read::<Time>(value).is_some();
        assert!(reads(json!("9999-12-31T23:59:59Z")) && reads(json!(253_402_300_799_999_i64)));
        // Microseconds, nanoseconds, and nearly the last instant there is.
        for number in [253_402_300_800_000_i64, 1_763_800_000_000_000, 1_763_800_000_000_000_000, 8_210_266_876_799_000]
        {
            assert!(!reads(json!(number)), "{number}");
        }
        assert!(!reads(json!("9999-12-31T23:59:59-01:00")));
    }

    #[test]
    fn an_error_is_text_an_object_or_nothing() {
        let text = |value| read::<ErrorText>(value).map(|e| e.0.raw_for_match().to_owned());
        assert_eq!(text(json!("boom")).as_deref(), Some("boom"));
        assert_eq!(text(json!({"code": "x", "message": "boom"})).as_deref(), Some("boom"));
        assert_eq!(text(json!({"code": "x", "message": ""})).as_deref(), Some("x"));
        for nothing in [json!(null), json!(""), json!({}), json!(3)] {
            assert_eq!(text(nothing), None);
        }
    }

    #[test]
    fn ids_are_numbers_or_digits_and_never_floats_or_zero() {
        let id = |value| read::<NumberId>(value).map(|id| id.0);
        assert_eq!(id(json!(7)), Some(7));
        assert_eq!(id(json!("7")), Some(7));
        assert_eq!(id(json!(u64::MAX)), Some(u64::MAX));
        for bad in [json!(0), json!(-1), json!(1.5), json!(1e30), json!(""), json!("x"), json!(null)] {
            assert_eq!(id(bad), None);
        }
        assert_eq!(read::<TextId>(json!(12)), Some(TextId("12".into())));
        assert_eq!(read::<TextId>(json!("")), None);
    }

    #[test]
    fn one_bad_item_never_hides_the_others() {
        let (good, bad) = many::<HasId>(json!([{"id": 1}, {"id": null}, 5, {"id": "2"}, null]));
        assert_eq!((good.iter().map(|item| item.id.0).collect::<Vec<_>>(), bad), (vec![1, 2], 3));
    }

    /// Everything in a document that could be something else.
    fn places(value: &Value, at: &str, out: &mut Vec<String>) {
        let below: Vec<(String, &Value)> = match value {
            Value::Array(items) => items.iter().enumerate().map(|(n, item)| (n.to_string(), item)).collect(),
            Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), field)).collect(),
            _ => Vec::new(),
        };
        for (name, value) in below {
            let at = format!("{at}/{name}");
            out.push(at.clone());
            places(value, &at, out);
        }
    }

    /// Whatever stands in any place of this document: read at once it is what it is by way of a value.
    fn reads_the_same<T: DeserializeOwned + fmt::Debug>(document: &Value) {
        let others = [
            json!(null),
            json!(3),
            json!(-1.5),
            json!("x"),
            json!(true),
            json!([]),
            json!([{"id": {}}]),
            json!({"id": [1]}),
        ];
        let mut at = Vec::new();
        places(document, "", &mut at);
        let (mut at_once, mut forgiven) = (0, 0);
        for (at, other) in at.iter().flat_map(|at| others.iter().map(move |other| (at, other))) {
            let mut document = document.clone();
            *document.pointer_mut(at).unwrap() = other.clone();
            let Some(read) = from_text::<T>(document.to_string().as_bytes()) else {
                forgiven += 1;
                continue;
            };
            at_once += 1;
            assert_eq!(format!("{read:?}"), format!("{:?}", T::deserialize(document).unwrap()), "{at} {other}");
        }
        assert!(at_once > 100 && forgiven > 100, "{at_once} {forgiven}");
        assert!(from_text::<T>(b"{\"passed over\": \"\xff\"}").is_none());
        // Here a wrong type is a missing value again.
        assert!(read::<T>(document.clone()).is_some());
    }

    #[test]
    fn what_is_read_from_its_text_is_what_is_read_by_way_of_a_value() {
        let task = json!({
            "id": "a", "state": "queued", "created_at": "2026-11-20T14:00:00Z", "name": null,
            "html_url": "https://github.com/acme/api/tasks/a", "creator": {"id": 1, "login": "mona"},
            "repository": {"id": 7}, "session_count": 2, "automation_id": "x",
            "artifacts": [{"type": "pull", "data": {"id": 3, "global_id": "PR_3"}},
                {"provider": "github", "type": "github_resource", "data": {"type": "branch", "head_ref": "x"}}],
            "updated_at": 1_757_413_049, "custom_agent": {"id": "fixer"}, "owner": {"id": "9"},
            "user_collaborators": [{"id": 1}, {"id": 2}], "sessions": [{"id": "s"}], "beyond": {"deep": [{"a": 1}]},
        });
        reads_the_same::<super::super::task::Page>(&json!({"tasks": [task, task], "total_active_count": 3}));
        let step =
            json!({"number": 1, "name": "Set up job", "status": "completed", "started_at": "2026-11-20T14:00:00Z"});
        let job = json!({"id": 4, "run_id": 9, "name": "copilot", "status": "in_progress", "steps": [step, step],
            "labels": ["ubuntu-latest"], "runner_id": 3, "runner_name": "r", "head_sha": "c", "check_run_url": "u"});
        reads_the_same::<super::super::run::Jobs>(&json!({"total_count": 2, "jobs": [job, job]}));
        let run = json!({
            "id": 9, "name": "Fix", "path": "dynamic/copilot-swe-agent/copilot", "status": "queued", "head_branch": "x",
            "run_attempt": 1, "created_at": "2026-11-20T14:00:00Z", "html_url": "u", "repository": {"id": 7},
            "actor": {"login": "Copilot", "id": 198_982_749}, "event": "dynamic", "head_sha": "c", "pull_requests": [],
        });
        reads_the_same::<super::super::run::Runs>(&json!({"total_count": 1, "workflow_runs": [run, run]}));
        let contexts = json!({"totalCount": 1, "nodes": [
            {"databaseId": 4, "name": "lint", "status": "COMPLETED", "checkSuite": {"app": {"slug": "github-actions"}}}]});
        let pull = json!({
            "__typename": "PullRequest", "id": "PR_1", "fullDatabaseId": "7", "number": 12, "url": "u", "title": "t",
            "state": "OPEN", "isDraft": true, "repository": {"nameWithOwner": "acme/api"}, "author": {"login": "mona"},
            "createdAt": "2026-11-20T14:00:00Z", "additions": 3, "mergeable": "MERGEABLE",
            "reviewRequests": {"nodes": [{"requestedReviewer": {"__typename": "Team", "name": "core"}}, null]},
            "latestOpinionatedReviews": {"nodes": [{"state": "APPROVED", "author": null, "commit": {"oid": "c"}}]},
            "reviewThreads": {"totalCount": 1, "nodes": [{"isResolved": false}]},
            "statusCheckRollup": {"state": "SUCCESS", "contexts": contexts},
            "commits": {"nodes": [{"commit": {"checkSuites": {"nodes": [{"conclusion": null, "checkRuns": {"totalCount": 0}}]}}}]},
        });
        reads_the_same::<super::super::pull::Pulls>(&json!({
            "nodes": [pull, null], "r0": {"statusCheckRollup": {"contexts": contexts}}, "rateLimit": {"cost": 1},
        }));
    }
}
