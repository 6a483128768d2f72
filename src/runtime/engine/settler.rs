//! Looks after what was done and whose outcome nobody knows: the answer never came, or the program ended before it did.
//! When something may be open (at the start of the console, and after an answer that was lost) it looks, then again and
//! again with growing pauses until all is settled or a day old. Nothing is ever sent again. Cancels have their own
//! ([`super::stops`]).
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

use super::desk::Desk;
use super::poller::Wish;
use crate::console::event::Op;
use crate::domain::follow_up::{Step, Told};
use crate::domain::{FaultKind, TaskId, TaskRef};
use crate::ledger::port::{Action, Intent};
use crate::ops;
use crate::ops::settle::{self, Settled};
use crate::text::Safe;

/// The first picture comes first.
const AFTER_THE_START: Duration = Duration::from_secs(5);

/// Wakes the settler.
pub(super) type Call = Arc<Notify>;

/// Starts the settler, which ends with the loop.
pub(super) fn start(
    desk: &Desk,
    context: &ops::Context,
    wishes: mpsc::Sender<Wish>,
    paused: watch::Receiver<bool>,
) -> Call {
    let call = Call::default();
    let settler = Settler { desk: desk.clone(), context: context.clone(), wishes, paused, call: Arc::clone(&call) };
    tokio::spawn(settler.run());
    call
}

struct Settler {
    desk: Desk,
    context: ops::Context,
    wishes: mpsc::Sender<Wish>,
    paused: watch::Receiver<bool>,
    call: Call,
}

impl Settler {
    async fn run(mut self) {
        let mut pause = Some(AFTER_THE_START);
        loop {
            tokio::select! {
                () = self.call.notified() => {}
                () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
                () = self.desk.events.closed() => return,
            }
            if self.paused.wait_for(|paused| !paused).await.is_err() {
                return;
            }
            pause = self.look().await;
        }
    }

    /// One look at all that is open. Gives the pause until the next; `None`: nothing is open.
    async fn look(&self) -> Option<Duration> {
        // A ledger that cannot be read says so elsewhere.
        let open = settle::waiting(&self.context).await.ok()?;
        let mut youngest = None;
        for entry in open {
            let age = self.desk.now() - entry.intent.at;
            match settle::look(&self.context, &entry).await {
                Ok(Settled::Started(task)) => {
                    let _ = self.wishes.send(Wish::Look(task.at.clone())).await;
                    self.desk.op(Op::Settled { claimed_at: entry.intent.at, task }).await;
                }
                Ok(Settled::Confirmed(seen)) => self.tell(&entry.intent, &seen).await,
                // Another account's: this one will never see it.
                Err(fault) if fault.kind == FaultKind::Permission => {}
                Ok(Settled::Open(_)) | Err(_) => {
                    youngest = Some(youngest.map_or(age, |least: TimeDelta| least.min(age)));
                }
            }
        }
        youngest.map(pause)
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
        self.desk.op(Op::Note { bad: false, text }).await;
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
