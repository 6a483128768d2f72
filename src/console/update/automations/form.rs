//! Keys, paste and intents in the form of an automation.

use super::{acts, draft};
use crate::console::automations::Wish;
use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent, Key};
use crate::console::state::Model;
use crate::console::state::automations::Automations;
use crate::console::state::automations::form::{AutomationForm, Piece, Waits, parts, value_columns};
use crate::console::state::compose::Control;
use crate::console::state::compose::editor::{Did, LeftOut};
use crate::console::state::compose::layout::{AREA_ROWS, prompt_text};
use crate::console::state::dialog::{Ask, Dialog};
use crate::console::state::layout::Area;
use crate::console::update::{actions, compose, dialog, scroll};
use crate::domain::{Automation, Fault, RepoName};
use crate::template::{Template, shipped};
use crate::text::Untrusted;

use acts::say;

/// A change of one that is known in full; where one was begun before, that one goes on.
pub fn edit(model: &mut Model, automation: &Automation, effects: &mut Vec<Effect>) {
    let mut drafts = model.compose.drafts.iter();
    let begun = drafts.find(|draft| AutomationForm::subject(draft).as_ref() == Some(&automation.at)).cloned();
    if let Some(draft) = begun {
        return draft::take_up(model, &draft, effects);
    }
    if let Some(form) = AutomationForm::edit(automation) {
        open(model, form, effects);
    }
}

/// With which event it is to be run.
pub(super) fn run(model: &mut Model, automation: &Automation, effects: &mut Vec<Effect>) {
    if let Some(form) = AutomationForm::run(automation) {
        open(model, form, effects);
    }
}

/// A new one, in the repository that is looked at.
pub fn create(model: &mut Model, template: Option<Template>, effects: &mut Vec<Effect>) {
    if model.settings.read_only {
        return actions::refuse(model);
    }
    let of_automation = model.automation().map(|known| known.automation.at.repo.clone());
    let of_task = || model.selected().map(|known| known.task.at.repo.clone());
    let repo = of_automation.or_else(of_task).or_else(|| model.settings.repos.first().cloned());
    let Some(repo) = repo else {
        return say(model, true, "no repository is watched: add one with `:repo add owner/name`");
    };
    if model.compose.templates.is_empty() {
        model.compose.templates = shipped();
    }
    let form = AutomationForm::create(&model.settings.repos, repo, model.compose.templates.clone(), template);
    open(model, form, effects);
    effects.push(Effect::LookForTemplates);
}

/// False: another one is on its way, and nothing is opened.
pub(super) fn open(model: &mut Model, mut form: AutomationForm, effects: &mut Vec<Effect>) -> bool {
    if model.world.automations.desk.form.as_ref().is_some_and(|form| form.waits.is_some()) {
        say(model, true, "an automation is on its way: its answer comes first");
        return false;
    }
    draft::set_aside(model);
    if form.id.is_nil() {
        form.id = model.compose.new_id(model.now);
    }
    let Automations { desk, policy, .. } = &mut *model.world.automations;
    desk.asking = None;
    form.build(desk.offers(form.repo()));
    form.refresh(policy.as_deref());
    desk.form = Some(Box::new(form));
    // The policy may have been edited since it was last read.
    effects.push(Effect::Automations(Wish::Policy));
    want_offers(model, effects);
    model.dirty = true;
    true
}

fn want_offers(model: &mut Model, effects: &mut Vec<Effect>) {
    let desk = &mut model.world.automations.desk;
    let Some(repo) = desk.form.as_ref().map(|form| form.repo().clone()) else { return };
    if desk.wants_offers(&repo) {
        effects.push(Effect::Automations(Wish::Offers(repo)));
    }
}

/// Recomputes what follows from the form.
pub(super) fn refresh(model: &mut Model) {
    let Automations { desk, policy, .. } = &mut *model.world.automations;
    if let Some(form) = &mut desk.form {
        form.refresh(policy.as_deref());
    }
}

/// What the service offers is known, or that it is not.
pub(super) fn offered(model: &mut Model, repo: &RepoName) {
    rebuild(model, |form| form.repo() == repo);
}

