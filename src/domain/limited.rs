//! When one who was told "not now" may try again, as the words of a limit say it.
//!
//! Only what is said is taken for a time: one that names none is held for as long as the operator's configuration says.

use chrono::TimeDelta;

use super::instant::after;
use super::{Diagnosed, Instant, State, Task};
use crate::text::Untrusted;

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

/// Why another try of an agent's work has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub until: Instant,
    /// The limit named no time; this one is assumed.
    pub assumed: bool,
}

/// What else is said of a time that nobody named.
pub const ASSUMED: &str = "no time was named: retry.limited_minutes";

/// Whether the agent was held back by a limit, and until when: by its latest session's own words, or what its log was
/// found to say. `assume`: what a limit that names no time is taken for, where the work failed.
pub fn hold(task: &Task, diagnosed: Option<&Diagnosed>, assume: TimeDelta) -> Option<Hold> {
    let session = task.latest_session()?;
    let ended_at = session.completed_at.or(session.updated_at).unwrap_or(task.touched_at());
    let error = session.error.as_ref().map(Untrusted::raw_for_match);
    if let Some(until) = agent_not_before(error, diagnosed, ended_at) {
        return Some(Hold { until, assumed: false });
    }
    let failed = matches!(task.state, State::Failed | State::TimedOut);
    let limited = error.is_some_and(|error| says(error, &LIMITS)) || of_log(diagnosed).next().is_some();
    (failed && limited).then(|| Hold { until: after(ended_at, assume), assumed: true })
}

/// Words for a limit on how often something may be asked. A quota may be that of a disk.
const LIMITS: [&str; 4] = ["rate limit", "rate-limit", "too many requests", "premium request"];

fn says(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|words| text.contains(words))
}

/// Lines of its log that tell of a limit.
fn of_log(diagnosed: Option<&Diagnosed>) -> impl Iterator<Item = &str> {
    let found = diagnosed.into_iter().flat_map(Diagnosed::found);
    found.filter(|found| found.rule.raw_for_match() == RULE).map(|found| found.line.raw_for_match())
}

fn agent_not_before(error: Option<&str>, diagnosed: Option<&Diagnosed>, ended_at: Instant) -> Option<Instant> {
    let error = error.filter(|text| says(text, &LIMITS) || says(text, &["quota"]));
    let of_error = error.and_then(|text| not_before(text, ended_at));
    of_error.max(of_log(diagnosed).filter_map(|line| not_before(line, ended_at)).max())
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
    use crate::domain::diagnosed::{Found, Severity};
    use crate::domain::{Session, SessionBeyond, SessionId};

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

    /// A task that ended at noon with these words of its session and this line of its log.
    fn held(state: State, error: Option<&str>, line: Option<&str>) -> Option<Hold> {
        let session = Session {
            id: SessionId::new("s1"),
            state: state.clone(),
            name: None,
            prompt: None,
            model: None,
            head_ref: None,
            base_ref: None,
            created_at: noon(),
            updated_at: None,
            completed_at: Some(noon()),
            usage: None,
            error: error.map(Into::into),
            run: None,
            beyond: SessionBeyond::default(),
        };
        let task = Task { state, sessions: Some(vec![session]), ..Task::queued("1a2b") };
        let found = |line: &str| Found {
            rule: RULE.into(),
            severity: Severity::Error,
            title: RULE.into(),
            next: "wait".into(),
            line: line.into(),
            count: 1,
        };
        let diagnosed = line.map(|line| Diagnosed::new(SessionId::new("s1"), 1, [found(line)]));
        hold(&task, diagnosed.as_ref(), TimeDelta::minutes(30))
    }

    #[test]
    fn a_limit_without_a_time_holds_failed_work_for_what_is_assumed() {
        let assumed = Some(Hold { until: noon() + TimeDelta::minutes(30), assumed: true });
        assert_eq!(held(State::Failed, Some("Rate limit exceeded"), None), assumed);
        assert_eq!(held(State::TimedOut, None, Some("HTTP 429")), assumed);
        let named = Some(Hold { until: noon() + TimeDelta::minutes(5), assumed: false });
        assert_eq!(held(State::Failed, Some("Rate limit exceeded, retry in 5 minutes"), Some("HTTP 429")), named);
        assert_eq!(held(State::Failed, Some("the disk's quota is exceeded"), None), None);
        assert_eq!(held(State::Completed, None, Some("HTTP 429")), None, "it came through all the same");
        assert_eq!(held(State::Failed, Some("tests failed"), None), None);
    }
}
