//! Pieces to terms, and plain sentences about what is none.

use std::ops::Range;

use super::amount::{COUNT, CREDITS};
use super::fuzzy::{self, Fuzzy};
use super::lex::{Body, Item, Piece, pieces};
use super::name::Name;
use super::near::near;
use super::parsed::Wrong;
use super::table::{self, Kind, Means, QUALIFIERS, Qualifier};
use super::term::{Term, Value};
use super::time::When;
use super::word::FreeWord;
use crate::text::Safe;

/// Characters of somebody's text that a sentence repeats.
const SAID: usize = 40;

/// Every term that is understood, and everything that is wrong, in the order of the text.
pub(super) fn read(text: &str) -> (Vec<Term>, Vec<Wrong>) {
    let mut reader = Reader { text, terms: Vec::new(), wrong: Vec::new() };
    for piece in pieces(text) {
        reader.piece(piece);
    }
    (reader.terms, reader.wrong)
}

struct Reader<'a> {
    text: &'a str,
    terms: Vec<Term>,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
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
            Body::Text(item) => {
                Vec::from_iter(self.whole(item).then(|| Value::Word(Box::new(FreeWord::new(&item.text)))))
            }
            Body::Fuzzy(item) => Vec::from_iter(self.whole(item).then(|| self.fuzzy(item)).flatten()),
            Body::Qualified { name, name_at, items } => {
                let Some(qualifier) = table::find(name) else {
                    self.no_qualifier(name, name_at, &piece.at);
                    return;
                };
                items.iter().filter_map(|item| self.value(qualifier, items.len(), item)).collect()
            }
        };
        if !any.is_empty() {
            self.terms.push(Term { not: piece.not, any });
        }
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

    fn fuzzy(&mut self, item: &Item<'_>) -> Option<Value> {
        if item.text.split_whitespace().any(|word| word.chars().count() > fuzzy::LONGEST) {
            self.wrong(item.at.clone(), format!("a word behind “~” has at most {} characters", fuzzy::LONGEST));
            return None;
        }
        Some(Value::Fuzzy(Fuzzy::new(&item.text)))
    }

    fn value(&mut self, qualifier: &Qualifier, of: usize, item: &Item<'_>) -> Option<Value> {
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
        let known = QUALIFIERS.iter().flat_map(Qualifier::names);
        let meant = near(name, known).map(|known| format!("; did you mean {known}:?")).unwrap_or_default();
        let text = said(self.text.get(name_at.start..at.end).unwrap_or(name));
        let end = if meant.is_empty() { "; to" } else { " To" };
        let what =
            format!("there is no qualifier “{}”{meant}{end} look for the text, put “{text}” in quotes", said(name));
        self.wrong(name_at.clone(), what);
    }
}

/// What a sentence may repeat of somebody's text.
fn said(text: &str) -> Safe {
    let cut = text.char_indices().nth(SAID).and_then(|(at, _)| text.get(..at));
    Safe::new(cut.map_or_else(|| text.to_owned(), |cut| format!("{cut}…")))
}

/// Quoted values are taken as they are: no `*`, no `@me`, no words with a meaning of their own. Only a state's name
/// stays one, because on the screen some have a blank in them.
fn value(qualifier: &Qualifier, item: &Item<'_>) -> Result<Value, String> {
    let text = &*item.text;
    let fixed = qualifier.named(text).filter(|_| !item.quoted || qualifier.kind == Kind::State);
    match fixed.map(|word| word.means) {
        Some(Means::Flag(flag)) => return Ok(Value::Flag(flag)),
        Some(Means::State(signs)) => return Ok(Value::State(signs, Name::verbatim(text))),
        Some(Means::Offered) | None => {}
    }
    let name = |text: &str| if item.quoted { Name::verbatim(text) } else { Name::pattern(text) };
    match qualifier.kind {
        Kind::Fixed => Err(no_word(qualifier, text)),
        Kind::State => match near(text, qualifier.words.iter().map(|word| word.word)).filter(|_| !item.quoted) {
            Some(meant) => Err(format!(
                "“{}” is no state; did you mean {meant}? A state of that very name is asked for in quotes",
                said(text)
            )),
            None => Ok(Value::State(0, name(text))),
        },
        Kind::Repo => repo(text, name),
        Kind::Owner if text.contains('/') => Err("an organization has no slash in it; a repository has".to_owned()),
        Kind::Owner => Ok(Value::Owner(name(text))),
        Kind::Login => match text.strip_prefix('@').filter(|_| !item.quoted) {
            Some("") => Err("a login is missing behind the “@”".to_owned()),
            login => Ok(Value::Login(name(login.unwrap_or(text)))),
        },
        Kind::Agent => Ok(Value::Agent(name(text))),
        Kind::Model => Ok(Value::Model(name(text))),
        Kind::Branch => Ok(Value::Branch(name(text))),
        Kind::Rule => Ok(Value::Rule(name(text))),
        Kind::Id => Ok(Value::Id(Name::beginning(text))),
        Kind::Pull => {
            let digits = text.strip_prefix('#').unwrap_or(text);
            let number = digits.parse().ok().filter(|_| !digits.starts_with('+'));
            number.map(Value::Pull).ok_or_else(|| no_word(qualifier, text))
        }
        Kind::Time(clock) => When::read(text).map(|when| Value::Time(clock, when)),
        Kind::Cost => CREDITS.read(text).map(Value::Cost),
        Kind::Sessions => COUNT.read(text).map(Value::Sessions),
    }
}

fn repo(text: &str, name: impl Fn(&str) -> Name) -> Result<Value, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '/');
    let mut parts = text.split('/');
    let shape = (parts.next(), parts.next(), parts.next());
    match shape {
        (Some(_), None, _) if text.chars().all(allowed) => Ok(Value::RepoName(name(text))),
        (Some(owner), Some(rest), None) if !owner.is_empty() && !rest.is_empty() && text.chars().all(allowed) => {
            Ok(Value::Repo(name(text)))
        }
        _ => Err("a repository is written owner/name, or its name alone; all of acme's are acme/*".to_owned()),
    }
}

fn no_word(qualifier: &Qualifier, text: &str) -> String {
    let name = qualifier.word;
    let text_said = said(text);
    let elsewhere =
        QUALIFIERS.iter().find(|other| other.named(text).is_some_and(|w| !matches!(w.means, Means::Offered)));
    if let Some(meant) = near(text, qualifier.words.iter().map(|word| word.word)) {
        format!("“{text_said}” is nothing {name}: knows; did you mean {meant}?")
    } else if let Some(other) = elsewhere {
        format!("“{text_said}” is nothing {name}: knows; did you mean {}:{text_said}?", other.word)
    } else {
        let words: Vec<_> = qualifier.words.iter().map(|word| word.word).collect();
        let number = if qualifier.kind == Kind::Pull { " or a number" } else { "" };
        format!("“{text_said}” is nothing {name}: knows; it takes {}{number}", words.join(", "))
    }
}
