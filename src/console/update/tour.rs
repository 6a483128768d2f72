//! `:tour`: step by step round the screen as it is. Three keys belong to it; any other ends it and does what it always does.

use super::{actions, automations, inbox, key, trail};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Context, Intent};
use crate::console::state::Model;
use crate::console::state::trail::Spot;
use crate::console::tour::{Point, STEPS};

/// `:tour`.
pub fn open(model: &mut Model, _: &[&str], effects: &mut Vec<Effect>) -> Result<(), String> {
    model.place.help = None;
    let from = Spot::of(model);
    model.place.tour.from = from;
    model.place.tour.offered = false;
    show(model, 0, effects);
    Ok(())
}

/// This is the first start here.
pub fn offer(model: &mut Model) {
    model.place.tour.offered = !model.place.log_only && !model.place.tour.is_open();
    model.dirty |= model.place.tour.offered;
}

/// The offer is not wanted. False: there is none.
pub fn decline(model: &mut Model) -> bool {
    let offered = std::mem::take(&mut model.place.tour.offered);
    model.dirty |= offered;
    offered
}

pub fn key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let Some(step) = model.place.tour.step else { return };
    match model.settings.keymap.lookup(Context::Tour, chord) {
        Some(Intent::NextChoice) if step + 1 < STEPS.len() => show(model, step + 1, effects),
        Some(Intent::NextChoice) => {
            leave(model, effects);
            model.notes.say(model.now, false, "the end — :tour begins again");
        }
        Some(Intent::PreviousChoice) => show(model, step.saturating_sub(1), effects),
        Some(Intent::Back) => leave(model, effects),
        Some(Intent::Redraw) => effects.push(Effect::Redraw),
        Some(Intent::Suspend) => effects.push(Effect::Suspend),
        // A key of the real screen, pressed on the real screen.
        _ => {
            leave(model, effects);
            key::pressed(model, chord, effects);
        }
    }
}

/// Ends it where it was begun.
pub fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    let tour = std::mem::take(&mut model.place.tour);
    if tour.step.is_none() {
        return;
    }
    model.dirty = true;
    if let Some(from) = tour.from {
        trail::go(model, &from, effects);
        model.place.trail.leap = false;
    }
}

/// Puts what the step is about on the screen.
fn show(model: &mut Model, step: usize, effects: &mut Vec<Effect>) {
    let Some(about) = STEPS.get(step) else { return };
    model.dirty = true;
    // The keys of the tour stand where a note would.
    model.notes.current = None;
    let pane = match about.point {
        Point::Pane(pane) => pane,
        _ => crate::console::state::place::Pane::Queue,
    };
    actions::focus(model, pane);
    match about.point {
        Point::Inbox => inbox::open(model, effects),
        Point::Automations => automations::pane::open(model),
        _ => {}
    }
    model.place.tour.step = Some(step);
}
