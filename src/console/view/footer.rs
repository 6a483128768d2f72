//! The last line: what is being typed, a note, or the keys that make sense now.

use ratatui::buffer::Buffer;

use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use super::{line, palette};
use crate::console::keys::{Footer, footer};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::notes::Note;
use crate::console::state::tone::{Words, wrap};
use crate::text::{Safe, width};

/// At the first start, until it is taken or not wanted.
const OFFER: &str = "new here? :tour";

/// Columns between the last key and the offer, and the one behind it: else the two read as one.
const BEFORE_OFFER: usize = 3 + 1;

/// A note longer than this many lines is cut.
pub(super) const NOTE_ROWS: usize = 4;

/// Draws the line; returns where the text cursor belongs, if something is typed here.
pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) -> Option<(u16, u16)> {
    if let Some(line) = model.line.as_ref().filter(|_| model.dialog.is_none()) {
        return Some(line::draw(model, line, theme, area, buffer));
    }
    if let Some(palette) = model.palette().filter(|_| model.dialog.is_none()) {
        return Some(palette::line(model, palette, theme, area, buffer));
    }
    // What may follow the keys that were begun is wanted more than any note.
    let noted = model.dialog.is_none() && model.prefix().is_empty();
    match model.notes.shown().filter(|_| noted) {
        Some(note) => draw_note(model, note, theme, area, buffer),
        None => keys(model, theme, area, buffer),
    }
    None
}

fn keys(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let keys = footer(model.context(), model);
    let here = model.context();
    let room = usize::from(area.width).saturating_sub(OFFER.len() + BEFORE_OFFER);
    // What may follow the keys that were begun has the whole line.
    let is_free = model.prefix().is_empty() && here == model.screen() && !here.takes_text();
    let offer = model.place.tour.offered && is_free && has_most_wanted(&keys, room);
    let told = if offer { u16::try_from(OFFER.len() + BEFORE_OFFER).unwrap_or(0) } else { 0 };
    if offer {
        let at = area.right().saturating_sub(u16::try_from(OFFER.len() + 1).unwrap_or(0));
        put(buffer, area, at, area.y, OFFER, theme.style(Tone::Dim));
    }
    let area = Area { width: area.width.saturating_sub(told), ..area };
    put_words(buffer, area, area.x + 1, area.y, &fitting(&keys, usize::from(area.width)), theme);
}

/// The first key is what one is here for, the last lead out and to all the others: nothing takes their room.
fn has_most_wanted(footer: &Footer, columns: usize) -> bool {
    let columns_of = |(key, what): &(String, &str)| width::width(&Safe::new(key)) + what.len() + 4;
    let acts = footer.keys.len().saturating_sub(footer.stay);
    let wanted = footer.keys.iter().take(acts.min(1)).chain(footer.keys.iter().skip(acts));
    wanted.map(columns_of).sum::<usize>() <= columns
}

/// As many of the keys as have room, one after the other. The last ones lead out of here and to all the others: of what
/// can be done here the least useful goes first. After keys that were begun the others are nowhere else: there a sign
/// says that not all of them are here.
fn fitting(footer: &Footer, columns: usize) -> Words {
    let words = |(key, what): &(String, &str)| Words::one(Tone::Accent, key).with(Tone::Dim, format!(" {what}"));
    let mut all: Vec<Words> = footer.keys.iter().map(words).collect();
    // A blank before them all, three between two.
    let mut left_out = false;
    let room = |left_out: bool| columns.saturating_add(2).saturating_sub(if left_out { 1 + 3 } else { 0 });
    while all.len() > 1 && all.iter().map(|w| w.width() + 3).sum::<usize>() > room(left_out) {
        let stay = footer.stay.min(all.len() - 1);
        all.remove(all.len() - 1 - stay);
        left_out = footer.follows;
    }
    if left_out {
        let stay = footer.stay.min(all.len());
        all.insert(all.len() - stay, Words::one(Tone::Dim, "…"));
    }
    let mut line = Words::new();
    for words in all {
        if !line.is_empty() {
            line.push(Tone::Plain, "   ");
        }
        line.extend(words);
    }
    line
}

/// What may follow the keys that were begun while a line is typed: behind it where there is room for all of it, else on the
/// line above. `free`: columns behind what is typed. False: no keys were begun.
pub(super) fn begun(model: &Model, theme: &Theme, area: Area, free: usize, buffer: &mut Buffer) -> bool {
    if model.prefix().is_empty() {
        return false;
    }
    let keys = footer(model.context(), model);
    let whole = fitting(&keys, usize::MAX);
    if whole.width() + 4 <= free {
        line::at_the_edge(&whole, theme, area, buffer);
    } else {
        let above = Area { y: area.y.saturating_sub(1), height: 1, ..area };
        clear(buffer, above);
        put_words(buffer, above, above.x + 1, above.y, &fitting(&keys, usize::from(area.width)), theme);
    }
    true
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