fn rebuild(model: &mut Model, of: impl Fn(&AutomationForm) -> bool) {
    let Automations { desk, policy, .. } = &mut *model.world.automations;
    let Some(mut form) = desk.form.take() else { return };
    // What was sent stays as it was sent.
    if form.waits.is_none() && of(&form) {
        form.build(desk.offers(form.repo()));
        form.refresh(policy.as_deref());
    }
    desk.form = Some(form);
}

/// Somebody else changed it: the form goes on over what is there now.
pub(super) fn take_new(model: &mut Model, now: &Automation) {
    let Automations { desk, policy, .. } = &mut *model.world.automations;
    let Some(mut form) = desk.form.take() else { return };
    let taken = form.take_new(now, desk.offers(form.repo()));
    form.refresh(policy.as_deref());
    let both = form.pieces.iter().filter(|piece| piece.also.is_some()).count() + usize::from(form.prompt_also);
    desk.form = Some(form);
    if taken && both > 0 {
        say(
            model,
            true,
            format!("{both} of your fields were changed there too: yours stand, and say what is there now"),
        );
    } else if taken {
        say(model, false, "what you changed stands over the new one: read it, and send it again");
    }
}

fn with(model: &mut Model, change: impl FnOnce(&mut AutomationForm)) {
    if let Some(form) = &mut model.world.automations.desk.form {
        change(form);
        model.dirty = true;
    }
}

fn body(model: &Model) -> Area {
    let size = model.place.size;
    model.place.panes().body.unwrap_or(Area { x: 0, y: 0, width: size.width, height: size.height })
}

/// What was sent, or is being judged, stays as it is until the answer is there.
fn is_frozen(model: &mut Model) -> bool {
    let waits = model.world.automations.desk.form.as_ref().and_then(|form| form.waits);
    match waits {
        None => return false,
        Some(Waits::Verdict) => say(model, false, "the policy is being asked: its answer comes first"),
        Some(Waits::Answer(_)) => say(model, false, "it is on its way: its answer comes first"),
    }
    true
}

/// An intent pressed in the form. False: not one of the form's.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    if matches!(intent, Intent::Quit | Intent::Suspend | Intent::Redraw) {
        return false;
    }
    if in_preview(model, intent) {
        return true;
    }
    match intent {
        Intent::NextField => with(model, |form| form.step(true)),
        Intent::PreviousField => with(model, |form| form.step(false)),
        Intent::NextChoice => turn(model, true, effects),
        Intent::PreviousChoice => turn(model, false, effects),
        Intent::Preview => with(model, |form| form.preview = Some(0)),
        Intent::Reset => reset(model, effects),
        Intent::Editor => editor(model, effects),
        Intent::Start => send(model, effects),
        Intent::Back => back(model, effects),
        _ => {
            let Some(chord) = as_key(intent) else { return false };
            key(model, chord, effects);
        }
    }
    true
}

/// Motions that are bound to intents elsewhere are plain keys in a text.
fn as_key(intent: Intent) -> Option<Chord> {
    let key = match intent {
        Intent::Up => Key::Up,
        Intent::Down => Key::Down,
        Intent::PageUp => Key::PageUp,
        Intent::PageDown => Key::PageDown,
        Intent::Enter => Key::Enter,
        _ => return None,
    };
    Some(Chord::plain(key))
}

fn in_preview(model: &mut Model, intent: Intent) -> bool {
    let area = body(model);
    let Some(form) = &mut model.world.automations.desk.form else { return false };
    let Some(top) = form.preview else { return false };
    let page = area.body_rows().saturating_sub(1).max(1);
    let columns = usize::from(area.width.saturating_sub(3));
    let last = (form.request_rows(columns).len() + 1).saturating_sub(page);
    form.preview = match intent {
        Intent::Preview | Intent::Back => None,
        Intent::NextField
        | Intent::PreviousField
        | Intent::NextChoice
        | Intent::PreviousChoice
        | Intent::Reset
        | Intent::Editor
        | Intent::Enter => Some(top),
        moved => match scroll::through(moved, top, page, last) {
            None => return false,
            there => there,
        },
    };
    model.dirty = true;
    true
}

fn turn(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    let Some(form) = &mut model.world.automations.desk.form else { return };
    let suggestions = form.suggestions();
    let at = form.at;
    if form.pieces.get_mut(at).is_some_and(|piece| piece.field.turn(forward, &suggestions)) {
        changed(model, effects);
    }
}

