//! Transitions without a screen: the same state, changed by the same events, with nobody looking at it.

use crate::console::state::settings::Settings;
use crate::console::{Effect, Event, Model, update};
use crate::domain::Instant;
use crate::domain::transition::Notice;

/// What is known, kept up for the sake of what becomes of it.
#[derive(Debug)]
pub struct Sight {
    model: Model,
}

impl Sight {
    /// All transitions are wanted, also those no rule is about.
    pub fn new(now: Instant, settings: Settings) -> Self {
        Self { model: Model::new(now, Settings { transitions: true, ..settings }) }
    }

    /// Takes in an event, and says what became of tasks by it. The other effects are for whoever has the engine.
    pub fn hear(&mut self, event: Event) -> (Vec<Notice>, Vec<Effect>) {
        let mut notices = Vec::new();
        let mut rest = Vec::new();
        for effect in update::update(&mut self.model, event) {
            match effect {
                Effect::Notify(told) => notices.extend(told),
                effect => rest.push(effect),
            }
        }
        (notices, rest)
    }

    /// When it must be told that time has passed (`What::Wake`): some verdicts change by time alone.
    pub fn wake_at(&self) -> Option<Instant> {
        self.model.queue.recheck_at
    }

    pub fn model(&self) -> &Model {
        &self.model
    }
}
