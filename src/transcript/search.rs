//! Finding a text in a log that is too large to be held.
//!
//! What is looked for is what a reader sees: the words of entries, not the JSON round them. A scan at the speed of memory
//! finds the lines that may hold them; only those are decoded.
//!
//! ```text
//! bytes ─> rare piece of the pattern (memmem) ─candidates─> decode the line ─> does one of its texts match
//! ```
//!
//! Nothing is kept of a hit but the count of its block: the next one is found again by reading.

use std::io;
use std::ops::ControlFlow;

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};
use regex::{Regex, RegexBuilder, bytes};

use super::decode::{Format, Transcript};
use super::source::{self, BLOCK, Bytes, Run, block_of};
use crate::text::{Untrusted, width};

/// Bytes of a line that are shown as the place of a hit.
const SHOWN: usize = 1000;

/// What is looked for: a text, or a regular expression after a slash. Upper and lower case are the same unless the
/// pattern has an upper-case letter.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// `None`: not a text but entries in which something went wrong.
    regex: Option<Regex>,
    sieve: Sieve,
}

/// Finds the lines of a raw log that may hold a pattern.
#[derive(Clone, Debug)]
enum Sieve {
    /// A piece of the pattern that stands in the raw log just as it is shown.
    Piece(Box<Finder<'static>>),
    /// The same, in upper or lower case.
    Folded(bytes::Regex),
    /// Every line may.
    All,
}

impl Pattern {
    /// `None`: nothing to look for, or a regular expression that is not complete.
    pub fn new(text: &str) -> Option<Self> {
        let (source, literal) = match text.strip_prefix('/') {
            Some(regex) => (regex.to_owned(), None),
            None => (regex::escape(text), Some(text)),
        };
        if source.is_empty() {
            return None;
        }
        let exact = text.contains(char::is_uppercase);
        let regex = RegexBuilder::new(&source).case_insensitive(!exact).build().ok()?;
        let piece = literal.and_then(plain_piece);
        let sieve = match piece {
            Some(piece) if exact || !piece.bytes().any(|b| b.is_ascii_alphabetic()) => {
                Sieve::Piece(Box::new(Finder::new(piece.as_bytes()).into_owned()))
            }
            Some(piece) => bytes::RegexBuilder::new(&regex::escape(piece))
                .case_insensitive(true)
                .build()
                .map_or(Sieve::All, Sieve::Folded),
            None => Sieve::All,
        };
        Some(Self { text: text.to_owned(), regex: Some(regex), sieve })
    }

