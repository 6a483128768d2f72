//! What a value asks of an automation.

use std::ops::Range;

use memchr::memmem::Finder;

use super::flag::Flag;
use super::{Facts, Needs};
use crate::domain::Instant;
use crate::domain::automation::{Owner, Scope, Switch, Track, Trigger};
use crate::domain::policy::{Grade, Key};
use crate::domain::query::parts::{Fuzzy, Name, When, plain};
use crate::text::Untrusted;

#[derive(Clone, Debug)]
pub enum Value {
    Word(Box<Finder<'static>>),
    Fuzzy(Fuzzy),
    Flag(Flag),
    /// Why the service switched it off.
    Reason(Name),
    /// `owner/name`.
    Repo(Name),
    RepoName(Name),
    Organization(Name),
    Called(Name),
    Owner(Name),
    Login(Name),
    Writes(Name),
    /// The id of a trigger, in [`singular`].
    Trigger(Box<str>),
    TriggerLike(Name),
    Model(Name),
    /// A rule of the policy, or one of its keys.
    Rule(Name),
    Id(Name),
    Next(When),
    Time(Clock, When),
    Cost(Over, Range<u128>),
    Success(Range<u128>),
    Unreviewed(Range<u128>),
}

/// Which of an automation's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Created,
    Updated,
}

/// Which of its costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Day,
    Week,
    Month,
}

/// `issue`, `issues` and `Issues` are one, and so are `pull-request` and `pull_request`.
pub(super) fn singular(id: &str) -> Box<str> {
    let id = plain(id);
    id.strip_suffix('s').filter(|one| !one.is_empty()).unwrap_or(&id).into()
}

impl Clock {
    pub(super) fn of(self, facts: &Facts<'_>) -> Option<Instant> {
        match self {
            Self::Created => facts.automation.created_at,
            Self::Updated => facts.automation.updated_at,
        }
    }
}

impl Value {
    pub(super) fn needs(&self) -> Needs {
        let none = Needs::default();
        match self {
            Self::Flag(flag) => flag.needs(),
            // The creator is one of what a row says.
            Self::Login(_) | Self::Word(_) | Self::Fuzzy(_) => Needs { login: true, ..none },
            Self::Rule(_) => Needs { findings: true, detail: true, ..none },
            Self::Cost(..) => Needs { detail: true, ..none },
            Self::Success(_) | Self::Unreviewed(_) => Needs { track: true, ..none },
            Self::Reason(_)
            | Self::Repo(_)
            | Self::RepoName(_)
            | Self::Organization(_)
            | Self::Called(_)
            | Self::Owner(_)
            | Self::Writes(_)
            | Self::Trigger(_)
            | Self::TriggerLike(_)
            | Self::Model(_)
            | Self::Id(_)
            | Self::Next(_)
            | Self::Time(..) => none,
        }
    }

    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        let one = facts.automation;
        let named = |name: &Name, found: Option<&Untrusted>| found.is_some_and(|f| name.matches(f.raw_for_match()));
        match self {
            Self::Word(finder) => finder.find(facts.hay.as_bytes()).is_some(),
            Self::Fuzzy(fuzzy) => fuzzy.holds(facts.hay),
            Self::Flag(flag) => flag.holds(facts),
            Self::Reason(name) => {
                matches!(&one.switch, Switch::Off(off) if named(name, off.reason.as_ref()))
            }
            Self::Repo(name) => name.matches(one.at.repo.as_str()),
            Self::RepoName(name) => name.matches(one.at.repo.name()),
            Self::Organization(name) => name.matches(one.at.repo.owner()),
            Self::Called(name) => named(name, Some(&one.name)),
            Self::Owner(name) => matches!(&one.owner, Some(Owner::Unknown(word)) if named(name, Some(word))),
            Self::Login(name) => named(name, facts.login),
            Self::Writes(name) => {
                let by_trigger = one.trigger_list().iter().filter_map(Trigger::write_scope);
                let mut scopes = one.write_scope.clone().into_iter().chain(by_trigger);
                scopes.any(|scope| matches!(&scope, Scope::Unknown(word) if named(name, Some(word))))
            }
            Self::Trigger(id) => one.trigger_list().iter().any(|trigger| singular(trigger.id.raw_for_match()) == *id),
            Self::TriggerLike(name) => one.trigger_list().iter().any(|trigger| named(name, Some(&trigger.id))),
            Self::Model(name) => named(name, one.model.as_ref()),
            Self::Rule(name) => facts.findings.is_some_and(|findings| {
                let mut refusing = findings.iter().filter(|finding| finding.grade == Grade::Refuses);
                refusing.any(|finding| {
                    name.matches(&finding.rule) || finding.key.map(Key::word).is_some_and(|key| name.matches(key))
                })
            }),
            Self::Id(name) => name.matches(one.at.id.raw()),
            Self::Next(when) => facts.next.is_some_and(|at| when.holds(at, facts.now)),
            Self::Time(clock, when) => clock.of(facts).is_some_and(|at| when.holds(at, facts.now)),
            Self::Cost(over, range) => facts.cost(*over).is_some_and(|cost| range.contains(&cost)),
            Self::Success(range) => {
                let percent = facts.track.and_then(Track::success_percent);
                percent.is_some_and(|percent| range.contains(&(percent as u128)))
            }
            Self::Unreviewed(range) => {
                facts.track.is_some_and(|track| range.contains(&u128::from(track.pulls.unreviewed)))
            }
        }
    }
}
