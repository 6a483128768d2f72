//! Lines being filled, each with a label in a column of its own.

use super::pieces::labelled;
use crate::console::state::tone::{Tone, Words, wrap};
use crate::text::{Safe, width};

/// Columns of the labels in the full detail.
const LABEL: usize = 11;
/// Columns of what stands before a source, where the page is wide enough to put sources below each other.
const TOLD: usize = 38;

/// Lines being filled, each with a label column.
pub(super) struct Page {
    pub(super) columns: usize,
    pub(super) lines: Vec<Words>,
}

impl Page {
    pub(super) fn blank(&mut self) {
        if self.lines.last().is_some_and(|l| !l.is_empty()) {
            self.lines.push(Words::new());
        }
    }

    /// Columns right of the labels.
    fn room(&self) -> usize {
        self.columns.saturating_sub(LABEL).max(8)
    }

    /// Pieces beside each other, on as many lines as they need.
    pub(super) fn flow(&mut self, label: &'static str, pieces: &[Words]) {
        let mut label = label;
        let mut line = Words::new();
        for piece in pieces.iter().filter(|p| !p.is_empty()) {
            if !line.is_empty() && line.width() + 3 + piece.width() > self.room() {
                self.words(label, std::mem::take(&mut line));
                label = "";
            }
            line.gap("   ");
            line.extend(piece.clone());
        }
        self.words(label, line);
    }

    /// What a source told, and beside it the source.
    pub(super) fn told(&mut self, label: &'static str, mut told: Words, source: Words) {
        let free = TOLD.saturating_sub(told.width());
        if free > 0 && !source.is_empty() && TOLD + source.width() <= self.room() {
            told.push(Tone::Dim, " ".repeat(free));
            told.extend(source);
            return self.words(label, told);
        }
        self.flow(label, &[told, source]);
    }

    /// One line of words; wrapped as text in the tone of its longest part when it is too long.
    pub(super) fn words(&mut self, label: &'static str, words: Words) {
        if words.width() <= self.room() {
            self.lines.push(labelled(label, LABEL, words));
            return;
        }
        let longest = words.0.iter().max_by_key(|(_, text)| width::width(text));
        let tone = longest.map_or(Tone::Plain, |(tone, _)| *tone);
        self.text(label, tone, &Safe::new(words.plain()));
    }

    /// Text that belongs to the line before: further in, in all of its rows.
    pub(super) fn below(&mut self, tone: Tone, sign: &str, text: &Safe) {
        let columns = 2 + width::width(sign);
        for (i, line) in wrap(text, self.room().saturating_sub(columns)).into_iter().enumerate() {
            let sign = if i == 0 { sign } else { "" };
            let words = Words::one(Tone::Dim, format!("  {sign:<width$}", width = columns - 2)).with(tone, line);
            self.lines.push(labelled("", LABEL, words));
        }
    }

    pub(super) fn text(&mut self, label: &'static str, tone: Tone, text: &Safe) {
        for (i, line) in wrap(text, self.room()).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            self.lines.push(labelled(label, LABEL, Words::one(tone, line)));
        }
    }
}
