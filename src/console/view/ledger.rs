//! The ledger: its lines, the unresolved ones first, or what they come to.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::bar::{NINE_LEVELS, Set};
use ratatui::widgets::{Sparkline, Widget};

use super::safe::put;
use super::theme::{Theme, Tone};
use super::{empty, rule};
use crate::console::ledger::{Charts, Day, Row};
use crate::console::state::Model;
use crate::console::state::layout::Area;
use crate::console::state::ledger::{LedgerPane, MOST, Progress};
use crate::domain::age;
use crate::text::{Safe, width};

/// Columns of the age, of what happened and of the repository.
const AGE: usize = 5;
const TITLE: usize = 20;
const REPO: usize = 24;
/// Of the task's name, where the console knows it, and from how wide a screen on.
const NAME: usize = 30;
const NAMED_FROM: u16 = 120;
/// Rows of a chart, and columns of the words before it.
const CHART: u16 = 2;
const LABEL: usize = 10;
/// What is left for the numbers behind it.
const NUMBERS: usize = 30;

/// What is drawn of a day.
type Number = fn(&Day) -> u64;

/// Bars of plain ASCII.
const PLAIN: Set = Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "#",
    five_eighths: "=",
    half: "=",
    three_eighths: "-",
    one_quarter: "-",
    one_eighth: ".",
    empty: " ",
};

pub fn draw(model: &Model, ledger: &LedgerPane, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let title = match (&ledger.task, &ledger.charts) {
        (_, Some(_)) => "Ledger · statistics".to_owned(),
        (Some(task), _) => format!("Ledger · history of {}", task.id.show()),
        _ => "Ledger".to_owned(),
    };
    let query = if ledger.query.is_empty() { String::new() } else { format!(" · {}", Safe::new(&ledger.query)) };
    let title = Safe::new(format!("{title}{query}"));
    rule::draw(buffer, theme, body, &title, model.dialog.is_none(), &words(ledger));
    if let Some(numbers) = &ledger.charts {
        return match &numbers.counted {
            None => empty::say(&["Counting …"], theme, body, buffer),
            Some(Err(why)) => empty::complain(&[why], theme, body, buffer),
            Some(Ok(counted)) => charts(counted, numbers.top, theme, body, buffer),
        };
    }
    if ledger.rows.is_empty() {
        let other = model.filled("{ledger.filter} looks for something else.");
        let lines: &[&str] = match &ledger.progress {
            Progress::Reading | Progress::More(_) => &["Reading the ledger …"],
            Progress::Failed(why) => return empty::complain(&[why], theme, body, buffer),
            Progress::All if ledger.query.is_empty() => {
                &["Nothing is recorded yet.", "What is done from here and what becomes of tasks stands here."]
            }
            Progress::All => &["No line is like that.", &other],
        };
        return empty::say(lines, theme, body, buffer);
    }
    for (y, (index, row)) in (body.y + 1..body.bottom()).zip(ledger.rows.iter().enumerate().skip(ledger.top)) {
        let line = Area { y, height: 1, ..body };
        draw_row(model, row, (theme, index == ledger.cursor), line, buffer);
    }
}

fn words(ledger: &LedgerPane) -> Vec<(Tone, Safe)> {
    if ledger.charts.is_some() {
        return vec![(Tone::Dim, Safe::new("UTC"))];
    }
    let count = ledger.rows.len();
    let unresolved = ledger.rows.iter().filter(|row| row.unresolved).count();
    let mut words = Vec::new();
    if unresolved > 0 {
        words.push((Tone::WarnStrong, Safe::new(format!("{unresolved} unresolved"))));
    }
    let count = count - unresolved;
    words.push(match &ledger.progress {
        Progress::More(_) if count >= MOST => (Tone::Warn, Safe::new(format!("the newest {count}: narrow with /"))),
        Progress::More(_) => (Tone::Plain, Safe::new(format!("{count} and older"))),
        Progress::All => (Tone::Plain, Safe::new(format!("{count} {}", if count == 1 { "line" } else { "lines" }))),
        Progress::Reading => (Tone::Dim, Safe::new("reading …")),
        Progress::Failed(why) => (Tone::Bad, why.clone()),
    });
    words
}

fn draw_row(model: &Model, row: &Row, (theme, under): (&Theme, bool), line: Area, buffer: &mut Buffer) {
    if under {
        let bar = theme.bar();
        put(buffer, line, line.x, line.y, bar, theme.style(Tone::Accent));
    }
    let dim = theme.style(Tone::Dim);
    let age = Safe::new(format!("{:>AGE$}", age::short(model.now - row.at)));
    let mut x = put(buffer, line, line.x + 1, line.y, &age, dim) + 2;
    let wide = line.width >= 100;
    let (title, repo) = if wide { (TITLE, REPO) } else { (TITLE - 4, REPO - 8) };
    let mark = match (row.unresolved, theme.ascii) {
        (true, _) => "? ",
        (false, _) => "  ",
    };
    let tone = if row.unresolved { Tone::WarnStrong } else { row.tone };
    x = put(buffer, line, x, line.y, mark, theme.style(tone));
    x = column(buffer, line, x, &row.title, title, theme.style(tone));
    x = column(buffer, line, x, &Safe::new(row.repo.as_str()), repo, theme.style(Tone::Plain));
    if line.width >= NAMED_FROM {
        let known = row.task.as_ref().and_then(|task| model.world.tasks.get(&task.id));
        let name = known.map(|known| known.task.name.show_line()).unwrap_or_default();
        x = column(buffer, line, x, &name, NAME, theme.style(Tone::Plain));
    }
    let room = usize::from(line.right().saturating_sub(x));
    let detail = Safe::new(width::cut_end(&row.detail, room));
    put(buffer, line, x, line.y, &detail, dim);
}

