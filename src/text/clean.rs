//! One line through the whole sanitiser: sequences out, colours to values, deceptive code points spelled, caps kept.
//!
//! ```text
//! raw line ─escape─> text + colour changes ─reveal─> runs of safe text ─cap─> at most LINE_BYTES
//! ```
//!
//! The memory used is bound by the longest line shown, not by the line that came.

use unicode_segmentation::UnicodeSegmentation;

use super::escape::{Piece, Pieces};
use super::style::Sgr;
use super::{reveal, width};

/// Bytes of one line that are shown; the rest is folded and its length said.
pub(super) const LINE_BYTES: usize = 16 * 1024;
/// Room for what is said about the rest.
const NOTE_BYTES: usize = 64;
/// Bytes of a line that are looked at. More than is shown, because marks that are too many take no room.
const LOOK_BYTES: usize = LINE_BYTES + 4096;
const TAB: usize = 8;

/// A safe line, with its runs of colours.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) runs: Vec<(Sgr, String)>,
    /// Sequences, controls and marks taken out.
    pub(super) removed: u32,
    /// Bytes that did not fit.
    pub(super) hidden: usize,
}

impl Line {
    /// ` ␛n`: this many were taken out. Empty when none was.
    pub(super) fn marker(&self) -> String {
        marker(self.removed)
    }

    /// `… +n bytes`. Empty when all is shown.
    pub(super) fn note(&self) -> String {
        if self.hidden == 0 { String::new() } else { format!("… +{} bytes", self.hidden) }
    }
}

pub(super) fn marker(removed: u32) -> String {
    if removed == 0 { String::new() } else { format!(" ␛{removed}") }
}

/// Nothing in it that the sanitiser would change.
pub(super) fn is_clean(line: &str) -> bool {
    line.len() <= LINE_BYTES && line.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// Cleans one line. `colours`: keep them as values; else they count as taken out. `beyond`: bytes of the line that are
/// not in `raw`.
pub(super) fn line(raw: &str, colours: bool, beyond: usize) -> Line {
    let mut read = Read::new(raw, colours);
    read.beyond += beyond;
    let line = read.show(LINE_BYTES);
    let extra = line.marker().len();
    let bytes: usize = line.runs.iter().map(|(_, text)| text.len()).sum();
    if line.hidden == 0 && bytes + extra <= LINE_BYTES { line } else { read.show(LINE_BYTES - NOTE_BYTES) }
}

/// A line without its sequences.
#[derive(Default)]
struct Read {
    text: String,
    /// Where a colour begins.
    styles: Vec<(usize, Sgr)>,
    removed: u32,
    /// Bytes beyond [`LOOK_BYTES`].
    beyond: usize,
}

impl Read {
    fn new(raw: &str, colours: bool) -> Self {
        let mut read = Self::default();
        let mut style = Sgr::default();
        let mut returned = false;
        // Where the text after the last tab stop begins, and its column.
        let mut stop = (0, 0);
        for piece in Pieces::new(raw) {
            if returned && matches!(piece, Piece::Text(_) | Piece::Tab) {
                returned = false;
                if !read.text.is_empty() {
                    read.text.clear();
                    read.removed = read.removed.saturating_add(1);
                }
                read.beyond = 0;
                stop = (0, 0);
                read.styles.clear();
                read.styles.push((0, style.readable()));
            }
            match piece {
                Piece::Text(text) => read.push(text),
                Piece::Tab => {
                    let column = stop.1 + read.text.get(stop.0..).map_or(0, width::width);
                    read.push("        ".get(column % TAB..).unwrap_or_default());
                    stop = (read.text.len(), column - column % TAB + TAB);
                }
                Piece::Return => returned = true,
                Piece::Sgr(parameters) if colours => {
                    style.apply(parameters);
                    let at = read.text.len();
                    read.styles.pop_if(|(from, _)| *from == at);
                    read.styles.push((at, style.readable()));
                }
                Piece::Sgr(_) | Piece::Other => read.removed = read.removed.saturating_add(1),
            }
        }
        read
    }

    fn push(&mut self, text: &str) {
        let room = if self.beyond > 0 { 0 } else { LOOK_BYTES - self.text.len() };
        let fits = width::cut_bytes(text, room);
        self.text.push_str(fits);
        self.beyond += text.len() - fits.len();
    }

    /// At most `limit` bytes of safe text.
    fn show(&self, limit: usize) -> Line {
        let mut line = Line { removed: self.removed, ..Line::default() };
        let mut styles = self.styles.iter().copied().peekable();
        let mut style = Sgr::default();
        let mut used = 0;
        let mut unit = String::new();
        for Unit { at, raw, next, simple } in Units::new(&self.text, &self.styles) {
            while let Some((_, new)) = styles.next_if(|(from, _)| *from <= at) {
                style = new;
            }
            unit.clear();
            let dropped = if simple {
                unit.push_str(width::cut_bytes(raw, limit - used));
                0
            } else {
                reveal::cluster(&mut unit, raw, next)
            };
            let fits = used + unit.len() <= limit;
            if fits {
                used += unit.len();
                line.removed = line.removed.saturating_add(dropped);
                match line.runs.last_mut() {
                    Some((last, text)) if *last == style => text.push_str(&unit),
                    _ => line.runs.push((style, unit.clone())),
                }
            }
            let shown = if !fits {
                0
            } else if raw.is_ascii() {
                unit.len()
            } else {
                raw.len()
            };
            if shown < raw.len() {
                line.hidden = self.text.len() - at - shown;
                break;
            }
        }
        line.hidden += self.beyond;
        line
    }
}

/// A piece of a text.
struct Unit<'a> {
    /// Where it begins.
    at: usize,
    raw: &'a str,
    /// The character after it.
    next: Option<char>,
    /// Simple characters only; else one cluster of anything.
    simple: bool,
}

/// A text as stretches of simple characters that begin and end where colours do, and single clusters of anything else.
struct Units<'a> {
    text: &'a str,
    at: usize,
    styles: std::iter::Peekable<std::iter::Copied<std::slice::Iter<'a, (usize, Sgr)>>>,
}

impl<'a> Units<'a> {
    fn new(text: &'a str, styles: &'a [(usize, Sgr)]) -> Self {
        Self { text, at: 0, styles: styles.iter().copied().peekable() }
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Unit<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.text.get(at..).filter(|r| !r.is_empty())?;
        while self.styles.next_if(|(from, _)| *from <= at).is_some() {}
        let end = self.styles.peek().map_or(rest.len(), |(from, _)| from - at);
        let stretch = simple_len(rest, end);
        let raw = match stretch {
            0 => rest.graphemes(true).next().unwrap_or(rest),
            _ => rest.get(..stretch).unwrap_or(rest),
        };
        self.at += raw.len();
        let next = self.text.get(self.at..).and_then(|r| r.chars().next());
        Some(Unit { at, raw, next, simple: stretch > 0 })
    }
}

/// Bytes of simple characters that `text` begins with, up to `end`. The last before another kind of character is left
/// out: that one may be a mark on it.
fn simple_len(text: &str, end: usize) -> usize {
    let mut last = 0;
    for (at, c) in text.char_indices() {
        if !reveal::is_simple(c) {
            return last;
        }
        if at >= end {
            return at;
        }
        last = at;
    }
    text.len()
}
