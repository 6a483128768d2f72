//! How one tone is painted.

use super::{Depth, Ground, Ink};
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

    /// The same where it can be read on such a ground. Of two colours only one was chosen here, and the other is the
    /// terminal's: where they can hardly be told from each other, in whatever order, both are the terminal's.
    #[must_use]
    pub fn seen_on(self, ground: Ground) -> Self {
        let hidden = match (self.fg, self.bg) {
            (Some(fg), None) => fg.known().is_some_and(|rgb| ground.hides(rgb)),
            // The terminal's own text is bright where its ground is dark.
            (None, Some(bg)) => bg.known().is_some_and(|rgb| ground.opposite().hides(rgb)),
            _ => false,
        };
        if hidden { Self { fg: None, bg: None, ..self } } else { self }
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

#[cfg(test)]
mod tests {
    use super::super::Rgb;
    use super::*;
    use crate::text::StyledLine;

    fn shown(parameters: &str, ground: Ground) -> Paint {
        let line = StyledLine::new(&format!("\u{1b}[{parameters}mseen"));
        line.runs.first().map(|(sgr, _)| Paint::from(*sgr).seen_on(ground)).unwrap_or_default()
    }

    #[test]
    fn what_is_as_dark_as_the_ground_or_as_bright_is_shown_as_the_terminals_own_text() {
        let dark =
            ["38;2;0;0;0", "38:2::10:10:10", "38;5;16", "38;5;232", "38;5;17", "38;2;0;43;54", "48;5;231", "107", "47"];
        let light = ["38;2;255;255;255", "38;5;231", "38;5;255", "38;5;226", "38;2;238;232;213", "48;5;16", "40"];
        for (ground, hidden) in [(Ground::Dark, &dark[..]), (Ground::Light, &light[..])] {
            for parameters in hidden {
                assert_eq!(shown(parameters, ground), Paint::default(), "{parameters} on {ground:?}");
                let reversed = shown(&format!("7;{parameters}"), ground);
                assert_eq!(reversed, Paint::new(None, Marks::REVERSE), "{parameters} reversed on {ground:?}");
            }
        }
    }

    #[test]
    fn what_can_be_read_keeps_its_colour() {
        for parameters in
            ["38;5;208", "38;5;21", "38;5;240", "38;2;255;255;255", "48;5;16", "41", "31", "1;34", "38;5;16;48;5;231"]
        {
            let asked =
                StyledLine::new(&format!("\u{1b}[{parameters}mseen")).runs.first().map(|(sgr, _)| Paint::from(*sgr));
            assert_eq!(Some(shown(parameters, Ground::Dark)), asked, "{parameters}");
        }
        let black = Paint::new(Some(Ink::Rgb(Rgb(0, 0, 0))), Marks::BOLD);
        assert_eq!(shown("1;38;2;0;0;0", Ground::Light), black);
    }
}
