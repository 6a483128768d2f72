//! Clicks and wheel steps on a log.

use super::{big, facets, jump, record, split};
use crate::console::event::{Mouse, MouseKind};
use crate::console::state::Model;
use crate::console::state::big::Step;
use crate::console::state::layout::Area;
use crate::console::state::log::facets::bar as bar_of;

/// Rows of a wheel step.
pub(super) const WHEEL: usize = 3;

/// A click or a wheel step inside the log's area.
pub fn mouse(model: &mut Model, mouse: Mouse) {
    let Some(pane) = model.place.panes().log else { return };
    let other = split::turn_to(model, pane, mouse.row);
    let half = model.log.halves(pane).0;
    mouse_in(model, half, mouse);
    // The wheel moves what is under the pointer; a click gives it the keys.
    if other && mouse.kind != MouseKind::Click {
        model.log.swap();
    }
    model.dirty |= other;
}

/// A click puts the cursor on an entry; on its heading it folds or opens it.
pub(super) fn mouse_in(model: &mut Model, pane: Area, mouse: Mouse) {
    if let Some(shown) = &mut model.log.shown
        && jump::mouse(shown, pane, mouse.kind, (mouse.column, mouse.row))
    {
        model.dirty = true;
        return;
    }
    let step = match mouse.kind {
        MouseKind::WheelUp => Some(Step::Up(WHEEL)),
        MouseKind::WheelDown => Some(Step::Down(WHEEL)),
        MouseKind::Click => None,
    };
    if record::wheel(model, pane, step) || step.is_some_and(|step| big::step(model, step)) {
        return;
    }
    let Some(shown) = &mut model.log.shown else { return };
    if shown.record.is_some() {
        return;
    }
    let at = (mouse.column, mouse.row);
    let parts = shown.parts(pane);
    if let Some(bar) = parts.bar.filter(|bar| mouse.kind == MouseKind::Click && bar.contains(at.0, at.1)) {
        let item = bar_of(shown, bar).into_iter().find(|item| item.area.contains(at.0, at.1));
        let note = item.and_then(|item| facets::key(shown, item.key));
        if let Some(text) = note {
            let text = model.settings.keymap.fill(text);
            model.notes.say(model.now, false, text);
        }
        model.dirty = true;
        return;
    }
    let text = parts.text;
    let (reader, entries) = (&mut shown.reader, shown.transcript.entries());
    model.log.moved = true;
    match mouse.kind {
        MouseKind::WheelUp => reader.up(entries, WHEEL),
        MouseKind::WheelDown => reader.down(entries, WHEEL),
        MouseKind::Click => {
            let row = mouse.row.checked_sub(text.y).and_then(|row| reader.rows.get(usize::from(row)));
            let Some((at, fold)) = row.map(|row| (row.at, row.fold)) else { return };
            if !reader.is_last(entries, at.entry) {
                reader.pause();
            }
            reader.cursor = at.entry;
            if fold.is_some() {
                reader.fold(entries);
            }
        }
    }
}
