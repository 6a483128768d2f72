//! The terminal UI, pure: no I/O, no clock, no network.
//!
//! ```text
//! Event ──> update(&mut Model, Event) -> Vec<Effect> ──> view::draw(&Model, &Theme, &mut Buffer)
//! ```
//!
//! Each pane is one file in each of `state`, `update` and `view`.

pub mod automations;
pub mod biglog;
pub mod doctor;
pub mod effect;
pub mod event;
pub mod guide;
pub mod issue;
pub mod keys;
pub mod ledger;
pub mod rawlog;
pub mod reviews;
pub mod state;
pub mod tour;
pub mod update;
pub mod view;

pub use effect::Effect;
pub use event::{Event, What};
pub use state::Model;
