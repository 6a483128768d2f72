//! The log pane: one session's transcript and where the reader is in it.

use super::big::Big;
use super::layout::Area;
use super::reader::{Anchor, Reader, Sheet};
use super::world::World;
use crate::console::event::LogOrigin;
use crate::domain::{Freshness, Instant, SessionId, Source, TaskId, TaskRef};
use crate::text::Safe;
use crate::transcript::{Format, Mode, Transcript};

pub mod facets;
pub mod outline;

#[derive(Debug)]
pub struct LogPane {
    /// What is shown; `None` while nothing is selected.
    pub shown: Option<Shown>,
    /// Long lines go on below instead of being cut.
    pub wrap: bool,
    /// How what is searched for is read.
    pub mode: Mode,
    pub times: Times,
    /// A session chosen by hand in place of the task's latest.
    pub chosen: Option<(TaskId, SessionId)>,
    /// What the runtime was last asked to attend to.
    pub attended: Attended,
}

impl Default for LogPane {
    fn default() -> Self {
        Self {
            shown: None,
            wrap: true,
            mode: Mode::default(),
            times: Times::default(),
            chosen: None,
            attended: Attended::default(),
        }
    }
}

/// A task that is polled closely and a log that is followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attended {
    pub task: Option<TaskRef>,
    pub log: Option<SessionId>,
}

/// What the margin tells of when an entry was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// The time of day.
    #[default]
    Clock,
    /// How long after the session's start.
    Since,
    /// How long after the entry above.
    Gap,
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
    pub fetched_at: Option<Instant>,
    pub complete: bool,
    pub transcript: Transcript,
    pub reader: Reader,
    /// The transcript is a window of a log that is too large to be held.
    pub big: Option<Box<Big>>,
    /// The outline of turns is open.
    pub outline: bool,
    /// What stood under the eyes when the filter line was opened.
    pub sifting: Option<Anchor>,
}

/// Where the parts of the pane stand, below its rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The facets with their counts.
    pub bar: Option<Area>,
    /// The turns; where it is as wide as the pane it covers the text.
    pub outline: Option<Area>,
    pub text: Area,
}

impl Shown {
    pub fn new(task: Option<TaskId>, session: Option<SessionId>) -> Self {
        Self {
            task,
            session,
            file: None,
            origin: None,
            because: None,
            fetched_at: None,
            complete: false,
            transcript: Transcript::new(Format::SessionLog),
            reader: Reader::default(),
            big: None,
            outline: false,
            sifting: None,
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

    /// Which of the task's sessions this is, and how many there are.
    pub fn session_number(&self, world: &World) -> Option<(usize, usize)> {
        let task = &world.tasks.get(self.task.as_ref()?)?.task;
        let mut sessions: Vec<_> = task.sessions.iter().flatten().map(|s| (s.created_at, &s.id)).collect();
        sessions.sort();
        let at = sessions.iter().position(|(_, id)| Some(*id) == self.session.as_ref())?;
        Some((at + 1, sessions.len()))
    }

    /// Where everything stands within the pane: below its rule and the line that says why this source.
    pub fn parts(&self, pane: Area) -> Parts {
        let below = |area: Area, rows: u16| {
            let rows = rows.min(area.height);
            Area { y: area.y.saturating_add(rows), height: area.height - rows, ..area }
        };
        let inside = below(pane, 1 + u16::from(self.because.is_some()));
        let has_bar = pane.height >= BAR_FROM && self.big.is_none();
        let bar = has_bar.then_some(Area { height: 1, ..inside });
        let inside = below(inside, u16::from(has_bar));
        if !self.outline {
            return Parts { bar, outline: None, text: inside };
        }
        if pane.width < OUTLINE_FROM {
            return Parts { bar, outline: Some(inside), text: inside };
        }
        // A column between the two stays empty.
        let columns = (pane.width / 3).min(OUTLINE_MOST);
        let outline = Area { width: columns, ..inside };
        let x = outline.right() + 1;
        Parts { bar, outline: Some(outline), text: Area { x, width: inside.right().saturating_sub(x), ..inside } }
    }

    pub fn text_area(&self, pane: Area) -> Area {
        self.parts(pane).text
    }

    /// When the session began, as far as the log tells.
    pub fn began_at(&self) -> Option<Instant> {
        let mut entries = self.transcript.entries().iter().take(LOOK_BACK);
        entries.find_map(|entry| entry.at).filter(|_| self.big.is_none())
    }

    /// The sheet the log is laid out on in this pane.
    pub fn sheet(&self, pane: Area, wrap: bool) -> Sheet {
        let text = self.text_area(pane);
        Sheet { width: text.width.saturating_sub(margin(text.width) + 1), height: text.height, wrap }
    }
}

/// A pane of so many rows has one to spare for the facets.
const BAR_FROM: u16 = 16;
/// From so many columns on the outline stands beside the text.
const OUTLINE_FROM: u16 = 100;
/// Columns of the outline beside the text, at most.
const OUTLINE_MOST: u16 = 56;

/// Entries from the end in which the newest time is looked for.
const LOOK_BACK: usize = 64;

/// Columns left of the text: the cursor's bar, the time where there is room for it, the fold mark.
pub fn margin(width: u16) -> u16 {
    if width >= 60 { 12 } else { 3 }
}
