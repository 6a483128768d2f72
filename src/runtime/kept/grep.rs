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

/// Read at once, and how much is read before it is asked whether to go on.
const PIECE: usize = 64 * 1024;

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
    /// asked without a hit, too, after every piece of a log and after every log. Reads from the disk: not for the loop.
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
            let mut lines = Lines::new(BufReader::with_capacity(PIECE, MultiGzDecoder::new(file)));
            let read = lines.each(|line| {
                let Some((number, line)) = line else { return each(None) };
                let Some(text) = pattern.text_in(entry.format, line) else { return ControlFlow::Continue(()) };
                grepped.hits += 1;
                each(Some(GrepHit {
                    log: log.clone(),
                    session: session.clone(),
                    kept_at: entry.at,
                    line: number,
                    text,
                }))
            });
            let goes_on = read.unwrap_or_else(|_| {
                grepped.unreadable += 1;
                ControlFlow::Continue(())
            });
            // Any number of logs may be shorter than a piece.
            if goes_on.is_break() || each(None).is_break() {
                grepped.stopped = true;
                break;
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

    /// Every line with its number, and nothing after every piece that was read.
    fn each(&mut self, mut take: impl FnMut(Option<(u64, &[u8])>) -> ControlFlow<()>) -> io::Result<ControlFlow<()>> {
        let (mut number, mut of_piece) = (0, 0);
        loop {
            if of_piece >= PIECE {
                of_piece = 0;
                if take(None).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
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
            of_piece += used;
            if end.is_some() {
                number += 1;
                if take(Some((number, &self.line))).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                self.line.clear();
            }
        }
        if self.line.is_empty() { Ok(ControlFlow::Continue(())) } else { Ok(take(Some((number + 1, &self.line)))) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

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
    fn it_is_asked_whether_to_go_on_between_short_logs_and_within_a_line_without_end() {
        let dir = tempfile::tempdir().unwrap();
        let mut asked = 0;
        let of_short = kept(dir.path()).grep(&Pattern::new("nowhere").unwrap(), |_| {
            asked += 1;
            ControlFlow::Break(())
        });
        assert_eq!((of_short.unwrap(), asked), (Grepped { logs: 1, stopped: true, ..Grepped::default() }, 1));
        let mut lines = Lines::new(BufReader::new(std::io::repeat(b'x')));
        assert!(lines.each(|line| if line.is_none() { ControlFlow::Break(()) } else { panic!() }).unwrap().is_break());
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
        let _ = lines.each(|line| {
            longest = line.map_or(longest, |(_, line)| line.len());
            ControlFlow::Continue(())
        });
        assert!(longest == LONGEST_LINE && lines.line.capacity() <= 2 * LONGEST_LINE);
    }
}
