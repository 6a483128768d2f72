//! The ledger in one `SQLite` file, shared by every console of this user on this machine.
//!
//! Durable means: write-ahead log, `synchronous=FULL`, one transaction per row. Private means: file 0600, its folder
//! made 0700, a symbolic link in its place refused. Two tables, `intents` and `outcomes`, that can only grow; a row's
//! number counts over both, and `head` holds the last number and hash, so that rows cut off at the end are missed.
//!
//! ```text
//! open ─┬─> read and write
//!       ├─> read only: a newer layout, or a disk that cannot be written; `writable` says which
//!       └─> a fault: no ledger at all
//! ```

mod fault;
mod file;
mod question;
mod rows;
mod schema;
mod store;

pub use store::Sqlite;
