//! The compose pane.

use ratatui::buffer::Buffer;

use super::theme::Theme;
use crate::console::state::Model;
use crate::console::state::layout::Area;

/// Draws the pane, its title rule in the first row of `area`. Returns where the text cursor belongs, if here.
pub fn draw(_model: &Model, _theme: &Theme, _area: Area, _buffer: &mut Buffer) -> Option<(u16, u16)> {
    None
}
