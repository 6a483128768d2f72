//! The world: everything there is, and the questions asked of it.
//!
//! Nothing in it ticks. [`World::advance`] notes what time it is and lets new tasks arrive; all else is worked out from
//! the plans, the orders people gave, and that time, when somebody asks.

use std::collections::BTreeMap;

use crate::domain::{Instant, RepoName};

use super::automation::Automation;
use super::cast::{Arrivals, Scripts};
use super::chance::Chance;
use super::checks::{self, CiView};
use super::clock::{Tick, WorldClock};
use super::firings::{Due, Key};
use super::plan::Moment;
use super::pull::{Mark, MarkKind, Pull, PullView, Work};
use super::script::Tool;
use super::session::Session;
use super::task::Task;

/// The account the agent works under.
pub const AGENT_LOGIN: &str = "Copilot";
pub const AGENT_ID: i64 = 198_982_749;

#[derive(Clone, Debug)]
pub struct Person {
    pub login: String,
    pub id: i64,
    pub name: String,
    pub kind: &'static str,
    /// May read and write issues, and no code.
    pub guest: bool,
}

#[derive(Clone, Debug)]
pub struct Repo {
    pub name: RepoName,
    pub id: i64,
    pub about: String,
    pub language: String,
    pub default_branch: String,
    pub branches: Vec<String>,
    pub checks: Vec<(String, u32)>,
    pub reviews_required: bool,
    pub approval_required: bool,
    pub codeowners: bool,
    /// Nothing of it changes any more.
    pub archived: bool,
    pub agents: Vec<String>,
    pub deleted_issues: Vec<i64>,
    /// The viewer can put the agent in charge of issues here.
    pub agent_assignable: bool,
    pub next_number: i64,
    /// The number given to the next pull request of an automation's past.
    pub next_past_number: i64,
    pub next_run: i64,
    /// Anybody can see it.
    pub public: bool,
    /// Only what people with write access do starts automations here, whatever these say.
    pub automation_needs_write: bool,
    /// The service answers with some older shapes here.
    pub older_answers: bool,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub repo: usize,
    pub number: i64,
    pub title: String,
    pub body: String,
    pub user: i64,
    pub created: Tick,
    pub touched: Tick,
    pub closed: Option<Tick>,
    pub labels: Vec<String>,
    pub assignees: Vec<i64>,
    /// Who was put in charge, when, by whom.
    pub assigned: Vec<(Tick, i64, i64)>,
}

/// On an issue or a pull request: both are numbered together.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: i64,
    pub repo: usize,
    pub number: i64,
    pub user: i64,
    pub at: Tick,
    pub body: String,
}

#[derive(Debug)]
pub struct World {
    pub clock: WorldClock,
    pub chance: Chance,
    pub now: Tick,
    pub viewer: i64,
    pub people: Vec<Person>,
    pub repos: Vec<Repo>,
    pub tasks: Vec<Task>,
    pub pulls: Vec<Pull>,
    pub issues: Vec<Issue>,
    pub comments: Vec<Comment>,
    pub(super) scripts: Scripts,
    pub(super) arrivals: Arrivals,
    pub(super) arrived: u64,
    pub(super) next_arrival: Tick,
    pub(super) improvised: Vec<String>,
    pub(super) follow_up: String,
    pub automations: Vec<Automation>,
    /// What fires soon.
    pub(super) waiting: Due,
    pub(super) waited: i64,
    /// Everything up to here has fired.
    pub(super) fired: Key,
    /// Runs given out so far, and those of automations: these are numbered apart, so that nothing else of the world
    /// depends on how many there were.
    pub(super) runs_made: i64,
    pub(super) automated_runs: i64,
    /// Tasks that people started.
    pub(super) tasks_made: u64,
    /// Orders for runs on the default branch, by run id.
    pub(super) main_orders: BTreeMap<i64, checks::CiOrders>,
}

impl World {
    /// Time never goes back here, whatever the clock says.
    pub fn advance(&mut self, at: Instant) {
        self.now = self.clock.tick(at).max(self.now);
        self.live();
    }

    pub fn repo_at(&self, owner: &str, name: &str) -> Option<usize> {
        let wanted =
            |repo: &Repo| repo.name.owner().eq_ignore_ascii_case(owner) && repo.name.name().eq_ignore_ascii_case(name);
        self.repos.iter().position(wanted)
    }

