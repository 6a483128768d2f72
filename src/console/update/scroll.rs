//! Moving through whatever has the keys: a list's selection, or the scroll offset of detail and help.

use super::{queue, reviews};
use crate::console::guide;
use crate::console::keys::{Context, Intent};
use crate::console::state::layout::{Area, Put};
use crate::console::state::place::Pane;
use crate::console::state::{Model, detail};

/// Moves in the innermost thing that moves. False: not a movement.
pub fn intent(model: &mut Model, intent: Intent) -> bool {
    if let Some(put) = Put::of(intent) {
        line_to(model, put);
        return true;
    }
    let Some(by) = rows_by(intent, rows(model).max(2) - 1) else { return false };
    step(model, by);
    true
}

/// By how many rows a movement goes, where a page has so many. `None`: not a movement.
pub fn rows_by(intent: Intent, page: usize) -> Option<isize> {
    Some(match intent {
        Intent::Up => -1,
        Intent::Down => 1,
        Intent::PageUp => -page.cast_signed(),
        Intent::PageDown => page.cast_signed(),
        Intent::Top => -ENDLESS.cast_signed(),
        Intent::Bottom => ENDLESS.cast_signed(),
        _ => return None,
    })
}

/// A last row for what is kept within its ends after every update.
pub const ENDLESS: usize = isize::MAX.cast_unsigned() / 2;

/// Where a list or a text stands that is moved through: its selected or its first row, of pages of so many rows, no further
/// than to its last. `None`: not a movement.
pub fn through(intent: Intent, top: usize, page: usize, last: usize) -> Option<usize> {
    rows_by(intent, page).map(|by| top.saturating_add_signed(by).min(last))
}

/// The list moves under its selection, which keeps its row of the list: what follows an update keeps it within its ends.
fn line_to(model: &mut Model, put: Put) {
    let panes = model.place.panes();
    let (area, index, top) = match model.place.focus {
        Pane::Queue => (panes.queue, model.queue.index, &mut model.queue.top),
        Pane::Reviews => (panes.reviews, model.reviews.index, &mut model.reviews.top),
        Pane::Log | Pane::Compose => return,
    };
    let height = area.map_or(0, Area::body_rows);
    let to = index.saturating_sub(put.rows_above(height, 1));
    model.dirty |= *top != to;
    *top = to;
}

/// Half the rows that are seen where the keys go.
pub fn half(model: &Model, context: Context) -> usize {
    let panes = model.place.panes();
    let area = match context {
        Context::Queue => panes.queue,
        Context::Log | Context::List | Context::Record => panes.log,
        Context::Reviews | Context::Pull | Context::Diff => panes.reviews,
        Context::Templates | Context::Plan => panes.compose,
        _ => panes.body,
    };
    (area.or(panes.body).map_or(0, Area::body_rows) / 2).max(1)
}

/// Rows on one page of what has the keys.
fn rows(model: &Model) -> usize {
    let panes = model.place.panes();
    let area = if model.place.help.is_some() || model.place.detail.is_some() {
        panes.body
    } else {
        match model.place.focus {
            Pane::Queue => panes.queue,
            Pane::Reviews => panes.reviews,
            Pane::Log => panes.log,
            Pane::Compose => panes.compose,
        }
    };
    area.map_or(0, Area::body_rows)
}

fn step(model: &mut Model, by: isize) {
    if let Some(top) = model.place.help {
        model.place.help = Some(top.saturating_add_signed(by));
        return changed_offset(model, top);
    }
    if let Some(top) = model.place.detail {
        model.place.detail = Some(top.saturating_add_signed(by));
        return changed_offset(model, top);
    }
    match model.place.focus {
        Pane::Queue => queue::select(model, model.queue.index.saturating_add_signed(by)),
        Pane::Reviews => reviews::select(model, model.reviews.index.saturating_add_signed(by)),
        Pane::Log | Pane::Compose => {}
    }
}

fn changed_offset(model: &mut Model, before: usize) {
    clamp_overlays(model);
    if model.place.help.or(model.place.detail) != Some(before) {
        model.dirty = true;
    }
}

/// No overlay is scrolled past its end, whatever became shorter.
pub fn clamp_overlays(model: &mut Model) {
    let Some(body) = model.place.panes().body else { return };
    // What stands at its top is not past its end, and need not be laid out to know that.
    if let Some(top) = model.place.help.filter(|top| *top > 0) {
        let lines = guide::lines(model).len();
        model.place.help = Some(top.min(lines.saturating_sub(body.body_rows())));
    }
    if let Some(top) = model.place.detail.filter(|top| *top > 0) {
        let lines = model.selected().map(|known| detail::full(model, known, body.width).len());
        model.place.detail = lines.map(|lines| top.min(lines.saturating_sub(body.body_rows())));
    }
}

/// A wheel step: the list moves under the pointer, the selection only where it would leave the view.
pub fn wheel(model: &mut Model, pane: Pane, by: isize) {
    let panes = model.place.panes();
    let moved = |top: usize, rows: usize, area: Option<Area>| {
        let height = area.map_or(1, |a| a.body_rows().max(1));
        let top = top.saturating_add_signed(by).min(rows.saturating_sub(height));
        (top, top + height - 1)
    };
    match pane {
        Pane::Queue => {
            let (top, last) = moved(model.queue.top, model.queue.rows.len(), panes.queue);
            model.dirty |= model.queue.top != top;
            model.queue.top = top;
            queue::select(model, model.queue.index.clamp(top, last));
        }
        Pane::Reviews => {
            let (top, last) = moved(model.reviews.top, model.reviews.rows.len(), panes.reviews);
            model.dirty |= model.reviews.top != top;
            model.reviews.top = top;
            reviews::select(model, model.reviews.index.clamp(top, last));
        }
        Pane::Log | Pane::Compose => {}
    }
}

/// A wheel step over detail or help. False: neither is open.
pub fn wheel_overlay(model: &mut Model, by: isize) -> bool {
    let open = model.place.help.is_some() || model.place.detail.is_some();
    if open {
        step(model, by);
    }
    open
}
