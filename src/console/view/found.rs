//! What `:grep` found: the logs, and under each its lines.

use ratatui::buffer::Buffer;

use super::safe::put;
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::state::Model;
use crate::console::state::found::{Found, Line, Log, Progress, Row};
use crate::console::state::layout::Area;
use crate::domain::age;
use crate::text::{Safe, width};
use crate::transcript::search::Pattern;

/// Columns of a line's number.
const NUMBER: usize = 7;

pub fn draw(model: &Model, found: &Found, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let title = Safe::new(format!("Kept logs · {}", Safe::new(&found.pattern)));
    rule::draw(buffer, theme, body, &title, model.dialog.is_none(), &words(found));
    if found.lines.is_empty() {
        let none;
        let lines: &[&str] = match &found.progress {
            Progress::Looking => &["Looking through the logs kept here …"],
            Progress::Done { logs: 0, .. } => &[
                "No log is kept here yet.",
                "A finished log is kept when it is read: enter on its task opens it (keep_logs_mb).",
            ],
            Progress::Done { logs, .. } => {
                none = format!("It is in none of the {logs} logs kept here.");
                &[&none, ":grep looks for something else. A log that nobody opened is not kept."]
            }
            Progress::Failed(why) => return empty::complain(&[why], theme, body, buffer),
        };
        empty::say(lines, theme, body, buffer);
        return;
    }
    let pattern = Pattern::new(&found.pattern);
    for (y, row) in (body.y + 1..body.bottom()).zip(found.rows().skip(found.top)) {
        let line = Area { y, height: 1, ..body };
        match row {
            Row::Log(log) => heading(model, log, theme, line, buffer),
            Row::Line(index, hit) => {
                draw_line(hit, pattern.as_ref(), (theme, index == found.cursor), line, buffer);
            }
        }
    }
}

fn words(found: &Found) -> Vec<(Tone, Safe)> {
    let count = |n: usize, one: &str, more: &str| Safe::new(format!("{n} {}", if n == 1 { one } else { more }));
    let mut words = vec![(Tone::Plain, count(found.count, "line", "lines"))];
    if found.lines.len() < found.count {
        words.push((Tone::Warn, Safe::new(format!("the first {} listed", found.lines.len()))));
    }
    match &found.progress {
        Progress::Looking => words.push((Tone::Dim, Safe::new("looking …"))),
        Progress::Done { logs, unreadable } => {
            words.push((Tone::Dim, count(*logs, "log", "logs")));
            if *unreadable > 0 {
                words.push((Tone::Bad, Safe::new(format!("{unreadable} not readable"))));
            }
        }
        // Why stands below, where there is nothing else.
        Progress::Failed(why) if !found.lines.is_empty() => words.push((Tone::Bad, why.clone())),
        Progress::Failed(_) => return vec![(Tone::Bad, Safe::new("not searched"))],
    }
    words
}

fn heading(model: &Model, log: &Log, theme: &Theme, line: Area, buffer: &mut Buffer) {
    let task = log.session.as_ref().and_then(|session| model.world.task_of_session(session));
    let known = task.and_then(|id| model.world.tasks.get(id));
    let name = match known {
        Some(known) => Safe::new(format!("{} · {}", known.task.at.repo, known.task.name.show_line())),
        None => Safe::new(format!("{}, of a task that is not watched", log.name.show_line())),
    };
    let age = age::coarse(model.now - log.kept_at);
    let age = Safe::new(if age == "now" { "kept just now".to_owned() } else { format!("kept {age} ago") });
    let columns = u16::try_from(width::width(&age)).unwrap_or(0) + 1;
    let room = usize::from(line.width.saturating_sub(columns + 3));
    put(buffer, line, line.x + 1, line.y, Safe::new(width::cut_end(&name, room)), theme.style(Tone::Strong));
    put(buffer, line, line.right().saturating_sub(columns), line.y, &age, theme.style(Tone::Dim));
}

fn draw_line(hit: &Line, pattern: Option<&Pattern>, (theme, under): (&Theme, bool), line: Area, buffer: &mut Buffer) {
    if under {
        let bar = theme.bar();
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    let number = Safe::new(format!("{:>NUMBER$}", hit.number));
    let mut x = put(buffer, line, line.x + 1, line.y, &number, theme.style(Tone::Dim)) + 2;
    let text = hit.text.show_line();
    let plain = theme.style(Tone::Plain);
    let mut from = 0;
    for (start, end) in pattern.map(|pattern| pattern.marks(&text)).unwrap_or_default() {
        x = put(buffer, line, x, line.y, piece(&text, from, start), plain);
        let marked = theme.over(plain, Tone::Hit);
        x = put(buffer, line, x, line.y, piece(&text, start, end), marked);
        from = end;
    }
    put(buffer, line, x, line.y, piece(&text, from, text.len()), plain);
}

fn piece(text: &Safe, from: usize, to: usize) -> Safe {
    Safe::new(text.get(from..to).unwrap_or_default())
}
