//! The world behind the API: tasks, sessions, runs, pull requests, people. It knows nothing of HTTP or JSON answers.
//!
//! ```text
//! cast.toml + scripts ──found──> tasks, pulls, issues      (once, when it opens)
//! automations.toml ──automation_cast──> automations        (and the runs they have had)
//! seed ──arrivals──> more tasks                            (when the clock says so)
//! automations ──firings──> more tasks                      (when their schedules or events come)
//! API ──acts, runs──> orders                               (cancel, comment, start, approve …)
//! (plans, orders, now) ──> state, log, checks, runs        (worked out when asked, never stored)
//! ```

pub mod acts;
mod arrivals;
pub mod automation;
mod automation_cast;
pub mod automations;
mod cast;
pub mod chance;
pub mod change;
pub mod checks;
pub mod chunks;
pub mod clock;
pub mod core;
mod fill;
pub mod firings;
mod found;
pub mod joblog;
mod matching;
mod past;
pub mod plan;
pub mod pull;
pub mod runs;
pub mod schedule;
pub mod script;
pub mod session;
pub mod task;

pub use self::clock::{Tick, WorldClock};
pub use self::core::World;
