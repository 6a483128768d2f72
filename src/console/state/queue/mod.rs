//! The task queue as the operator sees it: saved views, query, order, groups, marks, and the selection, which is by id.

mod groups;
mod pane;
mod roster;

pub use groups::{GroupName, Groups};
pub use pane::{Heading, QueuePane, Row, Tally, Typed, kind};
pub use roster::{Entry, Place, Roster};
