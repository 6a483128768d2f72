//! The cursor: on a task, by its id, wherever its row goes.

use crate::console::state::Model;
use crate::console::state::queue::Row;
use crate::console::state::tasks::Slot;
use crate::domain::TaskId;

fn slot_at(model: &Model, index: usize) -> Option<Slot> {
    match model.queue.rows.get(index)? {
        Row::Task(slot) => Some(*slot),
        Row::Heading(_) => None,
    }
}

/// The row nearest to `index` that is a task, seen from `from`: a heading is stepped over.
fn task_row(model: &Model, index: usize, from: usize) -> usize {
    let index = index.min(model.queue.rows.len().saturating_sub(1));
    if !matches!(model.queue.rows.get(index), Some(Row::Heading(_))) {
        return index;
    }
    // A heading is never the last row, and the first row of a group is a task.
    if index < from && index > 0 { index - 1 } else { index + 1 }
}

/// Finds the selected task again where it stands now; if it is gone, the row that took its place.
pub(super) fn reselect(model: &mut Model) {
    let selected = model.queue.selected.as_ref().and_then(|id| model.world.tasks.slot(id));
    let before = model.queue.index;
    let found = selected.and_then(|slot| {
        // Most rebuilds move nothing.
        if slot_at(model, before) == Some(slot) {
            return Some(before);
        }
        model.queue.rows.iter().position(|row| *row == Row::Task(slot))
    });
    let index = found.unwrap_or_else(|| task_row(model, before, 0));
    let selected = slot_at(model, index).and_then(|slot| model.world.tasks.at(slot)).map(|k| k.task.at.id.clone());
    let queue = &mut model.queue;
    // The row under the cursor stays where the eye is; at the top, new rows push it down instead of hiding.
    if queue.top > 0 && index != before {
        queue.top = (queue.top + index).saturating_sub(before);
    }
    if queue.selected != selected || queue.index != index {
        model.dirty = true;
    }
    queue.selected = selected;
    queue.index = index;
}

/// Puts the selection on a row, or on the task beside it where that is a heading.
pub fn select(model: &mut Model, index: usize) {
    let index = task_row(model, index, model.queue.index);
    let selected = slot_at(model, index).and_then(|slot| model.world.tasks.at(slot)).map(|k| k.task.at.id.clone());
    let queue = &mut model.queue;
    if queue.selected != selected {
        queue.selected = selected;
        queue.index = index;
        model.place.detail = model.place.detail.map(|_| 0);
        queue.moved = true;
    }
}

/// Puts the cursor on the first task of the next group; backwards on the first of this one, then of the one before.
/// False: the rows are not grouped.
pub fn to_group(model: &mut Model, forward: bool) -> bool {
    let queue = &model.queue;
    if queue.headings.is_empty() {
        return false;
    }
    let is_heading = |row: &Row| matches!(row, Row::Heading(_));
    let heading = if forward {
        let behind = queue.rows.iter().skip(queue.index).position(is_heading);
        behind.map(|more| queue.index + more)
    } else {
        // The heading right above belongs to the row the cursor is on already.
        queue.rows.iter().take(queue.index.saturating_sub(1)).rposition(is_heading)
    };
    if let Some(heading) = heading {
        select(model, heading + 1);
    }
    true
}

/// Shows a task wherever it is: the query gives way if it hides it, then the view. False: it is not known.
pub fn reveal(model: &mut Model, id: &TaskId) -> bool {
    let Some(slot) = model.world.tasks.slot(id) else { return false };
    let row = |model: &Model| model.queue.rows.iter().position(|row| *row == Row::Task(slot));
    if row(model).is_none() {
        super::super::line::filter(model, String::new());
        super::rebuild(model);
    }
    if row(model).is_none() {
        let holds = |n: &usize| model.queue.roster.entries.get(slot.index()).is_some_and(|e| e.views & 1 << n != 0);
        if let Some(view) = (0..model.settings.views.len()).rev().find(holds) {
            super::set_view(model, view);
            super::rebuild(model);
        }
    }
    if let Some(index) = row(model) {
        select(model, index);
    }
    true
}
