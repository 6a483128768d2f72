//! The pen: which colours and modifiers the terminal writes with, and the shortest SGR sequence to others.

use std::io::Write;

use ratatui::style::{Color, Modifier};

use super::glyphs::{Glyph, Look, ON_SPACE};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pen {
    look: Look,
}

/// Each modifier with the parameter that sets it and the one that takes it off.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

impl Pen {
    /// The glyph would look right if it were written now.
    pub fn fits(&self, glyph: &Glyph<'_>) -> bool {
        match glyph {
            Glyph::Lead { text: " ", look, .. } if look.modifier.is_empty() => self.erases_to(look.bg),
            Glyph::Lead { look, .. } => self.look == *look,
            Glyph::Tail => true,
        }
    }

    /// A space written or a line erased now would be plain but for this background.
    pub fn erases_to(&self, bg: Color) -> bool {
        self.look.bg == bg && !self.look.modifier.intersects(ON_SPACE)
    }

    /// Switches to what the glyph needs.
    pub fn take(&mut self, glyph: &Glyph<'_>, out: &mut Vec<u8>) {
        if let Glyph::Lead { look, .. } = glyph
            && !self.fits(glyph)
        {
            self.switch(*look, out);
        }
    }

    /// Back to the terminal's own colours, whatever the pen is.
    pub fn plain(&mut self, out: &mut Vec<u8>) {
        if self.look != Look::default() {
            out.extend_from_slice(b"\x1b[m");
            self.look = Look::default();
        }
    }

    /// Switches, by the differences or from a fresh start, whichever is shorter.
    pub fn switch(&mut self, look: Look, out: &mut Vec<u8>) {
        if self.look == look {
            return;
        }
        let step = parameters(self.look, look);
        let fresh = parameters(Look::default(), look);
        out.extend_from_slice(b"\x1b[");
        if step.len() <= fresh.len() + usize::from(!fresh.is_empty()) * 2 {
            out.extend_from_slice(&step);
        } else if !fresh.is_empty() {
            out.extend_from_slice(b"0;");
            out.extend_from_slice(&fresh);
        }
        out.push(b'm');
        self.look = look;
    }
}

/// The parameters that lead from one look to the other.
fn parameters(from: Look, to: Look) -> Vec<u8> {
    let mut list = Vec::new();
    let mut have = from.modifier;
    let gone = from.modifier.difference(to.modifier);
    for (modifier, _, off) in MODIFIERS {
        if gone.intersects(modifier) && have.intersects(modifier) {
            number(&mut list, off);
            // One parameter takes off all that share it.
            for (other, _, its_off) in MODIFIERS {
                if its_off == off {
                    have.remove(other);
                }
            }
        }
    }
    for (modifier, on, _) in MODIFIERS {
        if to.modifier.contains(modifier) && !have.contains(modifier) {
            number(&mut list, on);
        }
    }
    if from.fg != to.fg {
        colour(&mut list, to.fg, 30);
    }
    if from.bg != to.bg {
        colour(&mut list, to.bg, 40);
    }
    list
}

fn number(list: &mut Vec<u8>, n: u8) {
    if !list.is_empty() {
        list.push(b';');
    }
    // A write to memory cannot fail.
    let _ = write!(list, "{n}");
}

/// `base` is 30 for the foreground, 40 for the background.
fn colour(list: &mut Vec<u8>, colour: Color, base: u8) {
    let n = match colour {
        Color::Reset => base + 9,
        Color::Black => base,
        Color::Red => base + 1,
        Color::Green => base + 2,
        Color::Yellow => base + 3,
        Color::Blue => base + 4,
        Color::Magenta => base + 5,
        Color::Cyan => base + 6,
        Color::Gray => base + 7,
        Color::DarkGray => base + 60,
        Color::LightRed => base + 61,
        Color::LightGreen => base + 62,
        Color::LightYellow => base + 63,
        Color::LightBlue => base + 64,
        Color::LightMagenta => base + 65,
        Color::LightCyan => base + 66,
        Color::White => base + 67,
        Color::Indexed(i) => {
            for part in [base + 8, 5, i] {
                number(list, part);
            }
            return;
        }
        Color::Rgb(r, g, b) => {
            for part in [base + 8, 2, r, g, b] {
                number(list, part);
            }
            return;
        }
    };
    number(list, n);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(from: Look, to: Look) -> String {
        let mut pen = Pen { look: from };
        let mut out = Vec::new();
        pen.switch(to, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn look(fg: Color, modifier: Modifier) -> Look {
        Look { fg, modifier, ..Look::default() }
    }

    #[test]
    fn only_the_difference_is_sent() {
        let plain = Look::default();
        let cyan = look(Color::Cyan, Modifier::empty());
        assert_eq!(sent(plain, plain), "");
        assert_eq!(sent(plain, cyan), "\x1b[36m");
        assert_eq!(sent(cyan, look(Color::Cyan, Modifier::BOLD)), "\x1b[1m");
        assert_eq!(sent(cyan, look(Color::LightRed, Modifier::empty())), "\x1b[91m");
        assert_eq!(sent(plain, look(Color::Indexed(208), Modifier::ITALIC)), "\x1b[3;38;5;208m");
        assert_eq!(sent(plain, Look { bg: Color::Rgb(1, 2, 3), ..plain }), "\x1b[48;2;1;2;3m");
    }

    #[test]
    fn back_to_plain_is_the_shortest_sequence() {
        assert_eq!(sent(look(Color::Cyan, Modifier::BOLD), Look::default()), "\x1b[m");
    }

    #[test]
    fn bold_comes_back_when_dim_takes_both_off() {
        let both = look(Color::Reset, Modifier::BOLD | Modifier::DIM);
        let bold = look(Color::Reset, Modifier::BOLD);
        assert_eq!(sent(both, bold), "\x1b[0;1m");
        let cyan = |modifier| Look { bg: Color::Rgb(1, 2, 3), ..look(Color::Cyan, modifier) };
        assert_eq!(sent(cyan(Modifier::BOLD | Modifier::DIM), cyan(Modifier::DIM)), "\x1b[22;2m");
    }

    #[test]
    fn every_modifier_goes_on_and_off() {
        for (modifier, on, _) in MODIFIERS {
            let it = look(Color::Reset, modifier);
            assert_eq!(sent(Look::default(), it), format!("\x1b[{on}m"));
            assert_eq!(sent(it, Look::default()), "\x1b[m");
        }
    }

    #[test]
    fn a_space_needs_no_foreground() {
        let mut pen = Pen { look: look(Color::Cyan, Modifier::BOLD) };
        let mut out = Vec::new();
        pen.take(&Glyph::BLANK, &mut out);
        assert!(out.is_empty());
        let mut reversed = Pen { look: look(Color::Cyan, Modifier::REVERSED) };
        reversed.take(&Glyph::BLANK, &mut out);
        assert_eq!(out, b"\x1b[m");
    }
}
