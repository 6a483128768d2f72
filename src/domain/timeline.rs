//! What happened on an issue or a pull request, one event after the other.

use super::{Instant, RepoName};
use crate::text::Untrusted;

/// Source: GET `/repos/{owner}/{repo}/issues/{number}/timeline`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    pub at: Option<Instant>,
    pub what: Happened,
    /// Who did it; of the agent's work, the person who asked for it.
    pub by: Option<Untrusted>,
    /// The app that did it on their behalf.
    pub app: Option<Untrusted>,
    /// The words that belong to it: a comment, a review, the message of a commit.
    pub text: Option<Untrusted>,
    /// As the service sent it: one line of JSON.
    pub record: Untrusted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    WorkStarted,
    WorkFinished,
    WorkFailed,
    Committed,
    Commented,
    /// With the review's own word: `approved`, `changes_requested`, …
    Reviewed(Untrusted),
    /// Another issue or pull request names it.
    Referenced(Box<Reference>),
    /// Somebody was put in charge of it.
    Assigned {
        to: Untrusted,
        /// It is the coding agent, under whichever of its names.
        agent: bool,
    },
    /// The service's own word for anything else.
    Other(Untrusted),
}

/// What names an issue or a pull request from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub repo: RepoName,
    pub number: u64,
    pub title: Untrusted,
    pub url: Option<Untrusted>,
    /// Its author is the coding agent, under whichever of its names.
    pub by_agent: bool,
    /// A pull request; else an issue.
    pub pull: bool,
    pub open: bool,
    pub created_at: Option<Instant>,
}

/// The events of an issue or a pull request, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    pub events: Vec<TimelineEvent>,
    /// Events that could not be read at all.
    pub unreadable: u32,
    /// There are more than are read for one question.
    pub more: bool,
}
