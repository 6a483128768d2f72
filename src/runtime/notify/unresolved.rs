//! Looks now and then whether the ledger has an action nobody knows the outcome of, for the inbox.

use std::sync::Arc;
use std::time::Duration;

use crate::console::event::Op;
use crate::console::ledger::Row;
use crate::console::state::tone::Tone;
use crate::domain::{FaultKind, TaskId, TaskRef};
use crate::ledger::{Ledger, Line, Said, words};
use crate::runtime::engine::desk::Desk;

const EVERY: Duration = Duration::from_secs(30);
/// An action that was only just claimed is under way.
const UNDER_WAY: i64 = 120;

/// Tells the console when something is other than it was told last. Ends with the loop.
pub async fn watch_unresolved(desk: Desk, ledger: Arc<dyn Ledger>) {
    let mut told: Option<Vec<Row>> = None;
    loop {
        let reader = Arc::clone(&ledger);
        let read = tokio::task::spawn_blocking(move || reader.unresolved()).await;
        match read {
            Ok(Ok(open)) => {
                let before = desk.now() - chrono::TimeDelta::seconds(UNDER_WAY);
                let old = open.into_iter().filter(|entry| entry.outcome.is_some() || entry.intent.at < before);
                let rows: Vec<Row> = old.map(row).collect();
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

fn row(entry: crate::ledger::Entry) -> Row {
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
