//! The type of every string that came from outside: the network, a file, the environment, another program.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::safe::{self, Safe};
use super::style::StyledLine;

/// A string from outside. It cannot be formatted or turned into a span; only the `show_*` ways lead to a screen
/// and only the `raw_for_*` ways lead elsewhere, each named for where the bytes go.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Untrusted(Box<str>);

impl Untrusted {
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Bytes from outside; what is not UTF-8 becomes U+FFFD.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One safe line: newlines become spaces, what would act on a terminal is taken out and counted at the end (`␛2`),
    /// what deceives the eye is spelled (`<U+202E>`).
    pub fn show_line(&self) -> Safe {
        safe::title(&self.0)
    }

    /// Safe lines of plain text, one per line of the original.
    pub fn show_block(&self) -> Vec<Safe> {
        safe::block(&self.0)
    }

    /// Safe lines with the colours of the original kept as values.
    pub fn show_log(&self) -> Vec<StyledLine> {
        self.0.lines().map(StyledLine::new).collect()
    }

    /// Safe lines with every control and sequence spelled out, for what is about to be run or approved.
    pub fn show_spelled(&self) -> Vec<Safe> {
        safe::spelled(&self.0)
    }

    /// For hashing.
    pub fn raw_for_hash(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// For a file of ours, a database field, never a file name.
    pub fn raw_for_disk(&self) -> &str {
        &self.0
    }

    /// For the body or an encoded path segment of a request.
    pub fn raw_for_wire(&self) -> &str {
        &self.0
    }

    /// For comparing, filtering, searching and parsing. The result must not be shown.
    pub fn raw_for_match(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({:?})", &*self.show_line())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Untrusted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}
