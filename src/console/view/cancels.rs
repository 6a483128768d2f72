//! The cancels: one row each, the newest first, and under them everything about the one under the cursor.

use ratatui::buffer::Buffer;

use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::state::Model;
use crate::console::state::cancels::{CancelsPane, Entry, split, told};
use crate::console::state::layout::Area;
use crate::console::state::tone::{Words, wrap};
use crate::console::state::trust::clock_seconds;
use crate::text::{Safe, width};

/// Columns of the state, the repository, the time and the labels below.
const STATE: u16 = 17;
const REPO: usize = 20;
const TIME: u16 = 9;
const LABEL: u16 = 8;
/// Columns of a name at least.
const NAME: usize = 16;

pub fn draw(model: &Model, pane: &CancelsPane, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let (list, below) = split(body);
    let cancels = &model.world.cancels;
    rule::draw(buffer, theme, list, &Safe::new("Cancels"), model.dialog.is_none(), &words(model));
    if cancels.all.is_empty() {
        let what = model.filled("{queue.cancel} cancels the session of a task, and what comes of it stands here.");
        empty::say(&["Nothing was cancelled.", &what], theme, list, buffer);
        return;
    }
    for (y, (index, entry)) in (list.y + 1..list.bottom()).zip(cancels.listed().enumerate().skip(pane.top)) {
        let line = Area { y, height: 1, ..list };
        row(model, entry, (theme, index == pane.cursor), line, buffer);
    }
    if let Some(entry) = cancels.listed().nth(pane.cursor) {
        detail(model, entry, theme, below, buffer);
    }
}

fn words(model: &Model) -> Vec<(Tone, Safe)> {
    let cancels = &model.world.cancels;
    let under_way = cancels.under_way();
    let mut words = Vec::new();
    if under_way > 0 {
        words.push((Tone::Warn, Safe::new(format!("{under_way} under way"))));
    }
    words.push((Tone::Plain, Safe::new(format!("{} in all", cancels.all.len()))));
    words
}

fn row(model: &Model, entry: &Entry, (theme, under): (&Theme, bool), line: Area, buffer: &mut Buffer) {
    if under {
        let bar = theme.bar();
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    let (glyph, tone, word) = entry.look();
    let x = put(buffer, line, line.x + 1, line.y, glyph, theme.style(tone)) + 1;
    put(buffer, line, x, line.y, word, theme.style(tone));
    let x = line.x + 1 + STATE;
    let time = Safe::new(clock_seconds(&model.settings, entry.at()));
    put(buffer, line, line.right().saturating_sub(TIME), line.y, &time, theme.style(Tone::Dim));
    let free = usize::from(line.right().saturating_sub(TIME + x + 1));
    // Where there is no room for both, the name stays; the line below says the repository.
    let repo = if free < NAME + 1 + REPO { 0 } else { REPO + 1 };
    let name = Safe::new(width::cut_end(&entry.name, free.saturating_sub(repo)));
    put(buffer, line, x, line.y, &name, theme.style(Tone::Plain));
    if repo > 0 {
        let at = line.right().saturating_sub(TIME + u16::try_from(repo).unwrap_or(0));
        let repo = Safe::new(width::cut_middle(entry.task.repo.as_str(), REPO));
        put(buffer, line, at, line.y, &repo, theme.style(Tone::Dim));
    }
}

fn detail(model: &Model, entry: &Entry, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let title = Safe::new(format!("{}  {}", entry.task.repo, entry.name));
    rule::draw(buffer, theme, area, &title, false, &[]);
    let room = usize::from(area.width.saturating_sub(LABEL + 2));
    let mut y = area.y + 1;
    for (label, words) in told(model, entry) {
        put(buffer, area, area.x + 1, y, label, theme.style(Tone::Dim));
        let x = area.x + 1 + LABEL;
        if words.width() <= room {
            put_words(buffer, area, x, y, &words, theme);
            y += 1;
            continue;
        }
        // What does not fit is told on as many lines as it takes.
        let tone = words.0.last().map_or(Tone::Plain, |(tone, _)| *tone);
        for line in wrap(&Safe::new(words.plain()), room) {
            put_words(buffer, area, x, y, &Words::one(tone, &line), theme);
            y += 1;
        }
    }
}
