//! The port every task service is reached through, in domain terms only.
//!
//! One call is one attempt (a read may be retried inside on a passing fault; a write never is). Callers own the
//! schedule. Every error is a [`Fault`] that says what to do next.

mod automations;

use futures_util::future::BoxFuture;

use super::Mark;
use crate::domain::agents::CustomAgent;
use crate::domain::capability::{ReadOnly, Row};
use crate::domain::policy::{AssignGrant, Grant};
use crate::domain::pull_look::{AgentMerge, ChangedFiles, OwnersFile};
use crate::domain::{
    Branches, Fault, FaultKind, Instant, Issue, IssueRef, Issues, Job, JobId, NodeId, Pull, PullDiff, PullRef,
    RepoName, Run, RunId, SessionId, State, Task, TaskRef, Timeline, UserId, Viewer,
};
use crate::text::{Safe, Untrusted};

pub use automations::{Acted, Automations};

/// The answer to come.
pub type Call<'a, T> = BoxFuture<'a, Result<T, Fault>>;

/// What is known of a former answer, given back to ask "anything new?". Opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validator {
    /// An `ETag`: the service itself says whether anything is new, and that it is not costs nothing of its limit.
    Tag(Untrusted),
    /// The service gives none: the next answer costs what this one did, and is not read where it is the same.
    Mark(Mark),
}

impl Validator {
    pub fn tag(&self) -> Option<&Untrusted> {
        match self {
            Self::Tag(tag) => Some(tag),
            Self::Mark(_) => None,
        }
    }
}

/// An answer that may be "the same as before".
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched<T> {
    New {
        value: T,
        validator: Option<Validator>,
    },
    /// Nothing changed since the validator was given.
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

#[derive(Clone, Debug, Default, PartialEq)]
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

/// One thing to be found out about what may be done at the service. Made by the provider, and read by it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// `what the token may do in acme/api`, for whoever waits for it.
    pub words: Safe,
    pub about: &'static str,
    pub repos: Vec<RepoName>,
}

/// What came of a question about several pull requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PullsTold {
    /// Those that were told; `None` for what is gone or not visible.
    pub pulls: Vec<(PullRef, Option<Pull>)>,
    /// Some of those asked for are missing there, and why.
    pub untold: Option<Fault>,
}

/// A service that runs agent tasks.
pub trait Provider: Send + Sync + std::fmt::Debug {
    fn authority(&self) -> Authority;
    fn budget(&self) -> Budget;

    /// Ends once the count in the budget has moved since it last ended, by whatever was asked. For one who waits.
    fn counted(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    fn live_logs(&self) -> LiveLogs;

    /// The operator asks: what is held back of our own accord, because the service did not answer, may be tried at once.
    fn insist(&self) {}

    /// Why nothing can be changed through this provider; `None`: as far as it knows, things can.
    fn read_only(&self) -> Option<ReadOnly> {
        None
    }

    /// What there is to find out about what may be done, in the order it is best asked. `anew`: somebody may have mended
    /// something, so what was refused before is no longer held against anything.
    fn probes(&self, _repos: &[RepoName], _anew: bool) -> Vec<Probe> {
        Vec::new()
    }

    /// Finds one of them out by a few reads, one after the other, and never by changing anything. Cannot fail: what went
    /// wrong is what it found.
    fn probe<'a>(&'a self, _probe: &'a Probe) -> BoxFuture<'a, Vec<Row>> {
        Box::pin(std::future::ready(Vec::new()))
    }

    /// Names behind the service's own ids of repositories, as an earlier run learned them, so that none of them is asked
    /// for again; and whom to tell of others. A service without such ids has no use for either.
    fn share_names(&self, _known: Vec<(u64, RepoName)>, _tell: TellName) {}

    /// What starts tasks by itself. `None`: this service has no such thing.
    fn automations(&self) -> Option<&dyn Automations> {
        None
    }

    fn viewer(&self) -> Call<'_, Viewer>;
    /// Whose token it is, as far as that was asked before. Asks nobody.
    fn known_viewer(&self) -> Option<Viewer> {
        None
    }
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
    /// The same of those the service told of: one that it could not tell of just now does not cost the others.
    fn pulls_told(&self, refs: &[PullRef]) -> Call<'_, PullsTold> {
        let (refs, answers) = (refs.to_vec(), self.pulls(refs));
        Box::pin(async move { Ok(PullsTold { pulls: refs.into_iter().zip(answers.await?).collect(), untold: None }) })
    }
    /// Pulls whose head is this branch of this repository.
    fn pulls_of_branch(&self, repo: &RepoName, branch: &Untrusted) -> Call<'_, Vec<PullRef>>;
    /// What happened on a pull request or an issue so far, oldest first, all of it each time it changed.
    fn timeline(&self, repo: &RepoName, number: u64, validator: Option<Validator>) -> Call<'_, Fetched<Timeline>>;
    fn mark_ready(&self, node: &NodeId) -> Call<'_, ()>;
    fn comment(&self, repo: &RepoName, number: u64, body: &str) -> Call<'_, ()>;

