//! What is to be said about the request, and the request itself.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::theme::{Theme, Tone};
use super::words::{ellipsis, put_cut};
use crate::console::state::Model;
use crate::console::state::compose::{Form, layout, wrap};
use crate::console::state::layout::Area;
use crate::console::update::actions::read_only_words;
use crate::console::update::doctor::why_off;
use crate::domain::capability::{ENABLED, TASKS_WRITE, VISIBLE};
use crate::domain::policy::{Judgement, Verdict as Policy};
use crate::text::{Safe, width};

/// Rule, verdict, and as much of the request as there is room for. Without room for a rule, the verdict alone.
pub(super) fn draw(model: &Model, form: &Form, theme: Theme, area: Area, buffer: &mut Buffer) {
    let mut y = area.y;
    if area.height >= 2 {
        rule::draw(buffer, &theme, area, &Safe::new("Request"), false, &target(form));
        y += 1;
    }
    let request = if area.height >= 8 { request_lines(form, usize::from(area.width), theme) } else { Vec::new() };
    let request_height = u16::try_from(request.len()).unwrap_or(u16::MAX);
    let room = area.bottom().saturating_sub(y).saturating_sub(request_height).max(1);
    let text = Area { y, height: room.min(area.height), ..area };
    let mut lines = verdict(model, form, theme, text);
    lines.truncate(usize::from(text.height));
    lines.extend(request.into_iter().map(|line| (Tone::Dim, line)));
    put_lines(theme, Area { y, height: area.bottom().saturating_sub(y), ..area }, &lines, buffer);
}

/// Over the form: the whole request, as it would be sent, or what was changed in the prompt by hand.
pub(super) fn preview(model: &Model, form: &Form, theme: Theme, area: Area, top: usize, buffer: &mut Buffer) {
    let (columns, height) = layout::preview_size(area, form);
    let rows = form.preview_rows(columns);
    let top = top.min(rows.len().saturating_sub(height));
    let tone = |row: &str| match row.as_bytes().first() {
        Some(b'+') if form.diff => Tone::Good,
        Some(b'-') if form.diff => Tone::Bad,
        _ => Tone::Plain,
    };
    let lines: Vec<_> = rows.into_iter().skip(top).take(height).map(|row| (tone(&row), row)).collect();
    put_lines(theme, Area { y: area.y + 1, height: area.height - 1, ..area }, &lines, buffer);
    let below = layout::preview_verdict(form).min(area.height - 1);
    let below = Area { y: area.bottom() - below, height: below, ..area };
    put_lines(theme, below, &verdict(model, form, theme, below), buffer);
}

fn put_lines(theme: Theme, area: Area, lines: &[(Tone, String)], buffer: &mut Buffer) {
    for ((tone, line), y) in lines.iter().zip(area.y..area.bottom()) {
        put_cut(buffer, theme, area, area.x + 1, y, *tone, line);
    }
}

fn target(form: &Form) -> Vec<(Tone, Safe)> {
    let text = match (&form.issue, form.repos.len()) {
        (Some(issue), _) => Some(format!("assign the agent to {}", issue.at)),
        (None, 0) => form.repo().map(|repo| format!("start a task in {repo}")),
        (None, several) => Some(format!("start a task in each of {several} repositories")),
    };
    text.map(|text| (Tone::Dim, Safe::new(text))).into_iter().collect()
}

/// The request one field a line: exact but for the prompt, which is cut to its line.
fn request_lines(form: &Form, columns: usize, theme: Theme) -> Vec<String> {
    let room = columns.saturating_sub(3 + ellipsis(theme).chars().count());
    let cut = |line: &str| {
        let line = Safe::new(line);
        if width::width(&line) <= room {
            return line.to_string();
        }
        format!("{}{}\",", width::cut_end(&line, room).trim_end_matches(['…', '\\']), ellipsis(theme))
    };
    form.body_text().lines().map(cut).collect()
}

