//! Follows one session's log: fetches as often as it can have changed, passes on only what is new.
//!
//! ```text
//! fetch ──new──> fetch in 2 s
//!   ├──same──> fetch in 2 → 3 → 4½ … 10 s (10 … 30 s where only the run and its jobs can be read)
//!   ├──fault─> back-off
//!   └──session ended, everything read──> rest (until the session wakes up)
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use super::backoff;
use super::desk::Desk;
use super::log_source::{self, New, Seen};
use super::till::Till;
use crate::console::event::{LogNews, LogOrigin, News};
use crate::domain::{Fault, Session, SessionId, Source, State, Task, TaskRef};
use crate::runtime::kept::Kept;
use crate::transcript::Format;

/// What to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub task: TaskRef,
    pub session: SessionId,
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
    following: Following,
}

/// One session being followed.
#[derive(Debug)]
struct Following {
    target: Target,
    /// `None`: finished logs are not kept.
    kept: Option<Kept>,
    seen: Seen,
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
        task: watch::Receiver<Option<Task>>,
        looks: Arc<AtomicU64>,
    ) -> Self {
        let following = Following {
            pace: target.closeness.paces().0,
            target,
            kept: None,
            seen: Seen::default(),
            looks,
            generation: 0,
            failures: 0,
            looks_after_end: 0,
            told_complete: false,
            passed: 0,
        };
        Self { desk, till, task, following }
    }

    #[must_use]
    pub fn keeping(mut self, kept: Option<Kept>) -> Self {
        self.following.kept = kept;
        self
    }

    /// Until nobody can tell of the session any more. It may be ended at any moment.
    pub async fn run(mut self) {
        loop {
            let session = self.session();
            let wait = self.following.look(&self.desk, &self.till, session).await;
            tokio::select! {
                biased;
                () = rest(wait) => {}
                // News of the session itself: a resting follower must wake when it works again.
                changed = self.task.changed(), if wait.is_none() => if changed.is_err() { return },
            }
        }
    }

    /// The session as last seen; one that is not known yet counts as working.
    fn session(&mut self) -> Session {
        let target = &self.following.target;
        let task = self.task.borrow_and_update();
        let task = task.as_ref().filter(|task| task.at == target.task);
        let known = task.and_then(|task| {
            let session = task.sessions.iter().flatten().find(|session| session.id == target.session)?;
            let mut session = session.clone();
            if !task.state.is_active() {
                // A task may have ended while its session still says that it runs: the task is right.
                session.state = task.state.clone();
            }
            Some(session)
        });
        known.unwrap_or_else(|| unknown_session(target, self.desk.now()))
    }
}

fn unknown_session(target: &Target, now: crate::domain::Instant) -> Session {
    Session {
        id: target.session.clone(),
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
    async fn look(&mut self, desk: &Desk, till: &Till, session: Session) -> Option<Duration> {
        let ended = !session.state.is_active();
        if ended && self.told_complete {
            return None;
        }
        self.told_complete = false;
        let body = log_source::read(&*desk.provider, till, &self.target.task, &session).await;
        let body = log_source::or_kept(self.kept.as_ref(), &session, body).await;
        self.generation = self.looks.fetch_add(1, Ordering::Relaxed) + 1;
        let body = match body {
            Ok(body) => body,
            Err(fault) => return Some(self.failed(desk, fault).await),
        };
        self.failures = 0;
        let enough = body.closed || body.origin == LogOrigin::CopilotApi || self.looks_after_end >= LATE_LOOKS;
        self.looks_after_end = if ended { self.looks_after_end + 1 } else { 0 };
        let complete = ended && enough;
        let (origin, format, because) = (body.origin, body.format, body.because);
        if complete {
            self.keep(origin, format, &body.bytes).await;
        }
        let (fastest, slowest) = self.target.closeness.paces_at(origin);
        if self.target.closeness == Closeness::Glance && self.passed > 4 * GLANCE {
            // Who glances at a log for hours does not hold all of it in the end.
            self.seen = Seen::default();
            self.passed = 0;
        }
        let (reset, bytes) = match self.seen.take(origin, body.bytes) {
            New::Nothing => {
                self.pace = self.pace.mul_f64(1.5).clamp(fastest, slowest);
                (false, Vec::new())
            }
            New::Tail(tail) => {
                self.pace = fastest;
                (false, tail)
            }
            New::All(all) => {
                self.pace = fastest;
                self.passed = 0;
                (true, self.reach(all))
            }
        };
        self.passed += bytes.len();
        let wait = match session.state {
            _ if complete => None,
            State::WaitingForUser | State::Idle => Some(self.pace.max(WAITING)),
            _ => Some(self.pace),
        };
        let next_try = wait.and_then(|wait| Some(desk.now() + chrono::TimeDelta::from_std(wait).ok()?));
        let news = if bytes.is_empty() && !reset && !complete {
            News::Same
        } else {
            let session = self.target.session.clone();
            News::Log(LogNews { session, origin, format, reset, bytes, complete, because })
        };
        self.told_complete = complete;
        desk.net(self.source(), self.generation, next_try, Ok(news)).await;
        wait
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

    /// Keeps a log that is all there will be.
    async fn keep(&self, origin: LogOrigin, format: Format, bytes: &[u8]) {
        let whole = matches!(origin, LogOrigin::CopilotApi | LogOrigin::JobLog) && !bytes.is_empty();
        let Some(kept) = self.kept.clone().filter(|_| whole) else { return };
        let (session, bytes) = (self.target.session.clone(), bytes.to_vec());
        let written = tokio::task::spawn_blocking(move || kept.keep(&session, format, &bytes)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "a finished log could not be kept");
        }
    }

    async fn failed(&mut self, desk: &Desk, fault: Fault) -> Duration {
        self.failures += 1;
        let wait = backoff::wait(self.target.closeness.paces().0, self.failures, &fault, desk.now());
        let next_try = chrono::TimeDelta::from_std(wait).ok().map(|wait| desk.now() + wait);
        desk.net(self.source(), self.generation, next_try, Err(fault)).await;
        wait
    }

    fn source(&self) -> Source {
        Source::Log(self.target.session.clone())
    }
}

async fn rest(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
