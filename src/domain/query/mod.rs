//! The query language of the queue, the saved views and the verbs: GitHub's own words, one meaning everywhere.
//!
//! `repository:acme/api state:failed,timed_out user:mona updated:<2h -flaky ~migrat`: every term must hold.

mod facts;
mod plain;

pub use facts::Facts;
pub use plain::{Query, Wrong};
