//! Sizes, zoom and order of the panes: taken up at the start, told on when they change.

use std::sync::Arc;

use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::seat::{Arranged, Seat};
use crate::domain::automation::SavedView;

/// How the panes stand now.
fn now(model: &Model) -> Seat {
    let place = &model.place;
    let habits = place.habits();
    Seat {
        zoomed: place.zoomed,
        columns: place.columns_chosen.then_some(place.columns),
        queue_extra: place.queue_extra,
        reviews_extra: place.reviews_extra,
        automations: if habits.turned {
            Arc::new(Arranged::of(habits, given(model)))
        } else {
            Arc::clone(&place.seat.automations)
        },
    }
}

/// The views of the automations that the next start will have, too.
fn given(model: &Model) -> &[SavedView] {
    let all = &model.settings.automation_views;
    all.get(..model.place.habits().views.given).unwrap_or(all)
}

/// Arranges the panes as they were left. Before the first picture: nothing jumps.
pub fn take(model: &mut Model, seat: Seat) {
    let place = &mut model.place;
    place.zoomed = seat.zoomed;
    place.columns_chosen = seat.columns.is_some();
    place.columns = seat.columns.unwrap_or(model.settings.columns);
    place.queue_extra = seat.queue_extra;
    place.reviews_extra = seat.reviews_extra;
    seat.automations.give(place.habits_mut(), &model.settings.automation_views);
    place.seat = seat;
    model.dirty = true;
}

/// `:layout reset`.
pub fn reset(model: &mut Model) {
    let told = model.place.seat.clone();
    // The automations have no sizes.
    take(model, Seat { automations: now(model).automations, ..Seat::default() });
    model.place.seat = told;
    model.notes.say(model.now, false, "panes as at first");
}

pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let seat = now(model);
    model.place.habits_mut().turned = false;
    if model.place.seat != seat {
        model.place.seat = seat.clone();
        effects.push(Effect::KeepSeat(seat));
    }
}
