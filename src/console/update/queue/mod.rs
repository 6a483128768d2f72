//! The queue: which tasks are listed, in which order, which one is selected, which are marked.
//!
//! ```text
//! a task is touched ──> looked at: views, counts, query, place in the order ──┐
//! order, view, query or group change ──> every task is looked at again ───────┴─> rows ──> selection
//! ```

mod group;
mod key;
mod list;
mod marks;
mod rows;
mod select;
mod views;

pub use marks::{mark, mark_all, mark_range, marked, set_mark, unmark_all};
pub use rows::{all_read, hay, look_through_anew, meet_viewer, rebuild};
pub use select::{reveal, select, to_group};
pub use views::{next_sort, set_group, set_sort, set_view, step_group, step_view};
