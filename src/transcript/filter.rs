//! Which entries of a log are to be seen: a line of words, all of which must hold.
//!
//! ```text
//! filter = { term }              term  = { "-" } ( kind { "," kind } | path:value | re:value | value )
//! kind   = commands | files …    value = '"' … '"' | characters up to a blank
//! ```
//!
//! `commands errors` are the commands that failed, `commands,files` are commands and files, `-reasoning` is all but
//! reasoning, `path:src/retry` what was done to that file; anything else is a text an entry must hold.

use std::ops::Range;

use super::entry::{Entry, Kind};
use super::facets::{Facet, FacetSet};
use super::pattern::{Mode, Pattern};
use super::tools;
use crate::domain::query::{Completion, Completions, Wrong};

/// What to see of a log. Empty: everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: Box<str>,
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
struct Term {
    not: bool,
    want: Want,
}

#[derive(Clone, Debug)]
enum Want {
    Kinds(FacetSet),
    Path(Pattern),
    Text(Pattern),
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl From<Facet> for Filter {
    fn from(facet: Facet) -> Self {
        let terms = vec![Term { not: false, want: Want::Kinds(facet.into()) }];
        Self { text: facet.word().into(), terms }
    }
}

impl Filter {
    /// The terms that are understood, and the first thing that is wrong: what is half typed must not empty a log.
    pub fn parse(text: &str) -> (Self, Option<Wrong>) {
        let mut wrong = None;
        let mut terms = Vec::new();
        for piece in pieces(text) {
            match piece.term() {
                Ok(term) => terms.push(term),
                Err(fault) => wrong = wrong.or(Some(fault)),
            }
        }
        (Self { text: text.trim().into(), terms }, wrong)
    }

    /// The entries that hold what is searched for.
    pub fn holding(pattern: &Pattern) -> Self {
        let value = quote(pattern.text());
        let text = match pattern.mode() {
            Mode::Regex => format!("re:{value}"),
            Mode::Literal => value,
        };
        Self { text: text.into(), terms: vec![Term { not: false, want: Want::Text(pattern.clone()) }] }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// It is this kind of entry and nothing else.
    pub fn is_just(&self, facet: Facet) -> bool {
        matches!(self.terms.as_slice(), [Term { not: false, want: Want::Kinds(kinds) }] if *kinds == facet.into())
    }

    /// Texts must be read to answer it, not only kinds.
    pub fn reads_texts(&self) -> bool {
        self.terms.iter().any(|term| !matches!(term.want, Want::Kinds(_)))
    }

    /// `kinds`: what the entry is about.
    pub fn holds(&self, entry: &Entry, kinds: FacetSet) -> bool {
        self.terms.iter().all(|term| term.not != term.want.holds(entry, kinds))
    }
}

impl Want {
    fn holds(&self, entry: &Entry, kinds: FacetSet) -> bool {
        match self {
            Self::Kinds(wanted) => kinds.any_of(*wanted),
            Self::Text(pattern) => entry.kind.texts().iter().any(|text| pattern.is_in(text.raw_for_match())),
            Self::Path(pattern) => path(&entry.kind).is_some_and(|path| pattern.is_in(path)),
        }
    }
}

/// The file an entry is about.
fn path(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Edit(edit) => Some(edit.path.raw_for_match()),
        Kind::View { path, .. } => Some(path.raw_for_match()),
        // A job log knows these by their name alone.
        Kind::Tool { name, input, .. } if tools::changes_files(name.raw_for_match()) => Some(input.raw_for_match()),
        _ => None,
    }
}

/// A term as it was written.
#[derive(Debug)]
struct Piece<'a> {
    /// Bytes of the text, with its minus signs.
    at: Range<usize>,
    not: bool,
    /// `path` or `re`.
    name: &'a str,
    /// Where the value begins.
    value_at: usize,
    value: String,
    quoted: bool,
    /// The closing quote is missing.
    open: bool,
}

const NAMES: [(&str, &str); 2] =
    [("path:", "the file that was changed or viewed"), ("re:", "a regular expression in the text")];

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += rest.len() - rest.trim_start().len();
        if at >= text.len() {
            return pieces;
        }
        let piece = piece(text, at);
        at = piece.at.end;
        pieces.push(piece);
    }
}

/// The term that begins here, where no blank is.
fn piece(text: &str, start: usize) -> Piece<'_> {
    let rest = text.get(start..).unwrap_or_default();
    let body = rest.trim_start_matches('-');
    let minus = rest.len() - body.len();
    let name = NAMES.iter().find(|(name, _)| body.starts_with(name)).map_or("", |(name, _)| name.trim_end_matches(':'));
    let value_at = start + minus + if name.is_empty() { 0 } else { name.len() + 1 };
    let body = text.get(value_at..).unwrap_or_default();
    let (value, len, quoted, open) = match body.strip_prefix('"') {
        None => {
            let value = body.split(char::is_whitespace).next().unwrap_or_default();
            (value.to_owned(), value.len(), false, false)
        }
        Some(inside) => {
            let (value, len, open) = quoted(inside);
            (value, len + 1, true, open)
        }
    };
    Piece { at: start..value_at + len, not: minus % 2 == 1, name, value_at, value, quoted, open }
}

