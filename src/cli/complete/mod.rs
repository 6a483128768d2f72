//! Completion in the shell: the shell asks `atc complete` with the words typed so far, and everything is found here, in
//! the definition of the arguments and in what is kept on this machine. No request is sent.
//!
//! ```text
//! TAB ──> script ──words──> atc complete ──walk (the arguments' definition)──> options, verbs, values
//!                                                     ├─ query ──Words──> qualifiers and their values
//!                                                     └─ Local ─────────> repositories, templates, task ids
//! ```
//!
//! What comes from outside could be written to act on a shell. A value is offered only if every character of it means
//! nothing to any of them where it will stand, in quotes or not; what stands beside it is printable ASCII. The scripts
//! never evaluate either.

mod query;
mod scripts;
mod walk;

pub use query::Words;
pub use scripts::{Shell, script};
pub use walk::{Candidate, Found, Local, complete};
