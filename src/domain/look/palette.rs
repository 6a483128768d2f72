//! A paint for every tone.

use super::{Depth, Ink, Marks, Paint, Tone};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    paints: [Paint; Tone::COUNT],
}

/// The shipped theme `dark`: six of the 16 colours, so that a change of colour is five bytes.
impl Default for Palette {
    fn default() -> Self {
        const GREEN: u8 = 2;
        const YELLOW: u8 = 3;
        const CYAN: u8 = 6;
        // The plain ones of these three are so dark in most terminals that they can hardly be read on black.
        const RED: u8 = 9;
        const BLUE: u8 = 12;
        const MAGENTA: u8 = 13;
        let paint = |tone| {
            let (colour, marks) = match tone {
                Tone::Plain => (None, Marks::NONE),
                Tone::Dim => (None, Marks::DIM),
                Tone::Strong => (None, Marks::BOLD),
                Tone::Accent => (Some(CYAN), Marks::NONE),
                Tone::AccentStrong => (Some(CYAN), Marks::BOLD),
                Tone::Good => (Some(GREEN), Marks::NONE),
                Tone::Warn => (Some(YELLOW), Marks::NONE),
                Tone::WarnStrong => (Some(YELLOW), Marks::BOLD),
                Tone::Bad => (Some(RED), Marks::NONE),
                Tone::BadStrong => (Some(RED), Marks::BOLD),
                Tone::Odd => (Some(MAGENTA), Marks::BOLD),
                Tone::File => (Some(BLUE), Marks::NONE),
                Tone::Reasoning => (None, Marks::DIM.and(Marks::ITALIC)),
                Tone::Hit => (None, Marks::BOLD.and(Marks::UNDERLINE)),
                Tone::CurrentHit => (None, Marks::REVERSE),
            };
            Paint::new(colour.map(Ink::Ansi), marks)
        };
        Self { paints: Tone::ALL.map(paint) }
    }
}

impl Palette {
    pub fn paint(&self, tone: Tone) -> Paint {
        self.paints.get(tone as usize).copied().unwrap_or_default()
    }

    pub fn set(&mut self, tone: Tone, paint: Paint) {
        if let Some(place) = self.paints.get_mut(tone as usize) {
            *place = paint;
        }
    }

    /// The colours that are shown with it, of those a terminal of this depth has: beside a palette without a single one
    /// those of strangers are none either.
    pub fn depth(&self, depth: Depth) -> Depth {
        if *self == self.reduced(Depth::None) { Depth::None } else { depth }
    }

    /// What somebody else painted, so that it is read here as well as the theme's own: what is red is as red as faults are,
    /// and dim only where the theme is. Black, white and grey are the terminal's own text, which is never lost on its
    /// ground, reversed neither. Who chose a ground, too, chose both for each other.
    #[must_use]
    pub fn lent(&self, paint: Paint) -> Paint {
        let dim = self.paint(Tone::Dim).marks;
        let mut lent = paint;
        if paint.marks.has(Marks::DIM) {
            lent.marks = paint.marks.without(Marks::DIM).and(dim);
        }
        let Some(Ink::Ansi(n)) = paint.fg else { return lent };
        let reversed = paint.marks.has(Marks::REVERSE);
        if paint.bg.is_some() || (reversed && !matches!(n, 0 | 7 | 8 | 15)) {
            return lent;
        }
        let tone = match n {
            1 | 9 => Tone::Bad,
            2 | 10 => Tone::Good,
            3 | 11 => Tone::Warn,
            4 | 12 => Tone::File,
            5 | 13 => Tone::Odd,
            6 | 14 => Tone::Accent,
            8 if !reversed => Tone::Dim,
            _ => Tone::Plain,
        };
        lent.fg = self.paint(tone).fg;
        if tone == Tone::Dim {
            lent.marks = lent.marks.and(dim);
        }
        lent
    }

    /// With the colours a terminal of this depth has.
    #[must_use]
    pub fn reduced(self, depth: Depth) -> Self {
        Self { paints: self.paints.map(|paint| paint.reduced(depth)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rgb;
    use super::*;

    /// A theme in which nothing is like the 16.
    fn own() -> Palette {
        let mut palette = Palette::default();
        palette.set(Tone::Bad, Paint::new(Some(Ink::Rgb(Rgb(175, 0, 0))), Marks::BOLD));
        palette.set(Tone::Dim, Paint::default());
        palette
    }

    #[test]
    fn the_red_of_a_log_is_the_themes_and_its_black_and_white_are_the_terminals() {
        let fg = |palette: Palette, n| palette.lent(Paint::new(Some(Ink::Ansi(n)), Marks::NONE));
        for n in [1, 9] {
            let red = fg(own(), n);
            assert_eq!(red, Paint::new(Some(Ink::Rgb(Rgb(175, 0, 0))), Marks::NONE), "its marks stay the log's");
        }
        for n in [0, 7, 15] {
            assert_eq!(fg(own(), n), Paint::default(), "{n}");
        }
        assert_eq!(fg(Palette::default(), 8), Paint::new(None, Marks::DIM));
        for (n, tone) in [(2, Tone::Good), (11, Tone::Warn), (4, Tone::File), (13, Tone::Odd), (6, Tone::Accent)] {
            assert_eq!(fg(own(), n).fg, own().paint(tone).fg, "{n}");
        }
    }

    #[test]
    fn black_white_and_grey_are_the_terminals_own_reversed_too() {
        for n in [0, 7, 8, 15] {
            let reversed = own().lent(Paint::new(Some(Ink::Ansi(n)), Marks::REVERSE));
            assert_eq!(reversed, Paint::new(None, Marks::REVERSE), "{n}");
        }
    }

    #[test]
    fn nothing_is_dim_in_a_theme_in_which_nothing_is() {
        let dim = Paint::new(None, Marks::DIM.and(Marks::ITALIC));
        assert_eq!(Palette::default().lent(dim), dim);
        assert_eq!(own().lent(dim), Paint::new(None, Marks::ITALIC));
        assert_eq!(own().lent(Paint::new(Some(Ink::Ansi(8)), Marks::NONE)), Paint::default());
    }

    #[test]
    fn what_was_chosen_with_its_ground_or_out_of_more_than_16_stays() {
        let badge = Paint { bg: Some(Ink::Ansi(3)), ..Paint::new(Some(Ink::Ansi(0)), Marks::BOLD) };
        let reversed = Paint::new(Some(Ink::Ansi(1)), Marks::REVERSE);
        let orange = Paint::new(Some(Ink::Fixed(208)), Marks::NONE);
        for paint in [badge, reversed, orange] {
            assert_eq!(own().lent(paint), paint);
        }
    }
}
