//! The queue: one row a task, under headings where rows are grouped. State, name and age are always there; the rest as far
//! as there is room.

mod columns;
mod pane;
mod row;

pub use pane::{cursor, draw, left_and_reached};
pub(super) use row::put_right;
