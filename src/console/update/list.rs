//! The lists over a log: open, move, take, close.

use super::log;
use super::scroll::rows_by;
use crate::console::event::{Mouse, MouseKind};
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::list::{List, Row, in_order};
use crate::domain::SourceChoice;

/// Rows a page of keys moves.
const PAGE: usize = 8;

/// Opens the list of the sources, or says why there is none.
pub fn sources(model: &mut Model) {
    let shown = model.log.shown.as_ref();
    let why = match shown {
        Some(shown) if shown.file.is_some() => Some("a file is read from where it lies"),
        Some(shown) if shown.session.is_some() && shown.task.is_none() => {
            Some("this is the copy kept here; its task is not known")
        }
        Some(shown) if shown.session.is_some() => None,
        _ => Some("no session's log is shown"),
    };
    let choice = shown.map_or(SourceChoice::Auto, |shown| shown.choice);
    open(model, List::Sources(choice), why);
}

/// Opens the list of the task's sessions, or says that there is nothing to choose.
pub fn sessions(model: &mut Model) {
    let sessions = model.selected().map(|known| in_order(&known.task)).unwrap_or_default();
    let known = model.selected().is_some_and(|known| known.task.sessions.is_some());
    let why = match sessions.len() {
        _ if model.place.log_only => Some("a saved log is all that is open here"),
        0 if known => Some("this task has no session yet"),
        0 => Some("the task's sessions are not known yet"),
        1 => Some("this task has one session, and this is its log"),
        _ => None,
    };
    let shown = model.log.shown.as_ref().and_then(|shown| shown.session.clone());
    let cursor = shown.or_else(|| sessions.first().map(|session| session.id.clone()));
    let Some(cursor) = cursor else { return say(model, why.unwrap_or("no task is selected")) };
    open(model, List::Sessions(cursor), why);
}

fn open(model: &mut Model, list: List, why: Option<&'static str>) {
    match why {
        Some(why) => say(model, why),
        None => model.log.list = Some(list),
    }
    model.dirty = true;
}

fn say(model: &mut Model, why: &'static str) {
    model.notes.say(model.now, false, why);
    model.dirty = true;
}

/// A key while a list is open. False: not one of its own.
pub fn intent(model: &mut Model, intent: Intent) -> bool {
    let Some(list) = model.log.list.clone() else { return false };
    if let Some(by) = rows_by(intent, PAGE) {
        step(model, &list, by);
        model.dirty = true;
        return true;
    }
    match intent {
        Intent::Enter => take(model, list),
        Intent::Automatic if matches!(list, List::Sources(_)) => take(model, List::Sources(SourceChoice::Auto)),
        Intent::Automatic => {}
        // The key of the list that is open closes it; that of the other opens that.
        Intent::Source if matches!(list, List::Sessions(_)) => sources(model),
        Intent::Sessions if matches!(list, List::Sources(_)) => sessions(model),
        Intent::Back | Intent::Source | Intent::Sessions => model.log.list = None,
        Intent::Quit | Intent::Suspend | Intent::Redraw | Intent::Help | Intent::Command | Intent::Mouse => {
            return false;
        }
        // Whatever else a key means, it means it to what lies below.
        _ => {
            model.log.list = None;
            return false;
        }
    }
    model.dirty = true;
    true
}

fn step(model: &mut Model, list: &List, by: isize) {
    let rows = list.rows(model);
    let at = rows.iter().position(|row| row.is == *list).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(rows.len().saturating_sub(1));
    if let Some(row) = rows.into_iter().nth(to) {
        model.log.list = Some(row.is);
    }
}

fn take(model: &mut Model, list: List) {
    model.log.list = None;
    match list {
        List::Sources(choice) => log::choose_source(model, choice),
        List::Sessions(session) => log::choose_session(model, session),
    }
}

/// A click on a row takes it, one beside the list closes it; the wheel moves the cursor. False: no list is open.
pub fn mouse(model: &mut Model, mouse: Mouse) -> bool {
    let Some(list) = model.log.list.clone() else { return false };
    let rows: Vec<Row> = list.rows(model);
    let (area, first) = list.place(model, &rows);
    model.dirty = true;
    match mouse.kind {
        MouseKind::WheelDown => step(model, &list, 1),
        MouseKind::WheelUp => step(model, &list, -1),
        MouseKind::Click if !area.contains(mouse.column, mouse.row) => model.log.list = None,
        MouseKind::Click => {
            let at = usize::from(mouse.row - area.y).checked_sub(1).map(|row| first + row);
            if let Some(row) = at.and_then(|at| rows.into_iter().nth(at)) {
                take(model, row.is);
            }
        }
    }
    true
}

/// Ends every update: a list whose log is gone from the screen is closed, a cursor whose session is gone comes back.
pub fn settle(model: &mut Model) {
    let Some(list) = &model.log.list else { return };
    let gone = match list {
        List::Sources(_) => model.log.shown.as_ref().is_none_or(|shown| shown.session.is_none()),
        List::Sessions(_) => list.rows(model).is_empty(),
    };
    if gone
        || model.log.wall.is_some()
        || model.log.found.is_some()
        || model.place.ledger.pane.is_some()
        || model.place.cancels.is_some()
        || model.place.automations.is_some()
        || model.place.focus != crate::console::state::place::Pane::Log
    {
        model.log.list = None;
        model.dirty = true;
    }
}
