//! The pane: its rule, and the rows in sight.

use ratatui::buffer::Buffer;

use super::columns::Columns;
use super::row::{self, Row};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::console::state::queue::Row as Line;
use crate::console::state::tone::Words;
use crate::console::view::theme::{Theme, Tone};
use crate::console::view::{empty, rule};
use crate::text::Safe;

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let focused = model.place.focus == Pane::Queue && model.dialog.is_none();
    rule::draw(buffer, theme, area, &title(model), focused, &status(model).0);
    if model.queue.rows.is_empty() {
        return empty::queue(model, theme, area, buffer);
    }
    lines(model, theme, area, |_| true, buffer);
}

/// The rows that the cursor left and came to since the last picture, on the screen. `None`: others changed, too.
pub fn left_and_reached(model: &Model, area: Area) -> Option<impl Iterator<Item = Area>> {
    let queue = &model.queue;
    let (top, left) = queue.pictured;
    let on_screen = move |index: usize| {
        let down = index.checked_sub(top).filter(|down| *down < area.body_rows())?;
        Some(Area { y: area.y + 1 + u16::try_from(down).ok()?, height: 1, ..area })
    };
    (queue.top == top).then(|| [left, queue.index].into_iter().filter_map(on_screen))
}

/// Draws those rows and nothing else, on blank cells.
pub fn cursor(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let at = [model.queue.pictured.1, model.queue.index];
    lines(model, theme, area, |index| at.contains(&index), buffer);
}

/// Those of the rows in sight of which this is true.
fn lines(model: &Model, theme: &Theme, area: Area, wanted: impl Fn(usize) -> bool, buffer: &mut Buffer) {
    let columns = Columns::new(model, area.width);
    let shown = model.queue.rows.iter().enumerate().skip(model.queue.top).take(area.body_rows());
    for (y, (index, line)) in (area.y + 1..).zip(shown).filter(|(_, (index, _))| wanted(*index)) {
        let area = Area { y, height: 1, ..area };
        match line {
            Line::Heading(n) => {
                if let Some(heading) = model.queue.headings.get(*n) {
                    row::heading(heading, theme, area, buffer);
                }
            }
            Line::Task(slot) => {
                if let Some(known) = model.world.tasks.at(*slot) {
                    let (marked, selected) = (model.world.tasks.marks().has(*slot), index == model.queue.index);
                    Row { model, theme, known, marked, selected }.draw(&columns, area, buffer);
                }
            }
        }
    }
}

/// The view and how much is in it, the group whose heading is out of sight, and what is typed over the view.
fn title(model: &Model) -> Safe {
    let queue = &model.queue;
    let saved = model.settings.views.get(queue.views.at);
    let view = saved.map_or("", |view| view.name.as_str());
    let counts = if queue.tally().all == 0 {
        // Nothing read yet, or nothing there: the pane says which.
        String::new()
    } else if saved.is_some_and(|view| view.query.is_empty()) && queue.typed.text.is_empty() {
        queue.listed().to_string()
    } else {
        format!("{} of {}", queue.listed(), queue.tally().all)
    };
    let group = queue.heading_above().map(|heading| format!(" · {}", heading.title)).unwrap_or_default();
    let filter = if queue.typed.text.is_empty() { String::new() } else { format!(" · /{}", queue.typed.text) };
    let name = if model.place.is_dashboard() { "Queue · " } else { "" };
    Safe::new(format!("{name}{}{group}{filter}", format!("{view} {counts}").trim_end()))
}

/// What is not fresh, what could not be read, what is marked, how it is sorted.
fn status(model: &Model) -> Words {
    let trust = model.queue_trust();
    let mut words = Words::new();
    if let Some((tone, _)) = trust.0.first() {
        words.push(*tone, trust.plain());
    }
    let unreadable: u32 = model.world.unreadable.values().sum();
    if unreadable > 0 {
        words.push(Tone::Warn, format!("{unreadable} unreadable"));
    }
    let (marked, listed) = (model.queue.tally().marked, model.queue.marked_listed);
    if marked > listed {
        words.push(Tone::Accent, format!("{marked} marked, {} not listed", marked - listed));
    } else if marked > 0 {
        words.push(Tone::Accent, format!("{marked} marked"));
    }
    let order = model.queue.order();
    let arrow = if order.reversed { "▴" } else { "▾" };
    words.push(Tone::Dim, format!("sorted by {} {arrow}", order.by.word()));
    words
}
