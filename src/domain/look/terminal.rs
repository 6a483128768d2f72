//! What a terminal can show, and what it shows it on.

use super::Rgb;

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
