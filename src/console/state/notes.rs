//! Short messages in the footer that go by themselves.

use chrono::TimeDelta;

use crate::console::keys::Context;
use crate::domain::Instant;
use crate::text::{Safe, width};

#[derive(Clone, Debug, Default)]
pub struct Notes {
    pub current: Option<Note>,
    /// So many were said until now.
    said: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub bad: bool,
    pub text: Safe,
    pub until: Instant,
    /// From then on whoever goes to another place has read it: it goes with the place it was said at.
    pub read_at: Instant,
    /// Something that needs the line for its own keys was opened before anybody could have read it: it waits until whoever
    /// pressed that key is back here.
    pub waits: Option<Context>,
}

/// Bytes of a note, which may repeat what a service or a paste said. No line on a screen shows more.
const LONGEST: usize = 2048;

/// In such a time a line is read.
const READ: TimeDelta = TimeDelta::milliseconds(1500);

impl Notes {
    /// Good news stays a few seconds; what went wrong stays long enough to be read and copied down.
    pub fn say(&mut self, now: Instant, bad: bool, text: impl AsRef<str>) {
        let stays = if bad { TimeDelta::seconds(60) } else { TimeDelta::seconds(5) };
        self.put(bad, text, (now + stays, now + READ));
    }

    /// Something goes on, for about so many seconds: its end says another word.
    pub fn hold(&mut self, now: Instant, text: impl AsRef<str>, seconds: u64) {
        let until = now + TimeDelta::seconds(seconds.try_into().unwrap_or(60));
        self.put(false, text, (until, until));
    }

    /// What was asked for stays long enough to be read.
    pub fn tell(&mut self, now: Instant, text: impl AsRef<str>) {
        let until = now + TimeDelta::seconds(30);
        self.put(false, text, (until, now + READ));
    }

    fn put(&mut self, bad: bool, text: impl AsRef<str>, (until, read_at): (Instant, Instant)) {
        self.said += 1;
        self.current = Some(Note { bad, text: cut(text), until, read_at, waits: None });
    }

    /// What was said so is no longer true.
    pub fn take_back(&mut self, text: impl AsRef<str>) {
        let text = cut(text);
        self.current.take_if(|note| note.text == text);
    }

    /// Tells a note that was said before from one that is new.
    pub fn said(&self) -> u64 {
        self.said
    }

    /// The one that is to be seen now.
    pub fn shown(&self) -> Option<&Note> {
        self.current.as_ref().filter(|note| note.waits.is_none())
    }

    /// The operator opened something here that needs the line for its own keys: what was read is gone, what could not be
    /// read yet waits.
    pub fn make_way(&mut self, now: Instant, here: Context) {
        self.leave(now);
        if let Some(note) = &mut self.current {
            note.waits.get_or_insert(here);
        }
    }

    /// What was opened is closed: now there is time to read what waited.
    pub fn come_back(&mut self, now: Instant) {
        if let Some(note) = self.current.as_mut().filter(|note| note.waits.is_some()) {
            (note.waits, note.read_at) = (None, note.read_at.max(now + READ));
        }
    }

    /// The operator went to another place: the keys that make sense there are wanted more than what was read before.
    pub fn leave(&mut self, now: Instant) {
        self.current.take_if(|note| note.read_at <= now);
    }
}

fn cut(text: impl AsRef<str>) -> Safe {
    Safe::new(width::cut_bytes(text.as_ref(), LONGEST))
}
