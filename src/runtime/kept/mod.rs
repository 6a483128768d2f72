//! Logs of finished sessions, kept because the service lets them expire: compressed, for the operator alone, in the state
//! directory, up to a size; the oldest goes first.
//!
//! ```text
//! follower ──complete log──> keep ─> logs/NAME-HASH.session.gz (or .job.gz) ─> oldest dropped beyond the cap
//! follower <──read── when the service has it no more
//! `:grep`  <──grep── all of them, one line at a time
//! ```

mod grep;
mod store;

pub use grep::{GrepHit, Grepped};
pub use store::{Kept, KeptLog};
