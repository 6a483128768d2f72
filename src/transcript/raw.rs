//! Records as they came: which lines an entry was made of, reading them again, laying them out to be read.
//!
//! A log is not held a second time for this: an entry knows the numbers (or, in a window, the offsets) of its lines, and
//! whoever holds the log reads them there.

use std::io;
use std::ops::ControlFlow;

use serde::de::IgnoredAny;

use super::decode::{Format, Transcript};
use super::entry::{Entry, Kind};
use super::source::{self, Bytes};
use super::timeline;
use crate::text::Untrusted;

/// Lines of one entry that are read at most: a step of a job log may have any number of them.
const MOST_LINES: usize = 1000;
/// Bytes of one entry that are read at most.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Which lines of a log an entry was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// By number, the first being 1: these two, or all from the one to the other.
    Numbers { first: u32, last: u32, all: bool },
    /// By where they begin: these, or all from the first to the last.
    Offsets { each: Vec<u64>, all: bool },
}

/// A line as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// The first being 1; `None`: nobody counted.
    pub number: Option<u32>,
    pub text: Untrusted,
}

/// The lines of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawLines {
    pub lines: Vec<RawLine>,
    /// The log ended before the last of them.
    pub missing: bool,
    /// There are more lines, or longer ones, than are read.
    pub cut: bool,
}

impl Place {
    /// Where an entry of a log that is held whole came from.
    pub fn of(entry: &Entry, format: Format) -> Self {
        Self::Numbers { first: entry.lines.first, last: entry.lines.last, all: is_group(entry, format) }
    }

    /// Where an entry of a window came from.
    pub fn at(entry: &Entry, format: Format, offsets: Vec<u64>) -> Self {
        Self::Offsets { each: offsets, all: is_group(entry, format) }
    }
}

/// A step of a job log is made of every line of it; anything else of the line that began it and the one that ended it.
fn is_group(entry: &Entry, format: Format) -> bool {
    format == Format::JobLog && matches!(entry.kind, Kind::Setup { .. })
}

