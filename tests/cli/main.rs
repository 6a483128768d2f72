//! The real binary, given what cannot be right: one clear line, the right exit code, and nothing done by halves.
#![allow(clippy::disallowed_methods, reason = "a real program is waited for in real time")]
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod assigning;
mod automating;
mod bench;
mod cancelling;
mod codes;
mod completing;
mod doctor;
mod following_up;
#[path = "../pty/harness.rs"]
#[allow(dead_code, reason = "shared with the tests of the terminal, which use the rest of it")]
mod harness;
mod ledger;
mod looking;
mod naming;
mod painting;
mod program;
mod recipes;
mod reconciling;
mod refusals;
mod schemas;
mod secrets;
mod serve;
mod starting;
mod surroundings;
mod templates;
mod verbs;
