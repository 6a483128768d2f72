//! The form of an automation: what sets it off, what it may do and spend, its prompt, and what would be sent.

use ratatui::buffer::Buffer;

use super::super::compose::fields::{Row, draw_rows, value_rows};
use super::super::compose::prompt as compose_prompt;
use super::super::compose::words::put_cut;
use super::super::rule;
use super::super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::automations::form::{
    AutomationForm, LABEL, Part, Parts, Piece, Purpose, parts, value_columns,
};
use crate::console::state::layout::Area;
use crate::console::update::actions::read_only_words;
use crate::domain::Instant;
use crate::domain::automation::schedule::next_words;
use crate::domain::automation::{Offered, Trigger, triggers_of};
use crate::domain::policy::Verdict as Policy;
use crate::domain::start::PROMPT_WARN_CHARS;
use crate::text::{Safe, width};

/// Draws it over the body, its title rule in the first row. Returns where the text cursor belongs.
pub fn draw(
    model: &Model,
    form: &AutomationForm,
    theme: &Theme,
    area: Area,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    if area.width == 0 || area.height == 0 {
        return None;
    }
    title(model, form, theme, area, buffer);
    let places = parts(area, form);
    if let Some(top) = form.preview {
        preview(model, form, *theme, area, top, buffer);
        return None;
    }
    let in_field = fields(model, form, *theme, places.fields, buffer);
    let in_prompt = prompt(form, *theme, places, buffer);
    foot(model, form, *theme, places.foot, buffer);
    let typing = model.dialog.is_none() && model.line.is_none() && form.waits.is_none();
    in_field.or(in_prompt).filter(|_| typing)
}

fn title(model: &Model, form: &AutomationForm, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let repo = form.repo();
    let title = match &form.purpose {
        Purpose::Create => format!("New automation in {repo}"),
        Purpose::Edit(pinned) => format!("Change “{}” in {repo}", pinned.name.show_line()),
        Purpose::Run(pinned, _) => format!("Run “{}” in {repo}", pinned.name.show_line()),
    };
    let mut right = Vec::new();
    if let Some(waits) = offers_words(model, form) {
        right.push((Tone::Warn, waits));
    }
    if let (Purpose::Edit(pinned), Some(_)) = (&form.purpose, form.about())
        && let Some(revision) = &pinned.revision
    {
        right.push((Tone::Dim, Safe::new(format!("revision {}", width::cut_end(&revision.show(), 16)))));
    }
    let accented = form.focused().is_some() || form.preview.is_some();
    rule::draw(buffer, theme, area, &Safe::new(title), accented, &right);
}

/// What the service offers to build one from, where it is not all there.
fn offers_words(model: &Model, form: &AutomationForm) -> Option<Safe> {
    let desk = &model.world.automations.desk;
    match (desk.offers(form.repo()), desk.no_offers(form.repo())) {
        (Some(offers), _) => {
            let missing = [
                matches!(offers.triggers, Offered::NotHere).then_some("triggers"),
                matches!(offers.tools, Offered::NotHere).then_some("tools"),
            ];
            let missing: Vec<&str> = missing.into_iter().flatten().collect();
            let words = format!("no {} are offered: only what it has", missing.join(" and no "));
            (!missing.is_empty()).then(|| Safe::new(words))
        }
        (None, Some(Some(fault))) => Some(Safe::new(format!("what is offered is not known: {}", fault.what))),
        (None, _) => Some(Safe::new("asking what is offered …")),
    }
}

fn fields(model: &Model, form: &AutomationForm, theme: Theme, area: Area, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let columns = value_columns(area);
    let mut rows = Vec::new();
    let mut shown = 0..1;
    for (index, piece) in form.shown() {
        if let Some(heading) = &piece.heading {
            rows.push(heading_row(heading, theme, area));
        }
        let start = rows.len();
        rows.extend(piece_rows(model, form, piece, theme, (index == form.at, columns)));
        if index == form.at {
            shown = start..rows.len();
        }
    }
    draw_rows(theme, area, LABEL, (&rows, shown), buffer)
}

/// Over the columns of labels and values.
fn heading_row(heading: &Safe, theme: Theme, area: Area) -> Row {
    let room = usize::from(area.width).saturating_sub(usize::from(LABEL) + 2);
    let (label, rest) = heading_parts(heading);
    let rest = Safe::new(width::cut_end(&Safe::new(rest), room));
    Row {
        label: Some((Tone::Strong, label)),
        value: vec![(theme.style(Tone::Strong), rest)],
        kind: "",
        focused: false,
        cursor: None,
    }
}

