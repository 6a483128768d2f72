//! What queries can be asked of: its table, and what a value of it means. Everything else is the same for all.

use std::fmt::Debug;

use super::complete::Candidate;
use super::fuzzy::Fuzzy;
use super::lex::Item;
use super::qualifier::Qualifier;
use crate::domain::Instant;

pub trait Subject: Copy + Debug + Default + 'static {
    /// One of them as a query sees it.
    type Facts<'a>: Copy;
    /// What was seen of all of them, to be offered.
    type Vocabulary<'a>;
    /// What the values of a qualifier are.
    type Kind: Copy + Debug + Eq + 'static;
    /// What a fixed word means.
    type Means: Copy + Debug + 'static;
    /// A value that was understood.
    type Value: Clone + Debug;

    /// The one table.
    fn qualifiers() -> &'static [Qualifier<Self>];

    /// A fixed word stays one in quotes, because some have a blank in them.
    fn keeps_words_in_quotes(kind: Self::Kind) -> bool;

    /// A fixed word, and how it was written.
    fn fixed(means: Self::Means, text: &str) -> Self::Value;

    /// A word without a qualifier.
    fn word(text: &str) -> Self::Value;

    fn fuzzy(fuzzy: Fuzzy) -> Self::Value;

    /// Any other value of a qualifier, or a plain sentence about why it is none.
    fn value(qualifier: &Qualifier<Self>, item: &Item<'_>) -> Result<Self::Value, String>;

    fn holds(value: &Self::Value, facts: &Self::Facts<'_>) -> bool;

    /// The same facts at another time.
    fn at<'a>(facts: &Self::Facts<'a>, now: Instant) -> Self::Facts<'a>;

    /// Whether it holds may change with time alone.
    fn is_timed(value: &Self::Value) -> bool;

    /// The earliest instant after now at which `holds` may say something else.
    fn next_edge(value: &Self::Value, facts: &Self::Facts<'_>) -> Option<Instant>;

    /// From when on the value needs other facts. `None`: time alone does not change them.
    fn facts_end(_value: &Self::Value, _facts: &Self::Facts<'_>) -> Option<Instant> {
        None
    }

    /// Values that were seen.
    fn seen<'a>(kind: Self::Kind, vocabulary: &Self::Vocabulary<'a>) -> Vec<Candidate<'a>>;
}
