//! Keys, mouse, focus and pastes, from the terminal's bytes.
//!
//! ```text
//! terminal ─bytes─> reader (a thread) ─> decode (one token each) ─> burst (keys or text?) ─What─> the loop
//! ```
//!
//! The bytes are read and decoded here rather than by the terminal library, because what this program promises cannot be
//! built on top of its events: a paste has a cap and an end even when the terminal never ends it, what follows a forged
//! end of paste is still text, a key split anywhere on a slow line is still that key, a malformed mouse report is
//! nothing, and a terminal that is gone ends the thread.

pub mod burst;
pub mod decode;
pub mod reader;

pub use reader::{Gate, start};
