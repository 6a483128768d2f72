//! The ledger port, in domain terms only: no SQL, no file, no row id. Calls block; the runtime keeps them off the loop.
//! "Recorded" means durable on return.

use std::borrow::Cow;

use serde_json::Value;
use uuid::Uuid;

use super::chain::{Chain, Hash};
use super::line::{Line, Span};
use super::observed::Seen;
use super::wanted::Wanted;
use crate::domain::{Fault, Instant, RepoName};

/// What somebody is about to do. Written before the request that does it; if it cannot be written, nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub id: Uuid,
    pub at: Instant,
    pub action: Action,
    pub repo: RepoName,
    /// The task, where there is one already.
    pub task: Option<String>,
    /// The user of the operating system.
    pub who: String,
    /// The service's host.
    pub host: String,
    pub token_kind: String,
    /// The request body as sent, or the run to cancel.
    pub request: String,
    /// SHA-256 of the prompt, for a start.
    pub prompt_hash: Option<[u8; 32]>,
    /// Template id, for a start.
    pub template: Option<String>,
    /// SHA-256 of the template's file.
    pub template_hash: Option<Hash>,
    /// The login at the service, as far as it was known: on whose authority the token acts.
    pub login: Option<String>,
    /// The machine it was sent from.
    pub machine: Option<String>,
    /// Why it was allowed, for a start.
    pub granted: Option<Granted>,
    /// The prompt, for a start.
    pub prompt: Option<String>,
    /// The model asked for, where one was.
    pub model: Option<String>,
    /// Of another system, where the start was for one: `OPS-12`, an issue's address.
    pub ticket: Option<String>,
    /// What it is done to, as far as it is there already.
    pub session: Option<String>,
    pub run: Option<u64>,
    /// Number of the pull request.
    pub pull: Option<u64>,
    /// The plan it is a row of, where one prompt goes to several repositories.
    pub plan: Option<Uuid>,
    /// Under which name starts are counted of which there may be only one in a time ([`Ledger::claim_once`]). Of what is
    /// done to an automation: `automation:` and its id, or its name while it has none.
    pub key: Option<String>,
}

/// What the policy said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// `allowed`, or `reason`: allowed for the reason that was typed.
    pub verdict: String,
    /// The rule it followed from.
    pub rule: String,
    pub reason: Option<String>,
    /// SHA-256 of the policy file; `None`: the safe defaults, there was no file.
    pub policy_hash: Option<Hash>,
}

impl Intent {
    /// One of which nothing else is said yet.
    pub fn new(id: Uuid, at: Instant, action: Action, repo: RepoName) -> Self {
        Self {
            id,
            at,
            action,
            repo,
            task: None,
            who: String::new(),
            host: String::new(),
            token_kind: String::new(),
            request: String::new(),
            prompt_hash: None,
            template: None,
            template_hash: None,
            login: None,
            machine: None,
            granted: None,
            prompt: None,
            model: None,
            ticket: None,
            session: None,
            run: None,
            pull: None,
            plan: None,
            key: None,
        }
    }

    /// The words of a comment: out of the body as it was sent, or as an older program wrote them down, plainly.
    pub fn comment(&self) -> Cow<'_, str> {
        let body: Option<Value> = serde_json::from_str(&self.request).ok();
        let words = body.as_ref().and_then(|body| body.get("body")).and_then(Value::as_str);
        words.map_or(Cow::Borrowed(&*self.request), |words| Cow::Owned(words.to_owned()))
    }

    /// Whom it asks for a review: people, then teams.
    pub fn reviewers(&self) -> Vec<String> {
        let body: Value = serde_json::from_str(&self.request).unwrap_or_default();
        let list = |field: &str| body.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
        let all = list("reviewers").into_iter().chain(list("team_reviewers"));
        all.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    /// It says nothing that the first layout could not hold. Such a row is hashed as it always was.
    pub(super) fn is_of_first_layout(&self) -> bool {
        let Self { template_hash, login, machine, granted, prompt, model, ticket, session, run, pull, plan, .. } = self;
        template_hash.is_none()
            && granted.is_none()
            && [login, machine, prompt, model, ticket, session].into_iter().all(Option::is_none)
            && run.is_none()
            && pull.is_none()
            && plan.is_none()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Start,
    Cancel,
    ForceCancel,
    Comment,
    MarkReady,
    /// An issue to the agent: work starts from it.
    Assign,
    RequestReview,
    /// Lets a workflow run start.
    ApproveRun,
    Approve,
    Close,
    AutomationCreate,
    AutomationEdit,
    AutomationEnable,
    AutomationDisable,
    /// Work starts from it.
    AutomationRun,
    AutomationDelete,
}

impl Action {
    pub const ALL: [Self; 16] = [
        Self::Start,
        Self::Cancel,
        Self::ForceCancel,
        Self::Comment,
        Self::MarkReady,
        Self::Assign,
        Self::RequestReview,
        Self::ApproveRun,
        Self::Approve,
        Self::Close,
        Self::AutomationCreate,
        Self::AutomationEdit,
        Self::AutomationEnable,
        Self::AutomationDisable,
        Self::AutomationRun,
        Self::AutomationDelete,
    ];

    /// It starts work: caps count it, and a confirmed one names the task that came of it, where that was seen.
    pub fn starts(self) -> bool {
        matches!(self, Self::Start | Self::Assign | Self::AutomationRun)
    }

    /// The word it is stored and exported under. Never change one.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Cancel => "cancel",
            Self::ForceCancel => "force_cancel",
            Self::Comment => "comment",
            Self::MarkReady => "mark_ready",
            Self::Assign => "assign",
            Self::RequestReview => "request_review",
            Self::ApproveRun => "approve_run",
            Self::Approve => "approve",
            Self::Close => "close",
            Self::AutomationCreate => "automation_create",
            Self::AutomationEdit => "automation_edit",
            Self::AutomationEnable => "automation_enable",
            Self::AutomationDisable => "automation_disable",
            Self::AutomationRun => "automation_run",
            Self::AutomationDelete => "automation_delete",
        }
    }
}