/// A text in a column so wide, and where the next begins.
fn column(buffer: &mut Buffer, line: Area, x: u16, text: &Safe, columns: usize, style: ratatui::style::Style) -> u16 {
    let text = Safe::new(width::cut_end(text, columns));
    put(buffer, line, x, line.y, &text, style);
    x.saturating_add(u16::try_from(columns + 2).unwrap_or(u16::MAX)).min(line.right())
}

fn charts(charts: &Charts, top: usize, theme: &Theme, body: Area, buffer: &mut Buffer) {
    let mut y = body.y + 1;
    // On a low screen the numbers alone are more use than bars.
    if body.height >= 5 * CHART && !charts.days.is_empty() {
        let of: [(_, _, Number); 3] = [
            ("started", Tone::Accent, |day| day.started),
            ("finished", Tone::Good, |day| day.finished),
            ("failed", Tone::Bad, |day| day.failed),
        ];
        for (name, tone, number) in of {
            chart(&charts.days, name, tone, number, theme, Area { y, height: CHART, ..body }, buffer);
            y += CHART;
        }
        y += 1;
    }
    let table = whole_columns(&charts.table, usize::from(body.width.saturating_sub(2)));
    for (y, line) in (y..body.bottom()).zip(table.iter().skip(top)) {
        put(buffer, body, body.x + 1, y, line, theme.style(Tone::Plain));
    }
}

/// The lines of tables with an empty line between them, each begun by its headings. A column that has no room is left out
/// whole, with all behind it: the half of a number is another number.
fn whole_columns(lines: &[Safe], room: usize) -> Vec<Safe> {
    let tables = lines.split(|line| line.is_empty());
    let cut = tables.map(|table| {
        let columns = table.iter().map(|line| width::width(line)).max().unwrap_or(0);
        let end = if columns <= room { columns } else { end_within(table, room.saturating_sub(width::width(MORE))) };
        let cut = table.iter().enumerate().map(|(n, line)| {
            let kept = width::first_columns(line, end);
            Safe::new(if n == 0 && columns > room { format!("{kept}{MORE}") } else { kept.trim_end().to_owned() })
        });
        cut.collect::<Vec<_>>()
    });
    cut.collect::<Vec<_>>().join(&Safe::new(""))
}

/// There are more columns.
const MORE: &str = "  …";

/// Where the last column ends that has room. Headings end where their columns do, but for the first.
fn end_within(table: &[Safe], room: usize) -> usize {
    let Some(heading) = table.first() else { return room };
    let heading = heading.as_str();
    let ends = heading.char_indices().filter(|(at, c)| {
        let rest = heading.get(at + c.len_utf8()..).unwrap_or_default();
        *c != ' ' && (rest.is_empty() || rest.starts_with("  "))
    });
    let ends = ends.map(|(at, c)| width::width(heading.get(..at + c.len_utf8()).unwrap_or_default())).skip(1);
    ends.take_while(|end| *end <= room).last().unwrap_or(room)
}

/// One bar a day with the numbers beside it.
fn chart(days: &[Day], name: &'static str, tone: Tone, number: Number, theme: &Theme, area: Area, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(LABEL + NUMBERS + 4);
    let days = days.get(days.len().saturating_sub(room)..).unwrap_or_default();
    let data: Vec<u64> = days.iter().map(number).collect();
    put(buffer, area, area.x + 1, area.bottom() - 1, name, theme.style(Tone::Dim));
    let bars = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let x = area.x + u16::try_from(LABEL + 1).unwrap_or(u16::MAX);
    let rect = Rect { x, y: area.y, width: bars, height: area.height };
    let set = if theme.ascii { PLAIN } else { NINE_LEVELS };
    Sparkline::default().data(data.iter().copied()).bar_set(set).style(theme.style(tone)).render(rect, buffer);
    let sum: u64 = data.iter().sum();
    let most = days.iter().max_by_key(|day| number(day)).filter(|day| number(day) > 0);
    let most = most.map(|day| format!(", most {} on {}", number(day), day.name)).unwrap_or_default();
    let text = Safe::new(format!("{sum} in {} days{most}", data.len()));
    put(buffer, area, x + bars + 2, area.bottom() - 1, &text, theme.style(Tone::Plain));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_room_are_left_out_whole_and_it_is_said_that_there_are_more() {
        let lines =
            ["all   started  to start", "all        42   3m / 9m", "", "day  started", "Sat        1"].map(Safe::new);
        let shown = |room| whole_columns(&lines, room).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(23), lines.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(shown(22), ["all   started  …", "all        42", "", "day  started", "Sat        1"]);
    }
}
