//! The palette: what was found, best first, above the line that is typed in.

use ratatui::buffer::Buffer;

use super::rule;
use super::safe::{clear, put, put_words};
use super::theme::{Theme, Tone};
use crate::console::keys::{Context, Intent};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::palette::score::runs;
use crate::console::state::palette::{Palette, Row};
use crate::console::state::tone::Words;
use crate::text::{Safe, width};

/// Columns of what a row is.
const KIND: usize = 12;
/// From this width on what a row says more has its own room.
const MORE_FROM: u16 = 64;

pub fn draw(model: &Model, palette: &Palette, theme: &Theme, buffer: &mut Buffer) {
    let area = Palette::area(&model.place);
    clear(buffer, area);
    let typed = !palette.line.text.trim().is_empty();
    let title = if typed { "Go to" } else { "Go to: visited last" };
    rule::draw(buffer, theme, area, &Safe::new(title), true, &words(palette, typed));
    if palette.rows.is_empty() {
        return empty(palette, theme, area, buffer);
    }
    // Names stand under each other, and so does what is said of them.
    let shown = palette.rows.iter().skip(palette.top).take(area.body_rows());
    let names = shown.map(|row| width::width(&row.name)).max().unwrap_or(0);
    let seen = palette.rows.iter().enumerate().skip(palette.top);
    for (y, (n, row)) in (area.y + 1..area.bottom()).zip(seen) {
        let line = Area { y, height: 1, ..area };
        self::row(row, n == palette.cursor, names, theme, line, buffer);
    }
}

fn words(palette: &Palette, typed: bool) -> Vec<(Tone, Safe)> {
    let (listed, found) = (palette.rows.len(), palette.found);
    let count = match found {
        0 => return Vec::new(),
        _ if !typed => return Vec::new(),
        1 => "1 found".to_owned(),
        _ if found > listed => format!("the best {listed} of {found}"),
        _ => format!("{found} found"),
    };
    vec![(Tone::Dim, Safe::new(count))]
}

fn empty(palette: &Palette, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let typed = palette.line.text.trim();
    let lines = if typed.is_empty() {
        [
            "Nowhere was visited yet.",
            "Type some letters of a command, task, repository, template, pull request or view.",
        ]
        .map(Safe::new)
    } else {
        [
            Safe::new(format!("Nothing here is found by “{}”.", width::cut_end(typed, 40))),
            Safe::new(
                "Commands, tasks, repositories, templates, pull requests and views that are known here were looked through.",
            ),
        ]
    };
    let rows = lines
        .iter()
        .flat_map(|line| crate::console::state::tone::wrap(line, usize::from(area.width.saturating_sub(4))));
    for (y, line) in (area.y + 1..area.bottom()).zip(rows) {
        put(buffer, area, area.x + 2, y, &line, theme.style(Tone::Dim));
    }
}

fn row(row: &Row, under: bool, names: usize, theme: &Theme, line: Area, buffer: &mut Buffer) {
    if under {
        let bar = if theme.ascii { "|" } else { "▌" };
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    put(buffer, line, line.x + 1, line.y, row.kind, theme.style(Tone::Dim));
    let x = line.x + u16::try_from(KIND + 1).unwrap_or(0);
    let room = usize::from(line.right().saturating_sub(x + 1));
    let key = width::width(&row.key);
    let free = room.saturating_sub(if key > 0 { key + 2 } else { 0 });
    // Where both are long, what is said of it has the smaller part.
    let said = line.width >= MORE_FROM;
    let name = if said { names.min(room * 3 / 5) } else { free };
    let more = if said { free.saturating_sub(name + 2) } else { 0 };
    let mut words = Words::new();
    for (hit, run) in runs(&width::cut_end(&row.name, name), &row.places) {
        let tone = match (hit, under) {
            (true, _) => Tone::AccentStrong,
            (false, true) => Tone::Strong,
            (false, false) => Tone::Plain,
        };
        words.push(tone, run);
    }
    put_words(buffer, line, x, line.y, &words, theme);
    if more > 0 {
        let text = Words::one(Tone::Dim, width::cut_end(&row.more, more));
        let at = x.saturating_add(u16::try_from(name + 2).unwrap_or(0));
        put_words(buffer, line, at, line.y, &text, theme);
    }
    if key > 0 {
        let at = line.right().saturating_sub(u16::try_from(key + 1).unwrap_or(0));
        put(buffer, line, at, line.y, Safe::new(&row.key), theme.style(Tone::Accent));
    }
}

/// The line below: what is typed. Returns where the text cursor belongs.
pub fn line(model: &Model, palette: &Palette, theme: &Theme, area: Area, buffer: &mut Buffer) -> (u16, u16) {
    let x = put_words(buffer, area, area.x + 1, area.y, &Words::one(Tone::AccentStrong, "go to: "), theme);
    let (cursor, end) = super::line::text(&palette.line, None, x, theme, area, buffer);
    let free = usize::from(area.right().saturating_sub(end));
    let cursor = cursor.min(area.right().saturating_sub(1));
    if super::footer::begun(model, theme, area, free, buffer) {
        return (cursor, area.y);
    }
    let key = |intent| model.key(Context::Palette, intent);
    let hint = format!("{} go   {} choose   {} back", key(Intent::Accept), key(Intent::Down), key(Intent::Back));
    let hint = Words::one(Tone::Dim, hint);
    if hint.width() + 4 <= free {
        super::line::at_the_edge(&hint, theme, area, buffer);
    }
    (cursor, area.y)
}
