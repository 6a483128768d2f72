//! The GitHub provider against a small server on loopback: right request out, right value in, every fault named.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_debug_implementations
)]

mod automation_faults;
mod automations;
mod breaker;
mod copilot;
mod demo_reads;
mod device;
mod faults;
mod hosts;
mod issues;
mod limits;
mod more_copilot;
mod more_pulls;
mod more_runs;
mod pulls;
mod redirects;
mod rights;
mod runs;
mod server;
mod service;
mod support;
mod tasks;
mod timeline;
mod tokens;
mod webhook;
mod world;
mod writes;
