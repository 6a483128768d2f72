//! The last line: what is being typed, a note, or the keys that make sense now.

use ratatui::buffer::Buffer;

use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use crate::console::keys::footer;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::line::{Line, LineKind};
use crate::console::state::notes::Note;
use crate::console::state::tone::{Words, wrap};
use crate::text::{Safe, width};

/// A note longer than this many lines is cut.
const NOTE_ROWS: usize = 4;

/// Draws the line; returns where the text cursor belongs, if something is typed here.
pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if let Some(line) = model.line.as_ref().filter(|_| model.dialog.is_none()) {
        return Some(typed(line, theme, area, buffer));
    }
    match model.notes.current.as_ref().filter(|_| model.dialog.is_none()) {
        Some(note) => draw_note(model, note, theme, area, buffer),
        None => keys(model, theme, area, buffer),
    }
    None
}

fn keys(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let keys = footer(model.context(), model);
    let words = |(key, what): &(String, &str)| Words::one(Tone::Accent, key).with(Tone::Dim, format!(" {what}"));
    let mut all: Vec<Words> = keys.iter().map(words).collect();
    // The last one leads to all the others: it stays.
    while all.len() > 1 && all.iter().map(|w| w.width() + 3).sum::<usize>() > usize::from(area.width) {
        all.remove(all.len() - 2);
    }
    let mut x = area.x + 1;
    for words in all {
        x = put_words(buffer, area, x, area.y, &words, theme).saturating_add(3);
    }
}

/// A note of one line stands here; a longer one is read whole, over the lines above.
fn draw_note(model: &Model, note: &Note, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let tone = if note.bad { Tone::Bad } else { Tone::Plain };
    let mut lines = wrap(&note.text, usize::from(area.width.saturating_sub(4)));
    lines.truncate(NOTE_ROWS);
    let above = u16::try_from(lines.len()).unwrap_or(1).saturating_sub(1);
    let over = model.place.over(above);
    let area = Area { y: over.y, height: above + 1, ..area };
    clear(buffer, area);
    // Not every note tells of a success.
    let (glyph, sign) = if note.bad { ("✗", Tone::BadStrong) } else { ("·", Tone::Accent) };
    put(buffer, area, area.x + 1, area.y, glyph, theme.style(sign));
    for (y, line) in (area.y..).zip(&lines) {
        put(buffer, area, area.x + 3, y, line, theme.style(tone));
    }
}

/// The line being typed, scrolled so that the cursor is in view, with what is wrong after it.
fn typed(line: &Line, theme: &Theme, area: Area, buffer: &mut Buffer) -> (u16, u16) {
    let sign = if line.kind == LineKind::Command { ":" } else { "/" };
    let x = put(buffer, area, area.x + 1, area.y, sign, theme.style(Tone::AccentStrong));
    let before = Safe::new(line.text.get(..line.cursor).unwrap_or_default());
    let after = Safe::new(line.text.get(line.cursor..).unwrap_or_default());
    let room = usize::from(area.right().saturating_sub(x + 1));
    let shown = tail(&before, room);
    let cursor = put(buffer, area, x, area.y, &shown, theme.style(Tone::Plain));
    let end = put(buffer, area, cursor, area.y, &after, theme.style(Tone::Plain));
    let free = usize::from(area.right().saturating_sub(end));
    if let Some(fault) = &line.fault {
        wrong(fault, free, end, theme, area, buffer);
    }
    let hint = match line.kind {
        LineKind::Command => "enter run   tab complete   ↑ older   esc back",
        LineKind::QueueFilter => "name, repo, person, agent, state, #number   enter keep   esc clear",
        LineKind::LogSearch => "enter keep   esc clear",
    };
    let words = Words::one(Tone::Dim, hint);
    if line.fault.is_none() && words.width() + 4 <= free {
        put_words(buffer, area, end + 3, area.y, &words, theme);
    }
    (cursor.min(area.right().saturating_sub(1)), area.y)
}

/// What is wrong with a command: behind it, or where that is too narrow, whole on the lines above.
fn wrong(fault: &str, free: usize, end: u16, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let words = Words::one(Tone::Bad, fault);
    if words.width() + 4 <= free {
        put_words(buffer, area, end + 3, area.y, &words, theme);
        return;
    }
    let mut lines = wrap(&Safe::new(fault), usize::from(area.width.saturating_sub(2)));
    lines.truncate(NOTE_ROWS);
    let rows = u16::try_from(lines.len()).unwrap_or(1).min(area.y);
    let above = Area { y: area.y - rows, height: rows, ..area };
    clear(buffer, above);
    for (y, line) in (above.y..above.bottom()).zip(&lines) {
        put(buffer, above, above.x + 1, y, line, theme.style(Tone::Bad));
    }
}

/// The end of a text, as much as there is room for.
fn tail(text: &Safe, room: usize) -> Safe {
    let mut start = 0;
    let mut wide = width::width(text);
    for (at, c) in text.char_indices() {
        if wide <= room {
            break;
        }
        start = at + c.len_utf8();
        wide = width::width(text.get(start..).unwrap_or_default());
    }
    Safe::new(text.get(start..).unwrap_or_default())
}
