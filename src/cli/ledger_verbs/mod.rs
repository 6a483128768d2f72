//! `atc ledger list | show | verify | reconcile | export | stats`: what is recorded, without a console.
//!
//! Only reads, but for bringing an older file to the present layout, and for what `reconcile` finds out. Nothing is made where no ledger is.

mod args;
mod lines;
mod named;
mod read;
pub mod reconcile;
mod stats;

pub use args::{About, LedgerVerb, Moment, ReconcileArgs};
pub use lines::{VERIFIED, line_schema};
pub use read::run;
pub use stats::STATS;
