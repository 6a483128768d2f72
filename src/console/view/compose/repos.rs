//! Choosing repositories: what is typed, then those it leaves, each with its mark.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::safe::put;
use super::super::theme::{Theme, Tone};
use super::words::{marker, put_cut};
use crate::console::state::Model;
use crate::console::state::compose::Picker;
use crate::console::state::layout::Area;
use crate::text::{Safe, width};

/// Before what is typed.
const LABEL: &str = "only ";

pub(super) fn draw(
    model: &Model,
    picker: &Picker,
    theme: Theme,
    area: Area,
    focused: bool,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let marked = picker.chosen().len();
    let right = vec![(Tone::Plain, Safe::new(format!("{marked} of {} marked", picker.known())))];
    rule::draw(buffer, &theme, area, &Safe::new("Compose · repositories"), focused, &right);
    let y = area.y + 1;
    let x = put(buffer, area, area.x + 1, y, LABEL, theme.style(Tone::Dim));
    let text = Safe::new(picker.typed.text());
    if text.is_empty() {
        put_cut(buffer, theme, area, x, y, Tone::Dim, "a part of the name, a pattern with *, or any owner/name");
    }
    put_cut(buffer, theme, area, x, y, Tone::Plain, &text);
    let rows = picker.listed();
    for ((index, row), y) in rows.iter().enumerate().skip(picker.top).zip(y + 1..area.bottom()) {
        let selected = index == picker.cursor && focused;
        if selected {
            put(buffer, area, area.x, y, marker(theme), theme.style(Tone::Accent));
        }
        if row.marked {
            let mark = if theme.ascii { "o" } else { "•" };
            put(buffer, area, area.x + 1, y, mark, theme.style(Tone::Accent));
        }
        let tone = if selected { Tone::Strong } else { Tone::Plain };
        let x = put_cut(buffer, theme, area, area.x + 3, y, tone, row.repo.as_str());
        if row.new {
            let text = model.filled("not watched: {repos.mark} takes it in");
            put_cut(buffer, theme, area, x + 2, y, Tone::Dim, &text);
        }
    }
    if rows.is_empty() {
        let none = if picker.known() == 0 { "No repository is watched: type owner/name." } else { "None of them." };
        put_cut(buffer, theme, area, area.x + 3, y + 1, Tone::Dim, none);
    }
    let typing = focused && model.dialog.is_none() && model.line.is_none();
    let before: String = picker.typed.text().chars().take(picker.typed.cursor().1).collect();
    let at = x.saturating_add(u16::try_from(width::width(&before)).unwrap_or(u16::MAX));
    (typing && at < area.right() && y < area.bottom()).then_some((at, y))
}
