//! The numbers as a table, or as JSON.

use std::io::Write;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::args::About;
use super::read::{Stop, each, is_of};
use crate::domain::{Cost, Instant, RepoName};
use crate::ledger::stats::{By, Counter, Row, Spans, Stats};
use crate::ledger::{Ledger, Span, export};
use crate::text::{Safe, Untrusted, width};

/// What stands where nothing is known.
const UNKNOWN: &str = "–";

pub(super) fn print(
    ledger: &dyn Ledger,
    about: &About,
    repos: &[RepoName],
    now: Instant,
    json: bool,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let mut counter = Counter::default();
    // Everything is read: a task that began in the time asked for may have ended after it.
    each(ledger, Span { task: about.task.clone(), ..Span::default() }, |line| {
        if is_of(line, repos) {
            counter.take(line);
        }
        Ok(())
    })?;
    let stats = counter.finish(about.since.map(|since| since.at(now)), about.until.map(|until| until.at(now)));
    if json {
        writeln!(out, "{}", export::ascii(&value(&stats).to_string()))?;
        return Ok(());
    }
    write!(out, "{}", table(&stats))?;
    Ok(())
}

/// One table for all, then one for each way to group.
pub fn table(stats: &Stats) -> String {
    let mut text = lines("all", &[(Some("all".to_owned()), stats.all.clone())]);
    for (by, rows) in By::ALL.into_iter().zip(&stats.by) {
        text.push('\n');
        text.push_str(&lines(by.word(), rows));
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
        all.push(std::iter::once(width::cut_end(&name, 40).to_string()).chain(cells(row)).collect());
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
    crate::domain::age::short(span).to_string()
}

fn value(stats: &Stats) -> Value {
    let groups = By::ALL.into_iter().zip(&stats.by).map(|(by, rows)| {
        let rows = rows.iter().map(|(name, row)| {
            let mut value = of_row(row);
            if let Some(object) = value.as_object_mut() {
                object.insert(by.word().to_owned(), name.clone().into());
            }
            value
        });
        (format!("by_{}", by.word()), Value::Array(rows.collect()))
    });
    let mut all = serde_json::Map::from_iter(groups);
    all.insert("all".to_owned(), of_row(&stats.all));
    Value::Object(all)
}

fn of_row(row: &Row) -> Value {
    let cost = |cost: Option<Cost>, of: u64| {
        cost.map(|cost| {
            let nano = u64::try_from(cost.nano_credits).unwrap_or(u64::MAX);
            json!({"nano_credits": nano, "premium_requests": cost.premium_requests, "known_of": of})
        })
    };
    let span = |spans: &Spans| {
        let seconds = |span: Option<TimeDelta>| span.map(|span| span.num_seconds());
        json!({"median_s": seconds(spans.median()), "p90_s": seconds(spans.p90()), "known_of": spans.known()})
    };
    json!({
        "started": row.started, "finished": row.finished, "failed": row.failed, "cancelled": row.cancelled,
        "refused": row.refused, "unknown": row.unknown, "success": row.success(),
        "pulls": row.pulls, "merged": row.merged,
        "cost": cost(row.cost, row.costed), "cost_per_merge": cost(row.cost_per_merge(), row.merged_costed),
        "to_start": span(&row.to_start), "to_pull": span(&row.to_pull),
        "to_review": span(&row.to_review), "to_merge": span(&row.to_merge),
    })
}
