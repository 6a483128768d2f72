//! What is stopped without anybody asking for it: off unless a rule says so, and only said until the rule says "act".
//!
//! Pure: rules and evidence in, a ruling out. What is not known stops nothing.

use chrono::TimeDelta;

use super::facts::Fact;
use super::rule::{Policy, Says, said};
use crate::domain::{Cost, RepoName, State};
use crate::text::Safe;

/// Whether a rule only says what it would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    DryRun,
    Act,
}

impl Mode {
    pub const WORDS: [(&str, Self); 2] = [("dry-run", Self::DryRun), ("act", Self::Act)];
}

/// What a rule says about stopping. `None`: nothing; a less specific one decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StopSays {
    /// 0: never.
    pub after_minutes: Option<u32>,
    /// AI credits. 0: never.
    pub over_credits: Option<u32>,
    pub mode: Option<Mode>,
    pub per_hour: Option<u32>,
}

impl StopSays {
    /// Of all repositories together, where nobody says otherwise.
    pub const PER_HOUR: u32 = 3;
}

/// What has to be watched in a repository for its rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    pub silence: Option<TimeDelta>,
    pub credits: Option<u32>,
}

/// What was seen of a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// For how long nothing new has come from it, as far as this program has itself watched.
    pub silent: Fact<TimeDelta>,
    pub cost: Fact<Cost>,
}

/// A session that should be stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub rule: Safe,
    pub why: Safe,
    pub mode: Mode,
}

impl Policy {
    /// `None`: nothing is ever stopped there.
    pub fn watch(&self, repo: &RepoName) -> Option<Watch> {
        let silence = self.stop_limit(repo, |says| says.stop.after_minutes).map(|(limit, _)| limit);
        let credits = self.stop_limit(repo, |says| says.stop.over_credits).map(|(limit, _)| limit);
        let silence = silence.map(|minutes| TimeDelta::minutes(minutes.into()));
        (silence.is_some() || credits.is_some()).then_some(Watch { silence, credits })
    }

    fn stop_limit(&self, repo: &RepoName, get: impl Fn(&Says) -> Option<u32>) -> Option<(u32, String)> {
        let (limit, rule) = said(&self.for_repo(repo), get)?;
        (limit > 0).then(|| (limit, rule.to_owned()))
    }

    /// Whether a session is to be stopped, and why. Only one at work: what waits has nothing to stop.
    pub fn stop(&self, repo: &RepoName, state: &State, evidence: &Evidence) -> Option<Ruling> {
        if *state != State::InProgress {
            return None;
        }
        let (rule, why) = self.silent(repo, &evidence.silent).or_else(|| self.costly(repo, &evidence.cost))?;
        let mode = said(&self.for_repo(repo), |says| says.stop.mode).map(|(mode, _)| mode).unwrap_or_default();
        Some(Ruling { rule: Safe::new(rule), why: Safe::new(why), mode })
    }

    fn silent(&self, repo: &RepoName, silent: &Fact<TimeDelta>) -> Option<(String, String)> {
        let (limit, rule) = self.stop_limit(repo, |says| says.stop.after_minutes)?;
        let silent = silent.known().filter(|silent| **silent >= TimeDelta::minutes(limit.into()))?;
        Some((rule, format!("no sign of progress for {} min, limit {limit}", silent.num_minutes())))
    }

    fn costly(&self, repo: &RepoName, cost: &Fact<Cost>) -> Option<(String, String)> {
        let (limit, rule) = self.stop_limit(repo, |says| says.stop.over_credits)?;
        let cost = cost.known().filter(|cost| cost.nano_credits > u128::from(limit) * 1_000_000_000)?;
        let tenths = cost.credits_tenths();
        Some((rule, format!("it has cost {}.{} credits, limit {limit}", tenths / 10, tenths % 10)))
    }

