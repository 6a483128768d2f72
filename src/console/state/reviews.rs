//! The pull requests agents opened.

use crate::domain::{PullId, RepoName};

#[derive(Debug, Default)]
pub struct ReviewsPane {
    /// In the order shown.
    pub rows: Vec<(RepoName, PullId)>,
    pub selected: Option<(RepoName, PullId)>,
    pub top: usize,
}
