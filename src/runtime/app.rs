//! The one loop: the only owner of what is on the screen.
//!
//! ```text
//!            ┌─ signals ─┐
//!            │  events   │ drained, then   ┌─ effects ─> Effects (poller, follower, operations)
//!  sleeps ─> │  written  │ ──> update ──> ─┤
//!            │  deadline │                 └─ dirty ─> a picture, at once, then at most every 33 ms
//!            └───────────┘
//! ```
//!
//! It awaits neither network nor disk. A still screen is a sleeping loop: nothing wakes it but news, keys, and the moment
//! at which what is shown would read differently. While a picture is on its way to a slow terminal no other is drawn.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::clock::Clock;
use super::external::{Desktop, Editing, address};
use super::panic;
use super::signals::Signal;
use super::terminal::Screen;
use crate::console::event::{Local, Op};
use crate::console::view::{self, Theme};
use crate::console::{Effect, Event, Model, What, update};
use crate::domain::Fault;
use crate::text::{Safe, Untrusted};

/// 30 pictures a second at most.
const FRAME: Duration = Duration::from_millis(33);
/// Events handled before a picture that is due gets its turn.
const BATCH: usize = 256;

/// What is done behind the screen. Must not block.
pub trait Effects {
    /// The first picture is on the screen: from here on the network may be asked.
    fn begin(&mut self) {}

    /// Carries out one effect. Those of the terminal are the loop's own and do not come here: quit, suspend, redraw, open,
    /// copy, editor.
    fn perform(&mut self, effect: Effect);

    /// While the console is stopped nothing need be asked.
    fn pause(&mut self, _paused: bool) {}
}

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Quit,
    /// A signal asked for the end; its exit code.
    Signal(u8),
    /// The terminal is gone or cannot be written to.
    Gone,
    /// Something panicked.
    Panicked,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(code) => code,
            Self::Gone => super::signals::exit_code(rustix::process::Signal::HUP),
            Self::Panicked => panic::EXIT,
        }
    }
}

/// What the loop works with.
#[derive(Debug)]
pub struct App<S, E> {
    pub model: Model,
    pub theme: Theme,
    pub screen: S,
    pub effects: E,
    pub events: mpsc::Receiver<Event>,
    pub signals: mpsc::Receiver<Signal>,
    pub clock: Clock,
    pub desktop: Desktop,
    /// Hosts whose pages may be opened in the browser.
    pub hosts: Vec<String>,
    /// The operator's editor and its arguments.
    pub editor: Vec<String>,
    /// A private folder for the file the editor gets.
    pub folder: PathBuf,
}

/// Runs until the end, and gives the terminal back.
pub async fn run<S: Screen, E: Effects>(app: App<S, E>) -> Exit {
    let mut running = Running::new(app);
    let exit = running.until_exit().await;
    running.app.screen.leave();
    exit
}

/// What woke the loop.
enum Woken {
    Signal(Signal),
    Panic,
    Events(Vec<Event>),
    Written(std::io::Result<()>),
    Edited(Result<Untrusted, Fault>),
    Opened { url: String, opened: bool },
    Draw,
    Deadline,
}

struct Running<S, E> {
    app: App<S, E>,
    /// Addresses, and whether a browser opened them.
    opened: (mpsc::Sender<(String, bool)>, mpsc::Receiver<(String, bool)>),
    /// When the last picture was taken.
    drawn: Option<Instant>,
    /// When the picture will be out of date by itself.
    wake: Option<Instant>,
    begun: bool,
    /// The terminal is the editor's.
    editing: Option<Editing>,
    exit: Option<Exit>,
}

impl<S: Screen, E: Effects> Running<S, E> {
    fn new(app: App<S, E>) -> Self {
        let opened = mpsc::channel(8);
        let mut new = Self { app, opened, drawn: None, wake: None, begun: false, editing: None, exit: None };
        new.app.screen.mouse(new.app.model.settings.mouse);
        new.resized();
        new
    }

