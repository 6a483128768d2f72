//! A palette as plain text is painted with it: the sequences round a word, for what is printed without a screen.

use super::{Depth, Ground, Ink, Marks, Paint, Palette, Tone};

/// Clones share nothing; it is a handful of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brush {
    palette: Palette,
    depth: Depth,
    /// `None`: nobody knows what it is painted on.
    ground: Option<Ground>,
}

impl Brush {
    /// With the colours a terminal of this depth has.
    pub fn new(palette: &Palette, depth: Depth) -> Self {
        Self { palette: palette.reduced(depth), depth: palette.depth(depth), ground: None }
    }

    /// On such a ground.
    #[must_use]
    pub fn on(self, ground: Ground) -> Self {
        Self { ground: Some(ground), ..self }
    }

    /// The text in a tone. `text` must be safe already.
    pub fn tone(&self, text: &str, tone: Tone) -> String {
        wrapped(text, &codes(self.palette.paint(tone)))
    }

    /// The text as somebody else painted it, in the theme's colours or the nearest the terminal has, as far as it can be
    /// read there. `text` must be safe already.
    pub fn other(&self, text: &str, paint: Paint) -> String {
        let paint = paint.reduced(self.depth);
        let paint = self.ground.map_or(paint, |ground| paint.seen_on(ground));
        wrapped(text, &codes(self.palette.lent(paint)))
    }
}

fn wrapped(text: &str, codes: &str) -> String {
    if codes.is_empty() || text.is_empty() { text.to_owned() } else { format!("\u{1b}[{codes}m{text}\u{1b}[0m") }
}

/// The numbers of SGR that set it, made from values alone. Empty: as all else.
fn codes(paint: Paint) -> String {
    const MARKS: [(Marks, &str); 5] =
        [(Marks::BOLD, "1"), (Marks::DIM, "2"), (Marks::ITALIC, "3"), (Marks::UNDERLINE, "4"), (Marks::REVERSE, "7")];
    let marks = MARKS.into_iter().filter(|(mark, _)| paint.marks.has(*mark)).map(|(_, code)| code.to_owned());
    let inks = [(paint.fg, 30), (paint.bg, 40)];
    let inks = inks.into_iter().filter_map(|(ink, base)| Some(code(ink?, base)));
    marks.chain(inks).collect::<Vec<_>>().join(";")
}

fn code(ink: Ink, base: u16) -> String {
    match ink {
        Ink::Ansi(n @ 0..8) => (base + u16::from(n)).to_string(),
        Ink::Ansi(n) => (base + 52 + u16::from(n)).to_string(),
        Ink::Fixed(n) => format!("{};5;{n}", base + 8),
        Ink::Rgb(super::Rgb(r, g, b)) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rgb;
    use super::*;

    #[test]
    fn a_tone_is_painted_with_what_the_terminal_has() {
        let mut palette = Palette::default();
        let fg_16 = Some(Ink::Ansi(12));
        palette.set(Tone::Good, Paint { fg_16, ..Paint::new(Some(Ink::Rgb(Rgb(0, 95, 255))), Marks::BOLD) });
        for (depth, codes) in [
            (Depth::True, "1;38;2;0;95;255"),
            (Depth::TwoFiftySix, "1;38;5;27"),
            (Depth::Sixteen, "1;94"),
            (Depth::None, "1"),
        ] {
            let brush = Brush::new(&palette, depth);
            assert_eq!(brush.tone("done", Tone::Good), format!("\u{1b}[{codes}mdone\u{1b}[0m"), "{depth:?}");
            assert_eq!(brush.tone("done", Tone::Plain), "done");
            assert_eq!(brush.tone("", Tone::Good), "");
        }
    }

    #[test]
    fn what_somebody_else_painted_is_made_from_values() {
        let brush = Brush::new(&Palette::default(), Depth::True);
        let bg = Some(Ink::Rgb(Rgb(1, 2, 3)));
        let paint = Paint { bg, ..Paint::new(Some(Ink::Ansi(9)), Marks::BOLD) };
        assert_eq!(brush.other("x", paint), "\u{1b}[1;91;48;2;1;2;3mx\u{1b}[0m");
        let paint = Paint::new(Some(Ink::Fixed(21)), Marks::NONE);
        assert_eq!(brush.other("x", paint), "\u{1b}[38;5;21mx\u{1b}[0m");
        assert_eq!(Brush::new(&Palette::default(), Depth::Sixteen).other("x", paint), "\u{1b}[94mx\u{1b}[0m");
    }

    #[test]
    fn what_somebody_else_painted_as_the_ground_is_can_be_read() {
        let brush = Brush::new(&Palette::default(), Depth::True);
        let black = Paint::new(Some(Ink::Fixed(16)), Marks::NONE);
        assert_eq!(brush.on(Ground::Dark).other("x", black), "x");
        assert_eq!(brush.on(Ground::Light).other("x", black), "\u{1b}[38;5;16mx\u{1b}[0m");
        let reversed = Paint::new(Some(Ink::Ansi(0)), Marks::REVERSE);
        assert_eq!(brush.on(Ground::Dark).other("x", reversed), "\u{1b}[7mx\u{1b}[0m");
    }
}
