//! What the screen is for, and all keys, from the table.

use ratatui::buffer::Buffer;

use super::detail::position;
use super::rule;
use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::console::{Model, guide};
use crate::text::Safe;

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer, top: usize) {
    let lines = guide::lines(model);
    let right: Vec<_> = position(top, lines.len(), area).map(|text| (Tone::Dim, text)).into_iter().collect();
    rule::draw(buffer, theme, area, &Safe::new("Help"), model.dialog.is_none(), &right);
    let beside = area.x + 2 + guide::keys_columns(model.place.size.width);
    for (y, line) in (area.y + 1..area.bottom()).zip(lines.iter().skip(top)) {
        match line {
            guide::Line::Heading(text) => {
                put(buffer, area, area.x + 1, y, text, theme.style(Tone::Strong));
            }
            guide::Line::Row(keys, what) => {
                put(buffer, area, area.x + 2, y, keys, theme.style(Tone::Accent));
                put_words(buffer, area, beside, y, &Words::one(Tone::Plain, what), theme);
            }
            guide::Line::Text(text) => {
                put(buffer, area, area.x + 2, y, text, theme.style(Tone::Plain));
            }
            guide::Line::Blank => {}
        }
    }
}
