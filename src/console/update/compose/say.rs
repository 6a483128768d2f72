//! What the pane says in the footer.

use crate::console::state::Model;

pub(super) fn say(model: &mut Model, bad: bool, text: &str) {
    model.notes.say(model.now, bad, text);
    model.dirty = true;
}
