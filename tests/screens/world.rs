//! A small world to put on the screen: builders for tasks, sessions, pulls and news, and a console driven by events.

use atc::console::event::{BudgetNews, Event, Net, News, Op, What};
use atc::console::keys::{Chord, Key};
use atc::console::reviews::Wish;
use atc::console::state::layout::Size;
use atc::console::state::settings::Settings;
use atc::console::update::{next_wake, update};
use atc::console::{Effect, Model};
use atc::domain::cancel::{Answer, Asked, Matched};
use atc::domain::{
    Artifact, CancelPhase, CancelProgress, Checks, Conclusion, Fault, FaultKind, Instant, Mergeable, NodeId, Person,
    Pull, PullId, PullRef, PullState, RepoName, ReviewDecision, Run, RunId, RunStatus, Session, SessionId, Source,
    State, Task, TaskId, TaskRef, Usage, UserId, Viewer,
};
use atc::text::{Safe, Untrusted};
use chrono::{TimeDelta, TimeZone, Utc};

/// 14:03:00, the time of every screen that does not say otherwise.
pub fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 20, 14, 3, 0).unwrap()
}

pub fn ago(minutes: i64) -> Instant {
    now() - TimeDelta::minutes(minutes)
}

pub fn repo(name: &str) -> RepoName {
    format!("acme/{name}").parse().unwrap()
}

pub fn settings() -> Settings {
    Settings {
        repos: ["billing", "api", "web", "reports"].into_iter().map(repo).collect(),
        token_kind: Safe::new("oauth"),
        ..Settings::default()
    }
}

/// A task that says no more than it must.
pub fn task(id: &str, repository: &str, name: &str, state: State, created: i64, updated: i64) -> Task {
    Task {
        beyond: atc::domain::Beyond::default(),
        at: TaskRef { repo: repo(repository), id: TaskId::new(id) },
        name: name.into(),
        state,
        created_at: ago(created),
        updated_at: Some(ago(updated)),
        archived_at: None,
        creator: Some(Person { id: UserId(1), login: Some("mona".into()) }),
        custom_agent: None,
        automation: None,
        session_count: Some(1),
        artifacts: vec![],
        html_url: Some(format!("https://github.com/acme/{repository}/agents/tasks/{id}").into()),
        sessions: None,
    }
}

/// The same task with one session in its own state.
pub fn with_session(mut task: Task, prompt: &str) -> Task {
    let id = task.at.id.raw().to_owned();
    let session = Session {
        beyond: atc::domain::SessionBeyond::default(),
        id: SessionId::new(format!("s-{id}")),
        state: task.state.clone(),
        name: None,
        prompt: Some(prompt.into()),
        model: Some("sweagent-capi:claude-sonnet-4.6".into()),
        head_ref: Some(format!("copilot/{id}").into()),
        base_ref: Some("main".into()),
        created_at: task.created_at,
        updated_at: task.updated_at,
        completed_at: (!task.state.is_active()).then_some(task.touched_at()),
        usage: Some(Usage::AiCredits(1_200_000_000)),
        error: None,
        run: None,
    };
    task.sessions = Some(vec![session]);
    task
}

pub fn with_pull(mut task: Task, id: u64) -> Task {
    task.artifacts.push(Artifact::Pull { id: PullId(id), node: Some(NodeId::new(format!("PR_{id}"))), state: None });
    task
}

pub fn pull(id: u64, repository: &str, number: u64, title: &str) -> Pull {
    Pull {
        id: PullId(id),
        node: NodeId::new(format!("PR_{id}")),
        repo: repo(repository),
        number,
        title: title.into(),
        url: format!("https://github.com/acme/{repository}/pull/{number}").into(),
        state: PullState::Draft,
        head_ref: "copilot/branch".into(),
        base_ref: "main".into(),
        author: Some("copilot-swe-agent".into()),
        created_at: ago(120),
        updated_at: ago(20),
        additions: 412,
        deletions: 198,
        review: ReviewDecision::ReviewRequired,
        requested: vec![],
        changes_by: vec![],
        mergeable: Mergeable::Yes,
        checks: Some(Checks { passed: 14, ..Checks::default() }),
        standing: atc::domain::Standing::default(),
    }
}

pub fn failing(names: &[&str], passed: u32) -> Checks {
    let mut checks = Checks { passed, ..Checks::default() };
    for name in names {
        checks.add(&Untrusted::new(*name), Some(&Conclusion::Failure));
    }
    checks
}

pub fn run(id: u64, status: RunStatus, started: i64) -> Run {
    let completed = status == RunStatus::Completed;
    Run {
        id: RunId(id),
        name: Some("Running Copilot cloud agent".into()),
        conclusion: completed.then_some(Conclusion::Cancelled),
        status,
        head_branch: Some("copilot/branch".into()),
        attempt: Some(1),
        created_at: ago(started),
        started_at: Some(ago(started)),
        updated_at: ago(if completed { 4 } else { 0 }),
        html_url: format!("https://github.com/acme/api/actions/runs/{id}").into(),
    }
}

