//! The dim rule that separates panes and carries the title on the left and status words on the right.

use ratatui::buffer::Buffer;

use super::safe::put;
use super::theme::{Theme, Tone};
use crate::console::state::layout::Area;
use crate::text::{Safe, width};

/// Draws `── Title ───────── right ──` in the first row of `area`. The focused pane's title is accented and bold.
/// What does not fit is dropped from the right-hand words first, then the title is cut.
pub fn draw(buffer: &mut Buffer, theme: &Theme, area: Area, title: &Safe, focused: bool, right: &[(Tone, Safe)]) {
    let dim = theme.style(Tone::Dim);
    let dash = if theme.ascii { "-" } else { "─" };
    for x in area.x..area.right() {
        put(buffer, area, x, area.y, dash, dim);
    }
    let title_tone = if focused { Tone::AccentStrong } else { Tone::Plain };
    let room = usize::from(area.width).saturating_sub(6);
    let words: usize = right.iter().map(|(_, t)| width::width(t) + 1).sum::<usize>() + 4;
    let title = Safe::new(width::cut_end(title, room));
    let x = put(buffer, area, area.x + 2.min(area.width), area.y, " ", dim);
    let x = put(buffer, area, x, area.y, &title, theme.style(title_tone));
    let x = put(buffer, area, x, area.y, " ", dim);
    let start = usize::from(area.right()).saturating_sub(words);
    if right.is_empty() || start < usize::from(x) + 1 {
        return;
    }
    let mut x = put(buffer, area, u16::try_from(start).unwrap_or(u16::MAX), area.y, " ", dim);
    for (tone, text) in right {
        x = put(buffer, area, x, area.y, text, theme.style(*tone));
        x = put(buffer, area, x, area.y, " ", dim);
    }
}
