//! Words with what they mean. The theme gives a meaning its look; state and update never know colours.

pub use crate::domain::look::Tone;

use crate::text::{Safe, width};

/// Rows of at most `columns`, broken between words where possible. Never empty.
pub fn wrap(text: &Safe, columns: usize) -> Vec<Safe> {
    width::wrap(text, columns.max(2)).into_iter().map(Safe::new).collect()
}

/// Words with their tones, one after the other, nothing between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<(Tone, Safe)>);

impl Words {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn one(tone: Tone, text: impl AsRef<str>) -> Self {
        Self::new().with(tone, text)
    }

    #[must_use]
    pub fn with(mut self, tone: Tone, text: impl AsRef<str>) -> Self {
        self.push(tone, text);
        self
    }

    pub fn push(&mut self, tone: Tone, text: impl AsRef<str>) {
        let text = Safe::new(text);
        if !text.is_empty() {
            self.0.push((tone, text));
        }
    }

    /// Puts a dim separator between what is there and what follows.
    pub fn gap(&mut self, separator: &str) {
        if !self.0.is_empty() {
            self.push(Tone::Dim, separator);
        }
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Columns it takes.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| width::width(text)).sum()
    }

    /// The text alone.
    pub fn plain(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}
