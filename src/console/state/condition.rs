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
use crate::domain::instant::after;
use crate::domain::stuck::{self, Stuck};
use crate::domain::{CancelPhase, Condition, Instant, Run, State};

/// A task follows its run's end within seconds; one that has not after this long is an orphan.
pub const ORPHAN_AFTER: TimeDelta = TimeDelta::minutes(2);

/// Its sign and what that means; the word always stands beside it.
pub fn look(condition: &Condition<'_>) -> (&'static str, Tone) {
    let sign = match condition {
        Condition::State(State::Queued) => "◌",
        Condition::State(State::InProgress) => "●",
        Condition::State(State::WaitingForUser) => "◆",
        Condition::State(State::Idle) => "○",
        Condition::State(State::Completed) => "✓",
        Condition::State(State::Failed) => "✗",
        Condition::State(State::TimedOut) => "⧗",
        Condition::State(State::Cancelled) => "⊘",
        Condition::State(State::Unknown(_)) => "?",
        Condition::Cancelling => "◐",
        Condition::Orphaned => "⚠",
    };
    (sign, condition.tone())
}

/// What a cancel that was asked for says of the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfCancel {
    /// Nothing: there is none, or it came to nothing.
    None,
    Cancelling,
    /// Since then.
    Orphaned(Instant),
}

impl Known {
    pub fn condition(&self, now: Instant) -> Condition<'_> {
        let state = Condition::State(&self.task.state);
        if !self.task.state.is_active() {
            return state;
        }
        match (self.cancel_verdict(), self.orphan_at()) {
            (OfCancel::Orphaned(_), _) => Condition::Orphaned,
            // Nobody here looks how a cancel of an earlier run ends: its run does.
            (OfCancel::Cancelling, Some(at)) if now >= at && self.is_left_requested() => Condition::Orphaned,
            (OfCancel::Cancelling, _) => Condition::Cancelling,
            (OfCancel::None, Some(at)) if now >= at => Condition::Orphaned,
            (OfCancel::None, _) => state,
        }
    }

    fn is_left_requested(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.taken_up && cancel.phase == CancelPhase::Requested)
    }

    /// Of a task that still works.
    pub(super) fn cancel_verdict(&self) -> OfCancel {
        let Some(cancel) = &self.cancel else { return OfCancel::None };
        match cancel.phase {
            CancelPhase::Orphaned { .. } => OfCancel::Orphaned(cancel.at),
            CancelPhase::Looking
            | CancelPhase::Waiting
            | CancelPhase::Requested
            | CancelPhase::RunEnded
            | CancelPhase::Stubborn => OfCancel::Cancelling,
            // Proved elsewhere; the task's own word is still to come.
            CancelPhase::Ended if self.task.touched_at() <= cancel.at => OfCancel::Cancelling,
            CancelPhase::Ended
            | CancelPhase::RunsOn(_)
            // Whether it arrived nobody knows: the row says what the service does.
            | CancelPhase::Unheard
            | CancelPhase::NotFindable
            | CancelPhase::Withdrawn
            | CancelPhase::Refused(_)
            | CancelPhase::Unverified(_) => OfCancel::None,
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
        self.ended_run().map(|run| after(run.updated_at, ORPHAN_AFTER))
    }

    /// The run of a session that is idle, where it has ended: nothing works for it.
    pub fn rested_run(&self) -> Option<&Run> {
        self.ended_run().filter(|_| self.task.state == State::Idle)
    }

    /// The run of the newest session, where it has completed.
    fn ended_run(&self) -> Option<&Run> {
        let run = self.run.as_ref()?.run.as_ref().filter(|run| run.is_completed())?;
        let newest = self.task.latest_session().map_or(self.task.created_at, |session| session.created_at);
        // A run that ended before the newest session began belongs to an older one.
        (run.updated_at >= newest).then_some(run)
    }

    /// A cancel has been asked for and is neither proved nor given up.
    pub fn is_cancelling(&self) -> bool {
        self.task.state.is_active() && self.cancel.as_ref().is_some_and(|c| !c.phase.is_final())
    }

    /// Why it counts as stuck. Of one that only an earlier run saw nobody can say what it has done since.
    pub fn stuck(&self, settings: &Settings, now: Instant) -> Option<Stuck> {
        if self.remembered || !self.task.state.is_active() {
            return None;
        }
        stuck::judge(&self.task.state, &self.signs(settings), &settings.stuck.of(&self.task.at.repo), now)
    }

    /// When one of the verdicts (the condition, stuck, a disagreement) changes by time alone, at the earliest after `now`.
    /// A disagreement that waits for a source to be read again comes with that reading:
    /// [`World::settled_by`](super::world::World::settled_by).
    pub fn next_verdict(&self, settings: &Settings, now: Instant) -> Option<Instant> {
        let stuck = self.task.state.is_active().then(|| {
            stuck::next_change(&self.task.state, &self.signs(settings), &settings.stuck.of(&self.task.at.repo), now)
        });
        let told = self.suspicions(None).filter(|suspicion| suspicion.late.is_none()).map(|suspicion| suspicion.from);
        stuck.flatten().into_iter().chain(told.filter(|from| *from > now)).min()
    }
}
