//! The ledger as one sequence of lines, in the order of writing: what lists, exports and statistics read.

use super::observed::Observed;
use super::port::{Action, Intent, Outcome};
use crate::domain::{Instant, RepoName};

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number, from 1.
    pub row: u64,
    pub said: Said,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Intent(Box<Intent>),
    /// With the intent it belongs to.
    Outcome(Box<Intent>, Instant, Outcome),
    Observed(Box<Observed>),
}

/// Which lines. Every part that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Only older ones than this row: the next page of a reading from the newest.
    pub before: Option<u64>,
    /// Only newer ones than this row.
    pub after: Option<u64>,
    /// With this instant.
    pub since: Option<Instant>,
    /// Without this instant.
    pub until: Option<Instant>,
    pub repo: Option<RepoName>,
    /// Everything about this task, its start too.
    pub task: Option<String>,
    /// From the oldest on, not from the newest back.
    pub oldest_first: bool,
}

impl Line {
    pub fn at(&self) -> Instant {
        match &self.said {
            Said::Intent(intent) => intent.at,
            Said::Outcome(_, at, _) => *at,
            Said::Observed(observed) => observed.seen.at,
        }
    }

    pub fn repo(&self) -> &RepoName {
        match &self.said {
            Said::Intent(intent) | Said::Outcome(intent, ..) => &intent.repo,
            Said::Observed(observed) => &observed.seen.repo,
        }
    }

    pub fn intent(&self) -> Option<&Intent> {
        match &self.said {
            Said::Intent(intent) | Said::Outcome(intent, ..) => Some(intent),
            Said::Observed(_) => None,
        }
    }

    /// The model asked for, or seen at work.
    pub fn model(&self) -> Option<&str> {
        match &self.said {
            Said::Intent(intent) | Said::Outcome(intent, ..) => intent.model.as_deref(),
            Said::Observed(observed) => observed.seen.model.as_deref(),
        }
    }

    /// The task it is about, as far as the line itself says.
    pub fn task(&self) -> Option<&str> {
        match &self.said {
            Said::Intent(intent) => intent.task.as_deref(),
            Said::Outcome(intent, _, outcome) => intent.task.as_deref().or_else(|| started(intent, outcome)),
            Said::Observed(observed) => Some(&observed.seen.task),
        }
    }
}

/// The task that a confirmed start made. Of an assigned issue it may not have been seen: then the outcome names the issue,
/// and the pull request where that was, each with its `#`.
pub fn started<'a>(intent: &Intent, outcome: &'a Outcome) -> Option<&'a str> {
    match outcome {
        Outcome::Confirmed(id) if matches!(intent.action, Action::Start | Action::AutomationRun) => Some(id),
        Outcome::Confirmed(id) if intent.action == Action::Assign && !id.starts_with('#') => Some(id),
        _ => None,
    }
}
