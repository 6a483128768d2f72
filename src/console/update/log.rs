//! The log pane: follow the selection, take in news, scroll, fold, search.

use crate::console::effect::Effect;
use crate::console::event::{LogNews, Mouse};
use crate::console::keys::Intent;
use crate::console::state::Model;
use crate::domain::Instant;
use crate::text::Safe;
use crate::transcript::Format;

/// Called at the end of every update: shows the log of the selected task's latest session (or of the one chosen by
/// hand) and asks the runtime to attend to it when that changed.
pub fn follow_selection(_model: &mut Model, _effects: &mut Vec<Effect>) {}

/// An intent pressed in the log pane. False: not one of the log's.
pub fn intent(_model: &mut Model, _intent: Intent, _effects: &mut Vec<Effect>) -> bool {
    false
}

/// New bytes of the log; ignored when they are of another session than the one shown.
pub fn news(_model: &mut Model, _news: LogNews) {}

/// A log opened from disk: `atc open`.
pub fn open_file(_model: &mut Model, _name: Safe, _format: Format, _bytes: &[u8]) {}

/// The `/` line of the log changed (on every key) or was accepted.
pub fn search(_model: &mut Model, _pattern: &str, _accepted: bool) {}

/// A click or a wheel step inside the log's area.
pub fn mouse(_model: &mut Model, _mouse: Mouse, _effects: &mut Vec<Effect>) {}

/// When what the log shows will read differently by itself (its source's age, a pending call's clock).
pub fn next_wake(_model: &Model) -> Option<Instant> {
    None
}
