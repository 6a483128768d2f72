//! What a session's log was found to say about why it went wrong, small enough to be known of every task.
//!
//! How it is found is `transcript`'s. Here is what is told of it: on the row, in the detail, to a query, to the disk.

use super::SessionId;
use crate::text::{Untrusted, width};

/// More of one log are not remembered: the worst come first.
const MOST: usize = 16;
/// Longest line of evidence that is remembered, in bytes.
const LINE: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }
}

/// A rule that holds of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The rule's id.
    pub rule: Untrusted,
    pub severity: Severity,
    pub title: Untrusted,
    /// What to do.
    pub next: Untrusted,
    /// The line that shows it.
    pub line: Untrusted,
    /// Entries that show it.
    pub count: u32,
}

/// What one session's log was found to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosed {
    pub session: SessionId,
    /// Of the rules it was read by: others may say otherwise.
    pub rules: u64,
    found: Vec<Found>,
}

impl Diagnosed {
    /// `found`: the worst first.
    pub fn new(session: SessionId, rules: u64, found: impl IntoIterator<Item = Found>) -> Self {
        let short = |found: Found| Found { line: width::cut_bytes(found.line.raw_for_match(), LINE).into(), ..found };
        Self { session, rules, found: found.into_iter().take(MOST).map(short).collect() }
    }

    /// The worst first.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// What a row tells: a note is not worth a sign.
    pub fn worst(&self) -> Option<&Found> {
        self.found.first().filter(|found| found.severity > Severity::Note)
    }

    /// The worst of them, notes included.
    pub fn severity(&self) -> Option<Severity> {
        self.found.first().map(|found| found.severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(severity: Severity) -> Found {
        Found {
            rule: "r".into(),
            severity,
            title: "It broke".into(),
            next: "mend it".into(),
            line: "é".repeat(300).into(),
            count: 1,
        }
    }

    #[test]
    fn little_is_remembered_of_a_log_that_says_much() {
        let many = std::iter::repeat_with(|| found(Severity::Error)).take(10_000);
        let diagnosed = Diagnosed::new(SessionId::new("s"), 0, many);
        assert_eq!(diagnosed.found().len(), MOST);
        assert!(diagnosed.found().iter().all(|found| found.line.len() <= LINE && !found.line.is_empty()));
    }

    #[test]
    fn a_note_is_no_sign_on_a_row_and_still_a_finding() {
        let of = |severity| Diagnosed::new(SessionId::new("s"), 0, [found(severity)]);
        assert_eq!((of(Severity::Note).worst(), of(Severity::Note).severity()), (None, Some(Severity::Note)));
        assert!(of(Severity::Warning).worst().is_some());
    }

    #[test]
    fn severities_are_words() {
        assert!(Severity::ALL.into_iter().all(|severity| Severity::parse(severity.word()) == Some(severity)));
        assert_eq!(Severity::parse("loud"), None);
    }
}
