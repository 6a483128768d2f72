//! Clicks and wheel steps go where the pointer is.

use chrono::TimeDelta;

use super::{
    actions, automations, cancels, compose, dialog, doctor, found, inbox, key, ledger, list, log, offers, palette,
    queue, reviews, scroll, tour, wall,
};
use crate::console::effect::Effect;
use crate::console::event::{Mouse, MouseKind};
use crate::console::keys::{Context, Intent};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::console::state::tabs::{self, To};

/// Rows one wheel step moves.
const WHEEL: isize = 3;
/// A second click this soon after the first makes a double one.
const DOUBLE: TimeDelta = TimeDelta::milliseconds(500);

pub fn moved(model: &mut Model, mouse: Mouse, effects: &mut Vec<Effect>) {
    key::drop_prefix(model);
    if model.dialog.is_some() {
        if mouse.kind == MouseKind::Click {
            dialog::click(model, mouse.column, mouse.row, effects);
        }
        return;
    }
    // What is written is not left by a click.
    if model.context() == Context::AutomationForm {
        return;
    }
    match mouse.kind {
        MouseKind::Click if palette::click(model, mouse.column, mouse.row, effects) => return,
        MouseKind::WheelUp if palette::wheel(model, -1) => return,
        MouseKind::WheelDown if palette::wheel(model, 1) => return,
        MouseKind::Click => tour::leave(model, effects),
        MouseKind::WheelUp | MouseKind::WheelDown => {}
    }
    let covered = model.place.help.is_some() || model.place.detail.is_some();
    if !covered && list::mouse(model, mouse) {
        return;
    }
    match mouse.kind {
        MouseKind::Click if offers::click(model, mouse.column, mouse.row) => {}
        MouseKind::Click => click(model, mouse, effects),
        // What is under the completions does not move unseen.
        MouseKind::WheelUp | MouseKind::WheelDown if offers::cover(model, mouse.column, mouse.row) => {}
        MouseKind::WheelUp => wheel(model, mouse, -WHEEL),
        MouseKind::WheelDown => wheel(model, mouse, WHEEL),
    }
}

/// The list pane under the pointer, and where it stands.
fn pane_at(model: &Model, mouse: Mouse) -> Option<(Pane, Area)> {
    let panes = model.place.panes();
    let all = [
        (Pane::Queue, panes.queue),
        (Pane::Log, panes.log),
        (Pane::Reviews, panes.reviews),
        (Pane::Compose, panes.compose),
    ];
    all.into_iter().find_map(|(pane, area)| {
        let area = area.filter(|a| a.contains(mouse.column, mouse.row))?;
        Some((pane, area))
    })
}

/// A click puts the cursor where it is; a second one soon after opens what is there.
fn click(model: &mut Model, mouse: Mouse, effects: &mut Vec<Effect>) {
    let before = model.place.clicked.take();
    if !hit(model, mouse, effects) {
        return;
    }
    let twice = before.is_some_and(|(at, column, row)| {
        model.now - at <= DOUBLE && at <= model.now && row == mouse.row && column.abs_diff(mouse.column) <= 1
    });
    if twice {
        let context = model.context();
        key::act(model, context, Intent::Enter, effects);
    } else {
        model.place.clicked = Some((model.now, mouse.column, mouse.row));
    }
}

