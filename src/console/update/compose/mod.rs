//! The compose pane: choose a template, fill it, edit the prompt, start.

mod form;
mod list;
mod start;
#[cfg(test)]
mod tests;

pub use form::{edited, intent, key, leave, paste};
pub use list::{agents, draft, open, templates};
pub use start::{confirmed, started};

use chrono::TimeDelta;

use crate::console::state::Model;
use crate::console::state::notes::Note;
use crate::text::Safe;

/// A note in the footer.
fn say(model: &mut Model, bad: bool, text: &str) {
    let seconds = if bad { 8 } else { 4 };
    model.notes.current = Some(Note { bad, text: Safe::new(text), until: model.now + TimeDelta::seconds(seconds) });
    model.dirty = true;
}
