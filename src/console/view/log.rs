//! The log pane.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use super::rule;
use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use crate::console::event::LogOrigin;
use crate::console::state::Model;
use crate::console::state::detail::duration;
use crate::console::state::layout::Area;
use crate::console::state::log::facets::bar as bar_of;
use crate::console::state::log::{Half, Shown, margin};
use crate::console::state::place::Pane;
use crate::console::state::reader::{Row, Search};
use crate::domain::freshness::Verdict;
use crate::domain::{Fault, Instant, Source, SourceChoice, State, age};
use crate::text::{Safe, Sgr, width};
use crate::transcript::{Entry, Ink};

/// Draws the pane, its title rule in the first row of `area`; split, both halves with a rule each.
pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if let Some((shown, record)) = model.log.shown.as_ref().and_then(|shown| Some((shown, shown.record.as_ref()?))) {
        record::draw(model, shown, record, theme, area, buffer);
        return None;
    }
    let focused = model.place.focus == Pane::Log;
    let (own, other) = model.log.halves(area);
    let stays = |half| model.log.split == Some(half);
    draw_log(model, theme, model.log.shown.as_ref(), (own, focused, stays(Half::Lower)), buffer);
    if let Some(other) = other {
        draw_log(model, theme, model.log.beside.as_ref(), (other, false, stays(Half::Upper)), buffer);
    }
    None
}

/// One log: where, whether it has the keys, and whether it stays when another task is selected.
fn draw_log(
    model: &Model,
    theme: &Theme,
    shown: Option<&Shown>,
    (area, focused, stays): (Area, bool, bool),
    buffer: &mut Buffer,
) {
    let mut right = shown.map(|shown| words(model, shown, area.width)).unwrap_or_default();
    if stays {
        right.insert(0, (8, Tone::Plain, Safe::new("stays")));
    }
    let (title, least) = title(model, shown, area.width);
    let (title, right) = fit(area.width, &title, least, right);
    rule::draw(buffer, theme, area, &title, focused, &right);
    let Some(shown) = shown else {
        let lines = match model.log.split {
            Some(_) => ["The log below stays.", "Choose another task in the queue to read its log here."],
            None => ["Nothing is selected.", "Choose a task in the queue to read its log."],
        };
        return empty(*theme, area, buffer, &lines.map(Safe::new));
    };
    let parts = shown.parts(area);
    let text = parts.text;
    finding::draw(theme, shown, area, buffer);
    if let Some(because) = &shown.because {
        let why_row = area.y + 1 + u16::from(shown.finding_row(area).is_some());
        let why = Safe::new(width::cut_end(because, usize::from(area.width).saturating_sub(1)));
        put(buffer, area, area.x + 1, why_row, &why, theme.style(Tone::Dim));
    }
    if shown.transcript.entries().is_empty() {
        let area = Area { y: text.y.saturating_sub(1), height: text.height + 1, ..text };
        return empty(*theme, area, buffer, &reasons(model, shown));
    }
    if let Some(bar) = parts.bar {
        for item in bar_of(shown, bar) {
            put_words(buffer, bar, item.area.x, bar.y, &item.words, theme);
        }
    }
    if let Some(area) = parts.outline {
        outline::draw(shown, theme, (area, focused), buffer);
        if area.right() >= text.right() {
            return;
        }
    }
    if shown.reader.visible() == Some(0) {
        let area = Area { y: text.y.saturating_sub(1), height: text.height + 1, ..text };
        let how = model.filled("{log.facet-0} shows all, {log.sift} changes it.");
        let lines = [Safe::new("No entry is let through by the filter."), Safe::new(how)];
        return empty(*theme, area, buffer, &lines);
    }
    draw_text(model, *theme, shown, (text, focused), buffer);
}

