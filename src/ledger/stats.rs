//! What the lines come to: how many tasks were started and how they ended, how long it took, what it cost.
//!
//! Counted from the lines alone, oldest first, so that whoever has the file can count again. What was not watched is
//! not guessed: a span of time counts where both its ends are known, and says of how many tasks it speaks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};

use super::line::{Line, Said, started};
use super::observed::{Kind, Observed};
use super::port::{Intent, Outcome};
use crate::domain::{Cost, Instant, RepoName, State};

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Repo,
    Template,
    Model,
    /// Of the start, in UTC.
    Day,
}

impl By {
    pub const ALL: [Self; 4] = [Self::Repo, Self::Template, Self::Model, Self::Day];

    pub fn word(self) -> &'static str {
        match self {
            Self::Repo => "repository",
            Self::Template => "template",
            Self::Model => "model",
            Self::Day => "day",
        }
    }
}

/// One task, as far as the lines tell of it.
#[derive(Clone, Debug, Default)]
struct Life {
    template: Option<String>,
    model: Option<String>,
    begun: Option<Instant>,
    running: Option<Instant>,
    state: Option<State>,
    pull: Option<Instant>,
    reviewed: Option<Instant>,
    merged: bool,
    merged_at: Option<Instant>,
    cost: Option<Cost>,
}

/// Sums over some tasks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub started: u64,
    /// Starts that came to nothing: refused, or nobody knows what became of them.
    pub refused: u64,
    pub unknown: u64,
    pub finished: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub pulls: u64,
    pub merged: u64,
    /// Of those tasks whose cost is known.
    pub cost: Option<Cost>,
    /// How many that are.
    pub costed: u64,
    /// Of those that are merged: their cost, and how many of them have one.
    pub merged_cost: Option<Cost>,
    pub merged_costed: u64,
    pub to_start: Spans,
    pub to_pull: Spans,
    pub to_review: Spans,
    pub to_merge: Spans,
}

/// Spans of time that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<TimeDelta>);

impl Spans {
    fn add(&mut self, from: Option<Instant>, to: Option<Instant>) {
        // A clock that was set between the two makes no span.
        self.0.extend(from.zip(to).map(|(from, to)| to - from).filter(|span| *span >= TimeDelta::zero()));
    }

    fn sort(&mut self) {
        self.0.sort_unstable();
    }

    pub fn known(&self) -> usize {
        self.0.len()
    }

    pub fn median(&self) -> Option<TimeDelta> {
        self.at(1, 2)
    }

    /// Nine in ten took no longer.
    pub fn p90(&self) -> Option<TimeDelta> {
        self.at(9, 10)
    }

    /// The nearest rank: a span that really was.
    fn at(&self, of: usize, parts: usize) -> Option<TimeDelta> {
        self.0.get((self.0.len() * of).div_ceil(parts).checked_sub(1)?).copied()
    }
}

impl Row {
    /// Of the tasks that ended, how many finished.
    pub fn success(&self) -> Option<f64> {
        ratio(self.finished, self.finished + self.failed + self.cancelled)
    }

    /// Of those merged whose cost is known.
    pub fn cost_per_merge(&self) -> Option<Cost> {
        let cost = self.merged_cost?;
        let count = self.merged_costed;
        let premium = cost.premium_requests / f64::from(u32::try_from(count).unwrap_or(u32::MAX).max(1));
        Some(Cost { nano_credits: cost.nano_credits / u128::from(count.max(1)), premium_requests: premium })
    }

    fn add(&mut self, life: &Life) {
        self.started += 1;
        match &life.state {
            Some(State::Completed) => self.finished += 1,
            Some(State::Failed | State::TimedOut) => self.failed += 1,
            Some(State::Cancelled) => self.cancelled += 1,
            _ => {}
        }
        self.pulls += u64::from(life.pull.is_some());
        self.merged += u64::from(life.merged);
        if let Some(cost) = life.cost {
            self.cost = Some([self.cost.unwrap_or_default(), cost].into_iter().sum());
            self.costed += 1;
            if life.merged {
                self.merged_cost = Some([self.merged_cost.unwrap_or_default(), cost].into_iter().sum());
                self.merged_costed += 1;
            }
        }
        self.to_start.add(life.begun, life.running);
        self.to_pull.add(life.begun, life.pull);
        self.to_review.add(life.pull, life.reviewed);
        self.to_merge.add(life.pull, life.merged_at);
    }

    fn sort(&mut self) {
        for spans in [&mut self.to_start, &mut self.to_pull, &mut self.to_review, &mut self.to_merge] {
            spans.sort();
        }
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    let number = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    (whole > 0).then(|| number(part) / number(whole))
}

/// Takes in lines, oldest first, and counts.
#[derive(Debug, Default)]
pub struct Counter {
    /// By host, repository and task.
    lives: BTreeMap<(String, RepoName, String), Life>,
    /// Starts without a task, by intent: refused or unknown.
    without: BTreeMap<uuid::Uuid, (Intent, bool)>,
    /// Every repository, as it was first spelt: what is typed in another case is counted with it.
    spelt: BTreeSet<RepoName>,
}

/// All there is to say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    pub all: Row,
    /// In the order of [`By::ALL`]; `None` as a name: not known, or no template.
    pub by: [Vec<(Option<String>, Row)>; 4],
}

