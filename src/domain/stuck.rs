//! When work that should move does not: after how long, by what evidence.
//!
//! ```text
//! queued ──too long──────────────> QueuedSince      ┐
//! running ──no sign of work──────> SilentSince      │ or, in each of them,
//!         └─past its deadline────> PastDeadline     │ OrphanedSince: the run
//! needs you ──nobody came────────> WaitingSince     ┘ is gone, the task is not
//! ```
//!
//! Nothing is measured here: what was seen comes in as [`Signs`], how long is too long as [`Limits`].

use chrono::TimeDelta;

use super::repo_pattern::RepoPattern;
use super::{Instant, RepoName, State, age};

/// One of each for every limit there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Each<T> {
    pub queued: T,
    pub silent: T,
    pub waiting: T,
    /// From a session's start to its deadline.
    pub session_limit: T,
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Queued,
    Silent,
    Waiting,
    SessionLimit,
}

impl<T: Copy> Each<T> {
    pub fn get(&self, kind: Kind) -> T {
        match kind {
            Kind::Queued => self.queued,
            Kind::Silent => self.silent,
            Kind::Waiting => self.waiting,
            Kind::SessionLimit => self.session_limit,
        }
    }
}

/// How long is too long in one repository.
pub type Limits = Each<TimeDelta>;

/// Where a limit that holds everywhere is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said {
    #[default]
    Default,
    Config,
    Environment,
}

/// Limits for some repositories; `None`: as everywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub repos: RepoPattern,
    pub limits: Each<Option<TimeDelta>>,
}

/// How long is too long, everywhere and in some repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    pub everywhere: Limits,
    pub said: Each<Said>,
    /// The most specific first.
    rules: Vec<Rule>,
}

impl Default for Thresholds {
    fn default() -> Self {
        let minutes = TimeDelta::minutes;
        // The service stops a session after 59 minutes.
        let everywhere =
            Limits { queued: minutes(10), silent: minutes(20), waiting: minutes(120), session_limit: minutes(59) };
        Self { everywhere, said: Each::default(), rules: Vec::new() }
    }
}

/// Where the limit that applies is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whence<'a> {
    Everywhere(Said),
    Repos(&'a RepoPattern),
}

impl std::fmt::Display for Whence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Everywhere(Said::Default) => f.write_str("default"),
            Self::Everywhere(Said::Config) => f.write_str("config"),
            Self::Everywhere(Said::Environment) => f.write_str("environment"),
            Self::Repos(repos) => write!(f, "config {repos}"),
        }
    }
}

impl Thresholds {
    pub fn new(everywhere: Limits, said: Each<Said>, mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.repos.cmp(&b.repos));
        Self { everywhere, said, rules }
    }

    /// Each limit by itself: a rule that does not set one leaves it to the next that matches.
    pub fn of(&self, repo: &RepoName) -> Limits {
        let mut limits = self.everywhere;
        for rule in self.rules.iter().rev().filter(|rule| rule.repos.matches(repo)) {
            limits.queued = rule.limits.queued.unwrap_or(limits.queued);
            limits.silent = rule.limits.silent.unwrap_or(limits.silent);
            limits.waiting = rule.limits.waiting.unwrap_or(limits.waiting);
            limits.session_limit = rule.limits.session_limit.unwrap_or(limits.session_limit);
        }
        limits
    }

    pub fn whence(&self, repo: &RepoName, kind: Kind) -> Whence<'_> {
        let says = |rule: &&Rule| rule.limits.get(kind).is_some() && rule.repos.matches(repo);
        self.rules.iter().find(says).map_or(Whence::Everywhere(self.said.get(kind)), |rule| Whence::Repos(&rule.repos))
    }
}

/// What is known of a task's progress besides its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    /// Since when its state holds.
    pub state_since: Instant,
    /// The newest proof of work: a touch by the service, a line of the log.
    pub proof_at: Instant,
    pub deadline: Option<Instant>,
    pub orphan: Option<Orphan>,
}

