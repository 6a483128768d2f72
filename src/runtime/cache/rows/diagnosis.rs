//! What a session's log was found to say, in a row.

use serde::{Deserialize, Serialize};

use super::task::json;
use crate::domain::diagnosed::Found;
use crate::domain::{Diagnosed, SessionId, Severity};
use crate::text::Untrusted;

#[derive(Debug, Serialize, Deserialize)]
struct DiagnosisRow<T> {
    #[serde(rename = "s")]
    session: T,
    /// The rules it was read by.
    #[serde(rename = "m")]
    rules: u64,
    #[serde(rename = "f", default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    found: Vec<FoundRow<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FoundRow<T> {
    #[serde(rename = "r")]
    rule: T,
    #[serde(rename = "v")]
    severity: T,
    #[serde(rename = "t")]
    title: T,
    #[serde(rename = "n")]
    next: T,
    #[serde(rename = "l")]
    line: T,
    #[serde(rename = "c")]
    count: u32,
}

pub fn encode(diagnosed: &Diagnosed) -> String {
    let found = |found: &'_ Found| FoundRow {
        rule: found.rule.raw_for_disk().to_owned(),
        severity: found.severity.word().to_owned(),
        title: found.title.raw_for_disk().to_owned(),
        next: found.next.raw_for_disk().to_owned(),
        line: found.line.raw_for_disk().to_owned(),
        count: found.count,
    };
    json(&DiagnosisRow {
        session: diagnosed.session.raw().to_owned(),
        rules: diagnosed.rules,
        found: diagnosed.found().iter().map(found).collect(),
    })
}

/// `None`: the row cannot be read. A finding of a severity this program does not know is left out.
pub fn decode(row: &[u8]) -> Option<Diagnosed> {
    let row: DiagnosisRow<Untrusted> = serde_json::from_slice(row).ok()?;
    let found = |row: FoundRow<Untrusted>| {
        let severity = Severity::parse(row.severity.raw_for_match())?;
        Some(Found { rule: row.rule, severity, title: row.title, next: row.next, line: row.line, count: row.count })
    };
    Some(Diagnosed::new(SessionId::new(row.session.raw_for_disk()), row.rules, row.found.into_iter().filter_map(found)))
}
