//! Reading what an operation left in the ledger.

use atc::ledger::Ledger as _;
use atc::ledger::memory::Memory;
use atc::ledger::port::{Entry, Outcome};

/// Oldest first.
pub fn entries(book: &Memory) -> Vec<Entry> {
    let mut entries = book.recent(100).unwrap();
    entries.reverse();
    entries
}

pub fn outcomes(book: &Memory) -> Vec<Option<Outcome>> {
    entries(book).into_iter().map(|entry| entry.outcome.map(|(_, outcome)| outcome)).collect()
}
