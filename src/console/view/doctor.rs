//! What can be done here: one row a question, and under the list what the answer under the cursor rests on.

use ratatui::buffer::Buffer;

use super::safe::put;
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::state::Model;
use crate::console::state::doctor::{Doctor, Line, Progress, below, list_rows};
use crate::console::state::layout::Area;
use crate::console::state::tone::wrap;
use crate::console::state::trust::clock_seconds;
use crate::console::update::doctor::sign;
use crate::domain::capability::{Answer, Row};
use crate::text::{Safe, width};

/// Columns of the answer, and of the question at most: as many as the longest takes.
const ANSWER: usize = 14;
const TITLE: usize = 36;

pub fn draw(model: &Model, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let doctor = &model.place.doctor;
    let title = Safe::new(format!("Doctor · {} token", model.settings.token_kind));
    rule::draw(buffer, theme, body, &title, model.dialog.is_none(), &progress(model, doctor));
    let Some(pane) = &doctor.pane else { return };
    if doctor.matrix.is_empty() {
        let lines = ["Asking what this token may do here …", "Only reads are sent, one after the other."];
        return empty::say(&lines, theme, body, buffer);
    }
    let lines = doctor.lines();
    let titles = doctor.matrix.rows().iter().map(|row| width::width(row.topic.title)).max().unwrap_or(0).min(TITLE);
    let end = body.y + 1 + u16::try_from(list_rows(body)).unwrap_or(u16::MAX);
    for (y, line) in (body.y + 1..end.min(body.bottom())).zip(lines.iter().skip(pane.top)) {
        let area = Area { y, height: 1, ..body };
        match line {
            Line::Heading(text) => {
                put(buffer, area, area.x + 1, y, text, theme.style(Tone::Strong));
            }
            Line::Row(n, row) => draw_row(row, titles, theme, *n == pane.cursor, area, buffer),
        }
    }
    if below(body) > 0
        && let Some(row) = doctor.selected()
    {
        let area = Area { y: body.bottom() - below(body), height: below(body), ..body };
        draw_below(model, row, theme, area, buffer);
    }
}

fn progress(model: &Model, doctor: &Doctor) -> Vec<(Tone, Safe)> {
    let count = |answer| doctor.matrix.count(answer);
    let mut words = Vec::new();
    // What is under way is told first: it is the first to change, and the last to be cut off.
    match &doctor.progress {
        Progress::Asking { words: asked, .. } if asked.is_empty() => words.push((Tone::Dim, Safe::new("asking …"))),
        Progress::Asking { words: asked, left } => {
            words.push((Tone::Dim, Safe::new(format!("asking {asked} … {left} to go"))));
        }
        Progress::Never | Progress::Done { .. } => {}
    }
    if count(Answer::No) > 0 {
        words.push((Tone::Bad, Safe::new(format!("{} off", count(Answer::No)))));
    }
    if count(Answer::Unknown) > 0 {
        words.push((Tone::Warn, Safe::new(format!("{} unknown", count(Answer::Unknown)))));
    }
    if let Progress::Done { at, not_asked } = &doctor.progress {
        if !not_asked.is_empty() {
            let all = not_asked.iter().map(Safe::as_str).collect::<Vec<_>>().join(", ");
            words.push((Tone::Warn, Safe::new(format!("not asked: {all}"))));
        }
        words.push((Tone::Dim, Safe::new(format!("as of {}", clock_seconds(&model.settings, *at)))));
    }
    words
}

fn draw_row(row: &Row, titles: usize, theme: &Theme, under: bool, line: Area, buffer: &mut Buffer) {
    if under {
        let bar = theme.bar();
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    let (glyph, tone) = sign(row);
    put(buffer, line, line.x + 2, line.y, glyph, theme.style(tone));
    put(buffer, line, line.x + 4, line.y, row.answer.word(), theme.style(tone));
    let mut x = line.x + 4 + u16::try_from(ANSWER).unwrap_or(0);
    let wide = usize::from(line.width);
    let title = Safe::new(width::cut_end(row.topic.title, titles.min(wide.saturating_sub(ANSWER + 6))));
    put(buffer, line, x, line.y, &title, theme.style(if under { Tone::Strong } else { Tone::Plain }));
    x = x.saturating_add(u16::try_from(titles + 2).unwrap_or(0));
    let room = usize::from(line.right().saturating_sub(x));
    if room > 0 {
        let says = Safe::new(width::cut_end(&row.says, room));
        put(buffer, line, x, line.y, &says, theme.style(Tone::Dim));
    }
}

/// Evidence and next step, whole where there is room.
fn draw_below(model: &Model, row: &Row, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let title = Safe::new(row.topic.title.trim_start());
    rule::draw(buffer, theme, area, &title, false, &[(Tone::Dim, Safe::new(clock_seconds(&model.settings, row.at)))]);
    let columns = usize::from(area.width.saturating_sub(3));
    let says = if row.says.is_empty() { row.answer.word() } else { row.says.as_str() };
    let mut lines: Vec<(Tone, Safe)> = Vec::new();
    let mut say = |tone, text: &str| {
        lines.extend(wrap(&Safe::new(text), columns).into_iter().map(|line| (tone, line)));
    };
    say(Tone::Plain, says);
    if !row.next.is_empty() {
        say(Tone::Accent, &format!("→ {}", row.next));
    }
    if !row.evidence.is_empty() {
        say(Tone::Dim, &row.evidence);
    }
    for (y, (tone, line)) in (area.y + 1..area.bottom()).zip(lines) {
        put(buffer, area, area.x + 1, y, &line, theme.style(tone));
    }
}
