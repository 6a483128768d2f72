//! Follows one session's log: fetches as often as it can have changed, passes on only what is new.
//!
//! ```text
//! fetch ──new──> fetch in 2 s
//!   ├──same──> fetch in 2 → 3 → 4½ … 10 s (10 … 30 s where only the run and its jobs can be read)
//!   ├──fault─> back-off
//!   └──session ended, everything read──> rest (until the session wakes up)
//! ```
//!
//! A follower that is held asks nothing; what it has read it remembers, so that going on costs the console the tail alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::backoff;
use super::desk::Desk;
use super::log_source::{self, Body, Memory, New, Place, Seen};
use super::till::Till;
use crate::console::effect::LogWish;
use crate::console::event::{LogLook, LogNews, LogOrigin, News};
use crate::domain::fault::ASKED_AGAIN;
use crate::domain::{Artifact, Fault, FaultKind, Instant, PullRef, Session, SessionId, Source, State, Task, TaskRef};
use crate::runtime::kept::Kept;
use crate::transcript::Format;

/// What to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub task: TaskRef,
    pub log: LogWish,
    pub closeness: Closeness,
}

/// How closely a log is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Closeness {
    /// It is read: all of it, every few seconds.
    #[default]
    Read,
    /// Its last lines are glanced at.
    Glance,
}

impl Closeness {
    /// Between two looks at a log that grows, and at one that does not.
    fn paces(self) -> (Duration, Duration) {
        match self {
            Self::Read => (Duration::from_secs(2), Duration::from_secs(10)),
            Self::Glance => (Duration::from_secs(10), Duration::from_mins(1)),
        }
    }

    /// The live log costs nothing of the limit; the run and its jobs take two requests or three each time.
    fn paces_at(self, origin: LogOrigin) -> (Duration, Duration) {
        let (fastest, slowest) = self.paces();
        if origin == LogOrigin::CopilotApi {
            (fastest, slowest)
        } else {
            (fastest.max(COUNTED.0), slowest.max(COUNTED.1))
        }
    }
}

/// Not more often than this where each look counts: while something comes, and while nothing does.
const COUNTED: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(30));
/// Of a log that is glanced at no more than so many bytes from its end are passed on.
const GLANCE: usize = 64 * 1024;
/// Between two looks at a session that waits for somebody.
const WAITING: Duration = Duration::from_secs(15);
/// A job log may come a little after the session's end: so many looks before "this is all there is".
const LATE_LOOKS: u32 = 5;

#[derive(Debug)]
pub struct Follower {
    desk: Desk,
    till: Till,
    /// The session's task as last heard of.
    task: watch::Receiver<Option<Task>>,
    /// Nobody looks: the log is out of sight, or the console is stopped.
    held: watch::Receiver<bool>,
    following: Following,
}

/// One session being followed.
#[derive(Debug)]
struct Following {
    target: Target,
    /// `None`: finished logs are not kept.
    kept: Option<Kept>,
    seen: Seen,
    memory: Memory,
    looks: Arc<AtomicU64>,
    generation: u64,
    failures: u32,
    pace: Duration,
    looks_after_end: u32,
    told_complete: bool,
    /// Bytes passed on since the log was passed on from its beginning, or from where a glance begins.
    passed: usize,
}

impl Follower {
    /// `looks` numbers the looks at all logs.
    pub fn new(
        desk: Desk,
        till: Till,
        target: Target,
        (task, held): (watch::Receiver<Option<Task>>, watch::Receiver<bool>),
        looks: Arc<AtomicU64>,
    ) -> Self {
        let following = Following {
            pace: target.closeness.paces().0,
            target,
            kept: None,
            seen: Seen::default(),
            memory: Memory::default(),
            looks,
            generation: 0,
            failures: 0,
            looks_after_end: 0,
            told_complete: false,
            passed: 0,
        };
        Self { desk, till, task, held, following }
    }

