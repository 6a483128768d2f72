//! Actions runs and their jobs: the agent's own, the checks of pull requests, and what runs on the default branch.

use super::checks::{self, CheckView, CiOrders, CiView};
use super::clock::{HOUR, MINUTE, SECOND, Tick};
use super::core::{AGENT_ID, World};
use super::pull::CheckPlan;
use super::session::Session;

/// Later than anything.
pub const NEVER: Tick = Tick::MAX / 4;

pub const AGENT_PATH: &str = "dynamic/copilot-swe-agent/copilot";
pub const CI_PATH: &str = ".github/workflows/ci.yml";
const CODEQL_PATH: &str = "dynamic/github-code-scanning/codeql";

/// Which of the world's things a run belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    Agent { task: usize, session: usize },
    Pull { pull: usize },
    Main,
}

#[derive(Clone, Debug)]
pub struct RunView {
    pub id: i64,
    pub kind: RunKind,
    pub repo: usize,
    pub name: String,
    pub path: String,
    pub event: &'static str,
    pub title: String,
    pub number: i64,
    pub attempt: i64,
    pub status: &'static str,
    pub conclusion: Option<&'static str>,
    pub branch: Option<String>,
    pub sha: String,
    pub created: Tick,
    pub started: Tick,
    pub updated: Tick,
    pub actor: i64,
    /// Who caused it.
    pub asked_by: i64,
    pub pull: Option<usize>,
    pub workflow: i64,
    pub jobs: Vec<JobView>,
}

#[derive(Clone, Debug)]
pub struct JobView {
    pub id: i64,
    pub name: String,
    pub status: &'static str,
    pub conclusion: Option<&'static str>,
    pub started: Tick,
    pub completed: Option<Tick>,
    pub attempt: i64,
    pub steps: Vec<StepView>,
}

