//! Chance that can be had again: the same seed gives the same throws on every machine.

use atc::console::keys::{Chord, Key};

/// Keys that are no character.
pub const NAMED: [Key; 16] = [
    Key::Enter,
    Key::Esc,
    Key::Tab,
    Key::BackTab,
    Key::Backspace,
    Key::Delete,
    Key::Insert,
    Key::Up,
    Key::Down,
    Key::Left,
    Key::Right,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
    Key::F(1),
];

#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x9e37_79b9_7f4a_7c15);
        for _ in 0..4 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 on, below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    pub fn size(&mut self, n: u16) -> u16 {
        u16::try_from(self.below(usize::from(n))).unwrap()
    }

    /// Once in so many throws.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn of<T: Copy>(&mut self, from: &[T]) -> T {
        *self.pick(from)
    }

    /// A key: mostly a character, now and then with something held down beside it.
    pub fn chord(&mut self) -> Chord {
        let letter = char::from(b' ' + u8::try_from(self.below(95)).unwrap());
        match self.below(14) {
            0..=7 => Chord::char(letter),
            8..=10 => Chord::plain(self.of(&NAMED)),
            11 => Chord::ctrl(letter.to_ascii_lowercase()),
            12 => Chord { alt: true, ..Chord::char(letter) },
            _ => Chord { key: self.of(&NAMED), ctrl: self.once_in(2), alt: self.once_in(2), shift: self.once_in(2) },
        }
    }

    /// Words of a stranger: plain ones, long ones, and such as try to do harm. No pictures that are joined of several: the
    /// emulator that judges knows none.
    pub fn words(&mut self) -> String {
        const BITS: [&str; 26] = [
            "fix",
            "retry",
            "  ",
            "\n",
            "\t",
            "é",
            "漢字",
            "👍",
            "\u{202e}",
            "\u{1b}]0;owned\u{7}",
            "\u{1b}[2J",
            "\u{9b}31m",
            "\u{1b}[31mred\u{1b}[0m",
            "\u{200b}",
            "\u{301}\u{301}\u{301}",
            "{{ x }}",
            "{% if",
            "`q`",
            "| a | b |\n|---|---|",
            "# head",
            "```\ncode\n",
            "-",
            "https://github.com/acme/api/pull/1",
            "\r",
            "\0",
            "مرحبا",
        ];
        let mut text = String::new();
        for _ in 0..self.below(8) {
            text.push_str(self.pick::<&str>(&BITS));
            text.push(' ');
        }
        if self.once_in(40) { text.repeat(60) } else { text }
    }
}