/// What has room as a label, broken between words, and the rest of it. What it is of stands over the values.
fn heading_parts(heading: &Safe) -> (Safe, String) {
    if let Some((label, of)) = heading.split_once(" · ") {
        return (Safe::new(label), of.to_owned());
    }
    let mut label = String::new();
    let mut words = heading.split(' ').peekable();
    while let Some(word) = words.peek() {
        let longer = if label.is_empty() { (*word).to_owned() } else { format!("{label} {word}") };
        if width::width(&Safe::new(&longer)) > usize::from(LABEL) - 2 {
            break;
        }
        label = longer;
        words.next();
    }
    (Safe::new(label), words.collect::<Vec<_>>().join(" "))
}

fn piece_rows(
    model: &Model,
    form: &AutomationForm,
    piece: &Piece,
    theme: Theme,
    (focused, columns): (bool, usize),
) -> Vec<Row> {
    let field = &piece.field;
    let star = if field.required && field.value().is_empty() { "*" } else { "" };
    let tone = match (field.fault.is_some(), focused, piece.is_changed()) {
        (true, ..) => Tone::Bad,
        (_, true, _) => Tone::Strong,
        (_, _, true) => Tone::Accent,
        _ => Tone::Plain,
    };
    let changed = if piece.is_changed() { if theme.ascii { " +" } else { " •" } } else { "" };
    let mut rows = value_rows(field, theme, focused, columns);
    if let Some(first) = rows.first_mut() {
        let room = usize::from(LABEL) - 2 - width::width(&Safe::new(changed)) - star.len();
        let label = width::cut_end(&Safe::new(&field.label), room);
        first.label = Some((tone, Safe::new(format!("{label}{star}{changed}"))));
        first.kind = field.kind;
        // A name that is cut stands behind its answer as a whole.
        if matches!(piece.part, Part::Tool(_) | Part::Trigger(_)) && label.as_str() != field.label {
            let whole = width::cut_end(&Safe::new(format!("  {}", field.label)), columns.saturating_sub(16));
            first.value.push((theme.style(Tone::Dim), Safe::new(whole)));
        }
    }
    let mut below = |tone: Tone, text: &str| {
        let text = Safe::new(width::cut_end(&Safe::new(text), columns));
        rows.push(Row { label: None, value: vec![(theme.style(tone), text)], kind: "", focused, cursor: None });
    };
    for words in schedule_words(model, form, piece) {
        below(Tone::Dim, &words);
    }
    if let Some(also) = &piece.also {
        let there = if also.is_empty() { "nothing".to_owned() } else { also.replace('\n', ", ") };
        below(Tone::Warn, &format!("changed there too, to: {there}"));
    }
    if let Some(fault) = &field.fault {
        below(Tone::Bad, fault);
    }
    if focused && !field.help.is_empty() {
        below(Tone::Dim, &field.help);
    }
    rows
}

/// A schedule in words, as it stands in the form, with the operator's clock and the run it comes to.
fn schedule_words(model: &Model, form: &AutomationForm, piece: &Piece) -> Vec<Safe> {
    let Part::Trigger(id) = &piece.part else { return Vec::new() };
    if piece.field.value() != "true" {
        return Vec::new();
    }
    let wanted = form.definition();
    let triggers = wanted.get("triggers").and_then(triggers_of).unwrap_or_default();
    let trigger = triggers.iter().find(|trigger| trigger.id.raw_for_match() == id);
    let Some(schedule) = trigger.and_then(Trigger::schedule) else { return Vec::new() };
    let words = schedule.words_here(model.now, &model.settings.zone);
    let next: Option<Instant> = schedule.next(model.now);
    let next = next.map(|next| Safe::new(format!("next {}", next_words(next, &model.settings.zone))));
    [Some(words), next].into_iter().flatten().collect()
}

/// With its rule.
fn prompt(form: &AutomationForm, theme: Theme, places: Parts, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let area = places.prompt;
    if area.height == 0 {
        return None;
    }
    let has_keys = form.focused().is_none();
    let chars = form.prompt.chars();
    let tone = if chars >= PROMPT_WARN_CHARS { Tone::BadStrong } else { Tone::Dim };
    let mut words = Vec::new();
    if let Some(template) = &form.template {
        let how = if form.own_prompt { "edited, from" } else { "follows" };
        words.push((Tone::Dim, Safe::new(format!("{how} {}", template.id))));
    }
    words.push((tone, Safe::new(format!("{chars} characters"))));
    rule::draw(buffer, &theme, area, &Safe::new("Prompt"), has_keys, &words);
    compose_prompt::text(&form.prompt, |_| Tone::Plain, theme, area, buffer).filter(|_| has_keys)
}

