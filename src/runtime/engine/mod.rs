//! What happens behind the screen: the poller, the log follower, and the hands that carry out effects.
//!
//! ```text
//! Effect ─> effects ─┬─> poller   (Watch, Attend, Refresh, Focus, Pause) ─> provider ─> Event::Net
//!                    ├─> followers (Attend: the logs in sight) ─> provider ─> Event::Net(Log)
//!                    └─> ops      (Start, Plan, Cancel)           ─> provider, ledger ─> Event::Op
//! ```
//!
//! Everything here sends events into the loop's one bounded channel and shares no state with the screen.

mod automating;
pub mod automation_book;
pub mod backoff;
mod book;
pub mod budget;
pub mod desk;
pub mod diagnose;
pub mod effects;
pub mod follower;
pub mod followers;
mod issues;
pub mod list_state;
pub mod log_source;
pub mod look_through;
pub mod memory;
pub mod origins;
pub mod people;
mod plans;
pub mod poller;
pub mod pull_book;
pub mod purse;
pub mod raw_log;
pub mod reads;
pub mod recorder;
mod reviewing;
pub mod schedule;
mod settler;
mod stops;
pub mod sweep;
pub mod till;
pub mod turns;

pub use effects::Engine;
pub use poller::Pace;
