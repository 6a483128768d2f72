//! Keys, paste and intents in the form.

use crate::console::effect::Effect;
use crate::console::keys::{Chord, Context, Intent, Key};
use crate::console::state::Model;
use crate::console::state::compose::editor::{Did, LeftOut};
use crate::console::state::compose::{Control, Field, FieldId, Form, UNDO, layout};
use crate::console::update::scroll;
use crate::domain::Fault;
use crate::text::Untrusted;

use super::list::look;
use super::say::say;
use super::{issues, list, plan, repos, start};

/// An intent pressed in the compose pane. False: not one of the pane's.
pub fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let leaves = matches!(
        intent,
        Intent::Queue | Intent::Log | Intent::Reviews | Intent::NextPane | Intent::PreviousPane | Intent::Quit
    );
    if leaves {
        return false;
    }
    match model.compose.context() {
        Context::Repos => return repos::intent(model, intent, effects),
        Context::Plan => return plan::intent(model, intent, effects),
        Context::Issues => return issues::intent(model, intent, effects),
        Context::Templates => return list::intent(model, intent, effects),
        _ => {}
    }
    if in_preview(model, intent) {
        return true;
    }
    match intent {
        Intent::NextField => move_focus(model, true, effects),
        Intent::PreviousField => move_focus(model, false, effects),
        Intent::NextChoice => turn(model, true, effects),
        Intent::PreviousChoice => turn(model, false, effects),
        Intent::Preset => preset(model, effects),
        Intent::Reset => reset(model, effects),
        Intent::Preview => with_form(model, |form| (form.preview, form.diff) = (Some(0), false)),
        Intent::Editor => editor(model, effects),
        Intent::Repos if sent_in_part(model) => plan::open(model, effects),
        Intent::Repos => repos::open(model),
        Intent::Start if several(model) => plan::open(model, effects),
        Intent::Start => start::ask(model),
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
        Intent::Top => Key::Home,
        Intent::Bottom => Key::End,
        Intent::Enter => Key::Enter,
        _ => return None,
    };
    let ctrl = matches!(intent, Intent::Top | Intent::Bottom);
    Some(Chord { ctrl, ..Chord::plain(key) })
}

