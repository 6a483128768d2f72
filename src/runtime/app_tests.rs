//! The real loop on a paper screen and paused time.
#![allow(clippy::unwrap_used)]
