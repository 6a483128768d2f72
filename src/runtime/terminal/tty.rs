//! The real terminal. A picture is written at once as far as the terminal takes it; a thread writes the rest, so that one
//! which takes its time never holds up the loop.

use std::io;
use std::sync::mpsc as std_mpsc;
use std::thread;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::termios::tcgetwinsize;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::clipboard::{Copied, Way};
use super::guard;
use super::painter::Painter;
use super::screen::{Canvas, Fill, Screen};
use crate::console::state::layout::Size;
use crate::console::view::links::Link;
use crate::runtime::input::Gate;

/// No picture is larger, whatever the terminal says its size is: a wrong size must not cost the machine's memory.
const LARGEST: Size = Size { width: 1000, height: 500 };
/// An answer that takes longer than this to come is not waited for at the end.
const ANSWERS: Duration = Duration::from_millis(200);
/// Of a terminal that does not know its size, such as a serial line.
const UNKNOWN: Size = Size { width: 80, height: 24 };

/// What gets through to the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// It understands links.
    pub links: bool,
    /// The way a copied text goes.
    pub clipboard: Way,
}

#[derive(Debug)]
pub struct Tty {
    painter: Painter,
    next: Buffer,
    /// The terminal understands links, and those of the next picture.
    linked: bool,
    links: Vec<Link>,
    size: Size,
    keys: Gate,
    mouse: bool,
    clipboard: Way,
    /// Whoever stands between here and the terminal was asked what it lets through, and has not answered yet.
    outside: Option<oneshot::Receiver<Outside>>,
    /// The terminal is asked for its background, and how it goes on.
    ask: bool,
    /// When it was asked last.
    asked: Option<Instant>,
    /// To the writing thread and back; the memory of a frame goes round.
    frames: std_mpsc::SyncSender<Vec<u8>>,
    done: mpsc::Receiver<(io::Result<()>, Vec<u8>)>,
    /// What goes out next.
    pending: Vec<u8>,
    spare: Vec<u8>,
    /// The thread has somebody watch over the terminal once the first picture is out: that one is always told to it.
    begun: bool,
    out: Out,
}

/// Where the last picture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Out {
    /// Out, and the loop knows.
    Done,
    /// Out, and the loop is to be told.
    Written,
    /// With the thread.
    OnItsWay,
}

impl Tty {
    /// Takes the terminal. `keys` is closed while it is given back.
    pub fn enter(keys: Gate) -> io::Result<Self> {
        let (frames, to_write) = std_mpsc::sync_channel::<Vec<u8>>(1);
        let (written, done) = mpsc::channel(1);
        thread::Builder::new().name("screen".to_owned()).spawn(move || {
            let mut watched = false;
            for mut bytes in to_write {
                let result = guard::frame(&bytes);
                bytes.clear();
                if written.blocking_send((result, bytes)).is_err() {
                    break;
                }
                if !std::mem::replace(&mut watched, true) {
                    guard::watch_over();
                }
            }
        })?;
        guard::enter()?;
        let mut tty = Self {
            painter: Painter::new(has_regions(std::env::var("TERM").as_deref().unwrap_or_default())),
            next: Buffer::empty(Rect::default()),
            linked: false,
            links: Vec::new(),
            size: UNKNOWN,
            keys,
            mouse: false,
            clipboard: Way::here(None),
            outside: None,
            ask: false,
            asked: None,
            frames,
            done,
            pending: Vec::new(),
            spare: Vec::new(),
            begun: false,
            out: Out::Done,
        };
        tty.size();
        tty.keys.open();
        Ok(tty)
    }

    /// This gets through to the terminal from now on.
    #[must_use]
    pub fn with(mut self, outside: Outside) -> Self {
        self.learn(outside);
        self
    }

    /// What gets through is still being asked: the picture after the answer follows it.
    #[must_use]
    pub fn with_answer(self, outside: oneshot::Receiver<Outside>) -> Self {
        Self { outside: Some(outside), ..self }
    }

    fn learn(&mut self, outside: Outside) {
        self.linked = outside.links;
        if self.linked {
            guard::links();
        }
        self.clipboard = outside.clipboard;
    }

    fn hear_outside(&mut self) {
        let Some(answer) = &mut self.outside else { return };
        match answer.try_recv() {
            Ok(outside) => {
                self.outside = None;
                self.learn(outside);
            }
            Err(oneshot::error::TryRecvError::Closed) => self.outside = None,
            Err(oneshot::error::TryRecvError::Empty) => {}
        }
    }

    /// Asks the terminal what its background is, whenever it is taken, and to tell when that changes.
    pub fn follow_ground(&mut self) {
        self.ask = true;
        self.ask_ground();
    }

