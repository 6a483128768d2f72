//! The verbs that read, with the console's own rules: what a list, a view or a transition says of a task is what the
//! console's row says of it, because both ask the same state.
//!
//! ```text
//! list, view, reviews   cache ─┐
//!                              ├─> Gathered (the console's state, no screen) ──rows──> cli/look: columns, fields
//!                    service ──┘
//! logs                  one source ──bytes──> transcript ──entries──> text, Markdown, JSON
//! watch                 engine (poller, budget, back-off, ETags, ledger) ──events──> Gathered ──before/after──> Moved
//!                                                                                        └─> metrics file
//! ```
//!
//! Nothing here changes anything at the service. How the program begins is `launch`'s.

mod files;
pub mod follow;
pub mod gathered;
pub mod list;
pub mod logs;
pub mod meter;
pub mod metrics;
pub mod offered;
mod outlet;
pub mod reader;
pub mod reviews;
pub mod seat;
pub mod steady;
pub mod transitions;
pub mod view;
pub mod watch;

pub use gathered::Gathered;
pub use seat::Seat;
