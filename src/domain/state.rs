//! The eight states of a task and of a session, and the one that keeps what we do not know.

use crate::text::{Safe, Untrusted};

/// Source: `state` of an agent task or session. An unknown word is kept verbatim.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Queued,
    InProgress,
    WaitingForUser,
    Idle,
    Completed,
    Failed,
    TimedOut,
    Cancelled,
    Unknown(Untrusted),
}

impl State {
    /// Every state whose word is known, in the order of a task's life.
    pub const KNOWN: [Self; 8] = [
        Self::Queued,
        Self::InProgress,
        Self::WaitingForUser,
        Self::Idle,
        Self::Completed,
        Self::Failed,
        Self::TimedOut,
        Self::Cancelled,
    ];

    pub fn parse(word: &str) -> Self {
        match word {
            "queued" => Self::Queued,
            "in_progress" => Self::InProgress,
            "waiting_for_user" => Self::WaitingForUser,
            "idle" => Self::Idle,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "timed_out" => Self::TimedOut,
            "cancelled" => Self::Cancelled,
            other => Self::Unknown(other.into()),
        }
    }

    /// GitHub's own word, for queries, the ledger and exports.
    pub fn wire(&self) -> &str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::WaitingForUser => "waiting_for_user",
            Self::Idle => "idle",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Unknown(word) => word.raw_for_match(),
        }
    }

    /// The word on the screen.
    pub fn word(&self) -> Safe {
        match self {
            Self::Queued => Safe::new("queued"),
            Self::InProgress => Safe::new("running"),
            Self::WaitingForUser => Safe::new("needs you"),
            Self::Idle => Safe::new("idle"),
            Self::Completed => Safe::new("done"),
            Self::Failed => Safe::new("failed"),
            Self::TimedOut => Safe::new("timed out"),
            Self::Cancelled => Safe::new("cancelled"),
            Self::Unknown(word) => word.show_line(),
        }
    }

    /// Work may still happen: queued, in progress, idle, waiting for a user. An unknown state counts as ended,
    /// as the first-party clients do.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Queued | Self::InProgress | Self::WaitingForUser | Self::Idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_the_round_trip() {
        for word in [
            "queued",
            "in_progress",
            "waiting_for_user",
            "idle",
            "completed",
            "failed",
            "timed_out",
            "cancelled",
            "hibernating",
        ] {
            assert_eq!(State::parse(word).wire(), word);
        }
        assert!(!State::parse("hibernating").is_active());
    }
}
