//! The one table. A key that is not here does nothing; help that is not here does not exist.

use super::chord::{Chord, Key};
use super::intent::{Context, Intent};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    pub context: Context,
    pub chord: Chord,
    pub intent: Intent,
    /// What it does, for the help and the README.
    pub help: &'static str,
    /// One or two words for the footer; empty: not shown there.
    pub footer: &'static str,
}

const fn bind(context: Context, chord: Chord, intent: Intent, help: &'static str, footer: &'static str) -> Binding {
    Binding { context, chord, intent, help, footer }
}

pub const TABLE: &[Binding] = &[
    bind(Context::Global, Chord::char('q'), Intent::Quit, "quit", ""),
    bind(Context::Global, Chord::plain(Key::Esc), Intent::Back, "go back", ""),
];

/// The intent of a chord: the context's own binding first, then the global one.
pub fn lookup(context: Context, chord: Chord) -> Option<Intent> {
    let find = |c: Context| TABLE.iter().find(|b| b.context == c && b.chord == chord).map(|b| b.intent);
    find(context).or_else(|| find(Context::Global))
}
