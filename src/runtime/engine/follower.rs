//! Follows one session's log: fetches as often as it can have changed, passes on only what is new.
//!
//! ```text
//! idle ──target──> fetch ──new──> fetch in 2 s
//!                    ├──same──> fetch in 2 → 3 → 4½ … 10 s
//!                    ├──fault─> back-off
//!                    └──session ended, everything read──> rest (until the session wakes up or the target changes)
//! ```

use std::time::Duration;

use tokio::sync::watch;

use super::backoff;
use super::desk::Desk;
use super::log_source::{self, New, Seen};
use crate::console::event::{LogNews, LogOrigin, News};
use crate::domain::{Fault, Session, SessionId, Source, State, Task, TaskRef};
use crate::runtime::kept::Kept;
use crate::transcript::Format;

/// What to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub task: TaskRef,
    pub session: SessionId,
}

const FASTEST: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(10);
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
}

/// One session being followed.
#[derive(Debug)]
struct Following {
    target: Target,
    kept: Option<Kept>,
    seen: Seen,
    generation: u64,
    failures: u32,
    pace: Duration,
    looks_after_end: u32,
    told_complete: bool,
}

impl Follower {
    pub fn new(desk: Desk, target: watch::Receiver<Option<Target>>, task: watch::Receiver<Option<Task>>) -> Self {
        Self { desk, target, task, kept: None }
    }

    #[must_use]
    pub fn keeping(self, kept: Option<Kept>) -> Self {
        Self { kept, ..self }
    }

    pub async fn run(mut self) {
        let mut generation = 0;
        loop {
            let target = self.target.borrow_and_update().clone();
            if let Some(target) = target {
                let mut following = Following {
                    target,
                    kept: self.kept.clone(),
                    seen: Seen::default(),
                    generation,
                    failures: 0,
                    pace: FASTEST,
                    looks_after_end: 0,
                    told_complete: false,
                };
                let changed = self.follow(&mut following).await;
                generation = following.generation;
                if changed.is_err() {
                    return;
                }
            } else if self.target.changed().await.is_err() {
                return;
            }
        }
    }

    /// Until the target changes. `Err`: the console is gone.
    async fn follow(&mut self, following: &mut Following) -> Result<(), watch::error::RecvError> {
        loop {
            let session = self.session(&following.target);
            let look = following.look(&self.desk, session);
            let wait = tokio::select! {
                biased;
                changed = self.target.changed() => return changed,
                wait = look => wait,
            };
            tokio::select! {
                biased;
                changed = self.target.changed() => return changed,
                () = rest(wait) => {}
                // News of the session itself: a resting follower must wake when it works again.
                changed = self.task.changed(), if wait.is_none() => changed?,
            }
        }
    }

    /// The session as last seen; one that is not known yet counts as working.
    fn session(&mut self, target: &Target) -> Session {
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
    async fn look(&mut self, desk: &Desk, session: Session) -> Option<Duration> {
        let ended = !session.state.is_active();
        if ended && self.told_complete {
            return None;
        }
        self.told_complete = false;
        let body = log_source::read(&*desk.provider, &self.target.task, &session).await;
        let body = log_source::or_kept(self.kept.as_ref(), &session, body).await;
        self.generation += 1;
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
        let (reset, bytes) = match self.seen.take(origin, body.bytes) {
            New::Nothing => {
                self.pace = self.pace.mul_f64(1.5).min(SLOWEST);
                (false, Vec::new())
            }
            New::Tail(tail) => {
                self.pace = FASTEST;
                (false, tail)
            }
            New::All(all) => {
                self.pace = FASTEST;
                (true, all)
            }
        };
        let wait = match session.state {
            _ if complete => None,
            State::WaitingForUser | State::Idle => Some(WAITING),
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
        let wait = backoff::wait(FASTEST, self.failures, &fault, desk.now());
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
