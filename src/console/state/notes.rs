//! Short messages in the footer that go by themselves.

use chrono::TimeDelta;

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

impl Notes {
    /// Good news stays a few seconds; what went wrong stays long enough to be read and copied down.
    pub fn say(&mut self, now: Instant, bad: bool, text: impl AsRef<str>) {
        let stays = if bad { TimeDelta::seconds(60) } else { TimeDelta::seconds(5) };
        self.current = Some(Note { bad, text: Safe::new(text), until: now + stays });
    }

    /// Something goes on, for about so many seconds: its end says another word.
    pub fn hold(&mut self, now: Instant, text: impl AsRef<str>, seconds: u64) {
        let stays = TimeDelta::seconds(seconds.try_into().unwrap_or(60));
        self.current = Some(Note { bad: false, text: Safe::new(text), until: now + stays });
    }

    /// What was asked for stays long enough to be read.
    pub fn tell(&mut self, now: Instant, text: impl AsRef<str>) {
        self.current = Some(Note { bad: false, text: Safe::new(text), until: now + TimeDelta::seconds(30) });
    }
}
