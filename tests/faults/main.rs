//! The fault run: every way a service, a network, a proxy or a clock can misbehave, against every call, through the real
//! client, operations, poller and follower to the console's own screen.
//!
//! ```text
//! cases ──how it misbehaves──> trouble ──spoils the answers of──> service (an honest GitHub, very small)
//!                                                                     │ real sockets, time paused
//! runs: one bench per case × call ──> client, engine, ledger, console ┘──what was seen──> table, claims
//! ```
//!
//! `ATC_UPDATE_DOCS=1 cargo test --test faults` writes the table in README.md anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_debug_implementations
)]

mod automations;
mod bench;
mod cases;
mod claims;
mod clocks;
#[path = "../screens/draw.rs"]
#[allow(dead_code, reason = "the screens' tests look at styles, too")]
mod draw;
mod logs;
mod memory;
mod names;
mod outage;
mod proxy;
mod runs;
#[path = "../provider/server.rs"]
mod server;
mod service;
mod spoil;
mod table;
mod tls;
mod writes;
