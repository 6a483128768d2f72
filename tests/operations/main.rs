//! Operations and poller against a scripted provider, on paused time: no socket, no wall clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod cancel;
mod fake;
mod kept;
mod ledger;
mod poller;
mod start;
