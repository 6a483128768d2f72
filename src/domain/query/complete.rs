//! What may stand at the cursor of a query being typed.
//!
//! Not for deciding when to show it: what is offered is only what could be meant, best first.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

use super::fuzzy::{self, Fuzzy};
use super::lex::{Body, Item, Piece, pieces, quote};
use super::near::plain;
use super::parsed::Wrong;
use super::qualifier::{Qualifier, find};
use super::read::said;
use super::subject::Subject;
use crate::domain::RepoName;
use crate::text::Untrusted;

/// Nobody reads more.
const MOST: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// Bytes of the text that each of them stands for.
    pub replace: Range<usize>,
    pub all: Vec<Completion>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Quoted where it must be. Holds nothing a terminal would act on.
    pub insert: String,
    /// What it means; empty where it says so itself.
    pub hint: String,
}

/// `cursor`: bytes before it. Inside a character it counts as before that character.
pub fn complete_of<S: Subject>(text: &str, cursor: usize, vocabulary: &S::Vocabulary<'_>) -> Completions {
    let cursor = text.floor_char_boundary(cursor);
    let typed = text.get(..cursor).unwrap_or(text);
    let whole = pieces::<S>(text);
    // What is being typed ends at the cursor; behind a blank something new begins.
    let mut before = pieces::<S>(typed);
    let last = before.pop().filter(|piece| piece.at.end == cursor);
    match last.as_ref().map(|piece| &piece.body) {
        None => names::<S>("", cursor..cursor),
        Some(Body::Text(item)) if !item.quoted => names::<S>(&item.text, item.at.start..end_of_name(&whole, item)),
        Some(Body::Text(_) | Body::Fuzzy(_)) => Completions { replace: cursor..cursor, all: Vec::new() },
        Some(Body::Qualified { name, items, .. }) => {
            let found = find::<S>(name).zip(items.split_last());
            let Some((qualifier, (item, others))) = found.filter(|(_, (item, _))| item.stray.is_none()) else {
                return Completions { replace: cursor..cursor, all: Vec::new() };
            };
            values(qualifier, item, others, item.at.start..end_of_item(&whole, item), vocabulary)
        }
    }
}

