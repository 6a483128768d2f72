//! Whether a verb has begun to change anything: a ledger that hears of every claim before it is written.
//!
//! ```text
//! Open ──a claim──> Claimed: what was begun is carried to its end
//!   └──told to end──> Closed: nothing was begun, and nothing can be any more
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::domain::{Fault, FaultKind, Instant};
use crate::ledger::{Action, Chain, Entry, Intent, Ledger, Line, Outcome, Seen, Span, Wanted};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Begun {
    #[default]
    Open,
    Claimed,
    Closed,
}

#[derive(Clone, Debug, Default)]
pub struct Claims(Arc<Mutex<Begun>>);

impl Claims {
    /// `true`: nothing was claimed so far, and from now on nothing can be.
    pub fn close(&self) -> bool {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *begun == Begun::Open {
            *begun = Begun::Closed;
        }
        *begun == Begun::Closed
    }

    fn begin(&self) -> Result<(), Fault> {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *begun == Begun::Closed {
            return Err(Fault::new(FaultKind::Refused, "atc was told to end", "give the command again"));
        }
        *begun = Begun::Claimed;
        Ok(())
    }

    /// The ledger, heard.
    pub fn heard(&self, ledger: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
        Arc::new(Heard { ledger, claims: self.clone() })
    }
}

#[derive(Debug)]
struct Heard {
    ledger: Arc<dyn Ledger>,
    claims: Claims,
}

impl Ledger for Heard {
    fn claim(&self, intent: &Intent) -> Result<(), Fault> {
        self.claims.begin()?;
        self.ledger.claim(intent)
    }

    fn claim_once(&self, intent: &Intent, since: Instant) -> Result<Option<Entry>, Fault> {
        self.claims.begin()?;
        self.ledger.claim_once(intent, since)
    }

    fn record(&self, intent: Uuid, at: Instant, outcome: &Outcome) -> Result<(), Fault> {
        self.ledger.record(intent, at, outcome)
    }

    fn unresolved(&self) -> Result<Vec<Entry>, Fault> {
        self.ledger.unresolved()
    }

    fn recent(&self, limit: usize) -> Result<Vec<Entry>, Fault> {
        self.ledger.recent(limit)
    }

    fn count(&self, action: Action, since: Instant) -> Result<u64, Fault> {
        self.ledger.count(action, since)
    }

    fn find(&self, wanted: &Wanted, limit: usize) -> Result<Vec<Entry>, Fault> {
        self.ledger.find(wanted, limit)
    }

    fn number(&self, wanted: &Wanted) -> Result<u64, Fault> {
        self.ledger.number(wanted)
    }

    fn observe(&self, seen: &[Seen]) -> Result<u64, Fault> {
        self.ledger.observe(seen)
    }

    fn origins(&self, host: &str, most: usize) -> Result<Vec<(String, String)>, Fault> {
        self.ledger.origins(host, most)
    }

    fn lines(&self, span: &Span, limit: usize) -> Result<Vec<Line>, Fault> {
        self.ledger.lines(span, limit)
    }

    fn verify(&self) -> Result<Chain, Fault> {
        self.ledger.verify()
    }

    fn writable(&self) -> Result<(), Fault> {
        self.ledger.writable()
    }

    fn schema_version(&self) -> u32 {
        self.ledger.schema_version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_stays_begun_and_what_was_ended_begins_nothing() {
        let begun = Claims::default();
        assert!(begun.begin().is_ok());
        assert!(!begun.close() && begun.begin().is_ok());
        let ended = Claims::default();
        assert!(ended.close() && ended.close());
        assert_eq!(ended.begin().map_err(|fault| fault.kind), Err(FaultKind::Refused));
    }
}
