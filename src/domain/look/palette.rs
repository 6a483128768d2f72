//! A paint for every tone.

use super::{Depth, Ink, Marks, Paint, Tone};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    paints: [Paint; Tone::COUNT],
}

/// The shipped theme `dark`: six of the 16 colours, so that a change of colour is five bytes.
impl Default for Palette {
    fn default() -> Self {
        const RED: u8 = 1;
        const GREEN: u8 = 2;
        const YELLOW: u8 = 3;
        const BLUE: u8 = 4;
        const MAGENTA: u8 = 5;
        const CYAN: u8 = 6;
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

    /// With the colours a terminal of this depth has.
    #[must_use]
    pub fn reduced(self, depth: Depth) -> Self {
        Self { paints: self.paints.map(|paint| paint.reduced(depth)) }
    }
}
