//! Intents, chords and the one table that binds them. Help, footer and the README's key table come from it.

pub mod chord;
pub mod intent;
pub mod table;

pub use chord::{Chord, Key};
pub use intent::{Context, Intent};
