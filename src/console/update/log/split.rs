//! Two logs in one pane: which half has the keys, which log stays.

use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::log::Half;
use crate::console::update::queue;

/// Splits the pane: the log shown stays below, above it the selection's is followed. Split, it is made whole again with
/// the log that has the keys.
pub(super) fn toggle(model: &mut Model) {
    let log = &mut *model.log;
    if log.split.is_some() {
        let kept = log.shown.as_ref().and_then(|shown| shown.task.clone());
        let stays = log.split == Some(Half::Lower);
        (log.split, log.beside) = (None, None);
        // A whole pane shows the selection's log.
        if let Some(task) = kept.filter(|_| stays) {
            let session = log.shown.as_ref().and_then(|shown| shown.session.clone());
            log.chosen = session.map(|session| (task.clone(), session));
            queue::reveal(model, &task);
        }
        return;
    }
    if log.shown.as_ref().is_none_or(|shown| shown.session.is_none()) {
        return model.notes.say(model.now, false, "there is no log here yet to keep in sight");
    }
    log.beside = log.shown.take();
    log.split = Some(Half::Upper);
    let text =
        "this log stays below — choose another task in the queue for the upper half, {global.next-pane} changes halves";
    let text = model.filled(text);
    model.notes.say(model.now, false, text);
}

/// Tab goes through both halves before it leaves the pane. False: it leaves.
pub(super) fn step(model: &mut Model, intent: Intent) -> bool {
    let both = model.place.panes().log.is_some_and(|pane| model.log.halves(pane).1.is_some());
    let inside = match intent {
        Intent::NextPane => model.log.split == Some(Half::Upper),
        _ => model.log.split == Some(Half::Lower),
    };
    if both && inside {
        model.log.swap();
    }
    both && inside
}

/// The half under the pointer, given the keys for the moment. True: it was the other one.
pub(super) fn turn_to(model: &mut Model, pane: Area, row: u16) -> bool {
    let other = model.log.halves(pane).1.is_some_and(|half| (half.y..half.bottom()).contains(&row));
    if other {
        model.log.swap();
    }
    other
}

/// What is done to a task from the half that stays is done to that log's task: it becomes the selected one. False: it is
/// not known any more.
pub fn select_its_task(model: &mut Model) -> bool {
    if model.log.split != Some(Half::Lower) {
        return true;
    }
    let task = model.log.shown.as_ref().and_then(|shown| shown.task.clone());
    task.is_some_and(|task| queue::reveal(model, &task))
}
