//! The program on a real terminal: it starts, ends and is ended, suspended, resized and fed rubbish, and the terminal is
//! always given back as it was. The numbers are those of the life-cycle matrix.
#![allow(clippy::disallowed_methods, reason = "a real program on a real terminal is waited for in real time")]
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod drafts;
mod ends;
mod faults;
mod ground;
mod harness;
mod jobs;
mod keys;
mod links;
mod matrix;
mod outside;
mod own_keys;
mod places;
mod service;
mod story;
mod token;
