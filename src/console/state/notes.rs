//! Short messages in the footer that go by themselves.

use crate::domain::Instant;
use crate::text::Safe;

#[derive(Clone, Debug, Default)]
pub struct Notes {
    pub current: Option<Note>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub bad: bool,
    pub text: Safe,
    pub until: Instant,
}