    /// Of so many stopped by rules within the hour one more may not be. `None`: it may.
    pub fn stopped_enough(&self, repo: &RepoName, here: u64, everywhere: u64) -> Option<String> {
        let beyond = |rules: &[_], count: u64, of: &str| {
            let (limit, rule) = said(rules, |says| says.stop.per_hour)?;
            (count >= u64::from(limit)).then(|| format!("{count} of {limit} stopped in an hour {of} (rule {rule})"))
        };
        beyond(&self.for_all(), everywhere, "in all").or_else(|| beyond(&self.for_repo(repo), here, "there"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::Rule;
    use super::*;

    fn repo() -> RepoName {
        "acme/api".parse().unwrap()
    }

    fn policy(stop: StopSays) -> Policy {
        let mut policy = Policy::default();
        policy.everywhere.insert(0, Rule::everywhere("everywhere", Says { stop, ..Says::default() }));
        policy
    }

    fn silent(minutes: i64) -> Evidence {
        Evidence { silent: Fact::Known(TimeDelta::minutes(minutes)), cost: Fact::Unasked }
    }

    fn cost(credits: u128) -> Evidence {
        let cost = Cost { nano_credits: credits * 1_000_000_000, premium_requests: 0.0 };
        Evidence { silent: Fact::Unasked, cost: Fact::Known(cost) }
    }

    #[test]
    fn nothing_is_stopped_where_no_rule_says_so() {
        let policy = Policy::default();
        assert_eq!(policy.watch(&repo()), None);
        for evidence in [silent(100_000), cost(100_000)] {
            assert_eq!(policy.stop(&repo(), &State::InProgress, &evidence), None);
        }
    }

    #[test]
    fn a_rule_only_says_what_it_would_do_until_it_is_told_to_act() {
        let after = StopSays { after_minutes: Some(30), ..StopSays::default() };
        let ruling = policy(after.clone()).stop(&repo(), &State::InProgress, &silent(30)).unwrap();
        assert_eq!((ruling.mode, ruling.rule.as_str()), (Mode::DryRun, "everywhere"));
        assert_eq!(ruling.why.as_str(), "no sign of progress for 30 min, limit 30");
        let act = policy(StopSays { mode: Some(Mode::Act), ..after });
        assert_eq!(act.stop(&repo(), &State::InProgress, &silent(31)).unwrap().mode, Mode::Act);
    }

    #[test]
    fn what_is_not_known_or_not_at_work_is_never_stopped() {
        let stop =
            StopSays { after_minutes: Some(30), over_credits: Some(5), mode: Some(Mode::Act), ..StopSays::default() };
        let policy = policy(stop);
        let unknown = Evidence { silent: Fact::unknown("no log"), cost: Fact::unknown("not told") };
        for evidence in [unknown, Evidence::default(), silent(29), cost(5)] {
            assert_eq!(policy.stop(&repo(), &State::InProgress, &evidence), None, "{evidence:?}");
        }
        for state in ["queued", "waiting_for_user", "idle", "completed", "hibernating"] {
            assert_eq!(policy.stop(&repo(), &State::parse(state), &silent(500)), None, "{state}");
        }
        assert_eq!(
            policy.stop(&repo(), &State::InProgress, &cost(6)).unwrap().why.as_str(),
            "it has cost 6.0 credits, limit 5"
        );
    }

    #[test]
    fn the_most_specific_rule_decides_and_zero_is_never() {
        let mut policy = policy(StopSays { after_minutes: Some(30), mode: Some(Mode::Act), ..StopSays::default() });
        let says = |stop| Says { stop, ..Says::default() };
        policy.rules.push(Rule {
            id: "api".into(),
            repos: vec!["acme/api".parse().unwrap()],
            says: says(StopSays { after_minutes: Some(0), ..StopSays::default() }),
        });
        assert_eq!(policy.stop(&repo(), &State::InProgress, &silent(500)), None);
        let other = "acme/web".parse().unwrap();
        assert_eq!(policy.stop(&other, &State::InProgress, &silent(500)).unwrap().mode, Mode::Act);
    }

    #[test]
    fn so_many_in_an_hour_are_enough() {
        let policy = Policy::default();
        assert_eq!(policy.stopped_enough(&repo(), 0, 2), None);
        assert!(policy.stopped_enough(&repo(), 0, 3).unwrap().starts_with("3 of 3 stopped"));
    }
}
