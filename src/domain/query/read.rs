//! Pieces to terms, and plain sentences about what is none.

use std::ops::Range;

use super::fuzzy::{self, Fuzzy};
use super::lex::{Body, Item, Piece, pieces};
use super::name::Name;
use super::near::{near, plain};
use super::parsed::{Term, Wrong};
use super::qualifier::{Qualifier, find};
use super::subject::Subject;
use crate::text::Safe;

/// Characters of somebody's text that a sentence repeats.
const SAID: usize = 40;

/// Every term that is understood, and everything that is wrong, in the order of the text.
/// `open`: a value at the very end is still being typed and stands for all that begin so.
pub(super) fn read<S: Subject>(text: &str, open: bool) -> (Vec<Term<S>>, Vec<Wrong>) {
    let mut reader: Reader<'_, S> = Reader { text, open, terms: Vec::new(), wrong: Vec::new() };
    for piece in pieces::<S>(text) {
        reader.piece(piece);
    }
    (reader.terms, reader.wrong)
}

struct Reader<'a, S: Subject> {
    text: &'a str,
    open: bool,
    terms: Vec<Term<S>>,
    wrong: Vec<Wrong>,
}

impl<S: Subject> Reader<'_, S> {
    fn piece(&mut self, piece: Piece<'_>) {
        let any = match &piece.body {
            Body::Text(item) if item.text.is_empty() && !item.quoted => {
                self.wrong(piece.at, "nothing stands behind the “-”; to look for the sign itself, put it in quotes");
                return;
            }
            Body::Fuzzy(item) if item.text.is_empty() && !item.quoted => {
                self.wrong(piece.at, "nothing stands behind the “~”; to look for the sign itself, put it in quotes");
                return;
            }
            Body::Text(item) => Vec::from_iter(self.whole(item).then(|| S::word(&item.text))),
            Body::Fuzzy(item) => Vec::from_iter(self.whole(item).then(|| self.fuzzy(item)).flatten()),
            Body::Qualified { name, name_at, items } => {
                let Some(qualifier) = find::<S>(name) else {
                    self.no_qualifier(name, name_at, &piece.at);
                    return;
                };
                let mut any = Vec::new();
                for item in items {
                    // What is begun behind a minus takes nothing away before it is whole.
                    let begun = if self.is_begun(item) && !piece.not { begun(qualifier, item) } else { Vec::new() };
                    let wrong = self.wrong.len();
                    let value = self.value(qualifier, items.len(), item);
                    if !begun.is_empty() && !item.open {
                        self.wrong.truncate(wrong);
                    }
                    any.extend(begun.into_iter().chain(value));
                }
                any
            }
        };
        if !any.is_empty() {
            self.terms.push(Term { not: piece.not, any });
        }
    }

    /// It is being typed, and not as a pattern.
    fn is_begun(&self, item: &Item<'_>) -> bool {
        let ends_here = item.at.end == self.text.len() && item.quoted == item.open && item.stray.is_none();
        self.open && ends_here && !item.text.is_empty() && !item.text.contains('*')
    }

    fn wrong(&mut self, at: Range<usize>, what: impl Into<String>) {
        self.wrong.push(Wrong { at, what: what.into() });
    }

    /// Says what is wrong with its quotes. False: there is nothing in them.
    fn whole(&mut self, item: &Item<'_>) -> bool {
        if item.open {
            self.wrong(item.at.clone(), "the quote is not closed");
        } else if item.text.trim().is_empty() {
            self.wrong(item.at.clone(), "there is nothing between the quotes");
        }
        if let Some(stray) = &item.stray {
            self.wrong(stray.clone(), "a blank belongs behind the closing quote");
        }
        !item.text.trim().is_empty()
    }

    fn fuzzy(&mut self, item: &Item<'_>) -> Option<S::Value> {
        if item.text.split_whitespace().any(|word| word.chars().count() > fuzzy::LONGEST) {
            self.wrong(item.at.clone(), format!("a word behind “~” has at most {} characters", fuzzy::LONGEST));
            return None;
        }
        Some(S::fuzzy(Fuzzy::new(&item.text)))
    }

    fn value(&mut self, qualifier: &Qualifier<S>, of: usize, item: &Item<'_>) -> Option<S::Value> {
        if item.text.is_empty() && !item.quoted {
            let what = match of {
                1 => format!(
                    "{}: wants a value right behind the colon, such as {}; to look for the text, put it in quotes",
                    qualifier.word, qualifier.example
                ),
                _ => "a value is missing beside the comma".to_owned(),
            };
            self.wrong(item.at.clone(), what);
            return None;
        }
        if !self.whole(item) {
            return None;
        }
        value(qualifier, item).map_err(|what| self.wrong(item.at.clone(), what)).ok()
    }

    fn no_qualifier(&mut self, name: &str, name_at: &Range<usize>, at: &Range<usize>) {
        let known = S::qualifiers().iter().flat_map(Qualifier::names);
        let meant = near(name, known).map(|known| format!("; did you mean {known}:?")).unwrap_or_default();
        let text = said(self.text.get(name_at.start..at.end).unwrap_or(name));
        let end = if meant.is_empty() { "; to" } else { " To" };
        let what =
            format!("there is no qualifier “{}”{meant}{end} look for the text, put “{text}” in quotes", said(name));
        self.wrong(name_at.clone(), what);
    }
}

