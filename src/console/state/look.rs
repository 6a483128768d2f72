//! What the screen is painted with.
//!
//! ```text
//! option, `:theme` ──> Themes ─┐
//! COLORFGBG, then the terminal's answer ──> Ground ─┼──> the palette in force ──> view::Theme
//! COLORTERM, TERM, NO_COLOR ──> Depth ─┘
//! ```

use crate::domain::look::{Depth, Ground, Palette};
use crate::text::Safe;

/// Follows the terminal's background.
pub const AUTO: &str = "auto";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    pub themes: Themes,
    pub ground: Ground,
    /// The operator said what the background is: the terminal's word does not count.
    pub ground_said: bool,
    /// Somebody told it: the terminal, its environment or the operator. Else it is taken for a dark one.
    pub ground_told: bool,
    pub depth: Depth,
}

/// What was read of the theme that was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Themes {
    /// [`AUTO`], or the theme's name.
    pub name: Safe,
    /// `None`: one of the two that follow, as the background is.
    pub named: Option<Palette>,
    /// What that one says it is made for.
    pub made_for: Option<Ground>,
    pub dark: Palette,
    pub light: Palette,
    /// Every name there is.
    pub names: Vec<Safe>,
}

impl Default for Themes {
    fn default() -> Self {
        let dark = Palette::default();
        Self { name: Safe::new(AUTO), named: None, made_for: None, dark, light: dark, names: Vec::new() }
    }
}

impl Look {
    /// The palette in force, before it is reduced to what the terminal has.
    pub fn palette(&self) -> Palette {
        let themes = &self.themes;
        themes.named.unwrap_or(match self.ground {
            Ground::Dark => themes.dark,
            Ground::Light => themes.light,
        })
    }

    /// What is painted on, as far as anybody knows: where nobody told, what the theme is made for.
    pub fn shown_on(&self) -> Ground {
        if self.ground_told { self.ground } else { self.themes.made_for.unwrap_or(self.ground) }
    }

    /// The theme for a light background, where the one that was named is for a dark one and this is light. A background
    /// that nobody told of is taken for a dark one, so the other way round nothing is known.
    pub fn made_for_this(&self) -> Option<&Safe> {
        let themes = &self.themes;
        let name = themes.named.filter(|_| self.ground == Ground::Light).map(|_| &*themes.name)?;
        let wanted =
            if name == Ground::Dark.word() { Ground::Light.word().to_owned() } else { format!("{name}-light") };
        themes.names.iter().find(|known| ***known == *wanted)
    }

    /// Which one that is, for the operator.
    pub fn words(&self) -> String {
        if self.themes.named.is_some() {
            return format!("theme {}", self.themes.name);
        }
        let how = if self.ground_said { "as set" } else { "as the terminal's background" };
        format!("theme auto: {} {how}", self.ground.word())
    }
}