/// Every state there is, the two of our own, and a stuck one.
pub fn every_state() -> Vec<Task> {
    let mut waiting = with_session(
        task("migrate-tax", "billing", "Migrate billing to the v3 tax API", State::WaitingForUser, 48, 6),
        "Move all tax calls to v3.\nKeep the rounding of old invoices.",
    );
    waiting.custom_agent = Some("tax-migrator".into());
    waiting.session_count = Some(2);
    let mut older = waiting.sessions.clone().unwrap_or_default();
    for session in &mut older {
        session.id = SessionId::new("s-first");
        session.created_at = ago(170);
        session.completed_at = Some(ago(120));
        session.state = State::Completed;
        session.usage = Some(Usage::AiCredits(2_200_000_000));
    }
    waiting.sessions.get_or_insert_default().extend(older);
    let mut failed = with_session(
        task("e2e", "web", "Make the end-to-end tests deterministic", State::Failed, 190, 95),
        "Find the source of the flakes.",
    );
    for session in failed.sessions.iter_mut().flatten() {
        session.error = Some("The agent could not install the browsers: 403 from the mirror".into());
    }
    let mut unknown = task("hibernate", "api", "Teach the cache to hibernate", State::parse("hibernating"), 300, 200);
    unknown.creator = Some(Person { id: UserId(77), login: None });
    vec![
        with_pull(waiting, 1),
        with_pull(
            with_session(
                task("retry", "api", "Fix flaky retry test in scheduler", State::InProgress, 12, 1),
                "The retry test fails one time in six.",
            ),
            2,
        ),
        with_session(
            task("notes", "web", "Draft release notes for 4.12", State::InProgress, 2, 2),
            "Write release notes.",
        ),
        with_pull(
            with_session(
                task("chrono", "reports", "Replace moment with chrono in reports", State::InProgress, 54, 22),
                "moment is unmaintained.",
            ),
            3,
        ),
        task("axum", "api", "Bump axum to 0.9", State::Queued, 0, 0),
        with_session(task("docs", "web", "Rewrite the onboarding page", State::Idle, 80, 31), "Rewrite it."),
        with_pull(
            with_session(
                task("pager", "reports", "Page the export endpoint", State::Completed, 400, 240),
                "Add paging.",
            ),
            4,
        ),
        failed,
        with_session(
            task("fuzz", "billing", "Fuzz the invoice parser", State::TimedOut, 600, 500),
            "Add a fuzz target.",
        ),
        with_session(task("logo", "web", "Recolour the logo", State::Cancelled, 2000, 1900), "Make it blue."),
        unknown,
        with_session(
            task("stop-me", "api", "Rename the config module", State::InProgress, 33, 3),
            "Rename it everywhere.",
        ),
        with_session(task("ghost", "reports", "Backfill last year's totals", State::InProgress, 58, 9), "Backfill."),
    ]
}

pub fn pulls() -> Vec<Pull> {
    let mut waiting = pull(1, "billing", 1288, "Migrate billing to the v3 tax API");
    waiting.checks = Some(failing(&["lint"], 11));
    waiting.requested = vec!["@acme/billing".into(), "octocat".into()];
    let mut computing = pull(2, "api", 1290, "Fix flaky retry test in scheduler");
    computing.mergeable = Mergeable::Computing;
    computing.checks = None;
    computing.review = ReviewDecision::NoRule;
    computing.created_at = ago(10);
    let mut approval = pull(3, "reports", 77, "Replace moment with chrono in reports");
    approval.checks = Some(Checks { needs_approval: 2, passed: 1, ..Checks::default() });
    approval.created_at = ago(50);
    let mut merged = pull(4, "reports", 71, "Page the export endpoint");
    merged.state = PullState::Merged;
    merged.review = ReviewDecision::Approved;
    let mut changes = pull(5, "web", 2031, "Update onboarding copy");
    changes.state = PullState::Open;
    changes.review = ReviewDecision::ChangesRequested;
    changes.changes_by = vec!["hubot".into()];
    changes.created_at = ago(1500);
    changes.mergeable = Mergeable::Conflicting;
    let mut ready = pull(6, "web", 2040, "Drop the old analytics snippet");
    ready.state = PullState::Open;
    ready.review = ReviewDecision::Approved;
    ready.created_at = ago(300);
    let mut pending = pull(7, "api", 1291, "Cache the schema");
    pending.checks = Some(Checks { passed: 3, pending: 9, ..Checks::default() });
    pending.created_at = ago(30);
    vec![waiting, computing, approval, merged, changes, ready, pending]
}

