//! Prints a log as its bytes come: each entry once, in order, when nothing more will be said of it.

use crate::cli::Exit;
use crate::cli::look::args::{Format as Shape, LogsArgs};
use crate::cli::look::entry_fields::Told;
use crate::cli::output;
use crate::cli::voice::Voice;
use crate::console::event::LogOrigin;
use crate::domain::look::{Brush, Tone};
use crate::ledger::export::ascii;
use crate::provider::Prefix;
use crate::transcript::export;
use crate::transcript::lines::lines;
use crate::transcript::{Entry, FacetSet, Format, Ink, LogLine, Options, Transcript};

/// Columns where nobody says how many there are.
const COLUMNS: u16 = 100;

/// What new bytes were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Nothing,
    More,
    /// The log shrank, was replaced, or is another source's.
    Anew,
}

#[derive(Debug)]
pub struct Printer {
    shape: Shape,
    voice: Voice,
    facets: Option<FacetSet>,
    log: Option<Transcript>,
    origin: Option<LogOrigin>,
    /// What was taken of the log.
    seen: Prefix,
    /// Entries that were printed.
    printed: usize,
    columns: Option<u16>,
    exit: Exit,
    unread: bool,
}

impl Printer {
    pub fn new(args: &LogsArgs, voice: Voice) -> Self {
        let facets = args.facet.iter().fold(FacetSet::default(), |set, facet| set.with(*facet));
        Self {
            shape: args.format,
            voice,
            facets: (!args.facet.is_empty()).then_some(facets),
            log: None,
            origin: None,
            seen: Prefix::default(),
            printed: 0,
            columns: voice.out_is_terminal.then(columns),
            exit: Exit::Done,
            unread: false,
        }
    }

    /// Takes the whole log as it is now.
    pub fn take(&mut self, origin: LogOrigin, format: Format, bytes: &[u8]) -> Taken {
        let goes_on = self.seen.end_in(bytes).filter(|_| self.origin.is_none_or(|before| before == origin));
        let anew = goes_on.is_none() && !self.seen.is_empty();
        if anew {
            (self.seen, self.printed, self.log) = (Prefix::default(), 0, None);
        }
        self.origin = Some(origin);
        let new = bytes.get(self.seen.len()..).unwrap_or_default();
        if new.is_empty() {
            return if anew { Taken::Anew } else { Taken::Nothing };
        }
        if self.shape == Shape::Raw {
            self.out(new);
        } else {
            self.log.get_or_insert_with(|| Transcript::new(format)).absorb(new);
            self.print(false);
        }
        self.seen = Prefix::of(bytes);
        if anew { Taken::Anew } else { Taken::More }
    }

    /// This was all of it.
    pub fn end(&mut self) {
        if let Some(log) = &mut self.log {
            log.finish();
        }
        self.print(true);
    }

    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Nobody reads any more.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    /// Of a log that grows, the last entry and all from a call without an answer on may still change.
    fn print(&mut self, all: bool) {
        let Some(log) = self.log.take() else { return };
        let entries = log.entries();
        let settled = if all { entries.len() } else { entries.len().saturating_sub(1) };
        let mut text = String::new();
        while let Some(entry) = entries.get(self.printed).filter(|_| self.printed < settled) {
            if !all && entry.kind.is_pending() {
                break;
            }
            let facets = log.facets().of(self.printed);
            if self.facets.is_none_or(|wanted| facets.any_of(wanted)) {
                self.entry(entry, facets, &mut text);
            }
            self.printed += 1;
        }
        self.log = Some(log);
        if self.shape == Shape::Text && !text.is_empty() && !self.unread {
            self.told(output::text(&text));
        } else {
            self.out(text.as_bytes());
        }
    }

    fn entry(&self, entry: &Entry, facets: FacetSet, out: &mut String) {
        match self.shape {
            Shape::Md => out.push_str(&export::entries(std::slice::from_ref(entry), true)),
            Shape::Jsonl => {
                out.push_str(&ascii(&Told { entry: entry.clone(), facets }.json().to_string()));
                out.push('\n');
            }
            Shape::Text | Shape::Raw => {
                let options = match self.columns {
                    Some(width) => Options { width, folded: false, wrap: true },
                    None => Options { width: u16::MAX, folded: false, wrap: true },
                };
                for line in lines(entry, options) {
                    self.line(&line, out);
                }
            }
        }
    }

