//! `:ledger`: looking at what was done from here, and what became of it.

use crate::console::effect::Effect;
use crate::console::keys::Intent;
use crate::console::ledger::{Ask, News, Told, Wish};
use crate::console::state::Model;
use crate::console::state::ledger::{LedgerPane, MOST, Numbers, Progress};
use crate::console::state::line::LineKind;

use super::{actions, line, queue, scroll, trail};

/// Rows before the end at which the next page is asked for.
const AHEAD: usize = 50;

/// `:ledger [QUERY]`.
pub fn command(model: &mut Model, arguments: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    open(model, arguments.join(" "), effects);
    Ok(())
}

pub fn open(model: &mut Model, query: String, effects: &mut Vec<Effect>) {
    let focus = model.place.focus;
    // Whatever stands over the panes goes.
    actions::focus(model, focus);
    model.place.ledger.pane = Some(Box::new(LedgerPane { query, ..LedgerPane::default() }));
    read(model, None, effects);
}

/// The same with the history of a task alone.
pub fn open_at(model: &mut Model, query: String, task: Option<crate::domain::TaskRef>, effects: &mut Vec<Effect>) {
    let focus = model.place.focus;
    actions::focus(model, focus);
    again(model, query, task, false, effects);
}

/// Asks for lines: from the newest on, or those before a row.
fn read(model: &mut Model, before: Option<u64>, effects: &mut Vec<Effect>) {
    model.place.ledger.wishes += 1;
    let id = model.place.ledger.wishes;
    let Some(ledger) = &mut model.place.ledger.pane else { return };
    ledger.id = id;
    ledger.progress = Progress::Reading;
    let ask = Ask::Page { query: ledger.query.clone(), task: ledger.task.clone(), before };
    effects.push(Effect::Ledger(Wish { id, ask }));
    model.dirty = true;
}

fn count(model: &mut Model, effects: &mut Vec<Effect>) {
    model.place.ledger.wishes += 1;
    let id = model.place.ledger.wishes;
    let Some(ledger) = &mut model.place.ledger.pane else { return };
    ledger.id = id;
    ledger.charts = Some(Numbers::default());
    effects.push(Effect::Ledger(Wish { id, ask: Ask::Charts { query: ledger.query.clone() } }));
}

pub fn news(model: &mut Model, news: News) {
    let Some(ledger) = model.place.ledger.pane.as_mut().filter(|ledger| ledger.id == news.id) else { return };
    model.dirty = true;
    match (news.told, &mut ledger.charts) {
        (Ok(Told::Charts(charts)), Some(numbers)) => numbers.counted = Some(Ok(*charts)),
        (Err(fault), Some(numbers)) => numbers.counted = Some(Err(crate::text::Safe::new(fault.to_string()))),
        (Ok(Told::Page { rows, more }), None) => {
            ledger.rows.extend(rows);
            let wanted = ledger.wanted.take();
            let found = wanted.and_then(|at| ledger.rows.iter().position(|row| row.unresolved && row.at == at));
            ledger.cursor = found.unwrap_or(ledger.cursor);
            ledger.progress = more.map_or(Progress::All, Progress::More);
        }
        (Err(fault), None) => ledger.progress = Progress::Failed(crate::text::Safe::new(fault.to_string())),
        _ => {}
    }
}

pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let body = model.place.panes().body;
    let Some(ledger) = &mut model.place.ledger.pane else { return };
    if let Some(body) = body {
        ledger.settle(body);
    }
    // The next page comes before its first line is wanted.
    match ledger.progress {
        Progress::More(before)
            if ledger.charts.is_none() && ledger.cursor + AHEAD >= ledger.rows.len() && ledger.rows.len() < MOST =>
        {
            read(model, Some(before), effects);
        }
        _ => {}
    }
}

