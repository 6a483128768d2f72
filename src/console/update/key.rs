//! A key press finds its way: the innermost context first.

use super::{
    actions, cancels, compose, dialog, doctor, follow_up, found, inbox, ledger, line, list, log, palette, record,
    reviews, tour, wall,
};
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Context, Key, lookup};
use crate::console::state::Model;
use crate::text::Untrusted;

pub fn pressed(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let context = model.context();
    if let Some(plain) = after_escape(context, chord) {
        pressed(model, Chord::plain(Key::Esc), effects);
        return pressed(model, plain, effects);
    }
    let intent = match context {
        Context::Dialog => return dialog::key(model, chord, effects),
        Context::Line => return line::key(model, chord, effects),
        Context::Palette => return palette::key(model, chord, effects),
        Context::Tour => return tour::key(model, chord, effects),
        _ => lookup(context, chord),
    };
    let Some(intent) = intent else {
        match context {
            Context::Form | Context::Repos | Context::Issues => {
                compose::key(model, chord, effects);
                model.dirty = true;
            }
            Context::FollowUp => follow_up::key(model, chord),
            _ => {}
        }
        return;
    };
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

/// Many terminals send the escape key and a letter right after it in the very bytes of that letter with Alt. Where
/// Alt and the letter mean nothing, two quick keys are meant. The prompt's text area has its own Alt keys.
fn after_escape(context: Context, chord: Chord) -> Option<Chord> {
    let plain = matches!(chord.key, Key::Char(_)) && chord.alt && !chord.ctrl;
    let has_own = context.takes_text() && !matches!(context, Context::Line | Context::Palette);
    (plain && !has_own && lookup(context, chord).is_none()).then_some(Chord { alt: false, ..chord })
}

/// Pasted text is text where text is typed, and nothing anywhere else: never a command, never an answer.
pub fn pasted(model: &mut Model, text: &Untrusted, effects: &mut Vec<Effect>) {
    match model.context() {
        Context::Line => line::paste(model, text),
        Context::Palette => palette::paste(model, text),
        Context::Form | Context::Repos | Context::Issues => {
            compose::paste(model, text, effects);
            model.dirty = true;
        }
        Context::FollowUp => follow_up::paste(model, text),
        Context::Dialog => model.place.unheard_at = Some(model.now),
        _ => {
            model.notes.say(model.now, true, "a paste is no command — press n to write a prompt");
            model.dirty = true;
        }
    }
}
