//! What the table of keys says of itself on the screen: the help and the footer. The keys themselves are in
//! [`crate::keys`], which the configuration uses, too.

pub mod help;

pub use crate::keys::{Chord, Context, Found, Intent, Key, Keymap, Keys, Preset, table};
pub use help::{Footer, footer};