/// What a sentence may repeat of somebody's text.
pub fn said(text: &str) -> Safe {
    let cut = text.char_indices().nth(SAID).and_then(|(at, _)| text.get(..at));
    Safe::new(cut.map_or_else(|| text.to_owned(), |cut| format!("{cut}…")))
}

/// Quoted values are taken as they are: no `*`, no `@me`, no words with a meaning of their own, unless some of these
/// have a blank in them.
fn value<S: Subject>(qualifier: &Qualifier<S>, item: &Item<'_>) -> Result<S::Value, String> {
    let fixed = qualifier.named(&item.text).filter(|_| !item.quoted || S::keeps_words_in_quotes(qualifier.kind));
    match fixed.and_then(|word| word.means) {
        Some(means) => Ok(S::fixed(means, &item.text)),
        None => S::value(qualifier, item),
    }
}

/// All values that begin as this one does, as far as its kind knows of beginnings: the words with a meaning of their own,
/// and names, of a repository also by its owner.
fn begun<S: Subject>(qualifier: &Qualifier<S>, item: &Item<'_>) -> Vec<S::Value> {
    let beginning = plain(&item.text);
    let words = qualifier.words.iter().filter(|word| plain(word.word).starts_with(&beginning));
    let fixed = words.filter_map(|word| Some(S::fixed(word.means?, word.word)));
    let named = ["*", "*/*"].into_iter().filter_map(|rest| {
        let text = format!("{}{rest}", item.text).into();
        S::value(qualifier, &Item { at: item.at.clone(), text, quoted: false, open: false, stray: None }).ok()
    });
    fixed.chain(named).collect()
}

/// A name that a value asks for: with `*` for anything, in quotes as it is.
pub fn name(item: &Item<'_>) -> Name {
    if item.quoted { Name::verbatim(&item.text) } else { Name::pattern(&item.text) }
}

/// Which repositories a value asks for.
pub enum RepoAsked {
    /// `owner/name`.
    Whole(Name),
    /// Its name alone.
    Alone(Name),
}

pub fn repo(item: &Item<'_>) -> Result<RepoAsked, String> {
    let text = &*item.text;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '/');
    let mut parts = text.split('/');
    let shape = (parts.next(), parts.next(), parts.next());
    match shape {
        (Some(_), None, _) if text.chars().all(allowed) => Ok(RepoAsked::Alone(name(item))),
        (Some(owner), Some(rest), None) if !owner.is_empty() && !rest.is_empty() && text.chars().all(allowed) => {
            Ok(RepoAsked::Whole(name(item)))
        }
        _ => Err("a repository is written owner/name, or its name alone; all of acme's are acme/*".to_owned()),
    }
}

pub fn organization(item: &Item<'_>) -> Result<Name, String> {
    if item.text.contains('/') {
        return Err("an organization has no slash in it; a repository has".to_owned());
    }
    Ok(name(item))
}

/// With `@` before it or without.
pub fn login(item: &Item<'_>) -> Result<Name, String> {
    match item.text.strip_prefix('@').filter(|_| !item.quoted) {
        Some("") => Err("a login is missing behind the “@”".to_owned()),
        Some(login) => Ok(Name::pattern(login)),
        None => Ok(name(item)),
    }
}

/// A word that nobody knows may be one that somebody else will: unless it looks like a slip, it is a name.
/// `what`: `state`.
pub fn new_word<S: Subject>(qualifier: &Qualifier<S>, item: &Item<'_>, what: &str) -> Result<Name, String> {
    match near(&item.text, qualifier.words.iter().map(|word| word.word)).filter(|_| !item.quoted) {
        Some(meant) => Err(format!(
            "“{}” is no {what}; did you mean {meant}? A {what} of that very name is asked for in quotes",
            said(&item.text)
        )),
        None => Ok(name(item)),
    }
}

/// `or`: what it takes besides its words.
pub fn no_word<S: Subject>(qualifier: &Qualifier<S>, text: &str, or: &str) -> String {
    let name = qualifier.word;
    let text_said = said(text);
    let elsewhere = S::qualifiers().iter().find(|other| other.named(text).is_some_and(|word| word.means.is_some()));
    if let Some(meant) = near(text, qualifier.words.iter().map(|word| word.word)) {
        format!("{name}: does not know “{text_said}”; did you mean {meant}?")
    } else if let Some(other) = elsewhere {
        format!("{name}: does not know “{text_said}”; did you mean {}:{text_said}?", other.word)
    } else {
        let words: Vec<_> = qualifier.words.iter().map(|word| word.word).collect();
        format!("{name}: does not know “{text_said}”; it takes {}{or}", words.join(", "))
    }
}
