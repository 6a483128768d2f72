//! Recordings: what the service answered, scrubbed, in one file; and the service played from such a file.
//!
//! ```text
//! provider ─tap─> Recorder ─(a thread of its own)─> scrub ─> known body? grown body? ─> FILE
//!                                                                  └ with --anonymous: names, at the end
//! FILE ─load─> Recording ─> Player ─> demo::Stand on loopback <─ the same client as ever
//! ```
//!
//! * [`form`] is the file: a line of JSON for the head, one for each answer, one for the end.
//! * [`scrub`] takes out what nobody else is to know, [`names`] who and where it was.
//! * [`tape`] writes, [`mod@load`] reads and believes nothing, [`player`] finds the answer to a question.
//!
//! Not here: the console round it (`launch::record`, `launch::replay`).

pub mod form;
pub mod load;
pub mod names;
pub mod player;
pub mod scrub;
pub mod tape;

pub use load::{Recording, load};
pub use player::Player;
pub use tape::{Recorder, Summary};

#[cfg(test)]
mod tests;
