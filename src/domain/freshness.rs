//! How far what is on the screen can be trusted: fresh, stale since, failed because.

use super::{AutomationRef, Fault, Instant, RepoName, SessionId, TaskId};

/// Where a piece of data comes from. Freshness is kept per source.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    Viewer,
    Tasks(RepoName),
    /// The viewer's own tasks over all repositories.
    OwnTasks,
    Task(TaskId),
    Pulls,
    Run(TaskId),
    Log(SessionId),
    /// The log of an ended task's latest session, read once for its diagnosis.
    Diagnosis(TaskId),
    /// Logins behind user ids.
    People,
    /// The automations of a repository.
    Automations(RepoName),
    /// One automation with its detail.
    Automation(AutomationRef),
    /// What came of an automation's newest runs.
    AutomationRuns(AutomationRef),
}

/// Whether the viewer's own tasks over all repositories are asked for in one list, and what of it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnTasks {
    /// Where no repository is named they are the queue; where some are, only what belongs to these is shown.
    #[default]
    Auto,
    /// All of them are shown, whatever else is watched.
    Always,
    Never,
}

impl OwnTasks {
    /// Tasks of repositories that nobody named are shown, too.
    pub fn reach_beyond(self, repos: &[RepoName]) -> bool {
        match self {
            Self::Auto => repos.is_empty(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// What was planned for a moment may come so much later before anybody need be told.
const GRACE: chrono::TimeDelta = chrono::TimeDelta::seconds(30);

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
            Some(_) => self.stale_since(now, stale_after).map_or(Verdict::Fresh, Verdict::Stale),
        }
    }

    /// When the data on the screen was true, where that is too long ago: also while newer tries fail.
    pub fn stale_since(&self, now: Instant, stale_after: chrono::TimeDelta) -> Option<Instant> {
        let is_stale = self.remembered || self.stale_from(stale_after).is_some_and(|turns| now > turns);
        self.good_at.filter(|_| is_stale)
    }

    /// Up to when the good data is not called stale: as long as good data may be old, and while the next look, which may
    /// be planned for later because nothing happens there, is not overdue. A look that is planned because the last one
    /// failed excuses nothing.
    pub fn stale_from(&self, stale_after: chrono::TimeDelta) -> Option<Instant> {
        let by_age = self.good_at? + stale_after;
        let planned = self.next_try.filter(|_| self.fault.is_none());
        Some(planned.map_or(by_age, |next| by_age.max(next + GRACE)))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn data_is_stale_when_news_is_overdue_and_not_while_it_is_planned_for_later() {
        let at = |seconds| Instant::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let minute = TimeDelta::seconds(60);
        let mut freshness = Freshness::default();
        freshness.good(at(0), None);
        assert_eq!(freshness.verdict(at(60), minute), Verdict::Fresh);
        assert_eq!(freshness.verdict(at(61), minute), Verdict::Stale(at(0)));
        freshness.good(at(0), Some(at(300)));
        assert_eq!(freshness.verdict(at(330), minute), Verdict::Fresh);
        assert_eq!(freshness.verdict(at(331), minute), Verdict::Stale(at(0)));
    }

    #[test]
    fn data_that_stays_while_the_service_fails_is_stale_from_the_same_moment() {
        let at = |seconds| Instant::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let minute = TimeDelta::seconds(60);
        let fault = Fault::new(crate::domain::FaultKind::Local, "no answer", "wait");
        let mut freshness = Freshness::default();
        freshness.good(at(0), None);
        freshness.failed(at(50), fault.clone(), Some(at(1_000)));
        assert_eq!(freshness.verdict(at(55), minute), Verdict::Failed(&fault, at(50)));
        assert_eq!((freshness.stale_since(at(60), minute), freshness.stale_since(at(61), minute)), (None, Some(at(0))));
        // Of an earlier run it is at once.
        let mut remembered = Freshness::default();
        remembered.remember(at(0));
        remembered.failed(at(1), fault, None);
        assert_eq!(remembered.stale_since(at(2), minute), Some(at(0)));
    }
}
