//! How automations change: what the poller tells of them, what comes of orders, and their pane.

mod acts;
mod answer;
pub mod calendar;
mod draft;
pub mod form;
mod page;
pub mod pane;
mod question;
mod settle;
mod stale;
#[cfg(test)]
mod tests;
mod wake;

pub use acts::{confirmed, intent, news};
pub use answer::answer;
pub use draft::take_up;
pub use settle::settle;
pub use stale::{show as show_versions, take as take_new};
pub use wake::{next_words, recheck_at};
