//! How automations change: what the poller tells of them, what comes of orders, and their pane.

mod acts;
mod answer;
mod pane;
mod settle;
#[cfg(test)]
mod tests;

pub use acts::news;
pub use answer::answer;
pub use settle::settle;
