//! The ledger port, in domain terms only: no SQL, no file, no row id. Calls block; the runtime keeps them off the loop.
//! "Recorded" means durable on return.

use uuid::Uuid;

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
    /// Login at the service and user of this machine.
    pub who: String,
    pub host: String,
    pub token_kind: String,
    /// The request body as sent, or the run to cancel.
    pub request: String,
    /// SHA-256 of the prompt, for a start.
    pub prompt_hash: Option<[u8; 32]>,
    /// Template id, for a start.
    pub template: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Start,
    Cancel,
    ForceCancel,
    Comment,
    MarkReady,
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

/// An intent with its outcome, if one was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub intent: Intent,
    pub outcome: Option<(Instant, Outcome)>,
}

/// A durable, append-only record.
pub trait Ledger: Send + Sync + std::fmt::Debug {
    /// Durable on return. An error means that the action must not be taken.
    fn claim(&self, intent: &Intent) -> Result<(), Fault>;
    fn record(&self, intent: Uuid, at: Instant, outcome: &Outcome) -> Result<(), Fault>;
    /// Intents without an outcome, or with an unknown one, oldest first.
    fn unresolved(&self) -> Result<Vec<Entry>, Fault>;
    /// Newest first.
    fn recent(&self, limit: usize) -> Result<Vec<Entry>, Fault>;
}
