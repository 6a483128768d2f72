//! A query: parsed once, asked of many tasks.

use std::fmt;
use std::ops::Range;

use super::parse::read;
use super::term::Term;
use super::{Facts, Needs};
use crate::domain::Instant;

/// A query that was understood. Empty: everything.
#[derive(Clone, Debug, Default)]
pub struct Query {
    text: Box<str>,
    terms: Vec<Term>,
}

/// Why a text is no query, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Bytes of the text, on the borders of characters.
    pub at: Range<usize>,
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Wrong {}

/// The terms follow from the text.
impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Query {}

impl Query {
    /// All of the text, or the first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        match Self::parse_while_typing(text) {
            (query, None) => Ok(query),
            (_, Some(wrong)) => Err(wrong),
        }
    }

    /// The terms that are understood, and the first thing that is wrong: what is half typed must not empty a list.
    pub fn parse_while_typing(text: &str) -> (Self, Option<Wrong>) {
        let (terms, wrong) = read(text);
        (Self { text: text.trim().into(), terms }, wrong.into_iter().next())
    }

    /// Everything that is wrong with the text, in its order. For a configuration, which is told of all at once.
    pub fn problems(text: &str) -> Vec<Wrong> {
        read(text).1
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It asks for nothing, so everything matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn matches(&self, facts: &Facts<'_>) -> bool {
        self.terms.iter().all(|term| term.holds(facts))
    }

    /// Its answer may change with time alone.
    pub fn is_timed(&self) -> bool {
        self.terms.iter().any(Term::is_timed)
    }

    /// Its answer may change with a mark the operator sets.
    pub fn uses_marks(&self) -> bool {
        self.terms.iter().any(Term::uses_marks)
    }

    /// What must be found out of a task before it is asked.
    pub fn needs(&self) -> Needs {
        self.terms.iter().fold(Needs::default(), |needs, term| needs.and(term.needs()))
    }

    /// When `matches` will say something else by time alone: the earliest instant after `facts.now`. Verdicts that
    /// the facts bring along (stuck, orphaned, disagreeing) are taken to stay as they are.
    pub fn next_change(&self, facts: &Facts<'_>) -> Option<Instant> {
        let mut at = self.next_edge(facts)?;
        // What no time can heal.
        if !self.terms.iter().filter(|term| !term.is_timed()).all(|term| term.holds(facts)) {
            return None;
        }
        let timed = |now: Instant| {
            let then = Facts { now, ..*facts };
            self.terms.iter().filter(|term| term.is_timed()).all(|term| term.holds(&then))
        };
        let now = timed(facts.now);
        while timed(at) == now {
            at = self.next_edge(&Facts { now: at, ..*facts })?;
        }
        Some(at)
    }

    /// When one of its terms changes, which need not change the whole.
    fn next_edge(&self, facts: &Facts<'_>) -> Option<Instant> {
        self.terms.iter().filter_map(|term| term.next_edge(facts)).min()
    }
}
