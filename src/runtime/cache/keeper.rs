//! The thread that owns the file: tells what was kept, then keeps what it hears, in batches of one transaction each.
//!
//! ```text
//! open ──> hears ──recall──> parts ──> trim
//!            ├──keep─────> waits for the viewer ──> batch ──written──> hears
//!            │                                        ├─ broken ──> begun anew, once
//!            │                                        └─ disk full, read-only … ──> off: hears and keeps nothing more
//!            └──end──────> what waits is written, the file is closed
//! ```

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use rusqlite::ErrorCode;
use tokio::sync::{mpsc, oneshot};

use super::file;
use super::handle::{Part, Place};
use super::store::{Keep, Known, Store};
use crate::console::event::Remembered;
use crate::domain::{Artifact, Fault, Instant, Now, RepoName, Source, Viewer};

/// Words written in one transaction.
const BATCH: usize = 64;
/// What is heard before it is known who looks is kept up to so many words.
const MOST_WAITING: usize = 64;
/// Tasks told at once: less than a frame's work for the loop.
const PART: usize = 1000;
/// A picture that takes longer to read is told as far as it was read.
const PATIENCE: Duration = Duration::from_secs(3);
/// That a source is still good is written with whatever else is, or once in this time.
const GOOD_STEP: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug)]
pub enum Word {
    Recall { repos: Vec<RepoName>, tell: mpsc::Sender<Part> },
    Keep(Keep),
    End(oneshot::Sender<()>),
}

/// Runs until every handle is gone.
pub(super) fn keep(place: &Place, now: &Now, mut words: mpsc::Receiver<Word>, lost: &AtomicU64) {
    let mut keeper = Keeper::new(place, now, lost);
    while let Some(first) = words.blocking_recv() {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(word) = next.take() {
            match word {
                Word::Keep(keep) => batch.push(keep),
                Word::Recall { repos, tell } => {
                    keeper.write(std::mem::take(&mut batch), false);
                    keeper.recall(&repos, &tell);
                }
                Word::End(done) => {
                    keeper.write(std::mem::take(&mut batch), true);
                    keeper.close();
                    if keeper.seen_lost > 0 {
                        tracing::info!(lost = keeper.seen_lost, "answers the cache had no time for");
                    }
                    drop(done);
                }
            }
            if batch.len() < BATCH {
                next = words.try_recv().ok();
            }
        }
        keeper.write(batch, false);
    }
    keeper.write(Vec::new(), true);
}

struct Keeper<'a> {
    place: &'a Place,
    now: &'a Now,
    /// `None`: nothing is cached any more.
    store: Option<Store>,
    /// Why there is none, until it has been told.
    fault: Option<Fault>,
    begun_anew: bool,
    trimmed: bool,
    /// For whom this run keeps. Until the service has said who that is, what is heard waits.
    viewer: Option<Viewer>,
    waiting: Vec<Keep>,
    /// Sources that were good, not yet written.
    good: HashMap<Source, Instant>,
    good_written: Instant,
    /// Words that found no room on their way here.
    lost: &'a AtomicU64,
    seen_lost: u64,
}

impl<'a> Keeper<'a> {
    fn new(place: &'a Place, now: &'a Now, lost: &'a AtomicU64) -> Self {
        let (store, fault) = match Store::open(&place.file, &place.api) {
            Ok(store) => (Some(store), None),
            Err(fault) => {
                tracing::warn!(%fault, "nothing is cached");
                (None, Some(fault))
            }
        };
        Self {
            place,
            now,
            store,
            fault,
            begun_anew: false,
            trimmed: false,
            viewer: None,
            waiting: Vec::new(),
            good: HashMap::new(),
            good_written: now(),
            lost,
            seen_lost: 0,
        }
    }

    fn today(&self) -> i64 {
        (self.now)().timestamp().div_euclid(86_400)
    }

    fn recall(&mut self, repos: &[RepoName], tell: &mpsc::Sender<Part>) {
        let Some(store) = &self.store else {
            if let Some(fault) = self.fault.take() {
                let _ = tell.blocking_send(Part { fault: Some(fault), ..Part::default() });
            }
            return;
        };
        match tell_all(store, repos, self.today(), tell) {
            Ok(told) => {
                if told.bad > 0 {
                    tracing::warn!(bad = told.bad, "rows of the cache could not be read and are left out");
                }
                if let Some(store) = &mut self.store {
                    told.wholes.into_iter().for_each(|repo| store.trust(repo));
                }
            }
            Err(error) => self.failed(&error),
        }
        if !std::mem::replace(&mut self.trimmed, true) {
            let today = self.today();
            if let Some(Err(error)) = self.store.as_mut().map(|store| store.trim(today)) {
                self.failed(&error);
            }
        }
    }

