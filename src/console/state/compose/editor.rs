//! A text being edited: the prompt, or one field. Text area, undo and selection come from `tui_textarea`; what it does
//! by code point is done by grapheme here, rows are our own (`wrap`), and what cannot be seen never gets in.

use tui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use super::clean::{clean, clean_line};
use super::wrap;
use crate::console::keys::{Chord, Key};

/// Twice what the service takes. It also keeps every line and column within what the text area can address.
pub const MAX_CHARS: usize = 60_000;

#[derive(Debug)]
pub struct Editor {
    area: TextArea<'static>,
    many_lines: bool,
    /// The first row shown, where the cursor allows it.
    pub top: usize,
}

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    Edited,
    Moved,
    /// Up in the first row, down in the last.
    EdgeUp,
    EdgeDown,
    Nothing,
}

/// What an insertion had to leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Controls, sequences and invisible characters.
    pub hidden: usize,
    /// Characters over [`MAX_CHARS`].
    pub over: usize,
}

/// Takes back what was typed.
pub const UNDO: &str = "ctrl+u";

/// What [`Editor::key`] hears besides what is typed.
pub const EDITING: &[(&str, &str)] = &[
    ("ctrl+u ctrl+y", "take back what was typed; do it again"),
    ("ctrl+k", "delete to the end of the line"),
    ("ctrl+w alt+bksp", "delete the word before"),
    ("alt+del", "delete the word behind"),
    ("home end", "to the beginning of the line; to its end"),
    ("ctrl+← ctrl+→", "a word back; a word on"),
    ("ctrl+home ctrl+end", "to the beginning of the text; to its end"),
    ("shift+← → ↑ ↓", "select"),
];

impl Editor {
    pub fn prompt(text: &str) -> Self {
        Self::new(text, true)
    }

    pub fn line(text: &str) -> Self {
        Self::new(text, false)
    }

    fn new(text: &str, many_lines: bool) -> Self {
        let mut editor = Self { area: TextArea::default(), many_lines, top: 0 };
        editor.set(text);
        editor
    }

    /// Another text from the start: nothing to undo, the cursor at the end of a line and at the start of a prompt.
    pub fn set(&mut self, text: &str) -> LeftOut {
        let (text, left_out) = self.fit(text, 0);
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.set_max_histories(5000);
        self.top = 0;
        if !self.many_lines {
            self.area.move_cursor(CursorMove::End);
        }
        left_out
    }

    /// Another text as an edit that can be undone.
    pub fn replace(&mut self, text: &str) -> LeftOut {
        let (text, left_out) = self.fit(text, 0);
        self.area.cancel_selection();
        self.area.clear();
        self.area.insert_str(&text);
        self.jump((0, 0), false);
        self.top = 0;
        left_out
    }

    /// Pasted text, in place of the selection.
    pub fn insert(&mut self, text: &str) -> LeftOut {
        let (text, left_out) = self.fit(text, self.chars());
        self.area.insert_str(text);
        left_out
    }

    fn fit(&self, text: &str, present: usize) -> (String, LeftOut) {
        let (mut text, hidden) = if self.many_lines { clean(text) } else { clean_line(text) };
        let room = MAX_CHARS.saturating_sub(present);
        let over = text.chars().count().saturating_sub(room);
        if over > 0 {
            text = text.chars().take(room).collect();
        }
        (text, LeftOut { hidden, over })
    }

