//! What a job log tells about the run itself: its clock, its inputs, the model.
//!
//! Every variable is optional and the first value wins: the same names come again in later steps, and logs of today lack
//! half of what those of last year had. All of it was written by others.

use base64::Engine;
use chrono::{DateTime, TimeDelta};

use crate::domain::{Instant, instant};
use crate::text::Untrusted;

/// A time-out longer than this is none.
const LONGEST: i64 = 7 * 24 * 60;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFacts {
    pub started_at: Option<Instant>,
    pub timeout: Option<TimeDelta>,
    pub session: Option<Untrusted>,
    /// The session this one goes on from.
    pub resumed: Option<Untrusted>,
    pub job: Option<JobKey>,
    pub runtime_version: Option<Untrusted>,
    /// Who started it.
    pub actor: Option<Untrusted>,
    pub action: Option<Untrusted>,
    /// The log says that no custom agent works here. False: it does not say.
    pub no_custom_agent: bool,
    pub model: Option<Untrusted>,
    pub branch: Option<Untrusted>,
    pub base_commit: Option<Untrusted>,
    pub issue: Option<u64>,
    pub pull: Option<u64>,
    /// Commits the pull request had when the run began.
    pub commits: Option<u64>,
    pub firewall: Option<bool>,
    pub api: Option<Untrusted>,
    /// What the run was asked to do. `None`: not recorded.
    pub prompt: Option<Untrusted>,
    /// The log has only the beginning of the prompt.
    pub prompt_cut: bool,
    /// Turns of the main work, once it has ended.
    pub turns: Option<u64>,
}

/// `{owner}-{repository}-{uuid}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobKey {
    pub owner: u64,
    pub repository: u64,
    pub id: Untrusted,
}

impl JobKey {
    /// Only the first two hyphens part: the rest has its own.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let (owner, repository) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let id = parts.next().filter(|id| !id.is_empty())?;
        Some(Self { owner, repository, id: id.into() })
    }
}

impl RunFacts {
    /// It tells more than the model, which any log names.
    pub fn tells(&self) -> bool {
        *self != Self { model: self.model.clone(), ..Self::default() }
    }

    /// When the run will be ended if it has not ended by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.started_at?.checked_add_signed(self.timeout?)
    }

    /// A line `NAME: value` of an `env:` block.
    pub(super) fn variable(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return };
        let value = value.trim();
        if value.is_empty() || value == "***" {
            return;
        }
        let name = name.trim();
        if name == "COPILOT_API_URL" {
            return set(&mut self.api, value);
        }
        let Some(name) = name.strip_prefix("COPILOT_AGENT_") else { return };
        match name {
            "START_TIME_SEC" => first(&mut self.started_at, || time(value)),
            "TIMEOUT_MIN" => first(&mut self.timeout, || minutes(value)),
            "SESSION_ID" => set(&mut self.session, value),
            "RESUME_SESSION_ID" => set(&mut self.resumed, value),
            "JOB_ID" => first(&mut self.job, || JobKey::read(value)),
            "RUNTIME_VERSION" => set(&mut self.runtime_version, value),
            "ACTOR" => set(&mut self.actor, value),
            "ACTION" => set(&mut self.action, value),
            "MODEL" => set(&mut self.model, value),
            "BRANCH_NAME" => set(&mut self.branch, value),
            "BASE_COMMIT" => set(&mut self.base_commit, value),
            // 0: not from an issue, no pull request yet.
            "ISSUE_NUMBER" => first(&mut self.issue, || count(value).filter(|n| *n > 0)),
            "PR_NUMBER" => first(&mut self.pull, || count(value).filter(|n| *n > 0)),
            "PR_COMMIT_COUNT" => first(&mut self.commits, || count(value)),
            "FIREWALL_ENABLED" => first(&mut self.firewall, || value.parse().ok()),
            "PROMPT" => first(&mut self.prompt, || prompt(value)),
            _ => {}
        }
    }

    /// A line of the engine, without its prefix.
    pub(super) fn engine(&mut self, event: &str) {
        if let Some(rest) = event.strip_prefix("Job ") {
            let (id, fields) = rest.split_once(": ").unwrap_or((rest, ""));
            first(&mut self.job, || JobKey::read(id));
            for field in fields.split_whitespace() {
                match field.split_once('=') {
                    Some(("action", value)) => set(&mut self.action, value),
                    Some(("branch", value)) => set(&mut self.branch, value),
                    _ => {}
                }
            }
        } else if let Some(rest) = event.strip_prefix("Created new session ") {
            set(&mut self.session, rest.trim());
        } else if event.starts_with("Steering mode: ") {
            if let Some(id) = event.split_whitespace().find_map(|field| field.strip_prefix("session=")) {
                set(&mut self.session, id);
            }
        } else if event.starts_with("Model resolution: ") {
            // What was resolved is better than what was asked for, whichever came first.
            if let Some(model) = event.rsplit_once("resolved=").map(|(_, model)| model.trim().trim_matches('"'))
                && !model.is_empty()
            {
                self.model = Some(model.into());
            }
        } else if let Some(rest) = event.strip_prefix("Main session complete after ") {
            first(&mut self.turns, || rest.split_whitespace().next()?.parse().ok());
        }
    }

    /// The words of a problem statement, which the log cuts.
    pub(super) fn problem(&mut self, text: &str, cut: bool) {
        if self.prompt.is_none() && !text.trim().is_empty() {
            self.prompt = Some(text.trim_end().into());
            self.prompt_cut = cut;
        }
    }

    pub(super) fn model_seen(&mut self, model: &str) {
        set(&mut self.model, model);
    }
}

fn first<T>(slot: &mut Option<T>, value: impl FnOnce() -> Option<T>) {
    if slot.is_none() {
        *slot = value();
    }
}