/// A task whose run is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// When the run ended.
    pub since: Instant,
    /// When waiting for the task to follow is over.
    pub from: Instant,
}

/// Why a task counts as stuck, with its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    QueuedSince(Instant),
    SilentSince(Instant),
    WaitingSince(Instant),
    PastDeadline(Instant),
    OrphanedSince(Instant),
}

/// What a task may be stuck by and from when on that holds; the gravest first.
type Moments = [Option<(Instant, Stuck)>; 3];

fn moments(state: &State, signs: &Signs, limits: &Limits) -> Moments {
    let orphan = signs.orphan.map(|orphan| (orphan.from, Stuck::OrphanedSince(orphan.since)));
    let since = signs.state_since;
    match state {
        State::Queued => [orphan, Some((since + limits.queued, Stuck::QueuedSince(since))), None],
        State::WaitingForUser => [orphan, Some((since + limits.waiting, Stuck::WaitingSince(since))), None],
        State::Idle => [orphan, None, None],
        State::InProgress => [
            orphan,
            signs.deadline.map(|deadline| (deadline, Stuck::PastDeadline(deadline))),
            Some((signs.proof_at + limits.silent, Stuck::SilentSince(signs.proof_at))),
        ],
        State::Completed | State::Failed | State::TimedOut | State::Cancelled | State::Unknown(_) => [None; 3],
    }
}

/// The gravest reason that holds now.
pub fn judge(state: &State, signs: &Signs, limits: &Limits, now: Instant) -> Option<Stuck> {
    moments(state, signs, limits).into_iter().flatten().find(|(from, _)| *from <= now).map(|(_, stuck)| stuck)
}

/// When [`judge`] says something else by time alone, after `now`.
pub fn next_change(state: &State, signs: &Signs, limits: &Limits, now: Instant) -> Option<Instant> {
    // What is less grave than what holds changes nothing.
    moments(state, signs, limits).into_iter().flatten().map(|(from, _)| from).take_while(|from| *from > now).min()
}

impl Stuck {
    /// The instant the evidence counts from.
    pub fn since(&self) -> Instant {
        match *self {
            Self::QueuedSince(at)
            | Self::SilentSince(at)
            | Self::WaitingSince(at)
            | Self::PastDeadline(at)
            | Self::OrphanedSince(at) => at,
        }
    }

    /// The limit that was passed; none for an orphan.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::QueuedSince(_) => Some(Kind::Queued),
            Self::SilentSince(_) => Some(Kind::Silent),
            Self::WaitingSince(_) => Some(Kind::Waiting),
            Self::PastDeadline(_) => Some(Kind::SessionLimit),
            Self::OrphanedSince(_) => None,
        }
    }

    /// The evidence in a sentence.
    pub fn says(&self, now: Instant) -> String {
        let age = age::coarse(now - self.since());
        match self {
            Self::QueuedSince(_) => format!("queued for {age}"),
            Self::SilentSince(_) => format!("no sign of work for {age}"),
            Self::WaitingSince(_) => format!("waits for you for {age}"),
            Self::PastDeadline(_) if age == "now" => "past its deadline".to_owned(),
            Self::PastDeadline(_) => format!("past its deadline by {age}"),
            Self::OrphanedSince(_) if age == "now" => "its run is gone, the task is not".to_owned(),
            Self::OrphanedSince(_) => format!("its run is gone for {age}, the task is not"),
        }
    }

    /// The evidence in a word or two, for a row.
    pub fn short(&self, now: Instant) -> String {
        let age = age::coarse(now - self.since());
        match self {
            Self::QueuedSince(_) => format!("queued {age}"),
            Self::SilentSince(_) => format!("silent {age}"),
            Self::WaitingSince(_) => format!("waits {age}"),
            Self::PastDeadline(_) => format!("late {age}"),
            Self::OrphanedSince(_) => format!("no run {age}"),
        }
    }
}
