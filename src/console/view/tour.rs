//! A step of the tour: its words at the bottom, its sign at what they are about.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use crate::console::keys::{Context, Intent, help};
use crate::console::state::Model;
use crate::console::state::tone::{Words, wrap};
use crate::console::state::tour::Tour;
use crate::console::tour::STEPS;
use crate::text::Safe;

pub fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    let Some((n, step)) = model.place.tour.step.and_then(|n| Some((n, STEPS.get(n)?))) else { return };
    let columns = usize::from(model.place.size.width.saturating_sub(4)).min(100);
    let lines = wrap(&Safe::new(step.words(model.settings.read_only)), columns);
    let area = Tour::area(&model.place, lines.len());
    if let Some((x, y)) = step.sign(&model.place.panes()).filter(|(_, y)| *y < area.y) {
        let screen = model.place.over(model.place.size.height);
        put(
            buffer,
            crate::console::state::layout::Area { y: 0, height: screen.bottom(), ..screen },
            x,
            y,
            "▶",
            theme.style(Tone::AccentStrong),
        );
    }
    clear(buffer, area);
    let right = [(Tone::Dim, Safe::new(format!("{} of {}", n + 1, STEPS.len())))];
    rule::draw(buffer, theme, area, &Safe::new(format!("Tour: {}", step.title)), true, &right);
    let last = area.bottom().saturating_sub(1);
    for (y, line) in (area.y + 1..last).zip(&lines) {
        put(buffer, area, area.x + 2, y, line, theme.style(Tone::Plain));
    }
    let key = |intent| help::key_in(Context::Tour, intent).unwrap_or_default();
    let mut keys = Words::one(Tone::Accent, key(Intent::NextChoice));
    keys.push(Tone::Dim, if n + 1 < STEPS.len() { " next" } else { " end" });
    if n > 0 {
        keys.push(Tone::Accent, format!("   {}", key(Intent::PreviousChoice)));
        keys.push(Tone::Dim, " back");
    }
    keys.push(Tone::Accent, format!("   {}", key(Intent::Back)));
    keys.push(Tone::Dim, " leave; any other key leaves, too");
    put_words(buffer, area, area.x + 2, last, &keys, theme);
}
