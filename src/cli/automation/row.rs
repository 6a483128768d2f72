//! What came of an act, in every form it is asked for in.

use serde_json::Value;

use crate::cli::exit::Exit;
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::cli::voice::{Cell, Row, Tone};
use crate::domain::automation::{Act, Change};
use crate::domain::{AutomationOrder, Fault, FaultKind, Task};
use crate::ops::automate::Stale;
use crate::text::Safe;

pub const HEADS: &[&str] = &["automation", "repository", "name", "result", "task", "what"];

/// What came of one order.
#[derive(Debug)]
pub enum Came {
    DryRun,
    /// As was asked; `true`: it was so already, and nothing was sent.
    Done {
        id: Safe,
        already: bool,
    },
    Ran(Box<Task>),
    /// Accepted; nobody waited for its task.
    Accepted,
    /// Accepted, and no task of it was seen.
    Missing,
    Failed(Fault),
    Stale(Fault, Box<Stale>),
    NotSent,
}

/// An order, and what came of it.
#[derive(Debug)]
pub struct Acted {
    pub order: AutomationOrder,
    pub came: Came,
    pub verdict: Option<Safe>,
    /// What an edit changes.
    pub changes: Vec<Change>,
    /// What is pointed out about its prompt.
    pub advice: Vec<String>,
}

impl Acted {
    pub fn new(order: AutomationOrder, came: Came) -> Self {
        Self { order, came, verdict: None, changes: Vec::new(), advice: Vec::new() }
    }

    fn verb(&self) -> &'static str {
        match &self.order.act {
            Act::Create(_) => "create",
            Act::Edit(..) => "edit",
            Act::Switch(_, true) => "enable",
            Act::Switch(_, false) => "disable",
            Act::Run(..) => "run",
            Act::Delete(_) => "delete",
        }
    }

    fn id(&self) -> Option<Safe> {
        match &self.came {
            Came::Done { id, .. } => Some(id.clone()),
            _ => self.order.pinned().map(|pinned| pinned.id.show()),
        }
    }

    fn task(&self) -> Option<&Task> {
        if let Came::Ran(task) = &self.came { Some(task) } else { None }
    }

    fn fault(&self) -> Option<&Fault> {
        match &self.came {
            Came::Failed(fault) | Came::Stale(fault, _) => Some(fault),
            _ => None,
        }
    }

    pub fn exit(&self) -> Exit {
        match &self.came {
            Came::DryRun | Came::Done { .. } | Came::Ran(_) | Came::Accepted => Exit::Done,
            // It is on record as not known, and looked for again by whoever reconciles.
            Came::Missing => Exit::Unknown,
            Came::Stale(..) => Exit::Refused,
            Came::Failed(fault) if fault.kind == FaultKind::Invalid => Exit::Failed,
            Came::Failed(fault) => Exit::from(fault),
            Came::NotSent => Exit::Failed,
        }
    }

    /// The word of the result. Programs read it: never change one.
    fn word(&self) -> &'static str {
        match &self.came {
            Came::DryRun => "dry_run",
            Came::Done { already: true, .. } => "unchanged",
            Came::Done { .. } => match &self.order.act {
                Act::Create(_) => "created",
                Act::Switch(_, true) => "enabled",
                Act::Switch(_, false) => "disabled",
                Act::Delete(_) => "deleted",
                Act::Edit(..) | Act::Run(..) => "changed",
            },
            Came::Ran(_) => "started",
            Came::Accepted => "accepted",
            Came::Missing => "missing",
            Came::Stale(..) => "stale",
            Came::Failed(fault) if fault.kind == FaultKind::Refused => "refused",
            Came::Failed(fault) if fault.kind == FaultKind::UnknownOutcome => "unknown",
            Came::Failed(_) => "failed",
            Came::NotSent => "not_sent",
        }
    }

    /// What it means, where that is more than the word.
    pub fn said(&self) -> Safe {
        Safe::new(match &self.came {
            Came::DryRun => "nothing was sent".to_owned(),
            Came::Done { already: true, .. } => "it was so already; nothing was sent".to_owned(),
            Came::Done { .. } => {
                self.changes.iter().map(|change| change.words().to_string()).collect::<Vec<_>>().join("; ")
            }
            Came::Ran(task) => format!("it started a task: {}", task.state.word()),
            Came::Accepted => "the run was accepted; its task was not waited for".to_owned(),
            Came::Missing => "the run was accepted, and no task of it was seen within a minute; it is not sent again: \
                              `atc automation runs` shows whether it comes"
                .to_owned(),
            Came::Failed(fault) | Came::Stale(fault, _) => fault.to_string(),
            Came::NotSent => "not sent: what came before it did not go well".to_owned(),
        })
    }

    pub fn row(&self) -> Row {
        let tone = match self.exit() {
            Exit::Done if matches!(self.came, Came::Accepted | Came::DryRun) => Tone::Open,
            Exit::Done => Tone::Good,
            Exit::Unknown => Tone::Open,
            _ => Tone::Bad,
        };
        let id = self.id();
        // Of a run it is the task that somebody goes on with.
        let quiet =
            if matches!(self.order.act, Act::Run(..)) { self.task().map(|task| task.at.id.show()) } else { id.clone() };
        Row {
            json: write(ACTED, self),
            id: quiet,
            cells: vec![
                Cell { text: id.unwrap_or_default(), tone: Tone::Plain },
                Cell::new(self.order.repo.as_str()),
                Cell { text: self.order.name().show_line(), tone: Tone::Plain },
                Cell::toned(self.word().replace('_', " "), tone),
                Cell { text: self.task().map(|task| task.at.id.show()).unwrap_or_default(), tone: Tone::Plain },
                Cell::new(self.said()),
            ],
        }
    }
}

