//! A part of a log that is too large to be held: the lines round a place, decoded as they would be in the whole.
//!
//! ```text
//!        lead          from … to (in sight)         look-ahead
//! ──|~~~~~~~~~~~|━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━|~~~~~~~~~~~~~~~~|──
//!    read for      kept: what is in sight and      read for the results of
//!    open calls    some lines on either side       calls that are kept
//! ```
//!
//! Calls and results belong together over a bounded distance: a call whose result is further down stays without one, a
//! result whose call is further up stands by itself. What is kept has the same ids in every window.

use std::io;
use std::ops::{ControlFlow, Range};

use super::decode::{Change, Format, Transcript};
use super::index::Index;
use super::source::{self, BLOCK, Bytes, Run, block_of, block_start};

/// Bytes before what is kept that are read for calls that are still open there.
pub const LEAD: u64 = BLOCK;
/// Bytes behind what is kept that are read for results.
pub const AHEAD: u64 = 2 * BLOCK;

/// Bytes on either side beyond which no entry is looked for any more: a step of a job log may go on for a gigabyte.
const FURTHEST: u64 = 128 * BLOCK;

/// Where a window is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Start,
    End,
    /// The lines that hold these bytes, the first and the last that must be there.
    Bytes(u64, u64),
    /// The line before which so many newlines stand in its block and those behind.
    Line {
        block: usize,
        newlines: u64,
    },
}

/// How much of a log is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub spot: Spot,
    /// Lines to keep on either side, as far as they fit into `most`.
    pub lines: usize,
    /// Bytes to keep on either side at least.
    pub least: u64,
    /// Bytes to keep on either side at most, but for the line that goes over.
    pub most: u64,
    pub lead: u64,
    pub ahead: u64,
    /// What the file ends with is a whole line even without a newline.
    pub settled: bool,
}

impl Plan {
    /// What a screen of so many rows needs to be scrolled a page either way.
    pub fn new(spot: Spot, rows: usize) -> Self {
        let lines = rows.max(20) * 2;
        Self { spot, lines, least: BLOCK, most: 8 * BLOCK, lead: LEAD, ahead: AHEAD, settled: true }
    }

    /// The end, as much of it as a screen shows: for the first picture.
    pub fn first() -> Self {
        Self { lines: 64, least: BLOCK / 4, lead: BLOCK / 2, ..Self::new(Spot::End, 0) }
    }
}

/// The lines round a place of a log.
#[derive(Clone, Debug)]
pub struct Window {
    pub transcript: Transcript,
    pub frame: Frame,
}

/// Which bytes a window holds and what came of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The bytes kept, whole lines.
    pub range: Range<u64>,
    /// Bytes of the whole log when this was read.
    pub len: u64,
    /// The line that was asked for.
    pub found: u64,
    /// The look-ahead came to the end of the log: a call without a result has none.
    pub sees_end: bool,
    /// Newlines between the beginning of the first line's block and the line.
    pub newlines: u64,
    lines: Vec<Line>,
}

/// A line that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    offset: u64,
    /// Lines of the window before it.
    nth: u32,
    /// The first entry it made, or the one it changed. Those it made have its offset as id, and the numbers after that.
    entry: u32,
    /// It made one.
    made: bool,
}

impl Frame {
    /// The window begins with the log.
    pub fn is_first(&self) -> bool {
        self.range.start == 0
    }

    /// The window ends with the log, as long as it was then.
    pub fn is_last(&self) -> bool {
        self.range.end >= self.len
    }

    /// The first entry of the line that holds this byte; of a line that says nothing, the entry before it.
    pub fn entry_at(&self, offset: u64) -> usize {
        let behind = self.lines.partition_point(|line| line.offset <= offset);
        let line = behind.checked_sub(1).and_then(|at| self.lines.get(at));
        line.map_or(0, |line| line.entry as usize)
    }

    /// Where the lines begin that an entry of the window was made of: the one that made it and those that changed it.
    pub fn lines_of(&self, index: usize, id: u64) -> Vec<u64> {
        let behind = self.lines.partition_point(|line| line.offset <= id);
        let own = behind.checked_sub(1).and_then(|at| self.lines.get(at)).map(|line| line.offset);
        let later = self.lines.get(behind..).unwrap_or_default();
        let changed = later.iter().filter(|line| !line.made && line.entry as usize == index).map(|line| line.offset);
        own.into_iter().chain(changed).collect()
    }

    /// The number of the line that made an entry, the first of the log being 1. `None`: not counted yet.
    pub fn line_number(&self, index: &Index, id: u64) -> Option<u64> {
        let behind = self.lines.partition_point(|line| line.offset <= id);
        let line = self.lines.get(behind.checked_sub(1)?)?;
        Some(index.before(block_of(self.range.start))? + self.newlines + u64::from(line.nth) + 1)
    }
}

/// Reads and decodes a window of a log of `len` bytes.
pub fn read(bytes: &(impl Bytes + ?Sized), format: Format, len: u64, mut plan: Plan) -> io::Result<Window> {
    let (from, to) = match plan.spot {
        Spot::Start => (0, 0),
        Spot::End => (len, len),
        Spot::Bytes(from, to) => (from.min(len), to.clamp(from, len.max(from))),
        Spot::Line { block, newlines } => {
            let at = source::nth_line_start(bytes, block_start(block), len, newlines)?;
            (at, at)
        }
    };
    let found = source::line_start(bytes, from.min(len))?;
    loop {
        let window = round(bytes, (format, len), (found, to), plan)?;
        let first = window.transcript.entries().first().map(|entry| entry.id);
        // An entry before what is in sight is always kept, too. Lines that say nothing may go on for long.
        if window.frame.is_first() || first.is_some_and(|first| first < found) || plan.most >= FURTHEST {
            return Ok(window);
        }
        (plan.least, plan.most) = (plan.least.max(BLOCK) * 4, plan.most.max(BLOCK) * 4);
    }
}

