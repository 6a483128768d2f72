//! The tables of what can be asked: how a row of them reads, and how they are documented.

use super::near::plain;
use super::subject::Subject;

/// A name that stands before a colon.
#[derive(Clone, Copy, Debug)]
pub struct Qualifier<S: Subject> {
    pub word: &'static str,
    /// Other names for it.
    pub also: &'static [&'static str],
    /// How its values are written, as Markdown.
    pub values: &'static str,
    /// Values with a meaning of their own, and some worth offering.
    pub words: &'static [Word<S>],
    /// One sentence, as Markdown.
    pub doc: &'static str,
    pub example: &'static str,
    /// What its other values are.
    pub(in crate::domain) kind: S::Kind,
}

/// A fixed value of a qualifier.
#[derive(Clone, Copy, Debug)]
pub struct Word<S: Subject> {
    pub word: &'static str,
    /// When it holds.
    pub doc: &'static str,
    /// `None`: read like any other value; it is only offered.
    pub(in crate::domain) means: Option<S::Means>,
}

/// Rows that are the same whatever is asked about.
impl<S: Subject> Qualifier<S> {
    pub(in crate::domain) const fn repository(kind: S::Kind) -> Self {
        Self {
            word: "repository",
            also: &["repo"],
            values: "`owner/name` or `name`, `*`",
            words: &[],
            doc: "The repository.",
            example: "repository:acme/*",
            kind,
        }
    }

    pub(in crate::domain) const fn organization(kind: S::Kind) -> Self {
        Self {
            word: "organization",
            also: &["org"],
            values: "name, `*`",
            words: &[],
            doc: "The owner of the repository.",
            example: "organization:acme",
            kind,
        }
    }

    /// `words`: the one of the viewer's own.
    pub(in crate::domain) const fn user(kind: S::Kind, words: &'static [Word<S>], doc: &'static str) -> Self {
        Self { word: "user", also: &["creator"], values: "login, `*`, `@me`", words, doc, example: "user:@me", kind }
    }

    pub(in crate::domain) const fn model(
        kind: S::Kind,
        values: &'static str,
        words: &'static [Word<S>],
        doc: &'static str,
    ) -> Self {
        Self { word: "model", also: &[], values, words, doc, example: "model:claude-*", kind }
    }
}

/// Case does not matter.
pub(super) fn find<S: Subject>(name: &str) -> Option<&'static Qualifier<S>> {
    S::qualifiers().iter().find(|qualifier| qualifier.names().any(|own| own.eq_ignore_ascii_case(name)))
}

impl<S: Subject> Qualifier<S> {
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<S> {
        std::iter::once(self.word).chain(self.also.iter().copied())
    }

    /// Case does not matter, nor whether `-`, `_` or a blank separates words.
    pub(super) fn named(&self, text: &str) -> Option<&'static Word<S>> {
        let text = plain(text);
        self.words.iter().find(|word| plain(word.word) == text)
    }
}

/// The table of qualifiers.
pub fn markdown_table<S: Subject>() -> String {
    let mut out = String::from("| qualifier | values | what it asks | example |\n|---|---|---|---|\n");
    for qualifier in S::qualifiers() {
        let names: Vec<_> = qualifier.names().map(|name| format!("`{name}:`")).collect();
        let Qualifier { values, doc, example, .. } = qualifier;
        out.push_str(&format!("| {} | {values} | {doc} | `{example}` |\n", names.join(" ")));
    }
    out
}

/// The table of the values with a meaning of their own.
pub fn markdown_words<S: Subject>() -> String {
    let mut out = String::from("| value | holds when |\n|---|---|\n");
    for qualifier in S::qualifiers() {
        for word in qualifier.words.iter().filter(|word| word.means.is_some()) {
            out.push_str(&format!("| `{}:{}` | {} |\n", qualifier.word, word.word, word.doc));
        }
    }
    out
}
