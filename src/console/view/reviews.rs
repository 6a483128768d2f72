//! The reviews: one row a pull request an agent opened.

use ratatui::buffer::Buffer;

use super::queue::put_right;
use super::safe::{put, put_words};
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::state::Model;
use crate::console::state::detail::load_tone;
use crate::console::state::layout::Area;
use crate::console::state::place::Pane;
use crate::console::state::reviews::{Heading, Load, Row};
use crate::console::state::tone::Words;
use crate::console::state::words::{blocked, checks_within, pull_state};
use crate::domain::blocked::{Blocked, Whom};
use crate::domain::{Pull, PullState, Source, age};
use crate::text::{Safe, width};

const REF_AT: u16 = 3;
const STATE: u16 = 6;
const AGE: u16 = 4;
/// Columns of a reason that still says one.
const LEAST_WHY: usize = 8;

pub fn draw(model: &Model, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let focused = model.place.focus == Pane::Reviews && model.dialog.is_none();
    let open = model.reviews.open;
    let title =
        Safe::new(if model.reviews.rows.is_empty() { "Reviews".to_owned() } else { format!("Reviews · {open} open") });
    rule::draw(buffer, theme, area, &title, focused, &status(model, focused).0);
    if model.reviews.rows.is_empty() {
        return empty::reviews(model, theme, area, buffer);
    }
    let columns = Columns::new(model, area.width);
    let shown = model.reviews.rows.iter().enumerate().skip(model.reviews.top).take(area.body_rows());
    for (y, (index, row)) in (area.y + 1..).zip(shown) {
        let line = Area { y, height: 1, ..area };
        match row {
            Row::Heading(heading) => self::heading(*heading, theme, line, buffer),
            Row::Pull(key) => {
                if let Some(Some(pull)) = model.world.pulls.get(key) {
                    self::row(model, theme, pull, index == model.reviews.index, &columns, line, buffer);
                }
            }
        }
    }
}

/// Whom the rows below wait on, and how many they are.
fn heading(heading: Heading, theme: &Theme, line: Area, buffer: &mut Buffer) {
    let word = heading.whom.map_or_else(|| "decided".to_owned(), |whom| format!("waits on {}", whom.word()));
    let word = if heading.whom.is_some_and(|whom| matches!(whom, Whom::Ready)) { "ready".to_owned() } else { word };
    let tone = if heading.whom.is_some_and(Whom::is_here) { Tone::Warn } else { Tone::Dim };
    let words = Words::one(tone, word).with(Tone::Dim, format!(" {}", heading.count));
    put_words(buffer, line, line.x + 1, line.y, &words, theme);
}

/// What is not fresh, how many wait for the operator, and where the selected one is to be found.
fn status(model: &Model, focused: bool) -> Words {
    let mut words = Words::new();
    if model.world.freshness.contains_key(&Source::Pulls) {
        words.extend(model.trust(&Source::Pulls));
    }
    if model.reviews.waiting > 0 {
        let text = if model.reviews.waiting == 1 { "waits for you" } else { "wait for you" };
        words.push(Tone::WarnStrong, format!("◆ {} {text}", model.reviews.waiting));
    }
    if let Some(pull) = model.selected_pull() {
        let Load { open, allowed } = model.review_load(&pull.repo);
        if let Some(allowed) = allowed {
            words.push(load_tone(open, allowed), format!("{} {open} of {allowed} allowed", pull.repo.name()));
        }
        if focused {
            words.push(Tone::Dim, pull.url.show_line());
        }
    }
    words
}

/// Columns of a width. Zero: left out.
#[derive(Debug)]
struct Columns {
    reference: u16,
    /// With the repository's owner.
    owner: bool,
    title: u16,
    checks: u16,
    verdict: u16,
    lines: u16,
}

impl Columns {
    fn new(model: &Model, all: u16) -> Self {
        let (full, short) = reference_widths(model);
        let fixed = REF_AT + 1 + STATE + 1 + AGE + 1;
        let spare = all.saturating_sub(fixed);
        // From wide to narrow: which columns stand beside the title. The verdict is what the row is for.
        let plans = [
            (full, true, 18, 44, 12),
            (full, true, 18, 34, 12),
            (full, true, 18, 30, 0),
            (full, true, 14, 22, 0),
            (short, false, 14, 20, 0),
            (short, false, 14, 18, 0),
            (short, false, 12, 0, 0),
            (short, false, 0, 0, 0),
        ];
        let least = [44, 36, 30, 24, 18, 16, 10, 0];
        for ((reference, owner, checks, verdict, lines), least) in plans.into_iter().zip(least) {
            let used: u16 = [reference, checks, verdict, lines].iter().filter(|w| **w > 0).map(|w| w + 1).sum();
            if spare >= used + least {
                return Self { reference, owner, title: spare - used, checks, verdict, lines };
            }
        }
        Self { reference: spare, owner: false, title: 0, checks: 0, verdict: 0, lines: 0 }
    }
}

