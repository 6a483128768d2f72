//! `atc template …`, and where templates are read from.
//!
//! ```text
//! shipped ─┐
//! config ──┼─ shelf: later replaces earlier by id ─┬─> the compose pane
//! checkout ┘  what cannot be read is a fault of    └─> list, lint, render
//!             its own                    starter ────> new
//! ```

mod args;
mod check;
mod fields;
mod new;
mod pick;
pub mod shelf;
#[cfg(test)]
mod tests;
mod verbs;

pub use args::TemplateVerb;
pub use check::LINT;
pub use fields::{LIST, RENDERED};
pub use pick::{faults_line, find, values};
pub use shelf::{Shelf, load, places};
pub use verbs::{Answer, Printed, answer, run, var};
