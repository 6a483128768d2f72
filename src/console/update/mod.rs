//! How the state changes: `(&mut Model, Event) -> Vec<Effect>`. Pure.
//!
//! ```text
//! Event ──key──> Keymap::find(context, keys) ──> the innermost of dialog > line > palette > tour > help > detail > pane
//!       ──net──> world (by id, late answers dropped) ──> rows due?
//!       ──op───> notes, cancels, new tasks
//! then: rows rebuilt if due ──> selection settled ──> log follows ──> next wake-up computed
//! ```

pub mod actions;
pub mod automations;
pub mod big;
pub mod cancel;
pub mod cancel_marked;
pub mod cancels;
pub mod command;
pub mod compose;
pub mod diagnosis;
pub mod dialog;
pub mod doctor;
pub mod follow_up;
pub mod found;
pub mod history;
pub mod inbox;
pub mod key;
pub mod ledger;
pub mod line;
pub mod list;
pub mod log;
pub mod mouse;
pub mod net;
pub mod offers;
pub mod op;
pub mod open_marked;
pub mod palette;
pub mod queue;
pub mod record;
pub mod remember;
pub mod reviews;
pub mod scroll;
pub mod seat;
mod settle;
mod theme;
pub mod tour;
pub mod trail;
pub mod views;
pub mod wake;
pub mod wall;

#[cfg(test)]
mod note_tests;

pub use wake::next_wake;

use super::effect::Effect;
use super::event::{Event, Local, What};
use super::keys::Context;
use super::state::Model;

/// Applies one event. Sets `model.dirty` when something visible changed.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    model.now = event.at;
    wake::due(model);
    let by_hand = matches!(event.what, What::Key(_) | What::Mouse(_))
        .then(|| (model.screen(), model.context(), model.notes.said()));
    model.queue.settled |= matches!(event.what, What::Key(_) | What::Mouse(_) | What::Paste(_));
    doctor::hear(model, &event.what, &mut effects);
    match event.what {
        What::Key(chord) => key::pressed(model, chord, &mut effects),
        What::Paste(text) => key::pasted(model, &text, &mut effects),
        What::Mouse(mouse) => mouse::moved(model, mouse, &mut effects),
        What::Resize(size) => {
            if model.place.size != size {
                model.place.size = size;
                model.dirty = true;
            }
        }
        What::Focus(focused) => {
            effects.push(Effect::Focus(focused));
            if focused {
                compose::look(model, &mut effects);
            }
        }
        What::Ground(ground) => theme::ground(model, ground),
        What::Wake => log::work(model),
        What::Net(answer) => net::answer(model, answer),
        What::Op(news) => op::news(model, news, &mut effects),
        What::Local(local) => self::local(model, local, &mut effects),
    }
    diagnosis::settle(model, &mut effects);
    automations::settle(model, &mut effects);
    settle::settle(model);
    inbox::settle(model, &mut effects);
    compose::settle(model, &mut effects);
    ledger::settle(model, &mut effects);
    cancels::settle(model);
    doctor::settle(model);
    automations::show_versions(model);
    reviews::settle(model, &mut effects);
    automations::pane::settle(model, &mut effects);
    log::follow_selection(model, &mut effects);
    list::settle(model);
    palette::settle(model);
    seat::settle(model, &mut effects);
    trail::settle(model);
    settle_note(model, by_hand);
    wake::reckon(model);
    effects
}

/// Whoever went to another place by hand has read what was said before; and where keys are typed, or answer a question,
/// these are what must be read.
fn settle_note(model: &mut Model, by_hand: Option<(Context, Context, u64)>) {
    let (screen, here) = (model.screen(), model.context());
    let needs_line = here.takes_text() || here != screen;
    let waits = model.notes.current.as_ref().and_then(|note| note.waits);
    if waits.is_some_and(|of| of == here || !needs_line) {
        return model.notes.come_back(model.now);
    }
    match by_hand {
        Some((_, before, said)) if needs_line && here != before && said == model.notes.said() => {
            model.notes.make_way(model.now, before);
        }
        Some((before, ..)) if before != screen => model.notes.leave(model.now),
        _ => {}
    }
}

fn local(model: &mut Model, local: Local, effects: &mut Vec<Effect>) {
    model.dirty |= !matches!(local, Local::BigLog(_));
    match local {
        Local::Templates { templates, faults } => compose::templates(model, templates, faults),
        Local::Themes { asked, read } => theme::read(model, asked, read),
        Local::Rules(rules) => diagnosis::rules(model, rules),
        Local::LogFile { name, format, bytes } => {
            model.place.log_only = true;
            model.place.focus = super::state::place::Pane::Log;
            log::open_file(model, name, format, &bytes);
        }
        Local::BigLog(news) => {
            model.dirty |= big::news(model, news);
        }
        Local::Edited(result) if automations::form::edited(model, &result, effects) => {}
        Local::Edited(result) => compose::edited(model, result, effects),
        Local::Drafts(drafts) => compose::drafts(model, drafts),
        Local::DraftsKept(kept) => compose::drafts_kept(model, kept),
        Local::Remembered(part) => remember::take(model, *part),
        Local::Forget => remember::forget(model),
        Local::InboxRead(read) => inbox::read(model, read),
        Local::Lines(lines) => history::recall(model, lines),
        Local::FirstStart => tour::offer(model),
    }
}
