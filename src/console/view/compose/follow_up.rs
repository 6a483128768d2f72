//! A text to the agent or on a pull request, over the lower part of the screen, and where it goes.

use ratatui::buffer::Buffer;

use super::super::rule;
use super::super::safe::{clear, put, put_words};
use super::super::theme::{Theme, Tone};
use super::words::{edited_row, put_pieces, selected_in};
use crate::console::state::Model;
use crate::console::state::compose::follow_up::{About, FollowUp, LABEL, To};
use crate::console::state::compose::wrap;
use crate::console::state::layout::Area;
use crate::console::state::tone::Words;
use crate::text::Safe;

/// Returns where the text cursor belongs.
pub fn draw(model: &Model, follow: &FollowUp, theme: &Theme, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let area = follow.area(&model.place);
    clear(buffer, area);
    let title = match &follow.about {
        About::Task(_) => format!("Follow up · {}", follow.name),
        About::Pull(target) => format!("Comment · {} {}", target.name(), follow.name),
    };
    let title = Safe::new(title);
    let count = Safe::new(format!("{} characters", follow.editor.chars()));
    rule::draw(buffer, theme, area, &title, model.dialog.is_none(), &[(Tone::Dim, count)]);
    let (columns, height) = follow.text_size(area);
    let lines = follow.editor.lines();
    let rows = wrap::rows(lines, columns);
    let (cursor_row, x) = wrap::place(&rows, lines, follow.editor.cursor());
    let top = wrap::visible_top(follow.editor.top, cursor_row, height, rows.len());
    let asked = follow.asked(area);
    for ((n, row), y) in asked.iter().enumerate().zip(area.y + 1..) {
        let label = if n == 0 { " asks" } else { "" };
        let words = Words::one(Tone::Dim, format!("{label:<width$}", width = usize::from(LABEL)));
        put_words(buffer, area, area.x, y, &words.with(Tone::Plain, row), theme);
    }
    let above = u16::try_from(asked.len()).unwrap_or(0) + 1;
    let text = Area { y: area.y + above, height: u16::try_from(height).unwrap_or(0), ..area };
    for (row, y) in rows.iter().skip(top).zip(text.y..text.bottom()) {
        let content = wrap::text_of(Some(row), lines).unwrap_or_default();
        let selected = selected_in(follow.editor.selection(), row.line, (row.from, row.to));
        put_pieces(buffer, text, text.x + 1, y, &edited_row(content, theme.style(Tone::Plain), selected));
    }
    put_words(buffer, area, area.x + 1, area.bottom().saturating_sub(2), &goes(follow), theme);
    let hint = match follow.fault {
        Some(fault) => Some((Tone::Bad, fault)),
        None if follow.maybe_written => {
            Some((Tone::Warn, "an earlier comment may have been written: look at the pull request first"))
        }
        None => follow.goes_on.then_some((Tone::Dim, "the draft goes on where it was left")),
    };
    if let Some((tone, hint)) = hint {
        put(buffer, area, area.x + 1, area.bottom().saturating_sub(1), hint, theme.style(tone));
    }
    let column = text.x.saturating_add(1).saturating_add(u16::try_from(x).ok()?).min(text.right().saturating_sub(1));
    let row = text.y.saturating_add(u16::try_from(cursor_row.checked_sub(top)?).ok()?);
    (row < text.bottom()).then_some((column, row))
}

fn goes(follow: &FollowUp) -> Words {
    let choice = |chosen: bool, text: String| {
        let (mark, tone) = if chosen { ("[x] ", Tone::Accent) } else { ("[ ] ", Tone::Dim) };
        Words::one(tone, format!("{mark}{text}"))
    };
    let repo = match &follow.about {
        About::Task(task) => &task.repo,
        About::Pull(target) => {
            let text = format!("on {}; without @copilot in it the agent is not asked", target.name());
            return Words::one(Tone::Dim, text);
        }
    };
    let comment = format!("comment on {repo}#{}", follow.number);
    let mut words = choice(follow.to == To::Comment, comment);
    match &follow.branch {
        Some(branch) => {
            words.gap("   ");
            words.extend(choice(follow.to == To::NewTask, format!("new task on {}", Safe::new(branch))));
        }
        None => words.push(Tone::Dim, "   (its branch is not known: no new task)"),
    }
    words
}
