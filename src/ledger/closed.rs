//! Opening the ledger, and the ledger that could not be opened: the console still shows tasks, and every action is
//! refused because it could not be recorded first.

use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use super::chain::Chain;
use super::line::{Line, Span};
use super::observed::Seen;
use super::port::{Action, Entry, Intent, Ledger, Outcome};
use super::sqlite::Sqlite;
use super::wanted::Wanted;
use crate::domain::{Fault, Instant};

/// The ledger in this file, made if it is not there. Never fails: a file that cannot be opened gives a ledger that
/// refuses everything and says why ([`Ledger::writable`]).
pub fn open(file: &Path) -> Arc<dyn Ledger> {
    match Sqlite::open(file) {
        Ok(ledger) => Arc::new(ledger),
        Err(fault) => Arc::new(Closed(fault)),
    }
}

/// Answers everything with the fault that closed it; reads too, so that "nothing readable" never looks like "nothing".
#[derive(Debug)]
pub struct Closed(pub Fault);

impl Closed {
    fn refuse<T>(&self) -> Result<T, Fault> {
        Err(self.0.clone())
    }
}

impl Ledger for Closed {
    fn claim(&self, _: &Intent) -> Result<(), Fault> {
        self.refuse()
    }

    fn claim_once(&self, _: &Intent, _: Instant) -> Result<Option<Entry>, Fault> {
        self.refuse()
    }

    fn record(&self, _: Uuid, _: Instant, _: &Outcome) -> Result<(), Fault> {
        self.refuse()
    }

    fn unresolved(&self) -> Result<Vec<Entry>, Fault> {
        self.refuse()
    }

    fn recent(&self, _: usize) -> Result<Vec<Entry>, Fault> {
        self.refuse()
    }

    fn count(&self, _: Action, _: Instant) -> Result<u64, Fault> {
        self.refuse()
    }

    fn find(&self, _: &Wanted, _: usize) -> Result<Vec<Entry>, Fault> {
        self.refuse()
    }

    fn number(&self, _: &Wanted) -> Result<u64, Fault> {
        self.refuse()
    }

    fn observe(&self, _: &[Seen]) -> Result<u64, Fault> {
        self.refuse()
    }

    fn origins(&self, _: &str, _: usize) -> Result<Vec<(String, String)>, Fault> {
        self.refuse()
    }

    fn lines(&self, _: &Span, _: usize) -> Result<Vec<Line>, Fault> {
        self.refuse()
    }

    fn verify(&self) -> Result<Chain, Fault> {
        self.refuse()
    }

    fn writable(&self) -> Result<(), Fault> {
        self.refuse()
    }

    fn schema_version(&self) -> u32 {
        0
    }
}
