//! What the ledger remembers of what started tasks: the service does not say it with every answer, and the cache may be
//! off or young.
//!
//! Read once, beside the first requests: what it knows is a help, and nobody waits for it. What was heard of before it is
//! told afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::{JoinError, JoinHandle};

use super::reads::Brought;
use super::sweep::Found;
use crate::domain::{AutomationId, Fault, Task, TaskId};
use crate::ledger::Ledger;
use crate::ops::automate::automation_of_origin;

/// Of older tasks it is forgotten until somebody looks at the automation's runs.
const MOST: usize = 5000;

/// Tasks, and what is recorded of what each came from.
type Recorded = Result<Vec<(String, String)>, Fault>;

pub type Answer = Result<Recorded, JoinError>;

#[derive(Debug, Default)]
pub struct Origins {
    host: String,
    /// `None`: it is being read, it was read, or there is none.
    ledger: Option<Arc<dyn Ledger>>,
    reading: Option<JoinHandle<Recorded>>,
    known: HashMap<TaskId, AutomationId>,
}

impl Origins {
    pub fn new(ledger: Arc<dyn Ledger>, host: String) -> Self {
        Self { host, ledger: Some(ledger), ..Self::default() }
    }

    /// Begins to read, where that was not done yet.
    pub fn begin(&mut self) {
        let Some(ledger) = self.ledger.take() else { return };
        let host = self.host.clone();
        self.reading = Some(tokio::task::spawn_blocking(move || ledger.origins(&host, MOST)));
    }

    /// Waits for what is being read; for ever where nothing is. Nothing is lost if nobody waits to the end.
    pub async fn read(&mut self) -> Answer {
        match &mut self.reading {
            Some(reading) => reading.await,
            None => std::future::pending().await,
        }
    }

    /// Takes in what was read. Returns all of it.
    pub fn take(&mut self, read: Answer) -> impl Iterator<Item = (&TaskId, &AutomationId)> {
        self.reading = None;
        match read {
            Ok(Ok(found)) => {
                let known = found
                    .into_iter()
                    .filter_map(|(task, became)| Some((TaskId::new(task), automation_of_origin(&became)?)));
                self.known = known.collect();
            }
            Ok(Err(fault)) => tracing::info!(%fault, "what started tasks is not read from the ledger"),
            Err(error) => tracing::warn!(%error, "what started tasks is not read from the ledger"),
        }
        self.known.iter()
    }

    /// Adds what is recorded to those tasks of an answer that do not say it themselves.
    pub fn add_to(&self, brought: &mut Brought) {
        match brought {
            Brought::List { found: Found::Some(swept), .. } => swept.tasks.iter_mut().for_each(|task| self.add(task)),
            Brought::Task { task: Some(task), .. } => self.add(task),
            _ => {}
        }
    }

    pub fn add(&self, task: &mut Task) {
        if task.automation.is_none() && !self.known.is_empty() {
            task.automation = self.known.get(&task.at.id).cloned();
        }
    }
}
