//! What a row says a task's state is: the service's word, unless we know better.
//!
//! ```text
//! task active ──cancel asked──> Cancelling ──task's own state ends──> State(cancelled, …)
//!      │                            └──run gone, task stays active──> Orphaned
//!      └──run completed and the task did not follow────────────────> Orphaned
//! ```

use chrono::TimeDelta;

use super::settings::Settings;
use super::tone::Tone;
use super::world::Known;
use crate::domain::stuck::{self, Stuck};
use crate::domain::{CancelPhase, Instant, State};
use crate::text::Safe;

/// A task follows its run's end within seconds; one that has not after this long is an orphan.
pub const ORPHAN_AFTER: TimeDelta = TimeDelta::minutes(2);

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

    /// Its sign and what that means; the word always stands beside it.
    pub fn look(&self) -> (&'static str, Tone) {
        match self {
            Self::State(State::Queued) => ("◌", Tone::Dim),
            Self::State(State::InProgress) => ("●", Tone::Accent),
            Self::State(State::WaitingForUser) => ("◆", Tone::WarnStrong),
            Self::State(State::Idle) => ("○", Tone::Dim),
            Self::State(State::Completed) => ("✓", Tone::Good),
            Self::State(State::Failed) => ("✗", Tone::BadStrong),
            Self::State(State::TimedOut) => ("⧗", Tone::Bad),
            Self::State(State::Cancelled) => ("⊘", Tone::Dim),
            Self::State(State::Unknown(_)) => ("?", Tone::Plain),
            Self::Cancelling => ("◐", Tone::Warn),
            Self::Orphaned => ("⚠", Tone::Odd),
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

impl Known {
    pub fn condition(&self, now: Instant) -> Condition<'_> {
        let state = Condition::State(&self.task.state);
        if !self.task.state.is_active() {
            return state;
        }
        match self.cancel.as_ref().map(|c| (&c.phase, c.at)) {
            Some((CancelPhase::Orphaned { .. }, _)) => return Condition::Orphaned,
            Some((
                CancelPhase::Looking | CancelPhase::Requested | CancelPhase::RunEnded | CancelPhase::Stubborn,
                _,
            )) => {
                return Condition::Cancelling;
            }
            // Proved elsewhere; the task's own word is still to come.
            Some((CancelPhase::Ended, at)) if self.task.touched_at() <= at => return Condition::Cancelling,
            _ => {}
        }
        match self.orphan_at() {
            Some(at) if now >= at => Condition::Orphaned,
            _ => state,
        }
    }

    /// Since when that holds.
    pub fn condition_since(&self, now: Instant) -> Instant {
        match self.condition(now) {
            Condition::State(_) => self.state_since,
            Condition::Cancelling => self.cancel_steps.first().map_or(self.state_since, |(at, _)| *at),
            Condition::Orphaned => {
                let run = self.run.as_ref().and_then(|j| j.run.as_ref()).filter(|r| r.is_completed());
                run.map(|r| r.updated_at).or(self.cancel.as_ref().map(|c| c.at)).unwrap_or(self.state_since)
            }
        }
    }

    /// When a task whose run has completed counts as orphaned. `None`: its run has not, or waiting is normal for it.
    pub fn orphan_at(&self) -> Option<Instant> {
        if !matches!(self.task.state, State::InProgress | State::Queued) {
            return None;
        }
        let run = self.run.as_ref()?.run.as_ref().filter(|r| r.is_completed())?;
        let newest = self.task.latest_session().map_or(self.task.created_at, |s| s.created_at);
        // A run that ended before the newest session began belongs to an older one.
        (run.updated_at >= newest).then(|| run.updated_at + ORPHAN_AFTER)
    }

    /// A cancel has been asked for and is neither proved nor given up.
    pub fn is_cancelling(&self) -> bool {
        self.task.state.is_active() && self.cancel.as_ref().is_some_and(|c| !c.phase.is_final())
    }

    pub fn stuck(&self, settings: &Settings, now: Instant) -> Option<Stuck> {
        stuck::judge(&self.task, self.last_sign, now, settings.stuck)
    }

    /// When the verdicts above change by themselves, at the earliest after `now`.
    pub fn next_verdict(&self, settings: &Settings, now: Instant) -> Option<Instant> {
        if !self.task.state.is_active() {
            return None;
        }
        let limits = settings.stuck;
        let touched = self.last_sign.map_or(self.task.touched_at(), |s| s.max(self.task.touched_at()));
        let moment = TimeDelta::milliseconds(1);
        let candidates = match self.task.state {
            State::Queued => [Some(self.task.created_at + limits.queued + moment), None, self.orphan_at()],
            State::InProgress => [
                Some(touched + limits.silent + moment),
                self.task.latest_session().map(|s| s.created_at + limits.session_limit + moment),
                self.orphan_at(),
            ],
            _ => [None; 3],
        };
        candidates.into_iter().flatten().filter(|at| *at > now).min()
    }
}
