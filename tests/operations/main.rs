//! Operations and poller against a scripted provider, on paused time: no socket, no wall clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod acting;
mod ambiguous;
mod assign;
mod auto_stop;
mod automate;
mod automate_settle;
mod cache;
mod cancel;
mod diagnosing;
mod drift;
mod fake;
mod fan_out;
mod fleet;
mod follow;
mod follow_up;
mod following;
mod found;
mod gate;
mod joining;
mod kept;
mod kept_whole;
mod killed;
mod ledger;
mod listening;
mod naming;
mod poller;
mod poller_automations;
mod poller_fleet;
mod poller_life;
mod recording;
mod shop;
mod start;
