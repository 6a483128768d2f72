//! What we believe of the width of texts against what emulators show.
//!
//! `corpus.txt` holds the strings. Each stands between two marks in a row of a picture; the painter writes the picture, and
//! then, over it, the next one. Emulators differ on the width of many of the strings, from each other and from us: what is
//! held is that the mark behind a string stands in our column all the same, in two emulators that share no code, and that
//! nothing of one picture is left in the next.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "another program is waited for in real time")]

mod corpus;
#[cfg(unix)]
mod tmux;
#[cfg(unix)]
mod vt;
