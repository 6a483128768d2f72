//! Saved views, and how each is turned: order and groups stay with the view they were set in.

use crate::console::state::Model;
use crate::console::state::views::step;
use crate::domain::{Column, Group, Order};

/// Shows another view, the cursor where it was when that view was left.
pub fn set_view(model: &mut Model, view: usize) {
    let queue = &mut model.queue;
    let before = queue.order();
    if queue.views.show(view, &mut queue.selected) {
        queue.top = 0;
        queue.reorder |= queue.order() != before;
        relist(model);
    }
}

pub fn step_view(model: &mut Model, forward: bool) {
    set_view(model, model.queue.views.next(forward));
}

pub fn set_sort(model: &mut Model, order: Order) {
    model.queue.views.turn(|look| look.order = order);
    model.queue.reorder = true;
    model.dirty = true;
}

pub fn next_sort(model: &mut Model) {
    set_sort(model, Order { by: step(&Column::ALL, model.queue.order().by, true), reversed: false });
}

pub fn set_group(model: &mut Model, group: Option<Group>) {
    model.queue.views.turn(|look| look.group = group);
    relist(model);
}

/// No groups, by repository, by state …, no groups.
pub fn step_group(model: &mut Model) {
    let all: Vec<Option<Group>> = std::iter::once(None).chain(Group::ALL.map(Some)).collect();
    set_group(model, step(&all, model.queue.group(), true));
}

/// The same tasks in the same order, listed another way.
fn relist(model: &mut Model) {
    model.queue.relist = true;
    model.dirty = true;
}
