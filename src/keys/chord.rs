//! A key press, free of any terminal library.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// Shift is part of the character for letters and signs; it is only set beside named keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    pub key: Key,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

impl Chord {
    /// Where text is typed this is text, or edits it.
    pub fn types(self) -> bool {
        !self.ctrl && !self.alt && !matches!(self.key, Key::F(_) | Key::Esc | Key::Tab | Key::BackTab)
    }

    /// A letter, a digit or a sign without Ctrl and Alt.
    pub fn is_character(self) -> bool {
        matches!(self.key, Key::Char(_)) && !self.ctrl && !self.alt
    }

    /// The key that terminals which do not tell the two apart send in its place.
    pub fn twin(self) -> Option<Self> {
        let key = match self.key {
            Key::Char('i') => Key::Tab,
            Key::Char('m') => Key::Enter,
            Key::Char('[') => Key::Esc,
            Key::Char('h') => Key::Backspace,
            _ => return None,
        };
        self.ctrl.then_some(Self { key, ctrl: false, ..self })
    }

    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }

    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }

    pub const fn ctrl(c: char) -> Self {
        Self { key: Key::Char(c), ctrl: true, alt: false, shift: false }
    }

    pub const fn alt(key: Key) -> Self {
        Self { key, ctrl: false, alt: true, shift: false }
    }
}

/// Keys pressed one after the other; never none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Keys {
    pub first: Chord,
    pub rest: Vec<Chord>,
}

impl Keys {
    pub fn one(chord: Chord) -> Self {
        Self { first: chord, rest: Vec::new() }
    }

    pub fn chords(&self) -> impl Iterator<Item = Chord> {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    pub fn is_one(&self) -> bool {
        self.rest.is_empty()
    }

    /// These are they, to the last.
    pub fn are(&self, pressed: &[Chord]) -> bool {
        self.rest.len() + 1 == pressed.len() && self.begin_with(pressed)
    }

    /// They begin with what was pressed, or are it.
    pub fn begin_with(&self, pressed: &[Chord]) -> bool {
        pressed.len() <= self.rest.len() + 1 && self.chords().zip(pressed).all(|(own, pressed)| own == *pressed)
    }

    /// What is still to be pressed.
    pub fn after(&self, pressed: usize) -> String {
        let rest: Vec<_> = self.chords().skip(pressed).map(|chord| chord.to_string()).collect();
        rest.join(" ")
    }
}

/// As it is written in help and config: `g g`, `ctrl+x k`.
impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.after(0))
    }
}

/// As it is written in help and config: `x`, `enter`, `ctrl+s`, `pgdn`.
impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        if self.ctrl {
            text.push_str("ctrl+");
        }
        if self.alt {
            text.push_str("alt+");
        }
        if self.shift {
            text.push_str("shift+");
        }
        match self.key {
            Key::Char(' ') => text.push_str("space"),
            Key::Char(c) => text.push(c),
            Key::Enter => text.push_str("enter"),
            Key::Esc => text.push_str("esc"),
            Key::Tab => text.push_str("tab"),
            Key::BackTab => text.push_str("shift+tab"),
            Key::Backspace => text.push_str("backspace"),
            Key::Delete => text.push_str("del"),
            Key::Insert => text.push_str("ins"),
            Key::Up => text.push('↑'),
            Key::Down => text.push('↓'),
            Key::Left => text.push('←'),
            Key::Right => text.push('→'),
            Key::Home => text.push_str("home"),
            Key::End => text.push_str("end"),
            Key::PageUp => text.push_str("pgup"),
            Key::PageDown => text.push_str("pgdn"),
            Key::F(n) => text.extend(["f".to_owned(), n.to_string()]),
        }
        f.pad(&text)
    }
}
