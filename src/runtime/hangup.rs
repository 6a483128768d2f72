//! Notices that the terminal is gone: the window was closed, the line dropped, and no signal came because somebody
//! swallowed it.

use std::io;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::mpsc;

use super::signals::Signal;
use super::terminal::check;

/// Watches in a thread of its own, which sleeps until it happens.
pub fn watch(signals: mpsc::Sender<Signal>) -> io::Result<()> {
    let terminal = check::keys()?;
    thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        // Asking for nothing: the end of a terminal is reported unasked.
        let mut fds = [PollFd::new(&terminal, PollFlags::empty())];
        while matches!(poll(&mut fds, None), Err(Errno::INTR)) {}
        // The loop may have ended first.
        let _ = signals.blocking_send(Signal::HangUp);
    })?;
    Ok(())
}