    /// The question goes out with the next picture; nobody waits for the answer.
    fn ask_ground(&mut self) {
        if self.ask {
            self.pending.extend_from_slice(guard::ASK_GROUND);
            self.keys.asked();
            self.asked = Some(Instant::now());
        }
    }

    /// Who leaves right after asking lets the answers come first: the shell would take them for keys.
    fn hear_out(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.keys.answered(ANSWERS.saturating_sub(asked.elapsed()));
        }
    }

    fn send(&mut self) {
        if self.out != Out::Done || self.pending.is_empty() {
            return;
        }
        let mut bytes = std::mem::replace(&mut self.pending, std::mem::take(&mut self.spare));
        bytes.drain(..guard::quick(&bytes));
        if std::mem::replace(&mut self.begun, true) && bytes.is_empty() {
            self.spare = bytes;
            self.out = Out::Written;
        } else if self.frames.send(bytes).is_ok() {
            // The thread ends only with this value, and takes a frame whenever none is on its way.
            self.out = Out::OnItsWay;
        }
    }
}

impl Screen for Tty {
    fn size(&mut self) -> Size {
        self.size = tcgetwinsize(rustix::stdio::stdout())
            .map_or(self.size, |found| usable(Size { width: found.ws_col, height: found.ws_row }));
        self.size
    }

    fn draw(&mut self, fill: Fill<'_>) {
        self.hear_outside();
        let area = Rect::new(0, 0, self.size.width, self.size.height);
        let holds_last = self.next.area == area;
        self.next.resize(area);
        self.links.clear();
        let links = self.linked.then_some(&mut self.links);
        let drawn = fill(Canvas { buffer: &mut self.next, holds_last, links });
        self.painter.drawn(&self.next, &drawn, &self.links, &mut self.pending);
        self.send();
    }

    fn busy(&self) -> bool {
        self.out != Out::Done
    }

    async fn written(&mut self) -> io::Result<()> {
        let result = match self.out {
            Out::Done => return std::future::pending().await,
            Out::Written => Ok(()),
            Out::OnItsWay => {
                let Some((result, memory)) = self.done.recv().await else {
                    return Err(io::ErrorKind::BrokenPipe.into());
                };
                self.spare = memory;
                result
            }
        };
        self.out = Out::Done;
        self.send();
        result
    }

    fn invalidate(&mut self) {
        self.pending.extend_from_slice(guard::LETTERS);
        self.painter.invalidate();
    }

    fn mouse(&mut self, on: bool) {
        if self.mouse != on {
            self.mouse = on;
            self.pending.extend_from_slice(if on { guard::MOUSE_ON } else { guard::MOUSE_OFF });
        }
    }

    fn copy(&mut self, text: &str) -> Copied {
        self.hear_outside();
        let (copied, sequence) = self.clipboard.send(text);
        if let Some(sequence) = sequence {
            self.pending.extend_from_slice(sequence.as_bytes());
            self.send();
        }
        copied
    }

    fn ring(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        self.send();
    }

    fn suspend(&mut self) {
        self.hear_out();
        self.keys.close();
        guard::leave();
    }

    fn resume(&mut self) -> io::Result<()> {
        guard::leave();
        guard::enter()?;
        self.pending.clear();
        if self.mouse {
            self.pending.extend_from_slice(guard::MOUSE_ON);
        }
        self.ask_ground();
        self.painter.invalidate();
        self.size();
        self.keys.open();
        Ok(())
    }

    fn put_in_order(&mut self) {
        guard::put_in_order();
    }

    fn is_ours(&self) -> bool {
        guard::is_ours()
    }

    fn stop(&mut self) -> bool {
        // A shell with job control gives every job a group of its own. Without one, nobody would continue us.
        let watched = getsid(None).is_ok_and(|session| session != getpgrp());
        watched && kill_current_process_group(Signal::STOP).is_ok()
    }

    fn leave(&mut self) {
        self.hear_out();
        self.keys.close();
        guard::close_in_order();
    }
}

fn usable(size: Size) -> Size {
    if size.width == 0 || size.height == 0 {
        return UNKNOWN;
    }
    Size { width: size.width.min(LARGEST.width), height: size.height.min(LARGEST.height) }
}

/// All that can be met today have scroll regions; these few old names do not.
fn has_regions(term: &str) -> bool {
    !["sun", "vt52", "cons25", "adm3"].iter().any(|old| term.starts_with(old))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_nobody_has_are_put_right() {
        assert_eq!(usable(Size { width: 0, height: 0 }), UNKNOWN);
        assert_eq!(usable(Size { width: u16::MAX, height: u16::MAX }), LARGEST);
        assert_eq!(usable(Size { width: 1, height: 1 }), Size { width: 1, height: 1 });
    }
}
