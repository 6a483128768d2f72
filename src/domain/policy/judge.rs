//! Judging: every key that the policy says something about is held against the request and the facts.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::facts::{Fact, Facts, OpenTask, PastStart, Spent};
use super::in_force::InForce;
use super::judgement::{Duplicate, Finding, Grade, Judgement};
use super::key::Key;
use super::rule::{AUTOMATIC, NONE, OnUnknown, Policy, Rule, Words, said};
use crate::domain::{RepoName, StartRequest};
use crate::text::Safe;

/// A start whose answer never came counts as active for this long: the service ends a session after about an hour.
const MAYBE_ACTIVE: TimeDelta = TimeDelta::hours(1);
/// A task that was just confirmed may not be in the lists yet.
const LIST_LAG: TimeDelta = TimeDelta::minutes(2);

/// Where it is judged: while somebody writes, or before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What was not asked for yet is said to be checked later.
    Preview,
    /// What was not asked for is not known.
    Gate,
}

/// What is to be started.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub request: &'a StartRequest,
    /// The template's id.
    pub template: Option<&'a str>,
    pub ticket: Option<&'a str>,
}

impl InForce {
    pub fn judge(&self, case: &Case<'_>, facts: &Facts, stage: Stage) -> Judgement {
        let mut judgement = match &self.policy {
            Ok(policy) => policy.judge(case, facts, stage),
            Err(broken) => {
                let refuses = |problem: &Safe| Finding {
                    key: None,
                    in_all: false,
                    rule: Safe::new("policy file"),
                    says: Safe::new(format!("{problem}; nothing may start until the policy is mended")),
                    grade: Grade::Refuses,
                };
                Judgement {
                    stage,
                    request: case.request.clone(),
                    policy_hash: None,
                    rule: Safe::new("policy file"),
                    findings: broken.problems.iter().map(refuses).collect(),
                    duplicates: Vec::new(),
                }
            }
        };
        judgement.policy_hash = self.hash;
        judgement
    }
}

impl Policy {
    pub fn judge(&self, case: &Case<'_>, facts: &Facts, stage: Stage) -> Judgement {
        let (here, all) = (self.for_repo(&case.request.repo), self.for_all());
        let hash: [u8; 32] = Sha256::digest(case.request.prompt.as_bytes()).into();
        let mut bench = Bench { case, facts, hash, stage, rules: &here, in_all: false, findings: Vec::new() };
        bench.who();
        bench.choices();
        bench.template();
        bench.pull();
        bench.active(&facts.open);
        bench.starts();
        bench.retries();
        bench.open_pulls();
        bench.cost(&facts.spent);
        (bench.rules, bench.in_all) = (&all, true);
        bench.active(&facts.own);
        bench.starts();
        bench.cost(&facts.spent_all);
        let findings = bench.findings;
        let rule = here.first().map_or(Policy::DEFAULTS, |rule| rule.id.as_str());
        Judgement {
            stage,
            request: case.request.clone(),
            policy_hash: None,
            rule: Safe::new(rule),
            findings,
            duplicates: duplicates(case, &hash, facts),
        }
    }
}

/// One judging.
pub(super) struct Bench<'a> {
    pub case: &'a Case<'a>,
    pub facts: &'a Facts,
    /// Of the prompt.
    pub hash: [u8; 32],
    pub stage: Stage,
    pub rules: &'a [&'a Rule],
    /// The rules are about all repositories together.
    pub in_all: bool,
    pub findings: Vec<Finding>,
}

