//! The table of what was seen.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{Time, UnknownWord, time, unreadable};
use crate::domain::RepoName;
use crate::ledger::chain::Hash;
use crate::ledger::observed::{Kind, Observed, Seen};

/// The columns [`observed`] reads, in its order.
pub(super) const OBSERVED: &str = "v.host, v.repo, v.task, v.kind, v.step, v.at, v.since, v.touched, v.begun, v.was, \
     v.became, v.reason, v.nano_credits, v.premium_requests, v.model, v.session, v.run, v.pull";

/// How many columns those are.
pub(super) const WIDTH: usize = 18;

/// The newest record of the same kind of the same task.
pub(super) fn last(on: &Connection, seen: &Seen) -> rusqlite::Result<Option<Observed>> {
    let sql = format!(
        "SELECT {OBSERVED} FROM observed v WHERE task = ?1 AND repo = ?2 COLLATE NOCASE AND host = ?3 AND kind = ?4
         ORDER BY step DESC LIMIT 1"
    );
    let key = params![seen.task, seen.repo.as_str(), seen.host, seen.kind.word()];
    on.prepare_cached(&sql)?.query_row(key, |row| observed(row, 0)).optional()
}

/// Its index is of the rows of this kind alone, which is seen only where the statement names it.
const ORIGINS: &str =
    "SELECT task, became FROM observed WHERE kind = 'origin' AND host = ?1 ORDER BY row DESC LIMIT ?2";

/// Tasks and what started them, the newest first.
pub(super) fn origins(on: &Connection, host: &str, most: usize) -> rusqlite::Result<Vec<(String, String)>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut query = on.prepare_cached(ORIGINS)?;
    let found = query.query_map(params![host, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    found.collect()
}

pub(super) fn insert(on: &Connection, number: i64, observed: &Observed, hash: &Hash) -> rusqlite::Result<usize> {
    let Observed { seen, was, step } = observed;
    let sql = "INSERT INTO observed (row, host, repo, task, kind, step, at, since, touched, begun, was, became, reason,
               nano_credits, premium_requests, model, session, run, pull, hash)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
    on.prepare_cached(sql)?.execute(params![
        number,
        seen.host,
        seen.repo.as_str(),
        seen.task,
        seen.kind.word(),
        step.cast_signed(),
        time(seen.at),
        seen.since.map(time),
        seen.touched.map(time),
        seen.begun.map(time),
        was,
        seen.became,
        seen.reason,
        seen.nano_credits.map(u64::cast_signed),
        seen.premium_requests,
        seen.model,
        seen.session,
        seen.run.map(u64::cast_signed),
        seen.pull.map(u64::cast_signed),
        hash,
    ])
}

/// The record in the columns of [`OBSERVED`], the first of which is number `from`.
pub(super) fn observed(row: &Row<'_>, from: usize) -> rusqlite::Result<Observed> {
    let at = |column| row.get::<_, Option<Time>>(from + column).map(|time| time.map(|time| time.0));
    let number = |column| row.get::<_, Option<i64>>(from + column).map(|number| number.map(i64::cast_unsigned));
    let word: String = row.get(from + 3)?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
    let repo = row.get::<_, String>(from + 1)?.parse::<RepoName>();
    let seen = Seen {
        host: row.get(from)?,
        repo: repo.map_err(|error| unreadable(from + 1, error))?,
        task: row.get(from + 2)?,
        kind: kind.ok_or_else(|| unreadable(from + 3, UnknownWord(word)))?,
        at: row.get::<_, Time>(from + 5)?.0,
        since: at(6)?,
        touched: at(7)?,
        begun: at(8)?,
        became: row.get(from + 10)?,
        reason: row.get(from + 11)?,
        nano_credits: number(12)?,
        premium_requests: row.get(from + 13)?,
        model: row.get(from + 14)?,
        session: row.get(from + 15)?,
        run: number(16)?,
        pull: number(17)?,
    };
    Ok(Observed { seen, was: row.get(from + 9)?, step: row.get::<_, i64>(from + 4)?.cast_unsigned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sqlite::schema;

    #[test]
    fn what_started_tasks_is_found_without_reading_what_became_of_the_others() {
        let mut on = Connection::open_in_memory().unwrap();
        schema::migrate(&mut on).unwrap();
        let how: Vec<String> = on
            .prepare(&format!("EXPLAIN QUERY PLAN {ORIGINS}"))
            .unwrap()
            .query_map(params!["github.com", 10], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(matches!(&how[..], [one] if one.contains("USING INDEX observed_origins (host=?)")), "{how:?}");
        assert!(ORIGINS.contains(&format!("'{}'", Kind::Origin.word())));
    }
}
