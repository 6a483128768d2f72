//! Everything with a side effect: the one loop, poller, log follower, effect runner, terminal, clock.

pub mod app;
pub mod biglog;
pub mod cache;
pub mod clock;
pub mod doctor;
pub mod drafts;
pub mod engine;
pub mod external;
pub mod hangup;
pub mod input;
pub mod journal;
pub mod kept;
pub mod launch;
pub mod look;
pub mod notify;
pub mod panic;
pub mod private;
pub mod rules;
pub mod save;
pub mod seat;
pub mod shared;
pub mod signals;
pub mod templates;
pub mod terminal;
