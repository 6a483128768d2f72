//! `atc ledger list | show | verify | export | stats`: what is recorded, without a console.
//!
//! Only reads, but for bringing an older file to the present layout. Nothing is made where no ledger is.

mod args;
mod read;
mod stats;

pub use args::{About, LedgerVerb, Moment};
pub use read::run;
pub use stats::STATS;
