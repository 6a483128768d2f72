//! Queries of tasks: the subject the queue, the saved views and the verbs ask about.

use super::complete::{Candidate, Completions, complete_of, typable};
use super::facts::{Facts, Needs};
use super::flag::Flag;
use super::fuzzy::Fuzzy;
use super::lex::Item;
use super::name::Name;
use super::parsed::QueryOf;
use super::subject::Subject;
use super::table::{Kind, Means, QUALIFIERS, Qualifier};
use super::value::Value;
use super::word::FreeWord;
use crate::domain::{Instant, RepoName};
use crate::text::Untrusted;

pub type Query = QueryOf<Tasks>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tasks;

/// What the console has seen, in the order it wants it offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vocabulary<'a> {
    /// Their owners are the organizations.
    pub repos: &'a [RepoName],
    pub logins: &'a [Untrusted],
    pub agents: &'a [Untrusted],
    /// Names of automations.
    pub automations: &'a [Untrusted],
    pub models: &'a [Untrusted],
    pub branches: &'a [Untrusted],
    /// Rules that logs are diagnosed by.
    pub rules: &'a [Untrusted],
    /// Unknown states that the service has sent.
    pub states: &'a [Untrusted],
}

/// `cursor`: bytes before it. Inside a character it counts as before that character.
pub fn complete(text: &str, cursor: usize, vocabulary: &Vocabulary<'_>) -> Completions {
    complete_of::<Tasks>(text, cursor, vocabulary)
}

impl Query {
    /// Its answer may change with a mark the operator sets.
    pub fn uses_marks(&self) -> bool {
        self.values().any(|value| matches!(value, Value::Flag(Flag::Marked)))
    }

    /// What must be found out of a task before it is asked.
    pub fn needs(&self) -> Needs {
        self.values().fold(Needs::default(), |needs, value| needs.and(value.needs()))
    }
}

impl Subject for Tasks {
    type Facts<'a> = Facts<'a>;
    type Vocabulary<'a> = Vocabulary<'a>;
    type Kind = Kind;
    type Means = Means;
    type Value = Value;

    fn qualifiers() -> &'static [Qualifier] {
        QUALIFIERS
    }

    fn keeps_words_in_quotes(kind: Kind) -> bool {
        kind == Kind::State
    }

    fn fixed(means: Means, text: &str) -> Value {
        match means {
            Means::Flag(flag) => Value::Flag(flag),
            Means::State(signs) => Value::State(signs, Name::verbatim(text)),
        }
    }

    fn word(text: &str) -> Value {
        Value::Word(Box::new(FreeWord::new(text)))
    }

    fn fuzzy(fuzzy: Fuzzy) -> Value {
        Value::Fuzzy(fuzzy)
    }

    fn value(qualifier: &Qualifier, item: &Item<'_>) -> Result<Value, String> {
        super::parse::value(qualifier, item)
    }

    fn holds(value: &Value, facts: &Facts<'_>) -> bool {
        value.holds(facts)
    }

    fn at<'a>(facts: &Self::Facts<'a>, now: Instant) -> Self::Facts<'a> {
        Facts { now, ..*facts }
    }

    fn is_timed(value: &Value) -> bool {
        matches!(value, Value::Time(_, when) if when.is_age())
    }

    fn next_edge(value: &Value, facts: &Facts<'_>) -> Option<Instant> {
        match value {
            Value::Time(clock, when) => when.next_edge(clock.of(facts), facts.now),
            _ => None,
        }
    }

    fn seen<'a>(kind: Kind, vocabulary: &Self::Vocabulary<'a>) -> Vec<Candidate<'a>> {
        match kind {
            Kind::Repo => Candidate::repos(vocabulary.repos),
            Kind::Owner => Candidate::names(vocabulary.repos.iter().map(RepoName::owner)),
            Kind::Login => Candidate::names(typable(vocabulary.logins)),
            Kind::Agent => Candidate::names(typable(vocabulary.agents)),
            Kind::Automation => Candidate::names(typable(vocabulary.automations)),
            Kind::Model => Candidate::names(typable(vocabulary.models)),
            Kind::Branch => Candidate::names(typable(vocabulary.branches)),
            Kind::Rule => Candidate::names(typable(vocabulary.rules)),
            Kind::State => Candidate::names(typable(vocabulary.states)),
            Kind::Fixed | Kind::Id | Kind::Pull | Kind::Time(_) | Kind::Cost | Kind::Sessions => Vec::new(),
        }
    }
}
