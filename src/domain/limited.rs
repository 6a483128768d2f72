//! When one who was told "not now" may try again, as the words of a limit say it.
//!
//! Only what is said is taken: a limit that names no time names none here.

use chrono::TimeDelta;

use super::{Diagnosed, Instant};

/// The rule that finds a limit in a log.
const RULE: &str = "rate-limited";
/// Words a time follows.
const BEFORE: [&str; 12] = [
    "retry-after",
    "retry after",
    "retry in",
    "try again in",
    "try again at",
    "try again after",
    "resets in",
    "resets at",
    "reset in",
    "reset at",
    "wait for",
    "please wait",
];
/// No limit lasts longer; a number that says so is something else.
const LONGEST: TimeDelta = TimeDelta::days(31);

/// From when on another try makes sense. `text`: what the limit said at `said_at`.
pub fn not_before(text: &str, said_at: Instant) -> Option<Instant> {
    let text = text.to_ascii_lowercase();
    let times = BEFORE.iter().filter_map(|words| {
        let at = text.find(words)? + words.len();
        time(text.get(at..)?.trim_start_matches([' ', ':', '=', '"', '\'']), said_at)
    });
    times.max().filter(|at| *at > said_at && *at - said_at <= LONGEST)
}

/// A session's own words, or what its log was found to say: whether the agent was held back, and until when.
pub fn agent_not_before(error: Option<&str>, diagnosed: Option<&Diagnosed>, ended_at: Instant) -> Option<Instant> {
    let limits = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["rate limit", "rate-limit", "too many requests", "quota"].iter().any(|words| text.contains(words))
    };
    let of_error = error.filter(|text| limits(text)).and_then(|text| not_before(text, ended_at));
    let found = diagnosed.into_iter().flat_map(Diagnosed::found).filter(|found| found.rule.raw_for_match() == RULE);
    let of_log = found.filter_map(|found| not_before(found.line.raw_for_match(), ended_at)).max();
    of_error.max(of_log)
}

/// `2026-09-01T14:40:00Z`, `1 hour and 20 minutes`, `45m`, `120` (seconds), `1795176000` (seconds of the epoch).
fn time(text: &str, said_at: Instant) -> Option<Instant> {
    let word = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '"' | ')' | ';')).next()?;
    let word = word.trim_end_matches('.').to_ascii_uppercase();
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(&word) {
        return Some(at.with_timezone(&chrono::Utc));
    }
    span(text).and_then(|span| match span {
        Span::For(time) => said_at.checked_add_signed(time),
        Span::Epoch(seconds) => chrono::DateTime::from_timestamp(seconds, 0),
    })
}

enum Span {
    For(TimeDelta),
    Epoch(i64),
}

/// Numbers with their units, one after the other.
fn span(text: &str) -> Option<Span> {
    let mut rest = text.trim_start();
    let mut sum: Option<TimeDelta> = None;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let Ok(number) = rest.get(..digits)?.parse::<i64>() else { break };
        let after = rest.get(digits..)?.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let unit = match after.get(..letters)? {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ if sum.is_none() && number > 1_000_000_000 => return Some(Span::Epoch(number)),
            // A number alone is in seconds, as the header of this name has it.
            _ if sum.is_none() => return TimeDelta::try_seconds(number).map(Span::For),
            _ => break,
        };
        let more = TimeDelta::try_seconds(number.checked_mul(unit)?)?;
        sum = Some(sum.unwrap_or_default().checked_add(&more)?);
        rest = after.get(letters..)?.trim_start_matches([' ', ',']).trim_start_matches("and ").trim_start();
    }
    sum.map(Span::For)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn noon() -> Instant {
        chrono::DateTime::from_timestamp(1_795_176_000, 0).unwrap()
    }

    #[test]
    fn a_limit_that_names_a_time_is_understood() {
        for (text, seconds) in [
            ("429 Too Many Requests, retry-after: 120", 120),
            ("You have been rate-limited. Please try again in 45 minutes.", 2700),
            ("try again in 1 hour and 20 minutes", 4800),
            ("Rate limit exceeded; resets in 2h 5m", 7500),
            ("rate limit, try again at 2026-11-20T13:00:00Z.", 3600),
            ("API rate limit exceeded, reset at 1795176600", 600),
            ("Retry after 30 seconds or wait for 2 minutes", 120),
        ] {
            let at = not_before(text, noon()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((at - noon()).num_seconds(), seconds, "{text}");
        }
    }

    #[test]
    fn a_limit_that_names_none_is_not_given_one() {
        for text in [
            "rate limit exceeded",
            "retry after a while",
            "try again at 2026-11-20T09:00:00Z",
            "resets in 400 days",
            "retry in 99999999999999999999 s",
            "",
        ] {
            assert_eq!(not_before(text, noon()), None, "{text}");
        }
    }

    #[test]
    fn only_words_about_a_limit_hold_the_agent_back() {
        let said = |text| agent_not_before(Some(text), None, noon());
        assert!(said("Too many requests: try again in 10 minutes").is_some());
        assert_eq!(said("the build server says: try again in 10 minutes"), None);
    }
}
