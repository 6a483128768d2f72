//! The fields: label, value, kind; below them what they are for, and what is wrong with them.

use ratatui::buffer::Buffer;

use super::super::safe::put;
use super::super::theme::{Theme, Tone};
use super::words::{Pieces, edited_row, marker, put_pieces, selected_in};
use crate::console::state::Model;
use crate::console::state::compose::editor::Editor;
use crate::console::state::compose::layout::{AREA_ROWS, LABEL, value_columns};
use crate::console::state::compose::{Agents, Control, Field, FieldId, Form, wrap};
use crate::console::state::layout::Area;
use crate::domain::RepoName;
use crate::text::{Safe, width};

/// One row of the fields' column.
pub struct Row {
    /// The label, on a field's first row.
    pub label: Option<(Tone, Safe)>,
    pub value: Pieces,
    /// At the right edge, where there is room.
    pub kind: &'static str,
    pub focused: bool,
    /// Column of the text cursor in the value.
    pub cursor: Option<usize>,
}

pub(super) fn draw(model: &Model, form: &Form, theme: Theme, area: Area, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let columns = value_columns(area, LABEL);
    let mut rows = Vec::new();
    let mut shown = 0..1;
    for (index, field) in form.fields.iter().enumerate() {
        let start = rows.len();
        rows.extend(field_rows(model, form, field, theme, (index == form.at, columns)));
        if index == form.at {
            shown = start..rows.len();
        }
    }
    draw_rows(theme, area, LABEL, (&rows, shown), buffer)
}

/// Draws the rows, those of `shown` in sight; values begin after `label` columns. Returns where the text cursor belongs.
pub fn draw_rows(
    theme: Theme,
    area: Area,
    label: u16,
    (rows, shown): (&[Row], std::ops::Range<usize>),
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let height = usize::from(area.height);
    // The last row of the field in use is in sight, and its first one before all else.
    let top = wrap::visible_top(0, shown.end.saturating_sub(1), height, rows.len()).min(shown.start);
    let mut cursor = None;
    for (row, y) in rows.iter().skip(top).zip(area.y..area.bottom()) {
        let found = draw_row(theme, area, (y, label), row, buffer);
        cursor = cursor.or(found);
    }
    let more = rows.len() > top + height;
    if more && area.width > 0 && area.height > 0 {
        let mark = if theme.ascii { "v" } else { "↓" };
        put(buffer, area, area.right() - 1, area.bottom() - 1, mark, theme.style(Tone::Dim));
    }
    cursor
}

fn draw_row(
    theme: Theme,
    area: Area,
    (y, label_columns): (u16, u16),
    row: &Row,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    if row.focused && row.label.is_some() {
        put(buffer, area, area.x, y, marker(theme), theme.style(Tone::Accent));
    }
    if let Some((tone, label)) = &row.label {
        let label = Safe::new(width::cut_end(label, usize::from(label_columns) - 2));
        put(buffer, area, area.x + 1, y, label, theme.style(*tone));
    }
    let x = area.x + label_columns;
    let value = Area { width: area.width.saturating_sub(1), ..area };
    let end = put_pieces(buffer, value, x, y, &row.value);
    let kind = u16::try_from(row.kind.len()).unwrap_or(u16::MAX);
    if area.right().saturating_sub(kind + 3) > end {
        put(buffer, area, area.right() - kind - 2, y, row.kind, theme.style(Tone::Dim));
    }
    let at = x.saturating_add(u16::try_from(row.cursor?).unwrap_or(u16::MAX));
    (at < area.right()).then_some((at, y))
}

fn field_rows(model: &Model, form: &Form, field: &Field, theme: Theme, (focused, columns): (bool, usize)) -> Vec<Row> {
    let star = if field.required && field.value().is_empty() { "*" } else { "" };
    let tone = match (focused, field.fault.is_some()) {
        (_, true) => Tone::Bad,
        (true, false) => Tone::Strong,
        (false, false) => Tone::Plain,
    };
    let label = Safe::new(format!("{}{star}", field.label));
    let mut rows = value_rows(field, theme, focused, columns);
    if field.id == FieldId::Repo && !form.repos.is_empty() {
        let names: Vec<&str> = form.repos.iter().map(RepoName::as_str).collect();
        let text = Safe::new(format!("{} repositories: {}", names.len(), names.join(", ")));
        let value = vec![(theme.style(Tone::Plain), Safe::new(width::cut_end(&text, columns)))];
        rows = vec![Row { label: None, value, kind: "", focused, cursor: None }];
    }
    if let Some(first) = rows.first_mut() {
        first.label = Some((tone, label));
        first.kind = field.kind;
    }
    let mut below = |tone: Tone, text: &str| {
        let text = Safe::new(width::cut_end(&Safe::new(text), columns));
        rows.push(Row { label: None, value: vec![(theme.style(tone), text)], kind: "", focused, cursor: None });
    };
    if let Some(fault) = &field.fault {
        below(Tone::Bad, fault);
    }
    if focused {
        let note = note(model, form, field);
        if !note.is_empty() {
            below(Tone::Dim, &note);
        }
    }
    rows
}

