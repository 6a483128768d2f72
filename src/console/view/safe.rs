//! The only place that puts text into cells. It takes [`Safe`] text and the program's own literals, never a stranger's
//! string; everything else in `view` draws through it.

#![expect(clippy::disallowed_methods, reason = "the one place that may")]

use ratatui::buffer::Buffer;
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
    let right = area.x.saturating_add(area.width);
    if y < area.y || y >= area.y.saturating_add(area.height) {
        return x;
    }
    let mut column = x;
    for (grapheme, wide) in width::cells(text.text()) {
        let w = u16::try_from(wide).unwrap_or(u16::MAX);
        if w == 0 {
            continue;
        }
        let Some(end) = column.checked_add(w).filter(|end| *end <= right) else { break };
        if let Some(cell) = buffer.cell_mut((column, y)) {
            // Styles add up in a cell: what stood there before must not shine through.
            cell.reset();
            cell.set_symbol(grapheme).set_style(style);
        }
        for rest in column + 1..end {
            if let Some(cell) = buffer.cell_mut((rest, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
        column = end;
    }
    column
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
        for x in area.x..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

/// In ASCII: the word goes on.
pub const CUT: &str = "~";

/// Puts ASCII in place of every sign of ours; what strangers wrote stays.
pub fn to_ascii(buffer: &mut Buffer) {
    let mut in_word = false;
    for cell in &mut buffer.content {
        // A full stop behind a word would say that it ends there.
        let plain = if in_word && cell.symbol() == "…" { Some(CUT) } else { super::theme::ascii(cell.symbol()) };
        in_word = cell.symbol() != " ";
        if let Some(plain) = plain {
            cell.set_symbol(plain);
        }
    }
}