/// Where the word that begins where this one does ends in the whole text: with its colon, if it is a qualifier there.
fn end_of_name(whole: &[Piece<'_>], item: &Item<'_>) -> usize {
    let end = whole.iter().find_map(|piece| match &piece.body {
        Body::Text(other) if other.at.start == item.at.start => Some(other.at.end),
        Body::Qualified { name_at, .. } if name_at.start == item.at.start => Some(name_at.end + 1),
        _ => None,
    });
    end.unwrap_or(item.at.end)
}

/// Where the value that begins where this one does ends in the whole text. A quote that is still open reaches to the end
/// of everything, so there what is typed is all.
fn end_of_item(whole: &[Piece<'_>], item: &Item<'_>) -> usize {
    let mut items = whole.iter().flat_map(|piece| match &piece.body {
        Body::Qualified { items, .. } => items.as_slice(),
        Body::Text(_) | Body::Fuzzy(_) => &[],
    });
    let found = items.find(|other| other.at.start == item.at.start && !other.open);
    found.map_or(item.at.end, |other| other.at.end.max(item.at.end))
}

/// A name that nothing known has although something begins so: it was not typed to its end. In quotes, and with a `*`, it
/// is what was meant.
pub fn unfinished_of<S: Subject>(text: &str, vocabulary: &S::Vocabulary<'_>) -> Option<Wrong> {
    let pieces = pieces::<S>(text);
    let items = pieces.iter().filter_map(|piece| match &piece.body {
        Body::Qualified { name, items, .. } => find::<S>(name).map(|qualifier| (qualifier, items)),
        Body::Text(_) | Body::Fuzzy(_) => None,
    });
    let mut items = items.flat_map(|(qualifier, items)| items.iter().map(move |item| (qualifier, item)));
    items.find_map(|(qualifier, item)| {
        if item.quoted || item.text.is_empty() || item.text.contains('*') || qualifier.named(&item.text).is_some() {
            return None;
        }
        let typed = plain(item.text.strip_prefix('@').unwrap_or(&item.text));
        let seen = S::seen(qualifier.kind, vocabulary);
        let named =
            |holds: &dyn Fn(&str) -> bool| seen.iter().find(|one| one.names.iter().any(|name| holds(&plain(name))));
        if named(&|name| name == typed).is_some() {
            return None;
        }
        let begins = named(&|name| name.starts_with(&typed))?;
        let word = said(&item.text);
        let (name, begins) = (qualifier.word, &begins.insert);
        let what = format!("“{word}” is no {name} known here; {begins} begins so. In quotes it is asked for as it is");
        Some(Wrong { at: item.at.clone(), what })
    })
}

fn names<S: Subject>(typed: &str, replace: Range<usize>) -> Completions {
    let candidates = S::qualifiers().iter().map(|qualifier| Candidate {
        insert: Cow::Owned(format!("{}:", qualifier.word)),
        hint: qualifier.doc,
        names: qualifier.names().collect(),
    });
    Completions { replace, all: ranked(typed, candidates.collect()) }
}

fn values<S: Subject>(
    qualifier: &'static Qualifier<S>,
    item: &Item<'_>,
    others: &[Item<'_>],
    replace: Range<usize>,
    vocabulary: &S::Vocabulary<'_>,
) -> Completions {
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    // A quoted value is none of the words with a meaning of their own, unless these may stand in quotes.
    if !item.quoted || S::keeps_words_in_quotes(qualifier.kind) {
        let words = qualifier.words.iter();
        candidates.extend(words.map(|word| Candidate {
            insert: word.word.into(),
            hint: word.doc,
            names: vec![word.word],
        }));
    }
    // What was seen may be one of the words.
    let seen = S::seen(qualifier.kind, vocabulary);
    let is_new = |one: &Candidate<'_>| candidates.iter().all(|word| word.insert != one.insert);
    let new: Vec<_> = seen.into_iter().filter(is_new).collect();
    candidates.extend(new);
    let taken = |candidate: &Candidate<'_>| {
        others.iter().any(|other| candidate.names.first().is_some_and(|name| plain(name) == plain(&other.text)))
    };
    candidates.retain(|candidate| !taken(candidate));
    let all = ranked(&item.text, candidates);
    let same = |completion: &Completion| completion.insert == item.text && !item.quoted;
    Completions { replace, all: all.into_iter().filter(|completion| !same(completion)).collect() }
}

/// Something that may be offered.
#[derive(Debug)]
pub struct Candidate<'a> {
    insert: Cow<'a, str>,
    hint: &'a str,
    /// What may be typed for it.
    names: Vec<&'a str>,
}

/// Names that can be typed: one that the sanitiser would change cannot.
pub fn typable(all: &[Untrusted]) -> impl Iterator<Item = &str> {
    all.iter().filter(|name| name.show_line().as_str() == name.raw_for_match()).map(Untrusted::raw_for_match)
}

impl<'a> Candidate<'a> {
    pub fn repos(repos: &'a [RepoName]) -> Vec<Self> {
        let repo = |repo: &'a RepoName| Self {
            insert: quote(repo.as_str()).into(),
            hint: "",
            names: vec![repo.as_str(), repo.name()],
        };
        repos.iter().map(repo).collect()
    }

    /// Each once.
    pub fn names(names: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let mut seen = std::collections::HashSet::new();
        // A name of blanks alone cannot be asked for.
        let once = names.into_iter().filter(|name| !name.trim().is_empty() && seen.insert(*name));
        once.map(|name| Self { insert: quote(name).into(), hint: "", names: vec![name] }).collect()
    }
}

/// Those that begin with what is typed in their order, then those that have its letters, the best first.
fn ranked(typed: &str, candidates: Vec<Candidate<'_>>) -> Vec<Completion> {
    let beginning = plain(typed);
    let longer = (2..=fuzzy::LONGEST).contains(&typed.chars().count());
    let fuzzy = longer.then(|| Fuzzy::new(typed));
    let mut best = Vec::new();
    for candidate in candidates {
        let begins = candidate.names.iter().any(|name| plain(name).starts_with(&beginning));
        let score = || candidate.names.iter().filter_map(|name| fuzzy.as_ref()?.score(name)).max();
        if let Some(score) = if begins { Some(u32::MAX) } else { score() } {
            best.push((Reverse(score), candidate));
        }
    }
    best.sort_by_key(|(score, _)| *score);
    let completion = |(_, c): (_, Candidate<'_>)| Completion { insert: c.insert.into_owned(), hint: c.hint.to_owned() };
    best.into_iter().take(MOST).map(completion).collect()
}
