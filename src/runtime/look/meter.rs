//! What `atc watch --metrics` measures: counted from what passes, and read off the console's state.

use std::collections::BTreeMap;

use super::metrics::{Exposition, Histogram, Names, Type, as_float};
use crate::cli::look::joined::pull_state;
use crate::cli::look::moved::Moved;
use crate::console::Model;
use crate::domain::transition::Kind;
use crate::domain::{Cost, FaultKind, Instant, PullState, Source, State, Task, TaskId};

#[derive(Debug, Default)]
pub struct Meter {
    repos: Names,
    states: Names,
    transitions: BTreeMap<(&'static str, String), u64>,
    errors: BTreeMap<&'static str, u64>,
    /// By the state a task ended in.
    durations: BTreeMap<String, Histogram>,
    cost: Cost,
    /// What was added of tasks to `cost` already.
    costed: BTreeMap<TaskId, Cost>,
    success: Option<Instant>,
}

impl Meter {
    pub fn moved(&mut self, moved: &Moved, task: Option<&Task>) {
        let repo = self.repos.name(moved.repo.as_str());
        *self.transitions.entry((moved.kind.word(), repo)).or_default() += 1;
        let Some(task) = task.filter(|task| moved.kind == Kind::TaskState && !task.state.is_active()) else { return };
        let ended = task.latest_session().and_then(|session| session.completed_at).unwrap_or(task.touched_at());
        let state = self.states.name(task.state.wire());
        let took = (ended - task.created_at).as_seconds_f64();
        self.durations.entry(state).or_default().observe(took);
    }

    /// What a task that ended cost, told once its sessions are known, and what is added to it later. Of what had ended
    /// before this run nothing is counted.
    pub fn cost(&mut self, task: &Task, begun: Instant) {
        let is_ours = !task.state.is_active() && task.touched_at() >= begun;
        let Some(cost) = task.cost().filter(|_| is_ours) else { return };
        let before = self.costed.insert(task.at.id.clone(), cost).unwrap_or_default();
        self.cost.nano_credits += cost.nano_credits.saturating_sub(before.nano_credits);
        self.cost.premium_requests += (cost.premium_requests - before.premium_requests).max(0.0);
    }

    pub fn failed(&mut self, kind: FaultKind) {
        *self.errors.entry(fault_word(kind)).or_default() += 1;
    }

    pub fn succeeded(&mut self, at: Instant) {
        self.success = Some(at);
    }

