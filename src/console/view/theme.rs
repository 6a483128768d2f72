//! Tones instead of colours: the panes say what a text means, the theme says how that looks.

use ratatui::style::{Color, Modifier, Style};

pub use crate::console::state::tone::Tone;

use crate::console::state::condition::look;
use crate::domain::Condition;
use crate::domain::State;

/// 16 colours and the default foreground. `colour: false` (`NO_COLOR`, mono) keeps the modifiers alone.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    pub colour: bool,
    pub ascii: bool,
}

impl Default for Theme {
    fn default() -> Self {
        Self { colour: true, ascii: false }
    }
}

impl Theme {
    pub fn style(&self, tone: Tone) -> Style {
        let (colour, modifier) = match tone {
            Tone::Plain => (None, Modifier::empty()),
            Tone::Dim => (None, Modifier::DIM),
            Tone::Strong => (None, Modifier::BOLD),
            Tone::Accent => (Some(Color::Cyan), Modifier::empty()),
            Tone::AccentStrong => (Some(Color::Cyan), Modifier::BOLD),
            Tone::Good => (Some(Color::Green), Modifier::empty()),
            Tone::Warn => (Some(Color::Yellow), Modifier::empty()),
            Tone::WarnStrong => (Some(Color::Yellow), Modifier::BOLD),
            Tone::Bad => (Some(Color::Red), Modifier::empty()),
            Tone::BadStrong => (Some(Color::Red), Modifier::BOLD),
            Tone::Odd => (Some(Color::Magenta), Modifier::BOLD),
            Tone::File => (Some(Color::Blue), Modifier::empty()),
            Tone::Reasoning => (None, Modifier::DIM.union(Modifier::ITALIC)),
        };
        let style = Style::new().add_modifier(modifier);
        match colour {
            Some(colour) if self.colour => style.fg(colour),
            _ => style,
        }
    }

    /// Glyph and tone of a state: never colour alone.
    pub fn state(&self, state: &State) -> (&'static str, Tone) {
        self.condition(&Condition::State(state))
    }

    /// The same for what a row says, our own two words included.
    pub fn condition(&self, condition: &Condition<'_>) -> (&'static str, Tone) {
        let (glyph, tone) = look(condition);
        (if self.ascii { ascii(glyph).unwrap_or(glyph) } else { glyph }, tone)
    }
}

/// What stands for a sign of ours on a terminal that shows ASCII only. `None`: not one of ours.
pub fn ascii(symbol: &str) -> Option<&'static str> {
    let plain = match symbol {
        "◌" => "q",
        "●" | "*" => "*",
        "◆" => "!",
        "○" | "–" | "—" | "─" | "−" => "-",
        "◇" => "0",
        "✓" => "+",
        "✗" | "×" => "x",
        "⧗" => "t",
        "⊘" => "c",
        "◐" => "~",
        "⚠" => "@",
        "▌" | "→" | "▸" | "›" => ">",
        "←" | "‹" => "<",
        "▲" | "↑" | "▴" | "␛" => "^",
        "≠" => "%",
        "∴" => "=",
        "▼" | "▾" | "↓" => "v",
        "•" => "o",
        "·" | "…" => ".",
        "“" | "”" => "\"",
        "‘" | "’" => "'",
        "│" => "|",
        "┼" => "+",
        _ => return None,
    };
    Some(plain)
}
