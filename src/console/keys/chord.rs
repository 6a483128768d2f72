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
