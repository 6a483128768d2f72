//! Words with letters left out: `~fxtst` finds `Fix flaky test`.

use std::cell::RefCell;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Longer words would overflow the score, and nobody types them.
pub(super) const LONGEST: usize = 64;

/// What a letter must bring at least, its share of the gaps taken off: a letter alone is 16, one at the beginning of
/// a word 24 or more, a gap costs 3 and 1 for each further letter left out. Below this the letters lie about anywhere.
const PER_LETTER: usize = 14;

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
pub(super) struct Fuzzy {
    words: Vec<(Atom, u16)>,
}

impl Fuzzy {
    /// Every word of the text, at most [`LONGEST`] characters each, must be found.
    pub(super) fn new(text: &str) -> Self {
        let atom = |word: &str| {
            // Case never matters, and what is looked through is in lower case.
            let atom = Atom::new(word, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
            let least = u16::try_from(atom.needle_text().len() * PER_LETTER).unwrap_or(u16::MAX);
            (atom, least)
        };
        Self { words: text.split_whitespace().map(atom).collect() }
    }

    /// Each word is in one line, not across several.
    pub(super) fn holds(&self, hay: &str) -> bool {
        SCRATCH.with_borrow_mut(|scratch| {
            self.words.iter().all(|(atom, least)| {
                hay.split('\n').any(|line| scratch.score(atom, line).is_some_and(|score| score >= *least))
            })
        })
    }

    /// How well the words are in the text; `None`: one of them is not.
    pub(super) fn score(&self, text: &str) -> Option<u32> {
        SCRATCH.with_borrow_mut(|scratch| {
            let scores = self.words.iter().map(|(atom, _)| scratch.score(atom, text).map(u32::from));
            scores.sum()
        })
    }
}

impl Scratch {
    fn score(&mut self, atom: &Atom, text: &str) -> Option<u16> {
        atom.score(Utf32Str::new(text, &mut self.letters), &mut self.matcher)
    }
}
