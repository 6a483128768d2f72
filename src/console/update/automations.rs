//! How automations change: what the poller tells of them, what comes of orders, and their pane.

mod acts;
mod answer;
pub mod calendar;
mod page;
pub mod pane;
mod settle;
#[cfg(test)]
mod tests;
mod wake;

pub use acts::news;
pub use answer::answer;
pub use settle::settle;
pub use wake::{next_words, recheck_at};
