//! The one owner of the terminal's modes.
//!
//! ```text
//! shell's ──enter──> ours ──leave──> shell's ──enter──> ours ──close──> shell's, for good
//! ```
//!
//! Every step can be repeated without harm and called from any thread, also from a panic hook: the state is global
//! because the terminal is. Leaving takes a bounded time even when nobody reads what we write (a stopped terminal, a
//! dead line): the shell's modes are restored whether or not the last bytes went out.

use std::io::{self, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::{OptionalActions, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetpgrp, tcsetattr};

use super::{check, warden};

/// Held while bytes go out, so that a frame is never written after the terminal was left.
static OUTPUT: Mutex<()> = Mutex::new(());
static ENTERED: AtomicBool = AtomicBool::new(false);
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Links may have been drawn, so one may be open when a frame breaks off.
static LINKS: AtomicBool = AtomicBool::new(false);
/// The terminal once more, opened so that a write never waits. Setting that on standard output would set it for the shell
/// too. `None` where it cannot be had.
static QUICK: LazyLock<Option<OwnedFd>> = LazyLock::new(|| {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let again = rustix::fs::open("/proc/self/fd/1", flags, Mode::empty()).ok()?;
    isatty(&again).then_some(again)
});

/// How the line was when it was given back last.
static LINE: Mutex<Option<Termios>> = Mutex::new(None);

/// How long the last bytes may take to go out before what is queued is thrown away, and again before giving up.
const PATIENCE: Duration = Duration::from_millis(150);

/// The alternate screen, title kept and set, kitty's unambiguous escape key and the key of a Latin layout beside that of
/// another one, focus, paste, cursor hidden.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[22;0t\x1b]0;atc\x1b\\\x1b[>5u\x1b[?1004h\x1b[?2004h\x1b[?25l";
/// The same backwards, with everything off that may have been on: an unfinished frame, a region, colours,
/// news of the background, the mouse. Where there is no alternate screen to leave, the shell goes on in the last row.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[r\x1b[m\x1b[?2031l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[23;0t\x1b[?25h\x1b[9999;1H\x1b[K\x1b[?1049l";
/// Letters instead of line drawing, no inserting, no new line of its own accord, whatever another program left on.
pub const LETTERS: &[u8] = b"\x0f\x1b(B\x1b[4l\x1b[20l";
/// Clicks and the wheel, with coordinates beyond column 223.
pub const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
pub const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// Tell when the colours change from dark to light or back; what is the background; and what kind of terminal this is,
/// which every one answers: whatever did not come before that answer never comes.
pub const ASK_GROUND: &[u8] = b"\x1b[?2031h\x1b]11;?\x1b\\\x1b[c";

/// Takes the terminal. An error leaves it as it was.
pub fn enter() -> io::Result<()> {
    if CLOSED.load(Ordering::SeqCst) {
        return Err(io::Error::other("the terminal was given back"));
    }
    let before = check::keys().ok().and_then(|keys| tcgetattr(keys).ok());
    enable_raw_mode()?;
    if let Some(before) = &before {
        warden::taken(before);
    }
    let lock = output();
    let written = write_all(ENTER);
    // Also after an error: some of it may have been written.
    ENTERED.store(true, Ordering::SeqCst);
    drop(lock);
    if written.is_err() {
        leave();
    }
    written
}

/// Gives the terminal back as it was. Does nothing when it was not taken.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let (done, out) = mpsc::sync_channel(1);
    // A thread of its own: a write to a terminal that nobody reads does not return.
    let write = move || {
        let lock = output_soon();
        let _ = write_all(&last_bytes());
        drop(lock);
        let _ = done.send(());
    };
    if thread::Builder::new().name("leave".to_owned()).spawn(write).is_ok() && out.recv_timeout(PATIENCE).is_err() {
        let _ = tcflush(stdout(), QueueSelector::OFlush);
        let _ = out.recv_timeout(PATIENCE);
    }
    let _ = disable_raw_mode();
    *LINE.lock().unwrap_or_else(PoisonError::into_inner) = check::keys().ok().and_then(|keys| tcgetattr(keys).ok());
    warden::given_back();
}

/// Another program had the terminal since it was given back, and may have ended without putting its line in order.
pub fn put_in_order() {
    let line = LINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let (Some(line), Ok(keys)) = (&*line, check::keys()) {
        let _ = tcsetattr(keys, OptionalActions::Now, line);
    }
}

/// The terminal listens to this job. A job in the background that takes it is stopped for that.
pub fn is_ours() -> bool {
    check::keys().ok().and_then(|keys| tcgetpgrp(keys).ok()).is_none_or(|group| group == getpgrp())
}

/// Has somebody give the terminal back should this program die without a chance to. For once a picture is out.
pub fn watch_over() {
    warden::start(LEAVE);
}

/// What leaving writes. On a terminal without links nothing is said of them: it may not know where that ends.
fn last_bytes() -> Vec<u8> {
    let close = if LINKS.load(Ordering::SeqCst) { super::links::CLOSE } else { &[] };
    [close, LEAVE].concat()
}

/// [`close`] of a program that ends in order: nobody need watch any more.
pub fn close_in_order() {
    close();
    warden::dismiss();
}

/// From here on a link may be open when the terminal is left.
pub fn links() {
    LINKS.store(true, Ordering::SeqCst);
    warden::linked();
}

/// [`leave`], and nobody enters or draws again.
pub fn close() {
    CLOSED.store(true, Ordering::SeqCst);
    leave();
}

/// As much of a frame as the terminal takes without anybody waiting; how much that was. No error is told: whoever writes
/// the rest meets it.
pub fn quick(bytes: &[u8]) -> usize {
    let (Some(quick), Ok(_lock)) = (QUICK.as_ref(), OUTPUT.try_lock()) else { return 0 };
    if ENTERED.load(Ordering::SeqCst) { rustix::io::write(quick, bytes).unwrap_or(0) } else { 0 }
}

/// Writes a frame, unless the terminal is not ours (any more).
pub fn frame(bytes: &[u8]) -> io::Result<()> {
    let _lock = output();
    if ENTERED.load(Ordering::SeqCst) { write_all(bytes) } else { Ok(()) }
}

fn output() -> MutexGuard<'static, ()> {
    OUTPUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lock, or none when a frame will not end: its thread may be the one that leaves.
fn output_soon() -> Option<MutexGuard<'static, ()>> {
    const STEP: Duration = Duration::from_millis(5);
    for _ in 0..(PATIENCE.as_millis() * 3 / 2 / STEP.as_millis()) {
        match OUTPUT.try_lock() {
            Ok(lock) => return Some(lock),
            Err(TryLockError::Poisoned(lock)) => return Some(lock.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(STEP),
        }
    }
    None
}

fn stdout() -> BorrowedFd<'static> {
    rustix::stdio::stdout()
}

/// One write where the terminal takes it whole.
fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => bytes = bytes.get(n..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Another program that shares the terminal made it non-blocking.
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::from_borrowed_fd(stdout(), PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// One line on standard error, for a terminal that was left. Never fails: there may be nobody to read it.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
