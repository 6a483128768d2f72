//! `:grep`: looking through the logs that are kept here, and opening one where it was found.

use crate::console::effect::Effect;
use crate::console::event::GrepNews;
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::found::{Found, MOST};
use crate::console::state::log::{Half, Shown};
use crate::console::state::place::Pane;
use crate::transcript::search::Pattern;

use super::{actions, queue, scroll};

/// `:grep TEXT`. The words after the name are what is looked for.
pub fn open(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    let text = arguments.join(" ");
    let pattern = match Pattern::new(&text) {
        Some(pattern) => pattern,
        None if text.is_empty() => return Err("write: grep TEXT, or grep /REGULAR EXPRESSION".to_owned()),
        None => return Err(format!("“{text}” is no regular expression")),
    };
    let id = model.log.greps + 1;
    model.log.greps = id;
    model.place.help = None;
    model.place.detail = None;
    model.log.wall = None;
    model.log.found = Some(Found { id, pattern: text, ..Found::default() });
    effects.push(Effect::Grep(Some((id, Box::new(pattern)))));
    model.dirty = true;
    Ok(())
}

/// Closes the list; the search ends.
pub fn close(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.log.found.take().is_some() {
        effects.push(Effect::Grep(None));
        model.dirty = true;
    }
}

pub fn news(model: &mut Model, news: GrepNews) {
    let Some(found) = model.log.found.as_mut().filter(|found| found.id == news.id) else { return };
    found.count += news.lines.len();
    let room = MOST.saturating_sub(found.lines.len());
    found.lines.extend(news.lines.into_iter().take(room));
    if let Some(progress) = news.progress {
        found.progress = progress;
    }
    model.dirty = true;
}

pub(super) fn settle(model: &mut Model) {
    if let (Some(found), Some(body)) = (&mut model.log.found, model.place.panes().body) {
        found.settle(body);
    }
}

/// An intent pressed in the list. False: not one of the list's.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = model.place.panes().body.map_or(1, |body| body.body_rows().max(2) - 1);
    let Some(found) = &mut model.log.found else { return false };
    let last = found.lines.len().saturating_sub(1);
    match intent {
        Intent::Enter => read(model, effects),
        Intent::Copy => {
            if let Some(line) = found.selected() {
                effects.push(Effect::Copy(line.text.clone()));
                model.notes.say(model.now, false, "copied the line");
            }
        }
        Intent::Back => close(model, effects),
        moved => match scroll::through(moved, found.cursor, page, last) {
            Some(row) => found.cursor = row,
            None => return false,
        },
    }
    model.dirty = true;
    true
}

/// A click puts the cursor on a line; a second one opens its log.
pub fn click(model: &mut Model, row: usize) -> bool {
    let Some(found) = &mut model.log.found else { return false };
    let line = found.rows().nth(found.top + row).and_then(|row| match row {
        crate::console::state::found::Row::Line(index, _) => Some(index),
        crate::console::state::found::Row::Log(_) => None,
    });
    let Some(index) = line else { return false };
    found.cursor = index;
    model.dirty = true;
    true
}

/// Opens the log under the cursor and looks for the same there. A log whose task is not known is read from what is kept
/// and stands in the half of the pane that stays.
fn read(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(found) = &model.log.found else { return };
    let Some(line) = found.selected() else {
        return model.notes.say(model.now, false, "nothing is found yet");
    };
    let Some(session) = line.log.session.clone() else {
        let text = "the file's name does not tell its session: open it with `atc open`";
        return model.notes.say(model.now, true, text);
    };
    let (name, seek) = (line.log.name.show_line(), found.pattern.clone());
    let known = model.world.task_of_session(&session).cloned().filter(|task| queue::reveal(model, task));
    close(model, effects);
    actions::focus(model, Pane::Log);
    if let Some(task) = known {
        model.log.chosen = Some((task.clone(), session.clone()));
        if model.log.split == Some(Half::Lower) {
            model.log.swap();
        }
        let already = model.log.of(&session).is_some();
        if !already {
            *model.log.following() = Some(Shown::new(Some(task), Some(session.clone())));
        }
    } else {
        if model.log.split != Some(Half::Lower) {
            model.log.beside = model.log.shown.take();
            model.log.split = Some(Half::Lower);
        }
        let shown = Shown { file: Some(name), ..Shown::new(None, Some(session.clone())) };
        model.log.shown = Some(shown);
        effects.push(Effect::ReadKept(session.clone()));
    }
    if let Some(shown) = model.log.of(&session) {
        if shown.transcript.entries().is_empty() {
            shown.seek = Some(seek);
        } else {
            shown.reader.search(shown.transcript.entries(), Pattern::new(&seek), true);
        }
    }
}
