//! `atc template …`, and where templates are read from.
//!
//! ```text
//! shipped ─┐
//! config ──┼─ shelf: later replaces earlier by id ─┬─> the compose pane
//! checkout ┘  what cannot be read is a fault of    └─> list, lint, render
//!             its own                    starter ────> new
//! ```

mod check;
mod new;
pub mod shelf;
#[cfg(test)]
mod tests;
mod verbs;

pub use shelf::{Shelf, load, places};
pub use verbs::{Answer, Printed, answer, run, var};
