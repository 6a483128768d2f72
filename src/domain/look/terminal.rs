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

    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }

    /// Whether this can hardly be told from it: by a contrast below 2 to black or white, which is more than what dark and
    /// light backgrounds differ from these. In whole numbers, because it is asked for each piece of every picture.
    pub fn hides(self, colour: Rgb) -> bool {
        const WHITE: u32 = 255 * 255;
        // Light is nearly the square of a level, and the eye takes most of it from green.
        let [r, g, b] = [colour.0, colour.1, colour.2].map(|level| u32::from(level) * u32::from(level));
        let light = (213 * r + 715 * g + 72 * b) / WHITE;
        match self {
            Self::Dark => light < 55,
            Self::Light => light > 515,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ground_hides_what_has_next_to_no_contrast_to_it() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        for level in 0..=u8::MAX {
            for colour in
                [Rgb(level, level, level), Rgb(level, 0, 0), Rgb(0, level, 0), Rgb(0, 0, level), Rgb(level, level, 0)]
            {
                for (ground, its) in [(Ground::Dark, black), (Ground::Light, white)] {
                    let contrast = colour.contrast(its);
                    let hidden = ground.hides(colour);
                    assert!(!hidden || contrast < 2.1, "{colour:?} can be read on {ground:?}: {contrast}");
                    assert!(hidden || contrast > 1.8, "{colour:?} cannot be read on {ground:?}: {contrast}");
                }
            }
        }
    }

    #[test]
    fn what_backgrounds_mostly_are_is_hidden_by_them() {
        for dark in ["000000", "002b36", "1e1e1e", "282828", "282a36", "282c34", "2e3440"] {
            assert!(Rgb::parse(dark).is_some_and(|rgb| Ground::Dark.hides(rgb) && !Ground::Light.hides(rgb)), "{dark}");
        }
        for light in ["ffffff", "fdf6e3", "fbf1c7", "eee8d5", "d0d0d0"] {
            assert!(
                Rgb::parse(light).is_some_and(|rgb| Ground::Light.hides(rgb) && !Ground::Dark.hides(rgb)),
                "{light}"
            );
        }
    }
}
