//! Finding out what this token may do at GitHub, by reading alone: each probe is a few GETs, one after the other, and
//! gives rows of the capability matrix with their evidence.
//!
//! ```text
//! plan(repositories) ─> token ─> limits ─> Copilot API ─> versions ─> each repository ─> each owner
//! ```
//!
//! What only acting would tell is answered "not testable" or "unknown", never guessed. Here, too, are the open points of
//! the wire contract (a to f and h; g is the ledger's).

mod agent;
mod copilot;
mod peek;
mod plan;
mod points;
mod repo;
mod token;

pub(super) use plan::plan;
