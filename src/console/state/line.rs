//! One line being typed at the bottom: a command after `:`, a filter after `/`.

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

use super::history::Seek;
use super::layout::Area;
use super::place::Place;
use crate::console::keys::{Chord, Key};
use crate::domain::query::{Completion, Wrong};
use crate::domain::{AutomationRef, TaskId};

#[derive(Clone, Debug, Default)]
pub struct Line {
    pub kind: LineKind,
    pub text: String,
    /// Byte offset, on a grapheme border.
    pub cursor: usize,
    /// Where the command is wrong.
    pub fault: Option<String>,
    /// What is wrong with a query or with what is typed about a log, and where in it.
    pub wrong: Option<Wrong>,
    /// How far back in the history the text comes from; 0: typed just now.
    pub back: usize,
    /// What there was before the line was opened: giving it up brings that back.
    pub before: String,
    /// Where the cursor of the list that is filtered stood then: giving the filter up brings that back, too.
    pub stood: Stood,
    /// What may stand at the cursor.
    pub offers: Option<Offers>,
    /// What was typed when the walk through older lines began: those that begin so are walked through.
    pub stem: String,
    /// Looking backwards through older lines.
    pub seek: Option<Seek>,
}

/// On what a list's cursor stands, and where in the list and on the screen that is.
#[derive(Clone, Debug, Default)]
pub struct Stood {
    pub task: Option<TaskId>,
    pub automation: Option<AutomationRef>,
    pub index: usize,
    pub top: usize,
}

/// What a query can be completed with; never empty.
#[derive(Clone, Debug)]
pub struct Offers {
    pub all: Vec<Completion>,
    /// What each of them stands for: bytes of the text.
    pub replace: Range<usize>,
    /// Which of them stands in the text now.
    pub at: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineKind {
    #[default]
    Command,
    QueueFilter,
    LogSearch,
    /// Which entries of a log are to be seen.
    LogFilter,
    /// Which automations are listed.
    AutomationFilter,
    /// What is searched for in a diff.
    DiffSearch,
    /// Who is asked for a review.
    Reviewers,
}

/// Completions seen at once, at most.
const OFFERED: usize = 6;

impl Offers {
    /// The rule and the completions below it; over what is filtered, of which most is still seen on a small screen.
    pub fn area(&self, place: &Place) -> Area {
        let rows = self.all.len().min(OFFERED).min(usize::from(place.size.height / 3));
        place.over(u16::try_from(rows + 1).unwrap_or(1))
    }

    /// The first that is seen, so that the chosen one is.
    pub fn first(&self, area: Area) -> usize {
        (self.at.unwrap_or(0) + 1).saturating_sub(area.body_rows())
    }
}

impl Line {
    pub fn new(kind: LineKind, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { kind, cursor: text.len(), before: text.clone(), text, ..Self::default() }
    }

    /// Types text at the cursor; what a terminal would act on is left out, a line break is a space.
    pub fn insert(&mut self, text: &str) {
        let text: String =
            text.chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }).filter(|c| !c.is_control()).collect();
        self.text.insert_str(self.cursor, &text);
        self.cursor += text.len();
        self.fault = None;
    }

    pub fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.cursor = self.text.len();
        self.fault = None;
    }

    /// A key that types or moves. True: the text is another one.
    pub fn edit(&mut self, chord: Chord) -> bool {
        let before = self.text.clone();
        match (chord.key, chord.ctrl, chord.alt) {
            (Key::Char(c), false, false) => self.insert(c.encode_utf8(&mut [0; 4])),
            (Key::Backspace, false, false) => self.backspace(),
            (Key::Backspace, _, _) | (Key::Char('w'), true, _) => self.backspace_word(),
            (Key::Char('u'), true, _) => self.set(""),
            (Key::Delete, _, _) => self.delete(),
            (Key::Left, _, _) => self.left(),
            (Key::Right, _, _) => self.right(),
            (Key::Home, _, _) | (Key::Char('a'), true, _) => self.cursor = 0,
            (Key::End, _, _) | (Key::Char('e'), true, _) => self.cursor = self.text.len(),
            _ => {}
        }
        self.text != before
    }

    pub fn backspace(&mut self) {
        let end = self.cursor;
        self.left();
        self.text.replace_range(self.cursor..end, "");
        self.fault = None;
    }

    pub fn delete(&mut self) {
        let start = self.cursor;
        self.right();
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
        self.fault = None;
    }

    /// Takes out the word before the cursor.
    pub fn backspace_word(&mut self) {
        let before = self.text.get(..self.cursor).unwrap_or_default();
        let start = before.trim_end().rfind(' ').map_or(0, |at| at + 1);
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
        self.fault = None;
    }

    pub fn left(&mut self) {
        let mut at = GraphemeCursor::new(self.cursor, self.text.len(), true);
        self.cursor = at.prev_boundary(&self.text, 0).ok().flatten().unwrap_or(0);
    }

    pub fn right(&mut self) {
        let mut at = GraphemeCursor::new(self.cursor, self.text.len(), true);
        self.cursor = at.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn the_cursor_steps_over_whole_characters() {
        let mut line = Line::new(LineKind::Command, "aé👨‍👩‍👧b");
        line.left();
        line.backspace();
        assert_eq!(line.text, "aéb");
        line.left();
        line.delete();
        assert_eq!(line.text, "ab");
        for _ in 0..5 {
            line.backspace();
            line.left();
        }
        line.delete();
        line.delete();
        line.delete();
        assert_eq!((line.text.as_str(), line.cursor), ("", 0));
    }

    #[test]
    fn what_is_typed_stands_at_the_cursor_and_holds_no_control() {
        let mut line = Line::new(LineKind::Command, "sort ");
        line.insert("a\u{1b}ge\nx");
        assert_eq!(line.text, "sort age x");
        line.backspace_word();
        assert_eq!(line.text, "sort age ");
        line.backspace_word();
        assert_eq!(line.text, "sort ");
    }
}
