//! A request before it is sent: what for, where to, and which answers are answers.

use reqwest::Url;
use serde_json::Value;

use super::super::endpoints::graphql::Document;
use super::super::token::TokenKind;
use crate::provider::port::Validator;

/// Requests that share a limit, and a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    Rest,
    GraphQl,
    /// The session log service: other host, other limits, other headers.
    Copilot,
}

/// What the operation needs from the token, for the next step when it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    Nothing,
    ReadTasks,
    WriteTasks,
    ReadActions,
    WriteActions,
    ReadContents,
    ReadMetadata,
    ReadPulls,
    WritePulls,
    ReadIssues,
    WriteIssues,
    /// Put the agent in charge of an issue.
    AssignAgent,
    ReadChecks,
    ReadStatuses,
    SessionLogs,
}

impl Need {
    /// The permission in GitHub's words, for the kinds of token that have permissions.
    pub fn permission(self) -> Option<&'static str> {
        Some(match self {
            Self::Nothing | Self::SessionLogs => return None,
            Self::ReadTasks => "Agent tasks: read",
            Self::WriteTasks => "Agent tasks: read and write",
            Self::ReadActions => "Actions: read",
            Self::WriteActions => "Actions: read and write",
            Self::ReadContents => "Contents: read",
            Self::ReadMetadata => "Metadata: read",
            Self::ReadPulls => "Pull requests: read",
            Self::WritePulls => "Pull requests: read and write",
            Self::ReadChecks => "Checks: read",
            Self::ReadStatuses => "Commit statuses: read",
            Self::ReadIssues => "Issues: read",
            Self::WriteIssues => "Issues: read and write",
            Self::AssignAgent => "Actions, Contents, Issues and Pull requests: read and write",
        })
    }

    /// What to give the token, as the rest of a sentence.
    pub fn advice(self, kind: TokenKind) -> String {
        let advice = self.give(kind);
        if self == Self::WriteTasks {
            return format!("{advice}; starting tasks also takes Copilot Business or Enterprise");
        }
        advice
    }

    fn give(self, kind: TokenKind) -> String {
        match self.permission() {
            Some(permission) if kind.has_permissions() => format!("give the token {permission}"),
            Some(permission) if kind == TokenKind::Unknown => {
                format!("give the token {permission} (classic and OAuth tokens: the scope `repo`)")
            }
            Some(_) => "give the token the scope `repo`".to_owned(),
            None => "use a token that may do this".to_owned(),
        }
    }
}

/// What is being done, in words for a fault.
#[derive(Clone, Debug)]
pub struct Op {
    /// `list the tasks of acme/billing`.
    pub words: String,
    pub need: Need,
    /// One thing is asked for, so a 404 means that this thing is gone.
    pub one: bool,
}

impl Op {
    pub fn new(words: impl Into<String>, need: Need) -> Self {
        Self { words: words.into(), need, one: false }
    }

    pub fn one(words: impl Into<String>, need: Need) -> Self {
        Self { words: words.into(), need, one: true }
    }
}

/// What goes in the body; with one it is a POST, or a PATCH or a DELETE where it says so.
#[derive(Clone, Debug)]
pub enum Body {
    None,
    /// A POST without content.
    Empty,
    Json(Value),
    /// What to change of a thing that is there.
    Patch(Value),
    /// The same where the service wants it under that name: what is left out stays, and `null` is never in it.
    MergePatch(Value),
    /// A DELETE without content.
    Delete,
    GraphQl(Document, Value),
}

/// What must come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Json,
    /// A log or an archive: of any type but HTML, more of it, and it may lie on another host.
    Log,
    /// A file of a repository, as it is.
    File,
    /// The diff of a pull request: of a larger one the beginning is taken.
    Diff,
    /// The status says it all.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub op: Op,
    pub url: Url,
    pub zone: Zone,
    pub body: Body,
    pub shape: Shape,
    pub validator: Option<Validator>,
    /// Statuses besides 2xx that are answers here.
    pub also: &'static [u16],
    /// Without the headers the operator added.
    pub bare: bool,
}

impl Request {
    pub fn get(op: Op, zone: Zone, url: Url) -> Self {
        Self { op, url, zone, body: Body::None, shape: Shape::Json, validator: None, also: &[], bare: false }
    }

    pub fn post(op: Op, zone: Zone, url: Url, body: Body) -> Self {
        Self { body, ..Self::get(op, zone, url) }
    }

    pub fn shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    pub fn also(self, also: &'static [u16]) -> Self {
        Self { also, ..self }
    }

    pub fn validator(self, validator: Option<Validator>) -> Self {
        Self { validator, ..self }
    }

    pub fn is_get(&self) -> bool {
        matches!(self.body, Body::None)
    }

    /// Changes nothing: a GET, or one of the query documents this program was built with.
    pub fn is_read(&self) -> bool {
        match &self.body {
            Body::None => true,
            Body::GraphQl(document, _) => document.is_query(),
            Body::Empty | Body::Json(_) | Body::Patch(_) | Body::MergePatch(_) | Body::Delete => false,
        }
    }

    /// For the journal.
    pub fn method(&self) -> &'static str {
        match self.body {
            Body::None => "GET",
            Body::Patch(_) | Body::MergePatch(_) => "PATCH",
            Body::Delete => "DELETE",
            Body::Empty | Body::Json(_) | Body::GraphQl(..) => "POST",
        }
    }

    pub fn accept(&self) -> &'static str {
        match (self.zone, self.shape) {
            (Zone::Copilot, _) => "application/json",
            (_, Shape::File) => "application/vnd.github.raw+json",
            (_, Shape::Diff) => "application/vnd.github.diff",
            _ => "application/vnd.github+json",
        }
    }
}
