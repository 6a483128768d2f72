//! The logs that are listened to: the one that is read, those beside it, those of the wall. One follower each.
//!
//! ```text
//! Attend ─> the log that is read, the others beside it ──new──> a follower of its own
//!                                                      ──gone─> its follower ends; the one that was read waits
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
    /// Its task as the console knows it: without one the log would be asked for twice, before the poller has told of it and
    /// after that.
    pub known: Option<Task>,
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
    /// The console is stopped.
    paused: watch::Receiver<bool>,
    running: HashMap<SessionId, Running>,
    /// The log that was read last, while it is out of sight.
    parked: Option<SessionId>,
    /// Looks at any log so far: later answers have higher numbers, whoever asked.
    looks: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Running {
    target: Target,
    task: watch::Sender<Option<Task>>,
    held: watch::Sender<bool>,
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
        paused: watch::Receiver<bool>,
    ) -> Self {
        Self {
            desk,
            till,
            kept,
            wanted,
            attended,
            paused,
            parked: None,
            running: HashMap::new(),
            looks: Arc::default(),
        }
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
                changed = self.paused.changed() => match changed {
                    Ok(()) => self.hold(),
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
        let Wanted { read, known, beside } = self.wanted.borrow_and_update().clone();
        let all = || read.iter().chain(beside.iter().map(|(target, _)| target));
        // With no log to read instead, the one that was read waits for the reader to come back.
        if let Some(read) = &read {
            self.parked = Some(read.log.session.clone());
        }
        let parked = self.parked.clone().filter(|_| read.is_none());
        self.running.retain(|id, running| {
            all().any(|target| *target == running.target)
                || (parked.as_ref() == Some(id) && !all().any(|target| target.log.session == *id))
        });
        for target in all() {
            if !self.running.contains_key(&target.log.session) {
                let known = known.clone().filter(|_| read.as_ref() == Some(target));
                let running = self.start(target.clone(), known);
                self.running.insert(target.log.session.clone(), running);
            }
        }
        for (target, task) in beside {
            self.tell(&target.log.session, task);
        }
        self.tell_attended();
        self.hold();
    }

    /// What is out of sight, or of a console that is stopped, asks nothing.
    fn hold(&mut self) {
        let paused = *self.paused.borrow_and_update();
        let Wanted { read, beside, .. } = &*self.wanted.borrow();
        let all = || read.iter().chain(beside.iter().map(|(target, _)| target));
        for running in self.running.values() {
            let held = paused || !all().any(|target| *target == running.target);
            running.held.send_if_modified(|now| std::mem::replace(now, held) != held);
        }
    }

    fn start(&self, target: Target, known: Option<Task>) -> Running {
        let (task, seen) = watch::channel(known);
        let (held, is_held) = watch::channel(false);
        let (desk, till) = (self.desk.clone(), self.till.clone());
        let follower = Follower::new(desk, till, target.clone(), (seen, is_held), Arc::clone(&self.looks));
        let work = tokio::spawn(follower.keeping(self.kept.clone()).run()).abort_handle();
        Running { target, task, held, work }
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
            self.running.values().filter(|r| r.target.task == task.at).map(|r| r.target.log.session.clone()).collect();
        for session in of_it {
            self.tell(&session, task.clone());
        }
    }
}