    // A service may have no issues: it says so in place of each of these.

    /// The open issues of a repository, for choosing one.
    fn issues(&self, _repo: &RepoName) -> Call<'_, Issues> {
        no_issues()
    }

    fn issue(&self, _at: &IssueRef) -> Call<'_, Issue> {
        no_issues()
    }

    /// Whether the viewer can put the agent in charge of issues here. Asked once in a while, remembered in between.
    fn agent_assignable(&self, _repo: &RepoName) -> Call<'_, bool> {
        no_issues()
    }

    /// One POST of the granted assignment's [`body`](crate::domain::Assignment::body), never repeated. The answer is the
    /// issue as it is afterwards: whether the agent is in charge is for the caller to see, because the service takes the
    /// call and leaves out in silence whom it does not want. A fault of kind `UnknownOutcome` means that it may have
    /// happened.
    fn assign_agent(&self, _leave: &AssignGrant) -> Call<'_, Issue> {
        no_issues()
    }

    fn branches(&self, _repo: &RepoName, _validator: Option<Validator>) -> Call<'_, Fetched<Branches>> {
        let fault = Fault::new(FaultKind::Unsupported, "this service lists no branches", "type the branch's name");
        Box::pin(async { Err(fault) })
    }

    /// The files it changes, as many as the service tells.
    fn pull_files(&self, _: &RepoName, _: u64, _: Option<Validator>) -> Call<'_, Fetched<ChangedFiles>> {
        without("files of pull requests")
    }

    /// Whose the files of a branch are; `None` inside: it does not say.
    fn owners_file(&self, _: &RepoName, _: &Untrusted, _: Option<Validator>) -> Call<'_, Fetched<Option<OwnersFile>>> {
        without("owners of files")
    }

    /// Whether an agent was told to merge it by itself. `None`: no, or the service does not say.
    fn agent_merge(&self, _: &RepoName, _: u64) -> Call<'_, Option<AgentMerge>> {
        Box::pin(async { Ok(None) })
    }

    /// A fault of kind `TooLarge` where the service makes no diff because of its size.
    fn pull_diff(&self, _: &RepoName, _: u64) -> Call<'_, PullDiff> {
        without("diffs of pull requests")
    }

    /// Asks people and teams for a review. One who may not give it spoils the whole call.
    fn ask_review(&self, _: &RepoName, _: u64, _people: &[String], _teams: &[String]) -> Call<'_, ()> {
        without("asking for reviews")
    }

    /// Approves it at this commit. Returns the id of the review.
    fn approve(&self, _: &RepoName, _: u64, _head: &Untrusted) -> Call<'_, String> {
        without("approving pull requests")
    }

    /// Closes it without a merge.
    fn close(&self, _: &RepoName, _: u64) -> Call<'_, ()> {
        without("closing pull requests")
    }

    /// The workflow runs of this commit, and no other, that wait for a person to let them start.
    fn waiting_runs(&self, _: &RepoName, _head: &Untrusted) -> Call<'_, Vec<Run>> {
        without("workflow runs that wait for approval")
    }

    /// Lets such a run start.
    fn let_run(&self, _: &RepoName, _: RunId) -> Call<'_, ()> {
        without("approving workflow runs")
    }
}

fn no_issues<'a, T>() -> Call<'a, T> {
    let fault = Fault::new(FaultKind::Unsupported, "this service has no issues", "start a task with a prompt instead");
    Box::pin(async { Err(fault) })
}

/// A service that knows nothing of it.
fn without<'a, T: Send + 'a>(what: &'static str) -> Call<'a, T> {
    let fault = Fault::new(FaultKind::Unsupported, format!("this service has no {what}"), "use the service's own page");
    Box::pin(async move { Err(fault) })
}