    pub fn person(&self, id: i64) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub fn person_named(&self, login: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.login.eq_ignore_ascii_case(login))
    }

    pub fn owner_of(&self, repo: usize) -> Option<&Person> {
        self.repos.get(repo).and_then(|repo| self.person_named(repo.name.owner()))
    }

    pub fn tasks_seen(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_seen(self.now))
    }

    pub fn sessions_seen(&self) -> impl Iterator<Item = (&Task, &Session)> {
        self.tasks_seen().flat_map(|task| task.sessions_seen(self.now).map(move |session| (task, session)))
    }

    pub fn session(&self, id: &str) -> Option<(&Task, &Session)> {
        self.sessions_seen().find(|(_, session)| session.id == id)
    }

    pub fn pull_numbered(&self, repo: usize, number: i64) -> Option<usize> {
        self.pulls.iter().position(|pull| pull.repo == repo && pull.number == number && pull.is_seen(self.now))
    }

    pub fn issue_numbered(&self, repo: usize, number: i64) -> Option<usize> {
        let wanted = |issue: &Issue| issue.repo == repo && issue.number == number && issue.created <= self.now;
        self.issues.iter().position(wanted)
    }

    pub fn comments_on(&self, repo: usize, number: i64) -> impl Iterator<Item = &Comment> {
        let wanted = move |comment: &&Comment| comment.repo == repo && comment.number == number;
        self.comments.iter().filter(wanted).filter(|comment| comment.at <= self.now)
    }

    /// All sessions that work on a branch, oldest first.
    pub fn sessions_on(&self, repo: usize, branch: &str) -> Vec<&Session> {
        let of_repo = self.tasks_seen().filter(|task| task.repo == repo);
        let mut found: Vec<&Session> = of_repo
            .flat_map(|task| task.sessions_seen(self.now))
            .filter(|session| session.branch == branch && session.has_branch(self.now))
            .collect();
        found.sort_by_key(|session| session.created);
        found
    }

    /// What the commit after `push` pushes on a branch is called.
    pub fn sha(&self, repo: usize, branch: &str, push: usize) -> String {
        self.chance.of(branch, repo as u64).of("sha", push as u64).hex(40)
    }

    pub fn main_sha(&self, repo: usize) -> String {
        let branch = self.repos.get(repo).map_or("main", |repo| repo.default_branch.as_str());
        self.sha(repo, branch, 0)
    }

    pub fn work_on(&self, pull: &Pull) -> Work {
        let mut work = Work { finished: true, ..Work::default() };
        for session in self.sessions_on(pull.repo, &pull.branch) {
            let script = &session.script;
            let until = session.log_end(self.now);
            let pushed =
                session.plan.beats.iter().filter(|beat| beat.at <= until).filter(|beat| is_push(session, beat.what));
            work.pushes.extend(pushed.map(|beat| beat.at));
            let spent = session.spent(self.now);
            work.additions += share(script.diff.0, spent);
            work.deletions += share(script.diff.1, spent);
            work.files = work.files.max(share(script.diff.2, spent));
            work.finished = session.ended_at(self.now).is_some();
            if work.title.is_empty() {
                work.title =
                    session.fill.apply(if script.pr_title.is_empty() { &script.title } else { &script.pr_title });
                work.body = session.fill.apply(&script.pr_body);
            }
            work.marks.push(Mark { at: session.start, kind: MarkKind::Started, user: session.user });
            if let Some(at) = session.ended_at(self.now) {
                let failed = matches!(session.state(self.now), "failed" | "timed_out" | "cancelled");
                let kind = if failed { MarkKind::Failed } else { MarkKind::Finished };
                work.marks.push(Mark { at, kind, user: session.user });
            }
        }
        work
    }

    /// The checks' run of each push, oldest first.
    pub fn ci_runs(&self, pull: &Pull, work: &Work) -> Vec<CiView> {
        let later = work.pushes.iter().filter(|at| **at > pull.opened);
        let pushes = std::iter::once(&pull.opened).chain(later);
        pushes.enumerate().filter_map(|(push, at)| self.ci_of_push(pull, push, *at)).collect()
    }

    /// The checks' run of one push; `None`: this repository or this pull request has no checks.
    fn ci_of_push(&self, pull: &Pull, push: usize, at: Tick) -> Option<CiView> {
        let repo = self.repos.get(pull.repo).filter(|_| !pull.check_plan.none)?;
        let run = ci_run_id(pull, push);
        let orders = pull.ci.get(&run).cloned().unwrap_or_default();
        Some(checks::view(&repo.checks, &pull.check_plan, &orders, run, at, self.now))
    }

    pub fn view(&self, pull: usize) -> Option<PullView<'_>> {
        let pull = self.pulls.get(pull).filter(|pull| pull.is_seen(self.now))?;
        let work = self.work_on(pull);
        let (push, pushed) = pull.last_push(&work);
        let closed_at = pull.closed_at(self.now);
        let merged = pull.is_merged(self.now);
        let words = pull.named.as_ref().or(Some(&work.title).filter(|title| !title.is_empty())).unwrap_or(&pull.branch);
        let own_title = if work.finished { words.clone() } else { format!("[WIP] {words}") };
        let required = self.repos.get(pull.repo).is_some_and(|repo| repo.reviews_required);
        let happened = pull.reviews_seen(self.now).map(|review| review.at);
        let talked = self.comments_on(pull.repo, pull.number).map(|comment| comment.at);
        let readied = pull.ready.filter(|at| *at <= self.now);
        let updated = happened.chain(talked).chain(readied).chain(closed_at).chain([pushed]);
        Some(PullView {
            open: closed_at.is_none(),
            merged,
            draft: pull.is_draft(self.now) && !merged,
            head_sha: self.sha(pull.repo, &pull.branch, push + 1),
            base_sha: self.main_sha(pull.repo),
            merge_sha: merged.then(|| self.sha(pull.repo, &pull.branch, 10_000)),
            title: pull.title.clone().unwrap_or(own_title),
            body: pull.body.clone().unwrap_or_else(|| match pull.closes {
                Some(issue) => format!("{}\n\nFixes #{issue}", work.body).trim_start().to_owned(),
                None => work.body.clone(),
            }),
            updated: updated.fold(pull.touched.max(pull.opened), Tick::max),
            closed_at,
            mergeable: pull.mergeable(pushed, self.now),
            decision: pull.decision(required, self.now),
            checks: self.ci_of_push(pull, push, pushed).map(|run| run.checks).unwrap_or_default(),
            pull,
            work,
        })
    }

    /// The branches of a repository: name and newest commit.
    pub fn branches(&self, repo: usize) -> Vec<(String, String)> {
        let Some(entry) = self.repos.get(repo) else { return Vec::new() };
        let fixed = std::iter::once(&entry.default_branch).chain(&entry.branches);
        let mut found: Vec<(String, String)> = fixed.map(|name| (name.clone(), self.sha(repo, name, 0))).collect();
        for task in self.tasks_seen().filter(|task| task.repo == repo) {
            for session in task.sessions_seen(self.now).filter(|session| session.has_branch(self.now)) {
                if !found.iter().any(|(name, _)| *name == session.branch) {
                    let pull = self.pulls.iter().find(|pull| pull.repo == repo && pull.branch == session.branch);
                    let push = pull.map_or(0, |pull| pull.last_push(&self.work_on(pull)).0);
                    found.push((session.branch.clone(), self.sha(repo, &session.branch, push + 1)));
                }
            }
        }
        found.sort();
        found
    }
}

/// The id of the Actions run that checks one push.
pub fn ci_run_id(pull: &Pull, push: usize) -> i64 {
    17_500_000_000 + (pull.id % 100_000_000) * 40 + i64::try_from(push.min(39)).unwrap_or(0)
}

fn is_push(session: &Session, what: Moment) -> bool {
    let Moment::Result { turn, call } = what else { return false };
    let call = session.script.turns.get(turn).and_then(|turn| turn.calls.get(call));
    call.is_some_and(|call| matches!(call.tool, Tool::Progress { .. }))
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "line counts")]
fn share(whole: u64, part: f64) -> u64 {
    (whole as f64 * part.clamp(0.0, 1.0)).round() as u64
}
