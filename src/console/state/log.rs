//! The log pane: one session's transcript and where the reader is in it.

use std::sync::Arc;

use super::big::Big;
use super::diagnosis::Judged;
use super::layout::Area;
use super::reader::{Reader, Sheet};
use super::settings::Settings;
use super::world::World;
use crate::console::event::LogOrigin;
use crate::domain::{Freshness, Instant, SessionId, Source, State, TaskId, TaskRef};
use crate::text::Safe;
use crate::transcript::{Finding, Format, Rules, Transcript};

#[derive(Debug)]
pub struct LogPane {
    /// What is shown; `None` while nothing is selected.
    pub shown: Option<Shown>,
    /// Long lines go on below instead of being cut.
    pub wrap: bool,
    /// A session chosen by hand in place of the task's latest.
    pub chosen: Option<(TaskId, SessionId)>,
    /// What the runtime was last asked to attend to.
    pub attended: Attended,
    /// What logs are diagnosed by; `None` until they are read.
    pub rules: Option<Arc<Rules>>,
}

impl Default for LogPane {
    fn default() -> Self {
        Self { shown: None, wrap: true, chosen: None, attended: Attended::default(), rules: None }
    }
}

/// A task that is polled closely and a log that is followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attended {
    pub task: Option<TaskRef>,
    pub log: Option<SessionId>,
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
    pub judged: Judged,
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
            judged: Judged::default(),
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

    /// Since when the time of its session runs, while it works. `None`: it does not, or another session is the latest.
    pub fn deadline_from(&self, world: &World, settings: &Settings) -> Option<Instant> {
        let known = world.tasks.get(self.task.as_ref()?)?;
        let latest = known.task.latest_session()?;
        let works = known.task.state == State::InProgress && Some(&latest.id) == self.session.as_ref();
        let deadline = known.deadline(settings);
        works.then(|| deadline.at - deadline.limit)
    }

    /// The finding that is told above the log, and its number. Of a log that is not held whole none is known.
    pub fn told_finding(&self) -> Option<(usize, &Finding)> {
        self.judged.told().filter(|_| self.big.is_none())
    }

    /// Where the finding is told: below the pane's rule. A pane too low for a line of it keeps its rows for the log.
    pub fn finding_row(&self, pane: Area) -> Option<u16> {
        (pane.height > LOW && self.told_finding().is_some()).then(|| pane.y.saturating_add(1))
    }

    /// Where the text of the log stands within the pane: below its rule, the finding and the line that says why this
    /// source.
    pub fn text_area(&self, pane: Area) -> Area {
        let above = 1 + u16::from(self.finding_row(pane).is_some()) + u16::from(self.because.is_some());
        Area { y: pane.y.saturating_add(above), height: pane.height.saturating_sub(above), ..pane }
    }

    /// The sheet the log is laid out on in this pane.
    pub fn sheet(&self, pane: Area, wrap: bool) -> Sheet {
        let text = self.text_area(pane);
        Sheet { width: text.width.saturating_sub(margin(text.width) + 1), height: text.height, wrap }
    }
}

/// A pane of so few rows has none to spare.
const LOW: u16 = 4;
/// Entries from the end in which the newest time is looked for.
const LOOK_BACK: usize = 64;

/// Columns left of the text: the cursor's bar, the time where there is room for it, the fold mark.
pub fn margin(width: u16) -> u16 {
    if width >= 60 { 12 } else { 3 }
}
