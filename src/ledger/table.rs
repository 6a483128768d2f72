//! The statistics as a table of text: what the shell prints and the pane shows beside its charts.

use chrono::TimeDelta;

use super::stats::{By, Row, Spans, Stats};
use crate::domain::age;
use crate::text::{Safe, Untrusted, width};

/// What stands where nothing is known.
const UNKNOWN: &str = "–";

/// One table for all, then one for each way to group. Each begins with its headings, after an empty line or none.
pub fn text(stats: &Stats) -> String {
    let mut text = lines("all", &[(Some("all".to_owned()), stats.all.clone())]);
    for (by, rows) in By::ALL.into_iter().zip(&stats.by) {
        text.push('\n');
        text.push_str(&lines(by.word(), rows));
    }
    text
}

/// The same for another program: the way to group, the group, and the numbers under the same headings, between tabs.
pub fn tabs(stats: &Stats) -> String {
    let all = [(Some("all".to_owned()), stats.all.clone())];
    let groups = std::iter::once(("all", all.as_slice()))
        .chain(By::ALL.into_iter().zip(&stats.by).map(|(by, rows)| (by.word(), rows.as_slice())));
    let mut text = String::new();
    for (by, rows) in groups {
        for (name, row) in rows {
            let name = name.as_deref().map_or(Safe::new(UNKNOWN), |name| Untrusted::from(name).show_line());
            let line: Vec<String> = [by.to_owned(), name.to_string()].into_iter().chain(cells(row)).collect();
            text.push_str(&line.join("\t"));
            text.push('\n');
        }
    }
    text
}

const HEADINGS: [&str; 14] = [
    "started",
    "finished",
    "failed",
    "cancelled",
    "refused",
    "unknown",
    "success",
    "PRs",
    "merged",
    "to start",
    "to PR",
    "to review",
    "to merge",
    "cost/merge",
];

fn lines(by: &str, rows: &[(Option<String>, Row)]) -> String {
    let mut all: Vec<Vec<String>> = vec![std::iter::once(by).chain(HEADINGS).map(str::to_owned).collect()];
    for (name, row) in rows {
        let name = name.as_deref().map_or(Safe::new(UNKNOWN), |name| Untrusted::from(name).show_line());
        all.push(std::iter::once(width::cut_end(&name, 40).clone()).chain(cells(row)).collect());
    }
    let widths: Vec<usize> = (0..=HEADINGS.len())
        .map(|column| {
            all.iter().filter_map(|row| row.get(column)).map(|cell| width::width(&Safe::new(cell))).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in all {
        let mut line = String::new();
        for (column, (cell, columns)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(columns.saturating_sub(width::width(&Safe::new(cell))));
            line.push_str(&if column == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn cells(row: &Row) -> Vec<String> {
    let percent = row.success().map_or(UNKNOWN.to_owned(), |success| format!("{:.0} %", success * 100.0));
    let mut cells: Vec<String> =
        [row.started, row.finished, row.failed, row.cancelled, row.refused, row.unknown].map(|n| n.to_string()).into();
    cells.push(percent);
    cells.extend([row.pulls, row.merged].map(|n| n.to_string()));
    cells.extend([&row.to_start, &row.to_pull, &row.to_review, &row.to_merge].map(spans));
    cells.push(row.cost_per_merge().map_or(UNKNOWN.to_owned(), |cost| cost.to_string()));
    cells
}

/// `3 m / 12 m (41)`: median, nine in ten, and of how many.
fn spans(spans: &Spans) -> String {
    match (spans.median(), spans.p90()) {
        (Some(median), Some(p90)) => format!("{} / {} ({})", short(median), short(p90), spans.known()),
        _ => UNKNOWN.to_owned(),
    }
}

fn short(span: TimeDelta) -> String {
    age::short(span)
}
