//! What is done to automations, one file each: create, edit, switch, run now, delete. All of them go one way.
//!
//! ```text
//! order ─ read again ──another revision──> Refused, with both versions; nothing recorded, nothing sent
//!            └──as it was seen──> facts ─ judgement ──no──> Refused, nothing recorded, nothing sent
//!                                    └──granted──> intent ──claim fails──> Refused, nothing sent
//!                                          └──claimed──> one request ──2xx──> confirmed (of a run: still to be looked for)
//!                                                           ├──4xx, edited in between──> rejected
//!                                                           └──?──> looked for ──it shows──> confirmed
//!                                                                      └──it does not──> unknown (never sent again by itself)
//! ```
//!
//! [`gather`] reads them and what came of their runs; [`plan`] makes repositories match a set of files.

mod create;
mod delete;
mod edit;
pub mod gather;
mod origin;
pub mod plan;
pub mod run;
mod settle;
mod switch;
mod way;

pub use origin::{automation_of_origin, record_origins, seen_origin};
pub use run::{Ran, Run};
pub use settle::settle;
pub use way::{Answer, Done, Stale, act, judge, key_of, look};
