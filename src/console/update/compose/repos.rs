//! Choosing the repositories of a prompt.

use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent, Key};
use crate::console::state::Model;
use crate::console::state::compose::editor::Did;
use crate::console::state::compose::{FieldId, Picker, layout};
use crate::domain::RepoName;
use crate::domain::plan::MOST_ROWS;
use crate::text::Untrusted;

use super::say::say;
use super::{form, plan};

/// The list, with what the form has marked.
pub(super) fn open(model: &mut Model) {
    let Some(form) = &model.compose.form else {
        return say(model, false, "the form of this plan is closed: its draft stands in the compose pane");
    };
    if form.plan.is_some() {
        return say(model, false, "a part of this plan was sent: its repositories stay");
    }
    let one: Vec<RepoName> = form.repo().into_iter().collect();
    let chosen = if form.repos.is_empty() { one } else { form.repos.clone() };
    model.compose.picker = Some(Box::new(Picker::new(&model.settings.repos, &chosen)));
    model.dirty = true;
}

/// An intent in the list. False: not one of its own.
pub(super) fn intent(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) -> bool {
    let page = layout::pane(model).body_rows().max(3) - 2;
    let Some(picker) = &mut model.compose.picker else { return false };
    match intent {
        Intent::Down => picker.cursor += 1,
        Intent::Up => picker.cursor = picker.cursor.saturating_sub(1),
        Intent::PageDown => picker.cursor += page,
        Intent::PageUp => picker.cursor = picker.cursor.saturating_sub(page),
        Intent::Mark => {
            picker.mark();
            picker.cursor += 1;
        }
        Intent::MarkAll => picker.mark_all(),
        Intent::Accept => accept(model, effects),
        Intent::Back if picker.typed.is_blank() => model.compose.picker = None,
        Intent::Back => {
            picker.typed.set("");
        }
        _ => return false,
    }
    model.dirty = true;
    true
}

/// A key that is typed.
pub(super) fn key(model: &mut Model, chord: Chord) {
    let Some(picker) = &mut model.compose.picker else { return };
    if matches!(chord.key, Key::Enter) {
        return;
    }
    if picker.typed.key(chord, usize::MAX, 1) == Did::Edited {
        (picker.cursor, picker.top) = (0, 0);
    }
    model.dirty = true;
}

pub(super) fn paste(model: &mut Model, text: &Untrusted) {
    let Some(picker) = &mut model.compose.picker else { return };
    picker.typed.insert(text.raw_for_match());
    (picker.cursor, picker.top) = (0, 0);
    model.dirty = true;
}

pub(super) fn click(model: &mut Model, row: usize) {
    let Some(picker) = &mut model.compose.picker else { return };
    let index = picker.top + row;
    if index < picker.listed().len() {
        picker.cursor = index;
        picker.mark();
        model.dirty = true;
    }
}

/// What is marked becomes the form's; without a mark, the row under the cursor.
fn accept(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(picker) = &mut model.compose.picker else { return };
    let under_cursor = picker.listed().into_iter().nth(picker.cursor);
    // A name that was typed out is meant.
    if picker.chosen().is_empty() || under_cursor.is_some_and(|row| row.new) {
        picker.mark();
    }
    let chosen = picker.chosen();
    if chosen.is_empty() {
        let text = model.filled("no repository is marked: {repos.mark} marks, {repos.mark-all} all that are listed");
        return say(model, false, &text);
    }
    if chosen.len() > MOST_ROWS {
        return say(model, true, &format!("{} repositories are marked, {MOST_ROWS} at most go at once", chosen.len()));
    }
    model.compose.picker = None;
    let Some(open) = &mut model.compose.form else { return };
    let several = chosen.len() > 1;
    if let Some(first) = chosen.first() {
        open.choose(&FieldId::Repo, first.as_str());
    }
    open.repos = if several { chosen } else { Vec::new() };
    form::repos_changed(model, effects);
    if several {
        plan::open(model, effects);
    }
}