    async fn until_exit(&mut self) -> Exit {
        loop {
            if let Some(exit) = self.exit {
                return exit;
            }
            self.draw_if_due();
            match self.woken().await {
                Woken::Signal(signal) => self.signal(signal).await,
                Woken::Panic => self.exit = Some(Exit::Panicked),
                Woken::Events(events) => {
                    for event in events {
                        self.handle(event).await;
                    }
                }
                Woken::Written(result) => self.written(&result),
                Woken::Edited(result) => self.edited(result).await,
                Woken::Opened { url, opened } => self.opened(&url, opened).await,
                Woken::Draw => {}
                Woken::Deadline => {
                    // Asked for again by what the update leaves on the screen.
                    self.wake = None;
                    self.happened(What::Wake).await;
                }
            }
        }
    }

    async fn woken(&mut self) -> Woken {
        let draw_at = self.draw_at();
        let wake = self.wake.filter(|_| self.editing.is_none());
        let App { events, signals, screen, .. } = &mut self.app;
        let mut batch = Vec::new();
        let editing = self.editing.is_some();
        // News come last because they may never end; all else is rare.
        tokio::select! {
            biased;
            Some(signal) = signals.recv() => Woken::Signal(signal),
            () = panic::happened() => Woken::Panic,
            result = screen.written() => Woken::Written(result),
            () = at(draw_at), if draw_at.is_some() => Woken::Draw,
            result = edited(self.editing.as_mut()), if editing => Woken::Edited(result),
            Some((url, opened)) = self.opened.1.recv() => Woken::Opened { url, opened },
            () = at(wake), if wake.is_some() => Woken::Deadline,
            _ = events.recv_many(&mut batch, BATCH), if !events.is_closed() || !events.is_empty() => Woken::Events(batch),
        }
    }

    /// When the next picture is due. `None`: nothing changed, the one before is not out yet, or the terminal is not ours.
    fn draw_at(&self) -> Option<Instant> {
        let wanted = self.app.model.dirty && !self.app.screen.busy() && self.editing.is_none();
        wanted.then(|| self.drawn.map_or_else(Instant::now, |drawn| drawn + FRAME))
    }

    fn draw_if_due(&mut self) {
        // The deadline first: "now" read after it is never before a deadline of now.
        let due = self.draw_at();
        let now = Instant::now();
        if due.is_none_or(|due| due > now) {
            return;
        }
        let App { model, theme, screen, .. } = &mut self.app;
        model.dirty = false;
        screen.draw(&mut |buffer| view::draw(model, theme, buffer));
        self.drawn = Some(now);
    }

    fn written(&mut self, result: &std::io::Result<()>) {
        if let Err(error) = result {
            tracing::warn!(%error, "the terminal cannot be written to");
            self.exit = Some(Exit::Gone);
        } else if self.drawn.is_some() && !std::mem::replace(&mut self.begun, true) {
            self.app.effects.begin();
        }
    }

    async fn happened(&mut self, what: What) {
        let at = self.app.clock.now();
        self.handle(Event { at, what }).await;
    }

