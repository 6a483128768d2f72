//! What a value asks of a task.

use std::ops::Range;

use super::flag::Flag;
use super::fuzzy::Fuzzy;
use super::name::Name;
use super::time::When;
use super::word::FreeWord;
use super::{Facts, Needs, sign};
use crate::domain::{Diagnosed, Instant, State};
use crate::text::Untrusted;

#[derive(Clone, Debug)]
pub enum Value {
    Word(Box<FreeWord>),
    Fuzzy(Fuzzy),
    Flag(Flag),
    /// The states of these signs, and an unknown state of this name.
    State(u32, Name),
    /// `owner/name`.
    Repo(Name),
    RepoName(Name),
    Owner(Name),
    Login(Name),
    Agent(Name),
    /// The name or the id of what started it.
    Automation(Name),
    Model(Name),
    Branch(Name),
    /// A rule that holds of its log.
    Rule(Name),
    Id(Name),
    Pull(u64),
    /// Its number in digits.
    PullLike(Name),
    Time(Clock, When),
    Cost(Range<u128>),
    Sessions(Range<u128>),
}

/// Which of a task's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Created,
    Updated,
}

impl Value {
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::Word(word) => word.needs(),
            Self::State(signs, _) if sign::hang_on_the_run(*signs) => Needs::ORPHAN,
            Self::Flag(flag) => flag.needs(),
            Self::Rule(_) => Needs { diagnosed: true, ..Needs::default() },
            Self::Login(_) => Needs { login: true, ..Needs::default() },
            Self::Pull(_) | Self::PullLike(_) => Needs { pull: true, ..Needs::default() },
            Self::Automation(_) => Needs { automation: true, ..Needs::default() },
            // A branch that no session names may be the pull request's.
            Self::Branch(_) => Needs { pull: true, sessions: true, ..Needs::default() },
            Self::Model(_) | Self::Cost(_) => Needs { sessions: true, ..Needs::default() },
            Self::Fuzzy(_)
            | Self::State(..)
            | Self::Repo(_)
            | Self::RepoName(_)
            | Self::Owner(_)
            | Self::Agent(_)
            | Self::Id(_)
            | Self::Time(..)
            | Self::Sessions(_) => Needs::default(),
        }
    }

    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        let task = facts.task;
        let named = |name: &Name, found: Option<&Untrusted>| found.is_some_and(|f| name.matches(f.raw_for_match()));
        match self {
            Self::Word(word) => word.holds(facts),
            Self::Fuzzy(fuzzy) => fuzzy.holds(facts.hay),
            Self::Flag(flag) => flag.holds(facts),
            Self::State(signs, name) => {
                signs & sign::of(&task.state, &facts.condition) != 0
                    || matches!(&task.state, State::Unknown(word) if name.matches(word.raw_for_match()))
            }
            Self::Repo(name) => name.matches(task.at.repo.as_str()),
            Self::RepoName(name) => name.matches(task.at.repo.name()),
            Self::Owner(name) => name.matches(task.at.repo.owner()),
            Self::Login(name) => named(name, facts.login),
            Self::Agent(name) => named(name, task.custom_agent.as_ref()),
            Self::Automation(name) => {
                let id = task.automation.as_ref();
                id.is_some_and(|id| name.matches(id.raw()) || named(name, facts.automation))
            }
            Self::Model(name) => {
                let model = task.latest_session().and_then(|session| session.model_for_match());
                model.is_some_and(|model| name.matches(model))
            }
            Self::Branch(name) => named(name, facts.branch()),
            Self::Rule(name) => {
                let mut found = facts.diagnosed.into_iter().flat_map(Diagnosed::found);
                found.any(|found| name.matches(found.rule.raw_for_match()))
            }
            Self::Id(name) => {
                let mut sessions = task.sessions.iter().flatten();
                name.matches(task.at.id.raw()) || sessions.any(|session| name.matches(session.id.raw()))
            }
            Self::Pull(number) => facts.pull.is_some_and(|pull| pull.number == *number),
            Self::PullLike(name) => facts.pull.is_some_and(|pull| name.matches(&pull.number.to_string())),
            Self::Time(clock, when) => when.holds(clock.of(facts), facts.now),
            Self::Cost(range) => facts.credits().is_some_and(|cost| range.contains(&cost)),
            Self::Sessions(range) => facts.sessions().is_some_and(|count| range.contains(&count)),
        }
    }
}

impl Clock {
    pub(super) fn of(self, facts: &Facts<'_>) -> Instant {
        match self {
            Self::Created => facts.task.created_at,
            Self::Updated => facts.task.touched_at(),
        }
    }
}
