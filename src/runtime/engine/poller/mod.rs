//! The background poller: one schedule over all sources, at most four requests in flight, nothing asked that cannot
//! have changed.
//!
//! Lists are the pulse: they say which tasks moved. A task's details are fetched when its list row moved and somebody
//! works on it, or when it is looked at. A task that has ended is never polled: its details are fetched once, from a
//! small allowance, and then only when its row moves.
//!
//! ```text
//! wish ──> run ──launch──> reads ──answer──> plan (what next?) ──> schedule
//!                                    └─────> the console
//! ```

pub mod pace;
mod plan;
mod recall;
pub mod run;
mod thrift;

pub use pace::Pace;
pub use run::{Poller, Wish};
