//! `--dry-run`: what would be sent and what the gate says of it now. Reads are made for the verdict; nothing is sent,
//! nothing is recorded.

use serde_json::{Value, json};

use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::voice::{Cell, Form, Row};
use crate::domain::policy::{NoGrant, Verdict};
use crate::domain::start::Order;
use crate::ops;
use crate::provider::port::Sketch;

/// Prints every order and gives the exit code that sending them would begin with.
pub async fn run(desk: &Desk, orders: &[Order]) -> Exit {
    let mut exit = Exit::Done;
    let mut table = desk.voice.table(&[]);
    for (number, order) in orders.iter().enumerate() {
        let judged = ops::start::judge(&desk.context, order).await;
        let sketch = desk.context.provider.sketch_start(&order.request.repo);
        let granted = judged.grant(order.reason.as_deref(), order.again).map(drop);
        if granted.is_err() {
            exit = exit.worse(Exit::Refused);
        }
        let missing = match granted {
            Err(NoGrant::NeedsReason) => Some("--reason"),
            Err(NoGrant::Duplicate) => Some("--again"),
            _ => None,
        };
        let duplicates: Vec<String> = judged.duplicates().iter().map(ToString::to_string).collect();
        match desk.voice.form {
            Form::Text => {
                let mut lines = if number == 0 { Vec::new() } else { vec![String::new()] };
                lines.extend(request(sketch.as_ref()));
                lines.push(String::new());
                lines.extend(order.request.body_text().lines().map(str::to_owned));
                lines.push(String::new());
                lines.push(format!("verdict: {}", judged.line()));
                lines.extend(duplicates.iter().map(|duplicate| format!("duplicate: {duplicate}")));
                lines.extend(missing.map(|flag| format!("it would be refused without {flag}")));
                lines.push("dry run: nothing was sent".to_owned());
                exit = exit.worse(output::say(&lines.join("\n")));
            }
            Form::Json => table.row(Row {
                json: json!({
                    "verb": "start",
                    "dry_run": true,
                    "repo": order.request.repo.as_str(),
                    "request": as_json(sketch.as_ref(), order),
                    "verdict": if judged.verdict() == Verdict::Allowed && granted.is_err() {
                        "needs_confirmation"
                    } else {
                        judged.verdict().word()
                    },
                    "line": judged.line().as_str(),
                    "rule": judged.rule().as_str(),
                    "would_start": granted.is_ok(),
                    "missing": missing,
                    "duplicates": duplicates,
                    "template": order.template,
                    "ticket": order.ticket,
                }),
                id: None,
                cells: vec![Cell::default()],
            }),
            // There is no id yet.
            Form::Ids => {}
        }
    }
    exit.worse(table.end())
}

fn request(sketch: Option<&Sketch>) -> Vec<String> {
    let Some(sketch) = sketch else { return Vec::new() };
    let first = format!("{} {}", sketch.method, sketch.url);
    let headers = sketch.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    std::iter::once(first).chain(headers).collect()
}

fn as_json(sketch: Option<&Sketch>, order: &Order) -> Value {
    let headers = sketch.map(|sketch| {
        let all = sketch.headers.iter().map(|(name, value)| (name.to_string(), Value::from(value.as_str())));
        Value::Object(all.collect())
    });
    json!({
        "method": sketch.map(|sketch| sketch.method),
        "url": sketch.map(|sketch| sketch.url.as_str()),
        "headers": headers,
        "body": order.request.body(),
    })
}
