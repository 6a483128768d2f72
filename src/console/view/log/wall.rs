//! The wall: a rule and the last lines of each log.

use ratatui::buffer::Buffer;

use super::{Theme, Tone, draw_text, empty, fit, freshness, reasons, source};
use crate::console::state::Model;
use crate::console::state::condition::look;
use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::wall::Wall;
use crate::console::state::world::Known;
use crate::console::view::rule;
use crate::domain::{Condition, State, age};
use crate::text::Safe;

pub fn draw(model: &Model, wall: &Wall, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let areas = Wall::areas(body, wall.tasks.len());
    let page = wall.page(body);
    let first = wall.cursor / areas.len().max(1) * areas.len().max(1);
    rule::draw(buffer, theme, body, &Safe::new("Wall"), false, &count(model, wall, (first, page.len())));
    for (n, (tile, area)) in wall.tiles.iter().zip(&areas).enumerate() {
        let under = first + n == wall.cursor;
        draw_tile(model, tile, theme, (*area, under), buffer);
        if area.x > body.x {
            crate::console::view::between(theme, *area, buffer);
        }
    }
}

/// How many run, and which of them are in sight.
fn count(model: &Model, wall: &Wall, (first, shown): (usize, usize)) -> Vec<(Tone, Safe)> {
    let known = || wall.tasks.iter().filter_map(|id| model.world.tasks.get(id));
    let runs = |known: &&Known| matches!(known.condition(model.now), Condition::State(State::InProgress));
    let running = known().filter(runs).count();
    let open = known().filter(|known| known.task.state.is_active()).count();
    let ended = wall.tasks.len() - open;
    let mut words = vec![(Tone::Plain, Safe::new(format!("{running} running")))];
    if open > running {
        words.push((Tone::Plain, Safe::new(format!("{} not running", open - running))));
    }
    if ended > 0 {
        words.push((Tone::Dim, Safe::new(format!("{ended} ended"))));
    }
    if shown < wall.tasks.len() {
        let text = format!("{}–{} of {}", first + 1, first + shown, wall.tasks.len());
        words.push((Tone::Warn, Safe::new(text)));
    }
    let view = model.settings.views.get(model.queue.views.at).filter(|_| !wall.all);
    let from = view.map_or_else(|| Safe::new("any view"), |view| Safe::new(format!("view {}", view.name)));
    words.push((Tone::Dim, from));
    words
}

fn draw_tile(model: &Model, tile: &Shown, theme: &Theme, (area, under): (Area, bool), buffer: &mut Buffer) {
    let known = tile.task.as_ref().and_then(|id| model.world.tasks.get(id));
    let title = known.map_or_else(Safe::default, |known| {
        Safe::new(format!("{} · {}", known.task.at.repo, known.task.name.show_line()))
    });
    let mut words = Vec::new();
    if let Some(known) = known {
        let condition = known.condition(model.now);
        let (glyph, tone) = look(&condition);
        let since = age::short(model.now - known.condition_since(model.now));
        words.push((9, tone, Safe::new(format!("{glyph} {} {since}", condition.word()))));
    }
    words.extend(freshness(model, tile).map(|(tone, text)| (8, tone, text)));
    words.extend(tile.origin.map(|origin| (3, Tone::Dim, source(model, tile, origin, area.width))));
    let (title, right) = fit(area.width, &title, usize::from(area.width / 4), words);
    rule::draw(buffer, theme, area, &title, under, &right);
    if tile.transcript.entries().is_empty() {
        return empty(*theme, area, buffer, &reasons(model, tile));
    }
    let text = Area { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    draw_text(model, *theme, tile, (text, false), buffer);
}