    /// Looks for errors instead of a text.
    pub fn errors() -> Self {
        Self { text: String::new(), regex: None, sieve: Sieve::All }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What to look for in a text that is shown.
    pub fn regex(&self) -> Option<&Regex> {
        self.regex.as_ref()
    }

    /// Is it in this line, decoded by itself.
    pub fn holds(&self, format: Format, line: &[u8]) -> bool {
        let mut transcript = Transcript::new(format);
        transcript.absorb(line);
        transcript.finish();
        transcript.entries().iter().any(|entry| match &self.regex {
            Some(regex) => entry.kind.texts().iter().any(|text| regex.is_match(text.raw_for_match())),
            None => entry.is_error(),
        })
    }

    /// The line of text, within this line decoded by itself, that it is in first.
    pub fn text_in(&self, format: Format, line: &[u8]) -> Option<Untrusted> {
        let regex = self.regex.as_ref()?;
        self.sieve.find(line)?;
        let mut transcript = Transcript::new(format);
        transcript.absorb(line);
        transcript.finish();
        let mut texts = transcript.entries().iter().flat_map(|entry| entry.kind.texts());
        texts.find_map(|text| {
            let text = text.raw_for_match();
            let hit = regex.find(text)?;
            let start = text.get(..hit.start())?.rfind('\n').map_or(0, |newline| newline + 1);
            let end = text.get(hit.start()..)?.find('\n').map_or(text.len(), |newline| hit.start() + newline);
            Some(width::cut_bytes(text.get(start..end)?, SHOWN).into())
        })
    }

    /// The lines of a run that hold it, each with where it begins in the run, as long as `each` says go on.
    fn hits<B>(&self, format: Format, run: Run<'_>, mut each: impl FnMut(usize) -> ControlFlow<B>) -> ControlFlow<B> {
        let mut from = 0;
        while let Some(rest) = run.bytes.get(from..).filter(|rest| !rest.is_empty()) {
            let Some(at) = self.sieve.find(rest) else { break };
            let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            let start = from + memrchr(b'\n', before).map_or(0, |newline| newline + 1);
            let end = memchr(b'\n', behind).map_or(run.bytes.len(), |newline| from + at + newline + 1);
            let line = run.bytes.get(start..end).unwrap_or_default();
            if self.holds(format, line) {
                each(start)?;
            }
            from = end;
        }
        ControlFlow::Continue(())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Sieve {
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Piece(finder) => finder.find(bytes),
            Self::Folded(regex) => regex.find(bytes).map(|hit| hit.start()),
            Self::All => Some(0),
        }
    }
}

/// The longest piece of a text that stands in JSON, and in JSON in a string of JSON, just as it is: no encoder escapes
/// letters, digits and these.
fn plain_piece(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " !#$%()*+,-.:;=?@[]^_`{|}~".contains(c);
    text.split(|c| !plain(c)).max_by_key(|piece| piece.len()).filter(|piece| !piece.is_empty())
}

/// Lines that hold a pattern, counted by the block they begin in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    by_block: Vec<u32>,
    total: u64,
}

impl Hits {
    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn add(&mut self, found: &Found) {
        for (block, count) in &found.blocks {
            if self.by_block.len() <= *block {
                self.by_block.resize(block + 1, 0);
            }
            if let Some(held) = self.by_block.get_mut(*block) {
                *held += count;
            }
            self.total += u64::from(*count);
        }
    }

    /// Hits before a block.
    pub fn before(&self, block: usize) -> u64 {
        self.by_block.iter().take(block).map(|count| u64::from(*count)).sum()
    }

    /// Where to look for the next hit at or behind `offset`, as far as is known: the beginning of the next block that
    /// has one.
    pub fn hint(&self, offset: u64) -> u64 {
        let own = block_of(offset);
        let next = self.by_block.iter().enumerate().skip(own).find(|(_, count)| **count > 0);
        next.map_or(offset, |(block, _)| source::block_start(block).max(offset))
    }

    /// The same upwards: the end of the next block before `offset` that has one.
    pub fn hint_before(&self, offset: u64) -> u64 {
        let own = block_of(offset).min(self.by_block.len());
        let before = self.by_block.iter().enumerate().take(own + 1).rfind(|(_, count)| **count > 0);
        before.map_or(offset, |(block, _)| source::block_start(block + 1).min(offset))
    }
}

/// A line that holds what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub offset: u64,
    /// Hits before it in its block.
    pub nth: u32,
}

/// What a scan found since it last told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Hits by block.
    pub blocks: Vec<(usize, u32)>,
    /// The first of all, once.
    pub first: Option<Hit>,
    /// Bytes looked through so far.
    pub passed: u64,
    pub done: bool,
}

