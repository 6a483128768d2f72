//! Bytes to entries, incrementally.
//!
//! ```text
//! bytes ─> [partial] ─complete lines─> session.rs or job.rs ─> entries
//!               └─ half a line waits for the next round; finish() reads it as the last
//! ```

use super::entry::{Entry, Kind, Lines};
use super::facets::Facets;
use super::facts::RunFacts;
use super::job::JobLog;
use super::outline::Outline;
use super::session::SessionLog;
use super::timeline;
use crate::domain::Instant;
use crate::text::width;

/// Bytes of a line that are waited for. A longer one is shown as broken and the rest of it skipped.
const LONGEST_LINE: usize = 64 * 1024 * 1024;
/// Bytes that are kept of a line that could not be read.
const BROKEN: usize = 4096;

/// What kind of log the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `data: {json}` records of a Copilot session log.
    SessionLog,
    /// Time-stamped lines of an Actions job log.
    JobLog,
    /// Events of a pull request, one a line.
    Timeline,
}

/// Counts over the whole log so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub records: u64,
    /// Lines that are not records (`event:`, comments, `[DONE]`) and records of another kind.
    pub ignored: u64,
    pub broken: u64,
    pub calls: u64,
    pub unanswered: u64,
    pub completion_tokens: u64,
    pub stops: u64,
}

/// What a round of [`Transcript::absorb`] changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// How many entries came to the end.
    pub added: usize,
    /// Entries from before that read differently now: their result came, or more of their text.
    pub updated: Vec<u64>,
}

/// A log being read. Holds the decoded entries, never the raw body.
#[derive(Clone, Debug)]
pub struct Transcript {
    format: Format,
    log: Log,
    session: SessionLog,
    job: JobLog,
    /// Half a line at the end, kept for the next round.
    partial: Vec<u8>,
    /// The rest of a line that was too long is on its way.
    skipping: bool,
}

/// The entries and what is counted while they come. Both formats write to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    pub(super) stats: Stats,
    pub(super) outline: Outline,
    pub(super) facts: RunFacts,
    facets: Facets,
    updated: Vec<u64>,
    /// The number of the line that is being read.
    line: u32,
}

impl Log {
    /// Adds an entry; gives back where it is.
    pub(super) fn push(&mut self, at: Option<Instant>, kind: Kind) -> usize {
        let id = self.entries.len();
        if id == self.entries.capacity() {
            // A quarter more instead of twice as much: less is held for nothing, and an entry costs the same still.
            self.entries.reserve_exact(id / 4 + 16);
        }
        let lines = Lines { first: self.line, last: self.line };
        self.entries.push(Entry { id: id as u64, at, ended_at: None, failed: false, lines, kind });
        self.outline.pushed(id, at);
        id
    }

    /// The entry, to be changed.
    pub(super) fn change(&mut self, index: usize) -> Option<&mut Entry> {
        let id = index as u64;
        if self.updated.last() != Some(&id) {
            self.updated.push(id);
        }
        let line = self.line;
        let entry = self.entries.get_mut(index)?;
        entry.lines.last = line;
        Some(entry)
    }

    pub(super) fn broken(&mut self, line: &str) {
        self.stats.broken += 1;
        self.push(None, Kind::Broken(width::cut_bytes(line, BROKEN).into()));
    }
}

