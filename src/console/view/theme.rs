//! Tones instead of colours: the panes say what a text means, the theme says how that looks.
//!
//! A [`Palette`] becomes a theme once, with the colours the terminal has; a cell costs no more than a look into a table.

use ratatui::style::{Color, Modifier, Style};

pub use crate::console::state::tone::Tone;

use crate::console::state::condition::look;
use crate::console::state::settings::Settings;
use crate::domain::Condition;
use crate::domain::State;
use crate::domain::look::{Depth, Ground, Ink, Marks, Paint, Palette, Rgb};
use crate::text::signs;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    palette: Palette,
    depth: Depth,
    /// `None`: nobody knows what it is painted on.
    ground: Option<Ground>,
    pub ascii: bool,
}

/// The shipped theme `dark` in all its colours.
impl Default for Theme {
    fn default() -> Self {
        Self::new(&Palette::default(), Depth::True)
    }
}

impl Theme {
    /// What a terminal with so many colours shows of a palette.
    pub fn new(palette: &Palette, depth: Depth) -> Self {
        Self { palette: palette.reduced(depth), depth: palette.depth(depth), ground: None, ascii: false }
    }

    /// The default without colours: the attributes alone.
    pub fn mono() -> Self {
        Self::new(&Palette::default(), Depth::None)
    }

    /// What the settings come to.
    pub fn of(settings: &Settings) -> Self {
        let look = &settings.look;
        Self { ground: Some(look.shown_on()), ascii: settings.ascii, ..Self::new(&look.palette(), look.depth) }
    }

    /// With plain ASCII signs.
    #[must_use]
    pub fn in_ascii(self) -> Self {
        Self { ascii: true, ..self }
    }

    pub fn style(&self, tone: Tone) -> Style {
        Self::painted(self.palette.paint(tone))
    }

    /// What somebody else painted, in the theme's colours or the nearest the terminal has, as far as it can be read there.
    pub fn lent(&self, paint: Paint) -> Style {
        let paint = paint.reduced(self.depth);
        let paint = self.ground.map_or(paint, |ground| paint.seen_on(ground));
        Self::painted(self.palette.lent(paint))
    }

    fn painted(paint: Paint) -> Style {
        let mut style = Style::new();
        style.fg = paint.fg.map(colour);
        style.bg = paint.bg.map(colour);
        for (mark, modifier) in MODIFIERS {
            if paint.marks.has(mark) {
                style = style.add_modifier(modifier);
            }
        }
        style
    }

    /// A tone laid over another's style: what the one leaves open stays the other's.
    pub fn over(&self, style: Style, tone: Tone) -> Style {
        style.patch(self.style(tone))
    }

    /// The mark of the row that has the keys.
    pub fn bar(&self) -> &'static str {
        if self.ascii { ">" } else { "▌" }
    }

    /// Glyph and tone of a state: never colour alone.
    pub fn state(&self, state: &State) -> (&'static str, Tone) {
        self.condition(&Condition::State(state))
    }

    /// The same for what a row says, our own two words included.
    pub fn condition(&self, condition: &Condition<'_>) -> (&'static str, Tone) {
        let (glyph, tone) = look(condition);
        (if self.ascii { signs::ascii(glyph).unwrap_or(glyph) } else { glyph }, tone)
    }
}

const MODIFIERS: [(Marks, Modifier); 5] = [
    (Marks::BOLD, Modifier::BOLD),
    (Marks::DIM, Modifier::DIM),
    (Marks::ITALIC, Modifier::ITALIC),
    (Marks::UNDERLINE, Modifier::UNDERLINED),
    (Marks::REVERSE, Modifier::REVERSED),
];

/// The 16 by their own sequences, which are the shortest and follow the terminal's own theme.
fn colour(ink: Ink) -> Color {
    const ANSI: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    match ink {
        Ink::Ansi(n) => ANSI.get(usize::from(n)).copied().unwrap_or(Color::Indexed(n)),
        Ink::Fixed(n) => Color::Indexed(n),
        Ink::Rgb(Rgb(r, g, b)) => Color::Rgb(r, g, b),
    }
}
