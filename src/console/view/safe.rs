//! The only place that puts text into cells. It takes [`Safe`] text and the program's own literals, never a stranger's
//! string; everything else in `view` draws through it.

#![expect(clippy::disallowed_methods, reason = "the one place that may")]

use std::ops::Range;
use std::sync::LazyLock;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme::Theme;
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::text::{Safe, width};

/// Text that may be drawn.
pub trait Drawable {
    fn text(&self) -> &str;
}

impl Drawable for Safe {
    fn text(&self) -> &str {
        self.as_str()
    }
}

impl Drawable for &'static str {
    fn text(&self) -> &str {
        self
    }
}

impl<T: Drawable> Drawable for &T {
    fn text(&self) -> &str {
        (*self).text()
    }
}

/// Writes one line at (x, y), clipped to `area`; returns the column after it. A wide character that would be cut in
/// half at the right edge is left out.
pub fn put(buffer: &mut Buffer, area: Area, x: u16, y: u16, text: impl Drawable, style: Style) -> u16 {
    if y < area.y || y >= area.bottom() || x >= area.right() {
        return x;
    }
    let (text, room) = (text.text(), area.right() - x);
    let cells = cells(buffer, x..area.right(), y);
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        for (cell, byte) in cells.iter_mut().zip(text.bytes()) {
            // Styles add up in a cell: what stood there before must not shine through.
            cell.clone_from(letter(byte));
            cell.set_style(style);
        }
        return x + u16::try_from(text.len()).map_or(room, |columns| columns.min(room));
    }
    let mut blank = Cell::EMPTY;
    blank.set_style(style);
    let (mut cells, mut column) = (cells.iter_mut(), x);
    for (grapheme, wide) in width::cells(text) {
        let w = u16::try_from(wide).unwrap_or(u16::MAX);
        if w == 0 {
            continue;
        }
        let Some(end) = column.checked_add(w).filter(|end| *end <= area.right()) else { break };
        if let Some(cell) = cells.next() {
            cell.clone_from(&blank);
            cell.set_symbol(grapheme);
        }
        cells.by_ref().take(wide - 1).for_each(|half| half.clone_from(&blank));
        column = end;
    }
    column
}

/// A sign in every column of row `y`, as the rules between panes are made of.
pub fn fill(buffer: &mut Buffer, area: Area, y: u16, sign: &'static str, style: Style) {
    let mut cell = Cell::new(sign);
    cell.set_style(style);
    if (area.y..area.bottom()).contains(&y) {
        cells(buffer, area.x..area.right(), y).fill(cell);
    }
}

/// The cell of a printable ASCII character: nearly all that is drawn, and copied quicker than made.
fn letter(byte: u8) -> &'static Cell {
    static LETTERS: LazyLock<Vec<Cell>> = LazyLock::new(|| {
        let cell = |byte: u8| {
            let mut cell = Cell::EMPTY;
            cell.set_char(byte.into());
            cell
        };
        (b' '..=b'~').map(cell).collect()
    });
    const BLANK: &Cell = &Cell::EMPTY;
    LETTERS.get(usize::from(byte.wrapping_sub(b' '))).unwrap_or(BLANK)
}

/// The cells of row `y` in these columns, as far as there are any.
fn cells(buffer: &mut Buffer, columns: Range<u16>, y: u16) -> &mut [Cell] {
    let Rect { x: left, y: top, width, .. } = buffer.area;
    let Some(row) = y.checked_sub(top) else { return &mut [] };
    let within = |x: u16| usize::from(x.saturating_sub(left).min(width));
    let start = usize::from(row) * usize::from(width);
    buffer.content.get_mut(start + within(columns.start)..start + within(columns.end)).unwrap_or_default()
}

/// Writes words one after the other; what does not fit ends in `…`.
pub fn put_words(buffer: &mut Buffer, area: Area, x: u16, y: u16, words: &Words, theme: &Theme) -> u16 {
    let mut room = usize::from(area.right().saturating_sub(x));
    let mut left = words.width();
    let mut column = x;
    for (tone, text) in &words.0 {
        let wide = width::width(text);
        if left <= room || wide < room {
            column = put(buffer, area, column, y, text, theme.style(*tone));
        } else {
            let text = Safe::new(width::cut_end(&format!("{}…", text.trim_end()), room));
            return put(buffer, area, column, y, &text, theme.style(*tone));
        }
        left -= wide;
        room = usize::from(area.right().saturating_sub(column));
    }
    column
}

/// Empties an area, whatever stood there: for what is drawn over other things.
pub fn clear(buffer: &mut Buffer, area: Area) {
    for y in area.y..area.bottom() {
        cells(buffer, area.x..area.right(), y).iter_mut().for_each(Cell::reset);
    }
}

/// In ASCII: the word goes on.
pub const CUT: &str = "~";

/// Puts ASCII in place of every sign of ours; what strangers wrote stays.
pub fn to_ascii(buffer: &mut Buffer) {
    let mut in_word = false;
    for cell in &mut buffer.content {
        // A full stop behind a word would say that it ends there.
        let plain =
            if in_word && cell.symbol() == "…" { Some(CUT) } else { crate::text::signs::ascii(cell.symbol()) };
        in_word = cell.symbol() != " ";
        if let Some(plain) = plain {
            cell.set_symbol(plain);
        }
    }
}
