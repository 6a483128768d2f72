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

use super::instant::after;
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
        State::Queued => [orphan, Some((after(since, limits.queued), Stuck::QueuedSince(since))), None],
        State::WaitingForUser => [orphan, Some((after(since, limits.waiting), Stuck::WaitingSince(since))), None],
        State::Idle => [orphan, None, None],
        State::InProgress => [
            orphan,
            signs.deadline.map(|deadline| (deadline, Stuck::PastDeadline(deadline))),
            Some((after(signs.proof_at, limits.silent), Stuck::SilentSince(signs.proof_at))),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    /// In its state since 0:00, last proof at 0:05, deadline at 0:59.
    fn signs() -> Signs {
        Signs { state_since: at(0), proof_at: at(5), deadline: Some(at(59)), orphan: None }
    }

    #[test]
    fn each_state_has_its_own_way_of_being_stuck() {
        let limits = Thresholds::default().everywhere;
        for (state, minute, expected) in [
            ("queued", 9, None),
            ("queued", 10, Some(Stuck::QueuedSince(at(0)))),
            ("in_progress", 24, None),
            ("in_progress", 25, Some(Stuck::SilentSince(at(5)))),
            ("in_progress", 58, Some(Stuck::SilentSince(at(5)))),
            ("in_progress", 59, Some(Stuck::PastDeadline(at(59)))),
            ("waiting_for_user", 119, None),
            ("waiting_for_user", 120, Some(Stuck::WaitingSince(at(0)))),
            ("idle", 5000, None),
            ("completed", 5000, None),
            ("failed", 5000, None),
            ("hibernating", 5000, None),
        ] {
            let judged = judge(&State::parse(state), &signs(), &limits, at(minute));
            assert_eq!(judged, expected, "{state} at {minute}");
        }
    }

    #[test]
    fn an_orphan_is_the_gravest_but_only_once_waiting_for_it_is_over() {
        let limits = Thresholds::default().everywhere;
        let signs = Signs { orphan: Some(Orphan { since: at(60), from: at(62) }), ..signs() };
        let judge = |minute| judge(&State::InProgress, &signs, &limits, at(minute));
        assert_eq!(judge(61), Some(Stuck::PastDeadline(at(59))));
        assert_eq!(judge(62), Some(Stuck::OrphanedSince(at(60))));
    }

    #[test]
    fn the_evidence_is_said_with_its_age() {
        for (stuck, long, short) in [
            (Stuck::QueuedSince(at(0)), "queued for 11m", "queued 11m"),
            (Stuck::SilentSince(at(0)), "no sign of work for 11m", "silent 11m"),
            (Stuck::WaitingSince(at(-180)), "waits for you for 3h", "waits 3h"),
            (Stuck::PastDeadline(at(2)), "past its deadline by 9m", "late 9m"),
            (Stuck::PastDeadline(at(11)), "past its deadline", "late now"),
            (Stuck::OrphanedSince(at(7)), "its run is gone for 4m, the task is not", "no run 4m"),
        ] {
            assert_eq!((stuck.says(at(11)).as_str(), stuck.short(at(11)).as_str()), (long, short));
        }
    }

    proptest! {
        #[test]
        fn the_verdict_changes_exactly_when_it_was_foretold(
            state in prop_oneof![
                Just(State::Queued), Just(State::InProgress), Just(State::WaitingForUser), Just(State::Idle),
                Just(State::Failed)
            ],
            since in 0..300_i64,
            proof in 0..300_i64,
            deadline in proptest::option::of(0..300_i64),
            orphan in proptest::option::of(0..300_i64),
            minutes in (1..200_i64, 1..200_i64, 1..200_i64),
        ) {
            let minute = TimeDelta::minutes;
            let (queued, silent, waiting) = minutes;
            let limits =
                Limits { queued: minute(queued), silent: minute(silent), waiting: minute(waiting), session_limit: minute(59) };
            let orphan = orphan.map(|from| Orphan { since: at(from - 2), from: at(from) });
            let signs = Signs { state_since: at(since), proof_at: at(proof), deadline: deadline.map(at), orphan };
            let mut now = at(0);
            for _ in 0..4 {
                let before = judge(&state, &signs, &limits, now);
                let Some(next) = next_change(&state, &signs, &limits, now) else {
                    prop_assert_eq!(judge(&state, &signs, &limits, at(100_000)), before);
                    return Ok(());
                };
                prop_assert!(next > now);
                prop_assert_eq!(judge(&state, &signs, &limits, next - TimeDelta::nanoseconds(1)), before);
                prop_assert_ne!(judge(&state, &signs, &limits, next), before);
                now = next;
            }
            prop_assert_eq!(next_change(&state, &signs, &limits, now), None);
        }
    }
}