fn set(slot: &mut Option<Untrusted>, value: &str) {
    if slot.is_none() && !value.is_empty() {
        *slot = Some(value.into());
    }
}

fn count(value: &str) -> Option<u64> {
    value.parse().ok()
}

fn time(value: &str) -> Option<Instant> {
    let seconds = value.parse().ok().filter(|seconds| *seconds > 0)?;
    DateTime::from_timestamp(seconds, 0).and_then(instant::believable)
}

fn minutes(value: &str) -> Option<TimeDelta> {
    value.parse().ok().filter(|minutes| (1..=LONGEST).contains(minutes)).map(TimeDelta::minutes)
}

/// Base64, then UTF-8 with what is not UTF-8 replaced.
fn prompt(value: &str) -> Option<Untrusted> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value).ok()?;
    Some(Untrusted::from_bytes(&bytes)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn facts(lines: &[&str]) -> RunFacts {
        let mut facts = RunFacts::default();
        for line in lines {
            facts.variable(line);
        }
        facts
    }

    #[test]
    fn the_deadline_is_the_start_and_the_time_out() {
        for (start, deadline) in [("1782476684", "2026-06-26T13:23:44Z"), ("1762831566", "2025-11-11T04:25:06Z")] {
            let facts =
                facts(&[&format!("  COPILOT_AGENT_START_TIME_SEC: {start}"), "  COPILOT_AGENT_TIMEOUT_MIN: 59"]);
            assert_eq!(facts.deadline(), Some(deadline.parse().unwrap()));
        }
    }

    #[test]
    fn no_deadline_is_made_up() {
        for lines in [
            &["COPILOT_AGENT_START_TIME_SEC: 1782476684"][..],
            &["COPILOT_AGENT_TIMEOUT_MIN: 59"],
            &["COPILOT_AGENT_START_TIME_SEC: 0", "COPILOT_AGENT_TIMEOUT_MIN: 59"],
            &["COPILOT_AGENT_START_TIME_SEC: soon", "COPILOT_AGENT_TIMEOUT_MIN: 59"],
            &["COPILOT_AGENT_START_TIME_SEC: 1782476684", "COPILOT_AGENT_TIMEOUT_MIN: -5"],
            &["COPILOT_AGENT_START_TIME_SEC: 9223372036854775807", "COPILOT_AGENT_TIMEOUT_MIN: 9223372036854775807"],
            &["COPILOT_AGENT_START_TIME_SEC:", "COPILOT_AGENT_TIMEOUT_MIN:"],
        ] {
            assert_eq!(facts(lines).deadline(), None, "{lines:?}");
        }
    }

    #[test]
    fn the_first_value_wins_and_an_empty_one_is_none() {
        let facts = facts(&[
            "  COPILOT_AGENT_ACTOR:",
            "  COPILOT_AGENT_ACTOR: mona",
            "  COPILOT_AGENT_ACTOR: hubot",
            "  COPILOT_AGENT_PR_NUMBER:",
            "  COPILOT_AGENT_ISSUE_NUMBER: 0",
            "  COPILOT_AGENT_FIREWALL_ENABLED: true",
            "  COPILOT_API_URL: https://api.individual.githubcopilot.com",
            "  COPILOT_AGENT_CALLBACK_URL: ***",
        ]);
        assert_eq!(facts.actor, Some("mona".into()));
        assert_eq!((facts.pull, facts.issue, facts.firewall), (None, None, Some(true)));
        assert_eq!(facts.api, Some("https://api.individual.githubcopilot.com".into()));
    }

    #[test]
    fn a_job_key_is_split_at_its_first_two_hyphens() {
        let key = JobKey::read("1485431-1092617192-e742e379-4adc-43ad-a0fc-80a6435c6528").unwrap();
        assert_eq!((key.owner, key.repository), (1_485_431, 1_092_617_192));
        assert_eq!(key.id, "e742e379-4adc-43ad-a0fc-80a6435c6528".into());
        for text in ["", "1-2", "1-2-", "a-2-x", "-1-2-x"] {
            assert_eq!(JobKey::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_prompt_is_decoded_and_anything_in_it_is_survived() {
        let asked = facts(&["  COPILOT_AGENT_PROMPT: RG9jIG1hc3RlciB3aGF0IGlzIHlvdXIgYWN0b3JpZD8="]).prompt;
        assert_eq!(asked, Some("Doc master what is your actorid?".into()));
        assert_eq!(facts(&["  COPILOT_AGENT_PROMPT: not base64!"]).prompt, None);
        assert_eq!(facts(&["  COPILOT_AGENT_PROMPT: /w=="]).prompt, Some("\u{fffd}".into()));
    }

    #[test]
    fn the_engine_tells_what_the_variables_no_longer_do() {
        let mut facts = facts(&["  COPILOT_AGENT_MODEL: auto"]);
        for line in [
            "Job 53337206-1279289040-c2670986-1: action=fix trigger=false repo=o/r branch=copilot/fix-1",
            "Model resolution: env=\"auto\" settings=\"sweagent-capi:gpt-5.4\" → resolved=\"gpt-5.4\"",
            "Steering mode: mission-control session=abc enabled",
            "Created new session def",
            "Main session complete after 12 turns",
            "Job",
            "Model resolution: none",
        ] {
            facts.engine(line);
        }
        assert_eq!(facts.job.as_ref().map(|key| key.repository), Some(1_279_289_040));
        assert_eq!((facts.action, facts.branch), (Some("fix".into()), Some("copilot/fix-1".into())));
        assert_eq!((facts.model, facts.session), (Some("gpt-5.4".into()), Some("abc".into())));
        assert_eq!(facts.turns, Some(12));
    }
}
