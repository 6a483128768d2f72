//! The question in front of everything: keys, buttons, and what Yes does.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{actions, automations, cancel, compose, follow_up, reviews};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Context, Intent, Key};
use crate::console::state::Model;
use crate::console::state::dialog::{Ask, Dialog, GRACE};
use crate::domain::Instant;

pub fn open(model: &mut Model, mut dialog: Dialog) {
    dialog.accept = model.key(Context::Dialog, Intent::Accept);
    model.dialog = Some(dialog);
    model.dirty = true;
}

/// `is_longer`: the key ends several that belong together, and is no letter of a word.
pub fn key(model: &mut Model, chord: Chord, intent: Option<Intent>, is_longer: bool, effects: &mut Vec<Effect>) {
    if !is_longer && type_word(model, chord) {
        return;
    }
    match intent {
        // Leaving needs no second question, whatever the first one is.
        Some(Intent::Quit) => return actions::leave(effects),
        Some(Intent::Suspend) => return effects.push(Effect::Suspend),
        Some(Intent::Redraw) => return effects.push(Effect::Redraw),
        _ => {}
    }
    // Also a key that means nothing here shows that the keyboard is not still.
    if !hears(model) {
        return;
    }
    let (Some(dialog), Some(intent)) = (model.dialog.as_mut(), intent) else { return };
    match intent {
        Intent::Yes => answer(model, true, effects),
        Intent::No => answer(model, false, effects),
        Intent::Accept => {
            // Who has typed the word means yes; who has typed half of it does not mean no.
            if dialog.types() && !dialog.is_earnest() {
                return;
            }
            let yes = dialog.is_on_yes();
            answer(model, yes, effects);
        }
        Intent::NextChoice | Intent::PreviousChoice if !dialog.types() => {
            dialog.on_yes = !dialog.on_yes;
            model.dirty = true;
        }
        _ => {}
    }
}

/// A key that means nothing yet: the keyboard is not still.
pub fn noise(model: &mut Model) {
    hears(model);
}

/// The question has stood for long enough, and so has the keyboard: what comes before that was meant for something else.
fn hears(model: &mut Model) -> bool {
    let Some(dialog) = &mut model.dialog else { return false };
    // A clock that was put back has not made the question a thing of the future: it waits from here on.
    dialog.opened_at = dialog.opened_at.min(model.now);
    let still = dialog.opened_at..=model.now;
    let since = model.place.unheard_at.filter(|at| still.contains(at)).unwrap_or(dialog.opened_at);
    let heard = dialog.hears(model.now) && model.now - since >= GRACE;
    if !heard {
        model.place.unheard_at = Some(model.now);
    }
    heard
}

/// Where a word or a reason must be typed, letters are letters: no single key means yes or no.
fn type_word(model: &mut Model, chord: Chord) -> bool {
    if !model.dialog.as_ref().is_some_and(Dialog::types) {
        return false;
    }
    let text_key = match (chord.key, chord.ctrl, chord.alt) {
        (Key::Char(c), false, false) => Some(Some(c)),
        (Key::Backspace, false, false) => Some(None),
        _ => None,
    };
    let Some(change) = text_key else { return false };
    let heard = hears(model);
    let Some(dialog) = model.dialog.as_mut().filter(|_| heard) else { return true };
    match change {
        Some(c) if dialog.typed.len() < 500 && !c.is_control() => dialog.typed.push(c),
        Some(_) => {}
        None => drop(dialog.typed.pop()),
    }
    model.dirty = true;
    true
}

/// A click: a button answers, anything else is not heard.
pub fn click(model: &mut Model, column: u16, row: u16, effects: &mut Vec<Effect>) {
    if !hears(model) {
        return;
    }
    let Some(dialog) = &model.dialog else { return };
    let place = dialog.place(&model.place);
    if place.yes.contains(column, row) && dialog.is_earnest() {
        answer(model, true, effects);
    } else if place.no.contains(column, row) {
        answer(model, false, effects);
    }
}

fn answer(model: &mut Model, yes: bool, effects: &mut Vec<Effect>) {
    let Some(dialog) = model.dialog.take() else { return };
    model.dirty = true;
    if !yes || !dialog.is_earnest() {
        return;
    }
    if dialog.ask.writes() && model.settings.read_only {
        return actions::refuse(model);
    }
    match dialog.ask {
        Ask::Cancel(targets) => cancel::confirmed(model, targets, effects),
        Ask::Start(mut order) => {
            model.notes.say(model.now, false, format!("starting a task in {} …", order.request.repo));
            order.id = made_id(dialog.opened_at, &order.request);
            order.reason = dialog.reason.then(|| dialog.typed.trim().to_owned());
            compose::confirmed(model, order, effects);
        }
        Ask::Plan { mut plan, with_reason } => {
            for order in &mut plan.orders {
                order.id = made_id(dialog.opened_at, &order.request);
                let wants = dialog.reason && with_reason.contains(&order.request.repo);
                order.reason = wants.then(|| dialog.typed.trim().to_owned());
            }
            if plan.id.is_nil() {
                plan.id = made_id(dialog.opened_at, &plan.orders);
            }
            compose::plan_confirmed(model, plan, effects);
        }
        Ask::Assign(mut order) => {
            model.notes.say(model.now, false, format!("assigning the agent to {} …", order.assignment.issue));
            order.id = made_id(dialog.opened_at, &order.assignment.as_request());
            order.reason = dialog.reason.then(|| dialog.typed.trim().to_owned());
            compose::assign_confirmed(model, order, effects);
        }
        Ask::FollowUp(mut comment) => {
            comment.id = made_id(dialog.opened_at, &comment);
            follow_up::confirmed(model, *comment, effects);
        }
        Ask::Pull(order) => reviews::act::confirmed(model, order, dialog.opened_at, effects),
        Ask::Automation(order) => {
            let reason = dialog.reason.then(|| dialog.typed.trim().to_owned());
            automations::confirmed(model, order, (dialog.opened_at, reason), effects);
        }
        Ask::TakeNew(of) => {
            let (order, now) = *of;
            automations::take_new(model, order, &now, effects);
        }
        Ask::DropForm => automations::form::dropped(model, effects),
        Ask::DropDraft(id) => compose::forgotten(model, id, effects),
        Ask::Quit => actions::leave(effects),
        Ask::Copy(text) => {
            model.notes.say(model.now, false, "copied");
            effects.push(Effect::Copy(text));
        }
        Ask::Open(addresses) => {
            model.notes.say(model.now, false, format!("opening {} pages …", addresses.len()));
            effects.push(Effect::OpenAll(addresses));
        }
    }
}

/// One id for one answer to one question: made of what was asked and the nanosecond it was asked at, because nothing
/// here may roll dice.
pub(super) fn made_id(asked_at: Instant, of: &impl std::fmt::Debug) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(asked_at.timestamp_nanos_opt().unwrap_or_else(|| asked_at.timestamp_micros()).to_be_bytes());
    hash.update(format!("{of:?}"));
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
