//! The log pane: one session's transcript and where the reader is in it.

use crate::console::event::LogOrigin;
use crate::domain::{Instant, SessionId, TaskId};
use crate::text::Safe;
use crate::transcript::Transcript;

#[derive(Debug, Default)]
pub struct LogPane {
    /// What is shown; `None` while nothing is selected.
    pub shown: Option<Shown>,
}

/// A log on the screen.
#[derive(Debug)]
pub struct Shown {
    pub task: Option<TaskId>,
    pub session: Option<SessionId>,
    /// The file's name, for a log opened from disk.
    pub file: Option<Safe>,
    pub origin: Option<LogOrigin>,
    pub because: Option<Safe>,
    pub fetched_at: Option<Instant>,
    pub complete: bool,
    pub transcript: Transcript,
}