    #[must_use]
    pub fn keeping(mut self, kept: Option<Kept>) -> Self {
        self.following.kept = kept;
        self
    }

    /// Until nobody can tell of the session any more. It may be ended at any moment.
    pub async fn run(mut self) {
        loop {
            if self.held.wait_for(|held| !*held).await.is_err() {
                return;
            }
            let target = &self.following.target;
            let task = self.task.borrow_and_update().clone();
            let task = task.filter(|task| task.at == target.task);
            let (session, pulls) = session_of(task.as_ref(), &target.log.session, self.desk.now());
            let wait = self.following.look(&self.desk, &self.till, session, &pulls).await;
            tokio::select! {
                biased;
                () = rest(wait) => {}
                // Who comes back wants to know at once.
                changed = self.held.changed() => if changed.is_err() { return },
                // News of the session itself: a resting follower must wake when it works again, and one that knew nothing of
                // the task could not ask every source.
                changed = self.task.changed(), if wait.is_none() || task.is_none() => if changed.is_err() { return },
            }
        }
    }
}

/// The session as last seen, one that is not known yet counts as working; and the pull requests of its task.
pub(super) fn session_of(task: Option<&Task>, id: &SessionId, now: Instant) -> (Session, Vec<PullRef>) {
    let Some(task) = task else {
        return (unknown_session(id, now), Vec::new());
    };
    let pulls = task.artifacts.iter().filter_map(|artifact| match artifact {
        Artifact::Pull { id, node, .. } => Some(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() }),
        Artifact::Branch { .. } => None,
    });
    let known = task.sessions.iter().flatten().find(|session| session.id == *id).cloned();
    let session = known.map(|mut session| {
        if !task.state.is_active() {
            // A task may have ended while its session still says that it runs: the task is right.
            session.state = task.state.clone();
        }
        session
    });
    (session.unwrap_or_else(|| unknown_session(id, now)), pulls.collect())
}

fn unknown_session(id: &SessionId, now: Instant) -> Session {
    Session {
        beyond: crate::domain::SessionBeyond::default(),
        id: id.clone(),
        state: State::InProgress,
        name: None,
        prompt: None,
        model: None,
        head_ref: None,
        base_ref: None,
        created_at: now,
        updated_at: None,
        completed_at: None,
        usage: None,
        error: None,
        run: None,
    }
}

impl Following {
    /// One fetch. Returns the wait until the next; `None`: there is nothing more to come.
    async fn look(&mut self, desk: &Desk, till: &Till, session: Session, pulls: &[PullRef]) -> Option<Duration> {
        let ended = !session.state.is_active();
        if ended && self.told_complete {
            return None;
        }
        self.told_complete = false;
        if self.target.closeness == Closeness::Glance && self.passed > 4 * GLANCE {
            // Who glances at a log for hours does not hold all of it in the end.
            self.seen = Seen::default();
            self.passed = 0;
        }
        if self.seen.origin() != Some(LogOrigin::Timeline) {
            self.memory.forget_bodies();
        }
        let task = &self.target.task;
        let (provider, kept) = (&*desk.provider, self.kept.as_ref());
        let place = Place { provider, till: Some(till), task, session: &session, pulls, kept, now: desk.now() };
        let body = log_source::read(place, self.target.log.source, &mut self.memory).await;
        self.generation = self.looks.fetch_add(1, Ordering::Relaxed) + 1;
        let body = match body {
            Ok(body) => body,
            Err(fault) => return Some(self.failed(desk, fault).await),
        };
        // A log does not become empty: what was read stays, and it is asked again.
        if body.bytes.as_ref().is_some_and(Vec::is_empty) && self.seen.has(body.origin) {
            let what = "the log came back empty, where there was something in it before";
            let fault = Fault::new(FaultKind::Unreadable, what, ASKED_AGAIN);
            return Some(self.failed(desk, fault).await);
        }
        self.failures = 0;
        // What was cut off is never all of it, however often that is all that comes.
        let enough = body.closed || body.origin == LogOrigin::CopilotApi || self.looks_after_end >= LATE_LOOKS;
        self.looks_after_end = if ended { self.looks_after_end + 1 } else { 0 };
        let complete = ended && enough && !body.torn;
        let (fastest, slowest) = self.target.closeness.paces_at(body.origin);
        let news = self.news(body, complete).await;
        let has_new = matches!(&news, News::Log(news) if news.reset || !news.bytes.is_empty());
        self.pace = if has_new { fastest } else { self.pace.mul_f64(1.5).clamp(fastest, slowest) };
        let wait = match session.state {
            _ if complete => None,
            State::WaitingForUser | State::Idle => Some(self.pace.max(WAITING)),
            _ => Some(self.pace),
        };
        let next_try = wait.and_then(|wait| Some(desk.now() + chrono::TimeDelta::from_std(wait).ok()?));
        self.told_complete = complete;
        desk.net(self.source(), self.generation, next_try, Ok(news)).await;
        wait
    }

