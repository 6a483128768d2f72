//! How it looks: `(&Model, &Theme) -> cells`. Draws and decides nothing.

pub mod compose;
pub mod log;
pub mod rule;
pub mod safe;
pub mod theme;

use ratatui::buffer::Buffer;

pub use theme::Theme;

use super::state::Model;

/// Fills the whole buffer. Returns where the text cursor belongs, if anywhere.
pub fn draw(_model: &Model, _theme: &Theme, _buffer: &mut Buffer) -> Option<(u16, u16)> {
    None
}
