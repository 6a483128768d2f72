//! One entry as lines for a width. Used by the scroll arithmetic and by the view alike, so that they cannot disagree.

use super::entry::Entry;
use crate::text::{Safe, Sgr};

/// What a piece of text is; the view gives it a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Plain,
    Dim,
    Strong,
    /// The word that names the kind: a command, a file action, progress, an error.
    Command,
    File,
    Progress,
    Error,
    Reasoning,
    Added,
    Removed,
    Hunk,
    Good,
    Bad,
    /// Colours of the log itself.
    Log(Sgr),
}

/// One row of the log pane, without its margin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogLine {
    pub parts: Vec<(Ink, Safe)>,
    /// Set at the right end of the row (exit code, duration, counts).
    pub right: Vec<(Ink, Safe)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns for the text, margin excluded.
    pub width: u16,
    pub folded: bool,
    pub wrap: bool,
}

/// Can this entry be folded at all, and is it by default.
pub fn folds(_entry: &Entry) -> bool {
    false
}

/// Never empty: every entry has at least one row.
pub fn lines(_entry: &Entry, _options: Options) -> Vec<LogLine> {
    vec![LogLine::default()]
}
