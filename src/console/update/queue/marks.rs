//! Marks: tasks chosen for one action together. They stay with their tasks, whatever is listed.

use crate::console::state::Model;
use crate::console::state::queue::Row;
use crate::console::state::tasks::Slot;
use crate::console::state::world::Known;

/// The marked tasks, in the present order of the queue.
pub fn marked(model: &Model) -> impl Iterator<Item = &Known> {
    let tasks = &model.world.tasks;
    let places = model.queue.roster.order.iter();
    places.filter(|place| tasks.marks().has(place.slot)).filter_map(|place| tasks.at(place.slot))
}

/// Marks or unmarks the task under the cursor and goes on to the next.
pub fn mark(model: &mut Model) {
    let Some(slot) = model.queue.selected.as_ref().and_then(|id| model.world.tasks.slot(id)) else { return };
    let marked = model.world.tasks.marks().has(slot);
    set_mark(model, slot, !marked);
    model.queue.anchor.clone_from(&model.queue.selected);
    super::select(model, model.queue.index + 1);
}

/// From where the mark key was last used to the cursor, both included.
pub fn mark_range(model: &mut Model) {
    let slot = model.queue.anchor.as_ref().and_then(|id| model.world.tasks.slot(id));
    let from = slot.and_then(|slot| model.queue.rows.iter().position(|row| *row == Row::Task(slot)));
    let from = from.unwrap_or(model.queue.index);
    let (first, last) = (from.min(model.queue.index), from.max(model.queue.index));
    let slots = tasks(model.queue.rows.get(first..=last).unwrap_or_default());
    set(model, &slots, true);
    model.queue.anchor.clone_from(&model.queue.selected);
}

/// Marks everything listed; where all of it is marked already, takes those marks away.
pub fn mark_all(model: &mut Model) {
    let slots = tasks(&model.queue.rows);
    let all = slots.iter().all(|slot| model.world.tasks.marks().has(*slot));
    set(model, &slots, !all);
}

/// Takes every mark away, also of tasks that are not listed.
pub fn unmark_all(model: &mut Model) {
    let slots: Vec<Slot> = model.world.tasks.marks().iter().collect();
    set(model, &slots, false);
    model.queue.anchor = None;
}

pub fn set_mark(model: &mut Model, slot: Slot, marked: bool) {
    set(model, &[slot], marked);
}

fn tasks(rows: &[Row]) -> Vec<Slot> {
    let tasks = rows.iter().filter_map(|row| match row {
        Row::Task(slot) => Some(*slot),
        Row::Heading(_) => None,
    });
    tasks.collect()
}

fn set(model: &mut Model, slots: &[Slot], marked: bool) {
    // Where a query asks for marks, those tasks are looked at again; else no task is.
    let views = model.settings.views.iter().map(|view| &view.query);
    let asked = views.chain([&model.queue.typed.query]).any(crate::domain::Query::uses_marks);
    for slot in slots {
        if model.world.tasks.mark(*slot, marked) && asked {
            model.world.tasks.at_mut(*slot);
        }
    }
    model.queue.relist = true;
    model.dirty = true;
}
