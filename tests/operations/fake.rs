//! A provider whose answers are a script: each call asks a closure that sees the virtual time and the calls so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use atc::console::event::Event;
use atc::domain::agents::CustomAgent;
use atc::domain::policy::{AssignGrant, Grant, InForce, Policy};
use atc::domain::{
    Assignment, Fault, FaultKind, Instant, Issue, IssueRef, Job, JobId, NodeId, Now, Pull, PullRef, RepoName, Run,
    RunId, RunStatus, Session, SessionId, StartRequest, State, Task, TaskId, TaskRef, Timeline, UserId, Viewer,
};
use atc::ledger::memory::Memory;
use atc::ops::Context;
use atc::provider::Provider;
use atc::provider::port::{
    AgentSession, Authority, Automations, Budget, Call, CancelAnswer, Fetched, LiveLogs, LogBody, PageCursor, TaskPage,
    TaskQuery, Validator,
};
use atc::runtime::cache::Cache;
use atc::runtime::engine::desk::Desk;
use atc::text::{Safe, Untrusted};
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, mpsc};

use crate::shop::Shop;

/// Virtual time: moves with tokio's paused clock.
pub fn clock() -> Now {
    let start = tokio::time::Instant::now();
    Arc::new(move || {
        chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap()
            + chrono::TimeDelta::from_std(start.elapsed()).unwrap()
    })
}

type ChangeTask = Box<dyn FnMut(&mut Task) + Send>;
type LogScript = Box<dyn FnMut(&SessionId) -> Result<LogBody, Fault> + Send>;
type Script<A, T> = Mutex<Box<dyn FnMut(A) -> Result<T, Fault> + Send>>;

/// Whether it was asked before whose token it is, and what comes of asking.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Known,
    Asked,
    Refused,
    Silent,
}

pub struct Fake {
    pub now: Now,
    pub calls: Mutex<Vec<String>>,
    counted: Notify,
    pub tasks: Mutex<HashMap<TaskId, Task>>,
    pub on_start: Script<StartRequest, Task>,
    pub on_cancel: Script<(RunId, bool), CancelAnswer>,
    /// The run as it is at that moment.
    pub on_run: Script<RunId, Run>,
    pub on_branch: Script<String, Vec<Run>>,
    /// Changes the task before it is answered.
    pub on_task: Mutex<ChangeTask>,
    pub viewer: Mutex<Viewer>,
    pub whose: Mutex<Whose>,
    pub on_list: Script<TaskQuery, Fetched<TaskPage>>,
    /// The viewer's own tasks.
    pub on_own: Script<TaskQuery, Fetched<TaskPage>>,
    pub on_user: Script<UserId, Viewer>,
    pub on_pulls: Script<Vec<PullRef>, Vec<Option<Pull>>>,
    /// Everything that is done to a pull request, by its verb.
    pub on_act: Script<&'static str, String>,
    /// Runs that wait for approval.
    pub waiting: Mutex<Vec<Run>>,
    pub on_timeline: Script<Option<Validator>, Fetched<Timeline>>,
    pub on_issue: Script<IssueRef, Issue>,
    pub on_assign: Script<Assignment, Issue>,
    pub on_assignable: Script<RepoName, bool>,
    pub on_comment: Script<(u64, String), ()>,
    /// Live logs can be read while this is set.
    pub on_log: Mutex<Option<LogScript>>,
    pub shop: Shop,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

pub fn unscripted<T>() -> Result<T, Fault> {
    Err(Fault::new(FaultKind::Unsupported, "not scripted", "script it"))
}

impl Fake {
    pub fn new(now: Now) -> Self {
        Self {
            now,
            calls: Mutex::default(),
            counted: Notify::new(),
            tasks: Mutex::default(),
            on_start: Mutex::new(Box::new(|_| unscripted())),
            on_cancel: Mutex::new(Box::new(|_| unscripted())),
            on_run: Mutex::new(Box::new(|_| unscripted())),
            on_branch: Mutex::new(Box::new(|_| unscripted())),
            on_task: Mutex::new(Box::new(|_| {})),
            viewer: Mutex::new(Viewer { id: UserId(7), login: "mona".into() }),
            whose: Mutex::new(Whose::Known),
            on_list: Mutex::new(Box::new(|_| unscripted())),
            on_own: Mutex::new(Box::new(|_| Ok(page(Vec::new())))),
            on_user: Mutex::new(Box::new(|id| Ok(Viewer { id, login: "hubot".into() }))),
            on_pulls: Mutex::new(Box::new(|refs| Ok(vec![None; refs.len()]))),
            on_act: Mutex::new(Box::new(|_| unscripted())),
            waiting: Mutex::default(),
            on_timeline: Mutex::new(Box::new(|_| unscripted())),
            on_issue: Mutex::new(Box::new(|_| unscripted())),
            on_assign: Mutex::new(Box::new(|_| unscripted())),
            on_assignable: Mutex::new(Box::new(|_| Ok(true))),
            on_comment: Mutex::new(Box::new(|_| unscripted())),
            on_log: Mutex::default(),
            shop: Shop::default(),
        }
    }

