//! The log pane: one session's transcript and where the reader is in it.

use std::collections::HashMap;

use super::big::Big;
use super::layout::Area;
use super::list::List;
use super::reader::{Reader, Sheet};
use super::record::Record;
use super::world::World;
use crate::console::effect::LogWish;
use crate::console::event::{LogOrigin, Tried};
use crate::domain::{Freshness, Instant, LogSource, SessionId, Source, SourceChoice, TaskId, TaskRef};
use crate::text::Safe;
use crate::transcript::{Format, Transcript};

#[derive(Debug)]
pub struct LogPane {
    /// What is shown; `None` while nothing is selected.
    pub shown: Option<Shown>,
    /// Long lines go on below instead of being cut.
    pub wrap: bool,
    /// A session chosen by hand in place of the task's latest.
    pub chosen: Option<(TaskId, SessionId)>,
    /// Sources chosen by hand.
    pub sources: HashMap<SessionId, LogSource>,
    /// The list of sources or sessions that is open.
    pub list: Option<List>,
    /// Logs opened so far.
    pub openings: u64,
    /// What the runtime was last asked to attend to.
    pub attended: Attended,
}

impl Default for LogPane {
    fn default() -> Self {
        Self {
            shown: None,
            wrap: true,
            chosen: None,
            sources: HashMap::new(),
            list: None,
            openings: 0,
            attended: Attended::default(),
        }
    }
}

/// A task that is polled closely and a log that is followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attended {
    pub task: Option<TaskRef>,
    pub log: Option<LogWish>,
}

/// What reading a log has cost since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Answers.
    pub looks: u64,
    /// Of these, how many brought nothing new, and how many of them were proved to by the service without a body (304).
    pub same: u64,
    pub proved: u64,
    /// Bytes transferred, unpacked.
    pub received: u64,
    /// Bytes that were new, and so were parsed.
    pub parsed: u64,
    /// Times it was read from the beginning again, because it was replaced or came from another source.
    pub anew: u64,
}

/// A log on the screen.
#[derive(Debug)]
pub struct Shown {
    pub task: Option<TaskId>,
    pub session: Option<SessionId>,
    /// The file's name, for a log opened from disk.
    pub file: Option<Safe>,
    pub origin: Option<LogOrigin>,
    pub because: Option<Safe>,
    /// Which opening this is, and the source it is read from.
    pub opening: u64,
    pub choice: SourceChoice,
    /// Sources that were asked before this one, and what they said.
    pub tried: Vec<Tried>,
    pub cost: Cost,
    /// Where to come to stand in time, when the source was changed under the reader's eyes.
    pub land: Option<Instant>,
    /// The record behind an entry, in place of the log.
    pub record: Option<Box<Record>>,
    pub fetched_at: Option<Instant>,
    pub complete: bool,
    pub transcript: Transcript,
    pub reader: Reader,
    /// The transcript is a window of a log that is too large to be held.
    pub big: Option<Box<Big>>,
}

impl Shown {
    pub fn new(task: Option<TaskId>, session: Option<SessionId>) -> Self {
        Self {
            task,
            session,
            file: None,
            origin: None,
            because: None,
            opening: 0,
            choice: SourceChoice::Auto,
            tried: Vec::new(),
            cost: Cost::default(),
            land: None,
            record: None,
            fetched_at: None,
            complete: false,
            transcript: Transcript::new(Format::SessionLog),
            reader: Reader::default(),
            big: None,
        }
    }

    pub fn freshness<'a>(&self, world: &'a World) -> Option<&'a Freshness> {
        world.freshness.get(&Source::Log(self.session.clone()?))
    }

    /// When what is shown was last known to be all there is.
    pub fn good_at(&self, world: &World) -> Option<Instant> {
        self.fetched_at.max(self.freshness(world).and_then(|freshness| freshness.good_at))
    }

    /// When its newest entry with a time was written. A result may come later than what was written after its call.
    pub fn written_at(&self) -> Option<Instant> {
        let entries = self.transcript.entries().iter().rev().take(LOOK_BACK);
        entries.filter_map(|entry| entry.at.max(entry.ended_at)).max()
    }

    /// How the runtime is asked for it.
    pub fn wish(&self) -> Option<LogWish> {
        Some(LogWish { session: self.session.clone()?, source: self.choice, opening: self.opening })
    }

    /// Which of the task's sessions this is, and how many there are.
    pub fn session_number(&self, world: &World) -> Option<(usize, usize)> {
        let task = &world.tasks.get(self.task.as_ref()?)?.task;
        let mut sessions: Vec<_> = task.sessions.iter().flatten().map(|s| (s.created_at, &s.id)).collect();
        sessions.sort();
        let at = sessions.iter().position(|(_, id)| Some(*id) == self.session.as_ref())?;
        Some((at + 1, sessions.len()))
    }

    /// Where the text of the log stands within the pane: below its rule and the line that says why this source.
    pub fn text_area(&self, pane: Area) -> Area {
        let above = 1 + u16::from(self.because.is_some());
        Area { y: pane.y.saturating_add(above), height: pane.height.saturating_sub(above), ..pane }
    }

    /// The sheet the log is laid out on in this pane.
    pub fn sheet(&self, pane: Area, wrap: bool) -> Sheet {
        let text = self.text_area(pane);
        Sheet { width: text.width.saturating_sub(margin(text.width) + 1), height: text.height, wrap }
    }
}

/// Entries from the end in which the newest time is looked for.
const LOOK_BACK: usize = 64;

/// Columns left of the text: the cursor's bar, the time where there is room for it, the fold mark.
pub fn margin(width: u16) -> u16 {
    if width >= 60 { 12 } else { 3 }
}
