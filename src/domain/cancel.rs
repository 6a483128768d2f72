//! Cancelling is a life-cycle, not a fact.
//!
//! ```text
//! Looking ──run found──> Requested ──run completed──> RunEnded ──session ended──> Ended
//!    │                      │                             └──session stays────> Orphaned
//!    └──nothing safe──> NotFindable (asked again at the next poll, nothing guessed)
//!                           └──refused──> Refused     ├──no end in time──> Stubborn (force is offered)
//!                                                      └──cannot be read──> Unverified (nothing is claimed)
//! ```

use super::{Fault, Instant, RunId, SessionId, TaskRef};
use crate::text::Untrusted;

/// No answer to one question cancels more sessions than this.
pub const MOST_AT_ONCE: usize = 20;

/// What a cancel is aimed at, pinned when the dialog opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelTarget {
    pub task: TaskRef,
    pub session: Option<SessionId>,
    /// The run, where the service named it; else it is looked for by branch.
    pub run: Option<RunId>,
    pub branch: Option<Untrusted>,
    /// When the session was created: a run that started earlier is not its run.
    pub since: Instant,
    /// Second confirmation: force-cancel instead of cancel.
    pub force: bool,
}

/// How a run was matched to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// The service named the run.
    BySession,
    /// Branch, event and workflow path agree.
    ByBranch,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelPhase {
    Looking,
    /// 202: accepted, not done.
    Requested,
    /// Every matching run has completed; of the session this says nothing.
    RunEnded,
    /// Session and task have ended.
    Ended,
    /// The run is gone but the session still says it runs.
    Orphaned {
        frees_at: Option<Instant>,
    },
    /// Still in progress long after the request: force-cancel may be offered.
    Stubborn,
    /// No branch and no run id yet: nothing is safe to cancel.
    NotFindable,
    Refused(Fault),
    /// Sent, but for so long nothing could be read that nobody can say what came of it.
    Unverified(Fault),
}

impl CancelPhase {
    /// Nothing more will happen by itself.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Looking | Self::Requested | Self::RunEnded => false,
            Self::Ended
            | Self::Orphaned { .. }
            | Self::Stubborn
            | Self::NotFindable
            | Self::Refused(_)
            | Self::Unverified(_) => true,
        }
    }
}

/// One step of a cancel, as the screen and the ledger see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelProgress {
    pub task: TaskRef,
    pub phase: CancelPhase,
    pub at: Instant,
    pub runs: Vec<RunId>,
    pub matched: Option<Matched>,
}
