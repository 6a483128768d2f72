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
use crate::domain::{CancelPhase, Condition, Instant, State};

/// A task follows its run's end within seconds; one that has not after this long is an orphan.
pub const ORPHAN_AFTER: TimeDelta = TimeDelta::minutes(2);

/// Its sign and what that means; the word always stands beside it.
pub fn look(condition: &Condition<'_>) -> (&'static str, Tone) {
    match condition {
        Condition::State(State::Queued) => ("◌", Tone::Dim),
        Condition::State(State::InProgress) => ("●", Tone::Accent),
        Condition::State(State::WaitingForUser) => ("◆", Tone::WarnStrong),
        Condition::State(State::Idle) => ("○", Tone::Dim),
        Condition::State(State::Completed) => ("✓", Tone::Good),
        Condition::State(State::Failed) => ("✗", Tone::BadStrong),
        Condition::State(State::TimedOut) => ("⧗", Tone::Bad),
        Condition::State(State::Cancelled) => ("⊘", Tone::Dim),
        Condition::State(State::Unknown(_)) => ("?", Tone::Plain),
        Condition::Cancelling => ("◐", Tone::Warn),
        Condition::Orphaned => ("⚠", Tone::Odd),
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

    /// Why it counts as stuck. Of one that only an earlier run saw nobody can say what it has done since.
    pub fn stuck(&self, settings: &Settings, now: Instant) -> Option<Stuck> {
        if self.remembered {
            return None;
        }
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