    fn line(&self, line: &LogLine, out: &mut String) {
        let right = line.right.iter().filter(|(ink, _)| *ink != Ink::Pending);
        for (n, (ink, text)) in line.parts.iter().chain(right).enumerate() {
            if n >= line.parts.len() {
                out.push_str("  ");
            }
            out.push_str(&self.voice.brush.map_or_else(|| text.to_string(), |brush| painted(brush, *ink, text)));
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }

    fn out(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.unread {
            return;
        }
        self.told(output::bytes(bytes));
    }

    fn told(&mut self, printed: Result<bool, Exit>) {
        match printed {
            Ok(open) => self.unread = !open,
            Err(exit) => self.exit = self.exit.worse(exit),
        }
    }
}

fn columns() -> u16 {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    size.map(|size| size.ws_col).filter(|columns| *columns >= 20).unwrap_or(COLUMNS)
}

/// Colours of the log itself are as near to what it asked for as the theme has them.
fn painted(brush: Brush, ink: Ink, text: &str) -> String {
    match (ink, ink.tone()) {
        (Ink::Log(sgr), _) => brush.other(text, sgr.into()),
        (_, tone) => brush.tone(text, tone.unwrap_or(Tone::Plain)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::look::args::From;
    use crate::cli::voice::Form;
    use crate::domain::look;
    use crate::text::{Colour, Sgr};
    use crate::transcript::Facet;

    /// Prints nothing: what it takes is asked here.
    fn silent() -> Printer {
        let args = LogsArgs {
            task: String::new(),
            follow: true,
            facet: vec![Facet::Setup],
            source: From::Auto,
            format: Shape::Jsonl,
            force: false,
        };
        let voice = Voice {
            form: Form::Text,
            out_is_terminal: false,
            err_is_terminal: false,
            in_is_terminal: false,
            brush: None,
        };
        Printer::new(&args, voice)
    }

    #[test]
    fn a_log_that_grows_goes_on_and_one_that_shrank_or_was_replaced_begins_anew() {
        let mut printer = silent();
        let mut take = |bytes: &[u8]| printer.take(LogOrigin::JobLog, Format::JobLog, bytes);
        assert_eq!(take(b"one\n"), Taken::More);
        assert_eq!(take(b"one\n"), Taken::Nothing);
        assert_eq!(take(b"one\ntwo\n"), Taken::More);
        assert_eq!(take(b"one\n"), Taken::Anew, "it shrank");
        assert_eq!(take(b"One\nlonger than before\n"), Taken::Anew, "it was replaced");
        assert_eq!(printer.take(LogOrigin::JobSteps, Format::JobLog, b"One\nlonger than before\n"), Taken::Anew);
    }

    #[test]
    fn the_last_entry_of_a_log_that_grows_waits_until_it_cannot_change_any_more() {
        let mut printer = silent();
        printer.take(LogOrigin::JobLog, Format::JobLog, b"2026-11-01T00:00:00.0Z one\n2026-11-01T00:00:01.0Z two\n");
        let entries = printer.log.as_ref().map_or(0, |log| log.entries().len());
        assert_eq!(printer.printed, entries.saturating_sub(1));
        printer.end();
        let entries = printer.log.as_ref().map_or(0, |log| log.entries().len());
        assert_eq!(printer.printed, entries);
        assert!(entries > 0);
    }

    #[test]
    fn colours_of_a_log_are_made_from_values_and_reduced_to_what_the_terminal_has() {
        let fg = Some(Colour::Rgb(1, 2, 3));
        let ink = Ink::Log(Sgr { fg, bold: true, crossed_out: true, ..Sgr::default() });
        let brush = |depth| Brush::new(&look::Palette::default(), depth);
        assert_eq!(painted(brush(look::Depth::True), ink, "x"), "\u{1b}[1;38;2;1;2;3mx\u{1b}[0m");
        assert_eq!(painted(brush(look::Depth::Sixteen), ink, "x"), "\u{1b}[1mx\u{1b}[0m");
        assert_eq!(painted(brush(look::Depth::Sixteen), Ink::File, "x"), "\u{1b}[94mx\u{1b}[0m");
    }
}
