//! The dim rule that separates panes and carries the title on the left and status words on the right.

use ratatui::buffer::Buffer;

use super::safe::{fill, put};
use super::theme::{Theme, Tone};
use crate::console::state::layout::Area;
use crate::text::{Safe, width};

/// Columns of dashes before the title, between title and words at least, and after the words.
const BEFORE: usize = 2;
const BETWEEN: usize = 2;
const AFTER: usize = 2;
/// ` ── ` between two words.
const SEPARATOR: usize = 4;
/// Cut shorter than this a word says nothing.
const LEAST: usize = 12;

/// Draws `── Title ───────── right ──` in the first row of `area`. The focused pane's title is accented and bold.
/// What does not fit is dropped from the right-hand words, the last first; the first is cut; then the title is cut.
pub fn draw(buffer: &mut Buffer, theme: &Theme, area: Area, title: &Safe, focused: bool, right: &[(Tone, Safe)]) {
    let dim = theme.style(Tone::Dim);
    // Panes are drawn on their own, too: no line of theirs waits for the whole screen to be made ASCII.
    let (dash, separator) = if theme.ascii { ("-", " -- ") } else { ("─", " ── ") };
    fill(buffer, area, area.y, dash, dim);
    let columns = usize::from(area.width);
    let title_tone = if focused { Tone::AccentStrong } else { Tone::Plain };
    let title = Safe::new(width::cut_end(title, columns.saturating_sub(BEFORE + AFTER + 2)));
    let taken = BEFORE + width::width(&title) + 2;
    let room = columns.saturating_sub(taken + BETWEEN + AFTER);
    let x = put(buffer, area, offset(area, BEFORE), area.y, " ", dim);
    let x = put(buffer, area, x, area.y, &title, theme.style(title_tone));
    put(buffer, area, x, area.y, " ", dim);

    let words = fitting(right, room);
    let wide = wide(&words);
    if words.is_empty() {
        return;
    }
    let mut x = put(buffer, area, offset(area, columns - AFTER - wide), area.y, " ", dim);
    for (i, (tone, text)) in words.iter().enumerate() {
        if i > 0 {
            x = put(buffer, area, x, area.y, separator, dim);
        }
        x = put(buffer, area, x, area.y, text, theme.style(*tone));
    }
    put(buffer, area, x, area.y, " ", dim);
}

/// Columns a title can have in a rule of `columns` without one of these words being dropped or cut.
pub fn room_for_title(columns: usize, right: &[(Tone, Safe)]) -> usize {
    let words = if right.is_empty() { 0 } else { wide(right) + BETWEEN };
    columns.saturating_sub(BEFORE + 2 + words + AFTER)
}

/// What words take beside each other: a space at both ends, dashes between.
fn wide(words: &[(Tone, Safe)]) -> usize {
    let texts: usize = words.iter().map(|(_, text)| width::width(text)).sum();
    texts + 2 + SEPARATOR * words.len().saturating_sub(1)
}

/// The words that fit beside each other.
fn fitting(right: &[(Tone, Safe)], room: usize) -> Vec<(Tone, Safe)> {
    let mut words: Vec<(Tone, Safe)> = right.iter().filter(|(_, text)| !text.is_empty()).cloned().collect();
    while words.len() > 1 && wide(&words) > room {
        words.pop();
    }
    if wide(&words) > room {
        let Some((tone, text)) = words.pop() else { return words };
        let room = room.saturating_sub(2);
        if room >= LEAST {
            words.push((tone, Safe::new(width::cut_end(&text, room))));
        }
    }
    words
}

fn offset(area: Area, by: usize) -> u16 {
    area.x.saturating_add(u16::try_from(by).unwrap_or(u16::MAX))
}