    pub fn calls(&self, verb: &str) -> usize {
        self.calls.lock().unwrap().iter().filter(|call| call.starts_with(verb)).count()
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
        self.counted.notify_one();
    }
}

/// A gate that holds nobody back.
pub fn open_gate() -> atc::ops::Gate {
    atc::ops::Gate::holding(InForce::of(Policy::unlimited()))
}

/// What an operation needs, over this service and ledger.
pub fn context(fake: &Arc<Fake>, book: &Arc<Memory>) -> Context {
    Context { provider: fake.clone(), ledger: book.clone(), now: fake.now.clone(), who: "op".into(), gate: open_gate() }
}

/// What the workers behind a screen hold, and what they send.
pub fn desk(fake: &Arc<Fake>) -> (Desk, mpsc::Receiver<Event>) {
    let (events, received) = mpsc::channel(4096);
    (Desk { provider: fake.clone(), now: fake.now.clone(), events, cache: Cache::default() }, received)
}

/// A list of one page.
pub fn page(tasks: Vec<Task>) -> Fetched<TaskPage> {
    Fetched::New { value: TaskPage { tasks, unreadable: 0, next: None, active_total: None }, validator: None }
}

pub fn repo() -> RepoName {
    "acme/api".parse().unwrap()
}

pub fn task(id: &str, state: State, created_at: Instant) -> Task {
    Task {
        beyond: atc::domain::Beyond::default(),
        at: TaskRef { repo: repo(), id: TaskId::new(id) },
        name: "Fix the flaky test".into(),
        state,
        created_at,
        updated_at: Some(created_at),
        archived_at: None,
        creator: None,
        custom_agent: None,
        automation: None,
        session_count: Some(1),
        artifacts: Vec::new(),
        html_url: None,
        sessions: None,
    }
}

pub fn session(state: State, created_at: Instant, prompt: &str) -> Session {
    Session {
        beyond: atc::domain::SessionBeyond::default(),
        id: SessionId::new("s1"),
        state,
        name: None,
        prompt: Some(prompt.into()),
        model: None,
        head_ref: Some("copilot/fix".into()),
        base_ref: Some("main".into()),
        created_at,
        updated_at: None,
        completed_at: None,
        usage: None,
        error: None,
        run: None,
    }
}

pub fn run(id: u64, status: RunStatus, at: Instant) -> Run {
    Run {
        id: RunId(id),
        name: None,
        conclusion: None,
        status,
        head_branch: Some("copilot/fix".into()),
        attempt: Some(1),
        created_at: at,
        started_at: Some(at),
        updated_at: at,
        html_url: "https://github.com/acme/api/actions/runs/1".into(),
    }
}

fn ready<'a, T: Send + 'a>(value: Result<T, Fault>) -> Call<'a, T> {
    Box::pin(async move {
        // An answer takes a moment: whoever forgets to wait for it is found out.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        value
    })
}