    /// The cursor behind the last character.
    pub fn to_end(&mut self) {
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    pub fn chars(&self) -> usize {
        self.lines().iter().map(|line| line.chars().count() + 1).sum::<usize>() - 1
    }

    pub fn is_blank(&self) -> bool {
        self.lines().iter().all(|line| line.trim().is_empty())
    }

    /// Line and characters before the cursor.
    pub fn cursor(&self) -> (usize, usize) {
        let DataCursor(line, column) = self.area.cursor();
        (line, column)
    }

    /// What is selected, from and to (line, characters).
    pub fn selection(&self) -> Option<((usize, usize), (usize, usize))> {
        self.area.selection_range().filter(|(from, to)| from != to)
    }

    /// A key, with the columns and rows the text is shown in.
    pub fn key(&mut self, chord: Chord, columns: usize, page: usize) -> Did {
        let Chord { key, ctrl, alt, shift } = chord;
        let did = match (key, ctrl, alt) {
            (Key::Char(c), false, false) => self.typed(c),
            (Key::Enter, false, false) if self.many_lines => self.typed('\n'),
            (Key::Backspace, false, false) | (Key::Char('h'), true, false) => self.delete_beside(true),
            (Key::Delete, false, false) | (Key::Char('d'), true, false) => self.delete_beside(false),
            (Key::Backspace, _, _) | (Key::Char('w'), true, false) => edited(self.area.delete_word()),
            (Key::Delete, _, _) => edited(self.area.delete_next_word()),
            (Key::Char('k'), true, false) => edited(self.area.delete_line_by_end()),
            (Key::Char('u'), true, false) => self.undo(),
            (Key::Char('y'), true, false) => self.redo(),
            (Key::Left, true, _) | (Key::Char('b'), false, true) => self.walk(CursorMove::WordBack, shift),
            (Key::Right, true, _) | (Key::Char('f'), false, true) => self.walk(CursorMove::WordForward, shift),
            (Key::Left, false, _) | (Key::Char('b'), true, false) => self.step(true, shift),
            (Key::Right, false, _) | (Key::Char('f'), true, false) => self.step(false, shift),
            (Key::Home, false, _) | (Key::Char('a'), true, false) => self.walk(CursorMove::Head, shift),
            (Key::End, false, _) | (Key::Char('e'), true, false) => self.walk(CursorMove::End, shift),
            (Key::Home, true, _) => self.jump((0, 0), shift),
            (Key::End, true, _) => self.jump((usize::MAX, usize::MAX), shift),
            (Key::Up, _, _) => self.rows(columns, -1, shift),
            (Key::Down, _, _) => self.rows(columns, 1, shift),
            (Key::PageUp, _, _) => self.page(columns, page, true, shift),
            (Key::PageDown, _, _) => self.page(columns, page, false, shift),
            _ => Did::Nothing,
        };
        if did == Did::Edited || did == Did::Moved {
            self.keep_in_sight(columns, page);
        }
        did
    }

    pub fn keep_in_sight(&mut self, columns: usize, height: usize) {
        let rows = wrap::rows(self.lines(), columns);
        let (row, _) = wrap::place(&rows, self.lines(), self.cursor());
        self.top = wrap::visible_top(self.top, row, height, rows.len());
    }

    fn typed(&mut self, c: char) -> Did {
        if c == '\n' {
            self.area.insert_newline();
            return Did::Edited;
        }
        // One character at a time may build a grapheme: a mark, a joiner or a selector counts together with what it
        // follows.
        let base = self.beside(true).filter(|_| !c.is_ascii()).unwrap_or_default();
        let joined = format!("{base}{c}");
        let fits = self.chars() < MAX_CHARS && (clean(&joined).1 == 0 || is_building(&joined));
        if fits && !c.is_control() {
            self.area.insert_char(c);
            Did::Edited
        } else {
            Did::Nothing
        }
    }

    /// The grapheme before or after the cursor, in its line.
    fn beside(&self, before: bool) -> Option<&str> {
        let (line, column) = self.cursor();
        let line = self.lines().get(line)?;
        let byte = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        if before { line.get(..byte)?.graphemes(true).next_back() } else { line.get(byte..)?.graphemes(true).next() }
    }

    fn delete_beside(&mut self, before: bool) -> Did {
        if self.selection().is_some() {
            return edited(self.area.delete_char());
        }
        self.area.cancel_selection();
        let chars = self.beside(before).map_or(1, |grapheme| grapheme.chars().count());
        if chars == 1 {
            return edited(if before { self.area.delete_char() } else { self.area.delete_next_char() });
        }
        if before {
            let (line, column) = self.cursor();
            self.jump((line, column.saturating_sub(chars)), false);
        }
        edited(self.area.delete_str(chars))
    }

    fn step(&mut self, back: bool, shift: bool) -> Did {
        let (line, column) = self.cursor();
        match self.beside(back).map(|grapheme| grapheme.chars().count()) {
            Some(chars) if back => self.jump((line, column.saturating_sub(chars)), shift),
            Some(chars) => self.jump((line, column + chars), shift),
            None if back && line > 0 => self.jump((line - 1, usize::MAX), shift),
            None if !back && line + 1 < self.lines().len() => self.jump((line + 1, 0), shift),
            None => Did::Moved,
        }
    }

    fn rows(&mut self, columns: usize, by: isize, shift: bool) -> Did {
        let rows = wrap::rows(self.lines(), columns);
        let (row, x) = wrap::place(&rows, self.lines(), self.cursor());
        match row.checked_add_signed(by).filter(|to| *to < rows.len()) {
            Some(to) => {
                let place = wrap::at(&rows, self.lines(), to, x);
                self.jump(place, shift)
            }
            None if by < 0 => Did::EdgeUp,
            None => Did::EdgeDown,
        }
    }

    fn page(&mut self, columns: usize, page: usize, up: bool, shift: bool) -> Did {
        let rows = wrap::rows(self.lines(), columns);
        let (row, x) = wrap::place(&rows, self.lines(), self.cursor());
        let page = page.saturating_sub(1).max(1);
        let to = if up { row.saturating_sub(page) } else { row + page };
        self.jump(wrap::at(&rows, self.lines(), to, x), shift)
    }

    fn walk(&mut self, to: CursorMove, shift: bool) -> Did {
        self.select(shift);
        self.area.move_cursor(to);
        Did::Moved
    }

    fn jump(&mut self, (line, column): (usize, usize), shift: bool) -> Did {
        let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.walk(CursorMove::Jump(small(line), small(column)), shift)
    }

    fn select(&mut self, shift: bool) {
        if !shift {
            self.area.cancel_selection();
        } else if !self.area.is_selecting() {
            self.area.start_selection();
        }
    }

    /// Takes back the newest edit; of typed letters a whole word.
    fn undo(&mut self) -> Did {
        let mut done = Did::Nothing;
        let mut expected = None;
        loop {
            let before = self.cursor();
            let letter = self.beside(true).and_then(|grapheme| grapheme.chars().next_back());
            let chars = self.chars();
            if !self.area.undo() {
                return done;
            }
            let (line, column) = self.cursor();
            let typed = (line, column + 1) == before && self.chars() + 1 == chars;
            let in_word = typed && letter.is_some_and(char::is_alphanumeric) && expected.is_none_or(|e| e == before);
            if done == Did::Edited && !in_word {
                self.area.redo();
                return done;
            }
            done = Did::Edited;
            if !in_word {
                // A replaced text is a deletion and an insertion: what lies between was never on the screen.
                if self.chars() == 0 {
                    self.area.undo();
                }
                return done;
            }
            expected = Some((line, column));
        }
    }

    fn redo(&mut self) -> Did {
        let mut done = Did::Nothing;
        loop {
            let (line, column) = self.cursor();
            let chars = self.chars();
            if !self.area.redo() {
                return done;
            }
            let letter = self.beside(true).and_then(|grapheme| grapheme.chars().next_back());
            let typed = self.cursor() == (line, column + 1) && self.chars() == chars + 1;
            let in_word = typed && letter.is_some_and(char::is_alphanumeric);
            if done == Did::Edited && !in_word {
                self.area.undo();
                return done;
            }
            done = Did::Edited;
            if !in_word {
                if self.chars() == 0 {
                    self.area.redo();
                }
                return done;
            }
        }
    }
}

fn edited(yes: bool) -> Did {
    if yes { Did::Edited } else { Did::Moved }
}

/// The last character waits for the next one, as a joiner in an emoji being typed by an input method.
fn is_building(text: &str) -> bool {
    let mut back = text.chars().rev();
    let joiner = back.next().is_some_and(|c| matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}'));
    joiner && back.next().is_some_and(|c| !c.is_ascii_alphabetic() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use proptest::prelude::*;

    use super::*;

    fn press(editor: &mut Editor, chords: &[Chord]) -> Did {
        chords.iter().map(|chord| editor.key(*chord, 20, 5)).last().unwrap_or(Did::Nothing)
    }

    fn type_in(editor: &mut Editor, text: &str) {
        for c in text.chars() {
            editor.key(if c == '\n' { Chord::plain(Key::Enter) } else { Chord::char(c) }, 20, 5);
        }
    }

    fn shifted(key: Key) -> Chord {
        Chord { shift: true, ..Chord::plain(key) }
    }

    #[test]
    fn typing_goes_in_at_the_cursor() {
        let mut e = Editor::prompt("world");
        type_in(&mut e, "hello\n");
        assert_eq!(e.text(), "hello\nworld");
        assert_eq!(e.cursor(), (1, 0));
    }

    #[test]
    fn one_key_takes_one_grapheme() {
        let mut e = Editor::line("a👩‍👧é日");
        for left in ["a👩‍👧é", "a👩‍👧", "a", ""] {
            press(&mut e, &[Chord::plain(Key::Backspace)]);
            assert_eq!(e.text(), left);
        }
        let mut e = Editor::prompt("👩‍👧b");
        press(&mut e, &[Chord::plain(Key::Right)]);
        type_in(&mut e, "x");
        assert_eq!(e.text(), "👩‍👧xb");
        press(&mut e, &[Chord::ctrl('a'), Chord::plain(Key::Delete)]);
        assert_eq!(e.text(), "xb");
    }

    #[test]
    fn a_word_typed_is_a_word_undone() {
        let mut e = Editor::prompt("");
        type_in(&mut e, "one two");
        press(&mut e, &[Chord::ctrl('u')]);
        assert_eq!(e.text(), "one ");
        press(&mut e, &[Chord::ctrl('u')]);
        assert_eq!(e.text(), "one");
        press(&mut e, &[Chord::ctrl('u')]);
        assert_eq!(e.text(), "");
        assert_eq!(press(&mut e, &[Chord::ctrl('u')]), Did::Nothing);
        press(&mut e, &[Chord::ctrl('y'), Chord::ctrl('y'), Chord::ctrl('y')]);
        assert_eq!(e.text(), "one two");
    }

    #[test]
    fn a_paste_is_undone_as_a_whole_and_alone() {
        let mut e = Editor::prompt("");
        type_in(&mut e, "ab");
        e.insert("cd\nef");
        type_in(&mut e, "gh");
        press(&mut e, &[Chord::ctrl('u')]);
        assert_eq!(e.text(), "abcd\nef");
        press(&mut e, &[Chord::ctrl('u')]);
        assert_eq!(e.text(), "ab");
    }

    #[test]
    fn a_replaced_text_comes_back_by_undo() {
        let mut e = Editor::prompt("mine");
        e.replace("theirs\nnow");
        assert_eq!((e.text().as_str(), e.cursor()), ("theirs\nnow", (0, 0)));
        press(&mut e, &[Chord::ctrl('u')]);
        assert_eq!(e.text(), "mine");
    }

    #[test]
    fn up_and_down_go_by_rows_and_say_when_there_is_none() {
        let mut e = Editor::prompt("one two three four five six\nlast");
        assert_eq!(press(&mut e, &[Chord::plain(Key::Down)]), Did::Moved);
        assert_eq!(e.cursor(), (0, 19), "the second row of the first line");
        press(&mut e, &[Chord::plain(Key::Down)]);
        assert_eq!(e.cursor(), (1, 0));
        assert_eq!(press(&mut e, &[Chord::plain(Key::Down)]), Did::EdgeDown);
        assert_eq!(
            press(&mut e, &[Chord { ctrl: true, ..Chord::plain(Key::Home) }, Chord::plain(Key::Up)]),
            Did::EdgeUp
        );
    }

    #[test]
    fn a_selection_is_replaced_by_what_is_typed() {
        let mut e = Editor::prompt("one two");
        press(&mut e, &[shifted(Key::Right), shifted(Key::Right), shifted(Key::Right)]);
        assert_eq!(e.selection(), Some(((0, 0), (0, 3))));
        type_in(&mut e, "1");
        assert_eq!((e.text().as_str(), e.selection()), ("1 two", None));
        press(&mut e, &[shifted(Key::End), Chord::plain(Key::Backspace)]);
        assert_eq!(e.text(), "1");
    }

    #[test]
    fn a_field_has_one_line_whatever_is_pasted() {
        let mut e = Editor::line("");
        let left_out = e.insert("a\nb\u{1b}[2J\u{202e}c\n");
        assert_eq!((e.text().as_str(), left_out.hidden), ("a bc", 2));
        assert_eq!(e.key(Chord::plain(Key::Enter), 20, 1), Did::Nothing);
    }

    #[test]
    fn a_key_that_cannot_be_seen_does_nothing() {
        let mut e = Editor::prompt("");
        for c in ['\u{202e}', '\u{200b}', '\u{7}', '\u{e0041}', '\u{200d}'] {
            assert_eq!(e.key(Chord::char(c), 20, 5), Did::Nothing, "{c:?}");
        }
        type_in(&mut e, "👩\u{200d}👧e\u{301}");
        assert_eq!(e.text(), "👩\u{200d}👧e\u{301}");
    }

    #[test]
    fn too_much_is_cut_and_said() {
        let mut e = Editor::prompt("");
        let left_out = e.insert(&"x".repeat(MAX_CHARS + 7));
        assert_eq!((e.chars(), left_out.over), (MAX_CHARS, 7));
        assert_eq!(e.key(Chord::char('y'), 20, 5), Did::Nothing);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn no_keys_break_it(
            start in "[ab \t日👩\u{200d}\u{301}\n]{0,40}",
            keys in proptest::collection::vec((0usize..19, any::<bool>(), any::<bool>(), any::<bool>()), 0..60),
            many_lines in any::<bool>(),
            columns in 0usize..30,
        ) {
            let mut e = Editor::new(&start, many_lines);
            let all = [
                Key::Char('a'), Key::Char(' '), Key::Char('日'), Key::Char('\u{301}'), Key::Char('u'), Key::Char('y'),
                Key::Char('w'), Key::Char('k'), Key::Enter, Key::Tab, Key::Backspace, Key::Delete, Key::Up, Key::Down,
                Key::Left, Key::Right, Key::Home, Key::PageDown, Key::PageUp,
            ];
            for (key, ctrl, alt, shift) in keys {
                e.key(Chord { key: all[key], ctrl, alt, shift }, columns, columns / 3);
                let (line, column) = e.cursor();
                prop_assert!(column <= e.lines()[line].chars().count());
                prop_assert!(many_lines || e.lines().len() == 1);
            }
        }
    }
}
