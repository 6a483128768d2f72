//! What every update ends with: rows rebuilt if due, the selection in view, what is looked at no longer new.

use super::{queue, reviews};
use crate::console::state::Model;
use crate::console::state::place::Pane;
use crate::console::state::queue::Row;

pub(super) fn settle(model: &mut Model) {
    queue::meet_viewer(model);
    let time_has_come = model.queue.recheck_at.is_some_and(|at| at <= model.now);
    let queue = &model.queue;
    let asked = queue.due || queue.reorder || queue.requery || queue.relist;
    if asked || time_has_come || model.world.tasks.any_touched() {
        queue::rebuild(model);
    }
    model.queue.settled = model.queue.settled || queue::all_read(model);
    if model.reviews.due || model.reviews.headed != model.reviews_headed() {
        reviews::rebuild(model);
    }
    look(model);
    let panes = model.place.panes();
    if let Some(area) = panes.queue {
        let queue = &mut model.queue;
        queue.top = in_view(queue.top, queue.index, queue.rows.len(), area.body_rows());
        // The heading of the group whose first row the cursor is on is seen, too.
        let above = queue.top.checked_sub(1).filter(|_| queue.top == queue.index && area.body_rows() > 1);
        if let Some(above) = above.filter(|above| matches!(queue.rows.get(*above), Some(Row::Heading(_)))) {
            queue.top = above;
        }
    }
    if let Some(area) = panes.reviews {
        let reviews = &mut model.reviews;
        reviews.top = in_view(reviews.top, reviews.index, reviews.rows.len(), area.body_rows());
        // So is that of the group here.
        let above = reviews.top.checked_sub(1).filter(|_| reviews.top == reviews.index && area.body_rows() > 1);
        if let Some(above) = above.filter(|above| reviews.rows.get(*above).is_some_and(|row| row.key().is_none())) {
            reviews.top = above;
        }
    }
    super::found::settle(model);
    super::scroll::clamp_overlays(model);
}

/// The selected row of the focused queue has been looked at: nothing of it is new.
fn look(model: &mut Model) {
    if model.place.focus != Pane::Queue && model.place.focus != Pane::Log {
        return;
    }
    let Some(id) = model.selected().filter(|known| known.changed).map(|known| known.task.at.id.clone()) else { return };
    if let Some(known) = model.world.tasks.get_mut(&id) {
        known.changed = false;
    }
    queue::rebuild(model);
}

/// The first row shown, moved as little as possible: the selected row is in view, no room is wasted at the end.
fn in_view(top: usize, index: usize, rows: usize, height: usize) -> usize {
    let height = height.max(1);
    let top = top.min(rows.saturating_sub(height));
    top.clamp((index + 1).saturating_sub(height), index.max((index + 1).saturating_sub(height)))
}

#[cfg(test)]
mod tests {
    use super::in_view;

    #[test]
    fn the_list_scrolls_no_further_than_the_selection_asks() {
        assert_eq!(in_view(0, 5, 100, 10), 0);
        assert_eq!(in_view(0, 10, 100, 10), 1);
        assert_eq!(in_view(20, 15, 100, 10), 15);
        assert_eq!(in_view(95, 99, 100, 10), 90);
        assert_eq!(in_view(3, 0, 0, 10), 0);
        assert_eq!(in_view(3, 0, 1, 0), 0);
    }
}
