//! The first line of a log: the worst of what was found in it, or the finding the operator is at.

use ratatui::buffer::Buffer;

use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::tone::Words;
use crate::console::state::words::severity;
use crate::console::view::safe::put_words;
use crate::console::view::theme::{Theme, Tone};
use crate::text::width;

/// Fewer columns of evidence say nothing.
const LEAST: usize = 12;

pub(super) fn draw(theme: &Theme, shown: &Shown, pane: Area, buffer: &mut Buffer) {
    let Some((y, (number, finding))) = shown.finding_row(pane).zip(shown.told_finding()) else { return };
    let line = Area { y, height: 1, ..pane };
    let all = shown.judged.findings().len();
    let count = if all > 1 { format!("{number} of {all}  ") } else { String::new() };
    let hint = Words::one(Tone::Dim, count).with(Tone::Accent, "D").with(Tone::Dim, " evidence");
    let columns = usize::from(pane.width);
    // On a narrow screen the title goes before the hint.
    let hint = if columns < 50 { Words::one(Tone::Accent, "D") } else { hint };
    let room = columns.saturating_sub(hint.width() + 4);
    let (tone, word) = severity(finding.severity);
    let mut words = Words::one(tone, format!("∴ {word}"));
    let left = room.saturating_sub(words.width() + 1);
    words.push(Tone::Plain, format!(" {}", width::cut_end(&finding.title, left)));
    let left = room.saturating_sub(words.width() + 2);
    let evidence = finding.evidence.line.show_line();
    if left >= LEAST && !evidence.is_empty() {
        words.push(Tone::Dim, format!("  {}", width::cut_end(&evidence, left)));
    }
    put_words(buffer, line, line.x + 1, y, &words, theme);
    let hint_at = columns.saturating_sub(hint.width() + 1);
    put_words(buffer, line, line.x + u16::try_from(hint_at).unwrap_or(0), y, &hint, theme);
}
