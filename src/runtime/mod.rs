//! Everything with a side effect: the one loop, poller, log follower, effect runner, terminal, clock.

pub mod engine;
