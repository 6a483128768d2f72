//! Words with letters left out: `~fxtst` finds `Fix flaky test`.

use crate::domain::letters::{Case, Letters};

pub use crate::domain::letters::LONGEST;

/// What a letter must bring on average. Alone it brings 16, at the beginning of a word up to 36 and next to the letter
/// before it 20; a gap costs 3, and 1 for each further letter left out. Below this the letters lie about anywhere.
const PER_LETTER: usize = 16;

#[derive(Clone, Debug)]
pub struct Fuzzy {
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    letters: Letters,
    /// What it must score.
    least: u16,
}

impl Fuzzy {
    /// Every word of the text, at most [`LONGEST`] characters each, must be found.
    pub fn new(text: &str) -> Self {
        let word = |word: &str| {
            let letters = Letters::new(word, Case::Lower);
            Word { least: u16::try_from(letters.count() * PER_LETTER).unwrap_or(u16::MAX), letters }
        };
        Self { words: text.split_whitespace().map(word).collect() }
    }

    /// Each word is in one line, not across several. The haystack is in lower case.
    pub fn holds(&self, hay: &str) -> bool {
        let within = |word: &Word, line: &str| {
            word.letters.may_be_in(line) && word.letters.score(line).is_some_and(|score| score >= word.least)
        };
        self.words.iter().all(|word| word.letters.may_be_in(hay) && hay.split('\n').any(|line| within(word, line)))
    }

    /// How well the words are in the text; `None`: one of them is not.
    pub fn score(&self, text: &str) -> Option<u32> {
        self.words.iter().map(|word| word.letters.score(text).map(u32::from)).sum()
    }
}
