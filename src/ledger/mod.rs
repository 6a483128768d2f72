//! What happened, durably: the port, and `SQLite` behind it.

pub mod port;

pub use port::Ledger;