/// What stands in the way, what the policy says, and as much of the request as there is room for.
fn foot(model: &Model, form: &AutomationForm, theme: Theme, area: Area, buffer: &mut Buffer) {
    let mut y = area.y;
    if area.height >= 2 {
        let right = [(Tone::Dim, Safe::new(form.address()))];
        rule::draw(buffer, &theme, area, &Safe::new("Request"), false, &right);
        y += 1;
    }
    let rest = Area { y, height: area.bottom().saturating_sub(y), ..area };
    let mut lines = verdict(model, form, theme, usize::from(area.width));
    // Half of the room is the request's, where there is enough for both.
    let most = if rest.height >= 8 { usize::from(rest.height / 2) } else { usize::from(rest.height) };
    lines.truncate(most.max(1));
    let room = usize::from(rest.height).saturating_sub(lines.len());
    if room > 0 && form.order().body().is_some() {
        let request = form.request_rows(usize::from(area.width.saturating_sub(2)));
        let more = request.len() > room;
        lines.extend(request.into_iter().take(room).map(|row| (Tone::Dim, row)));
        if more && let Some(last) = lines.last_mut() {
            *last = (Tone::Dim, model.filled("… {automation-form.preview} shows the whole request"));
        }
    }
    put_lines(theme, rest, &lines, buffer);
}

/// Over the form: the whole request, as it would be sent, and where to.
fn preview(model: &Model, form: &AutomationForm, theme: Theme, area: Area, top: usize, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(3));
    let height = area.body_rows().saturating_sub(1);
    let mut rows = vec![(Tone::Strong, form.address())];
    rows.extend(form.request_rows(columns).into_iter().map(|row| (Tone::Plain, row)));
    if form.order().body().is_none() {
        rows.push((Tone::Dim, "nothing is changed: nothing would be sent".to_owned()));
    }
    let top = top.min(rows.len().saturating_sub(height));
    let lines: Vec<_> = rows.into_iter().skip(top).take(height).collect();
    put_lines(theme, Area { y: area.y + 1, height: area.height - 1, ..area }, &lines, buffer);
    let below = Area { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area };
    let verdict = verdict(model, form, theme, usize::from(area.width));
    put_lines(theme, below, verdict.get(..1).unwrap_or_default(), buffer);
}

fn put_lines(theme: Theme, area: Area, lines: &[(Tone, String)], buffer: &mut Buffer) {
    for ((tone, line), y) in lines.iter().zip(area.y..area.bottom()) {
        put_cut(buffer, theme, area, area.x + 1, y, *tone, line);
    }
}

fn verdict(model: &Model, form: &AutomationForm, theme: Theme, columns: usize) -> Vec<(Tone, String)> {
    let (good, bad) = if theme.ascii { ("+", "x") } else { ("✓", "✗") };
    let mut lines = Vec::new();
    let mut push = |tone: Tone, text: String| {
        let text = Safe::new(text);
        let rows = width::wrap(&text, columns.saturating_sub(2).max(2));
        lines.extend(rows.into_iter().map(|row| (tone, row.trim_end().to_owned())));
    };
    if let Some(fault) = &form.fault {
        push(Tone::Bad, format!("{bad} not done: {fault}"));
    }
    if form.maybe_sent {
        push(Tone::Warn, "! it may have been done: look at it before you send it again".to_owned());
    }
    let faults = form.faults();
    if model.settings.read_only {
        push(Tone::Bad, format!("{bad} {}", read_only_words(model)));
    } else if form.waits.is_some() {
        push(Tone::Dim, "its answer comes first …".to_owned());
    } else if !faults.is_empty() {
        push(Tone::Bad, format!("{bad} not ready: {}", faults.join("; ")));
    } else if let Some(judged) = &form.judged {
        match judged.verdict() {
            Policy::Allowed => push(Tone::Good, format!("{good} {}", judged.line())),
            Policy::NeedsReason => push(Tone::Warn, format!("! {}", judged.line())),
            Policy::Refused => push(Tone::Bad, format!("{bad} {}", judged.line())),
        }
    } else {
        push(Tone::Dim, "the policy is being read …".to_owned());
    }
    for hint in &form.verdict.hints {
        push(Tone::Warn, format!("  {hint}"));
    }
    lines
}