    /// What the console is told of a body: only what is new in it.
    async fn news(&mut self, body: Body, complete: bool) -> News {
        let Body { origin, format, bytes, tried, because, .. } = body;
        let LogWish { session, source: choice, .. } = self.target.log.clone();
        let received = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let bytes = match bytes {
            Some(bytes) if complete => Some(self.keep(origin, format, bytes).await),
            other => other,
        };
        let (reset, bytes) = match bytes.map(|bytes| self.seen.take(origin, bytes)) {
            None | Some(New::Nothing) => (false, Vec::new()),
            Some(New::Tail(tail)) => (false, tail),
            Some(New::All(all)) => {
                self.passed = 0;
                (true, self.reach(all))
            }
        };
        self.passed += bytes.len();
        // What is on this machine was not transferred.
        let received = if matches!(origin, LogOrigin::Kept { .. }) { 0 } else { received };
        if bytes.is_empty() && !reset && !complete {
            return News::LogSame(LogLook { session, choice, received });
        }
        News::Log(LogNews { session, choice, origin, format, reset, bytes, complete, because, tried, received })
    }

    /// As much of a whole log as is looked at: it begins with a whole line.
    fn reach(&self, mut all: Vec<u8>) -> Vec<u8> {
        let Some(beyond) = all.len().checked_sub(GLANCE).filter(|_| self.target.closeness == Closeness::Glance) else {
            return all;
        };
        let start =
            memchr::memchr(b'\n', all.get(beyond..).unwrap_or_default()).map_or(all.len(), |at| beyond + at + 1);
        all.split_off(start)
    }

    /// Keeps a log that is all there will be, and gives it back.
    async fn keep(&self, origin: LogOrigin, format: Format, bytes: Vec<u8>) -> Vec<u8> {
        let whole = matches!(origin, LogOrigin::CopilotApi | LogOrigin::JobLog) && !bytes.is_empty();
        let Some(kept) = self.kept.clone().filter(|_| whole) else { return bytes };
        let session = self.target.log.session.clone();
        let bytes = Arc::new(bytes);
        let handed = Arc::clone(&bytes);
        let written = tokio::task::spawn_blocking(move || kept.keep(&session, format, &handed)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "a finished log could not be kept");
        }
        Arc::unwrap_or_clone(bytes)
    }

    async fn failed(&mut self, desk: &Desk, fault: Fault) -> Duration {
        self.failures += 1;
        let wait = backoff::wait(self.target.closeness.paces().0, self.failures, &fault, desk.now());
        let next_try = chrono::TimeDelta::from_std(wait).ok().map(|wait| desk.now() + wait);
        desk.net(self.source(), self.generation, next_try, Err(fault)).await;
        wait
    }

    fn source(&self) -> Source {
        Source::Log(self.target.log.session.clone())
    }
}

async fn rest(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
