//! What an Actions job log says of its run: whose session it is, when it began, how long it may take.
//!
//! The runner prints a step's variables in its header. None of them is documented and each may be missing; the first
//! value of a name counts, because the same names stand in several steps.

use chrono::{DateTime, TimeDelta};

use crate::domain::Instant;
use crate::text::Untrusted;

const SESSION: &str = "COPILOT_AGENT_SESSION_ID";
const START: &str = "COPILOT_AGENT_START_TIME_SEC";
const TIMEOUT: &str = "COPILOT_AGENT_TIMEOUT_MIN";

/// Longer than any runner lets a job run; a larger number is no time limit.
const MOST_MINUTES: i64 = 7 * 24 * 60;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFacts {
    pub session: Option<Untrusted>,
    pub started_at: Option<Instant>,
    /// How long the service lets the session run.
    pub timeout: Option<TimeDelta>,
}

impl RunFacts {
    /// When the service stops the session.
    pub fn deadline(&self) -> Option<Instant> {
        self.started_at?.checked_add_signed(self.timeout?)
    }

    /// A line of a step's variables: two spaces, `NAME: value`. Anything else is passed over.
    pub(super) fn variable(&mut self, line: &str) {
        let Some((name, value)) = line.strip_prefix("  ").and_then(|line| line.split_once(':')) else { return };
        let value = value.trim();
        match name {
            SESSION if self.session.is_none() && !value.is_empty() => self.session = Some(value.into()),
            START => {
                let seconds = value.parse().ok().filter(|seconds| *seconds > 0);
                self.started_at = self.started_at.or(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)));
            }
            TIMEOUT => {
                let minutes = value.parse().ok().filter(|minutes| (1..=MOST_MINUTES).contains(minutes));
                self.timeout = self.timeout.or(minutes.map(TimeDelta::minutes));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Format, Transcript};

    fn read(lines: &[&str]) -> RunFacts {
        let mut log = Transcript::new(Format::JobLog);
        for line in lines {
            log.absorb(format!("2026-06-26T12:24:45.0000000Z {line}\n").as_bytes());
        }
        log.facts().clone()
    }

    #[test]
    fn the_deadline_is_the_start_and_the_timeout_of_the_steps_variables() {
        for (start, deadline) in [("1782476684", "2026-06-26T13:23:44Z"), ("1762831566", "2025-11-11T04:25:06Z")] {
            let start = format!("  COPILOT_AGENT_START_TIME_SEC: {start}");
            let facts = read(&["##[group]Run x", "env:", "  COPILOT_AGENT_TIMEOUT_MIN: 59", &start, "##[endgroup]"]);
            assert_eq!(facts.deadline(), deadline.parse().ok());
        }
    }

    #[test]
    fn what_a_script_prints_is_no_variable() {
        let script = "\u{1b}[36;1mecho \"COPILOT_AGENT_TIMEOUT_MIN=59\"\u{1b}[0m";
        let fake = "  COPILOT_AGENT_TIMEOUT_MIN: 1";
        assert_eq!(
            read(&["##[group]Run x", script, fake, "shell: bash", fake, "##[endgroup]", fake]),
            RunFacts::default()
        );
    }

    #[test]
    fn the_first_value_counts_and_one_that_is_none_is_passed_over() {
        let facts = read(&[
            "##[group]Run x",
            "env:",
            "  COPILOT_AGENT_SESSION_ID: ",
            "  COPILOT_AGENT_SESSION_ID: s-1",
            "  COPILOT_AGENT_SESSION_ID: s-2",
            "  COPILOT_AGENT_START_TIME_SEC: soon",
            "  COPILOT_AGENT_START_TIME_SEC: 99999999999999999",
            "  COPILOT_AGENT_TIMEOUT_MIN: ***",
            "  COPILOT_AGENT_TIMEOUT_MIN: 0",
            "  COPILOT_AGENT_TIMEOUT_MIN: 90",
            "  COPILOT_AGENT_TIMEOUT_MIN: 59",
            "##[endgroup]",
        ]);
        assert_eq!(facts.session, Some("s-1".into()));
        assert_eq!((facts.started_at, facts.timeout), (None, Some(TimeDelta::minutes(90))));
        assert_eq!(facts.deadline(), None);
    }
}
