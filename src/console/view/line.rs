//! The line being typed: what it is about, the text scrolled so that the cursor is in view, what is wrong with it.

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;

use super::footer::{self, NOTE_ROWS};
use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::line::{Line, LineKind};
use crate::console::state::tone::{Words, wrap};
use crate::console::update::command;
use crate::domain::query::Wrong;
use crate::text::{Safe, width};
use crate::transcript::Mode;

/// Returns where the text cursor belongs.
pub fn draw(model: &Model, line: &Line, theme: &Theme, area: Area, buffer: &mut Buffer) -> (u16, u16) {
    let wrong = line.wrong.as_ref().filter(|wrong| shows(line, wrong));
    let x = put_words(buffer, area, area.x + 1, area.y, &prompt(model, line, area), theme);
    let (cursor, end) = text(line, wrong, x, theme, area, buffer);
    let free = usize::from(area.right().saturating_sub(end));
    let fits = |words: &Words| words.width() + 4 <= free;
    let fault = line.fault.clone().or_else(|| wrong.map(|wrong| wrong.what.clone()));
    if footer::begun(model, theme, area, free, buffer) {
        // It is wanted more than what is said of the line.
    } else if let Some(fault) = fault {
        let words = Words::one(Tone::Bad, &fault);
        if fits(&words) {
            put_words(buffer, area, end + 3, area.y, &words, theme);
        } else if line.offers.is_none() {
            above(&fault, theme, area, buffer);
        }
    } else {
        let told = explained(model, line).map(|text| Words::one(Tone::Dim, text)).filter(fits);
        let words = told.unwrap_or_else(|| Words::one(Tone::Dim, model.filled(hint(line))));
        if fits(&words) {
            at_the_edge(&words, theme, area, buffer);
        }
    }
    (cursor.min(area.right().saturating_sub(1)), area.y)
}

/// Where it stays while the text grows.
pub(super) fn at_the_edge(words: &Words, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let width = u16::try_from(words.width()).unwrap_or(area.width);
    put_words(buffer, area, area.right().saturating_sub(width + 1), area.y, words, theme);
}

/// What is still being typed, and may become right with a completion, is not called wrong yet.
fn shows(line: &Line, wrong: &Wrong) -> bool {
    let begun = line.offers.is_some() && (wrong.at.start..=wrong.at.end + 1).contains(&line.cursor);
    !begun
}

/// What a command that is clear already takes and does.
fn explained(model: &Model, line: &Line) -> Option<String> {
    if line.kind != LineKind::Command || line.seek.is_some() {
        return None;
    }
    let first = line.text.split_whitespace().next()?;
    if let Some(words) = model.settings.aliases.get(first) {
        return Some(format!("stands for :{words}"));
    }
    // Not with every letter another: what is written out, or has a blank behind it.
    let written = |command: &&command::Command| command.name == first || line.text.contains(' ');
    let command = command::find(first).ok().filter(written)?;
    Some(format!("{} — {}", command.usage(), command.help))
}

/// The query of the view is there, whatever is typed after it.
fn prompt(model: &Model, line: &Line, area: Area) -> Words {
    if let Some(seek) = &line.seek {
        let letters = width::cut_end(&seek.text, usize::from(area.width / 3));
        let tone = if seek.failed { Tone::Bad } else { Tone::AccentStrong };
        return Words::one(tone, format!("typed before “{letters}” ")).with(Tone::AccentStrong, ":");
    }
    let sign = match line.kind {
        LineKind::Command => ":",
        LineKind::LogFilter => "&",
        LineKind::LogSearch if model.log.mode == Mode::Regex => "regex /",
        LineKind::QueueFilter | LineKind::AutomationFilter | LineKind::LogSearch | LineKind::DiffSearch => "/",
        LineKind::Reviewers => "ask for a review: ",
    };
    let sign = Words::one(Tone::AccentStrong, sign);
    let view = match line.kind {
        LineKind::QueueFilter => {
            model.settings.views.get(model.queue.views.at).map(|view| (&view.name, view.query.text()))
        }
        LineKind::AutomationFilter => model.automation_view().map(|view| (&view.name, view.query.text())),
        _ => None,
    };
    let Some((name, query)) = view else { return sign };
    let whole = if query.is_empty() { name.to_string() } else { format!("{name}: {query}") };
    // Two thirds belong to what is typed.
    let most = usize::from(area.width / 3);
    let about = [whole.as_str(), name.as_str()].into_iter().find(|text| width::width(text) < most);
    let mut words = Words::new();
    if let Some(about) = about {
        words.push(Tone::Dim, format!("{about} "));
    }
    words.extend(sign);
    words
}

