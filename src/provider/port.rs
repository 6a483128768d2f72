//! The port every task service is reached through, in domain terms only.
//!
//! One call is one attempt (a read may be retried inside on a passing fault; a write never is). Callers own the
//! schedule. Every error is a [`Fault`] that says what to do next.

use futures_util::future::BoxFuture;

use crate::domain::agents::CustomAgent;
use crate::domain::policy::Grant;
use crate::domain::{
    Fault, Instant, Job, JobId, NodeId, Pull, PullRef, RepoName, Run, RunId, SessionId, State, Task, TaskRef, Timeline,
    UserId, Viewer,
};
use crate::text::{Safe, Untrusted};

/// The answer to come.
pub type Call<'a, T> = BoxFuture<'a, Result<T, Fault>>;

/// Proof of a former answer (an `ETag`), given back to ask "anything new?". Opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator(pub Untrusted);

/// An answer that may be "the same as before".
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched<T> {
    New {
        value: T,
        validator: Option<Validator>,
    },
    /// The service proved that nothing changed since the validator was given.
    Same,
}

/// What to list. Everything `None` or empty is the service's default: newest update first, 30 a page, not archived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskQuery {
    /// `None`: the viewer's own tasks over all repositories.
    pub repo: Option<RepoName>,
    pub per_page: Option<u8>,
    pub states: Vec<State>,
    pub archived: bool,
    /// Compared with the updated time.
    pub since: Option<Instant>,
    pub creators: Vec<UserId>,
    pub by_created: bool,
    pub ascending: bool,
    pub validator: Option<Validator>,
}

/// Where the next page is. Made by the provider, checked there to lead to the same host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageCursor(pub Untrusted);

#[derive(Clone, Debug, PartialEq)]
pub struct TaskPage {
    pub tasks: Vec<Task>,
    /// Items that could not be read at all; the others are still here.
    pub unreadable: u32,
    pub next: Option<PageCursor>,
    pub active_total: Option<u64>,
}

/// What is left of the service's request budget, from the newest answer that said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    pub reset_at: Option<Instant>,
    /// Requests this process sent in all.
    pub sent: u64,
    /// Of these, how many counted against the limit (a 304 does not).
    pub counted: u64,
    /// How many were answered with proof that nothing changed (304), which costs nothing of the limit.
    pub unchanged: u64,
    /// In flight now.
    pub in_flight: u32,
}

/// What `cancel` was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelAnswer {
    /// 202: accepted, not done.
    Accepted,
    /// 409: already completed, or cannot be cancelled.
    Conflict,
}

/// A session as the log service knows it. Source: Copilot API `/agents/sessions/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSession {
    pub id: SessionId,
    pub state: State,
    pub run: Option<RunId>,
    pub error: Option<Untrusted>,
}

/// A log's bytes. They always start at the log's beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogBody {
    Bytes(Vec<u8>),
    /// There is none yet, and that is no error.
    NotYet,
}

/// A request as it would leave this machine, for somebody who wants to see it first. It never holds the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    pub method: &'static str,
    /// With host and path.
    pub url: Safe,
    /// In lower case, in the order they are written down here. The token's value is left out.
    pub headers: Vec<(Safe, Safe)>,
}

/// Can session logs be read live, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveLogs {
    Available,
    Off(Safe),
}

/// Who we are at the service; shown in the status line and written to the ledger. Never holds the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    pub host: Safe,
    /// `classic`, `fine-grained`, `oauth`, `app user`, `demo`…
    pub token_kind: Safe,
}

/// Told the name behind an id of a repository when it is learned.
pub type TellName = Box<dyn Fn(u64, &RepoName) + Send + Sync>;

/// A service that runs agent tasks.
pub trait Provider: Send + Sync + std::fmt::Debug {
    fn authority(&self) -> Authority;
    fn budget(&self) -> Budget;
    fn live_logs(&self) -> LiveLogs;

    /// The operator asks: what is held back of our own accord, because the service did not answer, may be tried at once.
    fn insist(&self) {}

    /// Names behind the service's own ids of repositories, as an earlier run learned them, so that none of them is asked
    /// for again; and whom to tell of others. A service without such ids has no use for either.
    fn share_names(&self, _known: Vec<(u64, RepoName)>, _tell: TellName) {}

    fn viewer(&self) -> Call<'_, Viewer>;
    fn user(&self, id: UserId) -> Call<'_, Viewer>;
    /// The default branch; also the test whether the repository is there and readable.
    fn default_branch(&self, repo: &RepoName) -> Call<'_, Untrusted>;
    fn custom_agents(&self, repo: &RepoName) -> Call<'_, Vec<CustomAgent>>;

    fn tasks(&self, query: &TaskQuery) -> Call<'_, Fetched<TaskPage>>;
    fn more_tasks(&self, query: &TaskQuery, page: &PageCursor) -> Call<'_, TaskPage>;
    /// The task with its sessions.
    fn task(&self, at: &TaskRef, validator: Option<Validator>) -> Call<'_, Fetched<Task>>;
    /// One POST of the granted request's [`body`](crate::domain::StartRequest::body), never repeated. A fault of kind
    /// `UnknownOutcome` means that it may have happened.
    fn start(&self, grant: &Grant) -> Call<'_, Task>;
    /// What [`Provider::start`] would send besides the body. `None`: this service has nothing to show.
    fn sketch_start(&self, _repo: &RepoName) -> Option<Sketch> {
        None
    }

    /// The agent's runs on a branch, newest first; other workflows are left out.
    fn agent_runs(&self, repo: &RepoName, branch: &Untrusted) -> Call<'_, Vec<Run>>;
    fn run(&self, repo: &RepoName, id: RunId) -> Call<'_, Run>;
    fn cancel_run(&self, repo: &RepoName, id: RunId, force: bool) -> Call<'_, CancelAnswer>;
    fn jobs(&self, repo: &RepoName, run: RunId) -> Call<'_, Vec<Job>>;
    /// Finished jobs only; `NotYet` while one runs.
    fn job_log(&self, repo: &RepoName, job: JobId) -> Call<'_, LogBody>;

    fn agent_session(&self, id: &SessionId) -> Call<'_, AgentSession>;
    fn session_log(&self, id: &SessionId) -> Call<'_, LogBody>;

    /// In the order asked; `None` for what is gone or not visible. Any number: split into requests inside.
    fn pulls(&self, refs: &[PullRef]) -> Call<'_, Vec<Option<Pull>>>;
    /// Pulls whose head is this branch of this repository.
    fn pulls_of_branch(&self, repo: &RepoName, branch: &Untrusted) -> Call<'_, Vec<PullRef>>;
    /// What happened on a pull request so far, oldest first, all of it each time it changed.
    fn timeline(&self, repo: &RepoName, number: u64, validator: Option<Validator>) -> Call<'_, Fetched<Timeline>>;
    fn mark_ready(&self, node: &NodeId) -> Call<'_, ()>;
    fn comment(&self, repo: &RepoName, number: u64, body: &str) -> Call<'_, ()>;
}
