//! What the ledger remembers of what started a task: the service does not say it with every answer, and the cache may be
//! off or young.
//!
//! Asked once of each task that is heard of for the first time. A ledger that is slow, or cannot be read, is not waited
//! for: what it knows is a help, and the picture comes first.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Task, TaskRef};
use crate::ledger::{Kind, Ledger};
use crate::ops::automate::automation_of_origin;

const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub struct Origins {
    host: String,
    /// `None`: it is not asked, or not any more.
    ledger: Option<Arc<dyn Ledger>>,
}

impl Origins {
    pub fn new(ledger: Arc<dyn Ledger>, host: String) -> Self {
        Self { host, ledger: Some(ledger) }
    }

    /// Adds what is recorded to tasks that do not say it themselves.
    pub async fn add(&mut self, tasks: Vec<&mut Task>) {
        let Some(ledger) = self.ledger.clone().filter(|_| !tasks.is_empty()) else { return };
        let refs: Vec<TaskRef> = tasks.iter().map(|task| task.at.clone()).collect();
        let host = self.host.clone();
        let read = tokio::task::spawn_blocking(move || ledger.newest(Kind::Origin, &host, &refs));
        match tokio::time::timeout(PATIENCE, read).await {
            Ok(Ok(Ok(origins))) => {
                for (task, origin) in tasks.into_iter().zip(origins) {
                    task.automation = origin.as_deref().and_then(automation_of_origin);
                }
            }
            Ok(Ok(Err(fault))) => {
                tracing::info!(%fault, "what started tasks is not read from the ledger");
                self.ledger = None;
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("the ledger is slow: what started tasks is not read from it");
                self.ledger = None;
            }
        }
    }
}