/// True: the cursor is on a row now that can be opened.
fn hit(model: &mut Model, mouse: Mouse, effects: &mut Vec<Effect>) -> bool {
    let panes = model.place.panes();
    if let Some(area) = panes.tabs.filter(|a| a.contains(mouse.column, mouse.row)) {
        let tab = tabs::tabs(model, area).into_iter().find(|t| t.area.contains(mouse.column, mouse.row));
        if let Some(tab) = tab {
            go(model, tab.to, effects);
        }
        return false;
    }
    if model.place.help.is_some() || model.place.detail.is_some() {
        return false;
    }
    let in_body = panes.body.filter(|body| body.contains(mouse.column, mouse.row)).map(|body| mouse.row - body.y);
    // The first row of the body is a title.
    let below = in_body.and_then(|row| usize::from(row).checked_sub(1));
    if model.place.cancels.is_some() {
        return in_body.is_some_and(|row| cancels::click(model, usize::from(row)));
    }
    if model.place.inbox.pane.is_some() {
        return below.is_some_and(|row| inbox::click(model, row));
    }
    if model.place.automations.is_some() {
        return below.is_some_and(|row| automations::pane::click(model, row));
    }
    if model.place.ledger.pane.is_some() {
        return below.is_some_and(|row| ledger::click(model, row));
    }
    if model.place.doctor.pane.is_some() {
        if let Some(row) = below {
            doctor::click(model, row);
        }
        return false;
    }
    if model.log.found.is_some() {
        return below.is_some_and(|row| found::click(model, row));
    }
    if model.reviewing() {
        return false;
    }
    if model.log.wall.is_some() {
        return wall::click(model, mouse.column, mouse.row);
    }
    hit_pane(model, mouse)
}

fn hit_pane(model: &mut Model, mouse: Mouse) -> bool {
    let Some((pane, area)) = pane_at(model, mouse) else { return false };
    if model.place.focus != pane {
        model.place.focus = pane;
        model.dirty = true;
    }
    // The first row is the title.
    let row = usize::from(mouse.row - area.y).checked_sub(1);
    match (pane, row) {
        (Pane::Queue, Some(row)) if model.queue.top + row < model.queue.rows.len() => {
            queue::select(model, model.queue.top + row);
            // A heading is no task.
            model.queue.rows.get(model.queue.index).is_some_and(|row| model.known_at(*row).is_some())
        }
        (Pane::Reviews, Some(row)) if model.reviews.top + row < model.reviews.rows.len() => {
            reviews::select(model, model.reviews.top + row);
            true
        }
        (Pane::Log, _) => {
            log::mouse(model, mouse);
            false
        }
        (Pane::Compose, Some(row)) => compose::click(model, row),
        _ => false,
    }
}

fn go(model: &mut Model, to: To, effects: &mut Vec<Effect>) {
    match to {
        To::Pane(Pane::Compose) if model.place.focus == Pane::Compose => return,
        To::Pane(Pane::Compose) => return actions::run(model, Intent::Compose, effects),
        _ => {}
    }
    match to {
        To::Pane(pane) => actions::focus(model, pane),
        To::View(view) if model.place.automations.is_some() => automations::pane::set_view(model, view),
        To::View(view) => actions::view(model, view),
    }
}

fn wheel(model: &mut Model, mouse: Mouse, by: isize) {
    if scroll::wheel_overlay(model, by) || model.log.wall.is_some() {
        return;
    }
    if let Some(pane) = &mut model.place.cancels {
        pane.cursor = pane.cursor.saturating_add_signed(by);
        model.dirty = true;
        return;
    }
    if model.place.inbox.pane.is_some() {
        return inbox::step(model, by);
    }
    if model.place.automations.is_some() {
        return automations::pane::wheel(model, by);
    }
    if let Some(ledger) = &mut model.place.ledger.pane {
        ledger.wheel(by);
        model.dirty = true;
        return;
    }
    if doctor::wheel(model, by) {
        return;
    }
    if let Some(found) = &mut model.log.found {
        found.cursor = found.cursor.saturating_add_signed(by);
        model.dirty = true;
        return;
    }
    if model.reviewing() {
        return reviews::scroll(model, by);
    }
    match pane_at(model, mouse) {
        Some((Pane::Log, _)) => log::mouse(model, mouse),
        Some((Pane::Compose, _)) => compose::wheel(model, by),
        Some((pane, _)) => scroll::wheel(model, pane, by),
        None => {}
    }
}
