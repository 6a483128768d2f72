//! The automations over the panes: their list, the page of one, the calendar of the coming runs.
//!
//! ```text
//! rows (made when something was told) ─ columns (by width and sort) ─> list, and below it the one under the cursor
//! ```

mod calendar;
mod columns;
mod empty;
mod foot;
pub mod form;
mod list;
mod page;

pub use list::draw;
