//! What every ledger promises, and what the one on disk survives.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod child;
mod contract;
mod crash;
mod disk;
mod layout;
mod make;
mod observing;
mod tamper;
