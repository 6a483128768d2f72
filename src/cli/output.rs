//! Printing. A reader that went away (`| head`) is no error, and nothing that a terminal would act on gets out.

use std::borrow::Cow;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;
use crate::domain::Fault;
use crate::text::{Safe, signs, width};

/// Our own signs are spelled in ASCII on the standard output, and on the error output.
static SPELLED: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

/// How our own signs are printed from now on. `wished`: in ASCII, wherever it goes; `terminal`: a terminal shows nothing else.
pub fn spell(wished: bool, terminal: bool) {
    let [out, err] = &SPELLED;
    out.store(wished || terminal && io::stdout().is_terminal(), Ordering::Relaxed);
    err.store(wished || terminal && io::stderr().is_terminal(), Ordering::Relaxed);
}

fn spelled(text: &str, to: usize) -> Cow<'_, str> {
    let is_spelled = SPELLED.get(to).is_some_and(|one| one.load(Ordering::Relaxed));
    if is_spelled { signs::spell(text) } else { Cow::Borrowed(text) }
}

/// Prints lines to the standard output.
pub fn say(text: &str) -> Exit {
    match write_lines(&mut BufWriter::new(io::stdout().lock()), &spelled(text, 0)) {
        Ok(()) => Exit::Done,
        Err(error) => unprinted(&error),
    }
}

/// Prints words of ours that are safe already. `false`: nobody reads any more.
pub fn text(text: &str) -> Result<bool, Exit> {
    bytes(spelled(text, 0).as_bytes())
}

/// A standard output on which our own signs are spelled as everywhere, where each write is of whole characters.
#[derive(Debug)]
pub struct Out<W> {
    out: W,
    as_it_is: bool,
}

impl<W: Write> Out<W> {
    pub fn new(out: W, as_it_is: bool) -> Self {
        Self { out, as_it_is }
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) if !self.as_it_is => self.out.write_all(spelled(text, 0).as_bytes())?,
            _ => self.out.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints bytes that are wanted as they are. `false`: nobody reads any more.
pub fn bytes(bytes: &[u8]) -> Result<bool, Exit> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(unprinted(&error)),
    }
}

/// Prints one line of what is safe already and may be coloured.
pub fn line(text: &str) -> Exit {
    let mut out = io::stdout().lock();
    match writeln!(out, "{}", spelled(text, 0)).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => unprinted(&error),
        _ => Exit::Done,
    }
}

fn unprinted(error: &io::Error) -> Exit {
    complain(&format!("atc: this could not be printed: {error} — look where the output goes"));
    Exit::Failed
}

/// Prints lines to the error output. That it cannot be written has nowhere to be said.
pub fn complain(text: &str) {
    drop(write_lines(&mut io::stderr().lock(), &spelled(text, 1)));
}

/// Prints what went wrong and what to do next, in one line, and gives the exit code for it. A terminal would break that
/// line in the middle of a word: there it is broken where a word ends.
pub fn fail(fault: &Fault) -> Exit {
    let columns = rustix::termios::tcgetwinsize(io::stderr()).ok().map(|size| usize::from(size.ws_col));
    complain(&told(&fault.clone().once(), columns));
    Exit::from(fault)
}

/// `columns`: of the terminal, where it is one.
fn told(fault: &Fault, columns: Option<usize>) -> String {
    let line = Safe::new(format!("atc: {fault}"));
    match columns.filter(|columns| *columns > 0) {
        Some(columns) => width::wrap(&line, columns).join("\n"),
        None => line.to_string(),
    }
}

/// Prints the one result of a verb: laid out on a terminal, a line for another program.
pub fn json_row(value: &serde_json::Value) -> Exit {
    if io::stdout().is_terminal() { json(value) } else { line(&crate::ledger::export::ascii(&value.to_string())) }
}

/// Prints a JSON document, laid out. Only printable ASCII gets out: everything else is escaped, so that nothing in
/// it can act on a terminal and nothing is lost.
pub fn json(value: &serde_json::Value) -> Exit {
    match write_json(&mut io::stdout().lock(), value) {
        Ok(()) => Exit::Done,
        Err(error) => unprinted(&error),
    }
}

fn write_json(out: &mut impl Write, value: &serde_json::Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let mut plain = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c == '\n' || (' '..='~').contains(&c) {
            plain.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                plain.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    plain.push('\n');
    match out.write_all(plain.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Every line sanitised and ended. A pipe that nobody reads any more counts as written.
pub fn write_lines(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut write = || {
        for line in text.lines() {
            writeln!(out, "{}", Safe::new(line))?;
        }
        out.flush()
    };
    match write() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails every write with this kind of error.
    struct Failing(ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_error_and_a_full_disk_is() {
        write_lines(&mut Failing(ErrorKind::BrokenPipe), "x").unwrap();
        assert_eq!(write_lines(&mut Failing(ErrorKind::StorageFull), "x").unwrap_err().kind(), ErrorKind::StorageFull);
    }

    #[test]
    fn a_fault_is_one_line_for_another_program_and_breaks_between_words_for_a_terminal() {
        let fault = Fault::new(crate::domain::FaultKind::Authentication, "no token: none is set", "set ATC_TOKEN");
        let line = told(&fault, None);
        assert_eq!((line.lines().count(), told(&fault, Some(0))), (1, line.clone()));
        let folded = told(&fault, Some(18));
        assert!(folded.lines().count() > 1 && folded.lines().all(|row| row.len() <= 20), "{folded}");
        assert_eq!(folded.split_whitespace().collect::<Vec<_>>(), line.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn json_is_plain_ascii_and_says_the_same() {
        let value = serde_json::json!({ "a": "\u{1b}[31m\u{202e}é👩\n", "long": "x".repeat(40_000) });
        let mut out = Vec::new();
        write_json(&mut out, &value).unwrap();
        assert!(out.iter().all(|byte| *byte == b'\n' || (b' '..=b'~').contains(byte)));
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&out).unwrap(), value);
        write_json(&mut Failing(ErrorKind::BrokenPipe), &value).unwrap();
    }

    #[test]
    fn lines_stay_lines_and_nothing_acts_on_the_terminal() {
        let mut out = Vec::new();
        write_lines(&mut out, "one\n  two\u{1b}]0;title\u{7}\nthree").unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("one\n  two") && out.ends_with("three\n"), "{out:?}");
        assert!(!out.contains(['\u{1b}', '\u{7}']), "{out:?}");
    }
}