fn round(
    bytes: &(impl Bytes + ?Sized),
    (format, len): (Format, u64),
    (found, to): (u64, u64),
    plan: Plan,
) -> io::Result<Window> {
    let start = start(bytes, found, plan)?;
    let lead = source::next_line_start(bytes, start.saturating_sub(plan.lead), start)?;
    let mut reading = Reading {
        transcript: Transcript::new(format),
        plan,
        to,
        start,
        end: None,
        first: 0,
        last: 0,
        behind: 0,
        half: None,
        lines: Vec::new(),
        nth: 0,
        ids: Vec::new(),
    };
    let stopped = source::runs(bytes, lead, len, |run| reading.take(run))?;
    let sees_end = stopped.is_none();
    if sees_end && plan.settled {
        reading.finish();
    }
    let range = start..reading.end.unwrap_or(len);
    let newlines = source::newlines(bytes, block_start(block_of(start)), start)?;
    let Reading { mut transcript, first, last, lines, ids, .. } = reading;
    transcript.cut(first..last, &ids);
    Ok(Window { transcript, frame: Frame { range, len, found, sees_end, newlines, lines } })
}

/// Where the lines to keep begin.
fn start(bytes: &(impl Bytes + ?Sized), found: u64, plan: Plan) -> io::Result<u64> {
    let mut start = source::line_start_from(bytes, found.saturating_sub(plan.most), found.saturating_sub(plan.least))?;
    let least = found.saturating_sub(plan.most);
    let mut lines = source::newlines(bytes, start, found)?;
    while lines < plan.lines as u64 && start > least {
        let before = start.saturating_sub(BLOCK / 4).max(least);
        lines += source::newlines(bytes, before, start)?;
        start = before;
    }
    let start = source::next_line_start(bytes, start, found)?;
    // At least one line, however long it is.
    if start == found && found > 0 { source::line_start(bytes, found - 1) } else { Ok(start) }
}

#[derive(Debug)]
struct Reading {
    transcript: Transcript,
    plan: Plan,
    /// The last byte that must be kept.
    to: u64,
    start: u64,
    /// Where what is kept ends, once that is known.
    end: Option<u64>,
    /// Entries kept: from `first` on, up to `last`.
    first: usize,
    last: usize,
    /// Lines kept behind `to` that made an entry.
    behind: usize,
    /// Where a last line without a newline begins.
    half: Option<u64>,
    lines: Vec<Line>,
    /// Lines kept so far.
    nth: u32,
    ids: Vec<u64>,
}

impl Reading {
    fn take(&mut self, run: Run<'_>) -> ControlFlow<()> {
        for (offset, line) in run.lines() {
            if self.end.is_none() && self.is_enough(offset) {
                self.end = Some(offset);
            }
            if self.end.is_some_and(|end| offset >= end.saturating_add(self.plan.ahead)) {
                return ControlFlow::Break(());
            }
            let before = self.transcript.entries().len();
            let mut change = self.transcript.absorb(line);
            if run.is_head {
                change = self.transcript.absorb(b"\n");
            } else if !line.ends_with(b"\n") {
                self.half = Some(offset);
            }
            self.note(offset, before, &change);
            self.nth += u32::from(offset >= self.start);
        }
        ControlFlow::Continue(())
    }

    /// What is kept may end before the line at `offset`. An entry behind what is in sight is always kept, so that a reader
    /// who goes on row by row gets somewhere, however long the lines are.
    fn is_enough(&self, offset: u64) -> bool {
        let past = offset.saturating_sub(self.to);
        let plan = &self.plan;
        let is_enough = past >= plan.most || (past >= plan.least && self.behind >= plan.lines);
        (self.behind > 0 && is_enough) || past >= FURTHEST
    }

    /// Notes what came of the line at `offset`.
    fn note(&mut self, offset: u64, before: usize, change: &Change) {
        if self.end.is_some() {
            return;
        }
        self.last = self.transcript.entries().len();
        if offset < self.start {
            self.first = self.last;
            return;
        }
        self.behind += usize::from(offset > self.to && change.added > 0);
        self.ids.extend((0..change.added as u64).map(|nth| offset + nth));
        let changed = change.updated.last().and_then(|id| usize::try_from(*id).ok());
        let entry = if change.added > 0 { Some(before) } else { changed };
        if let Some(entry) = entry.and_then(|entry| entry.checked_sub(self.first)) {
            let entry = u32::try_from(entry).unwrap_or(u32::MAX);
            self.lines.push(Line { offset, nth: self.nth, entry, made: change.added > 0 });
        }
    }

    /// The log ends here: what is left without a newline is its last line.
    fn finish(&mut self) {
        let before = self.transcript.entries().len();
        let change = self.transcript.finish();
        if let Some(half) = self.half {
            self.nth = self.nth.saturating_sub(1);
            self.note(half, before, &change);
        }
    }
}