/// The rows in sight.
fn draw_text(model: &Model, theme: Theme, shown: &Shown, (text, focused): (Area, bool), buffer: &mut Buffer) {
    for (y, row) in (text.y..text.bottom()).zip(&shown.reader.rows) {
        let Some(entry) = shown.transcript.entries().get(row.at.entry) else { continue };
        let line = Area { y, height: 1, ..text };
        // Who follows is at the newest entry: a bar there would only hop from line to line.
        let follows = shown.reader.follow && !shown.complete;
        if focused && !follows && row.at.entry == shown.reader.cursor {
            let bar = theme.bar();
            put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
        }
        draw_margin(model, theme, shown, (entry, row), line, buffer);
        draw_row(model, theme, shown, (entry, row), line, buffer);
    }
}

/// On an entry's first row its time and whether it is folded.
fn draw_margin(
    model: &Model,
    theme: Theme,
    shown: &Shown,
    (entry, row): (&Entry, &Row),
    line: Area,
    buffer: &mut Buffer,
) {
    if row.at.row > 0 {
        return;
    }
    let columns = margin(line.width);
    if columns > 9 {
        let time = times::told(model, shown, entry, row.at.entry);
        put(buffer, line, line.x + 1, line.y, time, theme.style(Tone::Dim));
    }
    if let Some(folded) = row.fold {
        let mark = match (folded, theme.ascii) {
            (true, false) => "▸",
            (false, false) => "▾",
            (true, true) => ">",
            (false, true) => "v",
        };
        put(buffer, line, line.x + columns - 2, line.y, mark, theme.style(Tone::Dim));
    }
}

fn draw_row(model: &Model, theme: Theme, shown: &Shown, (entry, row): (&Entry, &Row), line: Area, buffer: &mut Buffer) {
    let left = line.x + margin(line.width);
    let hits = found(shown, row);
    let mut x = left;
    let mut at = 0;
    for (ink, text) in &row.line.parts {
        let style = ink_style(theme, *ink);
        for (piece, hit) in pieces(text, at, &hits) {
            let style = if hit { theme.over(style, mark_hit(shown, row)) } else { style };
            x = put(buffer, line, x, line.y, Safe::new(piece), style);
        }
        at += text.len();
    }
    let right: Vec<(Style, Safe)> = row
        .line
        .right
        .iter()
        .map(|(ink, text)| {
            let text = if *ink == Ink::Pending { waiting(model, shown, entry) } else { text.clone() };
            (ink_style(theme, *ink), text)
        })
        .collect();
    let columns: usize = right.iter().map(|(_, text)| width::width(text) + 2).sum();
    let mut x = line.right().saturating_sub(1).saturating_sub(u16::try_from(columns).unwrap_or(u16::MAX)).max(left);
    for (style, text) in right {
        x = put(buffer, line, x + 2, line.y, &text, style);
    }
}

/// How long a call has been waiting for its result, or that it will wait for ever.
fn waiting(model: &Model, shown: &Shown, entry: &Entry) -> Safe {
    match entry.at {
        _ if shown.complete => Safe::new("no answer"),
        _ if shown.big.is_some() => Safe::new("no answer near"),
        Some(at) if model.now - at >= chrono::TimeDelta::seconds(10) => {
            Safe::new(format!("running {}", age::coarse(model.now - at)))
        }
        _ => Safe::new("running"),
    }
}

/// Byte ranges of the row's text that hold what is searched.
fn found(shown: &Shown, row: &Row) -> Vec<(usize, usize)> {
    let Some(search) = &shown.reader.search else { return Vec::new() };
    search.pattern.marks(&row.line.text())
}

fn mark_hit(shown: &Shown, row: &Row) -> Tone {
    if shown.reader.is_current_hit(row.at) { Tone::CurrentHit } else { Tone::Hit }
}

/// A part that begins `at` bytes into its row, cut where hits begin and end; true: within a hit.
fn pieces<'a>(text: &'a Safe, at: usize, hits: &[(usize, usize)]) -> Vec<(&'a str, bool)> {
    let mut out = Vec::new();
    let mut from = 0;
    for (start, end) in hits {
        let start = start.saturating_sub(at).clamp(from, text.len());
        let end = end.saturating_sub(at).clamp(start, text.len());
        out.push((text.get(from..start).unwrap_or_default(), false));
        out.push((text.get(start..end).unwrap_or_default(), true));
        from = end;
    }
    out.push((text.get(from..).unwrap_or_default(), false));
    out.retain(|(piece, _)| !piece.is_empty());
    out
}

