//! What came of a start, in every form it is asked for in.

use serde_json::{Map, Value, json};

use crate::cli::exit::Exit;
use crate::cli::voice::{Cell, Row, Tone};
use crate::cli::wait::{Ending, Seen};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, Instant, Task};
use crate::text::Safe;

/// The headings of text on a terminal.
pub const HEADS: &[&str] = &["repository", "result", "task", "pull request", "what"];

/// What came of one order.
#[derive(Debug)]
pub enum Came {
    Started(Box<Task>, Option<Box<Seen>>),
    Failed(Fault),
    /// One of its key was started since.
    Skipped {
        at: Instant,
        task: Option<Safe>,
    },
    /// The program was told to end before its turn came.
    NotSent,
}

impl Came {
    fn word(&self) -> &'static str {
        match self {
            Self::Started(..) => "started",
            Self::Failed(fault) if fault.kind == FaultKind::Refused => "refused",
            Self::Failed(fault) if fault.kind == FaultKind::UnknownOutcome => "unknown",
            Self::Failed(_) => "failed",
            Self::Skipped { .. } => "skipped",
            Self::NotSent => "not_sent",
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Started(_, seen) => seen.as_ref().map_or(Exit::Done, |seen| seen.exit()),
            // The arguments were understood; it is the service that did not take the request.
            Self::Failed(fault) if fault.kind == FaultKind::Invalid => Exit::Failed,
            Self::Failed(fault) => Exit::from(fault),
            Self::Skipped { .. } => Exit::Done,
            Self::NotSent => Exit::Failed,
        }
    }
}

/// `verdict`: what the gate said, where it was asked.
pub fn row(order: &Order, came: &Came, verdict: Option<&Safe>) -> Row {
    let mut json = Map::new();
    let mut put = |name: &str, value: Value| drop(json.insert(name.to_owned(), value));
    put("verb", json!("start"));
    put("repo", json!(order.request.repo.as_str()));
    put("result", json!(came.word()));
    put("skipped", json!(matches!(came, Came::Skipped { .. })));
    let mut cells = vec![
        Cell::new(order.request.repo.as_str()),
        Cell::toned(came.word().replace('_', " "), tone(came)),
        Cell::default(),
        Cell::default(),
        Cell::default(),
    ];
    let mut set = |place: usize, cell: Cell| {
        if let Some(at) = cells.get_mut(place) {
            *at = cell;
        }
    };
    let mut id = None;
    match came {
        Came::Started(task, seen) => {
            let task = seen.as_ref().map_or(&**task, |seen| &seen.task);
            put("task", json!(task.at.id.raw()));
            put("state", json!(task.state.wire()));
            put("url", json!(task.html_url.as_ref().map(crate::text::Untrusted::raw_for_wire)));
            set(2, Cell::new(task.at.id.show()));
            set(4, Cell::new(task.state.word()));
            id = Some(task.at.id.show());
            if let Some(seen) = seen {
                put("waited", json!(seen.ending.word()));
                put("pull_request", seen.pull.as_ref().map_or(Value::Null, |pull| {
                    json!({ "number": pull.number, "url": pull.url.raw_for_wire(), "title": pull.title.raw_for_wire() })
                }));
                if let Some(pull) = &seen.pull {
                    set(3, Cell::new(format!("#{}", pull.number)));
                }
                set(4, Cell::toned(seen.said(), seen.tone()));
                if let Ending::Lost(fault) = &seen.ending {
                    put("error", fault_json(fault));
                }
            }
        }
        Came::Failed(fault) => {
            put("error", fault_json(fault));
            set(4, Cell::new(fault.to_string()));
        }
        Came::Skipped { at, task } => {
            put("since", json!(at.to_rfc3339()));
            put("task", json!(task.as_deref()));
            set(2, Cell::new(task.as_deref().unwrap_or_default()));
            set(4, Cell::new(format!("already started at {}", at.format("%Y-%m-%d %H:%M:%SZ"))));
        }
        Came::NotSent => set(4, Cell::new("interrupted before its turn")),
    }
    put("verdict", json!(verdict.map(Safe::as_str)));
    put("intent", json!(order.id.to_string()));
    put("template", json!(order.template));
    put("ticket", json!(order.ticket));
    Row { json: Value::Object(json), id, cells }
}

pub fn fault_json(fault: &Fault) -> Value {
    json!({
        "what": fault.what.as_str(),
        "next_step": fault.next_step.as_str(),
        "retry_at": fault.retry_at.map(|at| at.to_rfc3339()),
    })
}

fn tone(came: &Came) -> Tone {
    match came {
        Came::Started(..) => Tone::Good,
        Came::Skipped { .. } => Tone::Plain,
        Came::Failed(fault) if fault.kind == FaultKind::UnknownOutcome => Tone::Open,
        Came::Failed(_) | Came::NotSent => Tone::Bad,
    }
}
