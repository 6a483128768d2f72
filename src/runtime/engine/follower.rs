//! Follows one session's log: fetches as often as it can have changed, passes on only what is new.
//!
//! ```text
//! idle ──target──> fetch ──new──> fetch in 2 s
//!                    ├──same──> fetch in 2 → 3 → 4½ … 10 s
//!                    ├──fault─> back-off
//!                    └──session ended, everything read──> rest (until the session wakes up or the target changes)
//! ```
//!
//! Coarse sources change seldom and cost of the request budget: 5 → 30 s. While the log is not on the screen, or the
//! console is stopped, nothing is asked; what was read is remembered, so that coming back costs the tail alone.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::backoff;
use super::desk::Desk;
use super::log_source::{self, Body, Memory, New, Place, Seen};
use crate::console::effect::LogWish;
use crate::console::event::{LogLook, LogNews, LogOrigin, News};
use crate::domain::{Artifact, Fault, Instant, PullRef, Session, Source, State, Task, TaskRef};
use crate::runtime::kept::Kept;
use crate::transcript::Format;

/// What to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub task: TaskRef,
    pub log: LogWish,
}

const FASTEST: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(10);
/// The same for the sources that say little and are paid for with requests of the token's limit.
const COARSE_FASTEST: Duration = Duration::from_secs(5);
const COARSE_SLOWEST: Duration = Duration::from_secs(30);
/// Between two looks at a session that waits for somebody.
const WAITING: Duration = Duration::from_secs(15);
/// A job log may come a little after the session's end: so many looks before "this is all there is".
const LATE_LOOKS: u32 = 5;

#[derive(Debug)]
pub struct Follower {
    desk: Desk,
    target: watch::Receiver<Option<Target>>,
    /// The attended task as the poller last saw it.
    task: watch::Receiver<Option<Task>>,
    /// `None`: finished logs are not kept.
    kept: Option<Kept>,
    /// The console is stopped.
    paused: watch::Receiver<bool>,
}

/// One session being followed.
#[derive(Debug)]
struct Following {
    target: Target,
    kept: Option<Kept>,
    seen: Seen,
    memory: Memory,
    generation: u64,
    failures: u32,
    pace: Duration,
    looks_after_end: u32,
    told_complete: bool,
}

impl Follower {
    pub fn new(
        desk: Desk,
        target: watch::Receiver<Option<Target>>,
        task: watch::Receiver<Option<Task>>,
        paused: watch::Receiver<bool>,
    ) -> Self {
        Self { desk, target, task, kept: None, paused }
    }

    #[must_use]
    pub fn keeping(self, kept: Option<Kept>) -> Self {
        Self { kept, ..self }
    }

    pub async fn run(mut self) {
        let mut generation = 0;
        // Stays while its log is out of sight.
        let mut following: Option<Following> = None;
        loop {
            let target = self.target.borrow_and_update().clone();
            let changed = match target {
                Some(target) => {
                    let current = match following.take().filter(|following| following.target == target) {
                        Some(same) => following.insert(same),
                        None => following.insert(Following::new(target, self.kept.clone(), generation)),
                    };
                    let changed = self.follow(current).await;
                    generation = current.generation;
                    changed
                }
                None => self.target.changed().await,
            };
            if changed.is_err() {
                return;
            }
        }
    }

    /// Until the target changes. `Err`: the console is gone.
    async fn follow(&mut self, following: &mut Following) -> Result<(), watch::error::RecvError> {
        loop {
            tokio::select! {
                biased;
                changed = self.target.changed() => return changed,
                going_on = self.paused.wait_for(|paused| !*paused) => drop(going_on?),
            }
            let now = self.desk.now();
            let is_known = self.task.borrow().as_ref().is_some_and(|task| task.at == following.target.task);
            let (session, pulls) = session_of(self.task.borrow_and_update().as_ref(), &following.target, now);
            let look = following.look(&self.desk, session, &pulls);
            let wait = tokio::select! {
                biased;
                changed = self.target.changed() => return changed,
                wait = look => wait,
            };
            tokio::select! {
                biased;
                changed = self.target.changed() => return changed,
                () = rest(wait) => {}
                // News of the session itself: a resting follower must wake when it works again, and one that knew nothing of
                // the task could not ask every source.
                changed = self.task.changed(), if wait.is_none() || !is_known => changed?,
            }
        }
    }
}

