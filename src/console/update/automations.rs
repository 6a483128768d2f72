//! How automations change: what the poller tells of them, what comes of orders, and their pane.

mod acts;
mod answer;
pub mod form;
mod pane;
mod question;
mod stale;

pub use acts::{confirmed, intent, news};
pub use answer::answer;
pub use stale::{settle, take as take_new};