/// Reads the lines of `place` in a log of `len` bytes.
pub fn read(bytes: &(impl Bytes + ?Sized), len: u64, place: &Place) -> io::Result<RawLines> {
    let mut out = RawLines::default();
    let mut room = MOST_BYTES;
    match place {
        Place::Numbers { first, last, all } => {
            let start = source::nth_line_start(bytes, 0, len, u64::from(first.saturating_sub(1)))?;
            let mut number = *first;
            let wanted = |number: u32| number == *first || number == *last || *all;
            let last = (*last).max(*first);
            let done = source::runs(bytes, start, len, |run| {
                for (_, line) in run.lines() {
                    if wanted(number) && !out.take(Some(number), line, &mut room) {
                        return ControlFlow::Break(());
                    }
                    if number >= last {
                        return ControlFlow::Break(());
                    }
                    number += 1;
                }
                ControlFlow::Continue(())
            })?;
            out.missing = *first == 0 || done.is_none();
        }
        Place::Offsets { each, all } => {
            let last = each.last().copied().unwrap_or_default();
            let ranges: Vec<(u64, u64)> = match (each.first(), all) {
                (Some(first), true) => vec![(*first, last)],
                _ => each.iter().map(|at| (*at, *at)).collect(),
            };
            for (from, to) in ranges {
                let done = source::runs(bytes, from, len, |run| {
                    for (at, line) in run.lines() {
                        if at > to || !out.take(None, line, &mut room) {
                            return ControlFlow::Break(());
                        }
                    }
                    if run.end > to { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                })?;
                out.missing |= from >= len || (done.is_none() && to >= len);
            }
            out.missing |= each.is_empty();
        }
    }
    Ok(out)
}

impl RawLines {
    /// False: there is no room for more.
    fn take(&mut self, number: Option<u32>, line: &[u8], room: &mut usize) -> bool {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.lines.len() >= MOST_LINES || *room == 0 {
            self.cut = true;
            return false;
        }
        let kept = line.get(..*room).unwrap_or(line);
        self.cut |= kept.len() < line.len();
        *room -= kept.len();
        self.lines.push(RawLine { number, text: Untrusted::from_bytes(kept) });
        true
    }

    /// Reading these lines makes this very entry. Of lines that are not all there nobody can say.
    pub fn make(&self, entry: &Entry, format: Format) -> bool {
        if self.missing || self.cut {
            return !self.missing;
        }
        let mut log = Transcript::new(format);
        for line in &self.lines {
            log.absorb(line.text.raw_for_match().as_bytes());
            log.absorb(b"\n");
        }
        log.finish();
        log.entries().iter().any(|made| made.kind == entry.kind && made.at == entry.at)
    }

    /// The records without what the log puts around them: for the clipboard and for a file.
    pub fn records(&self, format: Format) -> String {
        let records: Vec<String> = self.lines.iter().map(|line| record(line.text.raw_for_match(), format)).collect();
        records.join("\n")
    }
}

/// What the service sent of a line.
pub fn record(line: &str, format: Format) -> String {
    match format {
        Format::Timeline => timeline::record(line).map_or_else(|| line.to_owned(), |record| record.to_string()),
        Format::SessionLog | Format::JobLog => line.to_owned(),
    }
}

/// A record laid out to be read: JSON with one member a line, every token as it came; anything else as it is.
pub fn laid_out(line: &str, format: Format) -> Untrusted {
    let record = record(line, format);
    let data = record.strip_prefix("data:").map_or(&*record, str::trim_start);
    let is_json = data.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(data).is_ok();
    if is_json { indent(data).into() } else { record.into() }
}

/// JSON that is known to be JSON, broken into lines. No token is read and written again: numbers keep their digits and
/// strings their escapes.
fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let mut depth = 0_usize;
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = rest.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::transcript::window::{self, Plan, Spot};

    const JOB: &str = "2026-01-01T00:00:00.0000000Z ##[group]Run x\n2026-01-01T00:00:01.0000000Z one\n\
        2026-01-01T00:00:02.0000000Z ##[endgroup]\n2026-01-01T00:00:03.0000000Z after\n";

    fn call(n: u32, result: Option<&str>) -> String {
        let role = if result.is_none() { "\"role\":\"assistant\"," } else { "" };
        let content = result.map(|result| format!(",\"content\":\"{result}\"")).unwrap_or_default();
        format!(
            "data: {{\"id\":\"r{n}\",\"created\":{n},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"delta\":\
             {{{role}\"tool_calls\":[{{\"id\":\"c{n}\",\"type\":\"function\",\"function\":{{\"name\":\"bash\",\
             \"arguments\":\"{{\\\"command\\\":\\\"ls {n}\\\"}}\"}}}}]{content}}}}}]}}\n\n"
        )
    }

    /// Two calls, answered the other way round.
    fn session() -> String {
        [call(1, None), call(2, None), call(2, Some("two")), call(1, Some("one"))].concat()
    }

    fn texts(lines: &RawLines) -> Vec<&str> {
        lines.lines.iter().map(|line| line.text.raw_for_match()).collect()
    }

    #[test]
    fn every_entry_leads_back_to_the_lines_it_was_made_of() {
        for (format, log) in [(Format::SessionLog, session()), (Format::JobLog, JOB.to_owned())] {
            let mut transcript = Transcript::new(format);
            transcript.absorb(log.as_bytes());
            transcript.finish();
            assert_eq!(transcript.entries().len(), 2);
            for entry in transcript.entries() {
                let lines = read(log.as_bytes(), log.len() as u64, &Place::of(entry, format)).unwrap();
                assert!(lines.make(entry, format), "{entry:?} {lines:?}");
            }
        }
        let mut transcript = Transcript::new(Format::SessionLog);
        transcript.absorb(session().as_bytes());
        let numbers = |n: usize| (transcript.entries()[n].lines.first, transcript.entries()[n].lines.last);
        assert_eq!((numbers(0), numbers(1)), ((1, 7), (3, 5)));
    }

    #[test]
    fn a_window_finds_the_same_lines_by_their_offsets() {
        for (format, log) in [(Format::SessionLog, session()), (Format::JobLog, JOB.to_owned())] {
            let len = log.len() as u64;
            let window = window::read(log.as_bytes(), format, len, Plan::new(Spot::End, 10)).unwrap();
            for (index, entry) in window.transcript.entries().iter().enumerate() {
                let place = Place::at(entry, format, window.frame.lines_of(index, entry.id));
                let lines = read(log.as_bytes(), len, &place).unwrap();
                assert!(lines.make(entry, format), "{entry:?} {place:?} {lines:?}");
            }
        }
    }

    #[test]
    fn a_log_that_was_replaced_makes_another_entry_or_none() {
        let mut transcript = Transcript::new(Format::SessionLog);
        transcript.absorb(session().as_bytes());
        let entry = &transcript.entries()[0];
        let place = Place::of(entry, Format::SessionLog);
        let other = [call(9, None), call(9, Some("nine")), call(8, None), call(8, Some("eight"))].concat();
        let lines = read(other.as_bytes(), other.len() as u64, &place).unwrap();
        assert!(!lines.missing && !lines.make(entry, Format::SessionLog));
        let lines = read(b"".as_slice(), 0, &place).unwrap();
        assert!(lines.missing && lines.lines.is_empty() && !lines.make(entry, Format::SessionLog));
    }

    #[test]
    fn json_is_laid_out_with_every_token_as_it_came() {
        let line = "data: {\"b\":1e5,\"a\":[1.0, {}],\"s\":\"x\\u001b[1m\\\"},{\\n\"}";
        let wanted = "{\n  \"b\": 1e5,\n  \"a\": [\n    1.0,\n    {}\n  ],\n  \"s\": \"x\\u001b[1m\\\"},{\\n\"\n}";
        assert_eq!(laid_out(line, Format::SessionLog).raw_for_match(), wanted);
        for plain in ["data: {broken", ": comment", "2026-01-01T00:00:00Z {\"a\":1}", "data: [DONE"] {
            assert_eq!(laid_out(plain, Format::JobLog).raw_for_match(), plain);
        }
    }

    #[test]
    fn a_step_of_any_length_is_cut_and_that_is_known() {
        let log = "x\n".repeat(5000);
        let lines = read(log.as_bytes(), 10_000, &Place::Numbers { first: 2, last: 4000, all: true }).unwrap();
        assert_eq!((lines.lines.len(), lines.cut, lines.missing), (MOST_LINES, true, false));
        assert_eq!(lines.lines[0].number, Some(2));
        let two = read(log.as_bytes(), 10_000, &Place::Numbers { first: 2, last: 4000, all: false }).unwrap();
        assert_eq!(texts(&two), ["x", "x"]);
    }
}
