//! `atc ledger reconcile`: what became of that which nobody knows the outcome of. Reads at the service; only the ledger
//! is written to, and nothing is ever sent again.

use chrono::SecondsFormat;
use serde_json::Value;

use super::args::ReconcileArgs;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::joined::{field, time};
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::cli::output;
use crate::cli::start::{FAULT, fault_json};
use crate::cli::voice::{Cell, Row, Tone};
use crate::domain::Fault;
use crate::ledger::port::{Action, Entry};
use crate::ops::settle::{self, Settled};
use crate::text::Safe;

const HEADS: &[&str] = &["done at", "action", "repository", "what it was done to", "result", "what"];

/// An action, and what was found out about it.
#[derive(Debug)]
pub struct Told {
    entry: Entry,
    /// `None`: it was not looked for.
    came: Option<Result<Settled, Fault>>,
}

impl Told {
    fn word(&self) -> &'static str {
        match &self.came {
            None => "open",
            Some(Ok(Settled::Started(_) | Settled::Confirmed(_))) => "confirmed",
            Some(Ok(Settled::Rejected(_))) => "rejected",
            Some(Ok(Settled::Open(_)) | Err(_)) => "unknown",
        }
    }

    fn exit(&self) -> Exit {
        match &self.came {
            // That is known now, whichever it is.
            Some(Ok(Settled::Started(_) | Settled::Confirmed(_) | Settled::Rejected(_))) => Exit::Done,
            None | Some(Ok(Settled::Open(_))) => Exit::Unknown,
            // Without a token nothing can be looked for; anything else leaves it open.
            Some(Err(fault)) => Exit::from(fault).worse(Exit::Unknown),
        }
    }

    fn what(&self) -> String {
        match &self.came {
            None => self.entry.outcome.as_ref().map(|(_, outcome)| outcome.detail().to_owned()).unwrap_or_default(),
            Some(Ok(Settled::Started(task))) => task.at.id.raw().to_owned(),
            Some(Ok(Settled::Confirmed(what) | Settled::Rejected(what) | Settled::Open(what))) => what.clone(),
            Some(Err(fault)) => fault.to_string(),
        }
    }

    /// What it was done to, as a person names it.
    fn subject(&self) -> String {
        let intent = &self.entry.intent;
        let of_pull = intent.pull.map(|number| format!("#{number}"));
        of_pull.or_else(|| intent.task.clone()).or_else(|| intent.ticket.clone()).unwrap_or_default()
    }
}

const ACTIONS: Is = Is::OneOf(&[
    Action::Start.word(),
    Action::Cancel.word(),
    Action::ForceCancel.word(),
    Action::Comment.word(),
    Action::MarkReady.word(),
    Action::Assign.word(),
    Action::RequestReview.word(),
    Action::ApproveRun.word(),
    Action::Approve.word(),
    Action::Close.word(),
    Action::AutomationCreate.word(),
    Action::AutomationEdit.word(),
    Action::AutomationEnable.word(),
    Action::AutomationDisable.word(),
    Action::AutomationRun.word(),
    Action::AutomationDelete.word(),
]);

/// One row of `atc ledger reconcile --json`.
pub const RECONCILED: &[Field<Told>] = &[
    field!("verb", Is::OneOf(&["reconcile"]), "What was done.", |_| "reconcile".into()),
    field!("id", Is::Text, "The action's id in the ledger.", |t| t.entry.intent.id.to_string().into()),
    field!("at", Is::Time, "When it was done.", |t| time(t.entry.intent.at)),
    field!("action", ACTIONS, "What it was.", |t| t.entry.intent.action.word().into()),
    field!("repo", Is::Text, "The repository: owner/name.", |t| t.entry.intent.repo.as_str().into()),
    field!("task", Is::Maybe(&Is::Text), "The task it was done to, or that came of it.", |t| {
        match &t.came {
            Some(Ok(Settled::Started(task))) => task.at.id.raw().into(),
            _ => t.entry.intent.task.clone().into(),
        }
    }),
    field!("pull_request", Is::Maybe(&Is::Whole), "The number of the pull request it was done to.", |t| t
        .entry
        .intent
        .pull
        .into()),
    field!("host", Is::Text, "The service it was sent to.", |t| t.entry.intent.host.clone().into()),
    field!(
        "result",
        Is::OneOf(&["confirmed", "rejected", "unknown", "open"]),
        "confirmed: it is proved that it happened, and the ledger says so now; rejected: it is proved that it came to nothing, as a cancel whose run ended by itself; unknown: it was looked for and is not proved; open: it was not looked for (--dry-run).",
        |t| t.word().into()
    ),
    field!("what", Is::Text, "What was seen, or what is not known.", |t| t.what().into()),
    field!("error", Is::Maybe(&Is::Object(|| schema(FAULT))), "Why it could not be looked for.", |t| match &t.came {
        Some(Err(fault)) => fault_json(fault),
        _ => Value::Null,
    }),
];

pub async fn run(args: &ReconcileArgs, desk: &Desk) -> Result<Exit, Fault> {
    let open = settle::open(&desk.context, &desk.typed).await?;
    let all = open.len();
    let mut table = desk.voice.table(HEADS);
    let (mut exit, mut left) = (Exit::Done, 0);
    for entry in open {
        if desk.stop.is_heard() {
            output::complain("atc: interrupted: what was found out is written down");
            break;
        }
        let came = if args.dry_run { None } else { Some(settle::settle(&desk.context, &entry).await) };
        let told = Told { entry, came };
        left += usize::from(told.exit() != Exit::Done);
        exit = exit.worse(told.exit());
        if let Some(Err(fault)) = &told.came {
            output::complain(&format!("atc: {}: {fault}", told.entry.intent.id));
        }
        table.row(row(&told));
    }
    if left > 0 {
        let verb = if args.dry_run {
            "to be looked for"
        } else {
            "not known still; look again later, or at the service itself"
        };
        output::complain(&format!("atc: {left} of {all} {verb}"));
    }
    Ok(exit.worse(table.end()))
}

fn row(told: &Told) -> Row {
    let intent = &told.entry.intent;
    let tone = if told.word() == "rejected" {
        Tone::Bad
    } else if told.exit() == Exit::Done {
        Tone::Good
    } else {
        Tone::Open
    };
    Row {
        json: write(RECONCILED, told),
        id: Some(Safe::new(intent.id.to_string())),
        cells: vec![
            Cell::new(intent.at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Cell::new(intent.action.word().replace('_', " ")),
            Cell::new(intent.repo.as_str()),
            Cell::new(told.subject()),
            Cell::toned(told.word(), tone),
            Cell::new(told.what()),
        ],
    }
}
