//! Which intents a question is about.

use uuid::Uuid;

use super::chain::Hash;
use super::line::started;
use super::port::{Action, Entry, Intent, Outcome};
use crate::domain::{Instant, RepoName};

/// Every part that is given must hold; nothing given: all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The one of this id.
    pub id: Option<Uuid>,
    pub action: Option<Action>,
    /// Only what starts work, in whichever way.
    pub starting: bool,
    pub repo: Option<RepoName>,
    pub who: Option<String>,
    pub prompt_hash: Option<Hash>,
    pub ticket: Option<String>,
    pub template: Option<String>,
    /// Rows of this plan.
    pub plan: Option<Uuid>,
    pub key: Option<String>,
    /// Done to this task, or what it was started by.
    pub task: Option<String>,
    /// With this instant.
    pub since: Option<Instant>,
    /// Without this instant.
    pub until: Option<Instant>,
    /// Without what was rejected: what is there, or may be there, at the service.
    pub not_rejected: bool,
    /// Only what has no outcome, or an unknown one.
    pub unresolved: bool,
}

impl Wanted {
    /// Starts since then that were not refused: for caps.
    pub fn starts(since: Instant) -> Self {
        Self { starting: true, since: Some(since), not_rejected: true, ..Self::default() }
    }

    /// What stands in the way of an intent of which there may be one since then.
    pub fn of_key(intent: &Intent, since: Instant) -> Self {
        Self {
            action: Some(intent.action),
            repo: Some(intent.repo.clone()),
            key: intent.key.clone(),
            since: Some(since),
            not_rejected: true,
            ..Self::default()
        }
    }

    pub fn holds(&self, entry: &Entry) -> bool {
        let intent = &entry.intent;
        let outcome = entry.outcome.as_ref().map(|(_, outcome)| outcome);
        let started = outcome.and_then(|outcome| started(intent, outcome));
        is(self.id.as_ref(), Some(&intent.id))
            && (!self.starting || intent.action.starts())
            && is(self.action.as_ref(), Some(&intent.action))
            && is(self.repo.as_ref(), Some(&intent.repo))
            && is(self.who.as_ref(), Some(&intent.who))
            && is(self.prompt_hash.as_ref(), intent.prompt_hash.as_ref())
            && is(self.ticket.as_ref(), intent.ticket.as_ref())
            && is(self.template.as_ref(), intent.template.as_ref())
            && is(self.plan.as_ref(), intent.plan.as_ref())
            && is(self.key.as_ref(), intent.key.as_ref())
            && (is(self.task.as_ref(), intent.task.as_ref()) || is(self.task.as_deref(), started))
            && self.since.is_none_or(|since| intent.at >= since)
            && self.until.is_none_or(|until| intent.at < until)
            && !(self.not_rejected && matches!(outcome, Some(Outcome::Rejected(_))))
            && !(self.unresolved && outcome.is_some_and(Outcome::is_final))
    }
}

fn is<T: PartialEq + ?Sized>(wanted: Option<&T>, found: Option<&T>) -> bool {
    wanted.is_none() || wanted == found
}
