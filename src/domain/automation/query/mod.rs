//! What can be asked of automations, in the [queue's query language](crate::domain::query): the same grammar, words,
//! completion and faults, over a table of their own.
//!
//! `trigger:schedule next:<2h cost:>10 -owner:user concern:any`: every term must hold.
//!
//! What is asked about is handed in as [`Facts`]; nothing here reads a clock or a list. [`Query::needs`] says how much
//! has to be found out before.

mod facts;
mod flag;
mod subject;
mod table;
mod value;

#[cfg(test)]
mod tests;

pub use facts::{Facts, Needs, hay};
pub use subject::{Automations, Query, Vocabulary, complete};
pub use table::{QUALIFIERS, markdown_table, markdown_words};
