//! How one tone is painted.

use super::{Depth, Ink};
use crate::text::Sgr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    /// `None`: the terminal's own.
    pub fg: Option<Ink>,
    pub bg: Option<Ink>,
    /// In place of `fg` where there are only 16 colours.
    pub fg_16: Option<Ink>,
    pub marks: Marks,
}

/// Bold, dim and so on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u8);

impl Marks {
    pub const NONE: Self = Self(0);
    pub const BOLD: Self = Self(1);
    pub const DIM: Self = Self(2);
    pub const ITALIC: Self = Self(4);
    pub const UNDERLINE: Self = Self(8);
    pub const REVERSE: Self = Self(16);

    /// Each with its name in a theme file.
    pub const ALL: [(&str, Self); 5] = [
        ("bold", Self::BOLD),
        ("dim", Self::DIM),
        ("italic", Self::ITALIC),
        ("underline", Self::UNDERLINE),
        ("reverse", Self::REVERSE),
    ];

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Paint {
    pub const fn new(fg: Option<Ink>, marks: Marks) -> Self {
        Self { fg, bg: None, fg_16: None, marks }
    }

    /// With the colours a terminal of this depth has.
    #[must_use]
    pub fn reduced(self, depth: Depth) -> Self {
        let fg = if depth == Depth::Sixteen { self.fg_16.or(self.fg) } else { self.fg };
        let reduced = |ink: Option<Ink>| ink.and_then(|ink| ink.reduced(depth));
        Self { fg: reduced(fg), bg: reduced(self.bg), fg_16: None, marks: self.marks }
    }
}

/// As a log asked for it, made from values: nothing of what came is passed on.
impl From<Sgr> for Paint {
    fn from(sgr: Sgr) -> Self {
        let marks = [
            (sgr.bold, Marks::BOLD),
            (sgr.dim, Marks::DIM),
            (sgr.italic, Marks::ITALIC),
            (sgr.underline, Marks::UNDERLINE),
            (sgr.reverse, Marks::REVERSE),
        ];
        let marks = marks.into_iter().filter(|(on, _)| *on).fold(Marks::NONE, |all, (_, mark)| all.and(mark));
        Self { bg: sgr.bg.map(Ink::from), ..Self::new(sgr.fg.map(Ink::from), marks) }
    }
}
