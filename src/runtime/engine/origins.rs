//! What the ledger remembers of what started tasks: the service does not say it with every answer, and the cache may be
//! off or young.
//!
//! Read once, before anything is asked. A ledger that is slow, or cannot be read, is not waited for: what it knows is a
//! help, and the picture comes first.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::reads::Brought;
use super::sweep::Found;
use crate::domain::{AutomationId, Task, TaskId};
use crate::ledger::Ledger;
use crate::ops::automate::automation_of_origin;

const PATIENCE: Duration = Duration::from_millis(500);
/// Of older tasks it is forgotten until somebody looks at the automation's runs.
const MOST: usize = 5000;

#[derive(Debug, Default)]
pub struct Origins {
    host: String,
    /// `None`: it was read, or there is none.
    ledger: Option<Arc<dyn Ledger>>,
    known: HashMap<TaskId, AutomationId>,
}

impl Origins {
    pub fn new(ledger: Arc<dyn Ledger>, host: String) -> Self {
        Self { host, ledger: Some(ledger), known: HashMap::new() }
    }

    /// Reads it, where that was not done yet.
    pub async fn load(&mut self) {
        let Some(ledger) = self.ledger.take() else { return };
        let host = self.host.clone();
        let read = tokio::task::spawn_blocking(move || ledger.origins(&host, MOST));
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(Ok(found))) => {
                let known = found
                    .into_iter()
                    .filter_map(|(task, became)| Some((TaskId::new(task), automation_of_origin(&became)?)));
                self.known = known.collect();
            }
            Ok(Ok(Err(fault))) => tracing::info!(%fault, "what started tasks is not read from the ledger"),
            Ok(Err(_)) | Err(_) => tracing::warn!("the ledger is slow: what started tasks is not read from it"),
        }
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
