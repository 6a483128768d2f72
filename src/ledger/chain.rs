//! The hash chain: every row's hash covers its content, its place and the row before, so that a change anywhere shows.
//!
//! It covers values, not bytes on a disk: each implementation of the port chains the same rows to the same hashes. It
//! proves that a ledger was not altered by accident or in passing; somebody who may write the file can write a whole
//! new chain.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::observed::Observed;
use super::port::{Intent, Outcome};
use crate::domain::Instant;
use crate::text::Safe;

/// SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first row.
pub const ROOT: Hash = [0; 32];

/// What a walk over the whole ledger found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chain {
    Intact {
        rows: u64,
        /// The last row's hash: noted elsewhere, it also proves that nothing was cut off later.
        head: Hash,
    },
    Broken {
        /// The first row that does not fit, counted from 1; the number after the last when rows are missing there.
        row: u64,
        why: Safe,
    },
}

/// One row of the ledger, in the order of writing.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    Intent(&'a Intent),
    Outcome { intent: Uuid, at: Instant, outcome: &'a Outcome },
    Observed(&'a Observed),
}

/// The hash of row `number` (from 1) after a row with the hash `before`.
pub fn link(before: &Hash, number: u64, row: Row<'_>) -> Hash {
    let mut hasher = Fields(Sha256::new());
    hasher.bytes(before);
    hasher.bytes(&number.to_be_bytes());
    match row {
        Row::Intent(intent) => {
            hasher.text("intent");
            hasher.bytes(intent.id.as_bytes());
            hasher.instant(intent.at);
            hasher.text(intent.action.word());
            hasher.text(intent.repo.as_str());
            hasher.optional(intent.task.as_deref().map(str::as_bytes));
            hasher.text(&intent.who);
            hasher.text(&intent.host);
            hasher.text(&intent.token_kind);
            hasher.text(&intent.request);
            hasher.optional(intent.prompt_hash.as_ref().map(<[u8; 32]>::as_slice));
            hasher.optional(intent.template.as_deref().map(str::as_bytes));
            if !intent.is_of_first_layout() {
                hasher.second_layout(intent);
            }
            if let Some(plan) = &intent.plan {
                // As before: a row without what came later ends here.
                hasher.text("3");
                hasher.bytes(plan.as_bytes());
            }
            if let Some(key) = &intent.key {
                hasher.text("key");
                hasher.text(key);
            }
        }
        Row::Outcome { intent, at, outcome } => {
            hasher.text("outcome");
            hasher.bytes(intent.as_bytes());
            hasher.instant(at);
            hasher.text(outcome.word());
            hasher.text(outcome.detail());
        }
        Row::Observed(observed) => hasher.observed(observed),
    }
    hasher.0.finalize().into()
}

/// Every field goes in with its length, so that no two rows can be spelled by the same bytes.
struct Fields(Sha256);

impl Fields {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// What came with the second layout. A row that has none of it ends before, as it always did; as every field goes in
    /// with its length, no row can be taken for another.
    fn second_layout(&mut self, intent: &Intent) {
        self.text("2");
        self.optional(intent.template_hash.as_ref().map(<[u8; 32]>::as_slice));
        for text in [&intent.login, &intent.machine, &intent.prompt, &intent.model, &intent.ticket, &intent.session] {
            self.optional(text.as_deref().map(str::as_bytes));
        }
        for number in [intent.run, intent.pull] {
            self.optional(number.map(u64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        }
        self.bytes(&[u8::from(intent.granted.is_some())]);
        if let Some(granted) = &intent.granted {
            self.text(&granted.verdict);
            self.text(&granted.rule);
            self.optional(granted.reason.as_deref().map(str::as_bytes));
            self.optional(granted.policy_hash.as_ref().map(<[u8; 32]>::as_slice));
        }
    }

    fn observed(&mut self, observed: &Observed) {
        let Observed { seen, was, step } = observed;
        self.text("observed");
        for text in [&seen.host, seen.repo.as_str(), &seen.task, seen.kind.word(), &seen.became] {
            self.text(text);
        }
        self.bytes(&step.to_be_bytes());
        self.instant(seen.at);
        for instant in [seen.since, seen.touched, seen.begun] {
            self.bytes(&[u8::from(instant.is_some())]);
            self.instant(instant.unwrap_or_default());
        }
        for text in [was, &seen.reason, &seen.model, &seen.session] {
            self.optional(text.as_deref().map(str::as_bytes));
        }
        for number in [seen.nano_credits, seen.premium_requests.map(f64::to_bits), seen.run, seen.pull] {
            self.optional(number.map(u64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        }
    }

    fn optional(&mut self, bytes: Option<&[u8]>) {
        self.0.update([u8::from(bytes.is_some())]);
        self.bytes(bytes.unwrap_or_default());
    }

    fn instant(&mut self, at: Instant) {
        self.bytes(&at.timestamp().to_be_bytes());
        self.bytes(&at.timestamp_subsec_nanos().to_be_bytes());
    }
}

/// Checks rows handed in one by one, in order.
#[derive(Debug)]
pub struct Walk {
    rows: u64,
    head: Hash,
}

impl Default for Walk {
    fn default() -> Self {
        Self { rows: 0, head: ROOT }
    }
}

impl Walk {
    /// Takes the next row with the number and hash stored beside it. An error is where and why the chain breaks.
    pub fn step(&mut self, number: u64, row: Row<'_>, stored: &[u8]) -> Result<(), Chain> {
        let expected = self.rows + 1;
        if number != expected {
            return Err(self.broken(format!("row {expected} is missing, row {number} follows")));
        }
        let hash = link(&self.head, number, row);
        if hash.as_slice() != stored {
            return Err(self.broken("its content is not what was written"));
        }
        self.rows = number;
        self.head = hash;
        Ok(())
    }

    /// The end: the rows must be as many as, and end like, what the ledger says of itself.
    pub fn end(self, rows: u64, head: &[u8]) -> Chain {
        if self.rows != rows {
            let found = self.rows;
            return self.broken(format!("{rows} rows were written, {found} are here"));
        }
        if self.head.as_slice() != head {
            return self.broken("the end of the chain is not what was written");
        }
        Chain::Intact { rows: self.rows, head: self.head }
    }

    /// The chain ends before the next row, for this reason.
    pub fn broken(&self, why: impl AsRef<str>) -> Chain {
        Chain::Broken { row: self.rows + 1, why: Safe::new(why) }
    }
}