/// Whose log it is, and how many columns of that stay whatever else there is to say. Many tasks have the same name: the
/// repository stands before it, in short where a narrow rule has better use for its columns. How it is told depends on the
/// width alone: a title does not jump when a word beside it grows.
fn title(model: &Model, shown: Option<&Shown>, columns: u16) -> (Safe, usize) {
    let quarter = usize::from(columns / 4);
    let Some(shown) = shown else { return (Safe::new("Log"), quarter) };
    if let Some(file) = &shown.file {
        return (Safe::new(format!("Log · {file}")), quarter);
    }
    let known = shown.task.as_ref().and_then(|id| model.world.tasks.get(id));
    let Some(task) = known.map(|known| &known.task) else { return (Safe::new("Log · "), quarter) };
    let repo = match (columns, &task.at.repo) {
        (..REPO_FROM, _) => return (Safe::new(format!("Log · {}", task.name.show_line())), quarter),
        (..OWNER_FROM, repo) if model.settings.has_one_owner() => repo.name(),
        (_, repo) => repo.as_str(),
    };
    let before = format!("{} · ", width::cut_middle(repo, quarter));
    (Safe::new(format!("Log · {before}{}", task.name.show_line())), quarter + width::width(&before))
}

/// From this many columns on the repository is told, and from that many with its owner where all have the same.
const REPO_FROM: u16 = 60;
const OWNER_FROM: u16 = 100;

/// Columns of the filter in the rule, at most.
const FILTER: usize = 30;

/// A word of the rule and how much it matters: the least is dropped first.
type Word = (u8, Tone, Safe);

/// What stands at the right of the rule, in order.
fn words(model: &Model, shown: &Shown, columns: u16) -> Vec<Word> {
    if let Some(big) = &shown.big {
        return biglog::words(shown, big, model.now);
    }
    let mut words = Vec::new();
    // Not part of the title, whose end is cut: it tells which of two logs of one name this is.
    if let Some((at, all)) = shown.session_number(&model.world).filter(|(_, all)| *all > 1) {
        words.push((8, Tone::Plain, Safe::new(format!("session {at} of {all}"))));
    }
    if let Some((tone, text)) = freshness(model, shown) {
        words.push((9, tone, text));
    }
    if let Some(search) = &shown.reader.search {
        words.push(hits(search, shown.transcript.entries()));
    }
    if let Some(filter) = shown.reader.filter() {
        let coming = shown.reader.sifting(shown.transcript.entries());
        let coming = coming.map_or_else(String::new, |percent| format!(", {percent}%"));
        let text = width::cut_end(&format!("only {}", Safe::new(filter.text())), FILTER);
        // What is not there to be seen must never be taken for what is not there.
        words.push((9, Tone::Accent, Safe::new(text + &coming)));
    }
    if let Some(origin) = shown.origin {
        words.push((8, Tone::Dim, source(model, shown, origin, columns)));
    }
    let entries = shown.transcript.entries().len();
    if entries == 0 {
        return words;
    }
    // A narrow rule keeps its room for the name: the detail has the clock, too.
    words.extend(time_left(model, shown).filter(|_| columns >= 100 && !shown.complete));
    words.push(match (shown.reader.follow, shown.reader.unseen) {
        _ if shown.complete => (5, Tone::Dim, Safe::new("complete")),
        (true, _) => (5, Tone::Dim, Safe::new("following")),
        (false, 0) => (6, Tone::Warn, Safe::new("paused")),
        (false, new) => (6, Tone::Warn, Safe::new(format!("paused, {new} new"))),
    });
    let entries_of = if entries == 1 { "entry" } else { "entries" };
    // A number that only counts up while one follows says nothing worth its bytes on every line that comes.
    let grows = shown.reader.follow && !shown.complete;
    words.extend(match shown.reader.visible() {
        Some(visible) => Some((6, Tone::Accent, Safe::new(format!("{visible} of {entries} {entries_of}")))),
        None => (!grows).then(|| (3, Tone::Dim, Safe::new(format!("{entries} {entries_of}")))),
    });
    let broken = shown.transcript.stats().broken;
    if broken > 0 {
        words.push((4, Tone::Warn, Safe::new(format!("{broken} unreadable"))));
    }
    words
}

