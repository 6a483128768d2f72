//! What the service says a task's state is and what its row says, as bits: one comparison answers for many words.

use crate::domain::{Condition, State};

pub(super) const QUEUED: u32 = 1;
pub(super) const IN_PROGRESS: u32 = 1 << 1;
pub(super) const WAITING_FOR_USER: u32 = 1 << 2;
pub(super) const IDLE: u32 = 1 << 3;
pub(super) const COMPLETED: u32 = 1 << 4;
pub(super) const FAILED: u32 = 1 << 5;
pub(super) const TIMED_OUT: u32 = 1 << 6;
pub(super) const CANCELLED: u32 = 1 << 7;
pub(super) const CANCELLING: u32 = 1 << 16;
pub(super) const ORPHANED: u32 = 1 << 17;

/// The row says this state, which the service may say of more tasks than that.
pub(super) const fn row(state: u32) -> u32 {
    state << 8
}

/// Which of these a task has may hang on its run: what works by its own word is orphaned where that is gone.
pub(super) const fn hang_on_the_run(signs: u32) -> bool {
    signs & (ORPHANED | row(QUEUED | IN_PROGRESS)) != 0
}

pub(super) fn of(state: &State, condition: &Condition<'_>) -> u32 {
    let shown = match condition {
        Condition::State(state) => row(bit(state)),
        Condition::Cancelling => CANCELLING,
        Condition::Orphaned => ORPHANED,
    };
    bit(state) | shown
}

fn bit(state: &State) -> u32 {
    match state {
        State::Queued => QUEUED,
        State::InProgress => IN_PROGRESS,
        State::WaitingForUser => WAITING_FOR_USER,
        State::Idle => IDLE,
        State::Completed => COMPLETED,
        State::Failed => FAILED,
        State::TimedOut => TIMED_OUT,
        State::Cancelled => CANCELLED,
        State::Unknown(_) => 0,
    }
}

/// Every sign whose word, the service's or the row's, has the text in it.
pub(super) fn naming(text: &str) -> u32 {
    let mut signs = 0;
    let mut add = |word: &str, sign: u32| signs |= if word.to_lowercase().contains(text) { sign } else { 0 };
    for state in &State::KNOWN {
        add(state.wire(), bit(state));
        add(&state.word(), row(bit(state)));
    }
    add(&Condition::Cancelling.word(), CANCELLING);
    add(&Condition::Orphaned.word(), ORPHANED);
    signs
}
