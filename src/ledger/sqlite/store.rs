//! The port over the file. Two connections, each under a lock: what is written, a few times an hour, never waits for a
//! long reading.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use uuid::Uuid;

use super::fault::{from_sqlite, is_of_content};
use super::question::Question;
use super::schema::Found;
use super::{file, lines, observed, rows, schema};
use crate::domain::{Fault, FaultKind, Instant};
use crate::ledger::chain::{self, Chain, Hash, Row, Walk};
use crate::ledger::line::{Line, Span};
use crate::ledger::memory::{already_claimed, already_final, never_claimed};
use crate::ledger::observed::Seen;
use crate::ledger::port::{Action, Entry, Intent, Ledger, Outcome};
use crate::ledger::wanted::Wanted;

#[derive(Debug)]
pub struct Sqlite {
    writer: Mutex<Connection>,
    /// Made when something is first read.
    reader: Mutex<Option<Connection>>,
    file: PathBuf,
    version: u32,
    /// Why it can only be read.
    closed: Option<Fault>,
}

impl Sqlite {
    /// Opens the ledger in this file, making it if it is not there. A file of a newer layout, or one that cannot be
    /// written, is opened for reading and says so in [`Ledger::writable`].
    pub fn open(file: &Path) -> Result<Self, Fault> {
        let file = file::prepare(file)?;
        let mut connection = file::connect(&file)?;
        let failed = |error| from_sqlite(&file, "open", &error);
        let found = schema::look(&connection).map_err(failed)?;
        let (version, closed) = match found {
            Found::Foreign => return Err(foreign(&file)),
            Found::Newer(version) => (version, Some(newer(&file, version))),
            Found::Ours(version) if connection.is_readonly("main").map_err(failed)? => match version {
                // Not even the tables are there to be read.
                0 => return Err(read_only(&file)),
                _ => (version, Some(read_only(&file))),
            },
            Found::Ours(_) => {
                file::keep_a_log(&connection).map_err(failed)?;
                let version = schema::migrate(&mut connection).map_err(failed)?;
                (version, (version > schema::VERSION).then(|| newer(&file, version)))
            }
        };
        if closed.is_some() {
            connection.pragma_update(None, "query_only", true).map_err(failed)?;
        }
        Ok(Self { writer: Mutex::new(connection), reader: Mutex::new(None), file, version, closed })
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        self.read_to("read", query)
    }

    fn read_to<T>(&self, what: &str, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let on = match &*reader {
            Some(on) => on,
            None => reader.insert(file::connect_to_read(&self.file)?),
        };
        query(on).map_err(|error| from_sqlite(&self.file, what, &error))
    }

    /// Writes in one transaction: all of it or nothing.
    fn write<T>(&self, rows: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Result<T, Fault>>) -> Result<T, Fault> {
        self.writable()?;
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let write = || {
            let transaction = Transaction::new(&mut connection, TransactionBehavior::Immediate)?;
            // A newer program may have changed the layout since this one opened the file.
            let version = schema::version(&transaction)?;
            if version != self.version {
                return Ok(Err(newer(&self.file, version)));
            }
            let written = rows(&transaction)?;
            if written.is_ok() {
                transaction.commit()?;
            }
            Ok(written)
        };
        write().unwrap_or_else(|error| Err(from_sqlite(&self.file, "write", &error)))
    }
}

/// Adds one row at the end of the chain. `insert` writes it under its number and hash.
fn append(
    on: &Connection,
    row: Row<'_>,
    insert: impl FnOnce(i64, &Hash) -> rusqlite::Result<usize>,
) -> rusqlite::Result<()> {
    let (last, before) = head(on)?;
    let number = last + 1;
    let hash = chain::link(&before, positive(number), row);
    insert(number, &hash)?;
    on.prepare_cached("UPDATE head SET rows = ?1, hash = ?2")?.execute(rusqlite::params![number, hash])?;
    Ok(())
}

fn claim(on: &Connection, intent: &Intent) -> rusqlite::Result<Result<(), Fault>> {
    if on.prepare_cached("SELECT 1 FROM intents WHERE id = ?1")?.exists([intent.id.as_bytes()])? {
        return Ok(Err(already_claimed()));
    }
    append(on, Row::Intent(intent), |number, hash| rows::insert_intent(on, number, intent, hash))?;
    Ok(Ok(()))
}