fn reset(model: &mut Model, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    let Some(form) = model.world.automations.desk.form.as_mut().filter(|form| form.has_prompt()) else { return };
    if form.reset_prompt() {
        refresh(model);
        draft::keep(model, effects);
        say(model, false, "the prompt is what it was; undo brings yours back");
    } else {
        say(model, false, "the prompt was not changed: there is nothing to take back");
    }
}

fn editor(model: &mut Model, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    if let Some(form) = model.world.automations.desk.form.as_mut().filter(|form| form.has_prompt()) {
        form.in_editor = true;
        effects.push(Effect::Editor(form.prompt.text()));
    }
}

/// What `$EDITOR` left. False: it was not this form's prompt.
pub fn edited(model: &mut Model, result: &Result<Untrusted, Fault>, effects: &mut Vec<Effect>) -> bool {
    let Some(form) = &mut model.world.automations.desk.form else { return false };
    if !std::mem::take(&mut form.in_editor) {
        return false;
    }
    let text = match result {
        Ok(text) => text.raw_for_match().trim_end(),
        Err(fault) => {
            let fault = fault.to_string();
            say(model, true, fault);
            return true;
        }
    };
    if form.waits.is_some() {
        say(model, true, "it was sent while the editor was open: what the editor left is not used");
    } else if form.prompt.text().trim_end() == text {
        say(model, false, "the editor changed nothing");
    } else {
        let left_out = form.prompt.replace(text);
        form.own_prompt = true;
        form.at = form.pieces.len();
        refresh(model);
        draft::keep(model, effects);
        model.dirty = true;
        compose::tell_left_out(model, left_out);
    }
    true
}

fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    model.dirty = true;
    let desk = &mut model.world.automations.desk;
    let Some(form) = &mut desk.form else { return };
    match form.waits {
        Some(Waits::Verdict) => {
            form.waits = None;
            desk.asking = None;
            say(model, false, "not asked");
        }
        Some(Waits::Answer(_)) => drop(is_frozen(model)),
        None if !form.is_touched() => {
            draft::forget(form, effects);
            desk.form = None;
        }
        None if form.to_draft().is_some() => {
            let is_new = form.about().is_none();
            draft::set_aside(model);
            let text = if is_new {
                "the draft is kept: it stands first in the compose pane"
            } else {
                "the draft is kept: {automations.edit} goes on with it, and it stands first in the compose pane"
            };
            let text = model.filled(text);
            say(model, false, text);
        }
        None => {
            let what = "Something in it looks like a secret. No secret is written to disk, so it is not kept anywhere.";
            let body = vec![crate::text::Safe::new(what)];
            let question = Dialog::new(model.now, "Throw it away?", body, "Yes, throw it away", Ask::DropForm);
            dialog::open(model, question);
        }
    }
}

/// It was meant: what was written goes.
pub fn dropped(model: &mut Model, effects: &mut Vec<Effect>) {
    let desk = &mut model.world.automations.desk;
    if let Some(mut form) = desk.form.take_if(|form| form.waits.is_none()) {
        draft::forget(&mut form, effects);
        say(model, false, "thrown away");
    }
}

/// It is to be sent: a question, or why there is none.
fn send(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.settings.read_only {
        return actions::refuse(model);
    }
    if is_frozen(model) {
        return;
    }
    refresh(model);
    let desk = &mut model.world.automations.desk;
    let is_early = |form: &AutomationForm| form.is_waiting() && matches!(desk.no_offers(form.repo()), Some(None));
    if desk.form.as_deref().is_some_and(is_early) {
        return say(
            model,
            true,
            "what is offered is still being read, and the draft speaks of it: send it in a moment",
        );
    }
    let Some(form) = &mut desk.form else { return };
    if let Some(first) = form.first_fault() {
        form.preview = None;
        form.at = first;
        let why = why_not(form);
        return say(model, true, why);
    }
    if form.about().is_some_and(|at| desk.is_acting(&at)) {
        return say(model, true, "what was asked for it before is still under way");
    }
    let Some(form) = &mut desk.form else { return };
    let order = form.order();
    if order.body().is_none() {
        return say(model, false, "nothing was changed: there is nothing to send");
    }
    form.waits = Some(Waits::Verdict);
    acts::ask_of(model, order, effects);
}

