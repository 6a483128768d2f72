//! Tells somebody what became of tasks: bell, terminal notification, webhook, command. With the screen or without.
//!
//! ```text
//! Notices ─> told before? (also by another console, also before a restart) ─no─┐
//!                                                                              ├─ quiet hours: held, one summary after,
//!                                                                              │    also by the next run
//!                                                                              ├─ too many this minute: counted
//!                                                                              └─> message ─┬─ terminal ─> outlet
//!                                                                                           ├─ webhook ──> queue, retries
//!                                                                                           └─ command ──> own process
//! ```
//!
//! Nothing here waits for another: a receiver that is slow keeps only its own messages waiting. What a transition is
//! stands in `domain/transition.rs`, which ones are told in the options.

mod command;
mod held;
mod hook;
mod message;
mod notifier;
mod outlet;
mod plan;
mod quiet;
mod rate;
mod read;
mod ring;
mod told;
mod unresolved;

pub use message::Message;
pub use notifier::Notifier;
pub use outlet::{Events, Outlet};
pub use plan::Plan;
pub use read::ReadMarks;
pub use unresolved::watch_unresolved;