/// An intent pressed in it. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = model.place.panes().body.map_or(1, |body| body.body_rows().max(2) - 1);
    let Some(ledger) = &mut model.place.ledger.pane else { return false };
    let at = match &mut ledger.charts {
        Some(numbers) => &mut numbers.top,
        None => &mut ledger.cursor,
    };
    if let Some(row) = scroll::through(intent, *at, page, scroll::ENDLESS) {
        *at = row;
        model.dirty = true;
        return true;
    }
    match intent {
        Intent::Enter => history(model, effects),
        Intent::Detail => detail(model),
        Intent::Stats if ledger.charts.is_some() => {
            ledger.charts = None;
            if ledger.rows.is_empty() || ledger.progress == Progress::Reading {
                ledger.rows.clear();
                read(model, None, effects);
            }
        }
        Intent::Stats => count(model, effects),
        Intent::Refresh => {
            let query = ledger.query.clone();
            let (task, charts) = (ledger.task.clone(), ledger.charts.is_some());
            // With everything else it is looked again for that of which nobody knows.
            if ledger.rows.iter().any(|row| row.unresolved) {
                effects.push(Effect::Refresh);
            }
            again(model, query, task, charts, effects);
        }
        Intent::Filter => {
            let text = format!("ledger {}", ledger.query);
            line::open(model, LineKind::Command);
            if let Some(line) = &mut model.line {
                line.set(&text);
            }
        }
        Intent::Copy => {
            if let Some(row) = ledger.selected() {
                effects.push(Effect::Copy(format!("{} {}", row.title, row.detail).into()));
                model.notes.say(model.now, false, "copied the line");
            }
        }
        Intent::Ledger => close(model),
        Intent::Back => back(model, effects),
        _ => return false,
    }
    model.dirty = true;
    true
}

fn again(
    model: &mut Model,
    query: String,
    task: Option<crate::domain::TaskRef>,
    charts: bool,
    effects: &mut Vec<Effect>,
) {
    model.place.ledger.pane = Some(Box::new(LedgerPane { query, task, ..LedgerPane::default() }));
    if charts {
        count(model, effects);
    } else {
        read(model, None, effects);
    }
}

/// From the statistics to the lines, from a task's history to all lines, from there back to the panes.
fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(ledger) = &model.place.ledger.pane else { return };
    let (charts, history, query) = (ledger.charts.is_some(), ledger.task.is_some(), ledger.query.clone());
    if charts || history {
        again(model, query, None, false, effects);
    } else if !trail::lead_back(model, effects) {
        close(model);
    }
}

pub fn close(model: &mut Model) {
    model.dirty |= model.place.ledger.pane.take().is_some();
}

/// Everything about the task of the line under the cursor.
fn history(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(ledger) = model.place.ledger.pane.as_ref().filter(|ledger| ledger.charts.is_none()) else { return };
    if ledger.task.is_some() {
        return detail(model);
    }
    match ledger.selected().and_then(|row| row.task.clone()) {
        Some(task) => {
            let query = ledger.query.clone();
            again(model, query, Some(task), false, effects);
        }
        None => model.notes.say(model.now, false, "this line names no task"),
    }
}

/// The task itself, where the console knows it.
fn detail(model: &mut Model) {
    let task = model.place.ledger.pane.as_ref().and_then(|ledger| ledger.selected().and_then(|row| row.task.clone()));
    let known = task.filter(|task| model.world.tasks.get(&task.id).is_some());
    match known {
        Some(task) if queue::reveal(model, &task.id) => {
            let focus = model.place.focus;
            actions::focus(model, focus);
            actions::run(model, Intent::Detail, &mut Vec::new());
        }
        _ => model.notes.say(model.now, false, "the task is not among those that are watched"),
    }
}

/// A click puts the cursor on a line; a second one opens its task's history.
pub fn click(model: &mut Model, row: usize) -> bool {
    let Some(ledger) = model.place.ledger.pane.as_mut().filter(|ledger| ledger.charts.is_none()) else { return false };
    let index = ledger.top + row;
    if index >= ledger.rows.len() {
        return false;
    }
    model.dirty = true;
    ledger.cursor = index;
    true
}

/// Puts the cursor on the unresolved line of that instant, once it is read.
pub fn go_to(model: &mut Model, at: crate::domain::Instant) {
    if let Some(ledger) = &mut model.place.ledger.pane {
        ledger.wanted = Some(at);
    }
}
