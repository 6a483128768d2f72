//! From arguments to a running console, and to an exit code.
//!
//! ```text
//! arguments ─ parse ─ config ─ terminal? ─┬─ demo:  server + provider on loopback ─┐
//!                                         ├─ console: token + provider on GitHub ──┼─ engine ─ the loop ─ exit code
//!                                         ├─ record: the same with a tap ──────────┤
//!                                         ├─ replay: a recording on loopback ──────┤
//!                                         └─ open:  a file, no engine ─────────────┘
//!           ├─ start, cancel, …: headless, the same ports, no terminal
//!           ├─ list, watch, …: look, the same ports, the console's own rules, no terminal
//!           └─ config, template, cache: no terminal, said and done
//! ```
//!
//! What can be refused is refused before the terminal is touched; nothing is asked of the network before the first picture.

pub mod begin;
pub mod behind;
mod check;
mod claims;
pub mod demo;
mod doctor;
mod headless;
mod kept;
mod look;
mod looks;
mod policy;
mod record;
pub mod replay;
pub mod screen;
pub mod service;

pub use begin::run;