fn observe(on: &Connection, seen: &[Seen]) -> rusqlite::Result<u64> {
    let mut news = 0;
    for seen in seen {
        let Some(record) = seen.after(observed::last(on, seen)?.as_ref()) else { continue };
        append(on, Row::Observed(&record), |number, hash| observed::insert(on, number, &record, hash))?;
        news += 1;
    }
    Ok(news)
}

fn head(connection: &Connection) -> rusqlite::Result<(i64, Hash)> {
    connection.query_row("SELECT rows, hash FROM head", [], |row| Ok((row.get(0)?, row.get(1)?)))
}

impl Ledger for Sqlite {
    fn claim(&self, intent: &Intent) -> Result<(), Fault> {
        self.write(|on| claim(on, intent))
    }

    fn claim_once(&self, intent: &Intent, since: Instant) -> Result<Option<Entry>, Fault> {
        let question = Question::of(&Wanted::of_key(intent, since), schema::VERSION);
        let sql = rows::entries(schema::VERSION, &format!("{} ORDER BY i.row DESC LIMIT 1", question.condition));
        self.write(|on| {
            // The transaction holds the file from its first statement on: nobody writes between the look and the claim.
            let used = rows::find(on, &sql, question.values.into_iter())?.pop();
            Ok(if used.is_some() { Ok(used) } else { claim(on, intent)?.map(|()| None) })
        })
    }

    fn record(&self, intent: Uuid, at: Instant, outcome: &Outcome) -> Result<(), Fault> {
        self.write(|on| {
            let sql = "SELECT EXISTS (SELECT 1 FROM outcomes WHERE intent = i.id AND kind <> 'unknown')
                       FROM intents i WHERE i.id = ?1";
            let ended = on.prepare_cached(sql)?.query_row([intent.as_bytes()], |row| row.get(0)).optional()?;
            match ended {
                None => return Ok(Err(never_claimed())),
                Some(true) => return Ok(Err(already_final())),
                Some(false) => {}
            }
            append(on, Row::Outcome { intent, at, outcome }, |number, hash| {
                rows::insert_outcome(on, number, (intent, at, outcome), hash)
            })?;
            Ok(Ok(()))
        })
    }

    fn observe(&self, seen: &[Seen]) -> Result<u64, Fault> {
        self.write(|on| match observe(on, seen) {
            Err(error) if is_of_content(&error) => {
                let fault = from_sqlite(&self.file, "write", &error);
                Ok(Err(Fault { kind: FaultKind::Unreadable, ..fault }))
            }
            news => news.map(Ok),
        })
    }

    fn origins(&self, host: &str, most: usize) -> Result<Vec<(String, String)>, Fault> {
        // The first layout had no such table.
        if self.version == 1 {
            return Ok(Vec::new());
        }
        self.read(|on| observed::origins(on, host, most))
    }

    fn lines(&self, span: &Span, limit: usize) -> Result<Vec<Line>, Fault> {
        self.read(|on| lines::lines(&*on.unchecked_transaction()?, self.version, span, limit))
    }

    fn unresolved(&self) -> Result<Vec<Entry>, Fault> {
        let sql = rows::entries(self.version, "WHERE o.kind IS NULL OR o.kind = 'unknown' ORDER BY i.row LIMIT ?1");
        self.read(|on| rows::all(on, &sql, i64::MAX))
    }

    fn recent(&self, limit: usize) -> Result<Vec<Entry>, Fault> {
        let sql = rows::entries(self.version, "ORDER BY i.row DESC LIMIT ?1");
        self.read(|on| rows::all(on, &sql, i64::try_from(limit).unwrap_or(i64::MAX)))
    }

    fn count(&self, action: Action, since: Instant) -> Result<u64, Fault> {
        let sql = "SELECT count(*) FROM intents WHERE action = ?1 AND at >= ?2";
        let count: i64 =
            self.read(|on| on.prepare_cached(sql)?.query_row((action.word(), rows::time(since)), |row| row.get(0)))?;
        Ok(positive(count))
    }

