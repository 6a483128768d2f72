//! Between rows and domain values.

use chrono::SecondsFormat;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Type, Value, ValueRef};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::domain::{Instant, RepoName};
use crate::ledger::chain::Hash;
use crate::ledger::port::{Action, Entry, Granted, Intent, Outcome};

/// The columns [`intent`] reads, in its order.
pub(super) const INTENT: &str = "i.id, i.at, i.action, i.repo, i.task, i.who, i.host, i.token_kind, i.request, \
     i.prompt_hash, i.template, i.template_hash, i.login, i.machine, i.prompt, i.model, i.ticket, i.session, i.run, \
     i.pull, i.granted_verdict, i.granted_rule, i.granted_reason, i.granted_policy, i.plan, i.once_key";

/// The same of a file of the second layout that cannot be brought to this one because it can only be read.
pub(super) const SECOND_INTENT: &str = "i.id, i.at, i.action, i.repo, i.task, i.who, i.host, i.token_kind, i.request, \
     i.prompt_hash, i.template, i.template_hash, i.login, i.machine, i.prompt, i.model, i.ticket, i.session, i.run, \
     i.pull, i.granted_verdict, i.granted_rule, i.granted_reason, i.granted_policy, NULL, NULL";

/// The same of one of the first layout.
pub(super) const FIRST_INTENT: &str = "i.id, i.at, i.action, i.repo, i.task, i.who, i.host, i.token_kind, i.request, \
     i.prompt_hash, i.template, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
     NULL, NULL";

/// How many columns those are.
pub(super) const INTENT_WIDTH: usize = 26;

pub(super) fn intent_columns(version: u32) -> &'static str {
    match version {
        1 => FIRST_INTENT,
        2 => SECOND_INTENT,
        _ => INTENT,
    }
}

/// Every intent with its newest outcome, if it has one; to be completed with `WHERE` and `ORDER BY`.
pub(super) fn entries(version: u32, rest: &str) -> String {
    let columns = intent_columns(version);
    format!(
        "SELECT {columns}, o.at, o.kind, o.detail FROM intents i LEFT JOIN outcomes o
         ON o.row = (SELECT max(row) FROM outcomes WHERE intent = i.id) {rest}"
    )
}

/// Of equal length for every instant of our era, so that the text sorts as the time does, and readable with any
/// `SQLite` tool. A year of more than four digits gets a sign.
pub(super) fn time(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

pub(super) fn insert_intent(on: &Connection, number: i64, intent: &Intent, hash: &Hash) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO intents (row, id, at, action, repo, task, who, host, token_kind, request, prompt_hash,
               template, hash, template_hash, login, machine, prompt, model, ticket, session, run, pull,
               granted_verdict, granted_rule, granted_reason, granted_policy, plan, once_key)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
               ?22, ?23, ?24, ?25, ?26, ?27, ?28)";
    let granted = intent.granted.as_ref();
    on.prepare_cached(sql)?.execute(params![
        number,
        intent.id.as_bytes(),
        time(intent.at),
        intent.action.word(),
        intent.repo.as_str(),
        intent.task,
        intent.who,
        intent.host,
        intent.token_kind,
        intent.request,
        intent.prompt_hash,
        intent.template,
        hash,
        intent.template_hash,
        intent.login,
        intent.machine,
        intent.prompt,
        intent.model,
        intent.ticket,
        intent.session,
        intent.run.map(u64::cast_signed),
        intent.pull.map(u64::cast_signed),
        granted.map(|granted| &granted.verdict),
        granted.map(|granted| &granted.rule),
        granted.and_then(|granted| granted.reason.as_ref()),
        granted.and_then(|granted| granted.policy_hash),
        intent.plan.as_ref().map(Uuid::as_bytes),
        intent.key,
    ])
}

pub(super) fn insert_outcome(
    on: &Connection,
    number: i64,
    (intent, at, outcome): (Uuid, Instant, &Outcome),
    hash: &Hash,
) -> rusqlite::Result<usize> {
    on.prepare_cached("INSERT INTO outcomes VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        number,
        intent.as_bytes(),
        time(at),
        outcome.word(),
        outcome.detail(),
        hash
    ])
}