/// Counts the lines of a log of `len` bytes that hold the pattern, beginning with the line at `from` and going on at the
/// start. `tell` gets what was found when `due` says so, at the first hit, and at the end; it says whether to go on.
pub fn scan(
    bytes: &(impl Bytes + ?Sized),
    (format, len): (Format, u64),
    pattern: &Pattern,
    from: u64,
    mut due: impl FnMut() -> bool,
    mut tell: impl FnMut(Found) -> ControlFlow<()>,
) -> io::Result<()> {
    let from = source::line_start(bytes, from.min(len))?;
    let mut found = Found::default();
    let mut first = true;
    for (start, end) in [(from, len), (0, from)] {
        let stopped = source::runs(bytes, start, end, |run| {
            let mut at_first = None;
            let _: ControlFlow<()> = pattern.hits(format, run, |at| {
                let offset = run.offset + at as u64;
                found.count(block_of(offset));
                if std::mem::take(&mut first) {
                    at_first = Some(offset);
                }
                ControlFlow::Continue(())
            });
            found.passed += run.end - run.offset;
            if let Some(offset) = at_first {
                match hit(bytes, format, pattern, offset) {
                    Ok(hit) => found.first = Some(hit),
                    Err(error) => return ControlFlow::Break(Err(error)),
                }
            }
            if found.first.is_none() && !due() {
                return ControlFlow::Continue(());
            }
            let next = Found { passed: found.passed, ..Found::default() };
            tell(std::mem::replace(&mut found, next)).map_break(Ok)
        })?;
        if let Some(stopped) = stopped {
            return stopped;
        }
    }
    found.done = true;
    let _ = tell(found);
    Ok(())
}

impl Found {
    fn count(&mut self, block: usize) {
        match self.blocks.last_mut().filter(|(last, _)| *last == block) {
            Some((_, count)) => *count += 1,
            None => self.blocks.push((block, 1)),
        }
    }
}

/// The first line at `from` or behind it that holds the pattern, in a log of `len` bytes; none behind it: from the start.
/// `stop`: it is not wanted any more.
pub fn next(
    bytes: &(impl Bytes + ?Sized),
    (format, len): (Format, u64),
    pattern: &Pattern,
    from: u64,
    stop: impl Fn() -> bool,
) -> io::Result<Option<Hit>> {
    let from = source::next_line_start(bytes, from.min(len), len)?;
    for (start, end) in [(from, len), (0, from)] {
        let found = source::runs(bytes, start, end, |run| {
            if stop() {
                return ControlFlow::Break(None);
            }
            pattern.hits(format, run, |at| ControlFlow::Break(Some(run.offset + at as u64)))
        })?;
        if let Some(found) = found {
            return found.map(|offset| hit(bytes, format, pattern, offset)).transpose();
        }
    }
    Ok(None)
}

/// The last line beginning before `before` that holds the pattern; none there: from the end.
pub fn previous(
    bytes: &(impl Bytes + ?Sized),
    (format, len): (Format, u64),
    pattern: &Pattern,
    before: u64,
    stop: impl Fn() -> bool,
) -> io::Result<Option<Hit>> {
    let before = source::next_line_start(bytes, before.min(len), len)?;
    for (least, mut end) in [(0, before), (before, len)] {
        while end > least {
            let start = end.saturating_sub(BLOCK * 4).max(least);
            let start = source::line_start_from(bytes, least, start)?;
            let mut last = None;
            let stopped = source::runs(bytes, start, end, |run| {
                if stop() {
                    return ControlFlow::Break(());
                }
                pattern.hits(format, run, |at| {
                    last = Some(run.offset + at as u64);
                    ControlFlow::Continue(())
                })
            })?;
            if stopped.is_some() {
                return Ok(None);
            }
            if let Some(offset) = last {
                return hit(bytes, format, pattern, offset).map(Some);
            }
            end = start;
        }
    }
    Ok(None)
}

/// The hit at `offset`, with how many its block has before it.
fn hit(bytes: &(impl Bytes + ?Sized), format: Format, pattern: &Pattern, offset: u64) -> io::Result<Hit> {
    let start = source::next_line_start(bytes, source::block_start(block_of(offset)), offset)?;
    let mut nth = 0;
    source::runs(bytes, start, offset, |run| {
        pattern.hits(format, run, |_| {
            nth += 1;
            ControlFlow::<()>::Continue(())
        })
    })?;
    Ok(Hit { offset, nth })
}
