//! Lines for other programs: JSON lines that lose nothing, and CSV that a spreadsheet can be given.
//!
//! Both are safe to look at in a terminal. JSON is written in ASCII alone, everything else spelled `\uXXXX`. In CSV
//! texts are cleaned and on one line, and none is taken for a formula.

use std::fmt::Write as _;

use chrono::SecondsFormat;
use serde_json::{Map, Value};

use super::line::{Line, Said};
use super::observed::Observed;
use super::port::{Intent, Outcome};
use crate::domain::Instant;
use crate::text::Untrusted;

/// The columns of CSV, and the fields of JSON as far as they are known.
pub const COLUMNS: [&str; 36] = [
    "row",
    "at",
    "what",
    "id",
    "action",
    "repo",
    "task",
    "who",
    "machine",
    "login",
    "host",
    "token_kind",
    "outcome",
    "detail",
    "verdict",
    "rule",
    "reason",
    "policy_hash",
    "template",
    "template_hash",
    "prompt_hash",
    "prompt",
    "request",
    "model",
    "ticket",
    "session",
    "run",
    "pull",
    "key",
    "was",
    "became",
    "since",
    "begun",
    "nano_credits",
    "premium_requests",
    "plan",
];

/// One object in one line, without what is not known.
pub fn json(line: &Line) -> String {
    ascii(&Value::Object(fields(line)).to_string())
}

/// JSON with everything outside printable ASCII spelled out. It means the same.
pub fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if matches!(c, ' '..='~') {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

pub fn csv_heading() -> String {
    COLUMNS.join(",")
}

/// One record. A text is quoted and on one line.
pub fn csv(line: &Line) -> String {
    let fields = fields(line);
    let cells = COLUMNS.iter().map(|column| match fields.get(*column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => cell(text),
        Some(other) => other.to_string(),
    });
    cells.collect::<Vec<_>>().join(",")
}

/// A spreadsheet takes what begins like this for a formula and may run it; an apostrophe before it makes it text.
fn cell(text: &str) -> String {
    let shown = Untrusted::from(text).show_line();
    let is_formula =
        shown.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
            || text.starts_with(['\t', '\r', '\n']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", shown.replace('"', "\"\""))
}

fn fields(line: &Line) -> Map<String, Value> {
    let mut out = Fields(Map::new());
    out.put("row", Some(line.row));
    out.time("at", Some(line.at()));
    out.put("repo", Some(line.repo().as_str()));
    out.put("task", line.task());
    match &line.said {
        Said::Intent(intent) => out.intent(intent),
        Said::Outcome(intent, _, outcome) => out.outcome(intent, outcome),
        Said::Observed(observed) => out.observed(observed),
    }
    out.0
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
    }

    fn time(&mut self, name: &str, at: Option<Instant>) {
        self.put(name, at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
    }

    fn intent(&mut self, intent: &Intent) {
        self.put("what", Some("intent"));
        self.put("id", Some(intent.id.to_string()));
        self.put("action", Some(intent.action.word()));
        self.put("who", Some(&*intent.who));
        self.put("machine", intent.machine.as_deref());
        self.put("login", intent.login.as_deref());
        self.put("host", Some(&*intent.host));
        self.put("token_kind", Some(&*intent.token_kind));
        self.put("template", intent.template.as_deref());
        self.put("template_hash", intent.template_hash.map(hex));
        self.put("prompt_hash", intent.prompt_hash.map(hex));
        self.put("prompt", intent.prompt.as_deref());
        self.put("request", Some(&*intent.request));
        self.put("model", intent.model.as_deref());
        self.put("key", intent.key.as_deref());
        self.put("ticket", intent.ticket.as_deref());
        self.put("session", intent.session.as_deref());
        self.put("run", intent.run);
        self.put("pull", intent.pull);
        self.put("plan", intent.plan.map(|plan| plan.to_string()));
        if let Some(granted) = &intent.granted {
            self.put("verdict", Some(&*granted.verdict));
            self.put("rule", Some(&*granted.rule));
            self.put("reason", granted.reason.as_deref());
            self.put("policy_hash", granted.policy_hash.map(hex));
        }
    }

    fn outcome(&mut self, intent: &Intent, outcome: &Outcome) {
        self.put("what", Some("outcome"));
        self.put("id", Some(intent.id.to_string()));
        self.put("action", Some(intent.action.word()));
        self.put("outcome", Some(outcome.word()));
        self.put("detail", Some(outcome.detail()));
    }

    fn observed(&mut self, Observed { seen, was, .. }: &Observed) {
        self.put("what", Some(seen.kind.word()));
        self.put("host", Some(&*seen.host));
        self.put("was", was.as_deref());
        self.put("became", Some(&*seen.became));
        self.put("detail", seen.reason.as_deref());
        self.time("since", seen.since);
        self.time("begun", seen.begun);
        self.put("nano_credits", seen.nano_credits);
        self.put("premium_requests", seen.premium_requests);
        self.put("model", seen.model.as_deref());
        self.put("session", seen.session.as_deref());
        self.put("run", seen.run);
        self.put("pull", seen.pull);
    }
}

pub fn hex(hash: [u8; 32]) -> String {
    hash.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
