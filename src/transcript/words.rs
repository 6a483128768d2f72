//! The words a pattern cannot match without, and a gate that leads a text only to the patterns whose words it has.
//!
//! To compile a pattern takes many times as long as to read it, and most patterns match nothing of most logs. So the words
//! of all of them are looked for at once, and only a pattern that has one there is compiled and asked. The gate never says
//! that a pattern matches, only which may.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::syntax;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes a compiled expression may take.
const COMPILED: usize = 1 << 20;
/// Shorter words are in nearly every text.
const SHORTEST: usize = 3;
/// Of longer words the beginning tells enough.
const LONGEST: usize = 32;
/// More words of one pattern tell little and cost all of them.
const MOST: usize = 40;
/// Bytes of a text that are looked at in one go.
const PIECE: usize = 1024;

type Words = Vec<Vec<u8>>;

/// An expression, compiled when it is first asked: most never are.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    text: String,
    regex: OnceLock<Option<Regex>>,
}

impl Sought {
    /// For what is shipped: that it can be compiled, and that words lead to it, is tested.
    pub(super) fn later(text: String) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    /// For what others wrote. An error says in its last line what is wrong.
    pub(super) fn now(text: String) -> Result<Self, String> {
        let regex = compile(&text, by_bytes(), Before::Nothing)?;
        Ok(Self { text, regex: Some(regex).into() })
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| compile(&self.text, by_bytes(), Before::ItsWords).ok()).as_ref()
    }

    #[cfg(test)]
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// In lower case: whatever it matches has one of these, in whatever case. `None`: nothing is known.
    pub(super) fn words(&self) -> Option<Words> {
        of(&ParserBuilder::new().unicode(false).utf8(false).build().parse(&self.text).ok()?)
    }
}

/// The classes of all of Unicode make a search fifty times as slow.
fn by_bytes() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

/// What is known of a text before an expression is asked about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// That it has words of the expression: a gate led it there.
    ItsWords,
    /// Nothing: the expression looks for its words by itself first.
    Nothing,
}

/// To make an expression look for its words by itself takes more than all else of compiling it.
pub(super) fn compile(text: &str, syntax: syntax::Config, known: Before) -> Result<Regex, String> {
    let config = Regex::config().nfa_size_limit(Some(COMPILED)).utf8_empty(syntax.get_utf8());
    Regex::builder()
        .syntax(syntax)
        .configure(config.auto_prefilter(known == Before::Nothing))
        .build(text)
        .map_err(|error| wrong(&error))
}

fn wrong(error: &BuildError) -> String {
    match (error.syntax_error(), error.size_limit()) {
        (Some(syntax), _) => syntax.to_string(),
        (None, Some(most)) => format!("it takes more than {most} bytes when it is compiled"),
        (None, None) => error.to_string(),
    }
}

fn of(hir: &Hir) -> Option<Words> {
    match hir.kind() {
        HirKind::Concat(parts) => of_row(parts),
        HirKind::Alternation(branches) => {
            let words = branches.iter().map(of).collect::<Option<Vec<_>>>()?.concat();
            (words.len() <= MOST).then_some(words)
        }
        HirKind::Repetition(repeated) if repeated.min > 0 => of(&repeated.sub),
        HirKind::Capture(group) => of(&group.sub),
        HirKind::Literal(_) => of_row(std::slice::from_ref(hir)),
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) | HirKind::Repetition(_) => None,
    }
}

/// Any part's words will do: those of the part whose shortest is longest. What is fixed joins what is fixed beside it.
fn of_row(parts: &[Hir]) -> Option<Words> {
    let mut all = Vec::new();
    let mut joined = Vec::new();
    for part in parts {
        let before = joined.len();
        if !fixed(part, &mut joined) {
            joined.truncate(before);
            all.push(vec![std::mem::take(&mut joined)]);
            all.extend(of(part));
        }
    }
    all.push(vec![joined]);
    let shortest = |words: &Words| words.iter().map(Vec::len).min().unwrap_or_default();
    all.into_iter().max_by_key(shortest).filter(|words| shortest(words) >= SHORTEST)
}

