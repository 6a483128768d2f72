//! The one loop: the only owner of what is on the screen.
//!
//! ```text
//!            ┌─ signals ─┐
//!            │  events   │ drained, then   ┌─ effects ─> Effects (poller, follower, operations)
//!  sleeps ─> │  written  │ ──> update ──> ─┤
//!            │  deadline │                 └─ dirty ─> a picture: a few at once, then at most every 33 ms
//!            └───────────┘
//! ```
//!
//! It awaits neither network nor disk. A still screen is a sleeping loop: nothing wakes it but news, keys, and the moment
//! at which what is shown would read differently. While a picture is on its way to a slow terminal no other is drawn.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal as Number;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::alone::Alone;
use super::clock::Clock;
use super::external::{Desktop, Editing, address};
use super::panic;
use super::signals::{Signal, exit_code};
use super::terminal::Screen;
use super::terminal::clipboard::Copied;
use crate::console::event::{Local, Op};
use crate::console::view::{self, Theme};
use crate::console::{Effect, Event, Model, What, update};
use crate::domain::Fault;
use crate::text::{Safe, Untrusted};

/// 30 pictures of news a second at most.
const FRAME: Duration = Duration::from_millis(33);
/// Pictures of news that may be ahead of that: what little is known first, and often shows nowhere, must not hold up what
/// is known next.
const AHEAD: Duration = FRAME.saturating_mul(3);
/// Between two looks whether the terminal was handed over to a job that goes on, and how many.
const HANDED_OVER: Duration = Duration::from_millis(10);
const LOOKS: u8 = 20;
/// Events handled before a picture that is due gets its turn.
const BATCH: usize = 256;

/// Where nobody says why.
const FAILED: u8 = 1;

/// What is done behind the screen. Must not block.
pub trait Effects {
    /// The first picture is on the screen: from here on the network may be asked.
    fn begin(&mut self) {}

    /// Comes once, when what was begun has got what it waits for. Until then what is wished for waits, too. May be broken
    /// off and asked again.
    fn ready(&mut self) -> impl Future<Output = Ready> {
        std::future::pending()
    }

    /// Carries out one effect. Those of the terminal are the loop's own and do not come here: quit, suspend, redraw, open,
    /// copy, editor.
    fn perform(&mut self, effect: Effect);

    /// While the console is stopped nothing need be asked.
    fn pause(&mut self, _paused: bool) {}
}

/// What came of the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// The service will be asked with a token of this kind.
    With(Safe),
    /// There is none to ask it with. Whoever waited knows why.
    Never,
}

/// Lent to the loop: what is done behind the screen ends after it.
impl<E: Effects> Effects for &mut E {
    fn begin(&mut self) {
        (**self).begin();
    }

    fn ready(&mut self) -> impl Future<Output = Ready> {
        (**self).ready()
    }

    fn perform(&mut self, effect: Effect) {
        (**self).perform(effect);
    }

    fn pause(&mut self, paused: bool) {
        (**self).pause(paused);
    }
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
    /// There is nothing to ask the service with.
    Unready,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(code) => code,
            Self::Gone => exit_code(Number::HUP),
            Self::Panicked => panic::EXIT,
            Self::Unready => FAILED,
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
    /// Hosts whose pages may be opened in the browser. None: what is shown here is not on the web at all.
    pub hosts: Vec<String>,
    /// The operator's editor and its arguments.
    pub editor: Vec<String>,
    /// A private folder for the file the editor gets.
    pub folder: PathBuf,
}

/// Runs until the end, and gives the terminal back.
pub async fn run<S: Screen, E: Effects>(app: App<S, E>) -> Exit {
    let mut running = Box::new(Running::new(app));
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
    Opened(Opened),
    Ready(Ready),
    Draw,
    Deadline,
    /// The key that ends the program stood alone.
    Alone,
}

/// Addresses that a browser took, and those that none did.
struct Opened {
    taken: Vec<String>,
    left: Vec<String>,
}

struct Running<S, E> {
    app: App<S, E>,
    opened: mpsc::Receiver<Opened>,
    tell_opened: mpsc::Sender<Opened>,
    /// A picture was taken.
    drawn: bool,
    /// The pictures of news so far would fill the time until then, one every [`FRAME`].
    filled: Option<Instant>,
    /// A person did something since: the picture that answers is not held back. A terminal that is slower than the
    /// person says so by being busy.
    pressed: bool,
    /// When the picture will be out of date by itself.
    wake: Option<Instant>,
    /// When it last was.
    woke: Option<Instant>,
    /// Something happened since `wake` was reckoned.
    touched: bool,
    begun: bool,
    /// The terminal is the editor's.
    editing: Option<Editing>,
    /// Whether a key that ends the program was meant.
    alone: Alone,
    exit: Option<Exit>,
}

