//! The list one starts from, and what the selected row is about.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::safe::put;
use super::super::theme::{Theme, Tone};
use super::words::{marker, put_cut};
use crate::console::state::Model;
use crate::console::state::compose::{Draft, Row, layout};
use crate::console::state::layout::Area;
use crate::domain::RepoPattern;
use crate::template::{Template, lint};
use crate::text::{Safe, width};

pub(super) fn draw(model: &Model, theme: Theme, area: Area, focused: bool, buffer: &mut Buffer) {
    let pane = &model.compose;
    let count = pane.templates.len();
    let mut right = vec![(Tone::Dim, Safe::new(format!("{count} template{}", if count == 1 { "" } else { "s" })))];
    if !pane.faults.is_empty() {
        right.push((Tone::Bad, Safe::new(format!("{} broken", pane.faults.len()))));
    }
    right.extend(unkept(model));
    rule::draw(buffer, &theme, area, &Safe::new("Compose"), focused, &right);

    let rows = pane.rows();
    let body = Area { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let cursor = pane.cursor.min(rows.len().saturating_sub(1));
    let (top, room) = layout::list(area, rows.len(), cursor);
    let names = rows.iter().map(|row| width::width(&name(row))).max().unwrap_or_default().clamp(16, 40);
    let mut y = body.y;
    for (index, row) in rows.iter().enumerate().skip(top).take(room) {
        draw_row(model, theme, body, y, (row, index == cursor && focused, names), buffer);
        y += 1;
    }
    y = faults(model, theme, body, y, buffer);
    let below = Area { y: y + 1, height: body.bottom().saturating_sub(y + 1), ..body };
    let lines = about(model, rows.get(cursor).copied().unwrap_or(Row::Blank), usize::from(body.width));
    for (line, y) in lines.iter().zip(below.y..below.bottom()) {
        put_cut(buffer, theme, below, below.x + 1, y, line.0, &line.1);
    }
}

/// What is written here is not on disk.
pub(super) fn unkept(model: &Model) -> Option<(Tone, Safe)> {
    model.compose.unkept.is_some().then(|| (Tone::Bad, Safe::new("drafts are not kept")))
}

fn name(row: &Row<'_>) -> Safe {
    match row {
        Row::Draft(draft) if !draft.repos.is_empty() => Safe::new(format!("draft {} repositories", draft.repos.len())),
        Row::Draft(draft) => Safe::new(format!("draft {}", draft.repo.as_ref().map_or("", |repo| repo.as_str()))),
        Row::Template(template) => Safe::new(&template.title),
        Row::Blank => Safe::new("Blank prompt"),
    }
}

fn draw_row(
    model: &Model,
    theme: Theme,
    area: Area,
    y: u16,
    (row, selected, names): (&Row<'_>, bool, usize),
    buffer: &mut Buffer,
) {
    if selected {
        put(buffer, area, area.x, y, marker(theme), theme.style(Tone::Accent));
    }
    let tone = if selected { Tone::Strong } else { Tone::Plain };
    let label = Safe::new(width::cut_end(&name(row), names));
    put(buffer, area, area.x + 1, y, label, theme.style(tone));
    let text = match row {
        Row::Draft(draft) => {
            format!("{} · {}", how_far(draft), opening(model, draft))
        }
        Row::Template(template) => template.description.clone(),
        Row::Blank => "no template: every word is yours".to_owned(),
    };
    let x = area.x.saturating_add(u16::try_from(names + 3).unwrap_or(u16::MAX));
    if x < area.right() {
        let text = width::cut_words(&Safe::new(text), usize::from(area.right() - x));
        put_cut(buffer, theme, area, x, y, Tone::Dim, &text);
    }
}

fn how_far(draft: &Draft) -> &'static str {
    match &draft.comment {
        _ if draft.plan.is_some() => "sent in part",
        Some(_) if draft.is_on_its_way() => "being sent",
        Some(_) if draft.maybe_started => "may be there",
        _ => "unsent",
    }
}

fn opening(model: &Model, draft: &Draft) -> String {
    if let Some(on) = &draft.comment {
        let to = if on.task.is_some() { "to the agent" } else { "comment" };
        return format!("{to} on #{} · {}", on.number, draft.opening());
    }
    if let Some(automation) = &draft.automation {
        return format!("{} · {}", automation.words(), draft.opening());
    }
    if let Some(number) = draft.issue {
        let title = draft.issue_title.as_deref().unwrap_or_default();
        return format!("assign #{number} {title} · {}", draft.opening());
    }
    let template = draft.template.as_ref().and_then(|id| model.compose.template(id));
    template.map_or_else(|| draft.opening().to_owned(), |t| format!("{} · {}", t.title, draft.opening()))
}

fn faults(model: &Model, theme: Theme, area: Area, mut y: u16, buffer: &mut Buffer) -> u16 {
    // Never in the way of the good ones: what does not fit is counted in the rule.
    for fault in &model.compose.faults {
        if y + 1 >= area.bottom() {
            break;
        }
        let mark = if theme.ascii { "x " } else { "✗ " };
        let x = put(buffer, area, area.x + 1, y, mark, theme.style(Tone::Bad));
        put_cut(buffer, theme, area, x, y, Tone::Bad, &fault.to_string());
        y += 1;
    }
    y
}

/// What the selected row is about, line by line.
fn about(model: &Model, row: Row<'_>, columns: usize) -> Vec<(Tone, String)> {
    match row {
        Row::Template(template) => about_template(template, columns),
        Row::Draft(draft) => {
            let mut lines = vec![(Tone::Strong, opening(model, draft))];
            if draft.maybe_started {
                let what = match (&draft.automation, &draft.comment) {
                    (Some(_), _) => "It was sent, and may have been done: look at the automation.",
                    (_, Some(_)) => "It was sent, and may have been written: look at the pull request.",
                    (None, None) => "It was sent, and may have started a task: look at the queue.",
                };
                lines.push((Tone::WarnStrong, what.to_owned()));
            }
            let said = draft.automation.iter().flat_map(|automation| automation.lines());
            lines.extend(said.map(|line| (Tone::Plain, line.to_string())));
            lines.push((Tone::Plain, String::new()));
            lines.extend(draft.prompt.lines().map(|line| (Tone::Plain, line.to_owned())));
            lines
        }
        Row::Blank => vec![
            (Tone::Plain, "An empty prompt. A good one says what is to be true in the end, what must stay".to_owned()),
            (Tone::Plain, "as it is, which commands prove it, and how the pull request should read.".to_owned()),
        ],
    }
}

fn about_template(template: &Template, columns: usize) -> Vec<(Tone, String)> {
    let replaces = template.replaces.as_ref().map(|origin| format!(", replaces {origin}")).unwrap_or_default();
    let mut lines = vec![(Tone::Strong, format!("{} · {}{replaces}", template.title, template.origin))];
    for line in width_wrapped(&template.description, columns.saturating_sub(2)) {
        lines.push((Tone::Plain, line));
    }
    let asks: Vec<String> = template
        .variables
        .iter()
        .map(|v| if v.required && v.default.is_none() { format!("{}*", v.name) } else { v.name.clone() })
        .collect();
    if !asks.is_empty() {
        lines.push((Tone::Plain, format!("asks for  {}", asks.join(", "))));
    }
    if !template.presets.is_empty() {
        let names: Vec<&str> = template.presets.keys().map(String::as_str).collect();
        lines.push((Tone::Plain, format!("presets   {}", names.join(", "))));
    }
    let sets = [("model", &template.model), ("agent", &template.custom_agent), ("base", &template.base_ref)];
    let mut sets: Vec<String> =
        sets.iter().filter_map(|(what, value)| value.as_ref().map(|value| format!("{what} {value}"))).collect();
    sets.push(if template.create_pull_request { "draft pull request" } else { "no pull request" }.to_owned());
    lines.push((Tone::Plain, format!("sets      {}", sets.join(", "))));
    if !template.repos.is_empty() {
        let only: Vec<&str> = template.repos.iter().map(RepoPattern::as_str).collect();
        lines.push((Tone::Plain, format!("only for  {}", only.join(", "))));
    }
    if !template.labels.is_empty() {
        lines.push((Tone::Plain, format!("labels    {}", template.labels.join(", "))));
    }
    if let Some(ticket) = &template.ticket {
        lines.push((Tone::Plain, format!("ticket    {ticket}")));
    }
    for finding in lint::lint(template) {
        let tone = if finding.severity == lint::Severity::Error { Tone::Bad } else { Tone::Warn };
        let (line, word) = (finding.line(template), finding.severity.word());
        lines.push((tone, format!("line {line}: {word}: {} ({})", finding.message, finding.code)));
    }
    lines.push((Tone::Plain, String::new()));
    lines.extend(template.body.lines().map(|line| (Tone::Dim, line.to_owned())));
    lines
}

fn width_wrapped(text: &str, columns: usize) -> Vec<String> {
    use crate::console::state::compose::wrap;
    let lines = [text.to_owned()];
    wrap::rows(&lines, columns).iter().filter_map(|row| wrap::text_of(Some(row), &lines)).map(str::to_owned).collect()
}
