//! Is a refusal a limit, and how long must we wait. Told by headers and message, never by status alone.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::domain::Instant;

/// A wait the service asks for is kept, up to this.
pub const LONGEST: Duration = Duration::from_mins(15);
/// The primary limit's window: no reset is farther away than this.
const WINDOW: Duration = Duration::from_hours(1);
/// Without any word of the service.
const UNTOLD: Duration = Duration::from_mins(1);
const SHORTEST: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The hourly budget is used up.
    Primary,
    /// Too fast, too many at once, too much content.
    Secondary,
}

/// `message`: the service's words, in lower case.
pub fn recognise(status: u16, headers: &HeaderMap, message: &str) -> Option<Limit> {
    let spent = number(headers, "x-ratelimit-remaining") == Some(0);
    let kind = if spent { Limit::Primary } else { Limit::Secondary };
    let named = is_named(message);
    let permission =
        ["not accessible by", "must have", "saml", "forbidden", "not authorized"].iter().any(|w| message.contains(w));
    match status {
        429 => Some(kind),
        403 if named => Some(kind),
        403 if permission => None,
        403 if spent || headers.contains_key(RETRY_AFTER) => Some(kind),
        _ => None,
    }
}

/// The service's words, in lower case, are about a limit.
pub fn is_named(message: &str) -> bool {
    ["rate limit", "abuse detection", "too many requests"].iter().any(|words| message.contains(words))
}

/// How long to send nothing after a limit. `strikes`: limits in a row before this one.
pub fn wait(limit: Limit, headers: &HeaderMap, now: Instant, strikes: u32) -> Duration {
    let asked = retry_after(headers, now).map(|wait| wait.max(SHORTEST));
    let reset = (limit == Limit::Primary).then(|| until_reset(headers, now)).flatten();
    let told = match (asked, reset) {
        (Some(asked), Some(reset)) => Some(asked.max(reset)),
        (one, other) => one.or(other),
    };
    told.unwrap_or_else(|| UNTOLD.saturating_mul(1 << strikes.min(4)).min(LONGEST))
}

/// `Retry-After` in seconds or as a date; `None` when missing or not understood. At most [`LONGEST`].
pub fn retry_after(headers: &HeaderMap, now: Instant) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are a very long wait, not a broken one.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)).min(LONGEST));
    }
    let at = http_date(text)?;
    Some((at - service_time(headers, now)).to_std().unwrap_or(Duration::ZERO).min(LONGEST))
}

/// A reset that has passed is not believed: the service said "no" after it.
fn until_reset(headers: &HeaderMap, now: Instant) -> Option<Duration> {
    let at = reset(headers)?;
    let wait = (at - service_time(headers, now)).to_std().ok().filter(|wait| !wait.is_zero())?;
    Some((wait + SHORTEST).min(WINDOW))
}

pub fn reset(headers: &HeaderMap) -> Option<Instant> {
    DateTime::from_timestamp(i64::try_from(number(headers, "x-ratelimit-reset")?).ok()?, 0)
}

pub fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The service's own clock, so that ours may be wrong.
fn service_time(headers: &HeaderMap, now: Instant) -> Instant {
    headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(http_date).unwrap_or(now)
}

fn http_date(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc2822(text).ok().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    const NOW: &str = "Sun, 06 Nov 2026 08:49:37 GMT";

    fn now() -> Instant {
        DateTime::from_timestamp(1_793_954_977, 0).unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn secs(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn every_form_of_retry_after_is_understood_or_left_out() {
        let later = (now() + chrono::TimeDelta::seconds(90)).to_rfc2822().replace("+0000", "GMT");
        let earlier = (now() - chrono::TimeDelta::seconds(90)).to_rfc2822().replace("+0000", "GMT");
        for (text, expected) in [
            ("0", Some(secs(0))),
            ("7", Some(secs(7))),
            (" 7 ", Some(secs(7))),
            ("900", Some(secs(900))),
            ("901", Some(secs(900))),
            ("1000000000000", Some(secs(900))),
            ("99999999999999999999999999", Some(secs(900))),
            ("1e12", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            (later.as_str(), Some(secs(90))),
            (earlier.as_str(), Some(secs(0))),
        ] {
            assert_eq!(retry_after(&headers(&[("retry-after", text)]), now()), expected, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now()), None);
    }

    #[test]
    fn a_date_is_measured_by_the_service_s_clock_not_by_ours() {
        let at = |offset: i64| (now() + chrono::TimeDelta::seconds(offset)).to_rfc2822().replace("+0000", "GMT");
        let headers = headers(&[("retry-after", &at(30)), ("date", &at(0))]);
        for hours in [-26, 0, 26] {
            let ours = now() + chrono::TimeDelta::hours(hours);
            assert_eq!(retry_after(&headers, ours), Some(secs(30)));
        }
        assert!(NOW.ends_with("GMT"));
    }

    #[test]
    fn a_spent_budget_waits_for_its_reset_and_anything_else_for_a_minute_and_longer() {
        let reset = |offset: i64| (now().timestamp() + offset).to_string();
        let spent = |offset| headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset(offset))]);
        assert_eq!(wait(Limit::Primary, &spent(100), now(), 0), secs(101));
        assert_eq!(wait(Limit::Primary, &spent(1_000_000), now(), 0), secs(3600));
        assert_eq!(wait(Limit::Primary, &spent(-100), now(), 0), secs(60));
        assert_eq!(wait(Limit::Secondary, &HeaderMap::new(), now(), 0), secs(60));
        assert_eq!(wait(Limit::Secondary, &HeaderMap::new(), now(), 1), secs(120));
        assert_eq!(wait(Limit::Secondary, &HeaderMap::new(), now(), 99), secs(900));
        assert_eq!(wait(Limit::Secondary, &headers(&[("retry-after", "0")]), now(), 0), secs(1));
        assert_eq!(wait(Limit::Secondary, &headers(&[("retry-after", "garbage")]), now(), 0), secs(60));
    }

    #[test]
    fn a_403_is_a_limit_or_a_permission_by_its_headers_and_words() {
        let none = HeaderMap::new();
        let spent = headers(&[("x-ratelimit-remaining", "0")]);
        let wait = headers(&[("retry-after", "60")]);
        for (status, headers, message, expected) in [
            (403, &none, "resource not accessible by personal access token", None),
            (403, &spent, "resource not accessible by personal access token", None),
            (403, &none, "you have exceeded a secondary rate limit", Some(Limit::Secondary)),
            (403, &spent, "api rate limit exceeded for user id 1", Some(Limit::Primary)),
            (403, &spent, "", Some(Limit::Primary)),
            (403, &wait, "", Some(Limit::Secondary)),
            (403, &none, "", None),
            (429, &none, "", Some(Limit::Secondary)),
            (429, &spent, "", Some(Limit::Primary)),
            (404, &spent, "not found", None),
            (503, &wait, "", None),
        ] {
            assert_eq!(recognise(status, headers, message), expected, "{status} {message}");
        }
    }
}
