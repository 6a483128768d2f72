//! What the screen looks like, as data: what a text means ([`Tone`]), how that is painted ([`Paint`], [`Ink`]), all of it
//! together ([`Palette`]), and what a terminal can show of it ([`Depth`], [`Ground`]).
//!
//! ```text
//! theme file ──config──> Palette ──reduced to the Depth, once──> console/view paints each Tone by it
//! ```

mod ink;
mod paint;
mod palette;
mod tone;

pub use ink::{Ink, Rgb};
pub use paint::{Marks, Paint};
pub use palette::Palette;
pub use tone::Tone;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None, or none are wished: the attributes alone.
    None,
    #[default]
    Sixteen,
    TwoFiftySix,
    True,
}

impl Depth {
    pub fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sixteen => "16",
            Self::TwoFiftySix => "256",
            Self::True => "24 bits",
        }
    }
}

/// What the terminal's background is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    #[default]
    Dark,
    Light,
}

impl Ground {
    /// Lighter than the middle grey that the eye sees.
    pub fn of(background: Rgb) -> Self {
        if background.lightness() > 50.0 { Self::Light } else { Self::Dark }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}
