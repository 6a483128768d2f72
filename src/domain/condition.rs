//! What a row says a task's state is: the service's word, unless we know better.

use super::State;
use super::look::Tone;
use crate::text::Safe;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    State(&'a State),
    /// A cancel is under way and not yet proved.
    Cancelling,
    /// The run is gone; the task still says it works.
    Orphaned,
}

impl Condition<'_> {
    pub fn word(&self) -> Safe {
        match self {
            Self::State(state) => state.word(),
            Self::Cancelling => Safe::new("cancelling"),
            Self::Orphaned => Safe::new("orphaned"),
        }
    }

    /// What it means; the word always stands beside the colour.
    pub fn tone(&self) -> Tone {
        match self {
            Self::State(State::Queued | State::Idle | State::Cancelled) => Tone::Dim,
            Self::State(State::InProgress) => Tone::Accent,
            Self::State(State::WaitingForUser) => Tone::WarnStrong,
            Self::State(State::Completed) => Tone::Good,
            Self::State(State::Failed) => Tone::BadStrong,
            Self::State(State::TimedOut) => Tone::Bad,
            Self::State(State::Unknown(_)) => Tone::Plain,
            Self::Cancelling => Tone::Warn,
            Self::Orphaned => Tone::Odd,
        }
    }

    /// Where it stands in a list sorted by state: what wants a person first.
    pub fn rank(&self) -> u8 {
        match self {
            Self::State(State::WaitingForUser) => 0,
            Self::Orphaned => 1,
            // A row stays where it is when it is cancelled under the operator's hand.
            Self::Cancelling | Self::State(State::InProgress) => 3,
            Self::State(State::Queued) => 4,
            Self::State(State::Idle) => 5,
            Self::State(State::Unknown(_)) => 6,
            Self::State(State::Failed) => 7,
            Self::State(State::TimedOut) => 8,
            Self::State(State::Completed) => 9,
            Self::State(State::Cancelled) => 10,
        }
    }
}
