//! `policy.toml`: what may be started, by whom and how much of it.
//!
//! [`fields::FIELDS`] is the one table of its keys; the file is read through it, the example and the README's table are
//! written from it. What comes out is [`InForce`](crate::domain::policy::InForce): rules, or all that is wrong with the
//! file, each with line and column. There is no half of a policy: one problem, and nothing may start.

pub mod docs;
pub mod fields;
pub mod load;
mod read;

pub use load::{PolicyFile, load, load_or};
