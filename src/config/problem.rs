//! What is wrong with the configuration, and where.

use std::fmt;
use std::path::Path;

use crate::domain::{Fault, FaultKind};
use crate::text::Safe;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `config.toml:3:1`, `ATC_HOST` or `--host`.
    pub place: Safe,
    /// The option, where it is known which one was meant.
    pub key: Option<Safe>,
    pub what: Safe,
}

impl Problem {
    pub(super) fn new(place: impl AsRef<str>, key: Option<&str>, what: impl AsRef<str>) -> Self {
        Self { place: Safe::new(place), key: key.map(Safe::new), what: Safe::new(what) }
    }

    /// In a file, at this byte of its text.
    pub(super) fn at(file: &Path, text: &str, byte: usize, key: Option<&str>, what: impl AsRef<str>) -> Self {
        let (line, column) = line_and_column(text, byte);
        Self::new(format!("{}:{line}:{column}", file.display()), key, what)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}", self.what)
    }
}

/// Everything that is wrong, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    pub first: Problem,
    pub rest: Vec<Problem>,
}

impl Invalid {
    pub fn from_problems(problems: Vec<Problem>) -> Result<(), Self> {
        let mut problems = problems.into_iter();
        problems.next().map_or(Ok(()), |first| Err(Self { first, rest: problems.collect() }))
    }

    pub fn all(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl From<Problem> for Invalid {
    fn from(first: Problem) -> Self {
        Self { first, rest: Vec::new() }
    }
}

impl From<Invalid> for Fault {
    fn from(invalid: Invalid) -> Self {
        let next = match invalid.rest.len() {
            0 => "correct it there; `atc config check` says whether all is well".to_owned(),
            more => format!("correct it there; `atc config check` lists {more} more"),
        };
        Self::new(FaultKind::Invalid, invalid.first.to_string(), next)
    }
}

/// Both from 1; the column counts characters.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
