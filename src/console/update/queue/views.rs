//! Saved views, and how each is turned: order and groups stay with the view they were set in.

use crate::console::state::Model;
use crate::domain::{Column, Group, Order};

/// Shows another view, the cursor where it was when that view was left.
pub fn set_view(model: &mut Model, view: usize) {
    let queue = &mut model.queue;
    if view == queue.view || view >= model.settings.views.len() {
        return;
    }
    let same_order = queue.order();
    if let Some(look) = queue.looks.get_mut(queue.view) {
        look.selected.clone_from(&queue.selected);
    }
    queue.view = view;
    // What is under the cursor stays there if it is in this view, too.
    if let Some(selected) = queue.looks.get(view).and_then(|look| look.selected.clone()) {
        queue.selected = Some(selected);
    }
    queue.top = 0;
    queue.reorder |= queue.order() != same_order;
    relist(model);
}

pub fn step_view(model: &mut Model, forward: bool) {
    let all: Vec<usize> = (0..model.settings.views.len()).collect();
    set_view(model, step(&all, model.queue.view, forward));
}

pub fn set_sort(model: &mut Model, order: Order) {
    if let Some(look) = model.queue.looks.get_mut(model.queue.view) {
        look.order = order;
    }
    model.queue.reorder = true;
    model.dirty = true;
}

pub fn next_sort(model: &mut Model) {
    set_sort(model, Order { by: step(&Column::ALL, model.queue.order().by, true), reversed: false });
}

pub fn set_group(model: &mut Model, group: Option<Group>) {
    if let Some(look) = model.queue.looks.get_mut(model.queue.view) {
        look.group = group;
    }
    relist(model);
}

/// No groups, by repository, by state …, no groups.
pub fn step_group(model: &mut Model) {
    let all: Vec<Option<Group>> = std::iter::once(None).chain(Group::ALL.map(Some)).collect();
    set_group(model, step(&all, model.queue.look().group, true));
}

/// The same tasks in the same order, listed another way.
fn relist(model: &mut Model) {
    model.queue.relist = true;
    model.dirty = true;
}

fn step<T: Copy + PartialEq>(all: &[T], now: T, forward: bool) -> T {
    let at = all.iter().position(|v| *v == now).unwrap_or(0);
    let to = if forward { at + 1 } else { at + all.len().saturating_sub(1) } % all.len().max(1);
    all.get(to).copied().unwrap_or(now)
}
