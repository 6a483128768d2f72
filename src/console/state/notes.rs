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
    /// From then on whoever goes to another place has read it: it goes with the place it was said at.
    pub read_at: Instant,
}

/// In such a time a line is read.
const READ: TimeDelta = TimeDelta::milliseconds(1500);

impl Notes {
    /// Good news stays a few seconds; what went wrong stays long enough to be read and copied down.
    pub fn say(&mut self, now: Instant, bad: bool, text: impl AsRef<str>) {
        let stays = if bad { TimeDelta::seconds(60) } else { TimeDelta::seconds(5) };
        self.current = Some(Note { bad, text: Safe::new(text), until: now + stays, read_at: now + READ });
    }

    /// Something goes on, for about so many seconds: its end says another word.
    pub fn hold(&mut self, now: Instant, text: impl AsRef<str>, seconds: u64) {
        let until = now + TimeDelta::seconds(seconds.try_into().unwrap_or(60));
        self.current = Some(Note { bad: false, text: Safe::new(text), until, read_at: until });
    }

    /// What was asked for stays long enough to be read.
    pub fn tell(&mut self, now: Instant, text: impl AsRef<str>) {
        let until = now + TimeDelta::seconds(30);
        self.current = Some(Note { bad: false, text: Safe::new(text), until, read_at: now + READ });
    }

    /// The operator went to another place: the keys that make sense there are wanted more than what was read before.
    pub fn leave(&mut self, now: Instant) {
        self.current.take_if(|note| note.read_at <= now);
    }
}
