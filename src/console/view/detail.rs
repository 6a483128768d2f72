//! The selected task: four lines under the queue, or everything over the body.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::put_words;
use super::theme::{Theme, Tone};
use crate::console::state::condition::look;
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::console::state::tone::Words;
use crate::console::state::world::Known;
use crate::console::state::{Model, detail};
use crate::domain::{Source, age};
use crate::text::Safe;

/// Of what is under the cursor: the task, or in the reviews the pull request.
pub fn compact(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    if model.place.focus == Pane::Reviews {
        return pull(model, theme, area, buffer);
    }
    let Some(known) = model.selected() else {
        return rule::draw(buffer, theme, area, &Safe::new("No task selected"), false, &[]);
    };
    rule::draw(buffer, theme, area, &known.task.name.show_line(), false, &status(model, known));
    lines(&detail::compact(model, known), 0, theme, area, buffer);
}

fn pull(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let Some(pull) = model.selected_pull() else {
        return rule::draw(buffer, theme, area, &Safe::new("No pull request selected"), false, &[]);
    };
    let task = model.world.task_of(&pull.repo, pull.id).map(|known| {
        let condition = known.condition(model.now);
        let (glyph, tone) = look(&condition);
        (tone, Safe::new(format!("task {glyph} {}", condition.word())))
    });
    let right: Vec<_> = task.into_iter().collect();
    rule::draw(buffer, theme, area, &pull.title.show_line(), false, &right);
    lines(&detail::compact_pull(model, pull), 0, theme, area, buffer);
}

pub fn full(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer, top: usize) {
    let Some(known) = model.selected() else { return };
    let all = detail::full(model, known, area.width);
    let mut right = status(model, known);
    if let Some(more) = position(top, all.len(), area) {
        right.insert(0, (Tone::Dim, more));
    }
    rule::draw(buffer, theme, area, &known.task.name.show_line(), model.dialog.is_none(), &right);
    lines(&all, top, theme, area, buffer);
}

/// How far a text is scrolled, where it does not fit.
pub(super) fn position(top: usize, all: usize, area: Area) -> Option<Safe> {
    let rows = area.body_rows();
    (all > rows).then(|| Safe::new(format!("{}–{} of {all}", top + 1, (top + rows).min(all))))
}

fn lines(lines: &[Words], top: usize, theme: &Theme, area: Area, buffer: &mut Buffer) {
    for (y, words) in (area.y + 1..area.bottom()).zip(lines.iter().skip(top)) {
        put_words(buffer, area, area.x, y, words, theme);
    }
}

/// `session 2 of 2 · 6m`, and what is not fresh of this task.
fn status(model: &Model, known: &Known) -> Vec<(Tone, Safe)> {
    let since = age::coarse(model.now - known.condition_since(model.now));
    let sessions = known.sessions().filter(|n| *n > 0);
    let text = sessions.map_or_else(|| since.clone(), |n| format!("session {n} of {n} · {since}"));
    let trust = model.world.freshness.contains_key(&Source::Task(known.task.at.id.clone()));
    let words = if trust { model.trust(&Source::Task(known.task.at.id.clone())) } else { Words::new() };
    let mut all = words.0;
    all.push((Tone::Dim, Safe::new(text)));
    all
}