/// Behind an opening quote: the text up to the closing one, its length with that, and whether there is none. `\"` and
/// `\\` stand for the signs themselves; every other backslash is one, as expressions have many.
fn quoted(inside: &str) -> (String, usize, bool) {
    let mut value = String::new();
    let mut chars = inside.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, at + 1, false),
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, sign)) => value.push(sign),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    (value, inside.len(), true)
}

/// A text as it must be written to be read as nothing but itself.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/');
    let is_kind = Facet::of_word(text).is_some();
    if !is_kind && !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let means_more = c == '\\' && chars.peek().is_none_or(|next| matches!(next, '"' | '\\'));
        if c == '"' || means_more {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted + "\""
}

impl Piece<'_> {
    fn term(&self) -> Result<Term, Wrong> {
        let value = self.value_at..self.at.end;
        let wrong = |at: Range<usize>, what: &str| Err(Wrong { at, what: what.to_owned() });
        if self.open {
            return wrong(value, "the closing quote is missing");
        }
        if self.value.is_empty() {
            return match self.name {
                "" => wrong(self.at.clone(), "what is not to be seen? a kind of entry or a text follows the minus"),
                "path" => wrong(self.at.clone(), "a part of a file's path follows"),
                _ => wrong(self.at.clone(), "a regular expression follows"),
            };
        }
        if let Some(kinds) = self.kinds()? {
            return Ok(Term { not: self.not, want: Want::Kinds(kinds) });
        }
        let mode = if self.name == "re" { Mode::Regex } else { Mode::Literal };
        let pattern = Pattern::read(&self.value, mode).map_err(|fault| Wrong {
            // Behind a quote that is escaped the place is not the same in the line: then it is the whole value.
            at: if self.quoted { value } else { value.start + fault.at.start..value.start + fault.at.end },
            what: fault.what,
        })?;
        let Some(pattern) = pattern else { return wrong(self.at.clone(), "there is nothing to look for") };
        Ok(Term { not: self.not, want: if self.name == "path" { Want::Path(pattern) } else { Want::Text(pattern) } })
    }

    /// The kinds of entry it names; `None`: it is a text.
    fn kinds(&self) -> Result<Option<FacetSet>, Wrong> {
        if self.quoted || !self.name.is_empty() || self.value.split(',').all(|word| Facet::of_word(word).is_none()) {
            return Ok(None);
        }
        let mut kinds = FacetSet::default();
        let mut at = self.value_at;
        for word in self.value.split(',') {
            let Some(facet) = Facet::of_word(word) else {
                let all: Vec<&str> = Facet::ALL.iter().map(|facet| facet.word()).collect();
                let what = format!("“{word}” is no kind of entry: {}", all.join(", "));
                return Err(Wrong { at: at..at + word.len(), what });
            };
            kinds = kinds.with(facet);
            at += word.len() + 1;
        }
        Ok(Some(kinds))
    }
}

