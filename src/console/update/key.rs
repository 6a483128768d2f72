//! A key press finds its way: the innermost context first. Keys that begin something longer wait for the next one.

use super::{
    actions, automations, cancels, compose, dialog, doctor, follow_up, found, inbox, ledger, line, list, log, palette,
    record, reviews, scroll, tour, wall,
};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Context, Found, Intent, Key};
use crate::console::state::Model;
use crate::text::Untrusted;

pub fn pressed(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let context = model.context();
    let mut pressed =
        model.place.prefix.take().filter(|(of, _)| *of == context).map_or_else(Vec::new, |(_, keys)| keys);
    if pressed.is_empty()
        && let Some(plain) = after_escape(model, context, chord)
    {
        self::pressed(model, Chord::plain(Key::Esc), effects);
        return self::pressed(model, plain, effects);
    }
    let is_longer = !pressed.is_empty();
    let chord = as_elsewhere(model, context, &pressed, chord);
    if context == Context::Tour {
        return tour::key(model, chord, effects);
    }
    pressed.push(chord);
    let intent = match model.settings.keymap.find(context, &pressed) {
        Found::Intent(intent) => Some(intent),
        Found::Prefix => {
            model.dirty = true;
            if context == Context::Dialog {
                dialog::noise(model);
            }
            model.place.prefix = Some((context, pressed));
            return;
        }
        Found::Nothing => None,
    };
    model.dirty |= is_longer;
    match (context, intent) {
        // What was begun is dropped, and the key that does not belong to it with it.
        (_, None) if is_longer => {}
        (Context::Dialog, intent) => dialog::key(model, chord, intent, is_longer, effects),
        (Context::Line, intent) => line::key(model, chord, intent, effects),
        (Context::Palette, intent) => palette::key(model, chord, intent, effects),
        (_, Some(intent @ (Intent::HalfDown | Intent::HalfUp))) => half_page(model, context, intent, effects),
        (_, Some(intent)) => act(model, context, intent, effects),
        (Context::Form | Context::Repos | Context::Issues, None) => {
            compose::key(model, chord, effects);
            model.dirty = true;
        }
        (Context::AutomationForm, None) => automations::form::key(model, chord, effects),
        (Context::FollowUp, None) => follow_up::key(model, chord, effects),
        _ => {}
    }
}

/// As many steps as half of what is seen has rows, in whatever has the keys.
fn half_page(model: &mut Model, context: Context, intent: Intent, effects: &mut Vec<Effect>) {
    if context == Context::Log && log::is_large(model) {
        // Its steps wait for parts of it to be read.
        return act(model, context, intent, effects);
    }
    let step = if intent == Intent::HalfDown { Intent::Down } else { Intent::Up };
    for _ in 0..scroll::half(model, context) {
        act(model, context, step, effects);
    }
}

/// Does in a context what a key there would do.
pub fn act(model: &mut Model, context: Context, intent: Intent, effects: &mut Vec<Effect>) {
    if intent.writes() && model.settings.read_only {
        return actions::refuse(model);
    }
    let taken = match context {
        Context::Form | Context::Repos | Context::Plan | Context::Templates | Context::Issues => {
            compose::intent(model, intent, effects)
        }
        // It knows what it changed: a step that waits for a part of a large log changes nothing yet, and a picture of
        // nothing new would only keep the next one waiting.
        Context::Log => log::intent(model, intent, effects),
        Context::List => list::intent(model, intent),
        Context::Record => record::intent(model, intent, effects),
        Context::Wall => wall::intent(model, intent),
        Context::Ledger => ledger::intent(model, intent, effects),
        Context::FollowUp => follow_up::intent(model, intent, effects),
        Context::Cancels => cancels::intent(model, intent, effects),
        Context::Doctor => doctor::intent(model, intent, effects),
        Context::Inbox => inbox::intent(model, intent, effects),
        Context::AutomationForm => automations::form::intent(model, intent, effects),
        Context::Automations | Context::Automation | Context::Calendar => {
            automations::pane::intent(model, context, intent, effects)
        }
        Context::Found => found::intent(model, intent, effects),
        Context::Reviews | Context::Pull | Context::Diff => reviews::intent(model, context, intent, effects),
        _ => false,
    };
    if taken {
        model.dirty |= !matches!(context, Context::Log | Context::List | Context::Record);
    } else {
        actions::run(model, intent, effects);
    }
}

/// Terminals that tell keys apart send Ctrl-I, Ctrl-M and Ctrl-[ as such, others as tab, enter and esc. Where they mean
/// nothing of their own they are that everywhere.
fn as_elsewhere(model: &Model, context: Context, pressed: &[Chord], chord: Chord) -> Chord {
    let Some(twin) = chord.twin() else { return chord };
    let keys: Vec<_> = pressed.iter().copied().chain([chord]).collect();
    if model.settings.keymap.find(context, &keys) == Found::Nothing { twin } else { chord }
}

/// Many terminals send the escape key and a letter right after it in the very bytes of that letter with Alt. Where
/// Alt and the letter mean nothing, two quick keys are meant. The prompt's text area has its own Alt keys.
fn after_escape(model: &Model, context: Context, chord: Chord) -> Option<Chord> {
    let plain = matches!(chord.key, Key::Char(_)) && chord.alt && !chord.ctrl;
    let has_own = context.takes_text() && !matches!(context, Context::Line | Context::Palette);
    let means = |chord| model.settings.keymap.find(context, &[chord]) != Found::Nothing;
    (plain && !has_own && !means(chord)).then_some(Chord { alt: false, ..chord })
}

/// Pasted text is text where text is typed, and nothing anywhere else: never a command, never an answer.
pub fn pasted(model: &mut Model, text: &Untrusted, effects: &mut Vec<Effect>) {
    drop_prefix(model);
    match model.context() {
        Context::Line => line::paste(model, text),
        Context::Palette => palette::paste(model, text),
        Context::Form | Context::Repos | Context::Issues => {
            compose::paste(model, text, effects);
            model.dirty = true;
        }
        Context::AutomationForm => automations::form::paste(model, text, effects),
        Context::FollowUp => follow_up::paste(model, text, effects),
        Context::Dialog => model.place.unheard_at = Some(model.now),
        _ => {
            let key = model.key(Context::Global, Intent::Compose);
            model.notes.say(model.now, true, format!("a paste is no command — press {key} to write a prompt"));
            model.dirty = true;
        }
    }
}

/// What was begun with keys is not gone on with.
pub fn drop_prefix(model: &mut Model) {
    model.dirty |= model.place.prefix.take().is_some();
}
