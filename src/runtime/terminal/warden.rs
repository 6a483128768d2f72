//! A child that gives the terminal back when this program no longer can: it was killed, aborted or ran out of stack.
//!
//! ```text
//! enter ─"on icrnl …"──┐                           gone while "on": the line as it was, the modes off, a line that says so
//! links ─"linked …"────┤                           gone while "linked": the same, and an open link ended
//!                      ├─ pipe ─> a sleeping shell ─┤
//! leave ─"off"─────────┘                           gone while "off": nothing
//! ```
//!
//! It is started once the first picture is out, by the thread that wrote it, so that no start waits for it, and sleeps in
//! a read that only the end of the pipe ends. It is in a group of its own: what stops or ends our group does not stop it.
//! A line that somebody (the shell we were started from) put right already is left alone. Where there is no `/bin/sh` or
//! no `stty` there is no warden, and all else is as it would be.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::termios::{ControlModes, InputModes, LocalModes, OutputModes, SpecialCodeIndex, Termios};

use super::check;
use super::links::CLOSE;

/// Written as it may have to be printed; `$0` is what takes our modes off, `$LINK` what ends a link.
const SCRIPT: &str = r#"trap '' HUP INT QUIT TERM TSTP TTIN TTOU
now=$*
while read -r word; do now=$word; done
set -- $now
case $1 in on) LINK= ;; linked) ;; *) exit 0 ;; esac
shift
case $(stty -a <&2) in *-opost*) stty "$@" <&2 ;; esac
printf '%b%b\r\n' "$LINK" "$0"
printf 'atc ended without a word. The terminal was given back.\r\n'"#;

/// How long it may take to end once it is no longer needed: it has nothing to do.
const ENDS_WITHIN: Duration = Duration::from_millis(100);

/// It is looked at so often meanwhile.
const STEP: Duration = Duration::from_millis(1);

/// What it is told. After the first two comes how the line was.
const ON: &str = "on";
const LINKED: &str = "linked";
const OFF: &str = "off\n";

static WARDEN: Mutex<Warden> = Mutex::new(Warden { links: false, word: String::new(), child: None });

struct Warden {
    /// A link may be open when all ends.
    links: bool,
    /// What it was told last, or will be told first.
    word: String,
    child: Option<Child>,
}

fn warden() -> MutexGuard<'static, Warden> {
    WARDEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The terminal is ours from now on; `before` is how it was.
pub fn taken(before: &Termios) {
    let mut warden = warden();
    let word = if warden.links { LINKED } else { ON };
    warden.tell(format!("{word} {}\n", settings(before)));
}

/// From here on a link may be open: also one that was started before is told, for tmux may answer late.
pub fn linked() {
    warden().linked();
}

/// The terminal is somebody else's.
pub fn given_back() {
    warden().tell(OFF.to_owned());
}

/// Starts it, once. Without one the program is as before.
pub fn start(leave: &[u8]) {
    let mut warden = warden();
    // Left meanwhile: nobody would send it away.
    if warden.child.is_none() && warden.word != OFF && !warden.word.is_empty() {
        warden.child = spawn(leave, &warden.word);
    }
}

/// Sends it away. Afterwards there is no child.
pub fn dismiss() {
    let mut warden = warden();
    warden.tell(OFF.to_owned());
    let Some(mut child) = warden.child.take() else { return };
    drop(child.stdin.take());
    for _ in 0..ENDS_WITHIN.as_millis() {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(STEP);
    }
    let _ = child.kill();
    let _ = child.wait();
}

impl Warden {
    fn linked(&mut self) {
        self.links = true;
        if let Some(settings) = self.word.strip_prefix(ON) {
            self.tell(format!("{LINKED}{settings}"));
        }
    }

    fn tell(&mut self, word: String) {
        self.word = word;
        if let Some(pipe) = self.child.as_mut().and_then(|child| child.stdin.as_mut()) {
            // One that was killed hears nothing; there is nobody to complain to.
            let _ = pipe.write_all(self.word.as_bytes());
        }
    }
}

fn spawn(leave: &[u8], word: &str) -> Option<Child> {
    let keys = check::keys().ok()?;
    let mut command = command(leave, word);
    command.stdin(Stdio::piped()).stdout(Stdio::inherit()).stderr(Stdio::from(keys)).process_group(0);
    command.spawn().ok()
}

fn command(leave: &[u8], word: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    // The word now in force goes along: it must not be too late for it.
    command
        .args(["-c", SCRIPT, &spelled(leave), word.trim_end()])
        .env_clear()
        .env("LINK", spelled(CLOSE))
        .env("PATH", "/usr/bin:/bin")
        .current_dir(Path::new("/"));
    command
}

/// No byte in it would act on the terminal of whoever lists the processes.
fn spelled(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\\', "\\0134").replace('\x1b', "\\0033")
}

/// What raw mode changes, as `stty` is told to change it back.
fn settings(before: &Termios) -> String {
    let mut out = String::new();
    let mut flag = |on: bool, name: &str| {
        let _ = write!(out, "{}{name} ", if on { "" } else { "-" });
    };
    let input = [
        (InputModes::IGNBRK, "ignbrk"),
        (InputModes::BRKINT, "brkint"),
        (InputModes::PARMRK, "parmrk"),
        (InputModes::ISTRIP, "istrip"),
        (InputModes::INLCR, "inlcr"),
        (InputModes::IGNCR, "igncr"),
        (InputModes::ICRNL, "icrnl"),
        (InputModes::IXON, "ixon"),
    ];
    let local = [
        (LocalModes::ECHO, "echo"),
        (LocalModes::ECHONL, "echonl"),
        (LocalModes::ICANON, "icanon"),
        (LocalModes::ISIG, "isig"),
        (LocalModes::IEXTEN, "iexten"),
    ];
    for (mode, name) in input {
        flag(before.input_modes.contains(mode), name);
    }
    for (mode, name) in local {
        flag(before.local_modes.contains(mode), name);
    }
    flag(before.output_modes.contains(OutputModes::OPOST), "opost");
    flag(before.control_modes.contains(ControlModes::PARENB), "parenb");
    let size = before.control_modes & ControlModes::CSIZE;
    let bits = [(ControlModes::CS5, 5), (ControlModes::CS6, 6), (ControlModes::CS7, 7)];
    let bits = bits.into_iter().find(|(mode, _)| *mode == size).map_or(8, |(_, bits)| bits);
    let code = |index| before.special_codes[index];
    let _ = write!(out, "cs{bits} min {} time {}", code(SpecialCodeIndex::VMIN), code(SpecialCodeIndex::VTIME));
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_that_was_started_before_links_were_known_ends_the_link_that_is_open() {
        for (linked, begins) in [(true, "\x1b]8;;\x1b\\\x1b[?1049l\r\n"), (false, "\x1b[?1049l\r\n")] {
            let word = "on echo\n".to_owned();
            let mut command = command(b"\x1b[?1049l", word.trim_end());
            let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let mut warden = Warden { links: false, word, child: Some(child) };
            if linked {
                warden.linked();
            }
            let said = warden.child.take().unwrap().wait_with_output().unwrap().stdout;
            assert!(String::from_utf8(said).unwrap().starts_with(begins), "{begins:?}");
        }
    }
}
