//! How far what is on the screen can be trusted: fresh, stale since, failed because.

use super::{Fault, Instant, RepoName, SessionId, TaskId};

/// Where a piece of data comes from. Freshness is kept per source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    Viewer,
    Tasks(RepoName),
    Task(TaskId),
    Pulls,
    Run(TaskId),
    Log(SessionId),
    /// Logins behind user ids.
    People,
}

/// The last answer and the last failure of one source. The last good data always stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// When the data on the screen was true.
    pub good_at: Option<Instant>,
    /// What is shown is from an earlier run: stale, however young it is.
    pub remembered: bool,
    /// Why the newest try failed; gone with the next good answer.
    pub fault: Option<Fault>,
    pub failed_at: Option<Instant>,
    pub next_try: Option<Instant>,
}

/// What to say beside the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    Loading,
    Fresh,
    /// Since when no news came although it should have.
    Stale(Instant),
    Failed(&'a Fault, Instant),
}

impl Freshness {
    pub fn good(&mut self, at: Instant, next_try: Option<Instant>) {
        *self = Self { good_at: Some(at), next_try, ..Self::default() };
    }

    /// An earlier run knew it at that time. Nothing that was learned in this one is touched.
    pub fn remember(&mut self, at: Instant) {
        if self.good_at.is_none() {
            self.good_at = Some(at);
            self.remembered = true;
        }
    }

    pub fn failed(&mut self, at: Instant, fault: Fault, next_try: Option<Instant>) {
        self.fault = Some(fault);
        self.failed_at = Some(at);
        self.next_try = next_try;
    }

    /// It was asked for in this run, and there was an answer or a fault.
    pub fn is_answered(&self) -> bool {
        self.fault.is_some() || (self.good_at.is_some() && !self.remembered)
    }

    /// `stale_after`: how old good data may be before it is called stale.
    pub fn verdict(&self, now: Instant, stale_after: chrono::TimeDelta) -> Verdict<'_> {
        if let (Some(fault), Some(at)) = (&self.fault, self.failed_at) {
            return Verdict::Failed(fault, at);
        }
        match self.good_at {
            None => Verdict::Loading,
            Some(at) if self.remembered || now - at > stale_after => Verdict::Stale(at),
            Some(_) => Verdict::Fresh,
        }
    }
}