/// The session as last seen, one that is not known yet counts as working; and the pull requests of its task.
pub(super) fn session_of(task: Option<&Task>, target: &Target, now: Instant) -> (Session, Vec<PullRef>) {
    let Some(task) = task.filter(|task| task.at == target.task) else {
        return (unknown_session(target, now), Vec::new());
    };
    let pulls = task.artifacts.iter().filter_map(|artifact| match artifact {
        Artifact::Pull { id, node, .. } => Some(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() }),
        Artifact::Branch { .. } => None,
    });
    let known = task.sessions.iter().flatten().find(|session| session.id == target.log.session).cloned();
    let session = known.map(|mut session| {
        if !task.state.is_active() {
            // A task may have ended while its session still says that it runs: the task is right.
            session.state = task.state.clone();
        }
        session
    });
    (session.unwrap_or_else(|| unknown_session(target, now)), pulls.collect())
}

fn unknown_session(target: &Target, now: Instant) -> Session {
    Session {
        id: target.log.session.clone(),
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
    fn new(target: Target, kept: Option<Kept>, generation: u64) -> Self {
        Self {
            target,
            kept,
            seen: Seen::default(),
            memory: Memory::default(),
            generation,
            failures: 0,
            pace: FASTEST,
            looks_after_end: 0,
            told_complete: false,
        }
    }

    /// One fetch. Returns the wait until the next; `None`: there is nothing more to come.
    async fn look(&mut self, desk: &Desk, session: Session, pulls: &[PullRef]) -> Option<Duration> {
        let ended = !session.state.is_active();
        if ended && self.told_complete {
            return None;
        }
        self.told_complete = false;
        if self.seen.origin() != Some(LogOrigin::Timeline) {
            self.memory.forget_bodies();
        }
        let task = &self.target.task;
        let place = Place { provider: &*desk.provider, task, session: &session, pulls, kept: self.kept.as_ref() };
        let body = log_source::read(place, self.target.log.source, &mut self.memory).await;
        self.generation += 1;
        let body = match body {
            Ok(body) => body,
            Err(fault) => return Some(self.failed(desk, fault).await),
        };
        self.failures = 0;
        let enough = body.closed || body.origin == LogOrigin::CopilotApi || self.looks_after_end >= LATE_LOOKS;
        self.looks_after_end = if ended { self.looks_after_end + 1 } else { 0 };
        let complete = ended && enough;
        let origin = body.origin;
        let news = self.news(body, complete).await;
        let (fastest, slowest) = paces(origin);
        let has_new = matches!(&news, News::Log(news) if news.reset || !news.bytes.is_empty());
        self.pace = if has_new { fastest } else { self.pace.mul_f64(1.5).clamp(fastest, slowest) };
        let wait = match session.state {
            _ if complete => None,
            State::WaitingForUser | State::Idle => Some(WAITING.max(self.pace)),
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
            Some(New::All(all)) => (true, all),
        };
        // What is on this machine was not transferred.
        let received = if matches!(origin, LogOrigin::Kept { .. }) { 0 } else { received };
        if bytes.is_empty() && !reset && !complete {
            return News::LogSame(LogLook { session, choice, received });
        }
        News::Log(LogNews { session, choice, origin, format, reset, bytes, complete, because, tried, received })
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
        let wait = backoff::wait(FASTEST, self.failures, &fault, desk.now());
        let next_try = chrono::TimeDelta::from_std(wait).ok().map(|wait| desk.now() + wait);
        desk.net(self.source(), self.generation, next_try, Err(fault)).await;
        wait
    }

    fn source(&self) -> Source {
        Source::Log(self.target.log.session.clone())
    }
}

fn paces(origin: LogOrigin) -> (Duration, Duration) {
    match origin {
        LogOrigin::JobSteps | LogOrigin::Timeline => (COARSE_FASTEST, COARSE_SLOWEST),
        _ => (FASTEST, SLOWEST),
    }
}

async fn rest(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}
