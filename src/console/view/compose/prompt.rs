//! The prompt being edited. Its rows are drawn here one by one, so that every one passes the sanitiser.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::theme::{Theme, Tone};
use super::words::{edited_row, put_pieces, selected_in};
use crate::console::state::compose::editor::Editor;
use crate::console::state::compose::layout::prompt_text;
use crate::console::state::compose::{Form, wrap};
use crate::console::state::layout::Area;
use crate::domain::start::PROMPT_WARN_CHARS;
use crate::text::Safe;

/// With its rule in the first row.
pub(super) fn draw(form: &Form, theme: Theme, area: Area, focused: bool, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if area.height == 0 {
        return None;
    }
    let name = if form.issue.is_some() { "Instructions besides the issue's own words" } else { "Prompt" };
    let has_keys = focused && form.focused().is_none();
    rule::draw(buffer, &theme, area, &Safe::new(name), has_keys, &status(form));
    let is_heading = |line: &str| line.starts_with('#');
    let tone = |line: &str| if is_heading(line) { Tone::Strong } else { Tone::Plain };
    text(&form.prompt, tone, theme, area, buffer).filter(|_| form.focused().is_none())
}

/// The text of a prompt under the rule of its area, each line in its tone. Returns where its cursor stands, where that is
/// in sight.
pub fn text(
    prompt: &Editor,
    tone: impl Fn(&str) -> Tone,
    theme: Theme,
    area: Area,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let (columns, height) = prompt_text(area);
    let lines = prompt.lines();
    let rows = wrap::rows(lines, columns);
    let (cursor_row, x) = wrap::place(&rows, lines, prompt.cursor());
    let top = wrap::visible_top(prompt.top, cursor_row, height, rows.len());
    let text = Area { y: area.y + 1, height: area.height - 1, ..area };
    for (row, y) in rows.iter().skip(top).zip(text.y..text.bottom()) {
        let content = wrap::text_of(Some(row), lines).unwrap_or_default();
        let style = theme.style(lines.get(row.line).map_or(Tone::Plain, |line| tone(line)));
        let selected = selected_in(prompt.selection(), row.line, (row.from, row.to));
        put_pieces(buffer, text, text.x + 1, y, &edited_row(content, style, selected));
    }
    let column = text.x.saturating_add(1).saturating_add(u16::try_from(x).ok()?).min(text.right().saturating_sub(1));
    let row = text.y.saturating_add(u16::try_from(cursor_row.checked_sub(top)?).ok()?);
    (row < text.bottom()).then_some((column, row))
}

/// Whose prompt it is, and how long.
fn status(form: &Form) -> Vec<(Tone, Safe)> {
    let chars = form.prompt.chars();
    let (tone, count) = if chars >= PROMPT_WARN_CHARS {
        (Tone::BadStrong, format!("{chars} of {PROMPT_WARN_CHARS} characters"))
    } else if chars * 10 >= PROMPT_WARN_CHARS * 9 {
        (Tone::Warn, format!("{chars} of {PROMPT_WARN_CHARS} characters"))
    } else {
        (Tone::Dim, format!("{chars} characters"))
    };
    let mut words = Vec::new();
    if form.edited {
        words.push((Tone::Warn, Safe::new("edited")));
    } else if form.template.is_some() {
        words.push((Tone::Dim, Safe::new("follows the fields")));
    }
    words.push((tone, Safe::new(count)));
    words
}