/// The verdict in lines of the area, the most urgent first.
fn verdict(model: &Model, form: &Form, theme: Theme, area: Area) -> Vec<(Tone, String)> {
    let mark = |unicode: &'static str, ascii: &'static str| if theme.ascii { ascii } else { unicode };
    let dots = ellipsis(theme);
    if model.compose.sending.is_some() {
        return vec![(Tone::Accent, format!("sent: waiting for the answer{dots}"))];
    }
    let verb = form.verb();
    let (place, done) =
        if form.issue.is_some() { ("at the issue", "been assigned") } else { ("at the queue", "started") };
    let mut lines = Vec::new();
    if let Some(fault) = &form.fault {
        let (tone, text) = if form.maybe_started {
            (Tone::WarnStrong, format!("may have {done}: look {place} before sending again. {fault}"))
        } else if fault.what.starts_with("not assigned") {
            (Tone::Bad, fault.to_string())
        } else {
            (Tone::Bad, format!("not {verb}ed: {fault}"))
        };
        lines.extend(wrapped(&text, area).into_iter().map(|line| (tone, line)));
    } else if form.maybe_started {
        lines.push((Tone::WarnStrong, format!("it may have {done} before: look {place} before sending again")));
    }
    if let Some(hold) = form.held(model.now) {
        let text = format!("{} {}", mark("✗", "x"), model.held_words(hold));
        lines.extend(wrapped(&text, area).into_iter().map(|line| (Tone::Bad, line)));
    }
    let hints = &form.verdict.hints;
    // Of several repositories the table tells the verdicts.
    let several = !form.repos.is_empty();
    let mut judged = model.compose.gate.judge_form(form, model.now).filter(|_| !several);
    if model.settings.read_only {
        let text = format!("{} {}", mark("✗", "x"), read_only_words(model));
        lines.extend(wrapped(&text, area).into_iter().map(|line| (Tone::Bad, line)));
    } else if form.fault_count() > 0 {
        let fields = form.fields.iter().filter_map(|f| Some(format!("{} {}", f.label, f.fault.as_ref()?)));
        let all: Vec<String> = fields.chain(form.verdict.blocks.iter().cloned()).collect();
        lines.push((Tone::Bad, format!("{} not ready: {}", mark("✗", "x"), all.join("; "))));
    } else if several {
        let text = if form.plan.is_some() { "sent in part" } else { "ready" };
        let shows = model.filled("{form.start} shows the plan, a verdict for each");
        lines.push((Tone::Good, format!("{} {text}: {shows}", mark("✓", "+"))));
    } else if let Some((tone, line)) = stopped(judged.as_ref(), theme) {
        lines.extend(wrapped(&line, area).into_iter().map(|line| (tone, line)));
        judged = None;
    } else if hints.is_empty() && area.height < 2 && judged.is_some() {
        let line = judged.take().map(|judged| judged.line()).unwrap_or_default();
        lines.push((Tone::Good, format!("{} ready to {verb} · {line}", mark("✓", "+"))));
    } else if hints.is_empty() {
        lines.push((Tone::Good, format!("{} ready to {verb}", mark("✓", "+"))));
    } else if area.height > 1 {
        let count = hints.len();
        let s = if count == 1 { "" } else { "s" };
        lines.push((Tone::Good, format!("{} ready to {verb}, {count} hint{s}:", mark("✓", "+"))));
    } else {
        let first = format!("{} ready to {verb} · {}", mark("✓", "+"), hints.join("; "));
        lines.push((Tone::Warn, first));
        return lines;
    }
    if let Some(why) = form.repo().and_then(|repo| why_off(model, &[&VISIBLE, &TASKS_WRITE, &ENABLED], &repo)) {
        lines.extend(wrapped(&format!("! {why}"), area).into_iter().map(|line| (Tone::Warn, line)));
    }
    if let Some(judged) = judged.filter(|_| !model.settings.read_only) {
        let tone = if judged.verdict() == Policy::Allowed { Tone::Dim } else { Tone::Warn };
        lines.extend(wrapped(&format!("  {}", judged.line()), area).into_iter().map(|line| (tone, line)));
    }
    lines.extend(hints.iter().map(|hint| (Tone::Warn, format!("  {hint}"))));
    lines
}

/// What the policy has against it.
fn stopped(judged: Option<&Judgement>, theme: Theme) -> Option<(Tone, String)> {
    let judged = judged?;
    let line = judged.line();
    match judged.verdict() {
        Policy::Allowed => None,
        Policy::NeedsReason => Some((Tone::Warn, format!("! {line}"))),
        Policy::Refused => Some((Tone::Bad, format!("{} {line}", if theme.ascii { "x" } else { "✗" }))),
    }
}

fn wrapped(text: &str, area: Area) -> Vec<String> {
    let lines = [Safe::new(text).to_string()];
    let rows = wrap::rows(&lines, usize::from(area.width.saturating_sub(2)));
    rows.iter().filter_map(|row| wrap::text_of(Some(row), &lines)).map(|row| row.trim_end().to_owned()).collect()
}
