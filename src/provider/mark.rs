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
