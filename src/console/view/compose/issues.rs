//! The open issues of a repository, what is typed to find one, and what the one under the cursor says.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::safe::put;
use super::super::theme::{Theme, Tone};
use super::fields::line_in_use;
use super::words::{Pieces, ellipsis, marker, put_cut, put_pieces};
use crate::console::state::Model;
use crate::console::state::compose::issues::Shown;
use crate::console::state::compose::wrap;
use crate::console::state::compose::{IssueList, IssueSide};
use crate::console::state::layout::Area;
use crate::domain::{Instant, Issue, age};
use crate::text::{Safe, Untrusted, width};

/// Columns of the number with its sign, and of the age.
const NUMBER: usize = 7;
const AGE: usize = 4;
/// Narrower than this there is no room for labels, or for people.
const WITH_LABELS: u16 = 60;
const WITH_PEOPLE: u16 = 76;
const LABELS: usize = 13;
const PEOPLE: usize = 11;

/// With its rule in the first row. Returns where the text cursor belongs.
pub(super) fn draw(
    model: &Model,
    list: &IssueList,
    theme: Theme,
    area: Area,
    focused: bool,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let side = &model.compose.issues;
    let title = Safe::new(format!("Compose · open issues of {}", list.repo));
    rule::draw(buffer, &theme, area, &title, focused, &status(side, list, theme));
    let body = Area { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if body.height == 0 {
        return None;
    }
    let label = put(buffer, body, body.x + 1, body.y, "only with: ", theme.style(Tone::Dim));
    let columns = usize::from(body.right().saturating_sub(label)).max(2);
    let (pieces, cursor) = line_in_use(&list.filter, "every word typed; a number opens any issue", theme, columns - 1);
    put_pieces(buffer, body, label, body.y, &pieces);
    let mut y = body.y + 1;
    for (tone, line) in side.notes(list) {
        let line = if theme.ascii { line.replacen('✗', "x", 1) } else { line };
        put_cut(buffer, theme, body, body.x + 1, y, tone, &line);
        y += 1;
    }
    let rows = side.rows();
    let at = list.at(&rows);
    let Shown { top, room, .. } = side.shown(list, area);
    for (index, issue) in rows.iter().enumerate().skip(top).take(room) {
        row(model.now, theme, body, y, (issue, index == at && focused), buffer);
        y += 1;
    }
    let below = Area { y: y + 1, height: body.bottom().saturating_sub(y + 1), ..body };
    if let Some(issue) = rows.get(at) {
        about(issue, theme, below, buffer);
    }
    let x = label.saturating_add(u16::try_from(cursor).unwrap_or(u16::MAX));
    (x < body.right()).then_some((x, body.y))
}

/// How many there are, and how good that number is.
fn status(side: &IssueSide, list: &IssueList, theme: Theme) -> Vec<(Tone, Safe)> {
    let Some(asked) = side.lists.get(&list.repo) else { return Vec::new() };
    let mut words = Vec::new();
    if let Some(issues) = asked.value() {
        let (all, shown) = (issues.issues.len(), side.rows().len());
        let more = if issues.more { "+" } else { "" };
        let count = if shown == all { format!("{all}{more} open") } else { format!("{shown} of {all}{more} open") };
        words.push((Tone::Dim, Safe::new(count)));
        if issues.unreadable > 0 {
            words.push((Tone::Warn, Safe::new(format!("{} cannot be read", issues.unreadable))));
        }
    }
    if asked.under_way {
        words.push((Tone::Dim, Safe::new(format!("asking{}", ellipsis(theme)))));
    }
    words
}

fn row(now: Instant, theme: Theme, area: Area, y: u16, (issue, selected): (&Issue, bool), buffer: &mut Buffer) {
    if selected {
        put(buffer, area, area.x, y, marker(theme), theme.style(Tone::Accent));
    }
    let number = format!("{:<NUMBER$}", format!("#{}", issue.at.number));
    let mut pieces: Pieces = vec![(theme.style(Tone::Dim), Safe::new(number))];
    let labels = if area.width >= WITH_LABELS { LABELS + 2 } else { 0 };
    let people = if area.width >= WITH_PEOPLE { PEOPLE + 2 } else { 0 };
    let title = usize::from(area.width).saturating_sub(NUMBER + labels + people + AGE + 4);
    let tone = if selected { Tone::Strong } else { Tone::Plain };
    pieces.push((theme.style(tone), padded(&issue.title.show_line(), title)));
    let joined = |all: Vec<Safe>| Safe::new(all.iter().map(Safe::as_str).collect::<Vec<_>>().join(", "));
    if labels > 0 {
        let all = joined(issue.labels.iter().map(Untrusted::show_line).collect());
        pieces.push((theme.style(Tone::Dim), Safe::new(format!("  {}", padded(&all, LABELS)))));
    }
    if people > 0 {
        let all = joined(issue.assignees.iter().map(|one| one.login.show_line()).collect());
        let tone = if issue.has_agent() { Tone::Warn } else { Tone::Dim };
        pieces.push((theme.style(tone), Safe::new(format!("  {}", padded(&all, PEOPLE)))));
    }
    let old = issue.created_at.map(|at| age::coarse(now - at)).unwrap_or_default();
    pieces.push((theme.style(Tone::Dim), Safe::new(format!(" {old:>AGE$}"))));
    put_pieces(buffer, area, area.x + 1, y, &pieces);
}

/// Cut or filled up to so many columns.
fn padded(text: &Safe, columns: usize) -> Safe {
    let cut = width::cut_end(text, columns);
    let fill = columns.saturating_sub(width::width(&cut));
    Safe::new(format!("{cut}{}", " ".repeat(fill)))
}

/// Who asked for it, and its words.
fn about(issue: &Issue, theme: Theme, area: Area, buffer: &mut Buffer) {
    let author = issue.author.as_ref().map(|author| format!(" · by {}", author.show_line())).unwrap_or_default();
    let mut lines = vec![(Tone::Strong, format!("{}{author}", issue.title.show_line()))];
    if issue.has_agent() {
        lines.push((Tone::Warn, "the agent is assigned to it already".to_owned()));
    }
    let body: Vec<String> = issue.body.show_block().iter().map(ToString::to_string).collect();
    if body.iter().all(|line| line.trim().is_empty()) {
        lines.push((Tone::Dim, "nothing is written in it".to_owned()));
    } else {
        let columns = usize::from(area.width.saturating_sub(2)).max(2);
        let rows = wrap::rows(&body, columns);
        let text = |row| wrap::text_of(Some(row), &body).unwrap_or_default().to_owned();
        lines.extend(rows.iter().take(usize::from(area.height)).map(|row| (Tone::Plain, text(row))));
    }
    for ((tone, line), y) in lines.iter().zip(area.y..area.bottom()) {
        put_cut(buffer, theme, area, area.x + 1, y, *tone, line);
    }
}
