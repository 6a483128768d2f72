//! What is looked for in a log, and how it is found in a text and in the raw lines.
//!
//! It is looked for line by line: a hit never goes over the end of a line, since no row on a screen does, and nothing that
//! is nowhere (the `x*` of a line without an `x`) is a hit.
//!
//! Not for saying which entries hold it: a filter asks about entries, a search goes through them.

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder, bytes};

use super::decode::{Format, Transcript};
use super::facets::Facet;
use crate::domain::query::Wrong;
use crate::text::{Untrusted, width};

/// Bytes of a line that are shown as the place of a hit.
const SHOWN: usize = 1000;

/// Bytes of a compiled expression. What fits is found at more than a megabyte in a tenth of a second, however it was
/// meant; time grows with the text alone.
const LARGEST: usize = 1 << 20;

/// How the text of a pattern is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As it stands.
    #[default]
    Literal,
    /// As a regular expression.
    Regex,
}

/// What is looked for. Upper and lower case are the same unless the pattern has an upper-case letter.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    mode: Mode,
    want: Want,
    sieve: Sieve,
}

#[derive(Clone, Debug)]
enum Want {
    Text(Regex),
    /// An entry of this kind.
    Facet(Facet),
    /// The beginning of a turn.
    Turn,
}

/// Finds the lines of a raw log that may hold a pattern.
#[derive(Clone, Debug)]
pub(super) enum Sieve {
    /// A piece of the pattern that stands in the raw log just as it is shown.
    Piece(Box<Finder<'static>>),
    /// The same, in upper or lower case.
    Folded(bytes::Regex),
    /// Every line may.
    All,
}

impl Pattern {
    /// A text, or a regular expression after a slash. `None`: nothing to look for, or an expression that is not complete.
    pub fn new(text: &str) -> Option<Self> {
        match text.strip_prefix('/') {
            Some(regex) => Self::read(regex, Mode::Regex).ok().flatten(),
            None => Self::read(text, Mode::Literal).ok().flatten(),
        }
    }

    /// `None`: nothing to look for. What is wrong with an expression is told with its place.
    pub fn read(text: &str, mode: Mode) -> Result<Option<Self>, Wrong> {
        if text.is_empty() {
            return Ok(None);
        }
        let (source, exact) = match mode {
            Mode::Literal => (regex::escape(text), text.contains(char::is_uppercase)),
            Mode::Regex => (text.to_owned(), names_upper(text)),
        };
        let mut builder = RegexBuilder::new(&source);
        builder.case_insensitive(!exact).multi_line(true).size_limit(LARGEST).dfa_size_limit(2 * LARGEST);
        let regex = builder.build().map_err(|error| wrong(text, &error))?;
        let piece = (mode == Mode::Literal).then(|| plain_piece(text)).flatten();
        let sieve = match piece {
            Some(piece) if exact || !piece.bytes().any(|b| b.is_ascii_alphabetic()) => {
                Sieve::Piece(Box::new(Finder::new(piece.as_bytes()).into_owned()))
            }
            Some(piece) => bytes::RegexBuilder::new(&regex::escape(piece))
                .case_insensitive(true)
                .build()
                .map_or(Sieve::All, Sieve::Folded),
            None => Sieve::All,
        };
        Ok(Some(Self { text: text.to_owned(), mode, want: Want::Text(regex), sieve }))
    }

    /// Looks for entries of a kind instead of a text.
    pub fn facet(facet: Facet) -> Self {
        Self { text: String::new(), mode: Mode::Literal, want: Want::Facet(facet), sieve: Sieve::All }
    }

    /// Looks for entries in which something went wrong.
    pub fn errors() -> Self {
        Self::facet(Facet::Error)
    }