impl Bench<'_> {
    pub fn find(&mut self, key: Key, rule: &str, grade: Grade, says: impl AsRef<str>) {
        let finding =
            Finding { key: Some(key), in_all: self.in_all, rule: Safe::new(rule), says: Safe::new(says), grade };
        self.findings.push(finding);
    }

    /// A fact that is missing. Never as if it were zero.
    pub fn missing<T>(&mut self, key: Key, rule: &str, fact: &Fact<T>) {
        let why = match fact {
            Fact::Unasked if self.stage == Stage::Preview => {
                return self.find(key, rule, Grade::Later, format!("{} not known yet", key.counted()));
            }
            Fact::Unknown(why) => why.clone(),
            Fact::Unasked | Fact::Known(_) => Safe::new("it was not asked for"),
        };
        let unknown = said(self.rules, |says| says.unknown).map(|(unknown, _)| unknown).unwrap_or_default();
        let grade = match unknown {
            // A reason of somebody nobody knows is no reason.
            _ if key == Key::Who => Grade::Refuses,
            OnUnknown::Reason => Grade::NeedsReason,
            OnUnknown::Refuse => Grade::Refuses,
        };
        self.find(key, rule, grade, format!("{} not known: {why}", key.counted()));
    }

    /// How far beyond a limit weighs.
    pub fn beyond(&self, key: Key) -> Grade {
        let soft = said(self.rules, |says| says.reason_beyond.as_ref()).is_some_and(|(keys, _)| keys.contains(&key));
        if soft { Grade::NeedsReason } else { Grade::Refuses }
    }

    /// `have` there are already, one more is asked for.
    fn one_more(&mut self, key: Key, have: &Fact<u64>) {
        let Some((limit, rule)) = said(self.rules, |says| says.limit(key)) else { return };
        let Fact::Known(have) = have else { return self.missing(key, rule, have) };
        let grade = if *have < u64::from(limit) { Grade::Fine } else { self.beyond(key) };
        self.find(key, rule, grade, format!("{have} of {limit} {}", key.counted()));
    }

    pub fn who(&mut self) {
        let Some((who, rule)) = said(self.rules, |says| says.who.as_ref()) else { return };
        match &self.facts.login {
            Fact::Known(login) if who.iter().any(|name| name.eq_ignore_ascii_case(login)) => {}
            Fact::Known(login) => {
                self.find(Key::Who, rule, Grade::Refuses, format!("{login} may not start tasks here"));
            }
            missing => self.missing(Key::Who, rule, missing),
        }
    }

    fn choices(&mut self) {
        let request = self.case.request;
        let chosen = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let base = chosen(&request.base_ref).map_or_else(|| self.facts.default_branch.clone(), Fact::Known);
        self.among(Key::BaseBranches, &base, |says| says.base_branches.as_ref());
        let model = chosen(&request.model).unwrap_or_else(|| AUTOMATIC.to_owned());
        self.among(Key::Models, &Fact::Known(model), |says| says.models.as_ref());
        let agent = chosen(&request.custom_agent).unwrap_or_else(|| NONE.to_owned());
        self.among(Key::Agents, &Fact::Known(agent), |says| says.agents.as_ref());
    }

    fn among(&mut self, key: Key, name: &Fact<String>, get: fn(&super::rule::Says) -> Option<&Words>) {
        let Some((words, rule)) = said(self.rules, get) else { return };
        match name {
            Fact::Known(name) if words.allow(name) => {}
            Fact::Known(name) => {
                let says = format!("{} {name} is not among {words}", key.counted());
                self.find(key, rule, Grade::Refuses, says);
            }
            missing => self.missing(key, rule, missing),
        }
    }

    pub fn template(&mut self) {
        let Some((true, rule)) = said(self.rules, |says| says.template_required) else { return };
        if self.case.template.is_none() {
            self.find(Key::TemplateRequired, rule, Grade::Refuses, "no template: one is required here");
        }
    }

    fn pull(&mut self) {
        let Some((true, rule)) = said(self.rules, |says| says.draft_pull) else { return };
        let request = self.case.request;
        let goes_on = request.head_ref.as_ref().is_some_and(|head| !head.is_empty());
        if !request.create_pull_request && !goes_on {
            self.find(Key::DraftPull, rule, Grade::Refuses, "no draft pull request: one is required here");
        }
    }

    /// Tasks at work, and starts that may be at work though no list shows them.
    pub fn active(&mut self, open: &Fact<Vec<OpenTask>>) {
        let repo = (!self.in_all).then_some(&self.case.request.repo);
        let unseen = |start: &&PastStart, open: &[OpenTask]| match &start.task {
            Some(task) => start.age < LIST_LAG && !open.iter().any(|open| open.id == *task),
            None => start.age < MAYBE_ACTIVE,
        };
        let active = open.and(&self.facts.starts).map(|(open, starts)| {
            let at_work = open.iter().filter(|task| task.at_work).count();
            let starts = of_repo(starts, repo).filter(|start| !start.rejected);
            (at_work + starts.filter(|start| unseen(start, open)).count()) as u64
        });
        self.one_more(Key::Active, &active);
    }

    pub fn starts(&mut self) {
        let repo = (!self.in_all).then_some(&self.case.request.repo);
        let within = |span: TimeDelta| {
            self.facts
                .starts
                .map(|starts| of_repo(starts, repo).filter(|start| !start.rejected && start.age < span).count() as u64)
        };
        let (hour, day) = (within(TimeDelta::hours(1)), within(TimeDelta::days(1)));
        self.one_more(Key::StartsPerHour, &hour);
        self.one_more(Key::StartsPerDay, &day);
    }

    fn retries(&mut self) {
        let key = Key::RetriesPerPrompt;
        let Some((limit, rule)) = said(self.rules, |says| says.limit(key)) else { return };
        let Fact::Known(starts) = &self.facts.starts else { return self.missing(key, rule, &self.facts.starts) };
        let earlier = of_repo(starts, Some(&self.case.request.repo))
            .filter(|start| !start.rejected && start.prompt_hash == Some(self.hash))
            .count();
        if earlier > 0 {
            let fine = earlier as u64 <= u64::from(limit);
            let grade = if fine { Grade::Fine } else { self.beyond(key) };
            self.find(key, rule, grade, format!("{earlier} of {limit} {}", key.counted()));
        }
    }

    pub fn open_pulls(&mut self) {
        let pulls = self.facts.pulls.clone();
        self.one_more(Key::OpenPulls, &pulls);
    }

    pub fn cost(&mut self, spent: &Fact<Spent>) {
        let limit = |key| said(self.rules, |says| says.limit(key));
        let (credits, premium) = (limit(Key::CreditsPerDay), limit(Key::PremiumPerDay));
        for (key, limit) in [(Key::CreditsPerDay, credits), (Key::PremiumPerDay, premium)] {
            let Some((limit, rule)) = limit else { continue };
            let Fact::Known(spent) = spent else {
                self.missing(key, rule, spent);
                continue;
            };
            let (is_below, shown, other) = match key {
                Key::CreditsPerDay => (
                    spent.cost.nano_credits < u128::from(limit) * 1_000_000_000,
                    tenths(spent.cost.credits_tenths()),
                    spent.cost.premium_requests > 0.0 && premium.is_none(),
                ),
                _ => (
                    spent.cost.premium_requests < f64::from(limit),
                    format!("{:.1}", spent.cost.premium_requests),
                    spent.cost.nano_credits > 0 && credits.is_none(),
                ),
            };
            let running =
                if spent.running > 0 { format!(", {} running not counted", spent.running) } else { String::new() };
            let says = format!("{shown} of {limit} {}{running}", key.counted());
            if !is_below {
                let grade = self.beyond(key);
                self.find(key, rule, grade, says);
            } else if !other {
                self.find(key, rule, Grade::Fine, says);
            }
            if other {
                // What was paid in another unit cannot be held against this ceiling. That what could is beyond it already
                // makes the rest no better known.
                let why = format!("part of the day's cost is not counted in {}", key.counted());
                self.missing(key, rule, &Fact::<u64>::unknown(why));
            }
        }
    }
}

