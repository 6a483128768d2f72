//! The numbers as a table, or as JSON.

use std::io::Write;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::args::About;
use super::read::{Stop, each, is_of};
use crate::domain::{Cost, Instant, RepoName};
use crate::ledger::stats::{By, Counter, Row, Spans, Stats};
use crate::ledger::{Ledger, Span, export, table};

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
    write!(out, "{}", table::text(&stats))?;
    Ok(())
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
    let mut all: serde_json::Map<String, Value> = groups.collect();
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
