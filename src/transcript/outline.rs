//! The turns of a log: where each begins, how long it took, what it called and what it cost.
//!
//! A turn is one answer of the model and what its tools gave back. What comes before the first one is the set-up.
//!
//! ```text
//! begin(set-up) ─> push … ─> begin(turn) ─> push, call, answer … ─> begin(turn) …
//! ```

use chrono::TimeDelta;

use super::entry::{Entry, Kind};
use super::tools;
use crate::domain::Instant;
use crate::text::Untrusted;

/// Tokens as the log counts them; what it does not tell is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub input: u64,
    /// Of the input, those that were read from a cache.
    pub cached: u64,
    pub output: u64,
}

impl Tokens {
    pub(super) fn add(&mut self, more: Self) {
        self.input = self.input.saturating_add(more.input);
        self.cached = self.cached.saturating_add(more.cached);
        self.output = self.output.saturating_add(more.output);
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// Its first entry. A turn without entries stands where its first would.
    pub first: usize,
    /// Before the agent's first words.
    pub setup: bool,
    pub at: Option<Instant>,
    /// The last that is known of it.
    pub until: Option<Instant>,
    pub calls: usize,
    pub tokens: Tokens,
}

/// All turns, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    turns: Vec<Turn>,
}

impl Outline {
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// How long a turn took: until the next one began, the wait for the model with it; of the last what is known of it.
    pub fn took(&self, turn: usize) -> Option<TimeDelta> {
        let this = self.turns.get(turn)?;
        let next = self.turns.get(turn + 1).and_then(|next| next.at);
        next.or(this.until).zip(this.at).map(|(end, start)| end - start).filter(|took| *took >= TimeDelta::zero())
    }

    /// The entries of a turn.
    pub fn entries<'a>(&self, turn: usize, entries: &'a [Entry]) -> &'a [Entry] {
        let Some(first) = self.turns.get(turn).map(|turn| turn.first) else { return &[] };
        let end = self.turns.get(turn + 1).map_or(entries.len(), |next| next.first);
        entries.get(first..end.max(first)).unwrap_or_default()
    }

    /// The turn an entry belongs to.
    pub fn turn_of(&self, entry: usize) -> Option<usize> {
        self.turns.partition_point(|turn| turn.first <= entry).checked_sub(1)
    }

    /// The first line the agent said in a turn; of a turn without words what it thought, did or set up first.
    pub fn words<'a>(&self, turn: usize, entries: &'a [Entry]) -> Option<&'a str> {
        let entries = self.entries(turn, entries);
        let said = entries.iter().find_map(|entry| match &entry.kind {
            Kind::Text(text) | Kind::Error(text) | Kind::User(text) => Some(text),
            Kind::PullSummary { title, .. } => Some(title),
            _ => None,
        });
        let did = || {
            entries.iter().find_map(|entry| match &entry.kind {
                Kind::Command(command) => Some(tools::short_command(command.command.raw_for_match())),
                kind => kind.texts().into_iter().find_map(first_line),
            })
        };
        said.and_then(first_line).or_else(did)
    }

    /// Forgets all entries but `len` of them from `start` on. A turn that lies before and behind them stays with what it
    /// was as a whole.
    pub(super) fn cut(&mut self, start: usize, len: usize) {
        let first = self.turn_of(start).unwrap_or(0);
        let end = self.turns.partition_point(|turn| turn.first < start + len);
        self.turns.truncate(end);
        self.turns.drain(..first.min(end));
        for turn in &mut self.turns {
            turn.first = turn.first.saturating_sub(start);
        }
    }

    /// A turn begins at this entry.
    pub(super) fn begin(&mut self, first: usize, setup: bool, at: Option<Instant>) {
        // Steps of the set-up are one turn.
        if setup && self.turns.last().is_some_and(|turn| turn.setup) {
            return;
        }
        self.turns.push(Turn { first, setup, at, until: at, ..Turn::default() });
    }

    /// An entry came to the end.
    pub(super) fn pushed(&mut self, entry: usize, at: Option<Instant>) {
        if self.turns.is_empty() {
            self.begin(entry, true, at);
        }
        if let Some(turn) = self.turns.last_mut() {
            turn.at = turn.at.or(at);
            turn.until = turn.until.max(at);
        }
    }

    pub(super) fn called(&mut self) {
        if let Some(turn) = self.turns.last_mut() {
            turn.calls += 1;
        }
    }

    pub(super) fn answered(&mut self, entry: usize, at: Option<Instant>) {
        if let Some(turn) = self.turn_of(entry).and_then(|turn| self.turns.get_mut(turn)) {
            turn.until = turn.until.max(at);
        }
    }

    pub(super) fn spent(&mut self, tokens: Tokens) {
        if let Some(turn) = self.turns.last_mut() {
            turn.tokens.add(tokens);
        }
    }
}

fn first_line(text: &Untrusted) -> Option<&str> {
    text.raw_for_match().lines().map(str::trim).find(|line| !line.is_empty())
}