    /// Looks for beginnings of turns.
    pub fn turns() -> Self {
        Self { text: String::new(), mode: Mode::Literal, want: Want::Turn, sieve: Sieve::All }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub fn is_text(&self) -> bool {
        matches!(self.want, Want::Text(_))
    }

    /// Is it in this text.
    pub fn is_in(&self, text: &str) -> bool {
        let Want::Text(regex) = &self.want else { return false };
        // The first hit nearly always is one.
        match regex.find(text) {
            None => false,
            Some(hit) if !hit.is_empty() && !hit.as_str().contains('\n') => true,
            Some(_) => text.lines().any(|line| first(regex, line).is_some()),
        }
    }

    /// Where it is in a line, as ranges of bytes.
    pub fn marks(&self, line: &str) -> Vec<(usize, usize)> {
        let Want::Text(regex) = &self.want else { return Vec::new() };
        regex.find_iter(line).filter(|hit| !hit.is_empty()).map(|hit| (hit.start(), hit.end())).collect()
    }

    /// Is it in this line of a raw log, decoded by itself.
    pub fn holds(&self, format: Format, line: &[u8]) -> bool {
        let whole = || {
            let mut transcript = Transcript::new(format);
            transcript.absorb(line);
            transcript.finish();
            transcript
        };
        match self.want {
            Want::Text(_) => {
                let entries = Transcript::entries_of(format, line);
                entries.iter().any(|entry| entry.kind.texts().iter().any(|text| self.is_in(text.raw_for_match())))
            }
            Want::Facet(facet) => whole().facets().count(facet) > 0,
            Want::Turn => whole().outline().turns().iter().any(|turn| !turn.setup),
        }
    }

    /// The line of text, within this line of a raw log decoded by itself, that it is in first.
    pub fn text_in(&self, format: Format, line: &[u8]) -> Option<Untrusted> {
        let Want::Text(regex) = &self.want else { return None };
        self.sieve.find(line)?;
        let entries = Transcript::entries_of(format, line);
        let mut texts = entries.iter().flat_map(|entry| entry.kind.texts());
        texts.find_map(|text| {
            let text = text.raw_for_match();
            regex.find(text)?;
            let line = text.lines().find(|line| first(regex, line).is_some())?;
            Some(width::cut_bytes(line, SHOWN).into())
        })
    }

    /// Where in these bytes a line begins to be worth decoding.
    pub(super) fn candidate(&self, bytes: &[u8]) -> Option<usize> {
        self.sieve.find(bytes)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.mode) == (&other.text, other.mode)
    }
}

impl Eq for Pattern {}

impl Sieve {
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Piece(finder) => finder.find(bytes),
            Self::Folded(regex) => regex.find(bytes).map(|hit| hit.start()),
            Self::All => Some(0),
        }
    }
}

fn first<'a>(regex: &Regex, line: &'a str) -> Option<regex::Match<'a>> {
    regex.find_iter(line).find(|hit| !hit.is_empty())
}

/// The longest piece of a text that stands in JSON, and in JSON in a string of JSON, just as it is: no encoder escapes
/// letters, digits and these.
fn plain_piece(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " !#$%()*+,-.:;=?@[]^_`{|}~".contains(c);
    text.split(|c| !plain(c)).max_by_key(|piece| piece.len()).filter(|piece| !piece.is_empty())
}

/// It asks for an upper-case letter: `\W` and `\p{Lu}` do not.
fn names_upper(regex: &str) -> bool {
    let mut chars = regex.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            if c.is_uppercase() {
                return true;
            }
            continue;
        }
        let name = match chars.next() {
            Some('p' | 'P') => 1,
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => continue,
        };
        let rest = chars.as_str();
        let name = if rest.starts_with('{') { rest.find('}').map_or(rest.len(), |end| end + 1) } else { name };
        chars = rest.get(name..).unwrap_or_default().chars();
    }
    false
}

