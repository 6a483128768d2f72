//! The log pane: a session's transcript and where the reader is in it; split, it has two.
//!
//! ```text
//! whole ──split──> upper: follows the queue's selection      (swap: the other half gets the keys)
//!       <─split──  lower: stays with the log it was split on
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use super::big::Big;
use super::diagnosis::Judged;
use super::found::Found;
use super::layout::Area;
use super::list::List;
use super::reader::{Anchor, Reader, Sheet};
use super::record::{Record, State as RecordState};
use super::settings::Settings;
use super::wall::Wall;
use super::world::World;
use crate::console::effect::{Heard, LogWish};
use crate::console::event::{LogOrigin, Tried};
use crate::domain::{Freshness, Instant, LogSource, SessionId, Source, SourceChoice, State, TaskId, TaskRef};
use crate::text::Safe;
use crate::transcript::{Finding, Format, Mode, Rules, Transcript};

pub mod facets;
pub mod outline;

#[derive(Debug)]
pub struct LogPane {
    /// The log that has the keys; `None` while nothing is selected.
    pub shown: Option<Shown>,
    /// The other half of a split pane.
    pub beside: Option<Shown>,
    /// Which half has the keys; `None`: the pane is whole.
    pub split: Option<Half>,
    /// The log shown is that of a check, until it is left.
    pub lent: bool,
    /// The last lines of everything that runs, in place of all panes.
    pub wall: Option<Wall>,
    /// What was found in the kept logs, in place of all panes.
    pub found: Option<Found>,
    /// Searches in the kept logs so far.
    pub greps: u64,
    /// Long lines go on below instead of being cut.
    pub wrap: bool,
    /// How what is searched for is read.
    pub mode: Mode,
    pub times: Times,
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
    /// What logs are diagnosed by; `None` until they are read.
    pub rules: Option<Arc<Rules>>,
    /// Another log is shown, or another part of it, than in the last picture.
    pub moved: bool,
}

impl Default for LogPane {
    fn default() -> Self {
        Self {
            shown: None,
            beside: None,
            split: None,
            lent: false,
            wall: None,
            found: None,
            greps: 0,
            wrap: true,
            mode: Mode::default(),
            times: Times::default(),
            chosen: None,
            sources: HashMap::new(),
            list: None,
            openings: 0,
            attended: Attended::default(),
            rules: None,
            moved: false,
        }
    }
}

/// Half of a split pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// It follows the queue's selection.
    Upper,
    /// It stays with its log.
    Lower,
}

/// Each half of a split pane has a rule and three lines at least.
const HALF_ROWS: u16 = 4;

impl LogPane {
    /// The log that follows the queue's selection.
    pub fn following(&mut self) -> &mut Option<Shown> {
        if self.split == Some(Half::Lower) { &mut self.beside } else { &mut self.shown }
    }

    /// The log that stays.
    pub fn pinned(&self) -> Option<&Shown> {
        match self.split? {
            Half::Upper => self.beside.as_ref(),
            Half::Lower => self.shown.as_ref(),
        }
    }

    /// Where the log that has the keys stands in the pane, and where the other one does, if it is in sight.
    pub fn halves(&self, pane: Area) -> (Area, Option<Area>) {
        let Some(half) = self.split.filter(|_| pane.height >= 2 * HALF_ROWS) else { return (pane, None) };
        let upper = Area { height: pane.height.div_ceil(2), ..pane };
        let lower = Area { y: upper.bottom(), height: pane.height - upper.height, ..pane };
        match half {
            Half::Upper => (upper, Some(lower)),
            Half::Lower => (lower, Some(upper)),
        }
    }

    /// Gives the other half the keys.
    pub fn swap(&mut self) {
        self.split = self.split.map(|half| match half {
            Half::Upper => Half::Lower,
            Half::Lower => Half::Upper,
        });
        if self.split.is_some() {
            std::mem::swap(&mut self.shown, &mut self.beside);
        }
    }

    /// The log of a session, wherever it is in sight.
    pub fn of(&mut self, session: &SessionId) -> Option<&mut Shown> {
        let of_it = |shown: &&mut Shown| shown.session.as_ref() == Some(session);
        match &mut self.wall {
            // What it covers is not followed meanwhile.
            Some(wall) => wall.tiles.iter_mut().find(of_it),
            None => self.shown.iter_mut().chain(&mut self.beside).find(of_it),
        }
    }
}

/// A task that is polled closely and the logs that are followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attended {
    pub task: Option<TaskRef>,
    pub log: Option<LogWish>,
    pub beside: Vec<Heard>,
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
    /// What is to be looked for as soon as there is something to read.
    pub seek: Option<String>,
    /// The transcript is a window of a log that is too large to be held.
    pub big: Option<Box<Big>>,
    pub judged: Judged,
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
            seek: None,
            big: None,
            outline: false,
            sifting: None,
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

    /// Where everything stands within the pane: below its rule, the finding and the line that says why
    /// this source.
    pub fn parts(&self, pane: Area) -> Parts {
        let below = |area: Area, rows: u16| {
            let rows = rows.min(area.height);
            Area { y: area.y.saturating_add(rows), height: area.height - rows, ..area }
        };
        let finding = u16::from(self.finding_row(pane).is_some());
        let inside = below(pane, 1 + finding + u16::from(self.because.is_some()));
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

    /// Where the record stands in the pane: below the rule and the line that says where it was read.
    pub fn record_area(&self, pane: Area) -> Area {
        let told = self.record.as_ref().is_some_and(|record| matches!(record.state, RecordState::There { .. }));
        let above = (1 + u16::from(told)).min(pane.height);
        Area { y: pane.y.saturating_add(above), height: pane.height - above, ..pane }
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

/// A pane of so few rows has none to spare.
const LOW: u16 = 4;
/// Entries from the end in which the newest time is looked for.
const LOOK_BACK: usize = 64;

/// Columns left of the text: the cursor's bar, the time where there is room for it, the fold mark.
pub fn margin(width: u16) -> u16 {
    if width >= 60 { 12 } else { 3 }
}
