//! A log of which only a window is held: where the window is, what is known of the whole, what is asked for.
//!
//! ```text
//! held ──a step that leaves the window──> asked (the step waits) ──window──> held, the step is done
//!   └──a page from its edge──> asked (nothing waits)
//! ```

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::console::biglog::Wish;
use crate::console::keys::Intent;
use crate::domain::Instant;
use crate::transcript::index::Index;
use crate::transcript::search::{Hit, Hits, Pattern};
use crate::transcript::window::Frame;

/// Steps that wait for a window at most; a key held down longer than that is not owed anything.
pub const WAITING: usize = 32;

/// Milliseconds before a read is spoken of.
const PATIENCE: i64 = 150;

#[derive(Debug, Default)]
pub struct Big {
    /// Which opening of the file this is.
    pub log: u64,
    /// Bytes of the whole.
    pub len: u64,
    /// It did not grow for a moment.
    pub settled: bool,
    pub frame: Frame,
    pub index: Index,
    pub search: Option<Hunt>,
    /// What is to be asked of the runtime.
    pub wishes: Vec<Wish>,
    pub asked: Option<Asked>,
    /// Steps that go beyond what is held.
    pub waiting: VecDeque<Step>,
    /// Where the reader was when a window round it was last asked for without a need.
    pub ahead_of: Option<(u64, u64)>,
    /// The last read failed: nothing is read ahead until something else is wanted.
    pub broken: bool,
    /// It grew after all of it had been counted: lines that come are new.
    pub grown: bool,
    /// The scan for an error under way, and where it began.
    pub error: Option<(u64, u64)>,
    /// What is looked for next is further down.
    pub forward: bool,
    /// The last number given to a request or a search.
    pub last: u64,
}

/// A window that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub request: u64,
    pub landing: Landing,
    /// The entries that were in sight, where a window round them was asked for.
    pub round: Option<(u64, u64)>,
    /// When it was asked for.
    pub since: Option<Instant>,
}

/// Where the reader will be when the window is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// Where it is.
    Stay,
    Top,
    /// At the end, following.
    End,
    /// At the line that was asked for, so many rows into its entry.
    Line(usize),
    Hit(Hit, bool),
    /// With the entry under the cursor so many rows down the screen.
    Cursor(usize),
}

/// A movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up(usize),
    Down(usize),
    Key(Intent),
}

/// A search under way or done.
#[derive(Debug)]
pub struct Hunt {
    pub id: u64,
    pub pattern: Pattern,
    pub hits: Hits,
    /// Bytes looked through.
    pub passed: u64,
    pub done: bool,
    pub current: Option<Hit>,
    /// Where it began: the byte at the top, the row of that entry, and whether the end was followed.
    pub origin: (u64, usize, bool),
    pub accepted: bool,
    /// The hit that was left for the next one.
    pub left: Option<u64>,
}

impl Big {
    pub fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub fn is_first(&self) -> bool {
        self.frame.is_first()
    }

    pub fn is_last(&self) -> bool {
        self.frame.range.end >= self.len
    }

    /// When the screen says that something is being read: not for the moment a cached page takes.
    pub fn told_at(&self) -> Option<Instant> {
        let asked = self.asked.filter(|asked| asked.landing != Landing::Stay || !self.waiting.is_empty())?;
        Some(asked.since? + TimeDelta::milliseconds(PATIENCE))
    }

    /// How many lines it has, once all are counted.
    pub fn lines(&self) -> Option<u64> {
        (self.index.passed() >= self.len).then(|| self.index.lines())
    }

    /// How far down an offset is, in percent.
    pub fn percent(&self, offset: u64) -> u64 {
        u64::try_from(u128::from(offset) * 100 / u128::from(self.len.max(1))).unwrap_or(100).min(100)
    }
}

impl Hunt {
    /// Which of the hits the reader stands at, the first being 1, once all are counted.
    pub fn rank(&self) -> Option<u64> {
        let hit = self.current.filter(|_| self.done)?;
        Some(self.hits.before(crate::transcript::source::block_of(hit.offset)) + u64::from(hit.nth) + 1)
    }
}