impl<S: Screen, E: Effects> Running<S, E> {
    fn new(app: App<S, E>) -> Self {
        let (tell_opened, opened) = mpsc::channel(8);
        let mut new = Self {
            app,
            opened,
            tell_opened,
            drawn: false,
            filled: None,
            pressed: false,
            wake: None,
            woke: None,
            touched: true,
            begun: false,
            editing: None,
            alone: Alone::default(),
            exit: None,
        };
        new.app.screen.mouse(new.app.model.settings.mouse);
        new.resized();
        new
    }

    async fn until_exit(&mut self) -> Exit {
        loop {
            if let Some(exit) = self.exit {
                Box::pin(self.keep_edited()).await;
                return exit;
            }
            self.draw_if_due();
            if std::mem::take(&mut self.touched) {
                self.wake = self.next_wake();
            }
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
                Woken::Opened(opened) => self.opened(&opened).await,
                Woken::Ready(Ready::With(token_kind)) => {
                    let model = &mut self.app.model;
                    model.settings.token_kind = token_kind;
                    model.dirty |= model.place.doctor.pane.is_some();
                }
                Woken::Ready(Ready::Never) => self.exit = Some(Exit::Unready),
                Woken::Draw => {}
                Woken::Alone => self.exit = Some(Exit::Quit),
                Woken::Deadline => {
                    self.woke = Some(Instant::now());
                    self.happened(What::Wake).await;
                }
            }
        }
    }

    /// When what is shown will read differently. Not sooner than a picture after the last time: a deadline that is
    /// always past must not spin.
    fn next_wake(&self) -> Option<Instant> {
        let at = self.app.clock.deadline(self.app.model.place.wake?);
        Some(self.woke.map_or(at, |woke| at.max(woke + FRAME)))
    }

    async fn woken(&mut self) -> Woken {
        let draw_at = self.draw_at(Instant::now());
        let wake = self.wake.filter(|_| self.editing.is_none());
        let leaving = self.alone.due;
        let App { events, signals, screen, effects, .. } = &mut self.app;
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
            Some(opened) = self.opened.recv() => Woken::Opened(opened),
            ready = effects.ready(), if self.begun => Woken::Ready(ready),
            () = at(wake), if wake.is_some() => Woken::Deadline,
            () = at(leaving), if leaving.is_some() => Woken::Alone,
            _ = events.recv_many(&mut batch, BATCH), if !events.is_closed() || !events.is_empty() => Woken::Events(batch),
        }
    }

    /// When the next picture is due. `None`: nothing changed, the one before is not out yet, or the terminal is not ours.
    fn draw_at(&self, now: Instant) -> Option<Instant> {
        let wanted = self.app.model.asks_for_a_picture() && !self.app.screen.busy() && self.editing.is_none();
        let filled = self.filled.filter(|_| !self.pressed);
        wanted.then(|| filled.and_then(|filled| filled.checked_sub(AHEAD)).map_or(now, |due| due.max(now)))
    }

    fn draw_if_due(&mut self) {
        let now = Instant::now();
        if self.draw_at(now).is_none_or(|due| due > now) {
            return;
        }
        let App { model, theme, screen, hosts, .. } = &mut self.app;
        screen.draw(&mut |canvas| {
            let drawn = view::redraw(model, theme, canvas.buffer, canvas.holds_last);
            if let Some(links) = canvas.links {
                view::links::find(model, hosts, canvas.buffer, links);
            }
            drawn
        });
        model.drawn();
        self.pressed = false;
        self.drawn = true;
        // The first picture shows what was there before anything was known: no news wait for it.
        if self.begun {
            self.filled = Some(self.filled.map_or(now, |filled| filled.clamp(now, now + AHEAD)) + FRAME);
        }
    }

    fn written(&mut self, result: &std::io::Result<()>) {
        if let Err(error) = result {
            tracing::warn!(%error, "the terminal cannot be written to");
            self.exit = Some(Exit::Gone);
        } else if self.drawn && !std::mem::replace(&mut self.begun, true) {
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
        self.pressed |= matches!(event.what, What::Key(_) | What::Paste(_) | What::Mouse(_));
        let mut came = self.alone.hears(&event);
        let mouse = self.app.model.settings.mouse;
        let look = |model: &Model| (model.settings.look.palette(), model.settings.look.shown_on());
        let painted = look(&self.app.model);
        let effects = update::update(&mut self.app.model, event);
        if self.app.model.settings.mouse != mouse {
            self.app.screen.mouse(!mouse);
            self.app.model.dirty = true;
        }
        if look(&self.app.model) != painted {
            self.app.theme = Theme::of(&self.app.model.settings);
        }
        for effect in effects {
            if !matches!(effect, Effect::Quit) || self.alone.ends(&mut came) {
                self.perform(effect).await;
            }
        }
        self.alone.over(came);
        self.touched = true;
        if came.at_once {
            self.note(false, "Several keys came at once, as of a paste: they do not end atc").await;
        }
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Quit => self.exit = Some(Exit::Quit),
            Effect::Suspend => Box::pin(self.stop()).await,
            Effect::Redraw => self.redraw(),
            Effect::Open(url) => self.open(&[url]).await,
            Effect::OpenAll(urls) => self.open(&urls).await,
            Effect::Copy(text) => match self.app.screen.copy(text.raw_for_match()) {
                Copied::Sent | Copied::InTmux => {}
                Copied::Unsure(why) => self.note(false, &format!("Sent to the clipboard; {why}")).await,
                Copied::TooLong => self.note(true, "That is more text than a terminal's clipboard takes").await,
                Copied::Nowhere => {
                    let text = text.show_line();
                    self.note(true, &format!("Not copied, this terminal takes no copies: {text}")).await;
                }
            },
            Effect::Editor(text) => self.edit(&text).await,
            Effect::Ring(bytes) => {
                // While the terminal is the editor's, nobody else writes to it.
                if self.editing.is_none() {
                    self.app.screen.ring(&bytes);
                }
            }
            other => self.app.effects.perform(other),
        }
    }

    async fn signal(&mut self, signal: Signal) {
        match signal {
            // The terminal's keys for these reach the editor too, and are meant for it.
            Signal::End(code) if self.editing.is_some() && is_key(code) => {}
            Signal::End(code) => self.exit = Some(Exit::Signal(code)),
            Signal::HangUp => self.exit = Some(Exit::Gone),
            Signal::Stop => Box::pin(self.stop()).await,
            Signal::Continue => self.resume(),
            Signal::Resize => {
                if self.editing.is_none() {
                    self.resized();
                }
            }
        }
    }

    /// Gives the terminal back and stops, until the shell says to go on.
    async fn stop(&mut self) {
        if self.editing.is_none() {
            self.app.screen.suspend();
        }
        self.app.effects.pause(true);
        // What was said before the stop is not the word to go on.
        while let Ok(signal) = self.app.signals.try_recv() {
            match signal {
                Signal::End(code) => self.exit = Some(Exit::Signal(code)),
                Signal::HangUp => self.exit = Some(Exit::Gone),
                Signal::Stop | Signal::Continue | Signal::Resize => {}
            }
        }
        if self.exit.is_some() {
            return;
        }
        // One that goes on in the background stops again, as whoever reaches for the terminal from there does: a shell that
        // fetches a running job back hands over the terminal and says nothing.
        while self.app.screen.stop() && !self.fetched().await {}
        if self.exit.is_none() {
            self.resume();
        }
    }

    /// Waits for the word to go on. `false`: it came, and the terminal is still another's.
    async fn fetched(&mut self) -> bool {
        // A shell that ends a stopped job lets it go on for that, in the background: it must not reach for the terminal
        // then. One that fetches it back may hand over the terminal a moment later.
        let mut looks = None;
        loop {
            let signal = match looks {
                Some(_) => tokio::time::timeout(HANDED_OVER, self.app.signals.recv()).await.ok(),
                None => Some(self.app.signals.recv().await),
            };
            match signal {
                Some(Some(Signal::Continue)) => looks = Some(LOOKS),
                Some(Some(Signal::End(code))) => self.exit = Some(Exit::Signal(code)),
                Some(Some(Signal::HangUp) | None) => self.exit = Some(Exit::Gone),
                Some(Some(Signal::Stop | Signal::Resize)) => {}
                None => looks = looks.map(|left: u8| left.saturating_sub(1)),
            }
            if self.exit.is_some() || (looks.is_some_and(|left| left < LOOKS) && self.app.screen.is_ours()) {
                return true;
            }
            if looks == Some(0) {
                return false;
            }
        }
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

    /// Tells the console its size and has everything drawn anew: also back at the same size the terminal may have cut what
    /// stood on it, and forgotten its scroll region.
    fn resized(&mut self) {
        self.app.screen.invalidate();
        let size = self.app.screen.size();
        let event = Event { at: self.app.clock.now(), what: What::Resize(size) };
        let effects = update::update(&mut self.app.model, event);
        for effect in effects {
            self.app.effects.perform(effect);
        }
        self.app.model.dirty = true;
        self.touched = true;
    }

    async fn open(&mut self, urls: &[Untrusted]) {
        if self.app.hosts.is_empty() {
            return self.nowhere(urls).await;
        }
        let good: Vec<String> = urls.iter().filter_map(|url| address(url, &self.app.hosts)).collect();
        if good.len() < urls.len() {
            let what = if urls.len() == 1 { "That address is" } else { "Some of the addresses are" };
            self.note(true, &format!("{what} not opened: not https on the configured host")).await;
        }
        if good.is_empty() {
            return;
        }
        let (tell, desktop) = (self.tell_opened.clone(), self.app.desktop.clone());
        tokio::spawn(async move {
            let mut opened = Opened { taken: Vec::new(), left: Vec::new() };
            for url in good {
                let to = if desktop.open(&url).await { &mut opened.taken } else { &mut opened.left };
                to.push(url);
            }
            let _ = tell.send(opened).await;
        });
    }

    /// Addresses that lead nowhere can only be shown and copied.
    async fn nowhere(&mut self, urls: &[Untrusted]) {
        let all: Vec<&str> = urls.iter().map(Untrusted::raw_for_match).collect();
        let copied = self.app.screen.copy(&all.join("\n"));
        let what = match copied {
            Copied::Sent | Copied::InTmux => "; copied",
            Copied::Unsure(_) => "; sent to the clipboard, which may not have taken it:",
            Copied::TooLong | Copied::Nowhere => ":",
        };
        let shown = match urls {
            [url] => url.show_line().to_string(),
            _ => format!("{} addresses", urls.len()),
        };
        self.note(false, &format!("Not opened, this world is not on the web{what} {shown}")).await;
    }

    /// Without a browser, as over SSH, the addresses go to the clipboard of the terminal the operator sits at.
    async fn opened(&mut self, Opened { taken, left }: &Opened) {
        let those = |urls: &[String], many: &str| match urls {
            [url] => url.clone(),
            _ => format!("{} {many}", urls.len()),
        };
        if left.is_empty() {
            return self.note(false, &format!("Opened {}", those(taken, "pages"))).await;
        }
        let why = self.app.desktop.why_not();
        let (bad, what) = match self.app.screen.copy(&left.join("\n")) {
            Copied::Sent => (false, "copied"),
            Copied::Unsure(_) => (false, "sent to the clipboard, which may not have taken it:"),
            Copied::InTmux => (false, "in tmux's buffer"),
            // There is nothing left but to read it.
            Copied::TooLong | Copied::Nowhere => (true, "nor can it be copied; it is"),
        };
        let shown = if bad { left.join(" ") } else { those(left, "addresses") };
        self.note(bad, &format!("{why}; {what} {shown}")).await;
    }

    async fn edit(&mut self, text: &str) {
        self.app.screen.suspend();
        match Editing::start(&self.app.editor, text, &self.app.folder) {
            Ok(editing) => self.editing = Some(editing),
            Err(fault) => self.edited(Err(fault)).await,
        }
    }

    async fn edited(&mut self, result: Result<Untrusted, Fault>) {
        if self.editing.take().is_some() {
            self.app.screen.put_in_order();
        }
        self.resume();
        Box::pin(self.happened(What::Local(Local::Edited(result)))).await;
    }

    /// What was saved in an editor that ends with the console is kept as what was typed is.
    async fn keep_edited(&mut self) {
        let Some(editing) = self.editing.take() else { return };
        let text = editing.end().await;
        self.app.screen.put_in_order();
        let Some(text) = text else { return };
        let event = Event { at: self.app.clock.now(), what: What::Local(Local::Edited(Ok(text))) };
        let effects = update::update(&mut self.app.model, event);
        for effect in effects.into_iter().filter(|effect| matches!(effect, Effect::KeepDraft(_))) {
            self.app.effects.perform(effect);
        }
    }

    async fn note(&mut self, bad: bool, text: &str) {
        let note = Op::Note { bad, text: Safe::new(text) };
        Box::pin(self.happened(What::Op(note))).await;
    }
}

/// Ctrl-C or Ctrl-\, which the terminal sends to every program in the foreground.
fn is_key(code: u8) -> bool {
    [Number::INT, Number::QUIT].map(exit_code).contains(&code)
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
