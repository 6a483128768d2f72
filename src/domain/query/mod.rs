//! The query language of the queue, the saved views and the verbs: GitHub's own words, one meaning everywhere.
//!
//! `repository:acme/api state:failed,timed_out user:mona updated:<2h -flaky ~migrat`: every term must hold.
//!
//! ```text
//! text ─lex─> pieces ─parse (table)─> terms, and what is wrong where
//!                          │            └─term─> matches(facts), next_change(facts)
//!                          └─complete (table, vocabulary)─> what may stand at the cursor
//! ```
//!
//! [`QUALIFIERS`] is the one table of what can be asked: parsing, completion, help and the README follow it. Nothing
//! here reads a clock or a task list: what a query is asked about is handed in as [`Facts`], so an answer and the
//! instant at which it changes by time alone are both exact.

mod amount;
mod complete;
mod facts;
mod flag;
mod fuzzy;
mod lex;
mod name;
mod near;
mod parse;
mod parsed;
mod sign;
mod table;
mod term;
mod time;
mod word;

#[cfg(test)]
mod tests;

pub use complete::{Completion, Completions, Vocabulary, complete};
pub use facts::{Facts, Needs};
pub use parsed::{Query, Wrong};
pub use table::{QUALIFIERS, Qualifier, Word, markdown_table, markdown_words};
