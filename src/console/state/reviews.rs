//! The pull requests agents opened.

use crate::domain::{Mergeable, Pull, PullId, PullState, RepoName, ReviewDecision, Viewer};

#[derive(Debug, Default)]
pub struct ReviewsPane {
    /// In the order shown: what waits for the operator first, then the oldest; decided ones last, newest first.
    pub rows: Vec<(RepoName, PullId)>,
    pub selected: Option<(RepoName, PullId)>,
    /// Where `selected` stands in `rows`.
    pub index: usize,
    pub top: usize,
    /// The operator was here: from then on the cursor stays with its pull request, before on the first row.
    pub chosen: bool,
    /// Rebuild the rows at the end of the update.
    pub due: bool,
    /// Pulls that are open or draft, and how many of these wait for the operator.
    pub open: usize,
    pub waiting: usize,
    /// Decimal places of the longest number.
    pub digits: usize,
}

/// Why a pull request waits for the operator, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Asked for a review by name.
    YourReview,
    /// Workflows wait for somebody to let them run.
    Approval,
    /// Approved, checks passed, no conflict.
    Merge,
}

pub fn waits(pull: &Pull, viewer: Option<&Viewer>) -> Option<Waits> {
    if !matches!(pull.state, PullState::Open | PullState::Draft) {
        return None;
    }
    let me = viewer.map(|v| v.login.raw_for_match());
    let asked = me.is_some_and(|me| pull.requested.iter().any(|r| r.raw_for_match().eq_ignore_ascii_case(me)));
    let checks = pull.checks.clone().unwrap_or_default();
    if asked {
        Some(Waits::YourReview)
    } else if checks.needs_approval > 0 {
        Some(Waits::Approval)
    } else {
        let ready = pull.review == ReviewDecision::Approved
            && pull.state == PullState::Open
            && pull.mergeable == Mergeable::Yes
            && checks.failed == 0
            && checks.pending == 0;
        ready.then_some(Waits::Merge)
    }
}