#[derive(Clone, Debug)]
pub struct StepView {
    pub name: &'static str,
    pub status: &'static str,
    pub conclusion: Option<&'static str>,
    pub started: Option<Tick>,
    pub completed: Option<Tick>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Cancel,
    ForceCancel,
    Rerun { failed_only: bool },
    Approve,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obeyed {
    Accepted,
    /// Why it cannot be done, as GitHub words it.
    Conflict(&'static str),
    Forbidden(&'static str),
    NoSuchRun,
}

impl World {
    /// All runs of a repository, newest first.
    pub fn runs(&self, repo: usize) -> Vec<RunView> {
        let mut runs = self.agent_runs(repo);
        for (index, pull) in
            self.pulls.iter().enumerate().filter(|(_, pull)| pull.repo == repo && pull.is_seen(self.now))
        {
            let work = self.work_on(pull);
            for (push, ci) in self.ci_runs(pull, &work).into_iter().enumerate() {
                runs.push(self.ci_run(repo, index, push, ci));
            }
        }
        runs.extend(self.main_runs(repo));
        runs.sort_by_key(|run| std::cmp::Reverse((run.created, run.id)));
        runs
    }

    pub fn run(&self, repo: usize, id: i64) -> Option<RunView> {
        self.runs(repo).into_iter().find(|run| run.id == id)
    }

    fn agent_runs(&self, repo: usize) -> Vec<RunView> {
        let mut runs = Vec::new();
        for (index, task) in self.tasks.iter().enumerate().filter(|(_, task)| task.repo == repo) {
            for (nth, session) in task.sessions.iter().enumerate() {
                // A run appears shortly after the session; what a developer's machine mirrors in has none.
                if session.created + 2 * SECOND > self.now || session.model.is_empty() {
                    continue;
                }
                let kind = RunKind::Agent { task: index, session: nth };
                runs.push(self.agent_run(repo, kind, &task.name, task.pull, session));
            }
        }
        runs
    }

    fn agent_run(&self, repo: usize, kind: RunKind, title: &str, pull: Option<usize>, session: &Session) -> RunView {
        let (status, conclusion) = session.run_state(self.now);
        let ended = session.run_ended_at(self.now);
        let number = pull.and_then(|pull| self.pulls.get(pull)).map_or(0, |pull| pull.number);
        let name = match kind {
            RunKind::Agent { session: 1.., .. } => format!("Addressing comment on PR #{number}"),
            _ if session.created < -20 * 24 * HOUR => "Running Copilot coding agent".to_owned(),
            _ => "Running Copilot cloud agent".to_owned(),
        };
        RunView {
            id: session.run,
            kind,
            repo,
            name,
            path: AGENT_PATH.to_owned(),
            event: "dynamic",
            title: title.to_owned(),
            number: session.run_number,
            attempt: 1,
            status,
            conclusion,
            branch: Some(session.branch.clone()).filter(|_| session.has_branch(self.now)),
            sha: self.sha(repo, &session.branch, 0),
            created: session.created + 2 * SECOND,
            started: session.start.min(ended.unwrap_or(self.now)).min(self.now).max(session.created),
            updated: ended.unwrap_or_else(|| session.start.min(self.now).max(session.created)),
            actor: AGENT_ID,
            asked_by: session.user,
            pull: pull.filter(|_| self.chance.of("linked", session.run.unsigned_abs()).below(4) == 0),
            workflow: 88_000_100 + i64::try_from(repo).unwrap_or(0),
            jobs: vec![agent_job(session, status, conclusion, self.now)],
        }
    }

    fn ci_run(&self, repo: usize, index: usize, push: usize, ci: CiView) -> RunView {
        let pull = self.pulls.get(index);
        let title = self.view(index).map(|view| view.title).unwrap_or_default();
        let branch = pull.map(|pull| pull.branch.clone());
        RunView {
            id: ci.run,
            kind: RunKind::Pull { pull: index },
            repo,
            name: "CI".to_owned(),
            path: CI_PATH.to_owned(),
            event: "pull_request",
            title,
            number: 3_000 + pull.map_or(0, |pull| pull.number) + i64::try_from(push).unwrap_or(0),
            attempt: ci.attempt,
            status: ci.status,
            conclusion: ci.conclusion,
            sha: branch.as_ref().map(|branch| self.sha(repo, branch, push + 1)).unwrap_or_default(),
            branch,
            created: ci.created,
            started: ci.started,
            updated: ci.updated,
            actor: pull.map_or(0, |pull| pull.author),
            asked_by: pull.map_or(0, |pull| pull.author),
            pull: Some(index),
            workflow: 88_000_200 + i64::try_from(repo).unwrap_or(0),
            jobs: ci.checks.into_iter().map(ci_job).collect(),
        }
    }

    /// A push every five hours, and the code scanning that goes with it.
    fn main_runs(&self, repo: usize) -> Vec<RunView> {
        let Some(entry) = self.repos.get(repo) else { return Vec::new() };
        let mut runs = Vec::new();
        for nth in 0..6_i64 {
            let at = -(nth * 5 * HOUR) - (23 + i64::try_from(repo).unwrap_or(0) * 17) * MINUTE;
            let id = 17_100_000_000 + i64::try_from(repo).unwrap_or(0) * 1_000 + (6 - nth) * 2;
            let is_scan = nth % 3 == 2;
            let plan = CheckPlan::default();
            let scan = [("Analyze".to_owned(), 140)];
            let names = if is_scan { scan.as_slice() } else { entry.checks.as_slice() };
            let orders = self.main_orders.get(&id).cloned().unwrap_or_else(CiOrders::default);
            let ci = checks::view(names, &plan, &orders, id, at, self.now);
            let path = if is_scan { CODEQL_PATH } else { CI_PATH };
            runs.push(RunView {
                id,
                kind: RunKind::Main,
                repo,
                name: if is_scan { "CodeQL" } else { "CI" }.to_owned(),
                path: format!("{path}@refs/heads/{}", entry.default_branch),
                event: if is_scan { "dynamic" } else { "push" },
                title: if is_scan { "Push on main" } else { "Merge pull request" }.to_owned(),
                number: 2_900 - nth,
                attempt: ci.attempt,
                status: ci.status,
                conclusion: ci.conclusion,
                branch: Some(entry.default_branch.clone()),
                sha: self.sha(repo, &entry.default_branch, usize::try_from(nth).unwrap_or(0)),
                created: ci.created,
                started: ci.started,
                updated: ci.updated,
                actor: self.viewer,
                asked_by: self.viewer,
                pull: None,
                workflow: 88_000_300 + i64::try_from(repo).unwrap_or(0) * 2 + i64::from(is_scan),
                jobs: ci.checks.into_iter().map(ci_job).collect(),
            });
        }
        runs
    }

    /// Gives a run an order. What it leads to shows a few seconds later.
    pub fn order(&mut self, repo: usize, id: i64, order: Order) -> Obeyed {
        let Some(run) = self.run(repo, id) else { return Obeyed::NoSuchRun };
        let over = run.status == "completed";
        match order {
            Order::Cancel | Order::ForceCancel if over => {
                return Obeyed::Conflict("Cannot cancel a workflow run that is completed.");
            }
            Order::Rerun { .. } if !over => return Obeyed::Forbidden("This workflow run is already running."),
            Order::Rerun { failed_only: true } if run.conclusion == Some("success") => {
                return Obeyed::Forbidden("This workflow run has no failed jobs to rerun.");
            }
            Order::Approve if run.conclusion != Some("action_required") => {
                return Obeyed::Forbidden("This workflow run is not waiting for approval.");
            }
            _ => {}
        }
        match run.kind {
            RunKind::Agent { task, session } => self.order_agent(task, session, order),
            RunKind::Pull { pull } => self.order_checks(pull, id, order),
            RunKind::Main => {
                let now = self.now;
                give(self.main_orders.entry(id).or_default(), order, now);
            }
        }
        Obeyed::Accepted
    }

    fn order_agent(&mut self, task: usize, session: usize, order: Order) {
        let now = self.now;
        let Some(task_found) = self.tasks.get_mut(task) else { return };
        let pull = task_found.pull;
        let Some(found) = task_found.sessions.get_mut(session) else { return };
        match order {
            Order::Cancel => found.orders.cancel = found.orders.cancel.or(Some(now)),
            Order::ForceCancel => found.orders.force = found.orders.force.or(Some(now)),
            Order::Rerun { .. } => {
                let session = found.clone();
                return self.again(task, &session);
            }
            Order::Approve => return,
        }
        // What it had not opened yet it never will.
        let stops = found.run_cancelled_at();
        if let Some(pull) = pull.and_then(|pull| self.pulls.get_mut(pull))
            && stops.is_some_and(|at| pull.opened > at)
        {
            pull.opened = NEVER;
        }
    }

    fn order_checks(&mut self, pull: usize, id: i64, order: Order) {
        let now = self.now;
        let Some(pull) = self.pulls.get_mut(pull) else { return };
        if order == Order::Approve {
            pull.check_plan.approved = pull.check_plan.approved.or(Some(now));
        } else {
            give(pull.ci.entry(id).or_default(), order, now);
        }
    }
}

fn give(orders: &mut CiOrders, order: Order, now: Tick) {
    match order {
        Order::Cancel | Order::ForceCancel => orders.cancel = Some(now),
        Order::Rerun { failed_only } => orders.reruns.push((now, failed_only)),
        Order::Approve => {}
    }
}

fn agent_job(session: &Session, status: &'static str, conclusion: Option<&'static str>, now: Tick) -> JobView {
    let ended = session.run_ended_at(now);
    let began = session.start;
    let marks =
        [("Set up job", began, began + 3 * SECOND), ("Prepare Copilot", began + 3 * SECOND, began + 6 * SECOND)];
    let mut steps: Vec<StepView> =
        marks.into_iter().map(|(name, from, to)| step(name, from, Some(to), "success", ended, now)).collect();
    let outcome = conclusion.unwrap_or("success");
    let work_end = ended.map(|at| at - SECOND);
    steps.push(step("Processing Request (Linux)", began + 6 * SECOND, work_end, outcome, ended, now));
    steps.push(step("Complete job", work_end.unwrap_or(Tick::MAX), ended, "success", ended, now));
    JobView {
        id: session.run * 1_000 + 100,
        name: "copilot".to_owned(),
        status,
        conclusion,
        started: began.min(now).min(ended.unwrap_or(now)).max(session.created),
        completed: ended,
        attempt: 1,
        steps,
    }
}

/// A step from one time to another; a run that ended before cuts it off.
fn step(
    name: &'static str,
    from: Tick,
    to: Option<Tick>,
    outcome: &'static str,
    run_end: Option<Tick>,
    now: Tick,
) -> StepView {
    let blank = StepView { name, status: "queued", conclusion: None, started: None, completed: None };
    let to = to.or(run_end);
    match (run_end, to) {
        (Some(end), _) if from >= end => StepView { status: "completed", conclusion: Some("skipped"), ..blank },
        (_, Some(to)) if to <= now => StepView {
            status: "completed",
            conclusion: Some(outcome),
            started: Some(from.min(to)),
            completed: Some(to),
            ..blank
        },
        _ if from <= now => StepView { status: "in_progress", started: Some(from), ..blank },
        _ => blank,
    }
}

fn ci_job(check: CheckView) -> JobView {
    let outcome = check.conclusion;
    let half = check.completed.map(|end| check.started.midpoint(end));
    let first = StepView {
        name: "Set up job",
        status: if check.status == "queued" { "queued" } else { "completed" },
        conclusion: (check.status != "queued").then_some("success"),
        started: (check.status != "queued").then_some(check.started),
        completed: (check.status != "queued").then_some(check.started),
    };
    let second = StepView {
        name: "Run",
        status: check.status,
        conclusion: outcome,
        started: (check.status != "queued").then_some(half.unwrap_or(check.started)),
        completed: check.completed,
    };
    JobView {
        id: check.id,
        name: check.name,
        status: check.status,
        conclusion: outcome,
        started: check.started,
        completed: check.completed,
        attempt: check.attempt,
        steps: vec![first, second],
    }
}
