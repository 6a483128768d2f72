//! What came of a start, in every form it is asked for in.

use serde_json::Value;

use crate::cli::exit::Exit;
use crate::cli::look::joined::{field, maybe_time, text, time};
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::cli::voice::{Cell, Row, Tone};
use crate::cli::wait::{Ending, Seen};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, Instant, Pull, Task, TaskRef};
use crate::text::Safe;

/// The headings of text on a terminal.
pub const HEADS: &[&str] = &["repository", "result", "task", "pull request", "what"];

/// What came of one order.
#[derive(Debug)]
pub enum Came {
    Started(Box<Task>, Option<Box<Seen>>),
    /// An earlier run started it, and it cannot be read now.
    Unread(TaskRef, Fault),
    Failed(Fault),
    /// One of its key was started since.
    Skipped {
        at: Instant,
        task: Option<Safe>,
    },
    /// Its turn did not come.
    NotSent(Safe),
}

/// An order, and what came of it.
#[derive(Debug)]
pub struct Sent {
    pub order: Order,
    pub came: Came,
    /// What the gate said, where it was asked.
    pub verdict: Option<Safe>,
    /// An earlier run of the same plan sent it.
    pub resumed: bool,
}

impl Sent {
    pub fn new(order: Order, came: Came) -> Self {
        Self { order, came, verdict: None, resumed: false }
    }

    /// As it was last seen.
    fn task(&self) -> Option<&Task> {
        match &self.came {
            Came::Started(_, Some(seen)) => Some(&seen.task),
            Came::Started(task, None) => Some(task),
            _ => None,
        }
    }

    fn seen(&self) -> Option<&Seen> {
        if let Came::Started(_, seen) = &self.came { seen.as_deref() } else { None }
    }

    fn id(&self) -> Option<String> {
        match &self.came {
            Came::Unread(at, _) => Some(at.id.raw().to_owned()),
            Came::Skipped { task, .. } => task.as_ref().map(ToString::to_string),
            _ => self.task().map(|task| task.at.id.raw().to_owned()),
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match (&self.came, self.seen().map(|seen| &seen.ending)) {
            (Came::Failed(fault) | Came::Unread(_, fault), _) | (_, Some(Ending::Lost(fault))) => Some(fault),
            _ => None,
        }
    }
}

impl Came {
    fn word(&self) -> &'static str {
        match self {
            Self::Started(..) | Self::Unread(..) => "started",
            Self::Failed(fault) if fault.kind == FaultKind::Refused => "refused",
            Self::Failed(fault) if fault.kind == FaultKind::UnknownOutcome => "unknown",
            Self::Failed(_) => "failed",
            Self::Skipped { .. } => "skipped",
            Self::NotSent(_) => "not_sent",
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Started(_, seen) => seen.as_ref().map_or(Exit::Done, |seen| seen.exit()),
            // The arguments were understood; it is the service that did not take the request.
            Self::Failed(fault) | Self::Unread(_, fault) if fault.kind == FaultKind::Invalid => Exit::Failed,
            Self::Failed(fault) | Self::Unread(_, fault) => Exit::from(fault),
            Self::Skipped { .. } => Exit::Done,
            Self::NotSent(_) => Exit::Failed,
        }
    }
}

