//! Pull requests as the reviews pane needs them.

use super::{Conclusion, Instant, NodeId, PullId, RepoName};
use crate::text::Untrusted;

/// How to ask for a pull: by node id where the service gave one, else by database id in a repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PullRef {
    pub repo: RepoName,
    pub id: PullId,
    pub node: Option<NodeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PullState {
    Open,
    Draft,
    Closed,
    Merged,
}

/// Source: GraphQL `nodes(ids:)` on `PullRequest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    pub id: PullId,
    pub node: NodeId,
    pub repo: RepoName,
    pub number: u64,
    pub title: Untrusted,
    /// `https` address given by the service.
    pub url: Untrusted,
    pub state: PullState,
    pub head_ref: Untrusted,
    pub base_ref: Untrusted,
    pub author: Option<Untrusted>,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub additions: u64,
    pub deletions: u64,
    pub review: ReviewDecision,
    /// Logins and team names asked for a review.
    pub requested: Vec<Untrusted>,
    /// Who asked for changes, where the decision is that.
    pub changes_by: Vec<Untrusted>,
    pub mergeable: Mergeable,
    /// `None`: no checks at all.
    pub checks: Option<Checks>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewDecision {
    Approved,
    ChangesRequested,
    ReviewRequired,
    /// The repository has no rule.
    NoRule,
    Unknown(Untrusted),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mergeable {
    Yes,
    Conflicting,
    /// The service has not worked it out yet: ask again.
    Computing,
    Unknown(Untrusted),
}

/// The roll-up of the head commit's checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    pub passed: u32,
    pub failed: u32,
    pub pending: u32,
    /// Workflows that wait for a person to let them run.
    pub needs_approval: u32,
    pub skipped: u32,
    /// Names of the failed ones, at most a handful.
    pub failing: Vec<Untrusted>,
}

impl Checks {
    pub fn total(&self) -> u32 {
        self.passed + self.failed + self.pending + self.needs_approval
    }

    /// Counts one check run; `conclusion` is `None` while it has not completed.
    pub fn add(&mut self, name: &Untrusted, conclusion: Option<&Conclusion>) {
        match conclusion {
            None => self.pending += 1,
            Some(Conclusion::Success | Conclusion::Neutral) => self.passed += 1,
            Some(Conclusion::Skipped | Conclusion::Stale) => self.skipped += 1,
            Some(Conclusion::ActionRequired) => self.needs_approval += 1,
            Some(_) => {
                self.failed += 1;
                if self.failing.len() < 8 {
                    self.failing.push(name.clone());
                }
            }
        }
    }
}
