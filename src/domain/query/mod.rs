//! The query language of the queue, the saved views and the verbs: GitHub's own words, one meaning everywhere. The
//! language is one for every [`Subject`]; the one here is tasks, [another](crate::domain::automation::query) automations.
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
pub(super) mod parts;
mod qualifier;
mod read;
mod sign;
mod subject;
mod table;
mod tasks;
mod time;
mod value;
mod word;

#[cfg(test)]
mod tests;

pub use complete::{Candidate, Completion, Completions, complete_of, unfinished_of};
pub use facts::{Facts, Needs};
pub use parsed::{QueryOf, Wrong};
pub use qualifier::{Qualifier, Word};
pub use subject::Subject;
pub use table::{QUALIFIERS, markdown_table, markdown_words};
pub use tasks::{Query, Tasks, Vocabulary, complete};
