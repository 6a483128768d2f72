//! An agent's log: bytes in, entries out, lines for a width.
//!
//! [`Transcript`] is fed the new tail of a log and keeps decoded [`Entry`]s; [`lines`] turns one entry into
//! [`LogLine`]s for a width. Nothing here knows where the bytes come from or how a cell is coloured.

mod arguments;
pub mod decode;
pub mod diagnosis;
pub mod diff;
pub mod entry;
pub mod facets;
pub mod facts;
mod flow;
mod job;
pub mod lines;
mod markdown;
pub mod outline;
mod record;
pub mod rules;
mod runners;
mod session;
#[cfg(test)]
mod testlog;
#[cfg(test)]
mod tests;
pub mod tests_run;
mod tools;

pub use decode::{Change, Format, Stats, Transcript};
pub use diagnosis::{Diagnosis, Ending, Finding};
pub use entry::{Entry, Kind};
pub use facets::{Facet, FacetSet, Facets};
pub use facts::RunFacts;
pub use lines::{Ink, LogLine, Options};
pub use outline::{Outline, Turn};
pub use rules::{Rules, Severity};
