//! A ledger in memory that can be told to fail.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use atc::domain::{Fault, FaultKind, Instant};
use atc::ledger::Ledger;
use atc::ledger::port::{Entry, Intent, Outcome};
use uuid::Uuid;

#[derive(Debug, Default)]
pub struct Book {
    pub entries: Mutex<Vec<Entry>>,
    pub full: AtomicBool,
}

impl Book {
    pub fn outcomes(&self) -> Vec<Option<Outcome>> {
        self.entries.lock().unwrap().iter().map(|entry| entry.outcome.clone().map(|(_, outcome)| outcome)).collect()
    }
}

impl Ledger for Book {
    fn claim(&self, intent: &Intent) -> Result<(), Fault> {
        if self.full.load(Ordering::SeqCst) {
            return Err(Fault::new(FaultKind::Local, "the disk is full", "make room"));
        }
        self.entries.lock().unwrap().push(Entry { intent: intent.clone(), outcome: None });
        Ok(())
    }

    fn record(&self, intent: Uuid, at: Instant, outcome: &Outcome) -> Result<(), Fault> {
        let mut entries = self.entries.lock().unwrap();
        entries.iter_mut().find(|entry| entry.intent.id == intent).unwrap().outcome = Some((at, outcome.clone()));
        Ok(())
    }

    fn unresolved(&self) -> Result<Vec<Entry>, Fault> {
        let open = |entry: &&Entry| !matches!(entry.outcome, Some((_, Outcome::Confirmed(_) | Outcome::Rejected(_))));
        Ok(self.entries.lock().unwrap().iter().filter(open).cloned().collect())
    }

    fn recent(&self, limit: usize) -> Result<Vec<Entry>, Fault> {
        Ok(self.entries.lock().unwrap().iter().rev().take(limit).cloned().collect())
    }
}
