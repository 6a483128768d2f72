//! Tones instead of colours: the panes say what a text means, the theme says how that looks.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::State;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Dim,
    Strong,
    Accent,
    AccentStrong,
    Good,
    Warn,
    WarnStrong,
    Bad,
    BadStrong,
    Odd,
    File,
    Reasoning,
}

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
        let (unicode, ascii, tone) = match state {
            State::Queued => ("◌", "q", Tone::Dim),
            State::InProgress => ("●", "*", Tone::Accent),
            State::WaitingForUser => ("◆", "!", Tone::WarnStrong),
            State::Idle => ("○", "-", Tone::Dim),
            State::Completed => ("✓", "+", Tone::Good),
            State::Failed => ("✗", "x", Tone::BadStrong),
            State::TimedOut => ("⧗", "t", Tone::Bad),
            State::Cancelled => ("⊘", "c", Tone::Dim),
            State::Unknown(_) => ("?", "?", Tone::Plain),
        };
        (if self.ascii { ascii } else { unicode }, tone)
    }
}