/// Where the reader is among the hits, and how much of the log was looked through while it is.
fn hits(search: &Search, entries: &[Entry]) -> Word {
    let count = search.hits().len();
    let so_far = search.percent(entries).map_or_else(String::new, |percent| format!(", {percent}%"));
    match search.current() {
        Some(current) => (7, Tone::Plain, Safe::new(format!("hit {}/{count}{so_far}", current + 1))),
        None if count == 0 && so_far.is_empty() && search.hidden() > 0 => {
            (7, Tone::Warn, Safe::new(format!("no hit shown, {} hidden", search.hidden())))
        }
        None if count == 0 && so_far.is_empty() => (7, Tone::Warn, Safe::new("no hit")),
        None => (7, Tone::Plain, Safe::new(format!("{count} hits{so_far}"))),
    }
}

/// How much of its time a session at work has used: `41m of 59m`.
fn time_left(model: &Model, shown: &Shown) -> Option<Word> {
    let start = shown.deadline_from(&model.world, &model.settings)?;
    let known = model.world.tasks.get(shown.task.as_ref()?)?;
    let deadline = known.deadline(&model.settings);
    let tone = if deadline.at <= model.now { Tone::Warn } else { Tone::Dim };
    let limit = duration(deadline.limit);
    Some((2, tone, Safe::new(format!("{} of {limit}", age::coarse(model.now - start)))))
}

/// Where the log comes from and how old that is.
fn source(model: &Model, shown: &Shown, origin: LogOrigin, columns: u16) -> Safe {
    let name = match origin {
        LogOrigin::CopilotApi if shown.complete || columns < 100 => "Copilot API",
        LogOrigin::CopilotApi => "live (Copilot API)",
        LogOrigin::JobLog => "job log",
        LogOrigin::JobSteps => "job steps",
        LogOrigin::Timeline if columns < 100 => "timeline",
        LogOrigin::Timeline => "pull request timeline",
        LogOrigin::Kept { at } => {
            let old = age::coarse(model.now - at);
            return Safe::new(if old == "now" { "kept copy".to_owned() } else { format!("kept copy, {old} old") });
        }
        LogOrigin::File => "file",
    };
    match shown.good_at(&model.world).filter(|_| !shown.complete).map(|at| age::coarse(model.now - at)) {
        Some(old) if old != "now" => Safe::new(format!("{name}, {old} ago")),
        _ => Safe::new(name),
    }
}

fn freshness(model: &Model, shown: &Shown) -> Option<(Tone, Safe)> {
    match shown.freshness(&model.world)?.verdict(model.now, model.settings.stale_after) {
        Verdict::Failed(fault, at) => {
            Some((Tone::Bad, Safe::new(format!("failed {}: {}", clock(model, at, "%H:%M"), fault.what))))
        }
        Verdict::Stale(since) if !shown.complete => {
            Some((Tone::Dim, Safe::new(format!("stale {}", age::short(model.now - since)))))
        }
        Verdict::Stale(_) | Verdict::Loading | Verdict::Fresh => None,
    }
}

/// Title and words that fit beside each other in a rule of this width: the words that matter least go first, then the
/// title is cut, down to so many columns.
fn fit(columns: u16, title: &Safe, least: usize, mut words: Vec<Word>) -> (Safe, Vec<(Tone, Safe)>) {
    let columns = usize::from(columns);
    let free = |words: &[Word]| {
        let right: Vec<_> = words.iter().map(|(_, tone, text)| (*tone, text.clone())).collect();
        rule::room_for_title(columns, &right)
    };
    let least = width::width(title).min(least);
    while words.len() > 1 && free(&words) < least {
        let weakest = words.iter().enumerate().min_by_key(|(_, (matters, ..))| *matters).map_or(0, |(i, _)| i);
        words.remove(weakest);
    }
    let title = Safe::new(width::cut_end(title, free(&words).max(least)));
    (title, words.into_iter().map(|(_, tone, text)| (tone, text)).collect())
}

