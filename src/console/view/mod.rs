//! How it looks: `(&Model, &Theme) -> cells`. Draws and decides nothing.

pub mod automations;
pub mod cancels;
mod columns;
pub mod compose;
pub mod detail;
pub mod dialog;
pub mod doctor;
pub mod empty;
pub mod footer;
pub mod found;
pub mod header;
pub mod help;
pub mod inbox;
pub mod ledger;
pub mod line;
pub mod links;
pub mod list;
pub mod log;
pub mod offers;
pub mod palette;
pub mod queue;
mod redraw;
pub mod review;
pub mod reviews;
pub mod rule;
pub mod safe;
pub mod tabs;
pub mod theme;
pub mod tour;

use ratatui::buffer::Buffer;

pub use redraw::{Drawn, redraw};
pub use theme::{Theme, Tone};

use super::state::Model;
use super::state::layout::{Area, Panes};

/// Fills the whole buffer, whatever was in it. Returns where the text cursor belongs, if anywhere.
pub fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) -> Option<(u16, u16)> {
    buffer.reset();
    let cursor = if model.place.too_small() {
        empty::too_small(model, theme, buffer);
        None
    } else {
        parts(model, theme, &model.place.panes(), buffer)
    };
    if theme.ascii {
        safe::to_ascii(buffer);
    }
    cursor
}

/// Draws these panes, or what covers them, on blank cells.
fn parts(model: &Model, theme: &Theme, panes: &Panes, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if let Some(area) = panes.header {
        header::draw(model, theme, area, buffer);
    }
    if let Some(area) = panes.tabs {
        tabs::draw(model, theme, area, buffer);
    }
    let body = panes.body.unwrap_or_default();
    let mut cursor = None;
    if let Some(top) = model.place.help {
        help::draw(model, theme, body, buffer, top);
    } else if let Some(form) = &model.world.automations.desk.form {
        cursor = automations::form::draw(model, form, theme, body, buffer);
    } else if let Some(top) = model.place.detail {
        detail::full(model, theme, body, buffer, top);
    } else if let Some(pane) = &model.place.cancels {
        cancels::draw(model, pane, theme, body, buffer);
    } else if let Some(pane) = &model.place.inbox.pane {
        inbox::draw(model, pane, theme, body, buffer);
    } else if let Some(pane) = &model.place.automations {
        automations::draw(model, pane, theme, body, buffer);
    } else if let Some(ledger) = &model.place.ledger.pane {
        ledger::draw(model, ledger, theme, body, buffer);
    } else if model.place.doctor.pane.is_some() {
        doctor::draw(model, theme, body, buffer);
    } else if let Some(found) = &model.log.found {
        found::draw(model, found, theme, body, buffer);
    } else if let Some(wall) = &model.log.wall {
        log::wall::draw(model, wall, theme, body, buffer);
    } else if model.reviewing() {
        review::draw(model, theme, body, buffer);
    } else {
        cursor = self::panes(model, theme, panes, buffer);
    }
    if let Some(list) = model.log.list.as_ref().filter(|_| model.place.help.is_none() && model.place.detail.is_none()) {
        list::draw(model, list, theme, buffer);
    }
    if let Some(follow) = model.compose.follow_up.as_ref().filter(|_| model.place.help.is_none()) {
        cursor = compose::follow_up::draw(model, follow, theme, buffer);
    }
    if model.place.tour.is_open() {
        tour::draw(model, theme, buffer);
    }
    if let Some(palette) = model.palette() {
        palette::draw(model, palette, theme, buffer);
    }
    if let Some(offers) = model.line.as_ref().and_then(|line| line.offers.as_ref()) {
        offers::draw(model, offers, theme, buffer);
    }
    if let Some(area) = panes.footer {
        let typed = footer::draw(model, theme, area, buffer);
        cursor = typed.or(cursor);
    }
    if let Some(dialog) = &model.dialog {
        dialog::draw(model, dialog, theme, buffer);
        return None;
    }
    cursor
}

fn panes(model: &Model, theme: &Theme, panes: &Panes, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if let Some(area) = panes.queue {
        queue::draw(model, theme, area, buffer);
    }
    if let Some(area) = panes.detail {
        detail::compact(model, theme, area, buffer);
    }
    let log = panes.log.and_then(|area| {
        between(theme, area, buffer);
        log::draw(model, theme, area, buffer)
    });
    if let Some(area) = panes.reviews {
        reviews::draw(model, theme, area, buffer);
    }
    let compose = panes.compose.and_then(|area| compose::draw(model, theme, area, buffer));
    log.or(compose)
}

/// The dim line between panes that stand side by side.
fn between(theme: &Theme, right: Area, buffer: &mut Buffer) {
    if let Some(x) = right.x.checked_sub(1) {
        let area = Area { x, width: 1, ..right };
        for y in area.y..area.bottom() {
            safe::put(buffer, area, x, y, "│", theme.style(Tone::Dim));
        }
    }
}
