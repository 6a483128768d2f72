//! `atc doctor`, as text and as JSON. What is found out is handed in.

use chrono::SecondsFormat;
use clap::Args;
use serde_json::Value;

use super::exit::Exit;
use super::look::joined::field;
use super::look::shape::{Field, Is, schema, write};
use super::output;
use crate::domain::Instant;
use crate::domain::capability::{Answer, Group, Matrix, ReadOnly, Row, Verdict};
use crate::text::{Safe, width};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct Doctor {
    /// One JSON object, with the evidence of every row
    #[arg(long)]
    pub json: bool,
}

/// All there is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub host: Safe,
    /// `None`: there is no token.
    pub token_kind: Option<Safe>,
    pub at: Instant,
    pub read_only: Option<ReadOnly>,
    pub matrix: Matrix,
    /// What there was no time or no use for.
    pub not_asked: Vec<Safe>,
}

/// Columns of the answer and of the question.
const ANSWER: usize = 14;
const TITLE: usize = 38;

impl Report {
    pub fn exit(&self) -> Exit {
        match self.matrix.verdict() {
            Verdict::Works => Exit::Done,
            Verdict::Fails | Verdict::Unknown => Exit::Failed,
            Verdict::Authentication => Exit::Authentication,
        }
    }
}

pub fn print(doctor: Doctor, report: &Report) -> Exit {
    let printed = if doctor.json { output::json_row(&as_json(report)) } else { output::say(&as_text(report)) };
    if printed == Exit::Done { report.exit() } else { printed }
}

/// Rows under their headings. What is not simply a yes says what it rests on and what to do next.
pub fn as_text(report: &Report) -> String {
    let at = report.at.format("%Y-%m-%d %H:%M:%S UTC");
    let token = report.token_kind.as_ref().map_or_else(|| "no token".to_owned(), |kind| format!("{kind} token"));
    let mut lines = vec![format!("{}, {token}, {at}", report.host)];
    if let Some(ReadOnly { why, next, .. }) = &report.read_only {
        lines.push(format!("read-only, {why}: nothing is changed from here; {next}"));
    }
    let mut before = None;
    for row in report.matrix.rows() {
        let subject = (row.topic.group, row.repo.as_ref());
        if before != Some(subject) {
            before = Some(subject);
            lines.push(String::new());
            let heading = row.repo.as_ref().map_or(row.topic.group.title(), |repo| repo.as_str());
            lines.push(heading.to_owned());
        }
        lines.extend(of_row(row));
    }
    if !report.not_asked.is_empty() {
        let all: Vec<&str> = report.not_asked.iter().map(Safe::as_str).collect();
        lines.extend([String::new(), format!("not asked: {}", all.join(", "))]);
    }
    lines.extend([String::new(), verdict(report)]);
    lines.join("\n")
}

fn of_row(row: &Row) -> Vec<String> {
    let title = pad(row.topic.title, TITLE);
    let mut lines = vec![format!("  {}{title}{}", pad(row.answer.word(), ANSWER), row.says).trim_end().to_owned()];
    let below = " ".repeat(2 + ANSWER);
    let plain = row.answer == Answer::Yes || (row.topic.setting && row.answer == Answer::No);
    if (!plain || matches!(row.topic.group, Group::Open | Group::Here)) && !row.evidence.is_empty() {
        lines.push(format!("{below}{}", row.evidence));
    }
    if !row.next.is_empty() {
        lines.push(format!("{below}-> {}", row.next));
    }
    lines
}

fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width::width(&Safe::new(text)));
    format!("{text}{}", " ".repeat(missing))
}

fn verdict(report: &Report) -> String {
    let fails: Vec<String> = report.matrix.rows().iter().filter(|row| row.fails()).map(name).collect();
    let untold: Vec<String> = report.matrix.rows().iter().filter(|row| row.is_untold()).map(name).collect();
    match report.matrix.verdict() {
        Verdict::Unknown if untold.is_empty() => "nobody answered: what works here is not known".to_owned(),
        Verdict::Unknown => format!("needed and not found out: {}", untold.join(", ")),
        Verdict::Works => "all that is needed works".to_owned(),
        Verdict::Fails => format!("needed and off: {}", fails.join(", ")),
        Verdict::Authentication => "there is no token that is accepted".to_owned(),
    }
}

fn name(row: &Row) -> String {
    match &row.repo {
        Some(repo) => format!("{} in {repo}", row.topic.title),
        None => row.topic.title.to_owned(),
    }
}

pub fn as_json(report: &Report) -> Value {
    write(REPORT, report)
}

/// The object of `atc doctor --json`.
pub const REPORT: &[Field<Report>] = &[
    field!(
        "verdict",
        Is::OneOf(&["works", "fails", "authentication", "unknown"]),
        "Whether all that is needed works.",
        |r| r.matrix.verdict().word().into()
    ),
    field!("exit_code", Is::Whole, "What the shell is told.", |r| r.exit().code().into()),
    field!("at", Is::Time, "When it was asked.", |r| stamp(r.at)),
    field!("host", Is::Text, "The service's host.", |r| r.host.as_str().into()),
    field!("token_kind", Is::Maybe(&Is::Text), "The kind of the token; null: there is none.", |r| {
        r.token_kind.as_ref().map(Safe::as_str).into()
    }),
    field!("read_only", Is::Maybe(&Is::Object(|| schema(READ_ONLY))), "Why nothing may be changed from here.", |r| {
        r.read_only.as_ref().map_or(Value::Null, |it| write(READ_ONLY, it))
    }),
    field!("rows", Is::List(&Is::Object(|| schema(ROW))), "The questions and their answers.", |r| {
        r.matrix.rows().iter().map(|row| write(ROW, row)).collect()
    }),
    field!("not_asked", Is::List(&Is::Text), "What there was no time or no use for.", |r| {
        r.not_asked.iter().map(|one| Value::from(one.as_str())).collect()
    }),
];

const READ_ONLY: &[Field<ReadOnly>] = &[
    field!("why", Is::Text, "Why.", |it| it.why.as_str().into()),
    field!("next", Is::Text, "What to do if it is not wanted.", |it| it.next.as_str().into()),
];

const ROW: &[Field<Row>] = &[
    field!("id", Is::Text, "The question's id.", |row| row.topic.id.into()),
    field!("group", Is::OneOf(&["token", "service", "repo", "open", "here", "terminal"]), "What it is about.", |row| {
        row.topic.group.id().into()
    }),
    field!("repo", Is::Maybe(&Is::Text), "The repository, where it is about one.", |row| {
        row.repo.as_ref().map(crate::domain::RepoName::as_str).into()
    }),
    field!("title", Is::Text, "The question.", |row| row.topic.title.trim_start().into()),
    field!("answer", Is::OneOf(&["yes", "no", "unknown", "not_testable"]), "The answer.", |row| row.answer.id().into()),
    field!("says", Is::Text, "The answer in a few words.", |row| row.says.as_str().into()),
    field!("evidence", Is::Text, "What it rests on.", |row| row.evidence.as_str().into()),
    field!("at", Is::Time, "When it was found out.", |row| stamp(row.at)),
    field!("next", Is::Maybe(&Is::Text), "What to do next.", |row| {
        Some(row.next.as_str()).filter(|next| !next.is_empty()).into()
    }),
    field!("needed", Is::Flag, "What atc is for needs it.", |row| row.needed.into()),
];

fn stamp(at: Instant) -> Value {
    at.to_rfc3339_opts(SecondsFormat::Secs, true).into()
}
