//! How many lines a log has, and where they are, without a table of them: one count for each block of the file.
//!
//! ```text
//! bytes   |0 ....... 64 K|......... 128 K|........
//! totals  0              412             801        lines that end before each border
//! ```
//!
//! A line's number is the total of its block and what stands in the block before it; a line of a number is in the
//! block whose totals enclose it. Both need one block to be read, wherever in the file it is. 1 GB costs 128 KB.

use std::io;
use std::ops::ControlFlow;

use super::source::{BLOCK, Bytes, block_of, block_start, count_newlines};

/// What has been counted so far, from the beginning on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Newlines before the end of each block.
    totals: Vec<u64>,
    /// Bytes counted.
    passed: u64,
    /// What was counted ends in the middle of a line.
    half: bool,
}

/// Counts of blocks that follow each other; the last block may not be whole yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub first: usize,
    pub newlines: Vec<u32>,
    /// Where counting has come to.
    pub passed: u64,
    /// The byte before that is no newline.
    pub half: bool,
}

/// Where the line of a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// So many newlines behind the beginning of this block.
    In { block: usize, newlines: u64 },
    /// Not counted yet.
    Unknown,
    /// There are fewer lines.
    Behind,
}

impl Index {
    /// Takes in what was counted. What does not continue the counts before is dropped.
    pub fn take(&mut self, counted: &Counted) {
        if counted.first > self.totals.len() {
            return;
        }
        self.totals.truncate(counted.first);
        let mut total = self.totals.last().copied().unwrap_or(0);
        self.totals.extend(counted.newlines.iter().map(|newlines| {
            total += u64::from(*newlines);
            total
        }));
        self.passed = counted.passed;
        self.half = counted.half;
    }

    /// Bytes counted so far.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Newlines counted so far.
    pub fn newlines(&self) -> u64 {
        self.totals.last().copied().unwrap_or(0)
    }

    /// Lines counted so far; one without a newline at the end is a line.
    pub fn lines(&self) -> u64 {
        self.newlines() + u64::from(self.half)
    }

    /// Newlines before a block. `None`: not counted yet.
    pub fn before(&self, block: usize) -> Option<u64> {
        match block.checked_sub(1) {
            None => Some(0),
            Some(last) if block_start(block) <= self.passed => self.totals.get(last).copied(),
            Some(_) => None,
        }
    }

    /// Where line `number` (the first is 1) begins, in a log of `len` bytes.
    pub fn find(&self, number: u64, len: u64) -> Where {
        let wanted = number.saturating_sub(1);
        let block = self.totals.partition_point(|total| *total < wanted);
        if block == self.totals.len() && wanted > 0 {
            return if self.passed >= len { Where::Behind } else { Where::Unknown };
        }
        let before = block.checked_sub(1).and_then(|last| self.totals.get(last)).copied().unwrap_or(0);
        Where::In { block, newlines: wanted - before }
    }
}

/// Counts the lines of `bytes` from the block on in which `from` lies, to `end`. `tell` gets the counts every
/// `blocks` blocks and at the end, and says whether to go on.
pub fn count(
    bytes: &(impl Bytes + ?Sized),
    from: u64,
    end: u64,
    blocks: usize,
    mut tell: impl FnMut(Counted) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut first = block_of(from);
    let mut at = block_start(first);
    let mut buffer = vec![0; usize::try_from(BLOCK * 4).unwrap_or_default()];
    let mut newlines = Vec::new();
    let mut half = false;
    while at < end {
        let most = buffer.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
        let read = bytes.read_at(at, buffer.get_mut(..most).unwrap_or_default())?;
        if read == 0 {
            break;
        }
        let piece = buffer.get(..read).unwrap_or_default();
        let block = usize::try_from(BLOCK).unwrap_or(usize::MAX);
        newlines.extend(piece.chunks(block).map(|block| u32::try_from(count_newlines(block)).unwrap_or(u32::MAX)));
        half = piece.last().is_some_and(|byte| *byte != b'\n');
        at += read as u64;
        if newlines.len() >= blocks {
            let counts = std::mem::take(&mut newlines);
            let next = first + counts.len();
            if tell(Counted { first, newlines: counts, passed: at, half }).is_break() {
                return Ok(());
            }
            first = next;
        }
    }
    let _ = tell(Counted { first, newlines, passed: at.min(end), half });
    Ok(())
}