/// What of the form has to be mended, as it is said when it is to be sent.
fn why_not(form: &AutomationForm) -> String {
    format!("nothing was sent: {}", form.faults().join("; "))
}

/// A key that is bound to no intent in the form: typed into the field or the prompt.
pub fn key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let area = body(model);
    let Some(form) = &model.world.automations.desk.form else { return };
    if form.preview.is_some() {
        return preview_key(model, chord, effects);
    }
    let at = parts(area, form);
    let sizes = if form.focused().is_some() { (value_columns(at.fields), AREA_ROWS) } else { prompt_text(at.prompt) };
    if is_frozen(model) {
        return;
    }
    let Some(form) = &mut model.world.automations.desk.form else { return };
    let at = form.at;
    let did = match form.pieces.get_mut(at) {
        Some(piece) => compose::type_into(&mut piece.field, chord, sizes),
        None => form.prompt.key(chord, sizes.0, sizes.1),
    };
    let in_prompt = form.focused().is_none();
    match did {
        Did::Edited => changed(model, effects),
        Did::Moved => model.dirty = true,
        Did::EdgeUp if in_prompt || at > 0 => with(model, |form| form.step(false)),
        Did::EdgeDown if !in_prompt => with(model, |form| form.step(true)),
        Did::EdgeUp | Did::EdgeDown | Did::Nothing => {}
    }
}

/// Motions move in the preview; everything else would change what it covers.
fn preview_key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    let motion = match chord.key {
        Key::Up => Intent::Up,
        Key::Down => Intent::Down,
        Key::PageUp => Intent::PageUp,
        Key::PageDown => Intent::PageDown,
        Key::Home => Intent::Top,
        Key::End => Intent::Bottom,
        _ => return,
    };
    intent(model, motion, effects);
}

fn changed(model: &mut Model, effects: &mut Vec<Effect>) {
    let Automations { desk, policy, .. } = &mut *model.world.automations;
    let Some(mut form) = desk.form.take() else { return };
    let missing = why_not(&form);
    let elsewhere = form.changed(desk.offers(form.repo()));
    form.refresh(policy.as_deref());
    // What was said to be missing is there now.
    if why_not(&form) != missing {
        model.notes.take_back(missing);
    }
    desk.form = Some(form);
    if elsewhere {
        want_offers(model, effects);
        rebuild(model, |_| true);
    }
    draft::keep(model, effects);
    model.dirty = true;
}

/// Pasted text, always text.
pub fn paste(model: &mut Model, text: &Untrusted, effects: &mut Vec<Effect>) {
    if model.world.automations.desk.form.as_ref().is_none_or(|form| form.preview.is_some()) || is_frozen(model) {
        return;
    }
    let area = body(model);
    let Some(form) = &mut model.world.automations.desk.form else { return };
    let raw = text.raw_for_match();
    let places = parts(area, form);
    let at = form.at;
    let left_out = match form.pieces.get_mut(at) {
        None => {
            let left_out = form.prompt.insert(raw);
            let (columns, rows) = prompt_text(places.prompt);
            form.prompt.keep_in_sight(columns, rows);
            left_out
        }
        Some(piece) => {
            let Some(left_out) = paste_into(piece, raw, value_columns(places.fields)) else { return };
            left_out
        }
    };
    changed(model, effects);
    compose::tell_left_out(model, left_out);
}

/// `None`: it is no place for a text.
fn paste_into(piece: &mut Piece, raw: &str, columns: usize) -> Option<LeftOut> {
    match &mut piece.field.control {
        Control::Line(editor) => Some(editor.insert(raw)),
        Control::Area(editor) => {
            let left_out = editor.insert(raw);
            editor.keep_in_sight(columns, AREA_ROWS);
            Some(left_out)
        }
        Control::Choice { choices, .. } => {
            let named = choices.iter().any(|choice| choice == raw.trim());
            if named {
                piece.field.set(raw.trim());
            }
            named.then(LeftOut::default)
        }
        Control::Toggle(_) | Control::Several { .. } | Control::Fixed(_) => None,
    }
}
