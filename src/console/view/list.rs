//! The list of a log's sources or a task's sessions, over the lower part of the screen.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use crate::console::state::Model;
use crate::console::state::list::List;
use crate::text::Safe;

pub fn draw(model: &Model, list: &List, theme: &Theme, buffer: &mut Buffer) {
    let rows = list.rows(model);
    let (area, first) = list.place(model, &rows);
    clear(buffer, area);
    let at = rows.iter().position(|row| row.is == *list).unwrap_or(0);
    let right = [(Tone::Dim, Safe::new(format!("{} of {}", at + 1, rows.len())))];
    rule::draw(buffer, theme, area, &list.title(model), true, &right);
    let foot = list.foot(model);
    let last = area.bottom().saturating_sub(u16::from(foot.is_some()));
    for (y, row) in (area.y + 1..last).zip(rows.iter().skip(first)) {
        if row.is == *list {
            put(buffer, area, area.x, y, "▌", theme.style(Tone::Accent));
        }
        if row.current {
            put(buffer, area, area.x + 1, y, "•", theme.style(Tone::Accent));
        }
        put_words(buffer, area, area.x + 3, y, &row.words, theme);
    }
    if let Some(foot) = foot {
        put(buffer, area, area.x + 3, last, &foot, theme.style(Tone::Dim));
    }
}