/// What the field in use is for; of an agent, what it says of itself.
fn note(model: &Model, form: &Form, field: &Field) -> String {
    if form.edited && matches!(field.id, FieldId::Variable(_)) {
        return model.filled("the prompt was edited and stays; {form.reset} follows the fields again");
    }
    if field.id == FieldId::Repo && form.plan.is_some() {
        return model.filled("a part of it was sent: {form.start} shows the plan");
    }
    if field.id == FieldId::Repo && !form.repos.is_empty() {
        return model.filled("{form.repos} changes them; left and right choose one alone");
    }
    if let Some(note) = choices_note(model, form, field) {
        return note;
    }
    if field.id == FieldId::Repo {
        return format!("{}; {}", field.help, model.filled("{form.repos}: several"));
    }
    if field.id != FieldId::CustomAgent {
        return field.help.clone();
    }
    match model.compose.agents_here() {
        None => field.help.clone(),
        Some(Agents::Asked) => "looking for the repository's agents".to_owned(),
        Some(Agents::Failed(fault)) => format!("agents not known: {fault}"),
        Some(Agents::Known(agents)) if agents.is_empty() => "the repository has no agents of its own".to_owned(),
        Some(Agents::Known(agents)) => {
            let value = field.value();
            let agent = agents.iter().find(|agent| agent.id.raw_for_match() == value);
            agent.map_or_else(
                || format!("{} · {} known", field.help, agents.len()),
                |agent| agent.description.show_line().to_string(),
            )
        }
    }
}

/// Of a branch or an issue: what can be chosen, or what the one that is typed is called.
fn choices_note(model: &Model, form: &Form, field: &Field) -> Option<String> {
    let (side, repo, value) = (&model.compose.issues, form.repo()?, field.value());
    let (under_way, fault) = match field.kind {
        "branch" => side.branches.get(&repo).map(|asked| (asked.under_way, &asked.fault))?,
        "issue" => side.lists.get(&repo).map(|asked| (asked.under_way, &asked.fault))?,
        _ => return None,
    };
    if field.kind == "issue"
        && let Some(issue) = side.named(&repo, &value)
    {
        return Some(issue.title.show_line().to_string());
    }
    let known: Vec<String> = model.compose.suggestions();
    if known.is_empty() {
        let what = if field.kind == "branch" { "branches" } else { "open issues" };
        return Some(match fault {
            Some(fault) => format!("{what} not known, any can be typed: {fault}"),
            None if under_way => format!("{} · looking for {what}", field.help),
            None => field.help.clone(),
        });
    }
    let fitting: Vec<&str> = known.iter().map(String::as_str).filter(|name| name.starts_with(&value)).collect();
    if value.is_empty() || fitting.is_empty() {
        let first = known.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(", ");
        return Some(format!("{first} · {} known · {}", known.len(), field.help));
    }
    let more = if fitting.len() > 4 { format!(" · {} in all", fitting.len()) } else { String::new() };
    Some(format!("{}{more}", fitting.into_iter().take(4).collect::<Vec<_>>().join(" · ")))
}

/// What a field reads as.
pub fn value_rows(field: &Field, theme: Theme, focused: bool, columns: usize) -> Vec<Row> {
    let row = |value: Pieces, cursor| Row { label: None, value, kind: "", focused, cursor };
    let plain =
        |tone: Tone, text: &str| vec![(theme.style(tone), Safe::new(width::cut_end(&Safe::new(text), columns)))];
    match &field.control {
        Control::Choice { choices, at } => {
            let value = field.value();
            let text = if value.is_empty() { "none chosen".to_owned() } else { value };
            let (left, right) = arrows(theme);
            let place = at.map_or_else(String::new, |at| format!("  {} of {}", at + 1, choices.len()));
            let tone = if at.is_some() { Tone::Plain } else { Tone::Dim };
            let mut pieces = if focused { plain(Tone::Accent, left) } else { Vec::new() };
            pieces.extend(plain(tone, &text));
            if focused {
                pieces.extend(plain(Tone::Accent, right));
                pieces.extend(plain(Tone::Dim, &place));
            }
            vec![row(pieces, None)]
        }
        Control::Toggle(on) => {
            let (left, right) = arrows(theme);
            let word = if *on { "yes" } else { "no" };
            let mut pieces = plain(Tone::Plain, word);
            if focused {
                pieces.insert(0, (theme.style(Tone::Accent), Safe::new(left)));
                pieces.push((theme.style(Tone::Accent), Safe::new(right)));
            }
            vec![row(pieces, None)]
        }
        Control::Line(editor) if !focused => {
            let text = editor.text();
            let empty = text.is_empty();
            vec![row(plain(if empty { Tone::Dim } else { Tone::Plain }, if empty { field.empty } else { &text }), None)]
        }
        Control::Line(editor) => {
            let (pieces, cursor) = line_in_use(editor, field.empty, theme, columns);
            vec![row(pieces, Some(cursor))]
        }
        Control::Fixed(text) => vec![row(plain(Tone::Dim, text), None)],
        Control::Several { choices, at } => {
            let at = focused.then_some(*at);
            several(choices, at, theme, columns).into_iter().map(|pieces| row(pieces, None)).collect()
        }
        Control::Area(editor) if !focused && editor.is_blank() => vec![row(plain(Tone::Dim, field.empty), None)],
        Control::Area(editor) => {
            area_rows(editor, theme, focused, columns).into_iter().map(|(pieces, cursor)| row(pieces, cursor)).collect()
        }
    }
}

