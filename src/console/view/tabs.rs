//! The tab bar.

use ratatui::buffer::Buffer;

use super::safe::put_words;
use super::theme::Theme;
use crate::console::state::layout::Area;
use crate::console::state::{Model, tabs};

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    for tab in tabs::tabs(model, area) {
        put_words(buffer, tab.area, tab.area.x, tab.area.y, &tab.words, theme);
    }
}
