//! The question, over the lower part of the screen. It dims nothing and moves nothing.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::{clear, put};
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::dialog::Dialog;

pub fn draw(model: &Model, dialog: &Dialog, theme: &Theme, buffer: &mut Buffer) {
    let place = dialog.place(&model.place);
    clear(buffer, place.area);
    rule::draw(buffer, theme, place.area, &dialog.title, true, &[]);
    for (y, line) in (place.area.y + 1..).zip(&place.lines) {
        put(buffer, place.area, place.area.x + 1, y, line, theme.style(Tone::Plain));
    }
    let (no, yes) = dialog.buttons();
    let tone = |under_cursor| theme.style(if under_cursor { Tone::AccentStrong } else { Tone::Plain });
    put(buffer, place.area, place.no.x, place.no.y, &no, tone(!dialog.is_on_yes()));
    put(buffer, place.area, place.yes.x, place.yes.y, &yes, tone(dialog.is_on_yes()));
}
