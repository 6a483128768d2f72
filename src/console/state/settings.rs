//! What was decided before the console started.

use chrono::{FixedOffset, TimeDelta};

use crate::domain::stuck::Thresholds;
use crate::domain::{OwnTasks, RepoName};
use crate::text::Safe;

#[derive(Clone, Debug)]
pub struct Settings {
    pub repos: Vec<RepoName>,
    pub own_tasks: OwnTasks,
    /// The host's name for the header: `github.com`, a tenant, `demo`.
    pub host: Safe,
    pub token_kind: Safe,
    /// Glyphs of plain ASCII.
    pub ascii: bool,
    /// Offset of the operator's clock from UTC, for times of day.
    pub zone: FixedOffset,
    /// Good data older than this is called stale.
    pub stale_after: TimeDelta,
    pub stuck: Thresholds,
    /// No writes: absent from keys and help, refused in the transport.
    pub read_only: bool,
    pub mouse: bool,
}

impl Settings {
    /// The viewer's own tasks are shown whatever their repository.
    pub fn reach_beyond(&self) -> bool {
        self.own_tasks.reach_beyond(&self.repos)
    }
}
