//! What queries say of tasks, row by row.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod completing;
mod needs;
mod properties;
mod rows;
mod sentences;
mod world;
