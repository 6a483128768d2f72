//! Pages over the three tables, in the order of writing.
//!
//! Each table gives as many rows as the page may hold, in order, and the page is what comes first of all of them: the
//! cost goes with the page, not with the ledger.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::observed::{OBSERVED, observed};
use super::rows::{INTENT_WIDTH, intent, intent_columns, outcome, time};
use crate::ledger::line::{Line, Said, Span};

pub(super) fn lines(on: &Connection, version: u32, span: &Span, limit: i64) -> rusqlite::Result<Vec<Line>> {
    let columns = intent_columns(version);
    let of_task = "(i.task = ? OR i.id IN (SELECT intent FROM outcomes WHERE kind = 'confirmed' AND detail = ?))";
    let mut found = Vec::new();
    let intents = format!("SELECT i.row, {columns} FROM intents i");
    read(on, &intents, &Names { table: "i", repo: "i", of_task, twice: true }, span, limit, &mut found, |row| {
        Ok(Said::Intent(Box::new(intent(row, 1)?)))
    })?;
    let outcomes = format!(
        "SELECT o.row, {columns}, o.at, o.kind, o.detail FROM outcomes o CROSS JOIN intents i ON i.id = o.intent"
    );
    let of_task = "o.intent IN (SELECT i.id FROM intents i WHERE i.task = ?
                   UNION SELECT intent FROM outcomes WHERE kind = 'confirmed' AND detail = ?)";
    read(on, &outcomes, &Names { table: "o", repo: "i", of_task, twice: true }, span, limit, &mut found, |row| {
        let (at, outcome) = outcome(row, 1 + INTENT_WIDTH)?;
        Ok(Said::Outcome(Box::new(intent(row, 1)?), at, outcome))
    })?;
    if version != 1 {
        let records = format!("SELECT v.row, {OBSERVED} FROM observed v");
        let names = Names { table: "v", repo: "v", of_task: "v.task = ?", twice: false };
        read(on, &records, &names, span, limit, &mut found, |row| Ok(Said::Observed(Box::new(observed(row, 1)?))))?;
    }
    found.sort_unstable_by_key(|line| line.row);
    if !span.oldest_first {
        found.reverse();
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// How a table calls what a span asks about.
struct Names {
    table: &'static str,
    repo: &'static str,
    of_task: &'static str,
    /// The task stands in it two times.
    twice: bool,
}

fn read(
    on: &Connection,
    select: &str,
    names: &Names,
    span: &Span,
    limit: i64,
    found: &mut Vec<Line>,
    said: impl Fn(&Row<'_>) -> rusqlite::Result<Said>,
) -> rusqlite::Result<()> {
    let Names { table, repo, of_task, twice } = names;
    let mut parts = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut add = |part: String, value: Option<Value>| {
        if let Some(value) = value {
            parts.push(part);
            values.push(value);
        }
    };
    add(format!("{table}.row < ?"), span.before.map(|row| row.cast_signed().into()));
    add(format!("{table}.row > ?"), span.after.map(|row| row.cast_signed().into()));
    add(format!("{table}.at >= ?"), span.since.map(|at| time(at).into()));
    add(format!("{table}.at < ?"), span.until.map(|at| time(at).into()));
    add(format!("{repo}.repo = ?"), span.repo.as_ref().map(|repo| repo.as_str().to_owned().into()));
    add((*of_task).to_owned(), span.task.clone().map(Value::Text));
    if let Some(task) = span.task.clone().filter(|_| *twice) {
        values.push(Value::Text(task));
    }
    let condition = if parts.is_empty() { String::new() } else { format!("WHERE {}", parts.join(" AND ")) };
    let order = if span.oldest_first { "ASC" } else { "DESC" };
    values.push(limit.into());
    let mut statement = on.prepare_cached(&format!("{select} {condition} ORDER BY {table}.row {order} LIMIT ?"))?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        found.push(Line { row: row.get::<_, i64>(0)?.cast_unsigned(), said: said(row)? });
    }
    Ok(())
}
