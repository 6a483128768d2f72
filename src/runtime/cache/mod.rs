//! The cache: on disk, what costs requests to learn, so that the next start begins with the picture of the last end.
//!
//! Tasks as lists gave them, their details, pull requests as last seen, logins behind user ids and names behind repository
//! ids; for each API address apart. It stands here and not beside the ledger because nothing depends on it: no verb asks
//! it anything, no action waits for it. It is disposable. Whatever is wrong with it, the console goes on without it, says
//! so once in the journal, and at the next start it is empty or what it last was.
//!
//! Not for: what happened (the ledger), what is being written (drafts), logs, tokens.
//!
//! ```text
//! poller ─recall─> handle ─┐                     ┌─> file    (open, or begin anew)
//! desk ──keep, never waits─┴─[bounded]─> keeper ─┤
//!                                                └─> store ─> rows (JSON of our own)
//! keeper ─parts─> poller ─┬─> the screen, with the age of what it shows
//!                         └─> the poller's memory
//! ```
//!
//! A list is marked as kept whole while every row of it is: then a restart has to ask for nothing but the news. Whatever
//! gets lost, on the way to the disk or from it, holds the mark where it is or takes it away.
//!
//! Several consoles may use one file. Nothing in it is ever shown as fresh, and what the service answers always wins.

pub mod file;
pub mod handle;
mod keeper;
pub mod rows;
pub mod store;

pub use handle::{Cache, Part, Parts, Place};
pub use store::Mark;