/// The text with what is wrong in its tone; the columns of the cursor and of the end.
pub(super) fn text(
    line: &Line,
    wrong: Option<&Wrong>,
    x: u16,
    theme: &Theme,
    area: Area,
    buffer: &mut Buffer,
) -> (u16, u16) {
    let room = usize::from(area.right().saturating_sub(x + 1));
    let before = line.text.get(..line.cursor).unwrap_or_default();
    let whole = tail(before, room) == 0;
    // What is not seen of the beginning is there all the same, and takes a column to say so.
    let start = if whole { 0 } else { tail(before, room.saturating_sub(1)) };
    let x = if whole { x } else { put(buffer, area, x, area.y, "…", theme.style(Tone::Dim)) };
    let bad = wrong.map_or(0..0, |wrong| wrong.at.clone());
    let mut cuts = vec![start, line.text.len()];
    cuts.extend([line.cursor, bad.start, bad.end].into_iter().filter(|at| (start..line.text.len()).contains(at)));
    cuts.sort_unstable();
    let (mut end, mut cursor) = (x, x);
    for pair in cuts.windows(2) {
        let [from, to] = pair else { continue };
        let tone = if bad.contains(from) { Tone::BadStrong } else { Tone::Plain };
        let piece = Safe::new(line.text.get(*from..*to).unwrap_or_default());
        end = put(buffer, area, end, area.y, &piece, theme.style(tone));
        if *to <= line.cursor {
            cursor = end;
        }
    }
    (cursor, end)
}

fn hint(line: &Line) -> &'static str {
    if line.seek.is_some() {
        return "{line.search-mode} older   {line.accept} take   {line.back} give up";
    }
    match line.kind {
        LineKind::Command => {
            "{line.accept} run   {line.next-choice} complete   {line.up} older   {line.search-mode} look for one   {line.back} back"
        }
        LineKind::QueueFilter | LineKind::AutomationFilter => {
            "{line.next-choice} complete   {line.up} older   {line.save-view} save as a view   {line.back} back"
        }
        LineKind::LogSearch => {
            "{line.accept} keep   {line.search-mode} text or regex   {line.only-hits} only these   {line.back} clear"
        }
        LineKind::LogFilter => "{line.accept} keep   {line.next-choice} complete   {line.back} back",
        LineKind::DiffSearch => "{line.accept} keep   {line.back} clear",
        LineKind::Reviewers => "logins and org/team   {line.back} give up",
    }
}

/// What is wrong, whole, on the lines above.
fn above(fault: &str, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let mut lines = wrap(&Safe::new(fault), usize::from(area.width.saturating_sub(2)));
    lines.truncate(NOTE_ROWS);
    let rows = u16::try_from(lines.len()).unwrap_or(1).min(area.y);
    let above = Area { y: area.y - rows, height: rows, ..area };
    clear(buffer, above);
    for (y, line) in (above.y..above.bottom()).zip(&lines) {
        put(buffer, above, above.x + 1, y, line, theme.style(Tone::Bad));
    }
}

/// Where the end of a text begins of which there is room for so many columns.
fn tail(text: &str, room: usize) -> usize {
    let mut wide = 0;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        wide += width::width(&Safe::new(grapheme));
        if wide > room {
            break;
        }
        start = at;
    }
    start
}
