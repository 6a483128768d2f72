//! The thread that reads the terminal, and the gate that keeps it from reading while another program has the terminal.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

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
    inner: Arc<(Mutex<bool>, Condvar)>,
}

impl Gate {
    pub fn open(&self) {
        *self.lock() = true;
        self.inner.1.notify_all();
    }

    /// On return no read is under way.
    pub fn close(&self) {
        *self.lock() = false;
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) {
        let mut open = self.lock();
        while !*open {
            open = self.inner.1.wait(open).unwrap_or_else(PoisonError::into_inner);
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
                let open = self.gate.lock();
                if !*open {
                    continue;
                }
                let n = match rustix::io::read(&self.terminal, &mut bytes) {
                    Ok(0) => return Ok(()),
                    Ok(n) => n,
                    Err(Errno::INTR | Errno::AGAIN) => continue,
                    Err(error) => return Err(error.into()),
                };
                drop(open);
                self.decoder.feed(bytes.get(..n).unwrap_or_default(), &mut out);
            } else {
                self.decoder.quiet(&mut out);
            }
            for what in out.drain(..) {
                let event = Event { at: (self.now)(), what };
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
