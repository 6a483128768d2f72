//! Is there a terminal to work on? Asked before the first escape sequence is written.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use rustix::termios::isatty;

use crate::domain::{Fault, FaultKind};

/// The console needs a terminal that understands cursor movement, to draw on and to read keys from.
pub fn check() -> Result<(), Fault> {
    judge(std::env::var("TERM").ok().as_deref(), isatty(rustix::stdio::stdout()), keys().is_ok())
}

fn judge(term: Option<&str>, draws: bool, reads: bool) -> Result<(), Fault> {
    const HINT: &str = "run atc in a terminal; `atc --help` lists the commands that need none";
    let what = match term {
        _ if !draws => "standard output is not a terminal",
        _ if !reads => "there is no terminal to read keys from",
        None | Some("") => "TERM is not set, so it is not known what this terminal understands",
        Some("dumb") => "TERM=dumb says this terminal cannot move its cursor",
        Some(_) => return Ok(()),
    };
    Err(Fault::new(FaultKind::Unsupported, what, HINT))
}

/// Where keys come from: standard input, or the controlling terminal where standard input is something else.
pub fn keys() -> io::Result<OwnedFd> {
    let stdin = rustix::stdio::stdin();
    if isatty(stdin) {
        return Ok(rustix::io::fcntl_dupfd_cloexec(stdin, 3)?);
    }
    Ok(File::open("/dev/tty")?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_moves_its_cursor_will_do() {
        assert!(judge(Some("xterm-256color"), true, true).is_ok());
        assert!(judge(Some("linux"), true, true).is_ok());
    }

    #[test]
    fn anything_less_is_refused_with_a_reason_and_a_hint() {
        for (term, draws, reads) in [
            (Some("xterm"), false, true),
            (Some("xterm"), true, false),
            (None, true, true),
            (Some(""), true, true),
            (Some("dumb"), true, true),
        ] {
            let fault = judge(term, draws, reads).err();
            assert!(fault.is_some_and(|f| !f.what.is_empty() && f.next_step.contains("--help")), "{term:?}");
        }
    }
}
