//! Automations as a subject of queries.

use memchr::memmem::Finder;

use super::facts::{Facts, Needs};
use super::flag::Flag;
use super::table::{Kind, QUALIFIERS, Qualifier};
use super::value::{Value, singular};
use crate::domain::query::parts::{
    Ages, COUNT, CREDITS, Fuzzy, Item, Name, PERCENT, RepoAsked, When, login, name, new_word, no_word, organization,
    repo, typable,
};
use crate::domain::query::{Candidate, Completions, QueryOf, Subject, complete_of};
use crate::domain::{Instant, RepoName};
use crate::text::Untrusted;

pub type Query = QueryOf<Automations>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Automations;

/// What was seen, in the order it is to be offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vocabulary<'a> {
    /// Their owners are the organizations.
    pub repos: &'a [RepoName],
    /// Names of automations.
    pub names: &'a [Untrusted],
    /// Of those who made them.
    pub logins: &'a [Untrusted],
    pub models: &'a [Untrusted],
    /// Ids of triggers.
    pub triggers: &'a [Untrusted],
    /// Rules of the policy.
    pub rules: &'a [Untrusted],
    /// Why the service switched some off.
    pub reasons: &'a [Untrusted],
}

/// `cursor`: bytes before it. Inside a character it counts as before that character.
pub fn complete(text: &str, cursor: usize, vocabulary: &Vocabulary<'_>) -> Completions {
    complete_of::<Automations>(text, cursor, vocabulary)
}

impl Query {
    /// What must be found out of an automation before it is asked.
    pub fn needs(&self) -> Needs {
        self.values().fold(Needs::default(), |needs, value| needs.and(value.needs()))
    }

    /// What of it can be said by what lists tell: where this does not hold, the whole does not.
    #[must_use]
    pub fn of_lists(&self) -> Self {
        self.only(|value| Needs { viewer: false, ..value.needs() } == Needs::default())
    }
}

impl Subject for Automations {
    type Facts<'a> = Facts<'a>;
    type Vocabulary<'a> = Vocabulary<'a>;
    type Kind = Kind;
    type Means = Flag;
    type Value = Value;

    fn qualifiers() -> &'static [Qualifier] {
        QUALIFIERS
    }

    fn keeps_words_in_quotes(_kind: Kind) -> bool {
        false
    }

    fn fixed(flag: Flag, _text: &str) -> Value {
        Value::Flag(flag)
    }

    fn word(text: &str) -> Value {
        Value::Word(Box::new(Finder::new(text.to_lowercase().as_bytes()).into_owned()))
    }

    fn fuzzy(fuzzy: Fuzzy) -> Value {
        Value::Fuzzy(fuzzy)
    }

    fn value(qualifier: &Qualifier, item: &Item<'_>) -> Result<Value, String> {
        let text = &*item.text;
        match qualifier.kind {
            Kind::Fixed => Err(no_word(qualifier, text, "")),
            Kind::State => new_word(qualifier, item, "state").map(Value::Reason),
            Kind::Owner => new_word(qualifier, item, "owner").map(Value::Owner),
            Kind::Writes => new_word(qualifier, item, "write scope").map(Value::Writes),
            Kind::Repo => Ok(match repo(item)? {
                RepoAsked::Whole(name) => Value::Repo(name),
                RepoAsked::Alone(name) => Value::RepoName(name),
            }),
            Kind::Organization => organization(item).map(Value::Organization),
            Kind::Called => Ok(Value::Called(name(item))),
            Kind::Login => login(item).map(Value::Login),
            Kind::Trigger if item.quoted || text.contains('*') => Ok(Value::TriggerLike(name(item))),
            Kind::Trigger => Ok(Value::Trigger(singular(text))),
            Kind::Model => Ok(Value::Model(name(item))),
            Kind::Rule => Ok(Value::Rule(name(item))),
            Kind::Id => Ok(Value::Id(Name::beginning(text))),
            Kind::Next => When::read(text, Ages::Coming).map(Value::Next),
            Kind::Time(clock) => When::read(text, Ages::Past).map(|when| Value::Time(clock, when)),
            Kind::Cost(over) => CREDITS.read(text).map(|range| Value::Cost(over, range)),
            Kind::Success => PERCENT.read(text).map(Value::Success),
            Kind::Unreviewed => COUNT.read(text).map(Value::Unreviewed),
        }
    }

    fn holds(value: &Value, facts: &Facts<'_>) -> bool {
        value.holds(facts)
    }

    fn at<'a>(facts: &Self::Facts<'a>, now: Instant) -> Self::Facts<'a> {
        Facts { now, ..*facts }
    }

    fn is_timed(value: &Value) -> bool {
        match value {
            // Another run is the next one once this one has come, so a date will do.
            Value::Next(_) => true,
            Value::Time(_, when) => when.is_age(),
            _ => false,
        }
    }

    fn next_edge(value: &Value, facts: &Facts<'_>) -> Option<Instant> {
        match value {
            Value::Next(when) => when.next_edge(facts.next?, facts.now),
            Value::Time(clock, when) => when.next_edge(clock.of(facts)?, facts.now),
            _ => None,
        }
    }

    fn facts_end(value: &Value, facts: &Facts<'_>) -> Option<Instant> {
        facts.next.filter(|next| matches!(value, Value::Next(_)) && *next > facts.now)
    }

    fn seen<'a>(kind: Kind, vocabulary: &Self::Vocabulary<'a>) -> Vec<Candidate<'a>> {
        match kind {
            Kind::Repo => Candidate::repos(vocabulary.repos),
            Kind::Organization => Candidate::names(vocabulary.repos.iter().map(RepoName::owner)),
            Kind::Called => Candidate::names(typable(vocabulary.names)),
            Kind::Login => Candidate::names(typable(vocabulary.logins)),
            Kind::Model => Candidate::names(typable(vocabulary.models)),
            Kind::Trigger => Candidate::names(typable(vocabulary.triggers)),
            Kind::Rule => Candidate::names(typable(vocabulary.rules)),
            Kind::State => Candidate::names(typable(vocabulary.reasons)),
            Kind::Fixed
            | Kind::Owner
            | Kind::Writes
            | Kind::Id
            | Kind::Next
            | Kind::Time(_)
            | Kind::Cost(_)
            | Kind::Success
            | Kind::Unreviewed => Vec::new(),
        }
    }
}
