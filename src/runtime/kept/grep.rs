//! Looking through all kept logs: unpacked as they are read, one line in memory at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use flate2::read::MultiGzDecoder;

use super::store::Kept;
use crate::domain::{Instant, SessionId};
use crate::text::Untrusted;
use crate::transcript::search::Pattern;
use crate::transcript::source::LONGEST_LINE;

/// A line of a kept log that holds what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrepHit {
    /// The file's name.
    pub log: String,
    /// `None`: the file's name does not tell it.
    pub session: Option<SessionId>,
    pub kept_at: Instant,
    /// The first line being 1.
    pub line: u64,
    /// The text around the hit.
    pub text: Untrusted,
}

/// What was looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grepped {
    pub logs: usize,
    pub hits: usize,
    /// Logs that could not be read to their end.
    pub unreadable: usize,
    /// `each` asked for the end.
    pub stopped: bool,
}

impl Kept {
    /// Looks through all logs, the newest first. `each` gets the hits as they are found and says whether to go on; it is
    /// asked without a hit, too, every few thousand lines. Reads from the disk: not for the loop.
    pub fn grep(
        &self,
        pattern: &Pattern,
        mut each: impl FnMut(Option<GrepHit>) -> ControlFlow<()>,
    ) -> io::Result<Grepped> {
        let mut grepped = Grepped::default();
        for entry in self.all()? {
            grepped.logs += 1;
            let log = entry.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let session = self.session_of(&entry);
            let Ok(file) = File::open(&entry.path) else {
                grepped.unreadable += 1;
                continue;
            };
            let mut lines = Lines::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(file)));
            let read = lines.each(|number, line| {
                let hit = pattern.text_in(entry.format, line).map(|text| {
                    grepped.hits += 1;
                    GrepHit { log: log.clone(), session: session.clone(), kept_at: entry.at, line: number, text }
                });
                if hit.is_none() && number % 4096 != 0 {
                    return ControlFlow::Continue(());
                }
                each(hit)
            });
            match read {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => {
                    grepped.stopped = true;
                    break;
                }
                Err(_) => grepped.unreadable += 1,
            }
        }
        Ok(grepped)
    }
}

/// Lines of a stream, each up to a length; of a longer one its head.
struct Lines<R> {
    from: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn new(from: R) -> Self {
        Self { from, line: Vec::new() }
    }

    fn each(&mut self, mut take: impl FnMut(u64, &[u8]) -> ControlFlow<()>) -> io::Result<ControlFlow<()>> {
        let mut number = 0;
        loop {
            let bytes = self.from.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', bytes);
            let piece = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
            let used = piece.len() + usize::from(end.is_some());
            self.from.consume(used);
            if end.is_some() {
                number += 1;
                if take(number, &self.line).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                self.line.clear();
            }
        }
        if self.line.is_empty() { Ok(ControlFlow::Continue(())) } else { Ok(take(number + 1, &self.line)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::SessionId;
    use crate::transcript::Format;

    fn record(words: &str) -> String {
        let words = serde_json::to_string(words).unwrap();
        format!(
            r#"data: {{"id":"r","object":"chat.completion.chunk","choices":[{{"delta":{{"role":"assistant","content":{words}}}}}]}}"#
        )
    }

    fn kept(dir: &std::path::Path) -> Kept {
        let kept = Kept::new(dir, 10).unwrap();
        let session = format!("{}\n\n{}\n", record("the build is red\nsaid \"nobody\""), record("green now"));
        kept.keep(&SessionId::new("s1"), Format::SessionLog, session.as_bytes()).unwrap();
        let job = "2026-09-09T10:00:00.0000000Z red\n2026-09-09T10:00:01.0000000Z last, red, no newline";
        kept.keep(&SessionId::new("s2"), Format::JobLog, job.as_bytes()).unwrap();
        kept
    }

    #[test]
    fn every_kept_log_is_looked_through() {
        let dir = tempfile::tempdir().unwrap();
        let mut found = Vec::new();
        let grepped = kept(dir.path())
            .grep(&Pattern::new("red").unwrap(), |hit| {
                found.extend(hit.map(|hit| (hit.log.contains("s1"), hit.line, hit.text.raw_for_match().to_owned())));
                ControlFlow::Continue(())
            })
            .unwrap();
        found.sort();
        let expected = [(false, 1, "red"), (false, 2, "last, red, no newline"), (true, 1, "the build is red")];
        assert_eq!(found, expected.map(|(session, line, text)| (session, line, text.to_owned())));
        assert_eq!(grepped, Grepped { logs: 2, hits: 3, unreadable: 0, stopped: false });
    }

    #[test]
    fn what_is_looked_for_is_what_is_read_not_how_it_is_stored() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(dir.path());
        let count = |words: &str| kept.grep(&Pattern::new(words).unwrap(), |_| ControlFlow::Continue(())).unwrap().hits;
        assert_eq!(["\"nobody\"", "assistant", "choices", "Red", "/^green"].map(count), [1, 0, 0, 0, 1]);
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let dir = tempfile::tempdir().unwrap();
        let grepped = kept(dir.path()).grep(&Pattern::new("red").unwrap(), |_| ControlFlow::Break(())).unwrap();
        assert!(grepped.stopped && grepped.hits == 1, "{grepped:?}");
    }

    #[test]
    fn a_damaged_log_is_counted_and_the_others_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(dir.path());
        std::fs::write(dir.path().join("logs/broken.session.gz"), "no gzip").unwrap();
        let grepped = kept.grep(&Pattern::new("red").unwrap(), |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(grepped, Grepped { logs: 3, hits: 3, unreadable: 1, stopped: false });
    }

    #[test]
    fn a_line_without_end_costs_its_head() {
        let endless = std::io::Read::take(std::io::repeat(b'x'), 3 * LONGEST_LINE as u64);
        let mut lines = Lines::new(BufReader::new(endless));
        let mut longest = 0;
        let _ = lines.each(|_, line| {
            longest = line.len();
            ControlFlow::Continue(())
        });
        assert!(longest == LONGEST_LINE && lines.line.capacity() <= 2 * LONGEST_LINE);
    }
}
