//! The cache's file among everything that can happen to a file: kills, torn and foreign content, newer programs, several
//! consoles at once, disks that are full or read-only. Whatever it is, the console goes on without it and never panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../ledger/child.rs"]
mod child;
mod crash;
mod disk;
mod make;
