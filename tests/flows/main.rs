//! The real loop, poller, follower and provider against the demo server over real sockets, on virtual time: what an
//! operator does and sees, minute by minute, in milliseconds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod cancel;
mod contract;
mod diagnosis;
mod faults;
mod harness;
#[path = "../contract/openapi.rs"]
mod openapi;
mod picture;
mod plan;
mod restart;
mod sources;
mod start;
mod svg;
mod watch;