/// What is wrong, and where. The engine tells both in a drawing of the expression with carets under the place.
fn wrong(text: &str, error: &regex::Error) -> Wrong {
    let whole = 0..text.len();
    let said = match error {
        regex::Error::Syntax(said) => said,
        regex::Error::CompiledTooBig(_) => {
            return Wrong { at: whole, what: "the expression is too large to be searched for".to_owned() };
        }
        _ => return Wrong { at: whole, what: "this is no regular expression".to_owned() },
    };
    let what = said.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
    let carets = said.lines().find(|line| line.contains('^') && line.chars().all(|c| matches!(c, ' ' | '^')));
    // The drawing is set in by four columns, a column being a character.
    let at = carets.and_then(|line| {
        let start = line.find('^')?.checked_sub(4)?;
        let byte = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
        Some(byte(start)..byte(start + line.matches('^').count()))
    });
    Wrong { at: at.unwrap_or(whole), what: what.unwrap_or("this is no regular expression").to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    fn regex(text: &str) -> Pattern {
        Pattern::read(text, Mode::Regex).unwrap().unwrap()
    }

    #[test]
    fn case_counts_where_an_upper_case_letter_is_asked_for() {
        let literal = |text| Pattern::read(text, Mode::Literal).unwrap().unwrap();
        assert!(literal("fail").is_in("FAIL") && !literal("Fail").is_in("fail"));
        assert!(regex("fa.l").is_in("FAIL") && !regex("Fa.l").is_in("fail"));
        for class in [r"\Wfail", r"\x{2D}fail", r"\p{Pd}fail", r"\Sfail", r"\x2Dfail"] {
            let Ok(Some(pattern)) = Pattern::read(class, Mode::Regex) else { continue };
            assert!(pattern.is_in("-FAIL"), "{class} asks for no upper-case letter");
        }
    }

    #[test]
    fn what_is_wrong_with_an_expression_is_told_with_its_place() {
        let wrong = |text| Pattern::read(text, Mode::Regex).unwrap_err();
        let unclosed = wrong("ab(c");
        assert_eq!((unclosed.at, unclosed.what.as_str()), (2..3, "unclosed group"));
        assert_eq!(wrong("é[z-a]").at, 3..6, "bytes, where the engine counts characters");
        assert_eq!(wrong("a{3").at, 1..3);
        assert_eq!(wrong("*a").at, 0..1);
        assert_eq!(wrong(r"a\").at, 1..2);
        assert_eq!(wrong(r"\w{9999}").at, 0..8, "too large: all of it");
        assert_eq!(wrong("(a{100}){100}{100}").what, "the expression is too large to be searched for");
        assert!(Pattern::read("[", Mode::Literal).is_ok());
    }

    #[test]
    fn a_hit_stays_within_its_line_and_is_never_nothing() {
        assert!(!regex("a\\sb").is_in("a\nb") && regex("a\\sb").is_in("a\nb\na b"));
        assert!(regex("^b$").is_in("a\nb\nc") && !regex("^b$").is_in("abc"));
        for nothing in ["x*", "", "^", "$", "(?:)", "a{0}", r"\b"] {
            let found = Pattern::read(nothing, Mode::Regex).unwrap();
            assert!(found.is_none_or(|p| !p.is_in("some\n\nwords") && p.marks("some words").is_empty()), "{nothing}");
        }
        assert_eq!(regex("x*").marks("axxbx"), [(1, 3), (4, 5)]);
        assert!(regex("x*").is_in("a\nbx"));
    }

    #[test]
    fn any_text_is_an_expression_or_told_to_be_none() {
        let mut seed = 7u64;
        let signs: Vec<char> = r"ab(é)[]{}|*+?\^$.,0159-xpP:=!<> ".chars().collect();
        for _ in 0..4000 {
            let mut text = String::new();
            for _ in 0..8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(signs[usize::try_from(seed >> 40).unwrap() % signs.len()]);
            }
            match Pattern::read(&text, Mode::Regex) {
                Ok(pattern) => drop(pattern.map(|pattern| pattern.is_in(&text))),
                Err(wrong) => {
                    assert!(text.get(wrong.at.clone()).is_some(), "{text:?} {:?}", wrong.at);
                    assert!(!wrong.what.is_empty() && !wrong.what.contains('\n'), "{:?}", wrong.what);
                }
            }
        }
    }
}
