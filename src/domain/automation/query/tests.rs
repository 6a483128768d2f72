//! What queries say of automations.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod rows;
mod sentences;
mod world;
