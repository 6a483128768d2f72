//! How well some letters stand for a text: every letter in its order, the better the more of them stand together and at
//! the beginnings of words. Case matters where the letters have a capital.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::letters::{Case, Letters};

/// So much of a text is looked through, in bytes.
const LOOKED: usize = 400;
/// What the beginning of a text is worth, and the whole of it.
const BEGINS: u32 = 40;
const WHOLE: u32 = 80;

/// What is typed, word by word: each is to be found.
#[derive(Clone, Debug, Default)]
pub struct Needle {
    words: Vec<Letters>,
}

impl Needle {
    pub fn new(text: &str) -> Self {
        Self { words: text.split_whitespace().map(|word| Letters::new(word, Case::Smart)).collect() }
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// `None`: a word is in neither of the texts. The first is what a thing is called, the other what it also goes by,
    /// and worth half.
    pub fn score(&self, name: &str, also: &str) -> Option<u32> {
        let mut sum = 0;
        for word in &self.words {
            let named = score(word, head(name)).map(|score| score + lead(word, name));
            let known = || score(word, head(also)).map(|score| score / 2);
            sum += named.or_else(known)?;
        }
        Some(sum)
    }

    /// Which graphemes of a text the letters stand at, in order.
    pub fn places(&self, text: &str) -> Vec<usize> {
        let found = self.words.iter().flat_map(|word| word.places(head(text)));
        let mut places: Vec<usize> = found.map(|at| at as usize).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn head(text: &str) -> &str {
    crate::text::width::cut_bytes(text, LOOKED)
}

fn score(word: &Letters, text: &str) -> Option<u32> {
    if word.may_be_in(text) { word.score(text).map(u32::from) } else { None }
}

fn lead(word: &Letters, name: &str) -> u32 {
    let word = word.text();
    let begins = name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    match (begins, name.len() == word.len()) {
        (true, true) => WHOLE,
        (true, false) => BEGINS,
        _ => 0,
    }
}

/// The graphemes of a text in runs: whether the letters stand there, and the run.
pub fn runs(text: &str, places: &[usize]) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for (at, grapheme) in text.graphemes(true).enumerate() {
        let hit = places.binary_search(&at).is_ok();
        match runs.last_mut() {
            Some((same, run)) if *same == hit => run.push_str(grapheme),
            _ => runs.push((hit, grapheme.to_owned())),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    fn order<'a>(letters: &str, mut texts: Vec<&'a str>) -> Vec<&'a str> {
        let needle = Needle::new(letters);
        texts.retain(|text| needle.score(text, "").is_some());
        texts.sort_by_key(|text| std::cmp::Reverse(needle.score(text, "")));
        texts
    }

    #[test]
    fn letters_that_stand_together_and_begin_words_come_first() {
        assert_eq!(order("fr", vec!["before", "Fix retry"]), ["Fix retry", "before"]);
        assert_eq!(order("retry", vec!["re-entry try", "a retry"]), ["a retry", "re-entry try"]);
        assert_eq!(order("log", vec!["catalog", "log", "log in"]), ["log", "log in", "catalog"]);
    }

    #[test]
    fn a_capital_means_itself_and_a_small_letter_means_both() {
        assert_eq!(order("Fix", vec!["fix it", "Fix it"]), ["Fix it"]);
        assert_eq!(order("fix", vec!["fix it", "Fix it"]).len(), 2);
    }

    #[test]
    fn every_word_is_found_in_one_text_or_the_other() {
        let needle = Needle::new("retry api");
        assert!(needle.score("Fix flaky retry", "acme/api").is_some());
        assert!(needle.score("Fix flaky retry", "acme/web").is_none());
    }

    #[test]
    fn the_places_are_those_of_whole_characters() {
        let text = "a👩‍👩‍👧 retry";
        let runs = runs(text, &Needle::new("rt").places(text));
        let hits: Vec<_> = runs.iter().filter(|(hit, _)| *hit).map(|(_, run)| run.as_str()).collect();
        assert_eq!(hits, ["r", "t"], "{runs:?}");
        assert_eq!(runs.into_iter().map(|(_, run)| run).collect::<String>(), text);
    }

    proptest! {
        #[test]
        fn some_letters_of_a_text_in_their_order_always_find_it(
            text in "[a-zA-Z0-9 /#._-]{1,60}",
            picks in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
        ) {
            let letters: Vec<char> = text.chars().collect();
            let mut at: Vec<usize> = picks.iter().map(|pick| pick.index(letters.len())).collect();
            at.sort_unstable();
            at.dedup();
            let typed: String = at.into_iter().map(|at| letters[at]).filter(|c| !c.is_whitespace()).collect();
            let needle = Needle::new(&typed);
            prop_assert!(needle.score(&text, "").is_some(), "{typed:?} is in {text:?}");
            prop_assert_eq!(needle.places(&text).len(), typed.chars().count());
        }

        #[test]
        fn what_is_found_is_found_with_less_typed(text in "\\PC{0,40}", typed in "[a-zA-Z0-9é ]{1,8}", also in "[a-z/]{0,10}") {
            // A list that was narrowed is the list that would be made anew.
            if Needle::new(&typed).score(&text, &also).is_some() {
                let mut less = typed.clone();
                less.pop();
                prop_assert!(Needle::new(&less).score(&text, &also).is_some());
            }
        }

        #[test]
        fn no_text_and_no_letters_are_too_odd(text in "\\PC{0,600}", typed in "\\PC{0,100}") {
            let needle = Needle::new(&typed);
            let _ = needle.score(&text, &text);
            let places = needle.places(&text);
            let whole: String = runs(&text, &places).into_iter().map(|(_, run)| run).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
