//! Pull requests as the reviews pane needs them.

use super::{Conclusion, Instant, JobId, NodeId, PullId, RepoName};
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
    /// `None`: no checks at all. Checks that may not be seen are no such thing.
    pub checks: Option<Checks>,
    pub standing: Standing,
}

impl Pull {
    /// Not merged and not closed.
    pub fn is_open(&self) -> bool {
        matches!(self.state, PullState::Open | PullState::Draft)
    }

    pub fn at(&self) -> PullRef {
        PullRef { repo: self.repo.clone(), id: self.id, node: Some(self.node.clone()) }
    }
}

/// Where it stands, one thing after the other: what the roll-ups above are made of. Empty where nobody has told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The commit at the head of its branch.
    pub head: Option<Untrusted>,
    /// Files changed.
    pub files: Option<u64>,
    /// One by one, as far as they were told.
    pub checks: Vec<Check>,
    /// Checks beyond those.
    pub more_checks: u32,
    /// Who is asked for a review and has not given it.
    pub asked: Vec<Asked>,
    /// The last opinion of each reviewer.
    pub opinions: Vec<Opinion>,
    pub threads: Option<Threads>,
}

impl Standing {
    /// The failed checks, those that are required first.
    pub fn failed(&self) -> Vec<&Check> {
        let mut failed: Vec<&Check> = self.checks.iter().filter(|check| check.is_failed()).collect();
        failed.sort_by_key(|check| check.required != Some(true));
        failed
    }
}

/// One check of the head commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: Untrusted,
    /// `None`: it has not completed.
    pub conclusion: Option<Conclusion>,
    /// It must pass before the merge. `None`: nobody has told.
    pub required: Option<bool>,
    /// Of an Actions check: its job, whose log can be read.
    pub job: Option<JobId>,
    pub url: Option<Untrusted>,
}

impl Check {
    pub fn is_failed(&self) -> bool {
        use Conclusion::{ActionRequired, Neutral, Skipped, Stale, Success};
        !matches!(self.conclusion, None | Some(Success | Neutral | Skipped | Stale | ActionRequired))
    }
}

/// Who a review is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The login; of a team its `org/team`.
    pub name: Untrusted,
    pub kind: ReviewerKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewerKind {
    User,
    Team,
    Bot,
    /// An account that is a placeholder for somebody of another service.
    Mannequin,
}

/// What a reviewer thinks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub by: Untrusted,
    pub verdict: Verdict,
    /// The commit it is about.
    pub commit: Option<Untrusted>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    ChangesRequested,
    Dismissed,
    Unknown(Untrusted),
}

/// Conversations on its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads {
    /// Among those that were looked at.
    pub unresolved: u32,
    pub total: u32,
    /// There are more than were looked at, so more may be unresolved.
    pub cut: bool,
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
    /// Those of which nobody told how they stand.
    pub untold: u32,
    /// Names of the failed ones, at most a handful.
    pub failing: Vec<Untrusted>,
    pub sight: Sight,
}

/// Whether it is known how all checks stand; the worst comes last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    #[default]
    Whole,
    /// Of some or all nobody told.
    Untold,
    /// This token may not see some or all of them.
    Hidden,
}

impl Sight {
    /// `checks …`; `None`: there is nothing to say.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Untold => Some("not known"),
            Self::Hidden => Some("not visible"),
        }
    }
}

impl Checks {
    pub fn total(&self) -> u32 {
        [self.passed, self.failed, self.pending, self.needs_approval]
            .iter()
            .fold(self.untold, |a, b| a.saturating_add(*b))
    }

    /// None has failed, runs or waits as far as is known, and not all is known: why.
    pub fn unclear(&self) -> Option<&'static str> {
        if self.failed > 0 || self.pending > 0 || self.needs_approval > 0 { None } else { self.sight.word() }
    }

    /// Nothing is left to wait for: each has passed or was skipped, or there is none.
    pub fn is_clear(&self) -> bool {
        self.failed == 0 && self.pending == 0 && self.needs_approval == 0 && self.sight == Sight::Whole
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
