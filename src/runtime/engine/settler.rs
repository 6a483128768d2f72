//! Looks after what was done and whose outcome nobody knows: the answer never came, or the program ended before it did.
//! When something may be open (at the start of the console, and after an answer that was lost) it looks, then again and
//! again with growing pauses until all is settled or a day old. Nothing is ever sent again. Cancels have their own
//! ([`super::stops`]). What it finds is told once: as the answer of the order whose own answer was lost, where that was an
//! order of this run, else in a word of its own.
//!
//! ```text
//! idle ──call, or the console starts──> look ──nothing open──> idle
//!                                        ^ └──something open──> pause ─┐
//!                                        └────────────────────────────┘
//! ```

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::{Notify, mpsc, watch};

use uuid::Uuid;

use super::desk::Desk;
use super::poller::Wish;
use crate::console::event::Op;
use crate::console::reviews::News;
use crate::domain::follow_up::{Step, Told};
use crate::domain::{FaultKind, PullOrder, TaskId, TaskRef};
use crate::ledger::port::{Action, Entry, Intent, Outcome};
use crate::ops;
use crate::ops::settle::{self, Settled};
use crate::text::Safe;

/// The first picture comes first.
const AFTER_THE_START: Duration = Duration::from_secs(5);

/// Orders whose answers were lost, that wait for the settler to hear of them.
const WAITING: usize = 64;

/// Wakes the settler.
#[derive(Clone, Debug)]
pub(super) struct Call {
    wake: Arc<Notify>,
    lost: mpsc::Sender<Box<PullOrder>>,
}

impl Call {
    /// Something may be open.
    pub(super) fn look(&self) {
        self.wake.notify_one();
    }

    /// The answer to this was lost. What is found out of it is told as its answer, once.
    pub(super) async fn lost(&self, order: Box<PullOrder>) {
        let _ = self.lost.send(order).await;
    }
}

/// Starts the settler, which ends with the loop.
pub(super) fn start(
    desk: &Desk,
    context: &ops::Context,
    wishes: mpsc::Sender<Wish>,
    paused: watch::Receiver<bool>,
) -> Call {
    let (lost, hears) = mpsc::channel(WAITING);
    let call = Call { wake: Arc::default(), lost };
    let settler = Settler {
        desk: desk.clone(),
        context: context.clone(),
        wishes,
        paused,
        wake: Arc::clone(&call.wake),
        hears,
        lost: Vec::new(),
    };
    tokio::spawn(settler.run());
    call
}

struct Settler {
    desk: Desk,
    context: ops::Context,
    wishes: mpsc::Sender<Wish>,
    paused: watch::Receiver<bool>,
    wake: Arc<Notify>,
    hears: mpsc::Receiver<Box<PullOrder>>,
    /// Whose answers were lost in this run.
    lost: Vec<PullOrder>,
}

impl Settler {
    async fn run(mut self) {
        let mut pause = Some(AFTER_THE_START);
        loop {
            tokio::select! {
                () = self.wake.notified() => {}
                Some(order) = self.hears.recv() => self.lost.push(*order),
                () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
                () = self.desk.events.closed() => return,
            }
            if self.paused.wait_for(|paused| !paused).await.is_err() {
                return;
            }
            while let Ok(order) = self.hears.try_recv() {
                self.lost.push(*order);
            }
            pause = self.look().await;
        }
    }

    /// One look at all that is open. Gives the pause until the next; `None`: nothing is open.
    async fn look(&mut self) -> Option<Duration> {
        // A ledger that cannot be read says so elsewhere; what was lost is still waited for.
        let Ok(open) = settle::waiting(&self.context).await else {
            return (!self.lost.is_empty()).then(|| pause(TimeDelta::zero()));
        };
        let mut youngest = None;
        for entry in &open {
            let age = self.desk.now() - entry.intent.at;
            match settle::look(&self.context, entry).await {
                Ok(Settled::Started(task)) => {
                    let _ = self.wishes.send(Wish::Look(task.at.clone())).await;
                    self.desk.op(Op::Settled { claimed_at: entry.intent.at, task }).await;
                }
                Ok(Settled::Confirmed(seen) | Settled::Rejected(seen)) => match self.take(entry.intent.id) {
                    Some(order) => self.happened(order).await,
                    None => self.tell(&entry.intent, &seen).await,
                },
                // Another account's: this one will never see it.
                Err(fault) if fault.kind == FaultKind::Permission => {}
                Ok(Settled::Open(_)) | Err(_) => {
                    youngest = Some(youngest.map_or(age, |least: TimeDelta| least.min(age)));
                }
            }
        }
        self.found_by_others(&open).await;
        youngest.map(pause)
    }

    /// What is not open any more was settled by another console, or is too old to be looked for.
    async fn found_by_others(&mut self, open: &[Entry]) {
        let is_open = |order: &PullOrder| open.iter().any(|entry| entry.intent.id == order.id);
        let gone: Vec<_> = self.lost.extract_if(.., |order| !is_open(order)).collect();
        for order in gone {
            let outcome = settle::outcome(&self.context, order.id).await;
            if let Ok(Some(Outcome::Confirmed(_))) = outcome {
                self.happened(order).await;
            }
        }
    }

    fn take(&mut self, id: Uuid) -> Option<PullOrder> {
        let index = self.lost.iter().position(|order| order.id == id)?;
        Some(self.lost.swap_remove(index))
    }

    /// The answer that was lost: whoever waits for it has it now.
    async fn happened(&self, order: PullOrder) {
        let _ = self.wishes.send(Wish::Pull(order.target.at.clone())).await;
        let result = Ok(Safe::new(format!("{}: it did happen: {}", order.target.name(), order.act.done())));
        self.desk.op(Op::Reviews(Box::new(News::Acted { order: Box::new(order), result }))).await;
    }

    /// What is written to the agent stands under its task; of anything else a word is said.
    async fn tell(&self, intent: &Intent, seen: &str) {
        let of_agent = (intent.action == Action::Comment).then(|| intent.task.clone()).flatten();
        if let Some(task) = of_agent {
            let task = TaskRef { repo: intent.repo.clone(), id: TaskId::new(task) };
            let told = Told { comment: intent.id, task, at: intent.at, step: Step::Written };
            return self.desk.op(Op::FollowedUp(Box::new(told))).await;
        }
        let place = intent.pull.map(|number| format!("#{number}")).unwrap_or_default();
        let what = intent.action.word().replace('_', " ");
        let text = Safe::new(format!("{what} on {}{place} did happen: {seen}", intent.repo));
        self.desk.op(Op::Found { id: intent.id, text }).await;
    }
}

/// Tasks show up within seconds, mostly.
fn pause(age: TimeDelta) -> Duration {
    let (young, middle) = (TimeDelta::minutes(10), TimeDelta::hours(2));
    let minutes = if age < young {
        1
    } else if age < middle {
        10
    } else {
        60
    };
    Duration::from_secs(minutes * 60)
}
