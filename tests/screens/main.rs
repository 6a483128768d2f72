//! What the operator sees, screen by screen, and what holds at every size and after every key.
//!
//! `world` builds tasks and news and drives a console; `draw` turns a screen into text and readable style runs;
//! `looks` are the snapshots; the others are stories: events in, state and effects out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::format_push_string, clippy::trivially_copy_pass_by_ref)]

mod asking;
mod assigning;
mod automating;
mod automation;
mod automation_calendar;
mod automation_views;
mod bytes;
mod cancelling;
mod commenting;
mod craft;
mod diagnosing;
mod dice;
mod disagreeing;
mod doctoring;
mod drafting;
mod draw;
mod fleet;
mod fuzz;
mod governing;
mod guarding;
mod inbox;
#[path = "../documents/keep.rs"]
mod keep;
mod ledger;
mod looks;
mod naming;
mod navigating;
mod news;
mod properties;
mod querying;
mod queueing;
mod rebinding;
mod remembered;
mod reviewing;
mod sleeping;
mod sources;

mod sourcing;
mod stopping;
mod talk;
mod themes;
mod traps;
mod typing;
mod viewing;
mod watching;
mod world;