impl Counter {
    pub fn take(&mut self, line: &Line) {
        if !self.spelt.contains(line.repo()) {
            self.spelt.insert(line.repo().clone());
        }
        match &line.said {
            Said::Intent(intent) if intent.action.starts() => {
                self.without.insert(intent.id, (slim(intent), false));
            }
            Said::Outcome(intent, _, outcome) if intent.action.starts() => self.outcome(intent, outcome),
            Said::Observed(observed) => self.observed(observed),
            _ => {}
        }
    }

    fn outcome(&mut self, intent: &Intent, outcome: &Outcome) {
        let Some(task) = started(intent, outcome) else {
            let refused = matches!(outcome, Outcome::Rejected(_));
            self.without.insert(intent.id, (slim(intent), refused));
            return;
        };
        self.without.remove(&intent.id);
        let life = self.life(&intent.host, &intent.repo, task);
        life.begun = Some(intent.at);
        life.template.clone_from(&intent.template);
        if life.model.is_none() {
            life.model.clone_from(&intent.model);
        }
    }

    fn life(&mut self, host: &str, repo: &RepoName, task: &str) -> &mut Life {
        self.lives.entry((host.to_owned(), repo.clone(), task.to_owned())).or_default()
    }

    fn spelt<'a>(&'a self, repo: &'a RepoName) -> &'a str {
        self.spelt.get(repo).unwrap_or(repo).as_str()
    }

    fn observed(&mut self, observed: &Observed) {
        let seen = &observed.seen;
        let life = self.life(&seen.host, &seen.repo, &seen.task);
        match seen.kind {
            Kind::State => {
                life.begun = life.begun.or(seen.begun);
                let state = State::parse(&seen.became);
                let from_queue = observed.was.as_deref() == Some(State::Queued.wire());
                if state == State::InProgress && from_queue && life.running.is_none() {
                    life.running = observed.happened_at();
                }
                life.state = Some(state);
                if let Some(model) = &seen.model {
                    life.model = Some(model.clone());
                }
                if seen.nano_credits.is_some() || seen.premium_requests.is_some() {
                    life.cost = Some(Cost {
                        nano_credits: seen.nano_credits.unwrap_or_default().into(),
                        premium_requests: seen.premium_requests.unwrap_or_default(),
                    });
                }
            }
            Kind::Pull => {
                // A task may have several pull requests, one after the other: the first is what was waited for.
                life.pull = life.pull.or(seen.begun);
                if seen.became == "merged" {
                    life.merged = true;
                    life.merged_at = life.merged_at.or(observed.happened_at());
                }
            }
            Kind::Origin => {}
            Kind::Review => {
                if seen.became != "none" {
                    life.reviewed = life.reviewed.or(observed.happened_at());
                }
            }
        }
    }

    /// What began in this time; with its first instant, without its last.
    pub fn finish(&self, since: Option<Instant>, until: Option<Instant>) -> Stats {
        let is_in = |at: Option<Instant>| {
            since.is_none_or(|since| at.is_some_and(|at| at >= since))
                && until.is_none_or(|until| at.is_some_and(|at| at < until))
        };
        let mut stats = Stats::default();
        let mut groups: [BTreeMap<Option<String>, Row>; 4] = std::array::from_fn(|_| BTreeMap::new());
        for ((_, repo, _), life) in self.lives.iter().filter(|(_, life)| is_in(life.begun)) {
            stats.all.add(life);
            let names = names(self.spelt(repo), life.template.as_ref(), life.model.as_ref(), life.begun);
            for (group, name) in groups.iter_mut().zip(names) {
                group.entry(name).or_default().add(life);
            }
        }
        for (intent, refused) in self.without.values().filter(|(intent, _)| is_in(Some(intent.at))) {
            let repo = self.spelt(&intent.repo);
            let names = names(repo, intent.template.as_ref(), intent.model.as_ref(), Some(intent.at));
            let rows = groups.iter_mut().zip(names).map(|(group, name)| group.entry(name).or_default());
            for row in rows.chain([&mut stats.all]) {
                row.refused += u64::from(*refused);
                row.unknown += u64::from(!*refused);
            }
        }
        stats.all.sort();
        stats.by = groups.map(|group| {
            group
                .into_iter()
                .map(|(name, mut row)| {
                    row.sort();
                    (name, row)
                })
                .collect()
        });
        stats
    }
}

fn names(repo: &str, template: Option<&String>, model: Option<&String>, begun: Option<Instant>) -> [Option<String>; 4] {
    let day: Option<NaiveDate> = begun.map(|begun| begun.date_naive());
    [Some(repo.to_owned()), template.cloned(), model.cloned(), day.map(|day| day.to_string())]
}

/// What is counted of it: prompts of a year need not be held.
fn slim(intent: &Intent) -> Intent {
    Intent { request: String::new(), prompt: None, granted: None, ..intent.clone() }
}
