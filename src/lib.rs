//! `atc`, the Agent Tasks Console: air-traffic control for cloud coding agents.
//!
//! # The map
//!
//! | folder | what lives there | may use |
//! |---|---|---|
//! | [`text`] | strangers' words made safe to show | – |
//! | [`domain`] | task, session, run, pull, usage, fault, age: values and rules, no I/O | text |
//! | [`transcript`] | an agent's log: decode, entries, pages | domain, text |
//! | [`keys`] | what can be pressed and what it means: table, presets, the operator's own keys | text, transcript |
//! | [`template`] | prompt templates: file format, variables, lint, render | domain, text |
//! | [`provider`] | where tasks come from: the port, one folder per service behind it | domain, text |
//! | [`ledger`] | what happened, durably: the port, `SQLite` behind it | domain, text |
//! | [`config`] | the options: schema, load, paths | domain, text, keys |
//! | [`ops`] | what can be done: one file each, over the ports | domain, text, template, both ports |
//! | [`console`] | the terminal UI: keys, state, update, view | domain, text, transcript, template, keys |
//! | [`demo`] | a GitHub in a box: an HTTP server with a living world | nothing of provider |
//! | [`cli`] | arguments and the headless verbs | all but console and demo's insides |
//! | [`runtime`] | tokio: the one loop, poller, follower, effects, terminal, clock | all |
//!
//! `tests/architecture.rs` holds these rules.
//!
//! # The one way from HTTP to a cell, and back
//!
//! ```text
//! GitHub ─HTTP─> provider/github/http ─bytes─> wire ─serde─> convert ─domain─> runtime/poller
//!    ─Event─> [bounded channel] ─> runtime/loop ─> console/update ─> console/state ─dirty─>
//!    console/view ─> ratatui buffer ─diff─> terminal
//!
//! key ─> runtime/input ─> console/keys (Intent) ─> console/update ─> Effect ─> runtime/effects
//!    ─> ops ─> provider port, ledger port ─> Event ─> console/update
//! ```

pub mod cli;
pub mod config;
pub mod console;
pub mod demo;
pub mod domain;
pub mod keys;
pub mod ledger;
pub mod ops;
pub mod provider;
pub mod runtime;
pub mod template;
pub mod text;
pub mod transcript;
