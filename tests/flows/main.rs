//! The real loop, poller, follower and provider against the demo server over real sockets, on virtual time: what an
//! operator does and sees, minute by minute, in milliseconds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod assign;
mod automations;
mod cancel;
mod cancel_scripts;
mod contract;
mod diagnosis;
mod faults;
mod film;
mod governing;
mod harness;
mod inbox;
#[path = "../documents/keep.rs"]
mod keep;
mod links;
mod navigating;
#[path = "../contract/openapi.rs"]
mod openapi;
mod picture;
mod plan;
mod recording;
mod restart;
mod reviews;
mod rights;
mod sources;
mod start;
mod svg;
mod watch;