impl Transcript {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            log: Log::default(),
            session: SessionLog::default(),
            job: JobLog::default(),
            partial: Vec::new(),
            skipping: false,
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Feeds the bytes that follow those fed before, cut anywhere.
    pub fn absorb(&mut self, bytes: &[u8]) -> Change {
        let before = self.log.entries.len();
        let complete = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |last| last + 1);
        let (mut lines, rest) = bytes.split_at_checked(complete).unwrap_or((bytes, &[]));
        if !lines.is_empty() && (self.skipping || !self.partial.is_empty()) {
            let end = lines.iter().position(|b| *b == b'\n').unwrap_or_default();
            let (last_half, after) = lines.split_at_checked(end).unwrap_or((lines, &[]));
            lines = after.get(1..).unwrap_or_default();
            self.partial.extend_from_slice(last_half);
            let whole = std::mem::take(&mut self.partial);
            if !std::mem::take(&mut self.skipping) {
                self.bytes(&whole);
            }
        }
        self.lines(lines);
        if !self.skipping {
            self.partial.extend_from_slice(rest);
            if self.partial.len() > LONGEST_LINE {
                self.skipping = true;
                let start = std::mem::take(&mut self.partial);
                self.log.line = self.log.line.saturating_add(1);
                self.log.broken(&String::from_utf8_lossy(start.get(..BROKEN).unwrap_or_default()));
            }
        }
        self.change_since(before)
    }

    /// The entries of one line by itself, for their texts: what they are about is not found out.
    pub(super) fn entries_of(format: Format, line: &[u8]) -> Vec<Entry> {
        let mut alone = Self::new(format);
        alone.bytes(line.strip_suffix(b"\n").unwrap_or(line));
        alone.job.finish(&mut alone.log);
        alone.log.entries
    }

    /// Lines with their newlines. Nearly always they are UTF-8 all together; else each line is mended by itself.
    fn lines(&mut self, bytes: &[u8]) {
        let Some(bytes) = bytes.strip_suffix(b"\n") else { return };
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let mut from = 0;
                for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
                    self.line(text.get(from..end).unwrap_or_default());
                    from = end + 1;
                }
            }
            Err(_) => bytes.split(|b| *b == b'\n').for_each(|line| self.bytes(line)),
        }
    }

    /// The log is complete: what is left without a newline is its last line.
    pub fn finish(&mut self) -> Change {
        let before = self.log.entries.len();
        let last = std::mem::take(&mut self.partial);
        if !last.is_empty() {
            self.bytes(&last);
        }
        self.job.finish(&mut self.log);
        self.change_since(before)
    }

    fn change_since(&mut self, before: usize) -> Change {
        let mut updated = std::mem::take(&mut self.log.updated);
        updated.retain(|id| *id < before as u64);
        updated.sort_unstable();
        updated.dedup();
        let Log { entries, facets, .. } = &mut self.log;
        let again = updated.iter().filter_map(|id| usize::try_from(*id).ok());
        for index in again.chain(before..entries.len()) {
            if let Some(entry) = entries.get(index) {
                facets.read(index, entry);
            }
        }
        Change { added: entries.len() - before, updated }
    }

    fn bytes(&mut self, line: &[u8]) {
        self.line(&String::from_utf8_lossy(line));
    }

    fn line(&mut self, line: &str) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        self.log.line = self.log.line.saturating_add(1);
        match self.format {
            Format::SessionLog => self.session.line(&mut self.log, line),
            Format::JobLog => self.job.line(&mut self.log, line),
            Format::Timeline => timeline::read(&mut self.log, line),
        }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.log.entries
    }

    pub fn stats(&self) -> &Stats {
        &self.log.stats
    }

    #[cfg(test)]
    pub(super) fn partial_bytes(&self) -> usize {
        self.partial.capacity()
    }

    /// Keeps these entries alone and gives each its id: a part of a log that was read with what stands round it. It takes
    /// no more bytes after that.
    pub fn cut(&mut self, kept: std::ops::Range<usize>, ids: &[u64]) {
        let Log { entries, facets, outline, .. } = &mut self.log;
        entries.truncate(kept.end);
        let start = kept.start.min(entries.len());
        entries.drain(..start);
        entries.shrink_to_fit();
        for (entry, id) in entries.iter_mut().zip(ids) {
            entry.id = *id;
            entry.lines = Lines::default();
        }
        facets.cut(start, entries.len());
        outline.cut(start, entries.len());
        (self.session, self.job, self.partial) = (SessionLog::default(), JobLog::default(), Vec::new());
    }

    /// Bytes that are held for the log, what is kept free for its growth included.
    pub fn held(&self) -> usize {
        let texts = |entry: &Entry| {
            let extra = match &entry.kind {
                Kind::Edit(edit) => size_of_val(&**edit) + edit.diff.len(),
                _ => 0,
            };
            extra + entry.kind.texts().iter().map(|text| text.len()).sum::<usize>()
        };
        let entries = self.log.entries.capacity() * size_of::<Entry>();
        let texts: usize = self.log.entries.iter().map(texts).sum();
        entries + texts + self.log.facets.held() + self.session.held() + self.partial.capacity()
    }

    /// What every entry is about.
    pub fn facets(&self) -> &Facets {
        &self.log.facets
    }

    /// The turns so far.
    pub fn outline(&self) -> &Outline {
        &self.log.outline
    }

    /// What the log tells about its run. Of a session log that is the model alone.
    pub fn facts(&self) -> &RunFacts {
        &self.log.facts
    }
}
