//! Intents, chords and the one table that binds them. Help, footer and the README's key table come from it.

mod about;
pub mod chord;
pub mod help;
pub mod intent;
pub mod table;

pub use chord::{Chord, Key};
pub use help::{footer, markdown_table};
pub use intent::{Context, Intent};
pub use table::lookup;