/// The intent in the columns of [`INTENT`], the first of which is number `from`.
pub(super) fn intent(row: &Row<'_>, from: usize) -> rusqlite::Result<Intent> {
    Ok(Intent {
        id: Uuid::from_bytes(row.get::<_, Blob16>(from)?.0),
        at: row.get::<_, Time>(from + 1)?.0,
        action: action(row, from + 2)?,
        repo: row.get::<_, String>(from + 3)?.parse::<RepoName>().map_err(|error| unreadable(from + 3, error))?,
        task: row.get(from + 4)?,
        who: row.get(from + 5)?,
        host: row.get(from + 6)?,
        token_kind: row.get(from + 7)?,
        request: row.get(from + 8)?,
        prompt_hash: row.get(from + 9)?,
        template: row.get(from + 10)?,
        template_hash: row.get(from + 11)?,
        login: row.get(from + 12)?,
        machine: row.get(from + 13)?,
        prompt: row.get(from + 14)?,
        model: row.get(from + 15)?,
        ticket: row.get(from + 16)?,
        session: row.get(from + 17)?,
        run: row.get::<_, Option<i64>>(from + 18)?.map(i64::cast_unsigned),
        pull: row.get::<_, Option<i64>>(from + 19)?.map(i64::cast_unsigned),
        granted: granted(row, from + 20)?,
        plan: row.get::<_, Option<Blob16>>(from + 24)?.map(|plan| Uuid::from_bytes(plan.0)),
        key: row.get(from + 25)?,
    })
}

fn granted(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<Granted>> {
    let verdict: Option<String> = row.get(from)?;
    let rule: Option<String> = row.get(from + 1)?;
    let (reason, policy_hash) = (row.get(from + 2)?, row.get(from + 3)?);
    match (verdict, rule) {
        (Some(verdict), Some(rule)) => Ok(Some(Granted { verdict, rule, reason, policy_hash })),
        (None, None) if reason.is_none() && policy_hash.is_none() => Ok(None),
        _ => Err(unreadable(from, UnknownWord("half a verdict".to_owned()))),
    }
}

fn action(row: &Row<'_>, column: usize) -> rusqlite::Result<Action> {
    let word: String = row.get(column)?;
    let known = Action::ALL.into_iter().find(|action| action.word() == word);
    known.ok_or_else(|| unreadable(column, UnknownWord(word)))
}

/// When, kind and detail, from column `from` on.
pub(super) fn outcome(row: &Row<'_>, from: usize) -> rusqlite::Result<(Instant, Outcome)> {
    let at = row.get::<_, Time>(from)?.0;
    let (kind, detail): (String, String) = (row.get(from + 1)?, row.get(from + 2)?);
    let outcome = match kind.as_str() {
        "confirmed" => Outcome::Confirmed(detail),
        "rejected" => Outcome::Rejected(detail),
        "unknown" => Outcome::Unknown(detail),
        _ => return Err(unreadable(from + 1, UnknownWord(kind))),
    };
    Ok((at, outcome))
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let has_outcome = row.get_ref(INTENT_WIDTH)? != ValueRef::Null;
    Ok(Entry { intent: intent(row, 0)?, outcome: has_outcome.then(|| outcome(row, INTENT_WIDTH)).transpose()? })
}

pub(super) fn all(on: &Connection, sql: &str, limit: i64) -> rusqlite::Result<Vec<Entry>> {
    on.prepare_cached(sql)?.query_map([limit], entry)?.collect()
}

pub(super) fn find(on: &Connection, sql: &str, values: impl Iterator<Item = Value>) -> rusqlite::Result<Vec<Entry>> {
    on.prepare_cached(sql)?.query_map(rusqlite::params_from_iter(values), entry)?.collect()
}

pub(super) fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

#[derive(Debug)]
pub(super) struct UnknownWord(pub String);

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` means nothing here", self.0)
    }
}

impl std::error::Error for UnknownWord {}

struct Blob16([u8; 16]);

impl FromSql for Blob16 {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 16]>::column_result(value).map(Self)
    }
}

pub(super) struct Time(pub Instant);

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        // A year with a sign is none to RFC 3339, and was written all the same.
        let at = if text.starts_with(['+', '-']) {
            text.parse::<Instant>()
        } else {
            chrono::DateTime::parse_from_rfc3339(text).map(|at| at.to_utc())
        };
        at.map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}
