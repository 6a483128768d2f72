//! One pull request over the panes: its page, or its diff.

use ratatui::buffer::Buffer;

use super::detail::position;
use super::rule;
use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use crate::console::keys::{Context, Intent};
use crate::console::state::layout::Area;
use crate::console::state::reviews::diff::{DiffPane, Doc, Mark, State};
use crate::console::state::tone::{Words, wrap};
use crate::console::state::{Model, detail};
use crate::domain::Pull;
use crate::text::{Safe, width};

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    if let Some(diff) = &model.reviews.diff {
        return self::diff(model, diff, theme, area, buffer);
    }
    if let Some(pull) = model.reviewed_pull() {
        page(model, pull, theme, area, buffer);
    }
}

fn page(model: &Model, pull: &Pull, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let lines = detail::pull_page(model, pull, area.width);
    let top = model.reviews.page.as_ref().map_or(0, |page| page.top);
    let mut right: Vec<_> = position(top, lines.len(), area).map(|text| (Tone::Dim, text)).into_iter().collect();
    right.extend(model.trust(&crate::domain::Source::Pulls).0);
    right.extend(detail::page_status(model, pull).0.into_iter().filter(|(_, text)| !text.trim().is_empty()));
    rule::draw(buffer, theme, area, &name(pull), model.dialog.is_none(), &right);
    for (y, words) in (area.y + 1..area.bottom()).zip(lines.iter().skip(top)) {
        put_words(buffer, area, area.x, y, words, theme);
    }
}

fn name(pull: &Pull) -> Safe {
    Safe::new(format!("{}#{}", pull.repo.as_str(), pull.number))
}

fn diff(model: &Model, diff: &DiffPane, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let title = Safe::new(format!("Diff of {}", diff.target.name()));
    let mut right = Vec::new();
    if let Some(doc) = diff.doc() {
        right.extend(whereabouts(diff, doc));
        right.extend(position(diff.top, doc.len(), area).map(|text| (Tone::Dim, text)));
        if doc.cut {
            right.insert(0, (Tone::Warn, Safe::new("cut after 4 MB")));
        }
        let moved = model.reviewed_pull().is_some_and(|pull| pull.standing.head != diff.target.head);
        if moved {
            right.insert(
                0,
                (Tone::Warn, {
                    let close = model.key(Context::Diff, Intent::Back);
                    let open = model.key(Context::Pull, Intent::Diff);
                    Safe::new(format!("commits came since: {close} {open} reads it anew"))
                }),
            );
        }
    }
    rule::draw(buffer, theme, area, &title, model.dialog.is_none(), &right);
    match &diff.state {
        State::Loading => say(&[(Tone::Dim, Safe::new("reading the diff …"))], theme, area, buffer),
        State::Failed(fault) => {
            let lines = [(Tone::Bad, fault.what.clone()), (Tone::Plain, Safe::new(format!("→ {}", fault.next_step)))];
            say(&lines, theme, area, buffer);
        }
        State::There(doc) if doc.is_empty() => {
            say(&[(Tone::Dim, Safe::new("it changes no line"))], theme, area, buffer);
        }
        State::There(doc) => text(diff, doc, theme, area, buffer),
    }
}

/// The file at the top, which of them it is, and which hit.
fn whereabouts(diff: &DiffPane, doc: &Doc) -> Vec<(Tone, Safe)> {
    let mut words = Vec::new();
    if let Some(search) = &diff.search {
        let all = search.hits.len();
        words.push(match search.at {
            Some(at) => (Tone::Accent, Safe::new(format!("{}/{all}", at + 1))),
            None if all == 0 => (Tone::Warn, Safe::new("not found")),
            None => (Tone::Accent, Safe::new(format!("{all} hits"))),
        });
    }
    if let Some((at, file)) = doc.file_at(diff.top) {
        let path = width::cut_middle(&file.path.show_line(), 40);
        let of = format!("{path} {}/{}  +{} −{}", at + 1, doc.files.len(), file.added, file.removed);
        words.push((Tone::File, Safe::new(of)));
    }
    words
}

fn say(lines: &[(Tone, Safe)], theme: &Theme, area: Area, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(4));
    let rows = lines.iter().flat_map(|(tone, text)| wrap(text, columns).into_iter().map(|line| (*tone, line)));
    for (y, (tone, line)) in (area.y + 1..area.bottom()).zip(rows) {
        put(buffer, area, area.x + 2, y, &line, theme.style(tone));
    }
}

fn text(diff: &DiffPane, doc: &Doc, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let hits = diff.search.as_ref().map(|search| search.hits.as_slice()).unwrap_or_default();
    let under = diff.search.as_ref().and_then(|search| search.hits.get(search.at?)).copied();
    for (y, number) in (area.y + 1..area.bottom()).zip(diff.top..) {
        let Some((mark, line)) = doc.line(number) else { return };
        let row = Area { y, height: 1, ..area };
        if under == Some(number) {
            put(buffer, row, row.x, y, "▌", theme.style(Tone::Accent));
        } else if hits.binary_search(&number).is_ok() {
            put(buffer, row, row.x, y, "›", theme.style(Tone::Accent));
        }
        let words = match mark {
            Mark::File => file_line(doc, number, &line.show_line()),
            _ => Words::one(tone(mark), signed(mark, &line)),
        };
        put_words(buffer, row, row.x + 1, y, &words, theme);
    }
}

/// The path in place of git's own line, with what is done to it.
fn file_line(doc: &Doc, number: usize, line: &Safe) -> Words {
    match doc.file_at(number).filter(|(_, file)| file.line == number) {
        Some((_, file)) => Words::one(Tone::Strong, file.path.show_line())
            .with(Tone::Good, format!("  +{}", file.added))
            .with(Tone::Bad, format!(" −{}", file.removed)),
        None => Words::one(Tone::Strong, line.clone()),
    }
}

/// A tab is not a column: it would stand as one space.
fn signed(mark: Mark, line: &crate::text::Untrusted) -> Safe {
    let text = line.raw_for_match().trim_end_matches('\r').replace('\t', "    ");
    let text = crate::text::Untrusted::from(text).show_line();
    // The signs of the screen, as in the log: they stay apart in mono.
    match (mark, text.strip_prefix('-')) {
        (Mark::Removed, Some(rest)) => Safe::new(format!("−{rest}")),
        _ => text,
    }
}

fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::File => Tone::Strong,
        Mark::Meta => Tone::Dim,
        Mark::Hunk => Tone::Accent,
        Mark::Context => Tone::Plain,
        Mark::Added => Tone::Good,
        Mark::Removed => Tone::Bad,
    }
}
