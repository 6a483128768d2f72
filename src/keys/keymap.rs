//! Which key means what, here: the table with a preset and the operator's own keys over it.
//!
//! ```text
//!             Nothing                        Nothing, esc, a click, a paste, another place
//!            ┌───────┐                      ┌──────────────────────────────────────────────┐
//! nothing ───┴─chord─┴─> Found::Prefix ──> a prefix waits, without a limit in time ─────────┘
//!                 └────> Found::Intent        └─chord─> Found::Intent, Found::Prefix
//! ```

use super::chord::{Chord, Key, Keys};
use super::file::Change;
use super::intent::{Context, Intent};
use super::keyless::keyless;
use super::preset::Preset;
use super::rules::{self, Wrong};
use super::table::{TABLE, bindings};

/// One row: as in the table, but as many keys one after the other as are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub context: Context,
    pub keys: Keys,
    /// `None`: bound to nothing, so that the key everywhere is not heard here either.
    pub intent: Option<Intent>,
    pub help: &'static str,
    pub footer: &'static str,
    /// Which of the operator's own keys it is.
    pub(super) change: Option<usize>,
}

/// What keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Intent(Intent),
    /// The beginning of something longer.
    Prefix,
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Bound>,
}

impl Default for Keymap {
    /// The table as it is.
    fn default() -> Self {
        let row = |context: Context| {
            bindings(context).iter().map(|b| Bound {
                context: b.context,
                keys: Keys::one(b.chord),
                intent: Some(b.intent),
                help: b.help,
                footer: b.footer,
                change: None,
            })
        };
        Self { rows: TABLE.iter().flat_map(|(context, _)| row(*context)).collect() }
    }
}

impl Keymap {
    /// The table, the preset and the operator's own keys, and everything that is wrong with those: without any, nothing.
    pub fn build(preset: Preset, changes: &[Change]) -> (Self, Vec<Wrong>) {
        let mut map = Self::of(preset);
        if changes.is_empty() {
            return (map, Vec::new());
        }
        let before = map.clone();
        let mut wrong = rules::each(changes);
        let sound = |n: &usize| !wrong.iter().any(|wrong| wrong.change == *n);
        let sound: Vec<_> = (0..changes.len()).filter(sound).collect();
        map.lay(changes.iter().enumerate().filter(|(n, _)| sound.contains(n)).map(|(n, change)| (Some(n), change)));
        wrong.extend(rules::together(&before, &map, changes));
        wrong.sort_by_key(|wrong| wrong.change);
        (map, wrong)
    }

    /// The table with a preset over it.
    pub fn of(preset: Preset) -> Self {
        let mut map = Self::default();
        map.lay(preset.changes().iter().map(|change| (None, change)));
        map
    }