/// Any number of choices, as many on a row as have room.
fn several(choices: &[(String, bool)], at: Option<usize>, theme: Theme, columns: usize) -> Vec<Pieces> {
    let mut rows: Vec<Pieces> = vec![Vec::new()];
    let mut used = 0;
    for (nth, (name, on)) in choices.iter().enumerate() {
        let mark = if *on { "[x] " } else { "[ ] " };
        let (left, right) = if at == Some(nth) { arrows(theme) } else { ("", "") };
        let text = format!("{}{mark}{}{}", left.trim(), Safe::new(name), right.trim());
        let text = Safe::new(width::cut_end(&Safe::new(text), columns));
        let wide = width::width(&text);
        if used > 0 && used + 2 + wide > columns {
            rows.push(Vec::new());
            used = 0;
        }
        let Some(row) = rows.last_mut() else { break };
        if used > 0 {
            row.push((theme.style(Tone::Plain), Safe::new("  ")));
            used += 2;
        }
        let tone = match (at == Some(nth), on) {
            (true, _) => Tone::AccentStrong,
            (false, true) => Tone::Plain,
            (false, false) => Tone::Dim,
        };
        row.push((theme.style(tone), text));
        used += wide;
    }
    rows
}

fn arrows(theme: Theme) -> (&'static str, &'static str) {
    if theme.ascii { ("< ", " >") } else { ("‹ ", " ›") }
}

/// One line, moved so far to the left that the cursor is in sight.
pub(super) fn line_in_use(editor: &Editor, empty: &'static str, theme: Theme, columns: usize) -> (Pieces, usize) {
    let lines = editor.lines();
    let text = lines.first().map_or("", String::as_str);
    if text.is_empty() {
        return (vec![(theme.style(Tone::Dim), Safe::new(empty))], 0);
    }
    let whole = wrap::rows(lines, usize::MAX);
    let (_, x) = wrap::place(&whole, lines, editor.cursor());
    let hidden = (x + 1).saturating_sub(columns);
    let (_, first) = if hidden > 0 { wrap::at(&whole, lines, 0, hidden) } else { (0, 0) };
    let (_, skipped) = wrap::place(&whole, lines, (0, first));
    let from = text.char_indices().nth(first).map_or(text.len(), |(at, _)| at);
    let rest = text.get(from..).unwrap_or_default();
    let selected = selected_in(editor.selection(), 0, (first, usize::MAX));
    (edited_row(rest, theme.style(Tone::Plain), selected), x.saturating_sub(skipped))
}

/// Some rows of several lines: those round the cursor while in use, else the first ones.
fn area_rows(editor: &Editor, theme: Theme, focused: bool, columns: usize) -> Vec<(Pieces, Option<usize>)> {
    let lines = editor.lines();
    let rows = wrap::rows(lines, columns);
    let (cursor_row, x) = wrap::place(&rows, lines, editor.cursor());
    let limit = if focused { AREA_ROWS } else { 2 };
    let top = if focused { wrap::visible_top(editor.top, cursor_row, limit, rows.len()) } else { 0 };
    let shown = rows.iter().enumerate().skip(top).take(limit);
    let mut out: Vec<(Pieces, Option<usize>)> = shown
        .map(|(index, row)| {
            let text = wrap::text_of(Some(row), lines).unwrap_or_default();
            let selected = selected_in(editor.selection(), row.line, (row.from, row.to));
            let cursor = (focused && index == cursor_row).then_some(x);
            (edited_row(text, theme.style(Tone::Plain), selected), cursor)
        })
        .collect();
    if !focused && rows.len() > limit {
        let more = format!(" (+{} rows)", rows.len() - limit);
        if let Some((pieces, _)) = out.last_mut() {
            pieces.push((theme.style(Tone::Dim), Safe::new(more)));
        }
    }
    out
}