/// While the whole request covers the form, keys move in it; what would change the form is not for now.
fn in_preview(model: &mut Model, intent: Intent) -> bool {
    let area = layout::pane(model);
    let Some(form) = &mut model.compose.form else { return false };
    let (columns, page) = layout::preview_size(area, form);
    let Some(top) = form.preview else { return false };
    let last = form.preview_rows(columns).len().saturating_sub(page);
    form.preview = match intent {
        // Then what was changed by hand, where there is something to compare with.
        Intent::Preview if !form.diff && form.edited => {
            form.diff = true;
            Some(0)
        }
        Intent::Preview | Intent::Back => None,
        Intent::NextField
        | Intent::PreviousField
        | Intent::NextChoice
        | Intent::PreviousChoice
        | Intent::Preset
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

fn several(model: &Model) -> bool {
    model.compose.form.as_ref().is_some_and(|form| !form.repos.is_empty())
}

fn sent_in_part(model: &Model) -> bool {
    model.compose.form.as_ref().is_some_and(|form| form.plan.is_some())
}

fn with_form(model: &mut Model, change: impl FnOnce(&mut Form)) {
    if let Some(form) = &mut model.compose.form {
        change(form);
        model.dirty = true;
    }
}

/// The form as it was sent stays as it is until the answer is there.
fn is_frozen(model: &mut Model) -> bool {
    if model.compose.sending.is_some() {
        say(model, false, "the start is on its way: its answer comes first");
        return true;
    }
    let sent = sent_in_part(model);
    if sent {
        let text = model.filled("a part of this was sent and the rest is to be the same: {form.start} shows the plan");
        say(model, false, &text);
    }
    sent
}

fn move_focus(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    with_form(model, |form| {
        let count = form.fields.len() + 1;
        form.at = if forward { (form.at + 1) % count } else { (form.at + count - 1) % count };
    });
    issues::want_choices(model, effects);
}

fn turn(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    let suggestions = model.compose.suggestions();
    let Some(form) = &mut model.compose.form else { return };
    let at = form.at;
    if form.fields.get_mut(at).is_some_and(|field| field.turn(forward, &suggestions)) {
        field_changed(model, effects);
    }
}

fn preset(model: &mut Model, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    let Some(form) = &mut model.compose.form else { return };
    match form.next_preset() {
        Some(name) => {
            changed(model, effects);
            say(model, false, &format!("preset {name}"));
        }
        None => say(model, false, "there are no presets here"),
    }
}

fn reset(model: &mut Model, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    let Some(form) = &mut model.compose.form else { return };
    if form.reset_prompt() {
        changed(model, effects);
        say(model, false, &format!("the prompt follows the fields again; {UNDO} in it brings yours back"));
    } else {
        say(model, false, "the prompt is not edited: there is nothing to take back");
    }
}

fn editor(model: &mut Model, effects: &mut Vec<Effect>) {
    if is_frozen(model) {
        return;
    }
    if let Some(form) = &model.compose.form {
        effects.push(Effect::Editor(form.prompt.text()));
    }
}

fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.compose.sending.is_some() {
        model.place.focus = crate::console::state::place::Pane::Queue;
        model.dirty = true;
        return;
    }
    look(model, effects);
    if list::set_aside(model) {
        list::say_kept(model);
    }
    model.compose.cursor = 0;
    model.dirty = true;
}

/// A key that is bound to no intent in the form: typed into the field or the text area.
pub fn key(model: &mut Model, chord: Chord, effects: &mut Vec<Effect>) {
    if model.compose.picker.is_some() {
        return repos::key(model, chord);
    }
    let Some(form) = &model.compose.form else { return issues::key(model, chord) };
    if form.preview.is_some() {
        return preview_key(model, chord, effects);
    }
    let (columns, rows) = layout::text_size(model, form);
    let in_prompt = form.focused().is_none();
    if is_frozen(model) {
        return;
    }
    if in_prompt {
        prompt_key(model, chord, (columns, rows), effects);
    } else {
        field_key(model, chord, (columns, rows), effects);
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

fn prompt_key(model: &mut Model, chord: Chord, (columns, rows): (usize, usize), effects: &mut Vec<Effect>) {
    let Some(form) = &mut model.compose.form else { return };
    match form.prompt.key(chord, columns, rows) {
        Did::Edited => {
            form.prompt_changed();
            changed(model, effects);
        }
        Did::Moved => model.dirty = true,
        Did::EdgeUp | Did::EdgeDown | Did::Nothing => {}
    }
}

fn field_key(model: &mut Model, chord: Chord, (columns, rows): (usize, usize), effects: &mut Vec<Effect>) {
    let Some(form) = &mut model.compose.form else { return };
    let at = form.at;
    let Some(field) = form.fields.get_mut(at) else { return };
    let did = type_into(field, chord, (columns, rows));
    match did {
        Did::Edited => field_changed(model, effects),
        Did::Moved => model.dirty = true,
        Did::EdgeUp if at > 0 => move_focus(model, false, effects),
        Did::EdgeDown => move_focus(model, true, effects),
        Did::EdgeUp | Did::Nothing => {}
    }
}

/// A key in a field, whatever form it stands in.
pub fn type_into(field: &mut Field, chord: Chord, (columns, rows): (usize, usize)) -> Did {
    let plain = !chord.ctrl && !chord.alt;
    let moves_only = matches!(field.control, Control::Several { .. });
    match (&mut field.control, chord.key) {
        // A field of one line is one row, however long.
        (Control::Line(_), Key::Enter) => Did::EdgeDown,
        (Control::Line(editor), _) => editor.key(chord, usize::MAX, 1),
        (Control::Area(editor), _) => editor.key(chord, columns, rows),
        (_, Key::Enter) => Did::EdgeDown,
        (_, Key::Up) => Did::EdgeUp,
        (_, Key::Down) => Did::EdgeDown,
        (Control::Several { .. }, Key::Char(' ')) if plain => did_turn(field.toggle()),
        (_, Key::Right | Key::Char(' ')) if plain => did_move(field.turn(true, &[]), moves_only),
        (_, Key::Left) if plain => did_move(field.turn(false, &[]), moves_only),
        (Control::Toggle(on), Key::Char(c)) if plain && matches!(c, 'y' | 'Y' | 'n' | 'N') => {
            *on = c.eq_ignore_ascii_case(&'y');
            Did::Edited
        }
        (Control::Choice { .. }, Key::Char(c)) if plain => did_turn(field.choose_by_letter(c)),
        _ => Did::Nothing,
    }
}

fn did_move(did: bool, moves_only: bool) -> Did {
    if did && moves_only { Did::Moved } else { did_turn(did) }
}

fn did_turn(yes: bool) -> Did {
    if yes { Did::Edited } else { Did::Nothing }
}

/// Other repositories were chosen.
pub(super) fn repos_changed(model: &mut Model, effects: &mut Vec<Effect>) {
    list::want_agents(model, effects);
    changed(model, effects);
}

fn field_changed(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(form) = &mut model.compose.form
        && let Some(id) = form.focused().map(|field| field.id.clone())
    {
        match id {
            FieldId::Variable(_) => form.preset = None,
            FieldId::Repo => {
                // One was chosen in place of several.
                form.repos.clear();
                list::want_agents(model, effects);
            }
            _ => {}
        }
    }
    changed(model, effects);
}

/// Something was put in: what follows from it follows, and the draft is kept: whoever keeps it sees to it
/// that a fast typist writes no file per key.
fn changed(model: &mut Model, effects: &mut Vec<Effect>) {
    let missing = start::why_not(model);
    model.compose.refresh_form();
    // What was said to be missing is there now: two lines that contradict each other help nobody.
    if let Some(text) = missing.filter(|text| start::why_not(model).as_ref() != Some(text)) {
        model.notes.take_back(&text);
    }
    list::want_facts(model, effects);
    let Some(form) = &mut model.compose.form else { return };
    form.touched = true;
    effects.push(Effect::KeepDraft(Box::new(form.to_draft())));
    model.dirty = true;
}

/// Pasted text, always text.
pub fn paste(model: &mut Model, text: &Untrusted, effects: &mut Vec<Effect>) {
    if model.compose.picker.is_some() {
        return repos::paste(model, text);
    }
    if model.compose.form.is_none() {
        return issues::paste(model, text);
    }
    if model.compose.form.as_ref().is_none_or(|form| form.preview.is_some()) || is_frozen(model) {
        return;
    }
    let Some(form) = &mut model.compose.form else { return };
    let raw = text.raw_for_match();
    let at = form.at;
    let left_out = if let Some(field) = form.fields.get_mut(at) {
        match &mut field.control {
            Control::Line(editor) | Control::Area(editor) => editor.insert(raw),
            Control::Choice { .. } => {
                let before = field.value();
                field.set(raw.trim());
                if field.value().is_empty() {
                    field.set(&before);
                }
                LeftOut::default()
            }
            Control::Toggle(_) | Control::Several { .. } | Control::Fixed(_) => return,
        }
    } else {
        let left_out = form.prompt.insert(raw);
        form.prompt_changed();
        left_out
    };
    in_sight(model);
    field_changed(model, effects);
    tell(model, left_out);
}

fn in_sight(model: &mut Model) {
    let Some(form) = &model.compose.form else { return };
    let (columns, rows) = layout::text_size(model, form);
    let Some(form) = &mut model.compose.form else { return };
    let at = form.at;
    match form.fields.get_mut(at).map(|field| &mut field.control) {
        Some(Control::Area(editor)) => editor.keep_in_sight(columns, rows),
        Some(_) => {}
        None => form.prompt.keep_in_sight(columns, rows),
    }
}

/// So many that could not be seen.
pub fn hidden(count: usize) -> String {
    format!("{count} control or invisible {}", if count == 1 { "character was" } else { "characters were" })
}

/// Nothing is left out in silence.
pub fn tell(model: &mut Model, left_out: LeftOut) {
    let mut parts = Vec::new();
    if left_out.hidden > 0 {
        parts.push(format!("{} left out", hidden(left_out.hidden)));
    }
    if left_out.over > 0 {
        let characters = if left_out.over == 1 { "character too many was" } else { "characters too many were" };
        parts.push(format!("{} {characters} cut off", left_out.over));
    }
    if !parts.is_empty() {
        say(model, left_out.over > 0, &parts.join("; "));
    }
}

/// A click in the pane, in rows below its title. True: it is on a row that can be opened.
pub fn click(model: &mut Model, row: usize) -> bool {
    // The first of them is a heading, or what is typed.
    let below = row.checked_sub(1);
    match (model.compose.context(), below) {
        (Context::Templates, _) => super::list::click(model, row),
        (Context::Issues, _) => super::issues::click(model, row),
        (Context::Repos, Some(row)) => {
            repos::click(model, row);
            false
        }
        (Context::Plan, Some(row)) => plan::click(model, row),
        _ => false,
    }
}

/// A wheel step in the lists of the pane, and in the preview.
pub fn wheel(model: &mut Model, by: isize) {
    let step = if by > 0 { Intent::Down } else { Intent::Up };
    if model.compose.context() == Context::Issues {
        return super::issues::wheel(model, by);
    }
    if model.compose.context() == Context::Form {
        for _ in 0..by.unsigned_abs() {
            model.dirty |= in_preview(model, step);
        }
        return;
    }
    if model.compose.context() == Context::Templates {
        let last = model.compose.rows().len().saturating_sub(1);
        model.compose.cursor = model.compose.cursor.saturating_add_signed(by).min(last);
        model.dirty = true;
        return;
    }
    let cursor = match (&mut model.compose.picker, &mut model.compose.plan) {
        (Some(picker), _) => &mut picker.cursor,
        (None, Some(plan)) if plan.shown => &mut plan.cursor,
        _ => return,
    };
    *cursor = cursor.saturating_add_signed(by);
    model.dirty = true;
}

/// What `$EDITOR` left.
pub fn edited(model: &mut Model, result: Result<Untrusted, Fault>, effects: &mut Vec<Effect>) {
    let text = match result {
        Ok(text) => text,
        Err(fault) => return say(model, true, &fault.to_string()),
    };
    if model.compose.sending.is_some() || sent_in_part(model) {
        return say(model, true, "the prompt was sent while the editor was open: what the editor left is not used");
    }
    let Some(form) = &mut model.compose.form else {
        return say(model, true, "the form is closed: what the editor left is not used");
    };
    let text = text.raw_for_match().trim_end();
    if form.prompt.text().trim_end() == text {
        return say(model, false, "the editor changed nothing");
    }
    let left_out = form.prompt.replace(text);
    form.prompt_changed();
    form.at = form.fields.len();
    changed(model, effects);
    tell(model, left_out);
}
