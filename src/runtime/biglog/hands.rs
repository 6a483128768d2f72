//! The hands of a console that shows a file: they carry out its wishes off the loop.

use std::io::Write;
use std::path::PathBuf;

use tokio::sync::{mpsc, watch};

use super::file::{Begun, LogFile};
use super::hunt::Hunts;
use super::{count, watch as watcher};
use crate::console::Effect;
use crate::console::biglog::{News, Told, Wish};
use crate::console::event::{Event, Local, Op, What};
use crate::console::rawlog::{self, From};
use crate::domain::{Fault, FaultKind, Now};
use crate::runtime::app::Effects;
use crate::runtime::launch::behind::read_rules;
use crate::runtime::rules::{Rulebook, RulesFile};
use crate::runtime::save;
use crate::text::Safe;
use crate::transcript::window::Plan;
use crate::transcript::{export, raw};

/// How the console holds the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Whole,
    Window,
}

/// The way to the loop.
#[derive(Clone)]
pub struct Teller {
    events: mpsc::Sender<Event>,
    now: Now,
}

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Teller").finish_non_exhaustive()
    }
}

impl Teller {
    pub fn new(events: mpsc::Sender<Event>, now: Now) -> Self {
        Self { events, now }
    }

    fn event(&self, what: What) -> Event {
        Event { at: (self.now)(), what }
    }

    pub async fn tell(&self, log: u64, what: Told) {
        let event = self.event(What::Local(Local::BigLog(News { log, what })));
        let _ = self.events.send(event).await;
    }

    /// The same from a thread that may wait. False: nobody listens any more.
    pub fn tell_blocking(&self, log: u64, what: Told) -> bool {
        let event = self.event(What::Local(Local::BigLog(News { log, what })));
        self.events.blocking_send(event).is_ok()
    }

    pub fn note_blocking(&self, bad: bool, text: &str) {
        let note = self.event(What::Op(Op::Note { bad, text: Safe::new(text) }));
        let _ = self.events.blocking_send(note);
    }

    pub fn record_blocking(&self, news: rawlog::News) {
        let _ = self.events.blocking_send(self.event(What::Op(Op::Record(Box::new(news)))));
    }

    pub fn fail_blocking(&self, error: &std::io::Error) {
        self.note_blocking(true, &unreadable(error).to_string());
    }

    pub fn is_gone(&self) -> bool {
        self.events.is_closed()
    }
}

fn unreadable(error: &std::io::Error) -> Fault {
    let what = format!("the log cannot be read: {error}");
    Fault::new(FaultKind::Local, what, "see that the file is there and its disk answers")
}

/// Windows asked for, the newest with its number.
type Asked = Option<(u64, Plan)>;

/// Does nothing before [`Effects::begin`].
#[derive(Debug)]
pub struct Hands {
    path: PathBuf,
    name: Safe,
    teller: Teller,
    /// `None`: what came through a pipe is all there will be.
    open: Option<watch::Sender<LogFile>>,
    asked: watch::Sender<Asked>,
    hunts: Hunts,
    held: Held,
    begun: bool,
    /// What a log that is held whole is diagnosed by, until it is read.
    rules: Option<RulesFile>,
}

impl Hands {
    pub fn new(path: PathBuf, name: Safe, begun: &Begun, teller: Teller) -> Self {
        let (file, held) = match begun {
            Begun::Whole { file, .. } => (file.clone(), Held::Whole),
            Begun::Window { file, .. } => (Some(file.clone()), Held::Window),
        };
        let open = file.map(|file| watch::channel(file).0);
        let hunts = Hunts::default();
        Self { path, name, teller, open, asked: watch::channel(None).0, hunts, held, begun: false, rules: None }
    }

    #[must_use]
    pub fn diagnosing(self, rules: RulesFile) -> Self {
        Self { rules: Some(rules), ..self }
    }

    fn wish(&self, wish: Wish) {
        let Some(file) = self.open.as_ref().map(|open| open.borrow().clone()) else {
            let teller = self.teller.clone();
            tokio::task::spawn_blocking(move || {
                if let Wish::Lines { request, .. } = wish {
                    let fault =
                        Fault::new(FaultKind::Local, "what came through a pipe is not held", "save it to a file first");
                    return teller.record_blocking(rawlog::News { request, result: Err(fault), received: 0 });
                }
                teller.note_blocking(true, "what came through a pipe is not held as it came: save it to a file first");
            });
            return;
        };
        let teller = self.teller.clone();
        match wish {
            Wish::Window { request, plan } => {
                self.asked.send_replace(Some((request, plan)));
            }
            Wish::Search { search, pattern, from } => self.hunts.count(file, teller, (search, *pattern, from)),
            Wish::Next { search, pattern, from, forward } => {
                self.hunts.next(file, teller, (search, *pattern), from, forward);
            }
            Wish::EndSearch => self.hunts.end(),
            Wish::Lines { request, place } => {
                tokio::task::spawn_blocking(move || {
                    let read = raw::read(&*file.bytes, file.len, &place);
                    let result = read.map(|lines| (lines, From::File)).map_err(|error| unreadable(&error));
                    teller.record_blocking(rawlog::News { request, result, received: 0 });
                });
            }
            Wish::Save { to, shape } => {
                tokio::task::spawn_blocking(move || {
                    let to = save::typed(&to, save::home().as_deref());
                    let gone = || teller.is_gone();
                    let write = |mut out: &mut dyn Write| {
                        export::log(&*file.bytes, (file.format, file.len), shape, &mut out, gone)
                    };
                    match save::save(&to, write) {
                        Ok(len) => teller.note_blocking(false, &save::said(&to, len)),
                        Err(fault) => teller.note_blocking(true, &fault.to_string()),
                    }
                });
            }
        }
    }
}

impl Effects for Hands {
    fn begin(&mut self) {
        if let Some(rules) = self.rules.take() {
            tokio::spawn(read_rules(self.teller.events.clone(), self.teller.now.clone(), Rulebook::new(rules)));
        }
        let Some(open) = &self.open else { return };
        if !std::mem::replace(&mut self.begun, true) {
            tokio::spawn(windows(open.subscribe(), self.asked.subscribe(), self.teller.clone()));
            tokio::spawn(watcher::run(
                self.path.clone(),
                self.name.clone(),
                open.clone(),
                self.teller.clone(),
                self.held,
            ));
            tokio::spawn(count::run(open.subscribe(), self.teller.clone()));
        }
    }

    fn perform(&mut self, effect: Effect) {
        if let Effect::BigLog(wish) = effect {
            self.wish(wish);
        }
    }
}

/// Reads windows, one at a time, until the console is gone. Only the newest wish counts.
async fn windows(open: watch::Receiver<LogFile>, mut asked: watch::Receiver<Asked>, teller: Teller) {
    asked.mark_changed();
    while asked.changed().await.is_ok() {
        let Some((request, plan)) = *asked.borrow_and_update() else { continue };
        let file = open.borrow().clone();
        let log = file.log;
        let Ok(read) = tokio::task::spawn_blocking(move || file.read(plan)).await else { return };
        let result = read.map(Box::new).map_err(|error| unreadable(&error));
        teller.tell(log, Told::Window { request, result }).await;
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