/// One row of every verb that changes an automation.
pub const ACTED: &[Field<Acted>] = &[
    field!("verb", Is::OneOf(&["create", "edit", "enable", "disable", "run", "delete"]), "What was asked for.", |a| a
        .verb()
        .into()),
    field!("automation", Is::Maybe(&Is::Text), "Its id; null while it has none.", |a| {
        a.id().map(|id| id.to_string()).into()
    }),
    field!("repo", Is::Text, "Its repository: owner/name.", |a| a.order.repo.as_str().into()),
    field!("name", Is::Text, "What it is called.", |a| a.order.name().raw_for_wire().into()),
    field!(
        "result",
        Is::OneOf(&[
            "dry_run",
            "unchanged",
            "created",
            "changed",
            "enabled",
            "disabled",
            "deleted",
            "started",
            "accepted",
            "missing",
            "stale",
            "refused",
            "unknown",
            "failed",
            "not_sent"
        ]),
        "What came of it: accepted is a run whose task was not waited for, missing one whose task was not seen, stale an automation edited since it was read, unknown may have happened.",
        |a| a.word().into()
    ),
    field!("task", Is::Maybe(&Is::Text), "The task a run started.", |a| a.task().map(|task| task.at.id.raw()).into()),
    field!("what", Is::Text, "The result in words, and what to do next.", |a| a.said().to_string().into()),
    field!("verdict", Is::Maybe(&Is::Text), "What the policy said, where it was asked.", |a| {
        a.verdict.as_ref().map(ToString::to_string).into()
    }),
    field!("changes", Is::List(&Is::Object(|| schema(CHANGE))), "The fields that differ.", |a| {
        a.changes.iter().map(|change| write(CHANGE, change)).collect()
    }),
    field!("advice", Is::List(&Is::Text), "What is to be said about its prompt.", |a| {
        a.advice.iter().map(|one| Value::from(one.as_str())).collect()
    }),
    field!("request_json", Is::Maybe(&Is::Text), "The body of the request, as JSON; null where there is none.", |a| {
        a.order.body().map(|body| body.to_string()).into()
    }),
    field!("intent", Is::Text, "Under which id it stands in the ledger, if it was sent.", |a| {
        a.order.id.to_string().into()
    }),
    field!("error", Is::Maybe(&Is::Text), "What went wrong.", |a| {
        a.fault().map(|fault| fault.what.to_string()).into()
    }),
    field!("next_step", Is::Maybe(&Is::Text), "What to do about it.", |a| {
        a.fault().map(|fault| fault.next_step.to_string()).into()
    }),
];

pub(super) const CHANGE: &[Field<Change>] = &[
    field!("field", Is::Text, "The field.", |c| c.field.into()),
    field!("was_json", Is::Maybe(&Is::Text), "What it says at the service, as JSON.", |c| {
        c.was.as_ref().map(ToString::to_string).into()
    }),
    field!("becomes_json", Is::Text, "What it will say, as JSON.", |c| c.becomes.to_string().into()),
];
