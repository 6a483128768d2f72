//! A step of the tour: its words at the bottom, its sign at what they are about.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::{clear, put};
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::tone::wrap;
use crate::console::state::tour::Tour;
use crate::console::tour::STEPS;
use crate::text::Safe;

pub fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let Some((n, step)) = model.place.tour.step.and_then(|n| Some((n, STEPS.get(n)?))) else { return };
    let columns = usize::from(model.place.size.width.saturating_sub(4)).min(100);
    let lines = wrap(&Safe::new(step.words(&model.settings.keymap, model.settings.read_only)), columns);
    let area = Tour::area(&model.place, lines.len());
    let sign = step.sign(&model.place.panes()).filter(|(_, y)| *y < area.y);
    if let Some((x, y)) = sign {
        let cell = Area { x, y, width: 1, height: 1 };
        put(buffer, cell, x, y, "▶", theme.style(Tone::AccentStrong));
    }
    clear(buffer, area);
    let right = [(Tone::Dim, Safe::new(format!("{} of {}", n + 1, STEPS.len())))];
    rule::draw(buffer, theme, area, &Safe::new(format!("Tour: {}", step.title)), true, &right);
    for (y, line) in (area.y + 1..area.bottom()).zip(&lines) {
        put(buffer, area, area.x + 2, y, line, theme.style(Tone::Plain));
    }
}
