//! What can be pressed and what it means, as data.
//!
//! ```text
//! table (built in) ──> preset (assets/keys) ──> [keys.CONTEXT] of the config file ──> Keymap, or every conflict
//!
//! chord ─────────────> Keymap::find(context, chords so far) ──> an intent | the beginning of one | nothing
//! ```
//!
//! * [`table`] has a row for everything that can be done with a key: a key that is not there does nothing unless
//!   somebody binds it.
//! * [`keyless`] has what only a preset or the operator binds.
//! * [`Keymap`] is the table with a preset and the operator's own keys laid over it. Help, footer, the README's tables
//!   and every text that names a key ask it.
//! * [`parse`] reads chords as they are written in the help; [`mod@file`] reads sections of a file; [`rules`] says what no
//!   file may do.
//!
//! Not here: what an intent does, which is the console's matter.

mod about;
pub mod chord;
pub mod docs;
pub mod file;
pub mod intent;
pub mod keyless;
pub mod keymap;
pub mod parse;
pub mod preset;
pub mod rules;
pub mod table;

pub use chord::{Chord, Key, Keys};
pub use file::Change;
pub use intent::{Context, Intent};
pub use keymap::{Found, Keymap};
pub use preset::Preset;
