//! Words with letters left out: `~fxtst` finds `Fix flaky test`.

use std::cell::RefCell;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Longer words would overflow the score, and nobody types them.
pub const LONGEST: usize = 64;

/// What a letter must bring on average. Alone it brings 16, at the beginning of a word up to 36 and next to the letter
/// before it 20; a gap costs 3, and 1 for each further letter left out. Below this the letters lie about anywhere.
const PER_LETTER: usize = 16;

struct Scratch {
    matcher: Matcher,
    letters: Vec<char>,
}

thread_local! {
    /// The matcher's working memory is large and means nothing between two calls.
    static SCRATCH: RefCell<Scratch> =
        RefCell::new(Scratch { matcher: Matcher::new(Config::DEFAULT), letters: Vec::new() });
}

#[derive(Clone, Debug)]
pub struct Fuzzy {
    words: Vec<Word>,
}

#[derive(Clone, Debug)]
struct Word {
    atom: Atom,
    /// What it must score.
    least: u16,
    /// In lower case.
    text: Box<str>,
}

impl Fuzzy {
    /// Every word of the text, at most [`LONGEST`] characters each, must be found.
    pub fn new(text: &str) -> Self {
        let word = |word: &str| {
            // Case never matters, and what is looked through is in lower case.
            let atom = Atom::new(word, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
            let least = u16::try_from(atom.needle_text().len() * PER_LETTER).unwrap_or(u16::MAX);
            Word { atom, least, text: word.to_lowercase().into() }
        };
        Self { words: text.split_whitespace().map(word).collect() }
    }

    /// Each word is in one line, not across several. The haystack is in lower case.
    pub fn holds(&self, hay: &str) -> bool {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut within = |word: &Word, line: &str| {
                word.may_be_in(line) && scratch.score(&word.atom, line).is_some_and(|score| score >= word.least)
            };
            self.words.iter().all(|word| word.may_be_in(hay) && hay.split('\n').any(|line| within(word, line)))
        })
    }

    /// How well the words are in the text; `None`: one of them is not.
    pub fn score(&self, text: &str) -> Option<u32> {
        SCRATCH.with_borrow_mut(|scratch| {
            let scores = self.words.iter().map(|word| scratch.score(&word.atom, text).map(u32::from));
            scores.sum()
        })
    }
}

impl Word {
    /// Its letters are there in their order: what most lines fail, long before a score is worth its while. A letter
    /// outside of ASCII may stand for one inside of it, so there only the score can tell.
    fn may_be_in(&self, line: &str) -> bool {
        let mut rest = line.as_bytes();
        let next = |letter: u8| {
            let behind = memchr::memchr(letter, rest).and_then(|at| rest.get(at + 1..));
            rest = behind.unwrap_or_default();
            behind.is_some()
        };
        !line.is_ascii() || self.text.bytes().all(next)
    }
}

impl Scratch {
    fn score(&mut self, atom: &Atom, text: &str) -> Option<u16> {
        atom.score(Utf32Str::new(text, &mut self.letters), &mut self.matcher)
    }
}
