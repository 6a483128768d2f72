//! An agent's log: bytes in, entries out, lines for a width; and what the log says as a whole.
//!
//! [`Transcript`] is fed the new tail of a log and keeps decoded [`Entry`]s; [`lines`] turns one entry into
//! [`LogLine`]s for a width. Nothing here knows where the bytes come from or how a cell is coloured.
//!
//! ```text
//!            ┌─> entries   what happened             ──> lines, for a width
//!            ├─> facets    what each is about        ──> counts, next and previous, filters, results of tests
//! absorb ────┼─> outline   turns                     ──> duration, calls, tokens, first words
//!  (change)  ├─> facts     the run's clock, model …  ──> deadline
//!      │     └─> stats
//!      └───────> Diagnosis::absorb, ::end ──> findings, each with the entry and line that show it
//! ```
//!
//! A round, as a pane does it:
//!
//! ```
//! use atc::transcript::{Diagnosis, Ending, Facet, Format, Rules, Transcript};
//!
//! let rules = Rules::shipped();
//! let (mut log, mut diagnosis) = (Transcript::new(Format::SessionLog), Diagnosis::default());
//! // For every new tail; a log that shrank or was replaced starts both anew.
//! let change = log.absorb(b"data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"Hello\"}}]}\n");
//! diagnosis.absorb(&rules, &log, &change);
//! // When the session has ended and everything is read; `None` while it runs.
//! let change = log.finish();
//! diagnosis.absorb(&rules, &log, &change);
//! diagnosis.end(&rules, &log, Some(Ending::default()));
//!
//! let findings = diagnosis.findings(&rules, &log);
//! assert_eq!(findings.first().map(|finding| finding.title.as_str()), Some("Nothing was pushed"));
//! assert_eq!((log.facets().count(Facet::Words), log.facets().next(0, Facet::Error)), (1, None));
//! ```
//!
//! The bytes of a log are not kept: an entry owns its decoded texts, ids are remembered as hashes, and what an answer
//! repeats of its call is dropped.

mod arguments;
#[cfg(test)]
mod big_tests;
pub mod decode;
pub mod diagnosis;
pub mod diff;
pub mod entry;
pub mod export;
pub mod facets;
pub mod facts;
pub mod filter;
mod flow;
pub mod index;
mod job;
pub mod lines;
mod markdown;
pub mod outline;
pub mod pattern;
#[cfg(test)]
mod properties;
pub mod raw;
mod record;
pub mod rules;
mod runners;
pub mod search;
mod session;
pub mod source;
#[cfg(test)]
mod testlog;
#[cfg(test)]
mod tests;
pub mod tests_run;
pub mod timeline;
mod tools;
pub mod window;
mod words;

pub use decode::{Change, Format, Stats, Transcript};
pub use diagnosis::{Diagnosis, Ending, Finding};
pub use entry::{EditVerb, Entry, Kind, Lines};
pub use facets::{Facet, FacetSet, Facets};
pub use facts::RunFacts;
pub use filter::Filter;
pub use lines::{Ink, LogLine, Options};
pub use outline::{Outline, Turn};
pub use pattern::{Mode, Pattern};
pub use rules::{Rules, Severity};
