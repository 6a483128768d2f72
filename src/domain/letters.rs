//! A word with letters left out, and how well its letters stand for a text: the one matcher of every such search.
//!
//! What a score must come to is for those who ask; this knows only how to find letters in their order.

use std::cell::RefCell;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Longer words would overflow the score, and nobody types them.
pub const LONGEST: usize = 64;

struct Scratch {
    matcher: Matcher,
    letters: Vec<char>,
}

thread_local! {
    /// The matcher's working memory is large and means nothing between two calls.
    static SCRATCH: RefCell<Scratch> =
        RefCell::new(Scratch { matcher: Matcher::new(Config::DEFAULT), letters: Vec::new() });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It never matters, and what is looked through is in lower case.
    Lower,
    /// It matters where the word has a capital.
    Smart,
}

/// One word, at most [`LONGEST`] characters of it.
#[derive(Clone, Debug)]
pub struct Letters {
    atom: Atom,
    case: Case,
    /// In lower case.
    text: Box<str>,
}

impl Letters {
    pub fn new(word: &str, case: Case) -> Self {
        let word: String = word.chars().take(LONGEST).collect();
        let matching = match case {
            Case::Lower => CaseMatching::Ignore,
            Case::Smart => CaseMatching::Smart,
        };
        let atom = Atom::new(&word, matching, Normalization::Smart, AtomKind::Fuzzy, false);
        Self { atom, case, text: word.to_lowercase().into() }
    }

    /// The word in lower case.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many letters are looked for.
    pub fn count(&self) -> usize {
        self.atom.needle_text().len()
    }

    /// Its letters are there in their order: what most texts fail, long before a score is worth its while. A letter
    /// outside of ASCII may stand for one inside of it, so there only the score can tell.
    pub fn may_be_in(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return true;
        }
        let mut rest = text.as_bytes();
        self.text.bytes().all(|letter| {
            let found = match letter {
                b'a'..=b'z' if self.case == Case::Smart => memchr::memchr2(letter, letter.to_ascii_uppercase(), rest),
                _ => memchr::memchr(letter, rest),
            };
            rest = found.and_then(|at| rest.get(at + 1..)).unwrap_or_default();
            found.is_some()
        })
    }

    /// The better the more of them stand together and at the beginnings of words. `None`: they are not all there.
    pub fn score(&self, text: &str) -> Option<u16> {
        SCRATCH
            .with_borrow_mut(|scratch| self.atom.score(Utf32Str::new(text, &mut scratch.letters), &mut scratch.matcher))
    }

    /// Which graphemes of the text they stand at; none where they are not all there.
    pub fn places(&self, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        SCRATCH.with_borrow_mut(|scratch| {
            let hay = Utf32Str::new(text, &mut scratch.letters);
            if self.atom.indices(hay, &mut scratch.matcher, &mut found).is_none() {
                found.clear();
            }
        });
        found
    }
}
