//! A log file on disk: read by offset, counted and searched off the loop, watched for growth.
//!
//! ```text
//!                    ┌─ windows: the newest wish, one at a time
//! loop ──Wish──> Hands ─ search: one count, one next hit; a new one ends the old
//!                    └─ save
//!            watch ──grew, replaced──> [open file] ──> count: lines by block, once, then what grew
//!                               every one of them ──News──> loop
//! ```
//!
//! The loop never reads. A file is never mapped into memory: one that shrinks would end the program.

mod count;
mod file;
mod hands;
mod hunt;
mod watch;

pub use file::{Begun, LogFile, begin};
pub use hands::{Hands, Teller};
