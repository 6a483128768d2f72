//! `--dry-run`: what would be sent and what the gate says of it now. Reads are made for the verdict; nothing is sent,
//! nothing is recorded.

use serde_json::{Map, Value};

use super::once::Once;
use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::look::joined::field;
use crate::cli::look::shape::{Field, Is, schema, write};
use crate::cli::output;
use crate::cli::voice::{Cell, Form, Row};
use crate::domain::policy::{Judgement, NoGrant, Verdict};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind};
use crate::ledger::port::Entry;
use crate::ops;
use crate::provider::port::Sketch;

/// An order that is not sent.
#[derive(Debug)]
pub struct Tried {
    order: Order,
    judged: Judgement,
    granted: Result<(), (NoGrant, Fault)>,
    sketch: Option<Sketch>,
    /// One of its key was started in the time: it would be skipped.
    before: Option<Entry>,
}

impl Tried {
    fn missing(&self) -> Option<&'static str> {
        match self.granted {
            _ if self.before.is_some() => None,
            Err((NoGrant::NeedsReason, _)) => Some("--reason"),
            Err((NoGrant::Duplicate, _)) => Some("--again"),
            _ => None,
        }
    }

    fn duplicates(&self) -> Vec<String> {
        self.judged.duplicates().iter().map(ToString::to_string).collect()
    }
}

/// One row of `--dry-run --json`.
pub const DRY: &[Field<Tried>] = &[
    field!("verb", Is::OneOf(&["start"]), "What would be done.", |_| "start".into()),
    field!("dry_run", Is::Flag, "Nothing was sent: always true.", |_| true.into()),
    field!("repo", Is::Text, "The repository: owner/name.", |t| t.order.request.repo.as_str().into()),
    field!("request", Is::Object(|| schema(REQUEST)), "The request as it would be sent, without the token.", |t| {
        write(REQUEST, t)
    }),
    field!(
        "verdict",
        Is::OneOf(&["allowed", "needs_reason", "needs_confirmation", "refused"]),
        "What the policy says to it now.",
        |t| {
            let allowed = t.judged.verdict() == Verdict::Allowed;
            if allowed && t.granted.is_err() && t.before.is_none() {
                "needs_confirmation".into()
            } else {
                t.judged.verdict().word().into()
            }
        }
    ),
    field!("line", Is::Text, "The verdict with its rule and numbers, in a line.", |t| t.judged.line().as_str().into()),
    field!("rule", Is::Text, "The rule it followed from.", |t| t.judged.rule().as_str().into()),
    field!("would_start", Is::Flag, "It would be sent as it stands.", |t| {
        (t.granted.is_ok() && t.before.is_none()).into()
    }),
    field!("skipped", Is::Flag, "One of its --key was started in the time of --once-per: it would be skipped.", |t| {
        t.before.is_some().into()
    }),
    field!("missing", Is::Maybe(&Is::OneOf(&["--reason", "--again"])), "The flag it would take.", |t| t
        .missing()
        .into()),
    field!("duplicates", Is::List(&Is::Text), "The same work that may be under way.", |t| t.duplicates().into()),
    field!("template", Is::Maybe(&Is::Text), "The template the prompt was made of.", |t| t
        .order
        .template
        .clone()
        .into()),
    field!("ticket", Is::Maybe(&Is::Text), "What the work is for.", |t| t.order.ticket.clone().into()),
];

const REQUEST: &[Field<Tried>] = &[
    field!("method", Is::Maybe(&Is::Text), "The method.", |t| t.sketch.as_ref().map(|sketch| sketch.method).into()),
    field!("url", Is::Maybe(&Is::Text), "The address.", |t| {
        t.sketch.as_ref().map(|sketch| sketch.url.as_str()).into()
    }),
    field!("headers", Is::Maybe(&Is::Named(&Is::Text)), "The headers by their names, in lower case.", |t| {
        let Some(sketch) = &t.sketch else { return Value::Null };
        let all = sketch.headers.iter().map(|(name, value)| (name.to_string(), Value::from(value.as_str())));
        Value::Object(all.collect::<Map<_, _>>())
    }),
    field!("body", Is::Named(&Is::Any), "The body: the service's own fields.", |t| t.order.request.body()),
];

/// Prints every order and gives the exit code that sending them would begin with.
pub async fn run(desk: &Desk, orders: Vec<Order>, once: Option<&Once>) -> Exit {
    let mut exit = Exit::Done;
    let mut table = desk.voice.list(&[]);
    for (number, order) in orders.into_iter().enumerate() {
        let (judged, granted) = ops::start::try_out(&desk.context, &order).await;
        let sketch = desk.context.provider.sketch_start(&order.request.repo);
        let before = match once {
            Some(once) => ops::start::used(&desk.context, &order, &once.claim(desk.context.now())).await,
            None => None,
        };
        // What is skipped is not refused.
        if let (Err((_, fault)), None) = (&granted, &before) {
            exit = exit.worse(Exit::from(fault));
            // The page has it in its verdict.
            if desk.voice.form != Form::Text || fault.kind != FaultKind::Refused {
                output::complain(&format!("atc: {}: {fault}", order.request.repo));
            }
        }
        let tried = Tried { order, judged, granted, sketch, before };
        match desk.voice.form {
            Form::Text => exit = exit.worse(say(&tried, number == 0)),
            Form::Json => table.row(Row { json: write(DRY, &tried), id: None, cells: vec![Cell::default()] }),
            // There is no id yet.
            Form::Ids => {}
        }
    }
    exit.worse(table.end())
}

fn say(tried: &Tried, first: bool) -> Exit {
    let mut lines = if first { Vec::new() } else { vec![String::new()] };
    lines.extend(request(tried.sketch.as_ref()));
    lines.push(String::new());
    lines.extend(tried.order.request.body_text().lines().map(str::to_owned));
    lines.push(String::new());
    lines.push(format!("verdict: {}", tried.judged.line()));
    lines.extend(tried.duplicates().iter().map(|duplicate| format!("duplicate: {duplicate}")));
    lines.extend(tried.missing().map(|flag| format!("it would be refused without {flag}")));
    lines.extend(tried.before.as_ref().map(|before| {
        format!(
            "it would be skipped: one of its --key was started at {}",
            before.intent.at.format("%Y-%m-%d %H:%M:%SZ")
        )
    }));
    lines.push("dry run: nothing was sent".to_owned());
    output::say(&lines.join("\n"))
}

fn request(sketch: Option<&Sketch>) -> Vec<String> {
    let Some(sketch) = sketch else { return Vec::new() };
    let first = format!("{} {}", sketch.method, sketch.url);
    let headers = sketch.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    std::iter::once(first).chain(headers).collect()
}