impl Provider for Fake {
    fn automations(&self) -> Option<&dyn Automations> {
        Some(&self.shop)
    }

    fn authority(&self) -> Authority {
        Authority { host: Safe::new("fake"), token_kind: Safe::new("none") }
    }

    fn budget(&self) -> Budget {
        let sent = self.calls.lock().unwrap().len() as u64;
        Budget { limit: Some(5000), sent, counted: sent, ..Budget::default() }
    }

    fn counted(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.counted.notified())
    }

    fn live_logs(&self) -> LiveLogs {
        if self.on_log.lock().unwrap().is_some() {
            return LiveLogs::Available;
        }
        LiveLogs::Off(Safe::new("scripted"))
    }

    fn viewer(&self) -> Call<'_, Viewer> {
        self.note("viewer".into());
        match *self.whose.lock().unwrap() {
            Whose::Known | Whose::Asked => ready(Ok(self.viewer.lock().unwrap().clone())),
            Whose::Refused => ready(Err(Fault::new(FaultKind::Permission, "403", "ask for the permission"))),
            Whose::Silent => Box::pin(std::future::pending()),
        }
    }

    fn known_viewer(&self) -> Option<Viewer> {
        let is_known = matches!(*self.whose.lock().unwrap(), Whose::Known);
        is_known.then(|| self.viewer.lock().unwrap().clone())
    }

    fn user(&self, id: UserId) -> Call<'_, Viewer> {
        self.note(format!("user {id}"));
        ready(self.on_user.lock().unwrap()(id))
    }

    fn default_branch(&self, _repo: &RepoName) -> Call<'_, Untrusted> {
        ready(Ok("main".into()))
    }

    fn custom_agents(&self, _repo: &RepoName) -> Call<'_, Vec<CustomAgent>> {
        ready(Ok(Vec::new()))
    }

    fn tasks(&self, query: &TaskQuery) -> Call<'_, Fetched<TaskPage>> {
        let (name, script) = if query.repo.is_some() { ("list", &self.on_list) } else { ("own", &self.on_own) };
        self.note(name.into());
        ready(script.lock().unwrap()(query.clone()))
    }

    fn more_tasks(&self, _query: &TaskQuery, page: &PageCursor) -> Call<'_, TaskPage> {
        self.note(format!("more {}", page.0.raw_for_match()));
        let query = TaskQuery { validator: Some(Validator::Tag(page.0.clone())), ..TaskQuery::default() };
        ready(self.on_list.lock().unwrap()(query).map(|fetched| match fetched {
            Fetched::New { value, .. } => value,
            Fetched::Same => panic!("a later page is never conditional"),
        }))
    }

    fn task(&self, at: &TaskRef, _validator: Option<Validator>) -> Call<'_, Fetched<Task>> {
        self.note(format!("task {}", at.id.raw()));
        let mut tasks = self.tasks.lock().unwrap();
        let answer = tasks.get_mut(&at.id).map(|task| {
            self.on_task.lock().unwrap()(task);
            Fetched::New { value: task.clone(), validator: None }
        });
        ready(answer.ok_or_else(|| Fault::new(FaultKind::NotFound, "no such task", "look again")))
    }

    fn start(&self, grant: &Grant) -> Call<'_, Task> {
        self.note("start".into());
        ready(self.on_start.lock().unwrap()(grant.request().clone()))
    }

    fn agent_runs(&self, _repo: &RepoName, branch: &Untrusted) -> Call<'_, Vec<Run>> {
        self.note("runs".into());
        ready(self.on_branch.lock().unwrap()(branch.raw_for_match().to_owned()))
    }

    fn run(&self, _repo: &RepoName, id: RunId) -> Call<'_, Run> {
        self.note(format!("run {id}"));
        ready(self.on_run.lock().unwrap()(id))
    }

    fn cancel_run(&self, _repo: &RepoName, id: RunId, force: bool) -> Call<'_, CancelAnswer> {
        self.note(format!("cancel {id} {force}"));
        ready(self.on_cancel.lock().unwrap()((id, force)))
    }

    fn jobs(&self, _repo: &RepoName, _run: RunId) -> Call<'_, Vec<Job>> {
        self.note("jobs".into());
        ready(Ok(Vec::new()))
    }

    fn job_log(&self, _repo: &RepoName, _job: JobId) -> Call<'_, LogBody> {
        ready(Ok(LogBody::NotYet))
    }

    fn agent_session(&self, _id: &SessionId) -> Call<'_, AgentSession> {
        ready(unscripted())
    }

    fn session_log(&self, id: &SessionId) -> Call<'_, LogBody> {
        self.note("log".into());
        ready(self.on_log.lock().unwrap().as_mut().map_or(Ok(LogBody::NotYet), |log| log(id)))
    }

    fn pulls(&self, refs: &[PullRef]) -> Call<'_, Vec<Option<Pull>>> {
        self.note("pulls".into());
        ready(self.on_pulls.lock().unwrap()(refs.to_vec()))
    }

    fn pulls_of_branch(&self, _repo: &RepoName, _branch: &Untrusted) -> Call<'_, Vec<PullRef>> {
        ready(Ok(Vec::new()))
    }

    fn timeline(&self, _: &RepoName, number: u64, validator: Option<Validator>) -> Call<'_, Fetched<Timeline>> {
        self.note(format!("timeline {number}"));
        ready(self.on_timeline.lock().unwrap()(validator))
    }

    fn issue(&self, at: &IssueRef) -> Call<'_, Issue> {
        self.note(format!("issue {}", at.number));
        ready(self.on_issue.lock().unwrap()(at.clone()))
    }

    fn agent_assignable(&self, repo: &RepoName) -> Call<'_, bool> {
        ready(self.on_assignable.lock().unwrap()(repo.clone()))
    }

    fn assign_agent(&self, leave: &AssignGrant) -> Call<'_, Issue> {
        self.note("assign".into());
        ready(self.on_assign.lock().unwrap()(leave.assignment().clone()))
    }

    fn mark_ready(&self, node: &NodeId) -> Call<'_, ()> {
        self.note(format!("act mark_ready {}", node.raw()));
        ready(self.on_act.lock().unwrap()("mark_ready").map(drop))
    }

    fn comment(&self, _repo: &RepoName, number: u64, body: &str) -> Call<'_, ()> {
        self.note(format!("comment {number}"));
        self.note(format!("act comment {number} {body}"));
        let answer = self.on_comment.lock().unwrap()((number, body.to_owned()));
        ready(match answer {
            Err(fault) if fault.kind == FaultKind::Unsupported => self.on_act.lock().unwrap()("comment").map(drop),
            told => told,
        })
    }

    fn ask_review(&self, _: &RepoName, number: u64, people: &[String], teams: &[String]) -> Call<'_, ()> {
        self.note(format!("act ask_review {number} {people:?} {teams:?}"));
        ready(self.on_act.lock().unwrap()("ask_review").map(drop))
    }

    fn approve(&self, _: &RepoName, number: u64, head: &Untrusted) -> Call<'_, String> {
        self.note(format!("act approve {number} {}", head.raw_for_match()));
        ready(self.on_act.lock().unwrap()("approve"))
    }

    fn close(&self, _: &RepoName, number: u64) -> Call<'_, ()> {
        self.note(format!("act close {number}"));
        ready(self.on_act.lock().unwrap()("close").map(drop))
    }

    fn waiting_runs(&self, _: &RepoName, head: &Untrusted) -> Call<'_, Vec<Run>> {
        self.note(format!("waiting {}", head.raw_for_match()));
        ready(Ok(self.waiting.lock().unwrap().clone()))
    }

    fn let_run(&self, _: &RepoName, id: RunId) -> Call<'_, ()> {
        self.note(format!("act let_run {id}"));
        ready(self.on_act.lock().unwrap()("let_run").map(drop))
    }
}