    pub fn text(&mut self, model: &Model) -> String {
        let mut out = Exposition::default();
        out.metric("atc_build_info", Type::Gauge, "The program that wrote this.");
        out.sample("atc_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        self.tasks(model, &mut out);
        self.passed(&mut out);
        self.pulls(model, &mut out);
        self.service(model, &mut out);
        out.finish()
    }

    fn tasks(&mut self, model: &Model, out: &mut Exposition) {
        let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
        for repo in &model.settings.repos {
            // Before the rest, so that what was asked for is told apart; and none is missing because it is empty.
            let repo = self.repos.name(repo.as_str());
            for state in State::KNOWN {
                counts.entry((repo.clone(), self.states.name(state.wire()))).or_default();
            }
        }
        let mut stuck: BTreeMap<String, u64> = BTreeMap::new();
        for known in model.world.tasks.values() {
            let repo = self.repos.name(known.task.at.repo.as_str());
            let is_stuck = known.stuck(&model.settings, model.now).is_some();
            *stuck.entry(repo.clone()).or_default() += u64::from(is_stuck);
            *counts.entry((repo, self.states.name(known.task.state.wire()))).or_default() += 1;
        }
        out.metric("atc_tasks", Type::Gauge, "Agent tasks by repository and state.");
        for ((repo, state), count) in counts {
            out.sample("atc_tasks", &[("repo", &repo), ("state", &state)], as_float(count));
        }
        out.metric("atc_tasks_stuck", Type::Gauge, "Agent tasks that should move and do not, by repository.");
        for (repo, count) in stuck {
            out.sample("atc_tasks_stuck", &[("repo", &repo)], as_float(count));
        }
    }

    fn passed(&self, out: &mut Exposition) {
        out.metric("atc_transitions_total", Type::Counter, "What was seen to happen, by kind and repository.");
        for ((kind, repo), count) in &self.transitions {
            out.sample("atc_transitions_total", &[("kind", kind), ("repo", repo)], as_float(*count));
        }
        let name = "atc_task_duration_seconds";
        out.metric(name, Type::Histogram, "From the creation of a task to its end, by the state it ended in.");
        for (state, histogram) in &self.durations {
            histogram.expose(out, name, &[("state", state)]);
        }
        out.metric("atc_ai_credits_total", Type::Counter, "AI credits of tasks that were seen to end.");
        let nano = u64::try_from(self.cost.nano_credits).unwrap_or(u64::MAX);
        out.sample("atc_ai_credits_total", &[], as_float(nano) / 1e9);
        out.metric("atc_premium_requests_total", Type::Counter, "Premium requests of tasks that were seen to end.");
        out.sample("atc_premium_requests_total", &[], self.cost.premium_requests);
    }

    fn pulls(&mut self, model: &Model, out: &mut Exposition) {
        let mut counts: BTreeMap<(String, &'static str), u64> = BTreeMap::new();
        let mut oldest: BTreeMap<String, f64> = BTreeMap::new();
        for pull in model.world.pulls.values().flatten() {
            let repo = self.repos.name(pull.repo.as_str());
            let state = pull_state(pull.state);
            *counts.entry((repo.clone(), state)).or_default() += 1;
            if pull.state == PullState::Open {
                let age = (model.now - pull.created_at).as_seconds_f64().max(0.0);
                let known = oldest.entry(repo).or_default();
                *known = known.max(age);
            }
        }
        out.metric("atc_pull_requests", Type::Gauge, "Pull requests of agents by repository and state.");
        for ((repo, state), count) in counts {
            out.sample("atc_pull_requests", &[("repo", &repo), ("state", state)], as_float(count));
        }
        let name = "atc_pull_request_review_age_seconds";
        out.metric(
            name,
            Type::Gauge,
            "For how long the oldest pull request that is open and no draft is open, by repository.",
        );
        for (repo, age) in oldest {
            out.sample(name, &[("repo", &repo)], age);
        }
    }

    fn service(&mut self, model: &Model, out: &mut Exposition) {
        let budget = model.world.budget;
        out.metric("atc_api_requests_total", Type::Counter, "Requests sent.");
        out.sample("atc_api_requests_total", &[], as_float(budget.more.sent));
        out.metric("atc_api_unchanged_total", Type::Counter, "Requests answered with proof that nothing changed.");
        out.sample("atc_api_unchanged_total", &[], as_float(budget.more.unchanged));
        out.metric("atc_api_hourly_spent", Type::Gauge, "Requests of the last hour that counted against the limit.");
        out.sample("atc_api_hourly_spent", &[], as_float(budget.spent));
        out.metric("atc_api_hourly_allowed", Type::Gauge, "Requests an hour that atc allows itself.");
        out.sample("atc_api_hourly_allowed", &[], as_float(budget.allowed));
        if let Some(remaining) = budget.remaining {
            out.metric("atc_api_remaining", Type::Gauge, "Requests that are left of the token's limit, for everybody.");
            out.sample("atc_api_remaining", &[], as_float(remaining));
        }
        out.metric("atc_errors_total", Type::Counter, "Answers that failed, by kind.");
        for (kind, count) in &self.errors {
            out.sample("atc_errors_total", &[("kind", kind)], as_float(*count));
        }
        let name = "atc_last_success_timestamp_seconds";
        out.metric(name, Type::Gauge, "When an answer of the service was last good.");
        out.sample(name, &[], self.success.map_or(0.0, seconds));
        let name = "atc_list_last_success_timestamp_seconds";
        out.metric(name, Type::Gauge, "When a repository's list was last good; 0: never.");
        let mut lists: BTreeMap<String, f64> = BTreeMap::new();
        for repo in &model.settings.repos {
            let good = model.world.freshness.get(&Source::Tasks(repo.clone()));
            let good = good.filter(|freshness| !freshness.remembered).and_then(|freshness| freshness.good_at);
            let at = lists.entry(self.repos.name(repo.as_str())).or_insert(f64::MAX);
            *at = at.min(good.map_or(0.0, seconds));
        }
        for (repo, at) in lists {
            out.sample(name, &[("repo", &repo)], at);
        }
    }
}

fn seconds(at: Instant) -> f64 {
    as_float(u64::try_from(at.timestamp()).unwrap_or(0))
}

fn fault_word(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Offline => "offline",
        FaultKind::Timeout => "timeout",
        FaultKind::Authentication => "authentication",
        FaultKind::Permission => "permission",
        FaultKind::NotFound => "not_found",
        FaultKind::RateLimited => "rate_limited",
        FaultKind::Invalid => "invalid",
        FaultKind::Conflict => "conflict",
        FaultKind::Gone => "gone",
        FaultKind::Server => "server",
        FaultKind::HeldBack => "held_back",
        FaultKind::Unreadable => "unreadable",
        FaultKind::TooLarge => "too_large",
        FaultKind::Unsupported => "unsupported",
        FaultKind::Refused => "refused",
        FaultKind::UnknownOutcome => "unknown_outcome",
        FaultKind::Local => "local",
    }
}
