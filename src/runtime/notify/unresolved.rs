//! Looks now and then whether the ledger has an action nobody knows the outcome of, for the inbox.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::console::event::Op;
use crate::console::ledger::Row;
use crate::console::state::tone::Tone;
use crate::domain::{FaultKind, Instant, TaskId, TaskRef};
use crate::ledger::port::{Action, Entry};
use crate::ledger::{Ledger, Line, Said, words};
use crate::runtime::engine::desk::Desk;

const EVERY: Duration = Duration::from_secs(30);
/// An action that was only just claimed is under way.
const CLAIMED: TimeDelta = TimeDelta::seconds(120);
/// A cancel that was accepted is being watched to its end: run and session have 90 seconds each.
const VERIFIED: TimeDelta = TimeDelta::seconds(210);
/// What was taken and whose task is looked for.
const LOOKED_FOR: TimeDelta = TimeDelta::seconds(90);

/// Tells the console when something is other than it was told last. Ends with the loop.
pub async fn watch_unresolved(desk: Desk, ledger: Arc<dyn Ledger>) {
    let mut told: Option<Vec<Row>> = None;
    loop {
        let reader = Arc::clone(&ledger);
        let read = tokio::task::spawn_blocking(move || reader.unresolved()).await;
        match read {
            Ok(Ok(open)) => {
                let now = desk.now();
                let rows: Vec<Row> = open.into_iter().filter(|entry| !is_under_way(entry, now)).map(row).collect();
                if told.as_ref() != Some(&rows) {
                    told = Some(rows.clone());
                    desk.op(Op::Unresolved(rows)).await;
                }
            }
            Ok(Err(fault)) if fault.kind == FaultKind::Unsupported => return,
            Ok(Err(fault)) => tracing::debug!(%fault, "open actions cannot be read"),
            Err(_) => return,
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = desk.events.closed() => return,
        }
    }
}

/// Whoever sent it is still about it, and says so elsewhere: nothing of it waits for the operator.
fn is_under_way(entry: &Entry, now: Instant) -> bool {
    let (since, patience) = match (&entry.outcome, entry.intent.action) {
        (None, _) => (entry.intent.at, CLAIMED),
        (Some((at, _)), Action::Cancel | Action::ForceCancel) => (*at, VERIFIED),
        (Some((at, _)), Action::Assign | Action::AutomationRun) => (*at, LOOKED_FOR),
        (Some(_), _) => return false,
    };
    now - since < patience
}

fn row(entry: Entry) -> Row {
    let intent = Box::new(entry.intent);
    let at = intent.at;
    let said = entry.outcome.map(|(at, outcome)| Said::Outcome(intent.clone(), at, outcome));
    let line = Line { row: 0, said: said.unwrap_or(Said::Intent(intent)) };
    let repo = line.repo().clone();
    Row {
        at: if matches!(line.said, Said::Outcome(..)) { line.at() } else { at },
        unresolved: true,
        title: words::title(&line),
        tone: Tone::Warn,
        task: line.task().map(|task| TaskRef { repo: repo.clone(), id: TaskId::new(task) }),
        repo,
        detail: words::detail(&line),
    }
}
