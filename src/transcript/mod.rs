//! An agent's log: bytes in, entries out, lines for a width.
//!
//! [`Transcript`] is fed the new tail of a log and keeps decoded [`Entry`]s; [`lines`] turns one entry into
//! [`LogLine`]s for a width. Nothing here knows where the bytes come from or how a cell is coloured.

#[cfg(test)]
mod big_tests;
pub mod decode;
mod diff;
pub mod entry;
pub mod export;
mod flow;
pub mod index;
mod job;
pub mod lines;
mod markdown;
mod record;
pub mod search;
mod session;
pub mod source;
#[cfg(test)]
mod tests;
pub mod tests_run;
mod tools;
pub mod window;

pub use decode::{Change, Format, Stats, Transcript};
pub use entry::{Entry, Kind};
pub use lines::{Ink, LogLine, Options};
