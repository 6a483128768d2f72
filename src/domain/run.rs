//! GitHub Actions runs and jobs: where a session really executes, and the only handle that stops it.

use super::{Instant, JobId, RunId};
use crate::text::Untrusted;

/// Source: `/repos/{owner}/{repo}/actions/runs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub name: Option<Untrusted>,
    pub status: RunStatus,
    pub conclusion: Option<Conclusion>,
    pub head_branch: Option<Untrusted>,
    pub attempt: Option<u32>,
    pub created_at: Instant,
    pub started_at: Option<Instant>,
    pub updated_at: Instant,
    pub html_url: Untrusted,
}

impl Run {
    pub fn is_completed(&self) -> bool {
        self.status == RunStatus::Completed
    }
}

/// Free text on the wire; an unknown word is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunStatus {
    Queued,
    InProgress,
    Requested,
    Waiting,
    Pending,
    Completed,
    Unknown(Untrusted),
}

impl RunStatus {
    pub fn parse(word: &str) -> Self {
        match word {
            "queued" => Self::Queued,
            "in_progress" => Self::InProgress,
            "requested" => Self::Requested,
            "waiting" => Self::Waiting,
            "pending" => Self::Pending,
            "completed" => Self::Completed,
            other => Self::Unknown(other.into()),
        }
    }

    /// In flight: a cancel request makes sense.
    pub fn is_in_flight(&self) -> bool {
        matches!(self, Self::Queued | Self::InProgress | Self::Requested | Self::Waiting | Self::Pending)
    }

    pub fn word(&self) -> crate::text::Safe {
        match self {
            Self::Queued => crate::text::Safe::new("queued"),
            Self::InProgress => crate::text::Safe::new("in progress"),
            Self::Requested => crate::text::Safe::new("requested"),
            Self::Waiting => crate::text::Safe::new("waiting"),
            Self::Pending => crate::text::Safe::new("pending"),
            Self::Completed => crate::text::Safe::new("completed"),
            Self::Unknown(word) => word.show_line(),
        }
    }
}

/// How a run, job, step or check ended. Free text on the wire; an unknown word is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    Success,
    Failure,
    Neutral,
    Cancelled,
    Skipped,
    TimedOut,
    ActionRequired,
    Stale,
    StartupFailure,
    Unknown(Untrusted),
}

impl Conclusion {
    pub fn parse(word: &str) -> Self {
        match word {
            "success" => Self::Success,
            "failure" => Self::Failure,
            "neutral" => Self::Neutral,
            "cancelled" => Self::Cancelled,
            "skipped" => Self::Skipped,
            "timed_out" => Self::TimedOut,
            "action_required" => Self::ActionRequired,
            "stale" => Self::Stale,
            "startup_failure" => Self::StartupFailure,
            other => Self::Unknown(other.into()),
        }
    }

    pub fn word(&self) -> crate::text::Safe {
        match self {
            Self::Success => crate::text::Safe::new("success"),
            Self::Failure => crate::text::Safe::new("failure"),
            Self::Neutral => crate::text::Safe::new("neutral"),
            Self::Cancelled => crate::text::Safe::new("cancelled"),
            Self::Skipped => crate::text::Safe::new("skipped"),
            Self::TimedOut => crate::text::Safe::new("timed out"),
            Self::ActionRequired => crate::text::Safe::new("needs approval"),
            Self::Stale => crate::text::Safe::new("stale"),
            Self::StartupFailure => crate::text::Safe::new("startup failure"),
            Self::Unknown(word) => word.show_line(),
        }
    }
}

/// Source: `/repos/{owner}/{repo}/actions/runs/{run_id}/jobs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub name: Untrusted,
    pub status: RunStatus,
    pub conclusion: Option<Conclusion>,
    pub started_at: Option<Instant>,
    pub completed_at: Option<Instant>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub number: u32,
    pub name: Untrusted,
    pub status: RunStatus,
    pub conclusion: Option<Conclusion>,
    pub started_at: Option<Instant>,
    pub completed_at: Option<Instant>,
}
