//! How the state changes: `(&mut Model, Event) -> Vec<Effect>`. Pure.

pub mod compose;
pub mod log;

use super::effect::Effect;
use super::event::Event;
use super::state::Model;
use crate::domain::Instant;

/// Applies one event. Sets `model.dirty` when something visible changed.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    let mut effects = Vec::new();
    model.now = event.at;
    log::follow_selection(model, &mut effects);
    effects
}

/// When the screen must be woken although nothing happened: an age that will read differently, a note that ends,
/// a spinner in view. `None`: sleep until something happens.
pub fn next_wake(_model: &Model) -> Option<Instant> {
    None
}
