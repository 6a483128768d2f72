//! Issues: what work is asked for in, outside this program. Read only; what is done with one is in `assign`.

use std::fmt;

use super::{Instant, RepoName};
use crate::text::Untrusted;

/// An issue's place: `acme/api#412`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssueRef {
    pub repo: RepoName,
    pub number: u64,
}

impl fmt::Display for IssueRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.repo, self.number)
    }
}

/// Source: GET `/repos/{owner}/{repo}/issues` and its single answers; never a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub at: IssueRef,
    pub title: Untrusted,
    /// Empty where nothing was written.
    pub body: Untrusted,
    /// `false`: it is closed.
    pub open: bool,
    pub labels: Vec<Untrusted>,
    pub assignees: Vec<Assignee>,
    pub author: Option<Untrusted>,
    pub created_at: Option<Instant>,
    pub html_url: Option<Untrusted>,
}

/// Somebody in charge of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee {
    pub login: Untrusted,
    /// It is the coding agent, under whichever of its names.
    pub agent: bool,
}

impl Issue {
    /// The agent is among those in charge.
    pub fn has_agent(&self) -> bool {
        self.assignees.iter().any(|one| one.agent)
    }
}

/// The open issues of a repository, the one that changed last first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    pub issues: Vec<Issue>,
    /// Entries that could not be read at all; the others are still here.
    pub unreadable: u32,
    /// There are more than are read for one question.
    pub more: bool,
}

/// The branches of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    pub names: Vec<Untrusted>,
    /// There are more than are read for one question.
    pub more: bool,
}
