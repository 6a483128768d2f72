//! When work that should move does not.

use chrono::TimeDelta;

use super::{Instant, State, Task};

/// How long is too long. Configurable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    pub queued: TimeDelta,
    pub silent: TimeDelta,
    /// The service stops a session after this long.
    pub session_limit: TimeDelta,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { queued: TimeDelta::minutes(10), silent: TimeDelta::minutes(20), session_limit: TimeDelta::minutes(59) }
    }
}

/// Why a task counts as stuck, with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    QueuedSince(Instant),
    SilentSince(Instant),
    PastDeadline(Instant),
}

/// `last_sign`: the newest proof of work known besides the task's own update time, such as the log's last entry.
pub fn judge(task: &Task, last_sign: Option<Instant>, now: Instant, limits: Thresholds) -> Option<Stuck> {
    let touched = last_sign.map_or(task.touched_at(), |sign| sign.max(task.touched_at()));
    match task.state {
        State::Queued if now - task.created_at > limits.queued => Some(Stuck::QueuedSince(task.created_at)),
        State::InProgress => {
            let deadline = task.latest_session().map(|s| s.created_at + limits.session_limit);
            match deadline {
                Some(deadline) if now > deadline => Some(Stuck::PastDeadline(deadline)),
                _ => (now - touched > limits.silent).then_some(Stuck::SilentSince(touched)),
            }
        }
        _ => None,
    }
}

impl Stuck {
    /// The instant the evidence counts from.
    pub fn since(&self) -> Instant {
        match *self {
            Self::QueuedSince(at) | Self::SilentSince(at) | Self::PastDeadline(at) => at,
        }
    }

    /// One sentence with the evidence.
    pub fn says(&self, now: Instant) -> String {
        let age = super::age::short(now - self.since());
        match self {
            Self::QueuedSince(_) => format!("queued for {age}"),
            Self::SilentSince(_) => format!("no sign of work for {age}"),
            Self::PastDeadline(_) => format!("past its deadline by {age}"),
        }
    }
}
