//! A pull request and its reviews, as they stand at a moment.

use super::checks::{CheckView, CiOrders};
use super::clock::{SECOND, Tick};

#[derive(Clone, Debug)]
pub struct Review {
    pub id: i64,
    pub user: i64,
    pub state: String,
    pub at: Tick,
    pub body: String,
    /// Given for this commit; otherwise for the newest of its time.
    pub commit: Option<String>,
}

/// How checks go on this pull request.
#[derive(Clone, Debug, Default)]
pub struct CheckPlan {
    pub none: bool,
    pub fails: Vec<String>,
    /// The workflows wait for a human to let them run; when that happened.
    pub approval: bool,
    pub approved: Option<Tick>,
}

#[derive(Clone, Debug)]
pub struct Pull {
    pub number: i64,
    /// The database id.
    pub id: i64,
    pub repo: usize,
    pub branch: String,
    pub base: String,
    pub author: i64,
    pub opened: Tick,
    pub ready: Option<Tick>,
    pub merged: Option<Tick>,
    pub closed: Option<Tick>,
    /// Who merged or closed it.
    pub closer: i64,
    pub reviews: Vec<Review>,
    pub asked_users: Vec<i64>,
    /// When somebody was asked through the API: a review from before is no answer to it.
    pub asked_at: std::collections::BTreeMap<i64, Tick>,
    pub asked_teams: Vec<String>,
    pub threads: u32,
    pub check_plan: CheckPlan,
    pub conflicts: bool,
    pub lazy: bool,
    /// When somebody first asked whether it can be merged.
    pub merge_asked: Option<Tick>,
    /// The task's artifact carries no global id.
    pub bare: bool,
    /// What the agent calls it, where its script has another title.
    pub named: Option<String>,
    /// Number of the issue it was opened for, which its words name.
    pub closes: Option<i64>,
    /// What a person wrote over the agent's own words.
    pub title: Option<String>,
    pub body: Option<String>,
    pub ci: std::collections::BTreeMap<i64, CiOrders>,
    /// An agent was told to merge it by itself.
    pub agent_merge: bool,
    /// An automation's task opened it.
    pub automated: bool,
    /// The newest change a person made through the API.
    pub touched: Tick,
}

/// What the sessions on the branch have brought in so far.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub pushes: Vec<Tick>,
    pub additions: u64,
    pub deletions: u64,
    pub files: u64,
    pub title: String,
    pub body: String,
    pub finished: bool,
    /// The sessions' starts and ends: (time, ended, failed, who asked).
    pub marks: Vec<Mark>,
}

#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub at: Tick,
    pub kind: MarkKind,
    pub user: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    Started,
    Finished,
    Failed,
}

/// The pull request at one moment; both REST and GraphQL answer from this.
#[derive(Clone, Debug)]
pub struct PullView<'a> {
    pub pull: &'a Pull,
    pub work: Work,
    pub open: bool,
    pub merged: bool,
    pub draft: bool,
    pub head_sha: String,
    pub base_sha: String,
    pub merge_sha: Option<String>,
    pub title: String,
    pub body: String,
    pub updated: Tick,
    pub closed_at: Option<Tick>,
    /// `None`: still being computed.
    pub mergeable: Option<bool>,
    pub decision: Option<&'static str>,
    pub checks: Vec<CheckView>,
}

impl Pull {
    pub fn is_seen(&self, now: Tick) -> bool {
        self.opened <= now
    }

    pub fn is_merged(&self, now: Tick) -> bool {
        self.merged.is_some_and(|at| at <= now)
    }

    pub fn closed_at(&self, now: Tick) -> Option<Tick> {
        [self.merged, self.closed].into_iter().flatten().filter(|at| *at <= now).min()
    }

    pub fn is_draft(&self, now: Tick) -> bool {
        self.ready.is_none_or(|at| at > now)
    }

    /// The newest push, and how many came after the opening.
    pub fn last_push(&self, work: &Work) -> (usize, Tick) {
        let pushes = work.pushes.iter().filter(|at| **at > self.opened);
        (pushes.clone().count(), pushes.max().copied().unwrap_or(self.opened))
    }

    pub fn reviews_seen(&self, now: Tick) -> impl DoubleEndedIterator<Item = &Review> {
        self.reviews.iter().filter(move |review| review.at <= now)
    }

    /// The newest review with an opinion of each person, in the order given.
    pub fn opinions(&self, now: Tick) -> Vec<&Review> {
        let mut out: Vec<&Review> = Vec::new();
        for review in self.reviews_seen(now).filter(|review| review.state != "COMMENTED") {
            out.retain(|earlier| earlier.user != review.user);
            out.push(review);
        }
        out
    }

    pub fn decision(&self, required: bool, now: Tick) -> Option<&'static str> {
        let opinions = self.opinions(now);
        if opinions.iter().any(|review| review.state == "CHANGES_REQUESTED") {
            Some("CHANGES_REQUESTED")
        } else if !required {
            None
        } else if opinions.iter().any(|review| review.state == "APPROVED") {
            Some("APPROVED")
        } else {
            Some("REVIEW_REQUIRED")
        }
    }

    /// Computed anew after each push, and for a lazy one only once somebody has asked.
    pub fn mergeable(&self, last_push: Tick, now: Tick) -> Option<bool> {
        if self.closed_at(now).is_some() {
            return None;
        }
        let from = if self.lazy { self.merge_asked? + 2 * SECOND } else { last_push + 6 * SECOND };
        (now >= from).then_some(!self.conflicts)
    }
}

impl PullView<'_> {
    /// The state of all checks together; `None` when there are none.
    pub fn rollup(&self) -> Option<&'static str> {
        if self.checks.is_empty() {
            return None;
        }
        let any =
            |wanted: &[&str]| self.checks.iter().any(|check| check.conclusion.is_some_and(|c| wanted.contains(&c)));
        Some(if any(&["failure", "timed_out", "cancelled", "action_required"]) {
            "FAILURE"
        } else if self.checks.iter().any(|check| check.conclusion.is_none()) {
            "PENDING"
        } else {
            "SUCCESS"
        })
    }

    /// GraphQL's `mergeStateStatus`; REST writes it in lower case.
    pub fn merge_state(&self) -> &'static str {
        match (self.mergeable, self.rollup()) {
            (None, _) => "UNKNOWN",
            (Some(false), _) => "DIRTY",
            (Some(true), _) if self.draft => "DRAFT",
            (Some(true), _) if matches!(self.decision, Some("CHANGES_REQUESTED" | "REVIEW_REQUIRED")) => "BLOCKED",
            (Some(true), Some("FAILURE" | "PENDING")) => "UNSTABLE",
            (Some(true), _) => "CLEAN",
        }
    }
}