    async fn handle(&mut self, event: Event) {
        if self.exit.is_some() {
            return;
        }
        let mouse = self.app.model.settings.mouse;
        let effects = update::update(&mut self.app.model, event);
        if self.app.model.settings.mouse != mouse {
            self.app.screen.mouse(!mouse);
        }
        for effect in effects {
            self.perform(effect).await;
        }
        let next = update::next_wake(&self.app.model);
        // Never sooner than a picture lasts: a deadline that is always past must not spin.
        let soonest = self.drawn.map_or_else(Instant::now, |drawn| drawn + FRAME);
        self.wake = next.map(|at| self.app.clock.deadline(at).max(soonest));
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Quit => self.exit = Some(Exit::Quit),
            Effect::Suspend => self.stop().await,
            Effect::Redraw => self.redraw(),
            Effect::Open(url) => self.open(&url).await,
            Effect::Copy(text) => {
                if !self.app.screen.copy(text.raw_for_match()) {
                    self.note(true, "That is more text than a terminal's clipboard takes").await;
                }
            }
            Effect::Editor(text) => self.edit(&text).await,
            other => self.app.effects.perform(other),
        }
    }

    async fn signal(&mut self, signal: Signal) {
        match signal {
            // The terminal's keys for these reach the editor too, and are meant for it.
            Signal::End(code) if self.editing.is_some() && !self.is_from_outside(code) => {}
            Signal::End(code) => self.exit = Some(Exit::Signal(code)),
            Signal::HangUp => self.exit = Some(Exit::Gone),
            Signal::Stop => self.stop().await,
            Signal::Continue => self.resume(),
            Signal::Resize => {
                if self.editing.is_none() {
                    self.resized();
                }
            }
        }
        if let (Some(_), Some(editing)) = (self.exit, &self.editing) {
            editing.end();
        }
    }

    /// Not Ctrl-C or Ctrl-\, which the terminal sends to every program in the foreground.
    fn is_from_outside(&self, code: u8) -> bool {
        use rustix::process::Signal as Number;
        ![Number::INT, Number::QUIT].map(super::signals::exit_code).contains(&code)
    }

    /// Gives the terminal back and stops, until the shell says to go on.
    async fn stop(&mut self) {
        if self.editing.is_none() {
            self.app.screen.suspend();
        }
        self.app.effects.pause(true);
        // What was said before the stop is not the word to go on.
        while let Ok(signal) = self.app.signals.try_recv() {
            if let Signal::End(code) = signal {
                self.exit = Some(Exit::Signal(code));
                return;
            }
        }
        if self.app.screen.stop() {
            loop {
                match self.app.signals.recv().await {
                    Some(Signal::Continue) => break,
                    Some(Signal::End(code)) => self.exit = Some(Exit::Signal(code)),
                    Some(Signal::HangUp) | None => self.exit = Some(Exit::Gone),
                    Some(Signal::Stop | Signal::Resize) => {}
                }
                if self.exit.is_some() {
                    return;
                }
            }
        }
        self.resume();
    }

    /// Takes the terminal again, whatever was done to it.
    fn resume(&mut self) {
        self.app.effects.pause(false);
        if self.editing.is_some() {
            return;
        }
        if let Err(error) = self.app.screen.resume() {
            tracing::warn!(%error, "the terminal cannot be taken again");
            self.exit = Some(Exit::Gone);
            return;
        }
        self.resized();
    }

    fn redraw(&mut self) {
        self.app.screen.invalidate();
        self.app.model.dirty = true;
    }

    /// Tells the console its size and has everything drawn.
    fn resized(&mut self) {
        let size = self.app.screen.size();
        let event = Event { at: self.app.clock.now(), what: What::Resize(size) };
        let effects = update::update(&mut self.app.model, event);
        for effect in effects {
            self.app.effects.perform(effect);
        }
        self.app.model.dirty = true;
    }

    async fn open(&mut self, url: &Untrusted) {
        let Some(url) = address(url, &self.app.hosts) else {
            self.note(true, "That address is not opened: it is not https on the configured host").await;
            return;
        };
        let (tell, desktop) = (self.opened.0.clone(), self.app.desktop.clone());
        tokio::spawn(async move {
            let opened = desktop.open(&url).await;
            let _ = tell.send((url, opened)).await;
        });
    }

    /// Without a browser, as over SSH, the address goes to the clipboard of the terminal the operator sits at.
    async fn opened(&mut self, url: &str, opened: bool) {
        if opened {
            self.note(false, &format!("Opened {url}")).await;
        } else if self.app.screen.copy(url) {
            self.note(false, &format!("No browser here; copied {url}")).await;
        }
    }

    async fn edit(&mut self, text: &str) {
        self.app.screen.suspend();
        match Editing::start(&self.app.editor, text, &self.app.folder) {
            Ok(editing) => self.editing = Some(editing),
            Err(fault) => self.edited(Err(fault)).await,
        }
    }

    async fn edited(&mut self, result: Result<Untrusted, Fault>) {
        self.editing = None;
        self.resume();
        Box::pin(self.happened(What::Local(Local::Edited(result)))).await;
    }

    async fn note(&mut self, bad: bool, text: &str) {
        let note = Op::Note { bad, text: Safe::new(text) };
        Box::pin(self.happened(What::Op(note))).await;
    }
}

async fn edited(editing: Option<&mut Editing>) -> Result<Untrusted, Fault> {
    match editing {
        Some(editing) => editing.finished().await,
        None => std::future::pending().await,
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "app_tests.rs"]
mod tests;