    /// What comes first is shown first; all of it stands before what was there.
    fn lay<'a>(&mut self, changes: impl DoubleEndedIterator<Item = (Option<usize>, &'a Change)> + Clone) {
        // What is taken away goes last: a new key stands where the old one stood.
        let (bound, freed) =
            (changes.clone().rev().filter(|c| c.1.intent.is_some()), changes.filter(|c| c.1.intent.is_none()));
        for (n, Change { context, keys, intent, .. }) in bound.chain(freed) {
            self.rows.retain(|row| !(row.context == *context && row.keys == *keys));
            let words = intent.and_then(|intent| words(*context, intent)).unwrap_or_default();
            let row = Bound {
                context: *context,
                keys: keys.clone(),
                intent: *intent,
                help: words.0,
                footer: words.1,
                change: n,
            };
            let same = self.rows.iter().position(|row| row.context == *context && row.intent == *intent);
            let end = || self.rows.iter().rposition(|row| row.context == *context).map_or(self.rows.len(), |n| n + 1);
            self.rows.insert(same.unwrap_or_else(end), row);
        }
    }

    /// What the keys pressed so far mean: the context's own come first, then those of everywhere.
    pub fn find(&self, context: Context, pressed: &[Chord]) -> Found {
        for place in [context, Context::Global] {
            let heard = || self.own(place).filter(|row| place == context || is_heard(context, row));
            if let Some(intent) = heard().find(|row| row.keys.are(pressed)).and_then(|row| row.intent) {
                return Found::Intent(intent);
            }
            if heard().any(|row| row.intent.is_some() && row.keys.begin_with(pressed)) {
                return Found::Prefix;
            }
            if heard().any(|row| row.keys.are(pressed)) {
                return Found::Nothing;
            }
        }
        Found::Nothing
    }

    /// What one key means by itself.
    pub fn lookup(&self, context: Context, chord: Chord) -> Option<Intent> {
        match self.find(context, &[chord]) {
            Found::Intent(intent) => Some(intent),
            Found::Prefix | Found::Nothing => None,
        }
    }

    /// What can follow what was pressed: the rest of the keys, and what they do.
    pub fn following(&self, context: Context, pressed: &[Chord], read_only: bool) -> Vec<(String, &'static str)> {
        let refused = |row: &Bound| read_only && row.intent.is_some_and(Intent::writes);
        let all = self.heard(context).filter(|row| row.keys.begin_with(pressed) && self.leads(context, row));
        let all = all.filter(|row| !refused(row));
        all.map(|row| (row.keys.after(pressed.len()), if row.footer.is_empty() { row.help } else { row.footer }))
            .collect()
    }

    /// A context's own rows that mean something.
    pub fn bindings(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.own(context).filter(|row| row.intent.is_some())
    }

    /// The row of an intent's best key that works here: one that the footer has a word for, the operator's own first.
    pub fn row_of(&self, context: Context, intent: Intent) -> Option<&Bound> {
        let all = || self.heard(context).filter(|row| row.intent == Some(intent) && self.leads(context, row));
        all().find(|row| !row.footer.is_empty()).or_else(|| all().next())
    }

    /// The same where letters are typed: of keys that are none.
    pub fn row_beside_text(&self, context: Context, intent: Intent) -> Option<&Bound> {
        let leads = |row: &&Bound| row.intent == Some(intent) && self.leads(context, row);
        self.heard(context).filter(leads).find(|row| !row.keys.first.is_character())
    }

    /// The key of an intent, for texts that name it; where none is bound, the intent's word.
    pub fn key(&self, context: Context, intent: Intent) -> String {
        self.row_of(context, intent).map_or_else(|| format!("<{}>", intent.word()), |row| row.keys.to_string())
    }

    /// The key of an intent wherever it has one: everywhere, else in the first place that has it.
    pub fn anywhere(&self, intent: Intent) -> Option<String> {
        let mut places = TABLE.iter().map(|(context, _)| *context);
        places.find_map(|context| self.row_of(context, intent)).map(|row| row.keys.to_string())
    }

    /// A text of the program's own with keys in it, each named by its place and its word: `{log.filter} searches`. What
    /// names no key stays as it is.
    pub fn fill(&self, text: &'static str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(b, rest)| Some((b, rest.split_once('}')?)))
        {
            out.push_str(before);
            match named(name) {
                Some((context, intent)) => out.push_str(&self.key(context, intent)),
                None => out.extend(["{", name, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// Characters that do nothing but move, wherever they are bound: they may be held down.
    pub fn held(&self) -> String {
        let moves = |intent: Option<Intent>| intent.is_none_or(Intent::moves);
        let one = |row: &Bound| match row.keys.first {
            Chord { key: Key::Char(c), ctrl: false, alt: false, .. } => Some(c),
            _ => None,
        };
        let held = self.rows.iter().filter(|row| row.intent.is_some_and(Intent::moves) && row.keys.is_one());
        let held = held.filter_map(one).filter(|c| {
            self.rows.iter().filter(|row| one(row) == Some(*c)).all(|row| row.keys.is_one() && moves(row.intent))
        });
        let mut all: Vec<char> = held.collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().collect()
    }

    fn own(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.rows.iter().filter(move |row| row.context == context)
    }

    /// Own rows first, then those of everywhere that are heard here.
    pub(super) fn heard(&self, context: Context) -> impl Iterator<Item = &Bound> {
        let everywhere = (context != Context::Global).then(|| self.own(Context::Global));
        let everywhere = everywhere.into_iter().flatten().filter(move |row| is_heard(context, row));
        self.own(context).chain(everywhere).filter(|row| row.intent.is_some())
    }

    /// Pressing the row's keys one after the other comes to its intent: nothing else takes one of them before.
    pub(super) fn leads(&self, context: Context, row: &Bound) -> bool {
        let chords: Vec<_> = row.keys.chords().collect();
        let (last, whole) = (chords.len(), row.intent.map_or(Found::Nothing, Found::Intent));
        (1..=last).all(|n| {
            let found = self.find(context, chords.get(..n).unwrap_or_default());
            found == if n == last { whole } else { Found::Prefix }
        })
    }
}

/// Where text is typed or a question stands, only leaving the program and repainting are heard of what works everywhere,
/// and in a form the help; and only by keys that are no text.
fn is_heard(context: Context, row: &Bound) -> bool {
    if !context.is_closed() {
        return true;
    }
    let Chord { key, ctrl, alt, .. } = row.keys.first;
    let helps = row.intent == Some(Intent::Help) && matches!(context, Context::Form | Context::Repos | Context::Issues);
    (ctrl || alt || matches!(key, Key::F(_))) && (helps || row.intent.is_some_and(Intent::passes_everywhere))
}

/// `log.filter`, if it can be bound.
pub fn named(name: &str) -> Option<(Context, Intent)> {
    let (place, word) = name.split_once('.')?;
    let (context, _) = TABLE.iter().find(|(context, _)| context.is_called(place))?;
    Some((*context, rules::bindable(*context).find(|intent| intent.is_called(word))?))
}

/// What is said of an intent in a context, or everywhere.
pub(super) fn words(context: Context, intent: Intent) -> Option<(&'static str, &'static str)> {
    if let Some(can) = keyless(context).find(|can| can.intent == intent) {
        return Some((can.help, can.footer));
    }
    let of = |context| bindings(context).iter().filter(|b| b.intent == intent);
    let all = || of(context).chain(of(Context::Global));
    let footer = all().map(|b| b.footer).find(|footer| !footer.is_empty()).unwrap_or_default();
    all().next().map(|b| (b.help, footer))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
