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
pub mod columns;
pub mod export;
pub mod line;
pub mod memory;
pub mod observed;
pub mod port;
pub mod sift;
pub mod sqlite;
pub mod stats;
pub mod table;
pub mod wanted;
pub mod words;

pub use chain::Chain;
pub use closed::open;
pub use line::{Line, Said, Span};
pub use observed::{Kind, Observed, Seen};
pub use port::{Action, Entry, Granted, Intent, Ledger, Outcome};
pub use stats::{Counter, Stats};
pub use wanted::Wanted;
