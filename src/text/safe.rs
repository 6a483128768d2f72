//! Plain text that is safe to put in a cell: no control, no escape sequence, nothing invisible or reordering.

use std::fmt;
use std::ops::Deref;

use super::{clean, reveal, width};

/// Columns of a one-line text that are considered.
const COLUMNS: usize = 2000;

/// One line of text that holds nothing a terminal would act on. The only way to make one is through the sanitiser,
/// so holding a `Safe` is the proof.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Safe(Box<str>);

impl Safe {
    /// The program's own words. They pass the sanitiser too, so that a formatted-in value cannot break the promise.
    /// What is safe already comes out unchanged.
    pub fn new(text: impl AsRef<str>) -> Self {
        line(text.as_ref())
    }

    /// What the sanitiser made.
    pub(super) fn trusted(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Safe {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for Safe {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// One safe line out of any text: newlines become spaces.
pub(super) fn line(text: &str) -> Safe {
    if clean::is_clean(text) {
        return Safe(text.into());
    }
    if !text.contains('\n') {
        return marked(text, 0);
    }
    let mut joined = String::new();
    let mut beyond = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        if joined.len() > clean::LINE_BYTES {
            beyond += line.len() + 1;
            continue;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&marked(line, 0));
    }
    marked(&joined, beyond)
}

/// [`line`] with the columns capped, for strangers' words in one row.
pub(super) fn title(text: &str) -> Safe {
    let line = line(text);
    if line.len() <= COLUMNS || width::width(&line) <= COLUMNS {
        return line;
    }
    // The marker is at the end and must not be lost with it.
    let marker = line.rfind(" ␛").and_then(|at| line.get(at..)).filter(|m| m.len() < 20).unwrap_or_default();
    Safe::trusted(width::cut_end(&line, COLUMNS - width::width(marker)) + marker)
}

/// One safe line per line of the text.
pub(super) fn block(text: &str) -> Vec<Safe> {
    text.lines().map(line).collect()
}

/// The text with every control and sequence spelled instead of taken out: `^[[31m`, `<U+009B>`. For what an operator
/// is about to run or to approve.
pub(super) fn spelled(text: &str) -> Vec<Safe> {
    let spell = |line: &str| {
        let mut out = String::with_capacity(line.len());
        for c in line.chars() {
            match c {
                '\t' => out.push(c),
                '\0'..='\u{1f}' | '\u{7f}' => {
                    out.push('^');
                    out.push(char::from(u8::try_from(c).unwrap_or_default() ^ 0x40));
                }
                '\u{80}'..='\u{9f}' => reveal::spell(&mut out, c),
                c => out.push(c),
            }
        }
        marked(&out, 0)
    };
    text.lines().map(spell).collect()
}

/// One line cleaned, with what is to be said about it. `beyond`: bytes left out before.
fn marked(raw: &str, beyond: usize) -> Safe {
    let mut cleaned = clean::line(raw, false, beyond);
    let (note, marker) = (cleaned.note(), cleaned.marker());
    let mut text = cleaned.runs.pop().map(|(_, text)| text).unwrap_or_default();
    text.push_str(&note);
    text.push_str(if text.is_empty() { marker.trim_start() } else { &marker });
    Safe::trusted(text)
}