/// A console and its clock.
pub struct Console {
    pub model: Model,
    pub at: Instant,
    pub effects: Vec<Effect>,
    generation: u64,
}

impl Console {
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(settings(), width, height)
    }

    pub fn with(settings: Settings, width: u16, height: u16) -> Self {
        let mut console = Self { model: Model::new(now(), settings), at: now(), effects: vec![], generation: 0 };
        console.happen(What::Resize(Size { width, height }));
        console
    }

    /// A console that has read every state and pull.
    pub fn full(width: u16, height: u16) -> Self {
        let mut console = Self::new(width, height);
        console.fill();
        console
    }

    pub fn fill(&mut self) {
        self.good(Source::Viewer, News::Viewer(Viewer { id: UserId(9), login: "octocat".into() }));
        for name in ["billing", "api", "web", "reports"] {
            let tasks = every_state().into_iter().filter(|t| t.at.repo == repo(name)).collect();
            self.good(Source::Tasks(repo(name)), News::Tasks { tasks, unreadable: 0 });
        }
        let pulls = pulls()
            .into_iter()
            .map(|p| (PullRef { repo: p.repo.clone(), id: p.id, node: Some(p.node.clone()) }, Some(p)));
        self.good(Source::Pulls, News::Pulls(pulls.collect()));
        self.joined("migrate-tax", "billing", run(18_402_211, RunStatus::InProgress, 41), Matched::ByBranch);
        self.joined("ghost", "reports", run(18_402_177, RunStatus::Completed, 57), Matched::BySession);
        let task = TaskRef { repo: repo("api"), id: TaskId::new("stop-me") };
        for (phase, seconds) in [(CancelPhase::Looking, 62), (CancelPhase::Requested, 60), (CancelPhase::RunEnded, 20)]
        {
            let ended = (phase == CancelPhase::RunEnded).then_some(Conclusion::Cancelled);
            let asked = Asked { run: RunId(18_402_300), answer: Answer::Accepted, ended };
            self.happen(What::Op(Op::Cancel(CancelProgress {
                runs: vec![RunId(18_402_300)],
                matched: Some(Matched::BySession),
                asked: vec![asked],
                ..CancelProgress::new(task.clone(), phase, now() - TimeDelta::seconds(seconds))
            })));
        }
        self.happen(What::Op(Op::Budget(BudgetNews { spent: 212, allowed: 1000, ..BudgetNews::default() })));
        self.keys("g");
    }

    pub fn joined(&mut self, id: &str, repository: &str, run: Run, matched: Matched) {
        let id = TaskId::new(id);
        let task = TaskRef { repo: repo(repository), id: id.clone() };
        self.good(Source::Run(id), News::Run { task, run: Some(run), matched: Some(matched), jobs: vec![] });
    }

    pub fn happen(&mut self, what: What) -> Vec<Effect> {
        let mut effects = update(&mut self.model, Event { at: self.at, what });
        // What is polled closely follows the selection everywhere; only what was asked for by hand is a story here.
        effects.retain(|e| !matches!(e, Effect::Attend { .. } | Effect::Reviews(Wish::Policy | Wish::Look(_))));
        // So is what is kept of every line and of every size.
        effects.retain(|e| !matches!(e, Effect::KeepLine(..) | Effect::KeepSeat(_)));
        self.effects.extend(effects.clone());
        effects
    }

    pub fn good(&mut self, source: Source, news: News) {
        self.generation += 1;
        let net = Net { source, generation: self.generation, next_try: None, result: Ok(news) };
        self.happen(What::Net(net));
    }

    pub fn bad(&mut self, source: Source, fault: Fault) {
        self.generation += 1;
        self.happen(What::Net(Net { source, generation: self.generation, next_try: None, result: Err(fault) }));
    }

    pub fn wait(&mut self, time: TimeDelta) {
        self.at += time;
        self.happen(What::Wake);
    }

    /// Plain characters, one key each.
    pub fn keys(&mut self, keys: &str) -> Vec<Effect> {
        keys.chars().flat_map(|c| self.press(Key::Char(c))).collect()
    }

    pub fn press(&mut self, key: Key) -> Vec<Effect> {
        self.happen(What::Key(Chord::plain(key)))
    }

    /// Puts the queue's cursor on a task.
    pub fn select(&mut self, id: &str) {
        self.keys("g");
        for _ in 0..self.model.queue.rows.len() {
            if self.model.queue.selected == Some(TaskId::new(id)) {
                return;
            }
            self.keys("j");
        }
        panic!("{id} is not in the queue");
    }

    pub fn wake(&self) -> Option<Instant> {
        next_wake(&self.model)
    }
}

pub fn refused() -> Fault {
    Fault::new(FaultKind::Authentication, "token refused", "run `gh auth login` or set GH_TOKEN, then press r")
}