/// Adds the one text this matches but for the case of its letters. False: it matches several.
fn fixed(hir: &Hir, text: &mut Vec<u8>) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend(literal.0.to_ascii_lowercase()),
        // Either case of a letter. In Unicode some have a third.
        HirKind::Class(Class::Bytes(class)) => match class.ranges() {
            [upper, lower]
                if (upper.len(), lower.len()) == (1, 1) && upper.start().to_ascii_lowercase() == lower.start() =>
            {
                text.push(lower.start());
            }
            _ => return false,
        },
        HirKind::Capture(group) => return fixed(&group.sub, text),
        HirKind::Concat(parts) => return parts.iter().all(|part| fixed(part, text)),
        HirKind::Class(Class::Unicode(_)) | HirKind::Repetition(_) | HirKind::Alternation(_) => return false,
    }
    true
}

/// Patterns by their index. Those 128 apart share a place: one that may match brings the other with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(u128);

impl Set {
    pub(super) const ALL: Self = Self(u128::MAX);

    fn one(index: usize) -> Self {
        Self(1 << (index % 128))
    }

    pub(super) fn has(self, index: usize) -> bool {
        self.has_all(Self::one(index))
    }

    fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<T: IntoIterator<Item = usize>>(indexes: T) -> Self {
        let mut set = Self::default();
        indexes.into_iter().for_each(|index| set.add(Self::one(index)));
        set
    }
}

/// The words of many patterns.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    /// `None`: it could not be made, every pattern may match everything.
    automaton: Option<AhoCorasick>,
    /// By word: the patterns that have it, or a word it begins with.
    of: Vec<Set>,
    /// Patterns of which no words are known.
    always: Set,
}

impl Gate {
    /// By pattern: its words in lower case.
    pub(super) fn new(patterns: impl Iterator<Item = Option<Words>>) -> Self {
        let mut always = Set::default();
        let mut of = BTreeMap::<Vec<u8>, Set>::new();
        for (index, words) in patterns.enumerate() {
            let Some(words) = words else {
                always.add(Set::one(index));
                continue;
            };
            for mut word in words {
                word.truncate(LONGEST);
                of.entry(word).or_default().add(Set::one(index));
            }
        }
        // Each behind the words it begins with: of all that begin at a place only the longest is found.
        let mut begun: Vec<(&[u8], Set)> = Vec::new();
        for (word, patterns) in &mut of {
            while begun.pop_if(|(shorter, _)| !word.starts_with(shorter)).is_some() {}
            patterns.add(begun.last().map(|(_, patterns)| *patterns).unwrap_or_default());
            begun.push((word, *patterns));
        }
        let mut builder = AhoCorasick::builder();
        // This kind is made in a quarter of the time a table of all states takes, and it is rarely come to: mostly many
        // bytes at once are seen to begin no word.
        builder.kind(Some(AhoCorasickKind::ContiguousNFA)).match_kind(MatchKind::LeftmostLongest);
        Self { automaton: builder.build(of.keys()).ok(), of: of.into_values().collect(), always }
    }

    /// The patterns that may match something in a text. Of those that are not asked about nothing is said.
    pub(super) fn possible(&self, text: &[u8], asked: Set) -> Set {
        let Some(automaton) = &self.automaton else { return Set::ALL };
        let mut possible = self.always;
        let mut buffer = [0; PIECE];
        let mut rest = text;
        while !rest.is_empty() && !possible.has_all(asked) {
            let part = rest.get(..PIECE).unwrap_or(rest);
            // In lower case beforehand: only words in one case are looked for many bytes at once.
            let Some(folded) = buffer.get_mut(..part.len()) else { return Set::ALL };
            folded.copy_from_slice(part);
            folded.make_ascii_lowercase();
            let mut from = 0;
            while !possible.has_all(asked) {
                let Some(word) = automaton.find(Input::new(&*folded).range(from..)) else { break };
                possible.add(self.of.get(word.pattern().as_usize()).copied().unwrap_or_default());
                // The next may begin within this one.
                from = word.start() + 1;
            }
            // A word may begin in one piece and end in the next.
            rest = rest.get(PIECE - LONGEST + 1..).filter(|_| rest.len() > PIECE).unwrap_or_default();
        }
        possible
    }
}

#[cfg(test)]
mod tests;
