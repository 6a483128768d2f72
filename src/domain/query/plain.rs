//! A query: parsed once, asked of many tasks.

use std::fmt;
use std::ops::Range;

use super::Facts;
use crate::domain::Instant;

/// A query that was understood. Empty: everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    text: String,
    words: Vec<String>,
}

/// Why a text is no query, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Bytes of the text.
    pub at: Range<usize>,
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Wrong {}

impl Query {
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        Ok(Self { text: text.trim().to_owned(), words: text.split_whitespace().map(str::to_lowercase).collect() })
    }

    /// What is understood of a text that is still being typed, and the first thing that is not.
    pub fn parse_while_typing(text: &str) -> (Self, Option<Wrong>) {
        match Self::parse(text) {
            Ok(query) => (query, None),
            Err(wrong) => (Self::default(), Some(wrong)),
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn matches(&self, facts: &Facts<'_>) -> bool {
        self.words.iter().all(|word| facts.hay.contains(word.as_str()))
    }

    /// When `matches` may say something else by time alone: the earliest instant after `facts.now`.
    pub fn next_change(&self, _facts: &Facts<'_>) -> Option<Instant> {
        None
    }
}
