//! The palette: everything there is to go to, found by some of its letters.
//!
//! ```text
//! ctrl+k ──> the places visited last ──letters──> the best of all, best first ──enter──> there
//!                   ^────────── none ───────────────┘        └──esc──> where it was opened
//! ```
//!
//! The list stands still until a letter is typed: what comes in meanwhile moves nothing under the cursor.

pub mod score;

use super::Model;
use super::layout::Area;
use super::line::{Line, LineKind};
use super::place::Place;
use super::reviews::Key;
use super::tasks::Slot;
use super::trail::Spot;
use crate::domain::{AutomationRef, RepoName, TaskId};
use crate::text::Safe;

/// Rows of the list at most; the rest is narrowed down, not scrolled to.
pub const MOST: usize = 100;
/// Rows in sight at most.
const SEEN: u16 = 12;

/// What a row leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum To {
    Spot(Box<Spot>),
    /// By its name.
    Command(&'static str),
    Alias(String),
    Task(TaskId),
    Repo(RepoName),
    Template(String),
    Pull(Key),
    Automation(AutomationRef),
    /// A saved view, by its word.
    View(String),
    /// The same of the automations.
    AutomationView(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub to: To,
    /// What it is.
    pub kind: &'static str,
    pub name: Safe,
    /// Which graphemes of the name the letters stand at.
    pub places: Vec<usize>,
    /// Which of its kind, or what it does.
    pub more: Safe,
    /// The key that leads there as well.
    pub key: String,
}

#[derive(Clone, Debug)]
pub struct Palette {
    pub line: Line,
    pub rows: Vec<Row>,
    /// How many there are, also those that are not listed.
    pub found: usize,
    pub cursor: usize,
    pub top: usize,
    pub narrowed: Option<Narrowed>,
}

/// The tasks that were found by what is typed so far: with one more letter only they are looked at.
#[derive(Clone, Debug)]
pub struct Narrowed {
    pub by: String,
    /// How the tasks stood then.
    pub revision: u64,
    pub tasks: Vec<Slot>,
}

impl Default for Palette {
    fn default() -> Self {
        let line = Line::new(LineKind::Command, "");
        Self { line, rows: Vec::new(), found: 0, cursor: 0, top: 0, narrowed: None }
    }
}

impl Palette {
    /// The rule and the rows below it, above the line that is typed in. It does not grow and shrink with what is found.
    pub fn area(place: &Place) -> Area {
        let rows = SEEN.min(place.size.height / 2);
        place.over(rows + 1)
    }

    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// The cursor is on a row that is there, and in sight.
    pub fn settle(&mut self, area: Area) {
        let height = area.body_rows().max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(height), self.cursor);
    }
}

impl Model {
    pub fn palette(&self) -> Option<&Palette> {
        self.place.palette.as_deref()
    }
}
