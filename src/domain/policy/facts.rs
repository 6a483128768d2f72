//! What is known when a start is judged. A fact that could not be learnt says so; it is never zero.

use chrono::TimeDelta;

use super::key::Key;
use super::rule::{Policy, said};
use crate::domain::{Cost, Fault, Instant, RepoName, TaskId};
use crate::text::Safe;

/// Known, failed to be learnt, or not asked for (yet).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fact<T> {
    Known(T),
    /// Why not.
    Unknown(Safe),
    #[default]
    Unasked,
}

impl<T> Fact<T> {
    pub fn unknown(why: impl AsRef<str>) -> Self {
        Self::Unknown(Safe::new(why))
    }

    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) | Self::Unasked => None,
        }
    }

    pub fn map<U>(&self, change: impl FnOnce(&T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(change(value)),
            Self::Unknown(why) => Fact::Unknown(why.clone()),
            Self::Unasked => Fact::Unasked,
        }
    }

    /// Both, or the first that is missing.
    pub fn and<U>(&self, other: &Fact<U>) -> Fact<(T, U)>
    where
        T: Clone,
        U: Clone,
    {
        match (self, other) {
            (Self::Known(a), Fact::Known(b)) => Fact::Known((a.clone(), b.clone())),
            (Self::Unknown(why), _) | (_, Fact::Unknown(why)) => Fact::Unknown(why.clone()),
            _ => Fact::Unasked,
        }
    }
}

/// A task whose work may still go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTask {
    pub id: TaskId,
    /// Queued or running: it counts as active. Others wait for somebody.
    pub at_work: bool,
}

/// A start recorded in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastStart {
    /// How long ago; below zero where the clock went back since. Both count as just now.
    pub age: TimeDelta,
    pub repo: RepoName,
    pub prompt_hash: Option<[u8; 32]>,
    pub ticket: Option<String>,
    /// The task, where the service confirmed it.
    pub task: Option<TaskId>,
    /// The service, or we, said no: no task came of it.
    pub rejected: bool,
}

/// What sessions of the last day cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spent {
    pub cost: Cost,
    /// Sessions still at work: their cost comes later.
    pub running: u32,
}

/// Everything a judgement rests on, for one repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// When they were gathered.
    pub at: Option<Instant>,
    /// Who asks.
    pub login: Fact<String>,
    pub default_branch: Fact<String>,
    /// The repository's open tasks, whoever started them.
    pub open: Fact<Vec<OpenTask>>,
    /// The viewer's own open tasks in all repositories.
    pub own: Fact<Vec<OpenTask>>,
    /// Starts of the last day in all repositories, as the ledger has them.
    pub starts: Fact<Vec<PastStart>>,
    /// Open pull requests of agents in the repository that nobody has reviewed.
    pub pulls: Fact<u64>,
    pub spent: Fact<Spent>,
    pub spent_all: Fact<Spent>,
    /// Automations of the repository, whoever made them and whether they are on or off.
    pub automations: Fact<u64>,
    /// Something is unknown because the service does not accept the token.
    pub unaccepted: Option<Fault>,
}

/// Which facts a policy needs for a repository. What is not needed is not asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    pub login: bool,
    pub default_branch: bool,
    pub open: bool,
    pub own: bool,
    pub pulls: bool,
    pub spent: bool,
    pub spent_all: bool,
    pub automations: bool,
}

impl Policy {
    pub fn wants(&self, repo: &RepoName) -> Wants {
        let (here, all) = (self.for_repo(repo), self.for_all());
        let limited = |rules: &[_], key| said(rules, |says| says.limit(key)).is_some();
        Wants {
            login: said(&here, |says| says.who.as_ref()).is_some(),
            default_branch: said(&here, |says| says.base_branches.as_ref()).is_some(),
            open: limited(&here, Key::Active),
            own: limited(&all, Key::Active),
            pulls: limited(&here, Key::OpenPulls),
            spent: limited(&here, Key::CreditsPerDay) || limited(&here, Key::PremiumPerDay),
            spent_all: limited(&all, Key::CreditsPerDay) || limited(&all, Key::PremiumPerDay),
            automations: false,
        }
    }
}
