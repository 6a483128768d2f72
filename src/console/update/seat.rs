//! Sizes, zoom and order of the panes: taken up at the start, told on when they change.

use crate::console::effect::Effect;
use crate::console::state::Model;
use crate::console::state::place::Place;
use crate::console::state::seat::Seat;

/// How the panes stand now.
fn now(place: &Place) -> Seat {
    Seat {
        zoomed: place.zoomed,
        columns: place.columns_chosen.then_some(place.columns),
        queue_extra: place.queue_extra,
        reviews_extra: place.reviews_extra,
        automations: place.automations.as_ref().map_or(&place.automating.habits, |pane| &pane.habits).arranged,
    }
}

/// Arranges the panes as they were left. Before the first picture: nothing jumps.
pub fn take(model: &mut Model, seat: Seat) {
    let place = &mut model.place;
    place.zoomed = seat.zoomed;
    place.columns_chosen = seat.columns.is_some();
    place.columns = seat.columns.unwrap_or(model.settings.columns);
    place.queue_extra = seat.queue_extra;
    place.reviews_extra = seat.reviews_extra;
    place.automating.habits.arranged = seat.automations;
    place.seat = seat;
    model.dirty = true;
}

/// `:layout reset`.
pub fn reset(model: &mut Model) {
    let told = model.place.seat;
    // The automations have no sizes.
    take(model, Seat { automations: now(&model.place).automations, ..Seat::default() });
    model.place.seat = told;
    model.notes.say(model.now, false, "panes as at first");
}

pub(super) fn settle(model: &mut Model, effects: &mut Vec<Effect>) {
    let seat = now(&model.place);
    if model.place.seat != seat {
        model.place.seat = seat;
        effects.push(Effect::KeepSeat(seat));
    }
}