    fn find(&self, wanted: &Wanted, limit: usize) -> Result<Vec<Entry>, Fault> {
        let question = Question::of(wanted, self.version);
        let sql = rows::entries(self.version, &format!("{} ORDER BY i.row DESC LIMIT ?", question.condition));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|on| rows::find(on, &sql, question.values.into_iter().chain([limit.into()])))
    }

    fn number(&self, wanted: &Wanted) -> Result<u64, Fault> {
        let question = Question::of(wanted, self.version);
        let sql = format!(
            "SELECT count(*) FROM intents i LEFT JOIN outcomes o
             ON o.row = (SELECT max(row) FROM outcomes WHERE intent = i.id) {}",
            question.condition
        );
        let values = rusqlite::params_from_iter(question.values);
        Ok(positive(self.read(|on| on.prepare_cached(&sql)?.query_row(values, |row| row.get(0)))?))
    }

    fn verify(&self) -> Result<Chain, Fault> {
        // One transaction: another console may be writing.
        self.read_to("check", |on| walk(&*on.unchecked_transaction()?, self.version))
    }

    fn writable(&self) -> Result<(), Fault> {
        self.closed.clone().map_or(Ok(()), Err)
    }

    fn schema_version(&self) -> u32 {
        self.version
    }
}

/// Every row of every table in the order of writing, checked against the chain; then the file's own structure, so that
/// damage to an index, by which the other queries find rows, shows too.
fn walk(on: &Connection, version: u32) -> rusqlite::Result<Chain> {
    let columns = rows::intent_columns(version);
    let nulls = |width: usize| vec!["NULL"; rows::INTENT_WIDTH - width].join(", ");
    let observed = match version {
        1 => String::new(),
        _ => format!(
            "UNION ALL SELECT v.row, v.hash, 2, {}, {} FROM observed v NOT INDEXED",
            observed::OBSERVED,
            nulls(observed::WIDTH)
        ),
    };
    let rest = nulls(4);
    let sql = format!(
        "SELECT i.row, i.hash, 1, {columns} FROM intents i NOT INDEXED
         UNION ALL SELECT row, hash, 0, intent, at, kind, detail, {rest}
         FROM outcomes NOT INDEXED {observed} ORDER BY 1"
    );
    let mut walk = Walk::default();
    let mut statement = on.prepare(&sql)?;
    let mut found = statement.query([])?;
    loop {
        let checked = match found.next() {
            Ok(Some(row)) => check(&mut walk, row),
            Ok(None) => break,
            Err(error) => Err(error),
        };
        match checked {
            Ok(Ok(())) => {}
            Ok(Err(broken)) => return Ok(broken),
            Err(error) => return Ok(walk.broken(format!("it cannot be read: {error}"))),
        }
    }
    let (rows, head) = head(on)?;
    let structure: String = on.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if structure != "ok" {
        return Ok(walk.broken(format!("the file is damaged: {structure}")));
    }
    Ok(walk.end(positive(rows), &head))
}

/// One row of the union above.
fn check(walk: &mut Walk, row: &rusqlite::Row<'_>) -> rusqlite::Result<Result<(), Chain>> {
    let (number, hash, table): (i64, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let number = positive(number);
    match table {
        1 => return Ok(walk.step(number, Row::Intent(&rows::intent(row, 3)?), &hash)),
        2 => return Ok(walk.step(number, Row::Observed(&observed::observed(row, 3)?), &hash)),
        _ => {}
    }
    let intent = Uuid::from_bytes(row.get(3)?);
    let (at, outcome) = rows::outcome(row, 4)?;
    Ok(walk.step(number, Row::Outcome { intent, at, outcome: &outcome }, &hash))
}

/// `SQLite` counts with a sign; what is below zero was not written here.
fn positive(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn newer(file: &Path, version: u32) -> Fault {
    Fault::new(
        FaultKind::Unsupported,
        format!(
            "the ledger {} was written by a newer atc (layout {version}, this one knows {})",
            file.display(),
            schema::VERSION
        ),
        "it is only read and no action is taken; use the newer atc, or name another file with `ledger` in the config",
    )
}

fn read_only(file: &Path) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("the ledger {} cannot be written", file.display()),
        "it is only read and no action is taken; check the owner and mode of the file and its folder",
    )
}

fn foreign(file: &Path) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("{} is a database, but no ledger of atc", file.display()),
        "name another file with `ledger` in the config",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_does_not_wait_for_a_reading() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Sqlite::open(&folder.path().join("ledger.db")).unwrap();
        let written =
            ledger.read(|_| Ok(ledger.record(Uuid::nil(), Instant::UNIX_EPOCH, &Outcome::Unknown("x".into()))));
        assert_eq!(written.unwrap().unwrap_err().kind, FaultKind::NotFound, "it came as far as the file");
    }
}