/// What may stand at the cursor: kinds of entries and the two names. `cursor`: bytes before it.
pub fn complete(text: &str, cursor: usize) -> Completions {
    let cursor = text.floor_char_boundary(cursor);
    let typed = text.get(..cursor).unwrap_or(text);
    let none = Completions { replace: cursor..cursor, all: Vec::new() };
    let last = pieces(typed).pop().filter(|piece| piece.at.end == cursor);
    let (start, begun) = match &last {
        None => (cursor, ""),
        Some(piece) if piece.quoted || !piece.name.is_empty() => return none,
        Some(piece) => {
            let word = piece.value.rsplit(',').next().unwrap_or_default();
            (cursor - word.len(), word)
        }
    };
    let behind = text.get(cursor..).unwrap_or_default();
    let end = cursor + behind.find(|c: char| !c.is_alphanumeric()).unwrap_or(behind.len());
    let kinds = Facet::ALL.into_iter().map(|facet| (facet.word(), facet.hint()));
    // A name stands by itself, never in a list of kinds.
    let names = NAMES.into_iter().filter(|_| last.as_ref().is_none_or(|piece| !piece.value.contains(',')));
    let begins = |(word, _): &(&str, &str)| word.starts_with(&begun.to_lowercase());
    let completion = |(word, hint): (&str, &str)| Completion { insert: word.to_owned(), hint: hint.to_owned() };
    Completions { replace: start..end, all: kinds.chain(names).filter(begins).map(completion).collect() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::super::testlog;
    use super::*;

    /// The entries of the sample session that a filter lets through.
    fn seen(text: &str) -> Vec<usize> {
        let (filter, wrong) = Filter::parse(text);
        assert_eq!(wrong, None, "{text}");
        let log = testlog::read(&testlog::session());
        let holds = |(index, entry): &(usize, &Entry)| filter.holds(entry, log.facets().of(*index));
        log.entries().iter().enumerate().filter(holds).map(|(index, _)| index).collect()
    }

    fn wrong(text: &str) -> (Range<usize>, String) {
        let wrong = Filter::parse(text).1.unwrap_or_else(|| panic!("{text} is right"));
        (wrong.at, wrong.what)
    }

    #[test]
    fn words_are_joined_and_commas_are_alternatives() {
        // 0 set-up, 1 words, 2 view, 3 ls, 4 edit, 5 cargo test that failed, 6 words, 7 the pull request's summary.
        assert_eq!(seen(""), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(seen("commands"), [3, 5]);
        assert_eq!(seen("commands errors"), [5]);
        assert_eq!(seen("commands,files"), [3, 4, 5]);
        assert_eq!(seen("-calls -setup"), [1, 6, 7]);
        assert_eq!(seen("--commands"), [3, 5]);
        assert_eq!(seen("path:retry"), [2, 4]);
        assert_eq!(seen("path:retry files"), [4]);
        assert_eq!(seen("-path:retry calls"), [3, 5]);
        assert_eq!(seen("\"cargo test\""), [5]);
        assert_eq!(seen("re:^all"), [6]);
        assert_eq!(seen("re:\"i (will|won't) look\""), [1]);
        assert_eq!(seen("\"commands\""), [0usize; 0], "in quotes it is a text");
        assert_eq!(seen("std::fs"), [0usize; 0], "a colon makes no name of a text");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_the_rest_still_counts() {
        assert_eq!(wrong("commands \"abc").0, 9..13);
        assert_eq!(wrong("commands,fils").0, 9..13);
        assert!(wrong("commands,fils").1.contains("files"));
        assert_eq!(wrong("errors re:a(b").0, 11..12);
        assert_eq!(wrong("errors path: x").0, 7..12);
        assert_eq!(wrong("errors -").0, 7..8);
        let (filter, _) = Filter::parse("commands re:(");
        assert!(filter.is_just(Facet::Command));
    }

    #[test]
    fn a_search_becomes_a_filter_that_reads_as_itself() {
        for (text, mode) in [
            ("clock", Mode::Literal),
            ("cargo test", Mode::Literal),
            ("say \"no\"", Mode::Literal),
            ("errors", Mode::Literal),
            ("-x", Mode::Literal),
            ("C:\\new\\x", Mode::Literal),
            ("a\\\"b\\\\", Mode::Literal),
            ("x y\\", Mode::Literal),
            ("a b|c", Mode::Regex),
            (r"\d+ \\ x", Mode::Regex),
            ("re:x", Mode::Literal),
        ] {
            let pattern = Pattern::read(text, mode).unwrap().unwrap();
            let filter = Filter::holding(&pattern);
            let (again, wrong) = Filter::parse(filter.text());
            assert_eq!(wrong, None, "{}", filter.text());
            assert!(
                matches!(again.terms.as_slice(), [Term { not: false, want: Want::Text(read) }] if *read == pattern),
                "{text} became {}",
                filter.text()
            );
        }
    }

    #[test]
    fn what_is_begun_is_completed() {
        let words = |text: &str, cursor| {
            let found = complete(text, cursor);
            (found.replace, found.all.into_iter().map(|c| c.insert).collect::<Vec<_>>())
        };
        assert_eq!(words("-re", 3), (1..3, vec!["reasoning".to_owned(), "re:".to_owned()]));
        assert_eq!(words("commands,fi", 11), (9..11, vec!["files".to_owned()]));
        assert_eq!(words("cmds", 1).0, 0..4, "what stands behind the cursor belongs to the word");
        assert_eq!(words("path:src", 8).1, Vec::<String>::new());
        assert_eq!(words("errors ", 7).1.len(), Facet::ALL.len() + 2);
    }

    #[test]
    fn any_text_is_a_filter_or_told_to_be_none() {
        let signs: Vec<char> = "-\",:\\ aépathre(errors".chars().collect();
        let mut seed = 3u64;
        for _ in 0..5000 {
            let mut text = String::new();
            for _ in 0..9 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(signs[usize::try_from(seed >> 40).unwrap() % signs.len()]);
            }
            if let (_, Some(wrong)) = Filter::parse(&text) {
                assert!(text.get(wrong.at.clone()).is_some_and(|at| !at.is_empty()), "{text:?} {:?}", wrong.at);
            }
            for cursor in 0..=text.len() {
                let found = complete(&text, cursor);
                assert!(text.get(found.replace).is_some());
            }
        }
    }
}
