//! The thread that reads the terminal, and the gate that keeps it from reading while another program has the terminal.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::mpsc;

use super::burst::Decoder;
use crate::console::event::Event;
use crate::domain::Now;
use crate::runtime::terminal::check;

/// Closed: no byte is read, so that an editor or a shell gets every key.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    inner: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// The terminal was asked something and has not answered.
    asked: bool,
}

impl Gate {
    pub fn open(&self) {
        self.lock().open = true;
        self.inner.1.notify_all();
    }

    /// On return no read is under way.
    pub fn close(&self) {
        self.lock().open = false;
    }

    /// Answers of the terminal are under way.
    pub fn asked(&self) {
        self.lock().asked = true;
    }

    /// Waits for these answers, so that they do not come to whoever has the terminal next. No longer than this.
    pub fn answered(&self, patience: Duration) {
        let waiting = self.inner.1.wait_timeout_while(self.lock(), patience, |state| state.asked);
        drop(waiting.map(|(mut state, _)| state.asked = false));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) {
        let mut state = self.lock();
        while !state.open {
            state = self.inner.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Starts reading, as soon as the gate is opened. `held`: characters that only move. The thread ends with the terminal or with the loop.
pub fn start(events: mpsc::Sender<Event>, now: Now, held: String) -> io::Result<Gate> {
    let terminal = check::keys()?;
    let gate = Gate::default();
    let mut reader = Reader { terminal, gate: gate.clone(), events, now, decoder: Decoder::new(held) };
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        // The hang-up watcher reports a terminal that is gone.
        let _ = reader.run();
    })?;
    Ok(gate)
}

struct Reader {
    terminal: OwnedFd,
    gate: Gate,
    events: mpsc::Sender<Event>,
    now: Now,
    decoder: Decoder,
}

impl Reader {
    fn run(&mut self) -> io::Result<()> {
        let mut bytes = [0_u8; 4096];
        let mut out = Vec::new();
        loop {
            self.gate.wait();
            if self.readable(&self.decoder)? {
                // Held while reading. The bytes that woke us may have gone to the program that had the terminal since.
                let state = self.gate.lock();
                if !state.open {
                    continue;
                }
                let n = match rustix::io::read(&self.terminal, &mut bytes) {
                    Ok(0) => return Ok(()),
                    Ok(n) => n,
                    Err(Errno::INTR | Errno::AGAIN) => continue,
                    Err(error) => return Err(error.into()),
                };
                drop(state);
                self.decoder.feed(bytes.get(..n).unwrap_or_default(), &mut out);
                if self.decoder.answered() {
                    self.gate.lock().asked = false;
                    self.gate.inner.1.notify_all();
                }
            } else {
                self.decoder.quiet(&mut out);
            }
            // What one read brought came at one time: whoever asks whether keys came together compares that.
            let at = (self.now)();
            for what in out.drain(..) {
                let event = Event { at, what };
                self.events.blocking_send(event).map_err(|_| io::ErrorKind::BrokenPipe)?;
            }
        }
    }

    /// Waits for bytes. `false`: none came for as long as the decoder has patience.
    fn readable(&self, decoder: &Decoder) -> io::Result<bool> {
        let patience = decoder.patience().and_then(|d| Timespec::try_from(d).ok());
        let mut fds = [PollFd::new(&self.terminal, PollFlags::IN)];
        loop {
            match poll(&mut fds, patience.as_ref()) {
                Ok(n) => return Ok(n > 0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
