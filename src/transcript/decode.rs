//! Bytes to entries, incrementally.

use super::entry::Entry;

/// What kind of log the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `data: {json}` records of a Copilot session log.
    SessionLog,
    /// Time-stamped lines of an Actions job log.
    JobLog,
}

/// Counts over the whole log so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub records: u64,
    /// Lines that are not records (`event:`, comments, `[DONE]`).
    pub ignored: u64,
    pub broken: u64,
    pub calls: u64,
    pub unanswered: u64,
    pub completion_tokens: u64,
    pub stops: u64,
}

/// A log being read. Holds the decoded entries, never the raw body.
#[derive(Clone, Debug)]
pub struct Transcript {
    format: Format,
    entries: Vec<Entry>,
    stats: Stats,
    /// A half record at the end, kept for the next round.
    partial: Vec<u8>,
}

impl Transcript {
    pub fn new(format: Format) -> Self {
        Self { format, entries: Vec::new(), stats: Stats::default(), partial: Vec::new() }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Feeds the bytes that follow those fed before, cut anywhere.
    pub fn absorb(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
    }

    /// The log is complete: what is left as a half record is broken.
    pub fn finish(&mut self) {}

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}
