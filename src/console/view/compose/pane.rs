//! The pane as a whole.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::theme::{Theme, Tone};
use super::{fields, foot, issues, list, plan, prompt, repos};
use crate::console::state::Model;
use crate::console::state::compose::{Form, layout};
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::text::Safe;

/// Draws the pane, its title rule in the first row of `area`. Returns where the text cursor belongs, if here.
pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if area.width == 0 || area.height == 0 {
        return None;
    }
    let focused = model.place.focus == Pane::Compose;
    if let Some(picker) = &model.compose.picker {
        return repos::draw(model, picker, *theme, area, focused, buffer);
    }
    if let Some(table) = model.compose.shown_plan() {
        plan::draw(model, table, *theme, area, focused, buffer);
        return None;
    }
    let Some(form) = &model.compose.form else {
        let Some(issues) = &model.compose.issues.list else {
            list::draw(model, *theme, area, focused, buffer);
            return None;
        };
        let cursor = issues::draw(model, issues, *theme, area, focused, buffer);
        return cursor.filter(|_| focused && model.dialog.is_none() && model.line.is_none());
    };
    title(model, form, *theme, area, focused, buffer);
    let parts = layout::parts(area, form);
    if let Some(top) = form.preview {
        foot::preview(model, form, *theme, area, top, buffer);
        return None;
    }
    let in_field = fields::draw(model, form, *theme, parts.fields, buffer);
    let in_prompt = prompt::draw(form, *theme, parts.prompt, focused, buffer);
    foot::draw(model, form, *theme, parts.foot, buffer);
    let typing = focused && model.dialog.is_none() && model.line.is_none() && model.compose.sending.is_none();
    in_field.or(in_prompt).filter(|_| typing)
}

fn title(model: &Model, form: &Form, theme: Theme, area: Area, focused: bool, buffer: &mut Buffer) {
    let what = match (&form.issue, &form.template) {
        (Some(issue), _) => format!("assign {} {}", issue.at, issue.title.show_line()),
        (None, Some(template)) => template.title.clone(),
        (None, None) => "prompt without a template".to_owned(),
    };
    let over = match form.preview {
        Some(_) if form.diff => " · what you changed",
        Some(_) => " · the request",
        None => "",
    };
    let title = Safe::new(format!("Compose · {what}{over}"));
    let preset = form.preset.iter().map(|preset| (Tone::Dim, Safe::new(format!("preset {preset}"))));
    let right: Vec<(Tone, Safe)> = preset.chain(list::unkept(model)).collect();
    // One thing has the keys: the prompt's own rule carries the accent while it is the prompt.
    let accented = focused && (form.focused().is_some() || form.preview.is_some());
    rule::draw(buffer, &theme, area, &title, accented, &right);
}
