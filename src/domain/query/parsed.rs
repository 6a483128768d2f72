//! A query: parsed once, asked of many.

use std::fmt;
use std::ops::Range;

use super::read::read;
use super::subject::Subject;
use crate::domain::Instant;

/// A query that was understood. Empty: everything.
#[derive(Clone, Debug, Default)]
pub struct QueryOf<S: Subject> {
    text: Box<str>,
    terms: Vec<Term<S>>,
    /// Its last value is still being typed.
    open: bool,
}

/// Any of its values must hold, or none of them if it is negated.
#[derive(Clone, Debug)]
pub struct Term<S: Subject> {
    pub not: bool,
    /// At least one.
    pub any: Vec<S::Value>,
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

/// The terms follow from the text, and from whether it is whole.
impl<S: Subject> PartialEq for QueryOf<S> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.open == other.open
    }
}

impl<S: Subject> Eq for QueryOf<S> {}

impl<S: Subject> QueryOf<S> {
    /// All of the text, or the first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        match Self::parse_while_typing(text) {
            (query, None) => Ok(query),
            (_, Some(wrong)) => Err(wrong),
        }
    }

    /// The terms that are understood, and the first thing that is wrong: what is half typed must not empty a list.
    pub fn parse_while_typing(text: &str) -> (Self, Option<Wrong>) {
        Self::parse_as(text, false)
    }

    /// The same; a value that the text ends with stands for all that begin so: there it is still being typed.
    pub fn parse_open(text: &str) -> (Self, Option<Wrong>) {
        Self::parse_as(text, true)
    }

    /// The one or the other: `open` while the text is being typed.
    pub fn parse_as(text: &str, open: bool) -> (Self, Option<Wrong>) {
        let (terms, wrong) = read::<S>(text, open);
        (Self { text: text.trim().into(), terms, open }, wrong.into_iter().next())
    }

    /// Its last value is still being typed.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Everything that is wrong with the text, in its order. For a configuration, which is told of all at once.
    pub fn problems(text: &str) -> Vec<Wrong> {
        read::<S>(text, false).1
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It asks for nothing, so everything matches.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub fn matches(&self, facts: &S::Facts<'_>) -> bool {
        self.terms.iter().all(|term| term.holds(facts))
    }

    /// Its answer may change with time alone.
    pub fn is_timed(&self) -> bool {
        self.terms.iter().any(Term::is_timed)
    }

    /// The values of all its terms.
    pub(in crate::domain) fn values(&self) -> impl Iterator<Item = &S::Value> {
        self.terms.iter().flat_map(|term| &term.any)
    }

    /// The terms all of whose values are such.
    #[must_use]
    pub(in crate::domain) fn only(&self, keep: impl Fn(&S::Value) -> bool) -> Self {
        let terms = self.terms.iter().filter(|term| term.any.iter().all(&keep)).cloned().collect();
        Self { text: self.text.clone(), terms, open: self.open }
    }

    /// When `matches` will say something else by time alone: the earliest instant after now. Where the facts themselves
    /// end before, it is that instant. Verdicts that they bring along (stuck, orphaned, disagreeing, what is pointed out)
    /// are taken to stay as they are.
    pub fn next_change(&self, facts: &S::Facts<'_>) -> Option<Instant> {
        let (timed, fixed): (Vec<_>, Vec<_>) = self.terms.iter().partition(|term| term.is_timed());
        // What no time can heal.
        if !fixed.iter().all(|term| term.holds(facts)) {
            return None;
        }
        let values = || timed.iter().flat_map(|term| &term.any);
        let end = values().filter_map(|value| S::facts_end(value, facts)).min();
        let holds = |facts: &S::Facts<'_>| timed.iter().all(|term| term.holds(facts));
        let now = holds(facts);
        let mut then = *facts;
        loop {
            // When one of the terms changes, which need not change the whole.
            let edge = values().filter_map(|value| S::next_edge(value, &then)).min();
            let Some(edge) = edge.filter(|edge| end.is_none_or(|end| *edge < end)) else { return end };
            then = S::at(&then, edge);
            if holds(&then) != now {
                return Some(edge);
            }
        }
    }
}

impl<S: Subject> Term<S> {
    fn holds(&self, facts: &S::Facts<'_>) -> bool {
        self.any.iter().any(|value| S::holds(value, facts)) != self.not
    }

    fn is_timed(&self) -> bool {
        self.any.iter().any(S::is_timed)
    }
}
