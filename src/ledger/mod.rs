//! What happened, durably: the port, and `SQLite` behind it.
//!
//! ```text
//! claim(intent) ──> the request is sent ──> record(outcome)
//!       │                                      ├ Confirmed ─> done
//!       │                                      ├ Rejected ──> done
//!       └ refused: nothing is sent             └ Unknown ───> unresolved, until somebody looks and records again
//! ```
//!
//! [`open`] is the way in for the program. [`memory::Memory`] behaves alike and fails on demand, for tests. This is not
//! the journal: what the program thought goes there, what was asked of the service goes here.

pub mod chain;
pub mod closed;
pub mod memory;
pub mod port;
pub mod sqlite;
pub mod wanted;

pub use chain::Chain;
pub use closed::open;
pub use port::{Action, Entry, Granted, Intent, Ledger, Outcome};
pub use wanted::Wanted;
