//! A GitHub in a box: an HTTP server with a living world, for `atc demo` and the tests.
//!
//! It speaks the documented API faithfully (the same client is pointed at GitHub), over plain HTTP/1.1 on loopback. It
//! shares no code with the provider: the same mistake must not be possible on both ends.
//!
//! ```text
//! server ── wire (cuttable listener) ── gate (faults, token, version, limit, ETag, record)
//!    ├─ rest      /agents, /repos, /user …          ┐
//!    ├─ graphql   parse → check → run over a schema ├── world (tasks, sessions, runs, pulls; no HTTP)
//!    ├─ copilot   session logs                      │
//!    └─ blobs     job logs, behind a redirect       ┘
//! ```

mod blobs;
mod budget;
mod copilot;
mod faults;
mod gate;
mod grants;
mod graphql;
mod http;
mod record;
mod rest;
mod server;
mod stand;
mod wire;
mod world;

pub use faults::{Fault, Faults};
pub use http::Service;
pub use record::Recorded;
pub use server::{Options, SEED, Server, TOKEN};
pub use stand::{Addresses, Question, Said, Speaker, Stand};