/// Why there is nothing to read, and what comes next.
fn reasons(model: &Model, shown: &Shown) -> Vec<Safe> {
    let other = model.filled("{log.detail} shows everything else that is known of the task.");
    let say = |lines: &[&str]| lines.iter().map(Safe::new).collect();
    if shown.big.as_ref().is_some_and(|big| big.asked.is_some()) {
        return say(&["Reading …"]);
    }
    if shown.file.is_some() {
        return say(&["The file holds no entry that can be read.", "A saved session log or Actions job log does."]);
    }
    let known = shown.task.as_ref().and_then(|id| model.world.tasks.get(id));
    let queued = known.is_some_and(|known| known.task.state == State::Queued);
    if shown.session.is_none() {
        return match known.map(|known| known.task.sessions.as_ref()) {
            Some(Some(_)) if queued => {
                say(&["Queued: no session has started yet.", "Its log appears here when one does."])
            }
            Some(Some(_)) => say(&["This task has no session, and so no log.", &other]),
            _ => match shown.task.clone().and_then(|id| model.world.freshness.get(&Source::Task(id))?.fault.as_ref()) {
                Some(fault) => failure("The task's sessions are not known", fault),
                None => say(&["Loading the task's sessions …"]),
            },
        };
    }
    match shown.freshness(&model.world).and_then(|freshness| freshness.fault.as_ref()) {
        Some(fault) => {
            let mut lines = failure("No log", fault);
            if shown.choice == SourceChoice::Auto && !shown.complete {
                lines.insert(1, Safe::new(model.filled("{log.source} reads another source meanwhile")));
            }
            lines
        }
        _ if shown.complete => say(&["The session ended and left no log.", &other]),
        _ if queued => say(&["Queued: the session has not started yet.", "Its log appears here when it does."]),
        _ if shown.fetched_at.is_some() => say(&["The session has no log yet.", "It appears here as the agent works."]),
        _ => say(&["Loading the log …"]),
    }
}

fn failure(what: &str, fault: &Fault) -> Vec<Safe> {
    vec![Safe::new(format!("{what}: {}", fault.what)), Safe::new(format!("→ {}", fault.next_step))]
}

/// Why the pane is empty, and what comes next.
fn empty(theme: Theme, area: Area, buffer: &mut Buffer, lines: &[Safe]) {
    let lines: Vec<&str> = lines.iter().map(Safe::as_str).collect();
    // Only what went wrong has its next step behind an arrow.
    if lines.last().is_some_and(|line| line.starts_with('→')) {
        super::empty::complain(&lines, &theme, area, buffer);
    } else {
        super::empty::say(&lines, &theme, area, buffer);
    }
}

/// A time of day where the operator is.
fn clock(model: &Model, at: Instant, format: &str) -> Safe {
    Safe::new(model.settings.zone.at(at).format(format).to_string())
}

fn ink_style(theme: Theme, ink: Ink) -> Style {
    match (ink, ink.tone()) {
        (Ink::Log(sgr), _) => log_style(theme, sgr),
        (_, tone) => theme.style(tone.unwrap_or(Tone::Plain)),
    }
}

/// The colours a log asked for, as the theme has them. Without colours its attributes stay.
fn log_style(theme: Theme, sgr: Sgr) -> Style {
    let style = theme.lent(sgr.into());
    if sgr.crossed_out { style.add_modifier(Modifier::CROSSED_OUT) } else { style }
}

mod biglog;
mod finding;
mod outline;
mod record;
#[cfg(test)]
mod tests;
mod times;
pub mod wall;
