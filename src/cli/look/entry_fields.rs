//! One entry of a log, as `atc logs --format jsonl` tells it.

use serde_json::Value;

use super::joined::{field, maybe, maybe_time};
use super::shape::{Field, Is, write};
use crate::text::Untrusted;
use crate::transcript::{EditVerb, Entry, Facet, FacetSet, Kind};

const FACETS: Is = Is::List(&Is::OneOf(&[
    "words",
    "commands",
    "files",
    "tests",
    "reasoning",
    "progress",
    "errors",
    "user",
    "calls",
    "setup",
]));

/// An entry and what it is about.
#[derive(Debug)]
pub struct Told {
    pub entry: Entry,
    pub facets: FacetSet,
}

pub const ENTRY: &[Field<Told>] = &[
    field!("id", Is::Whole, "Counts up from 0; the same entry told again has the same id.", |t| t.entry.id.into()),
    field!("line", Is::Whole, "The line of the log it began at; 0 where that is not known.", |t| t
        .entry
        .lines
        .first
        .into()),
    field!("at", Is::Maybe(&Is::Time), "When it happened.", |t| maybe_time(t.entry.at)),
    field!("ended_at", Is::Maybe(&Is::Time), "When the result of a tool call came.", |t| maybe_time(t.entry.ended_at)),
    field!("kind", KINDS, "What it is.", |t| kind(&t.entry.kind).into()),
    field!("facets", FACETS, "What it is about, as after --facet.", |t| {
        Facet::ALL.into_iter().filter(|facet| t.facets.has(*facet)).map(|facet| Value::from(facet.word())).collect()
    }),
    field!("failed", Is::Flag, "Something went wrong here.", |t| t.entry.is_error().into()),
    field!("pending", Is::Flag, "A tool call that has not been answered yet.", |t| t.entry.kind.is_pending().into()),
    field!("what", Is::Maybe(&Is::Text), "The command, path, query, title or name of a tool.", |t| maybe(what(
        &t.entry.kind
    ))),
    field!("text", Is::Maybe(&Is::Text), "Words, a diff, or the input of a tool.", |t| maybe(body(&t.entry.kind))),
    field!("output", Is::Maybe(&Is::Text), "What a tool answered.", |t| maybe(output(&t.entry.kind))),
    field!("exit", Is::Maybe(&Is::Number), "The exit code of a command.", |t| match &t.entry.kind {
        Kind::Command(command) => command.exit.into(),
        _ => Value::Null,
    }),
];

const KINDS: Is = Is::OneOf(&[
    "text",
    "reasoning",
    "setup",
    "command",
    "view",
    "create",
    "edit",
    "patch",
    "search",
    "progress",
    "tool",
    "error",
    "user",
    "pull_request",
    "line",
    "unreadable",
]);

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text(_) => "text",
        Kind::Reasoning(_) => "reasoning",
        Kind::Setup { .. } => "setup",
        Kind::Command(_) => "command",
        Kind::View { .. } => "view",
        Kind::Edit(edit) => match edit.verb {
            EditVerb::Create => "create",
            EditVerb::Edit => "edit",
            EditVerb::Patch => "patch",
        },
        Kind::Search { .. } => "search",
        Kind::Progress { .. } => "progress",
        Kind::Tool { .. } => "tool",
        Kind::Error(_) => "error",
        Kind::User(_) => "user",
        Kind::PullSummary { .. } => "pull_request",
        Kind::Line(_) => "line",
        Kind::Broken(_) => "unreadable",
    }
}

fn what(kind: &Kind) -> Option<&Untrusted> {
    match kind {
        Kind::Command(command) => Some(&command.command),
        Kind::Setup { name, .. } | Kind::Tool { name, .. } => Some(name),
        Kind::View { path, .. } => Some(path),
        Kind::Edit(edit) => Some(&edit.path),
        Kind::Search { query, .. } => Some(query),
        Kind::Progress { title, .. } | Kind::PullSummary { title, .. } => Some(title),
        _ => None,
    }
}

fn body(kind: &Kind) -> Option<&Untrusted> {
    match kind {
        Kind::Text(text)
        | Kind::Reasoning(text)
        | Kind::Error(text)
        | Kind::User(text)
        | Kind::Line(text)
        | Kind::Broken(text) => Some(text),
        Kind::Command(command) => command.description.as_ref(),
        Kind::Edit(edit) => Some(edit.diff.text()),
        Kind::Progress { body, .. } | Kind::PullSummary { body, .. } => Some(body),
        Kind::Tool { input, .. } => Some(input),
        Kind::Setup { .. } | Kind::View { .. } | Kind::Search { .. } => None,
    }
}

fn output(kind: &Kind) -> Option<&Untrusted> {
    match kind {
        Kind::Command(command) => command.output.as_ref(),
        Kind::Edit(edit) => edit.said.as_ref(),
        Kind::Setup { output, .. }
        | Kind::View { output, .. }
        | Kind::Search { output, .. }
        | Kind::Progress { output, .. }
        | Kind::Tool { output, .. } => output.as_ref(),
        _ => None,
    }
}

impl Told {
    pub fn json(&self) -> Value {
        write(ENTRY, self)
    }
}
