//! Pages over the three tables, in the order of writing.
//!
//! Each table is read in that order, a row at a time, and the page takes what comes first of all of them: no row is read
//! that does not stand on it, but one of each table at its end.

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, Row, Rows, params_from_iter};

use super::observed::{OBSERVED, observed};
use super::rows::{INTENT_WIDTH, intent, intent_columns, outcome, time};
use crate::ledger::line::{Line, Said, Span};

pub(super) fn lines(on: &Connection, version: u32, span: &Span, limit: usize) -> rusqlite::Result<Vec<Line>> {
    let columns = intent_columns(version);
    let mut intents = Table {
        select: format!("SELECT i.row, {columns} FROM intents i"),
        alias: "i",
        repo: "i",
        of_task: "(i.task = ? OR i.id IN (SELECT intent FROM outcomes WHERE kind = 'confirmed' AND detail = ?))",
        said: |row| Ok(Said::Intent(Box::new(intent(row, 1)?))),
    }
    .ask(on, span)?;
    let mut outcomes = Table {
        select: format!(
            "SELECT o.row, {columns}, o.at, o.kind, o.detail FROM outcomes o CROSS JOIN intents i ON i.id = o.intent"
        ),
        alias: "o",
        repo: "i",
        of_task: "o.intent IN (SELECT i.id FROM intents i WHERE i.task = ?
                  UNION SELECT intent FROM outcomes WHERE kind = 'confirmed' AND detail = ?)",
        said: |row| {
            let (at, outcome) = outcome(row, 1 + INTENT_WIDTH)?;
            Ok(Said::Outcome(Box::new(intent(row, 1)?), at, outcome))
        },
    }
    .ask(on, span)?;
    let records = Table {
        select: format!("SELECT v.row, {OBSERVED} FROM observed v"),
        alias: "v",
        repo: "v",
        of_task: "v.task = ?",
        said: |row| Ok(Said::Observed(Box::new(observed(row, 1)?))),
    };
    // The first layout had no such table.
    let mut records = (version != 1).then(|| records.ask(on, span)).transpose()?;
    let asked = [Some(&mut intents), Some(&mut outcomes), records.as_mut()];
    let mut cursors: Vec<Cursor<'_>> = asked.into_iter().flatten().map(Asked::read).collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    while found.len() < limit {
        let waiting = cursors.iter_mut().filter(|cursor| cursor.next.is_some());
        let row = |cursor: &&mut Cursor<'_>| cursor.next.as_ref().map(|line| line.row);
        let first = if span.oldest_first { waiting.min_by_key(row) } else { waiting.max_by_key(row) };
        let Some(first) = first else { break };
        found.extend(first.next.take());
        first.step()?;
    }
    Ok(found)
}

/// How a table is asked, and what its rows say.
struct Table {
    select: String,
    /// How it is called in `select`, and what has its repository.
    alias: &'static str,
    repo: &'static str,
    /// The task stands in it once or two times.
    of_task: &'static str,
    said: fn(&Row<'_>) -> rusqlite::Result<Said>,
}

/// A table's rows of a span, to be read.
struct Asked<'a> {
    statement: CachedStatement<'a>,
    values: Vec<Value>,
    said: fn(&Row<'_>) -> rusqlite::Result<Said>,
}

/// A table's rows that are left.
struct Cursor<'a> {
    rows: Rows<'a>,
    said: fn(&Row<'_>) -> rusqlite::Result<Said>,
    next: Option<Line>,
}

impl Table {
    fn ask<'a>(&self, on: &'a Connection, span: &Span) -> rusqlite::Result<Asked<'a>> {
        let Self { select, alias, repo, of_task, said } = self;
        let mut parts = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let mut add = |part: String, value: Option<Value>| {
            if let Some(value) = value {
                values.extend(std::iter::repeat_n(value, part.matches('?').count()));
                parts.push(part);
            }
        };
        add(format!("{alias}.row < ?"), span.before.map(|row| row.cast_signed().into()));
        add(format!("{alias}.row > ?"), span.after.map(|row| row.cast_signed().into()));
        add(format!("{alias}.at >= ?"), span.since.map(|at| time(at).into()));
        add(format!("{alias}.at < ?"), span.until.map(|at| time(at).into()));
        add(format!("{repo}.repo = ? COLLATE NOCASE"), span.repo.as_ref().map(|repo| repo.as_str().to_owned().into()));
        add((*of_task).to_owned(), span.task.clone().map(Value::Text));
        let condition = if parts.is_empty() { String::new() } else { format!("WHERE {}", parts.join(" AND ")) };
        let order = if span.oldest_first { "ASC" } else { "DESC" };
        let statement = on.prepare_cached(&format!("{select} {condition} ORDER BY {alias}.row {order}"))?;
        Ok(Asked { statement, values, said: *said })
    }
}

impl Asked<'_> {
    fn read(&mut self) -> rusqlite::Result<Cursor<'_>> {
        let rows = self.statement.query(params_from_iter(&self.values))?;
        let mut cursor = Cursor { rows, said: self.said, next: None };
        cursor.step()?;
        Ok(cursor)
    }
}

impl Cursor<'_> {
    fn step(&mut self) -> rusqlite::Result<()> {
        let Some(row) = self.rows.next()? else { return Ok(()) };
        self.next = Some(Line { row: row.get::<_, i64>(0)?.cast_unsigned(), said: (self.said)(row)? });
        Ok(())
    }
}
