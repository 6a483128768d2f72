//! The record behind an entry, in place of the log's text.

use ratatui::buffer::Buffer;

use super::{clock, empty};
use crate::console::rawlog::From;
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::log::Shown;
use crate::console::state::record::{Line, Record, State};
use crate::console::view::rule;
use crate::console::view::safe::put;
use crate::console::view::theme::{Theme, Tone};
use crate::text::{Safe, width};
use crate::transcript::Format;

const GONE: &str = "This record is no longer there: the log was replaced.";
const REPLACED: &str = "The log was replaced: this is what stands there now.";

pub(super) fn draw(model: &Model, shown: &Shown, record: &Record, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let text = shown.record_area(area);
    let (rows, page) = (record.rows(), usize::from(text.height));
    let mut right = Vec::new();
    if rows.len() > page {
        let last = (record.top + page).min(rows.len());
        right.push((Tone::Dim, Safe::new(format!("{}–{last} of {}", record.top + 1, rows.len()))));
    }
    let focused = model.place.focus == crate::console::state::place::Pane::Log;
    rule::draw(buffer, theme, area, &Safe::new("Record, as it came"), focused, &right);
    let (tone, told) = match &record.state {
        State::Asked => return empty(*theme, area, buffer, &[Safe::new("Reading the record …")]),
        State::Failed(fault) => {
            let lines = [Safe::new(format!("The record cannot be read: {}", fault.what)), fault.next_step.clone()];
            return empty(*theme, area, buffer, &lines);
        }
        State::There { lines, .. } if lines.lines.is_empty() => {
            return empty(*theme, area, buffer, &[Safe::new(GONE)]);
        }
        State::There { from, replaced, .. } => {
            let from = told(model, shown, record, *from);
            if *replaced { (Tone::Warn, Safe::new(format!("{REPLACED} {from}"))) } else { (Tone::Dim, from) }
        }
    };
    let told = Safe::new(width::cut_end(&told, usize::from(area.width).saturating_sub(1)));
    put(buffer, area, area.x + 1, area.y + 1, &told, theme.style(tone));
    for (y, row) in (text.y..text.bottom()).zip(rows.iter().skip(record.top)) {
        let (x, tone, row) = match row {
            Line::Heading(row) => (text.x + 1, Tone::Dim, row),
            Line::Text(row) => (text.x + 1, Tone::Plain, row),
        };
        put(buffer, text, x, y, row, theme.style(tone));
    }
}

/// Where it was read, and of what is not the service's own that it is not.
fn told(model: &Model, shown: &Shown, record: &Record, from: From) -> Safe {
    let mut said = match from {
        From::Served(at) => format!("as served now, {}", clock(model, at, "%H:%M:%S")),
        From::Kept(at) => format!("from the copy kept here, {}", clock(model, at, "%Y-%m-%d %H:%M")),
        From::File => "from the file".to_owned(),
    };
    if shown.origin == Some(crate::console::event::LogOrigin::JobSteps) && record.format == Format::JobLog {
        said.push_str("; the service has no log of this: the line is made of the job's steps");
    }
    Safe::new(said)
}