/// How an intent ended, as far as we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service confirmed: the id it gave.
    Confirmed(String),
    /// The service, or we, said no.
    Rejected(String),
    /// It may or may not have happened: to be reconciled, never sent again by itself.
    Unknown(String),
}

impl Outcome {
    /// How it is written down that a cancel was taken, and known again by. Never change it.
    pub const ACCEPTED: &str = "accepted (202), not verified yet";

    /// The service took a cancel, and nobody has seen its end.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Unknown(text) if text.contains(Self::ACCEPTED))
    }

    /// Nothing can be recorded after it.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// The word it is stored and exported under. Never change one.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Confirmed(_) => "confirmed",
            Self::Rejected(_) => "rejected",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The id, the reason, or what is not known.
    pub fn detail(&self) -> &str {
        match self {
            Self::Confirmed(text) | Self::Rejected(text) | Self::Unknown(text) => text,
        }
    }
}

/// An intent with its outcome, if one was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub intent: Intent,
    pub outcome: Option<(Instant, Outcome)>,
}

/// A durable, append-only record.
///
/// Order is the order of writing, never that of the clock: a clock that steps back moves no row.
pub trait Ledger: Send + Sync + std::fmt::Debug {
    /// Durable on return. An error means that the action must not be taken. An id that was claimed before is a
    /// fault of kind `Conflict`.
    fn claim(&self, intent: &Intent) -> Result<(), Fault>;
    /// The same for an intent with a key, unless one of this key was claimed for the repository at or after `since` and
    /// not rejected: then nothing is written and that one is given. Looking and writing are one step, whoever else
    /// writes.
    fn claim_once(&self, intent: &Intent, since: Instant) -> Result<Option<Entry>, Fault>;
    /// The newest outcome counts. A final one (confirmed, rejected) is the last: another is a fault of kind
    /// `Conflict`; an intent that was never claimed is `NotFound`.
    fn record(&self, intent: Uuid, at: Instant, outcome: &Outcome) -> Result<(), Fault>;
    /// Intents without an outcome, or with an unknown one, oldest first.
    fn unresolved(&self) -> Result<Vec<Entry>, Fault>;
    /// Newest first.
    fn recent(&self, limit: usize) -> Result<Vec<Entry>, Fault>;
    /// How many intents of this kind were claimed at or after `since`, whatever came of them; for caps.
    fn count(&self, action: Action, since: Instant) -> Result<u64, Fault>;
    /// The intents that are wanted, newest first.
    fn find(&self, wanted: &Wanted, limit: usize) -> Result<Vec<Entry>, Fault>;
    /// How many there are of them.
    fn number(&self, wanted: &Wanted) -> Result<u64, Fault>;
    /// Records what is news of it, all of it or nothing, and says how many that were. Whether it is news is decided
    /// here, by what is recorded already ([`Seen::after`]).
    fn observe(&self, seen: &[Seen]) -> Result<u64, Fault>;
    /// What is recorded of where tasks come from, of so many at most, the newest first: each task's id and what started it.
    fn origins(&self, host: &str, most: usize) -> Result<Vec<(String, String)>, Fault>;
    /// A page of lines.
    fn lines(&self, span: &Span, limit: usize) -> Result<Vec<Line>, Fault>;
    /// Walks everything and checks that nothing was changed, removed or inserted.
    fn verify(&self) -> Result<Chain, Fault>;
    /// `Ok` if claims can work at all; else why not, for the banner. Asks no disk.
    fn writable(&self) -> Result<(), Fault>;
    /// The version of the layout found, counted per implementation; 0: nothing is stored.
    fn schema_version(&self) -> u32;
}
