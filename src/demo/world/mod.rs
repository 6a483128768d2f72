//! The world behind the API: tasks, sessions, runs, pull requests, people. It knows nothing of HTTP or JSON answers.
//!
//! ```text
//! cast.toml + scripts ──found──> tasks, pulls, issues      (once, when it opens)
//! seed ──arrivals──> more tasks                            (when the clock says so)
//! API ──acts, runs──> orders                               (cancel, comment, start, approve …)
//! (plans, orders, now) ──> state, log, checks, runs        (worked out when asked, never stored)
//! ```

pub mod acts;
mod arrivals;
mod cast;
pub mod chance;
pub mod change;
pub mod checks;
pub mod chunks;
pub mod clock;
pub mod core;
mod fill;
mod found;
pub mod joblog;
pub mod plan;
pub mod pull;
pub mod runs;
pub mod script;
pub mod session;
pub mod task;

pub use self::clock::{Tick, WorldClock};
pub use self::core::World;