/// What the longest `owner/name#12` needs, and the same without the owner.
fn reference_widths(model: &Model) -> (u16, u16) {
    let digits = model.reviews.digits + 1;
    let widest = |len: fn(&crate::domain::RepoName) -> usize, most: usize| {
        let names = model.reviews.rows.iter().filter_map(Row::key).map(|(repo, _)| len(repo)).max().unwrap_or(8);
        u16::try_from(names.min(most) + digits).unwrap_or(u16::MAX)
    };
    (widest(|r| r.as_str().len(), 22), widest(|r| r.name().len(), 12))
}

fn row(model: &Model, theme: &Theme, pull: &Pull, selected: bool, columns: &Columns, area: Area, buffer: &mut Buffer) {
    let y = area.y;
    let on = model.blocked(pull);
    if selected {
        put(buffer, area, area.x, y, "▌", theme.style(Tone::Accent));
    }
    let (glyph, tone) = sign(pull, on.as_ref());
    put(buffer, area, area.x + 1, y, glyph, theme.style(tone));
    let open = matches!(pull.state, PullState::Open | PullState::Draft);
    let quiet = if open { Tone::Plain } else { Tone::Dim };

    let mut x = area.x + REF_AT;
    let repo = if columns.owner { pull.repo.as_str() } else { pull.repo.name() };
    let number = format!("#{}", pull.number);
    let room = usize::from(columns.reference).saturating_sub(number.len());
    let reference = format!("{}{number}", width::cut_middle(repo, room));
    put(buffer, area, x, y, Safe::new(reference), theme.style(Tone::Dim));
    x += columns.reference + 1;
    let name_tone = if selected { Tone::Strong } else { quiet };
    let title = Safe::new(width::cut_end(&pull.title.show_line(), usize::from(columns.title)));
    put(buffer, area, x, y, &title, theme.style(name_tone));
    x += columns.title + 1;
    let (tone, word) = pull_state(pull.state);
    put(buffer, area, x, y, word, theme.style(tone));
    x += STATE + 1;
    let mut cell = |wanted: u16| {
        let cell = Area { x, y, width: wanted, height: 1 };
        x += wanted + 1;
        cell
    };
    if columns.checks > 0 {
        let cell = cell(columns.checks);
        let words = checks_within(pull.checks.as_ref(), usize::from(columns.checks));
        put_words(buffer, cell, cell.x, y, &words, theme);
    }
    if columns.verdict > 0 {
        let cell = cell(columns.verdict);
        let room = usize::from(columns.verdict);
        put_words(buffer, cell, cell.x, y, &says(model, pull, on.as_ref(), room), theme);
    }
    if columns.lines > 0 {
        let words = Words::one(Tone::Good, format!("+{}", pull.additions));
        put_right(buffer, cell(columns.lines), &words.with(Tone::Bad, format!(" −{}", pull.deletions)), theme);
    }
    let at = Area { x: area.right().saturating_sub(AGE + 1), width: AGE, ..area };
    put_right(buffer, at, &Words::one(quiet, age::coarse(model.now - pull.created_at)), theme);
}

/// Why it waits; a warning first where an agent may merge it by itself, alone where there is no room for both.
fn says(model: &Model, pull: &Pull, on: Option<&Blocked<'_>>, room: usize) -> Words {
    let Some(on) = on else { return Words::new() };
    let merge = model.reviews.is_agent_merge(pull);
    let mut words = Words::new();
    if merge {
        words.push(Tone::WarnStrong, "⚠ agent merge");
        words.push(Tone::Dim, " · ");
    }
    let room = room.saturating_sub(words.width());
    if room < LEAST_WHY {
        words.0.truncate(1);
        words.push(Tone::Dim, " …");
        return words;
    }
    // The sign before the row is loud already: a column of loud sentences would leave nothing to stand out.
    let tone = match blocked(on) {
        (Tone::WarnStrong, _) => Tone::Warn,
        (tone, _) => tone,
    };
    words.with(tone, width::cut_words(&on.why.words(), room))
}

fn sign(pull: &Pull, on: Option<&Blocked<'_>>) -> (&'static str, Tone) {
    match (on, pull.state) {
        (Some(on), _) => {
            let (tone, sign) = blocked(on);
            (sign, tone)
        }
        (None, PullState::Merged) => ("✓", Tone::Good),
        (None, _) => ("⊘", Tone::Dim),
    }
}