/// One row of `atc start --json`, and of whatever else ends in a start.
pub const ROW: &[Field<Sent>] = &[
    field!("verb", Is::OneOf(&["start"]), "What was done.", |_| "start".into()),
    field!("repo", Is::Text, "The repository: owner/name.", |s| s.order.request.repo.as_str().into()),
    field!(
        "result",
        Is::OneOf(&["started", "refused", "unknown", "failed", "skipped", "not_sent"]),
        "What came of it: refused is by the policy or for want of a flag, unknown may have started, skipped was started before under its --key, not_sent can be sent with --plan.",
        |s| s.came.word().into()
    ),
    field!("skipped", Is::Flag, "One of its --key was started in the time of --once-per.", |s| {
        matches!(s.came, Came::Skipped { .. }).into()
    }),
    field!("resumed", Is::Flag, "An earlier run of the same plan sent it; this one did not.", |s| s.resumed.into()),
    field!("task", Is::Maybe(&Is::Text), "The task's id.", |s| s.id().into()),
    field!("state", Is::Maybe(&Is::Text), "The service's word for its state, as last seen.", |s| {
        s.task().map(|task| task.state.wire()).into()
    }),
    field!("url", Is::Maybe(&Is::Text), "Its page.", |s| {
        s.task().and_then(|task| task.html_url.as_ref()).map_or(Value::Null, text)
    }),
    field!(
        "waited",
        Is::Maybe(&Is::OneOf(&["reached", "ended_badly", "timed_out", "interrupted", "lost"])),
        "How the waiting ended; null without --wait.",
        |s| s.seen().map(|seen| seen.ending.word()).into()
    ),
    field!(
        "pull_request",
        Is::Maybe(&Is::Object(|| schema(PULL))),
        "Its pull request; null where it was not waited for, or there is none.",
        |s| { s.seen().and_then(|seen| seen.pull.as_ref()).map_or(Value::Null, |pull| write(PULL, pull)) }
    ),
    field!("since", Is::Maybe(&Is::Time), "When that one was started, where it was skipped.", |s| match s.came {
        Came::Skipped { at, .. } => time(at),
        _ => Value::Null,
    }),
    field!("why", Is::Maybe(&Is::Text), "Why it was not sent.", |s| match &s.came {
        Came::NotSent(why) => why.as_str().into(),
        _ => Value::Null,
    }),
    field!("error", Is::Maybe(&Is::Object(|| schema(FAULT))), "What went wrong.", |s| {
        s.fault().map_or(Value::Null, fault_json)
    }),
    field!("verdict", Is::Maybe(&Is::Text), "What the policy said to it, at its turn.", |s| {
        s.verdict.as_ref().map(Safe::as_str).into()
    }),
    field!("intent", Is::Text, "Its id in the ledger, where it was sent.", |s| s.order.id.to_string().into()),
    field!("plan", Is::Maybe(&Is::Text), "The plan it is a row of: what --plan takes.", |s| {
        s.order.plan.map(|plan| plan.to_string()).into()
    }),
    field!("template", Is::Maybe(&Is::Text), "The template the prompt was made of.", |s| s
        .order
        .template
        .clone()
        .into()),
    field!("ticket", Is::Maybe(&Is::Text), "What the work is for.", |s| s.order.ticket.clone().into()),
];

const PULL: &[Field<Pull>] = &[
    field!("number", Is::Whole, "Its number.", |p| p.number.into()),
    field!("url", Is::Text, "Its page.", |p| text(&p.url)),
    field!("title", Is::Text, "Its title.", |p| text(&p.title)),
];

/// What went wrong, wherever it did.
pub const FAULT: &[Field<Fault>] = &[
    field!("what", Is::Text, "What went wrong.", |f| f.what.as_str().into()),
    field!("next_step", Is::Text, "What to do next.", |f| f.next_step.as_str().into()),
    field!("retry_at", Is::Maybe(&Is::Time), "When it may be tried again, where the service said so.", |f| {
        maybe_time(f.retry_at)
    }),
];

pub fn fault_json(fault: &Fault) -> Value {
    write(FAULT, fault)
}

pub fn row(sent: &Sent) -> Row {
    let came = &sent.came;
    let shown = sent.id().map(|id| Safe::new(&id));
    let pull = sent.seen().and_then(|seen| seen.pull.as_ref()).map(|pull| format!("#{}", pull.number));
    let what = match came {
        Came::Started(_, Some(seen)) => Cell::toned(seen.said(), seen.tone()),
        Came::Started(task, None) => Cell::new(task.state.word()),
        Came::Failed(fault) | Came::Unread(_, fault) => Cell::new(fault.to_string()),
        Came::Skipped { at, .. } => Cell::new(format!("already started at {}", at.format("%Y-%m-%d %H:%M:%SZ"))),
        Came::NotSent(why) => Cell::new(format!("not sent: {why}")),
    };
    let cells = vec![
        Cell::new(sent.order.request.repo.as_str()),
        Cell::toned(came.word().replace('_', " "), tone(came)),
        shown.clone().map(Cell::new).unwrap_or_default(),
        pull.map(Cell::new).unwrap_or_default(),
        what,
    ];
    // What was skipped is nothing this run has started.
    let id = shown.filter(|_| matches!(came, Came::Started(..) | Came::Unread(..)));
    Row { json: write(ROW, sent), id, cells }
}

fn tone(came: &Came) -> Tone {
    match came {
        Came::Started(..) => Tone::Good,
        Came::Skipped { .. } => Tone::Plain,
        Came::Unread(..) => Tone::Open,
        Came::Failed(fault) if fault.kind == FaultKind::UnknownOutcome => Tone::Open,
        Came::Failed(_) | Came::NotSent(_) => Tone::Bad,
    }
}
