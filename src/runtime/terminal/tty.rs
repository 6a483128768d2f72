//! The real terminal. A thread writes the pictures, so that a terminal which takes its time never holds up the loop.

use std::io;
use std::sync::mpsc as std_mpsc;
use std::thread;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::termios::tcgetwinsize;
use tokio::sync::mpsc;

use super::guard;
use super::painter::Painter;
use super::screen::Screen;
use crate::console::state::layout::Size;
use crate::runtime::input::Gate;
use crate::text::sink;

/// No picture is larger, whatever the terminal says its size is: a wrong size must not cost the machine's memory.
const LARGEST: Size = Size { width: 1000, height: 500 };
/// Of a terminal that does not know its size, such as a serial line.
const UNKNOWN: Size = Size { width: 80, height: 24 };

#[derive(Debug)]
pub struct Tty {
    painter: Painter,
    next: Buffer,
    size: Size,
    keys: Gate,
    mouse: bool,
    in_tmux: bool,
    /// To the writing thread and back; the memory of a frame goes round.
    frames: std_mpsc::SyncSender<Vec<u8>>,
    done: mpsc::Receiver<(io::Result<()>, Vec<u8>)>,
    /// What goes out next.
    pending: Vec<u8>,
    spare: Vec<u8>,
    busy: bool,
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
            size: UNKNOWN,
            keys,
            mouse: false,
            in_tmux: std::env::var_os("TMUX").is_some(),
            frames,
            done,
            pending: Vec::new(),
            spare: Vec::new(),
            busy: false,
        };
        tty.size();
        tty.keys.open();
        Ok(tty)
    }

    fn send(&mut self) {
        if self.busy || self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::replace(&mut self.pending, std::mem::take(&mut self.spare));
        // The thread ends only with this value, and takes a frame whenever none is on its way.
        self.busy = self.frames.send(bytes).is_ok();
    }
}

impl Screen for Tty {
    fn size(&mut self) -> Size {
        self.size = tcgetwinsize(rustix::stdio::stdout())
            .map_or(self.size, |found| usable(Size { width: found.ws_col, height: found.ws_row }));
        self.size
    }

    fn draw(&mut self, fill: &mut dyn FnMut(&mut Buffer) -> Option<(u16, u16)>) {
        self.next.resize(Rect::new(0, 0, self.size.width, self.size.height));
        self.next.reset();
        let cursor = fill(&mut self.next);
        self.painter.frame(&mut self.next, cursor, &mut self.pending);
        self.send();
    }

    fn busy(&self) -> bool {
        self.busy
    }

    async fn written(&mut self) -> io::Result<()> {
        if !self.busy {
            return std::future::pending().await;
        }
        let Some((result, memory)) = self.done.recv().await else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        self.spare = memory;
        self.busy = false;
        self.send();
        result
    }

    fn invalidate(&mut self) {
        self.painter.invalidate();
    }

    fn mouse(&mut self, on: bool) {
        if self.mouse != on {
            self.mouse = on;
            self.pending.extend_from_slice(if on { guard::MOUSE_ON } else { guard::MOUSE_OFF });
        }
    }

    fn copy(&mut self, text: &str) -> bool {
        let Some(sequence) = clipboard(text, self.in_tmux) else { return false };
        self.pending.extend_from_slice(sequence.as_bytes());
        self.send();
        true
    }

    fn ring(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        self.send();
    }

    fn suspend(&mut self) {
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
        self.painter.invalidate();
        self.size();
        self.keys.open();
        Ok(())
    }

    fn stop(&mut self) -> bool {
        // A shell with job control gives every job a group of its own. Without one, nobody would continue us.
        let watched = getsid(None).is_ok_and(|session| session != getpgrp());
        watched && kill_current_process_group(Signal::STOP).is_ok()
    }

    fn leave(&mut self) {
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

/// OSC 52, wrapped for tmux to pass on. Only base64 goes between the escapes. `None`: more than a terminal takes.
fn clipboard(text: &str, in_tmux: bool) -> Option<String> {
    let data = sink::clipboard(text)?;
    let sequence = format!("\x1b]52;c;{data}\x1b\\");
    // tmux passes on what stands between its own escapes, with every escape inside doubled.
    Some(if in_tmux { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { sequence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clipboard_gets_base64_and_nothing_else() {
        assert_eq!(clipboard("a\x1b]0;x\x07", false).as_deref(), Some("\x1b]52;c;YRtdMDt4Bw==\x1b\\"));
        assert_eq!(clipboard("hi", true).as_deref(), Some("\x1bPtmux;\x1b\x1b]52;c;aGk=\x1b\x1b\\\x1b\\"));
        assert_eq!(clipboard(&"x".repeat(100_000), false), None);
    }

    #[test]
    fn sizes_nobody_has_are_put_right() {
        assert_eq!(usable(Size { width: 0, height: 0 }), UNKNOWN);
        assert_eq!(usable(Size { width: u16::MAX, height: u16::MAX }), LARGEST);
        assert_eq!(usable(Size { width: 1, height: 1 }), Size { width: 1, height: 1 });
    }
}
