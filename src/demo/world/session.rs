//! One session of the agent: what it is doing at any moment, given its plan and what people did to it.
//!
//! ```text
//! queued ──start──> in_progress ──plan.end──> completed | failed | timed_out | idle
//!    │                   │                └──> waiting_for_user ──a comment──> completed
//!    └──── cancel ───────┴──> run cancelled (+4 s) ──> session cancelled (+7 s more)
//! ```
//! A stubborn run ignores `cancel` and obeys only `force-cancel`; an orphan's session never notices that its run ended.

use std::sync::Arc;

use super::clock::{SECOND, Tick};
use super::fill::Fill;
use super::plan::{Plan, SESSION_LIMIT};
use super::script::{Ending, Script};

const RUN_OBEYS_AFTER: Tick = 4 * SECOND;
const RUN_OBEYS_FORCE_AFTER: Tick = 2 * SECOND;
const SESSION_NOTICES_AFTER: Tick = 7 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cost {
    /// In whole credits; the wire carries billionths.
    Credits(f64),
    PremiumRequests(f64),
    /// A session mirrored from elsewhere.
    Unknown,
}

/// What a person did to the session's run, in world time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Orders {
    pub cancel: Option<Tick>,
    pub force: Option<Tick>,
    /// A human answered: the question is over.
    pub answered: Option<Tick>,
}

/// Oddities of the real world.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quirks {
    pub stubborn: bool,
    pub orphan: bool,
}

#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    /// The Actions run that carries it.
    pub run: i64,
    pub run_number: i64,
    /// An automation gave it.
    pub automated: bool,
    pub user: i64,
    /// What the person asked for, in full.
    pub prompt: String,
    /// As the service writes it, with prefix and suffix.
    pub model: String,
    pub created: Tick,
    pub start: Tick,
    pub branch: String,
    pub base: String,
    pub script: Arc<Script>,
    pub fill: Fill,
    pub plan: Plan,
    pub ending: Ending,
    pub cost: Cost,
    pub orders: Orders,
    pub quirks: Quirks,
    /// What people wrote while it worked; each shows in the log.
    pub notes: Vec<(Tick, String)>,
}

/// An Actions run's `status` and `conclusion`.
pub type RunState = (&'static str, Option<&'static str>);

impl Session {
    /// When a given order ends the run, if one was given and is obeyed.
    pub fn run_cancelled_at(&self) -> Option<Tick> {
        let obeyed = self.orders.cancel.filter(|_| !self.quirks.stubborn).map(|at| at + RUN_OBEYS_AFTER);
        let forced = self.orders.force.map(|at| at + RUN_OBEYS_FORCE_AFTER);
        let at = obeyed.into_iter().chain(forced).min()?;
        match self.natural_run_end() {
            Some(end) if end <= at => None,
            _ => Some(at),
        }
    }

    /// A run goes on while the agent waits for an answer, up to the limit of every session.
    fn natural_run_end(&self) -> Option<Tick> {
        let end = self.plan.end?;
        Some(match self.ending {
            Ending::Waiting => {
                let limit = (self.start + SESSION_LIMIT).max(end);
                self.orders.answered.map_or(limit, |at| limit.min(at + SECOND))
            }
            Ending::TimedOut => end,
            _ => end + 4 * SECOND,
        })
    }

    pub fn run_ended_at(&self, now: Tick) -> Option<Tick> {
        self.run_cancelled_at().or_else(|| self.natural_run_end()).filter(|at| *at <= now)
    }

    pub fn run_state(&self, now: Tick) -> RunState {
        if self.run_ended_at(now).is_some() {
            let conclusion = match self.ending {
                _ if self.run_cancelled_at().is_some() => "cancelled",
                Ending::Failed(_) => "failure",
                Ending::TimedOut => "timed_out",
                _ => "success",
            };
            return ("completed", Some(conclusion));
        }
        (if now < self.start { "queued" } else { "in_progress" }, None)
    }

    /// When a cancelled run takes the session with it.
    fn cancelled_at(&self) -> Option<Tick> {
        self.run_cancelled_at().filter(|_| !self.quirks.orphan).map(|at| at + SESSION_NOTICES_AFTER)
    }

    /// When the session came to its end, waiting and idling included.
    pub fn ended_at(&self, now: Tick) -> Option<Tick> {
        if let Some(at) = self.cancelled_at() {
            return (at <= now).then_some(at);
        }
        if self.run_cancelled_at().is_some() {
            return None;
        }
        self.plan.end.filter(|at| *at <= now)
    }

    pub fn state(&self, now: Tick) -> &'static str {
        if self.cancelled_at().is_some_and(|at| at <= now) {
            return "cancelled";
        }
        if now < self.start {
            return "queued";
        }
        if self.ended_at(now).is_none() {
            return "in_progress";
        }
        match self.ending {
            Ending::Done | Ending::Hangs => "completed",
            Ending::Failed(_) => "failed",
            Ending::TimedOut => "timed_out",
            Ending::Idle => "idle",
            Ending::Waiting if self.orders.answered.is_some_and(|at| at <= now) => "completed",
            Ending::Waiting => "waiting_for_user",
        }
    }

    /// When the session was over for good.
    pub fn completed_at(&self, now: Tick) -> Option<Tick> {
        match self.state(now) {
            "completed" if self.ending == Ending::Waiting => self.orders.answered,
            "completed" | "failed" | "timed_out" | "cancelled" => self.ended_at(now),
            _ => None,
        }
    }

    pub fn error(&self, now: Tick) -> Option<&str> {
        match (&self.ending, self.state(now)) {
            (Ending::Failed(why), "failed") => Some(why),
            (_, "timed_out") => Some("The session reached its time limit of 59 minutes and was stopped."),
            _ => None,
        }
    }

    /// Nothing is written any more after this.
    pub fn log_end(&self, now: Tick) -> Tick {
        self.run_cancelled_at().into_iter().chain(self.plan.end).fold(now, Tick::min)
    }

    /// Whether it ever got to work: one that was cancelled in the queue did not.
    pub fn has_started(&self, now: Tick) -> bool {
        self.start <= self.log_end(now)
    }

    /// The branch is made a few seconds after the start.
    pub fn has_branch(&self, now: Tick) -> bool {
        self.start + 6 * SECOND <= self.log_end(now)
    }

    pub fn updated_at(&self, now: Tick) -> Tick {
        let said = self.plan.last_beat_before(self.log_end(now)).map(|beat| beat.at);
        let noted = self.notes.iter().map(|(at, _)| *at).filter(|at| *at <= now).max();
        let started = Some(self.start).filter(|_| self.has_started(now));
        [said, noted, started, self.ended_at(now), self.completed_at(now)]
            .into_iter()
            .flatten()
            .fold(self.created, Tick::max)
    }

    /// What it has cost so far, in billionths of a credit, where it is counted in credits.
    #[expect(clippy::cast_possible_truncation, reason = "a few billion")]
    pub fn nano_credits(&self, now: Tick) -> Option<i64> {
        match self.cost {
            Cost::Credits(credits) => Some((credits * self.spent(now) * 1e9).round() as i64),
            Cost::PremiumRequests(_) | Cost::Unknown => None,
        }
    }

    /// How much of its cost has been spent, from 0 to 1.
    pub fn spent(&self, now: Tick) -> f64 {
        if self.has_started(now) { self.plan.progress(self.log_end(now)) } else { 0.0 }
    }
}
