//! The options, each with its name, its values, its description and how it is set and shown.
//!
//! [`OPTIONS`] lists them all, in the order in which the files and the README have them; what each is stands with those
//! it belongs to.

mod aliases;
mod cancel;
mod files;
mod keys;
pub(super) mod notify;
mod poll;
mod retry;
mod service;
pub(super) mod stuck;
mod table;
mod ui;

pub use table::{OPTIONS, OTHER_VARIABLES, Opt, find};
