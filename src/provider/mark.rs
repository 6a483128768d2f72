//! Whether an answer is the one before, without keeping that.

use std::hash::{BuildHasher as _, Hash};
use std::sync::LazyLock;

use foldhash::quality::RandomState;

/// Of what an answer was. 65 KB take 3 µs. What must prove something to somebody else needs SHA-256, which takes many times as
/// long: a mark means nothing outside this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64);

impl Mark {
    pub fn of(what: impl Hash) -> Self {
        // Nobody who writes an answer can know it, so nobody can write two that are told to be one.
        static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
        Self(SEED.hash_one(what))
    }
}

/// The beginning of a text that grows. The default is that of every text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prefix {
    len: usize,
    mark: Option<Mark>,
}

impl Prefix {
    /// All of a text is the beginning of what it will be.
    pub fn of(text: &[u8]) -> Self {
        Self { len: text.len(), mark: Some(Mark::of(text)) }
    }

    /// In bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where a text goes on behind this beginning. `None`: it has another one, or is shorter.
    pub fn end_in(&self, text: &[u8]) -> Option<usize> {
        let head = text.get(..self.len)?;
        self.mark.is_none_or(|mark| mark == Mark::of(head)).then_some(self.len)
    }
}
