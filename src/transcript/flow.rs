//! Pieces of text with their inks laid into rows of a width.

use super::lines::{Ink, LogLine};
use crate::text::{Safe, Sgr, StyledLine, width};

pub(super) type Parts = Vec<(Ink, Safe)>;

/// Rows being filled, top to bottom.
pub(super) struct Rows {
    pub(super) done: Vec<LogLine>,
    pub(super) width: usize,
    pub(super) wrap: bool,
}

impl Rows {
    pub(super) fn new(width: u16, wrap: bool) -> Self {
        Self { done: Vec::new(), width: usize::from(width).max(1), wrap }
    }

    fn row(&mut self, parts: Parts) {
        self.done.push(LogLine { parts, right: Vec::new() });
    }

    /// One line, wrapped below itself with an indent of `hang` columns, or cut.
    pub(super) fn flow(&mut self, parts: Parts, hang: usize) {
        self.flow_in(parts, hang, self.width);
    }

    fn flow_in(&mut self, parts: Parts, hang: usize, columns: usize) {
        let total: usize = parts.iter().map(|(_, text)| width::width(text)).sum();
        if total <= columns {
            return self.row(parts);
        }
        if !self.wrap {
            return self.row(cut(&parts, columns));
        }
        let text: String = parts.iter().map(|(_, text)| text.as_str()).collect();
        let hang = if hang * 2 <= columns { hang } else { 0 };
        let mut rest = text.as_str();
        let mut indent = 0;
        loop {
            let (row, next) = width::row(rest, columns - indent);
            let mut line = Parts::new();
            if indent > 0 {
                line.push((Ink::Plain, Safe::new(" ".repeat(indent))));
            }
            slice(&parts, text.len() - rest.len(), row.len(), &mut line);
            self.row(line);
            match next {
                Some(next) => rest = next,
                None => return,
            }
            indent = hang;
        }
    }

    /// A heading: `right` stands at the right end of its first row, as much of it as leaves room for the heading. What is
    /// dim goes first.
    pub(super) fn heading(&mut self, parts: Parts, mut right: Parts, reserve: usize, whole: bool) {
        let words = |right: &Parts| right.iter().map(|(_, text)| width::width(text) + 2).sum::<usize>();
        while !right.is_empty() && words(&right).max(reserve) * 2 > self.width {
            let least = right.iter().rposition(|(ink, _)| *ink == Ink::Dim).unwrap_or(right.len() - 1);
            right.remove(least);
        }
        let room = if right.is_empty() { self.width } else { self.width - words(&right).max(reserve) };
        let at = self.done.len();
        if whole && self.wrap {
            self.flow_in(parts, 2, room);
        } else {
            self.row(cut(&parts, room));
        }
        if let Some(first) = self.done.get_mut(at) {
            first.right = right;
        }
    }

    /// A line of a log with its own colours.
    pub(super) fn log(&mut self, raw: &str) {
        let line = StyledLine::new(raw);
        let marker = line.marker();
        let ink = |sgr: Sgr| if sgr == Sgr::default() { Ink::Plain } else { Ink::Log(sgr) };
        let mut parts: Parts = line.runs.into_iter().map(|(sgr, text)| (ink(sgr), text)).collect();
        if !marker.is_empty() {
            parts.push((Ink::Dim, Safe::new(format!(" {marker}"))));
        }
        let indent = parts.first().map_or(0, |(_, text)| text.len() - text.trim_start_matches(' ').len());
        self.flow(parts, indent);
    }

    /// A line of one ink.
    pub(super) fn plain(&mut self, ink: Ink, raw: &str) {
        let text = Safe::new(raw);
        let indent = text.len() - text.trim_start_matches(' ').len();
        self.flow(vec![(ink, text)], indent);
    }

    /// The lines of `text`, or when `fold` says so the first and the last of them with what is between counted.
    pub(super) fn folded(&mut self, text: &str, fold: Option<Fold>, mut each: impl FnMut(&mut Self, &str)) {
        let total = count(text);
        let Some(fold) = fold.filter(|fold| fold.hides(total)) else {
            let mut lines = text.lines();
            for line in lines.by_ref().take(LONGEST) {
                each(self, line);
            }
            return self.hidden(total.saturating_sub(LONGEST));
        };
        for line in text.lines().take(fold.head) {
            each(self, line);
        }
        if fold.head + fold.tail > 0 {
            self.hidden(total - fold.head - fold.tail);
        }
        let tail: Vec<&str> = text.lines().rev().take(fold.tail).collect();
        for line in tail.into_iter().rev() {
            each(self, line);
        }
    }

    pub(super) fn hidden(&mut self, lines: usize) {
        if lines > 0 {
            self.flow(vec![(Ink::Dim, Safe::new(format!("… +{lines} {}", plural(lines))))], 0);
        }
    }
}

/// Lines of one text that are laid out at most; beyond that they are counted.
const LONGEST: usize = 50_000;

/// How much of a text stays in sight when it is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    pub(super) head: usize,
    pub(super) tail: usize,
    /// Texts of up to this many lines are not folded.
    pub(super) keep: usize,
}

impl Fold {
    pub(super) fn hides(self, lines: usize) -> bool {
        lines > self.keep.max(self.head + self.tail)
    }
}

pub(super) fn count(text: &str) -> usize {
    text.lines().count()
}

pub(super) fn plural(lines: usize) -> &'static str {
    if lines == 1 { "line" } else { "lines" }
}

/// The parts of the bytes from `start` on, `len` of them.
fn slice(parts: &Parts, start: usize, len: usize, out: &mut Parts) {
    let mut at = 0;
    for (ink, text) in parts {
        let from = start.saturating_sub(at).min(text.len());
        let to = (start + len).saturating_sub(at).min(text.len());
        if let Some(piece) = text.get(from..to).filter(|piece| !piece.is_empty()) {
            out.push((*ink, Safe::new(piece)));
        }
        at += text.len();
    }
}

/// At most `columns` columns of the parts, with `…` at the end of what is longer.
fn cut(parts: &Parts, columns: usize) -> Parts {
    let total: usize = parts.iter().map(|(_, text)| width::width(text)).sum();
    if total <= columns {
        return parts.clone();
    }
    let mut room = columns;
    let mut out = Parts::new();
    for (ink, text) in parts {
        let w = width::width(text);
        if w < room {
            room -= w;
            out.push((*ink, text.clone()));
            continue;
        }
        // The part that fills the row gives its last column to the mark.
        let cut = width::cut_end(&format!("{text}…"), room);
        out.push((*ink, Safe::new(cut)));
        break;
    }
    out
}
