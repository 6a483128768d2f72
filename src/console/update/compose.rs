//! The compose pane: choose a template, fill it, edit the prompt, start.

use crate::console::effect::Effect;
use crate::console::keys::{Chord, Intent};
use crate::console::state::Model;
use crate::console::state::compose::Draft;
use crate::domain::agents::CustomAgent;
use crate::domain::{Fault, RepoName, Task};
use crate::template::{Template, TemplateFault};
use crate::text::Untrusted;

/// The pane was opened: with what a task gave (retry, follow-up) or empty-handed.
pub fn open(_model: &mut Model, _prefill: Option<Draft>, _effects: &mut Vec<Effect>) {}

/// An intent pressed in the compose pane. False: not one of the pane's.
pub fn intent(_model: &mut Model, _intent: Intent, _effects: &mut Vec<Effect>) -> bool {
    false
}

/// A key that is bound to no intent in the form: typed into the field or the text area.
pub fn key(_model: &mut Model, _chord: Chord, _effects: &mut Vec<Effect>) {}

/// Pasted text, always text.
pub fn paste(_model: &mut Model, _text: &Untrusted, _effects: &mut Vec<Effect>) {}

pub fn templates(_model: &mut Model, _templates: Vec<Template>, _faults: Vec<TemplateFault>) {}

pub fn agents(_model: &mut Model, _repo: &RepoName, _result: Result<Vec<CustomAgent>, Fault>) {}

/// What `$EDITOR` left.
pub fn edited(_model: &mut Model, _result: Result<Untrusted, Fault>) {}

/// A draft found at start.
pub fn draft(_model: &mut Model, _draft: Draft) {}

/// The answer to a start.
pub fn started(
    _model: &mut Model,
    _request: uuid::Uuid,
    _result: &Result<Box<Task>, Fault>,
    _effects: &mut Vec<Effect>,
) {
}
