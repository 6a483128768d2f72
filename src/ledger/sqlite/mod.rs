//! The ledger in one `SQLite` file, shared by every console of this user on this machine.
//!
//! Durable means: write-ahead log, `synchronous=FULL`, one transaction per action or batch of observations. Private means: file 0600, its folder
//! made 0700, a symbolic link in its place refused. Three tables, `intents`, `outcomes` and `observed`, that can only grow; a row's
//! number counts over all, and `head` holds the last number and hash, so that rows cut off at the end are missed.
//!
//! ```text
//! open ─┬─> read and write
//!       ├─> read only: a newer layout, or a disk that cannot be written; `writable` says which
//!       └─> a fault: no ledger at all
//! ```

mod fault;
mod file;
mod lines;
mod observed;
mod question;
mod rows;
mod schema;
mod store;

pub use store::Sqlite;
