//! Small helps for drawing text of several tones.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use super::super::safe::put;
use super::super::theme::{Theme, Tone};
use crate::console::state::compose::wrap::expanded;
use crate::console::state::layout::Area;
use crate::text::{Safe, width};

/// A text in pieces of their own style.
pub type Pieces = Vec<(Style, Safe)>;

/// Draws pieces one after the other from `x`; returns the column after the last.
pub fn put_pieces(buffer: &mut Buffer, area: Area, x: u16, y: u16, pieces: &Pieces) -> u16 {
    pieces.iter().fold(x, |x, (style, text)| put(buffer, area, x, y, text, *style))
}

/// The text cut to the columns left of `area`, in one tone.
pub fn put_cut(buffer: &mut Buffer, theme: Theme, area: Area, x: u16, y: u16, tone: Tone, text: &str) -> u16 {
    let room = usize::from(area.right().saturating_sub(x));
    let safe = Safe::new(text);
    put(buffer, area, x, y, Safe::new(width::cut_end(&safe, room)), theme.style(tone))
}

/// A row of a text being edited; what is selected (characters from, to of the row) is reversed.
pub fn edited_row(text: &str, style: Style, selected: Option<(usize, usize)>) -> Pieces {
    let Some((from, to)) = selected.filter(|(from, to)| from < to) else {
        return vec![(style, Safe::new(expanded(text)))];
    };
    let byte = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at);
    let (from, to) = (byte(from), byte(to));
    let piece = |range: std::ops::Range<usize>| Safe::new(expanded(text.get(range).unwrap_or_default()));
    vec![
        (style, piece(0..from)),
        (style.add_modifier(Modifier::REVERSED), piece(from..to)),
        (style, piece(to..text.len())),
    ]
}

/// The part of a selection (line, characters) that lies in the characters `from..=to` of a line, counted from `from`.
pub fn selected_in(
    selection: Option<((usize, usize), (usize, usize))>,
    line: usize,
    (from, to): (usize, usize),
) -> Option<(usize, usize)> {
    let (start, end) = selection?;
    if line < start.0 || line > end.0 {
        return None;
    }
    let first = if line == start.0 { start.1 } else { 0 };
    let last = if line == end.0 { end.1 } else { usize::MAX };
    let (first, last) = (first.max(from), last.min(to));
    (first < last).then(|| (first - from, last - from))
}

/// The mark of what has the keys.
pub fn marker(theme: Theme) -> &'static str {
    theme.bar()
}

pub fn ellipsis(theme: Theme) -> &'static str {
    if theme.ascii { "..." } else { "…" }
}