    /// `last`: nothing more will come.
    fn write(&mut self, batch: Vec<Keep>, last: bool) {
        // Whoever sent a word after one was lost had counted that first: it is seen here before any later mark is written.
        let lost = self.lost.load(Ordering::Relaxed);
        let mut torn = std::mem::replace(&mut self.seen_lost, lost) != lost;
        for word in batch {
            match word {
                Keep::Good(source, at) => drop(self.good.insert(source, at)),
                Keep::Viewer(viewer) => {
                    self.waiting.insert(0, Keep::Viewer(viewer.clone()));
                    self.viewer = Some(viewer);
                }
                other => self.waiting.push(other),
            }
        }
        if self.viewer.is_none() {
            torn |= self.waiting.len() > MOST_WAITING;
            self.waiting.truncate(MOST_WAITING);
        }
        if torn {
            self.waiting.retain(|keep| !matches!(keep, Keep::Whole(..) | Keep::Further(..)));
            self.doubt();
        }
        if self.viewer.is_none() {
            return;
        }
        let now = (self.now)();
        if self.waiting.is_empty() && !last && now - self.good_written < GOOD_STEP {
            return;
        }
        let mut keep = std::mem::take(&mut self.waiting);
        keep.extend(self.good.drain().map(|(source, at)| Keep::Good(source, at)));
        self.good_written = now;
        let today = self.today();
        if keep.is_empty() {
            return;
        }
        if let Some(Err(error)) = self.store.as_mut().map(|store| store.write(&keep, today)) {
            self.failed(&error);
        }
    }

    /// What was written so far is brought into the file itself: what still stands beside it, the next start would have to
    /// read through before its first picture.
    fn close(&mut self) {
        self.store = None;
    }

    /// Not everything that was heard is kept.
    fn doubt(&mut self) {
        if let Some(store) = &mut self.store {
            store.doubt();
        }
    }

    fn failed(&mut self, error: &rusqlite::Error) {
        self.doubt();
        // Whose the rows are may have been among what was not written.
        self.waiting.extend(self.viewer.clone().map(Keep::Viewer));
        if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
            tracing::info!("another console writes to the cache; some answers are not kept");
            return;
        }
        self.store = None;
        if file::is_broken(error) && !std::mem::replace(&mut self.begun_anew, true) {
            tracing::warn!(%error, "the cache is broken and begins anew");
            match Store::anew(&self.place.file, &self.place.api) {
                Ok(store) => self.store = Some(store),
                Err(fault) => tracing::warn!(%fault, "nothing is cached any more"),
            }
        } else {
            tracing::warn!(%error, "nothing is cached any more");
        }
    }
}

/// What was told of the picture.
#[derive(Default)]
struct Told {
    /// Rows that could not be read.
    bad: u32,
    /// The lists that were told whole.
    wholes: Vec<RepoName>,
}

/// Tells everything kept of these repositories, as far as it can be read in time.
fn tell_all(store: &Store, repos: &[RepoName], today: i64, tell: &mpsc::Sender<Part>) -> rusqlite::Result<Told> {
    let mut part = Part { more: true, ..Part::default() };
    let read = read_all(store, repos, today, &mut part, tell);
    // Whatever happened, the last part says that it is the last.
    part.more = false;
    let _ = tell.blocking_send(part);
    read
}

/// Reads into `part`, and tells it whenever it is full.
fn read_all(
    store: &Store,
    repos: &[RepoName],
    today: i64,
    part: &mut Part,
    tell: &mpsc::Sender<Part>,
) -> rusqlite::Result<Told> {
    let until = tokio::time::Instant::now() + PATIENCE;
    let _of_one_moment = store.snapshot()?;
    let Known { viewer, people, names } = store.known(today)?;
    part.names = names;
    part.shown = Remembered { viewer, people, ..Remembered::default() };
    for source in repos.iter().cloned().map(Source::Tasks) {
        let at = store.good_at(&source)?;
        part.shown.good_at.extend(at.map(|at| (source, at)));
    }
    let (mut told, mut wholes) = (Told::default(), Vec::new());
    let (mut go_on, mut named) = (true, HashSet::new());
    for repo in repos {
        let bad = store.tasks(repo, |remembered| {
            if part.shown.tasks.len() >= PART {
                let full = std::mem::replace(part, Part { more: true, ..Part::default() });
                go_on = tell.blocking_send(full).is_ok() && tokio::time::Instant::now() < until;
            }
            let task = &remembered.task;
            named.extend(task.artifacts.iter().filter_map(|artifact| match artifact {
                Artifact::Pull { id, .. } => Some((task.at.repo.clone(), *id)),
                Artifact::Branch { .. } => None,
            }));
            part.shown.tasks.push(remembered);
            go_on
        })?;
        told.bad += bad;
        if !go_on {
            break;
        }
        if let Some(mark) = store.mark(repo)?.filter(|_| bad == 0) {
            wholes.push((repo.clone(), mark));
        }
    }
    // A pull request whose task is gone would never be asked for again.
    for repo in repos {
        told.bad += store.pulls(repo, |at, pull| {
            if named.contains(&(at.repo.clone(), at.id)) {
                part.shown.pulls.push((at, pull));
            }
        })?;
    }
    if !part.shown.pulls.is_empty() {
        part.shown.good_at.extend(store.good_at(&Source::Pulls)?.map(|at| (Source::Pulls, at)));
    }
    told.wholes = wholes.iter().map(|(repo, _)| repo.clone()).collect();
    // Where the reading broke off nothing is said to be whole: this is the last thing that is read.
    part.wholes = wholes;
    Ok(told)
}