fn tenths(tenths: u128) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn of_repo<'a>(starts: &'a [PastStart], repo: Option<&'a RepoName>) -> impl Iterator<Item = &'a PastStart> {
    starts.iter().filter(move |start| repo.is_none_or(|repo| start.repo == *repo))
}

/// Starts of the same prompt or ticket in the repository whose work may still go on.
fn duplicates(case: &Case<'_>, hash: &[u8; 32], facts: &Facts) -> Vec<Duplicate> {
    let Fact::Known(starts) = &facts.starts else { return Vec::new() };
    let same = |start: &&PastStart| {
        let ticket = case.ticket.is_some() && start.ticket.as_deref() == case.ticket;
        !start.rejected && (ticket || start.prompt_hash.as_ref() == Some(hash))
    };
    let duplicate = |start: &PastStart| {
        let listed = facts.open.known().map(|open| open.iter().any(|task| Some(&task.id) == start.task.as_ref()));
        let seen_open = start.task.is_some() && listed == Some(true);
        let ended = start.task.is_some() && listed == Some(false) && start.age >= LIST_LAG;
        let by_ticket = start.prompt_hash.as_ref() != Some(hash);
        (!ended).then(|| Duplicate { task: start.task.clone(), age: Some(start.age), by_ticket, seen_open })
    };
    of_repo(starts, Some(&case.request.repo)).filter(same).filter_map(duplicate).collect()
}
