//! The logs that are listened to: the one that is read, those beside it, those of the wall. One follower each.
//!
//! ```text
//! Attend ─> the log that is read, the others beside it ──new──> a follower of its own
//!                                                      ──gone─> its follower ends
//!                                                      ──same─> it goes on
//! ```
//!
//! A log that moves from one place of the screen to another is not asked for anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::desk::Desk;
use super::follower::{Follower, Target};
use super::till::Till;
use crate::domain::{SessionId, Task};
use crate::runtime::kept::Kept;

/// Everything that is to be followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The log that is read; how its session stands is told by the poller.
    pub read: Option<Target>,
    /// The others, each with its task as the console knows it.
    pub beside: Vec<(Target, Task)>,
}

#[derive(Debug)]
pub struct Followers {
    desk: Desk,
    till: Till,
    /// `None`: finished logs are not kept.
    kept: Option<Kept>,
    wanted: watch::Receiver<Wanted>,
    /// The attended task as the poller last saw it.
    attended: watch::Receiver<Option<Task>>,
    running: HashMap<SessionId, Running>,
    /// Looks at any log so far: later answers have higher numbers, whoever asked.
    looks: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Running {
    target: Target,
    task: watch::Sender<Option<Task>>,
    work: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Followers {
    pub fn new(
        desk: Desk,
        till: Till,
        kept: Option<Kept>,
        wanted: watch::Receiver<Wanted>,
        attended: watch::Receiver<Option<Task>>,
    ) -> Self {
        Self { desk, till, kept, wanted, attended, running: HashMap::new(), looks: Arc::default() }
    }

    /// Until the console is gone.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                biased;
                changed = self.wanted.changed() => match changed {
                    Ok(()) => self.fit(),
                    Err(_) => return,
                },
                changed = self.attended.changed() => match changed {
                    Ok(()) => self.tell_attended(),
                    Err(_) => return,
                },
            }
        }
    }

    fn fit(&mut self) {
        let Wanted { read, beside } = self.wanted.borrow_and_update().clone();
        let all = || read.iter().chain(beside.iter().map(|(target, _)| target));
        self.running.retain(|_, running| all().any(|target| *target == running.target));
        for target in all() {
            if !self.running.contains_key(&target.session) {
                let running = self.start(target.clone());
                self.running.insert(target.session.clone(), running);
            }
        }
        for (target, task) in beside {
            self.tell(&target.session, task);
        }
        self.tell_attended();
    }

    fn start(&self, target: Target) -> Running {
        let (task, seen) = watch::channel(None);
        let follower =
            Follower::new(self.desk.clone(), self.till.clone(), target.clone(), seen, Arc::clone(&self.looks));
        let work = tokio::spawn(follower.keeping(self.kept.clone()).run()).abort_handle();
        Running { target, task, work }
    }

    fn tell(&self, session: &SessionId, task: Task) {
        if let Some(running) = self.running.get(session) {
            running.task.send_if_modified(|known| {
                let news = known.as_ref() != Some(&task);
                *known = Some(task);
                news
            });
        }
    }

    /// The poller's word of the task counts for every session of it.
    fn tell_attended(&mut self) {
        let Some(task) = self.attended.borrow_and_update().clone() else { return };
        let of_it: Vec<SessionId> =
            self.running.values().filter(|r| r.target.task == task.at).map(|r| r.target.session.clone()).collect();
        for session in of_it {
            self.tell(&session, task.clone());
        }
    }
}
