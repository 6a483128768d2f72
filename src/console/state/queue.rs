//! The task queue: order, filter, selection by id.

use crate::domain::TaskId;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    State,
    Name,
    Repo,
    Pull,
    Sessions,
    Agent,
    Creator,
    Cost,
    /// Time in the present state.
    InState,
    #[default]
    Age,
}

#[derive(Debug, Default)]
pub struct QueuePane {
    /// Ids in the order shown, filtered. Rebuilt when the world, the filter or the sort changes.
    pub rows: Vec<TaskId>,
    pub selected: Option<TaskId>,
    /// First row shown.
    pub top: usize,
    pub filter: String,
    pub sort: Column,
    pub reversed: bool,
}
