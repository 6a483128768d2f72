//! Looks after starts whose outcome nobody knows: the answer never came, or the program ended before it did. When
//! something may be open (at the start of the console, and after an answer that was lost) it looks, then again and
//! again with growing pauses until all is settled or a day old. Nothing is ever sent again.
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
use crate::domain::FaultKind;
use crate::ops::{self, reconcile};

/// The first picture comes first.
const AFTER_THE_START: Duration = Duration::from_secs(5);
/// A start that is on its way is its own to answer.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(30);

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
        let open = reconcile::open_starts(&self.context).await.ok()?;
        let mut youngest = None;
        for entry in open {
            let intent = &entry.intent;
            let age = self.desk.now() - intent.at;
            let is_on_its_way = age < ON_ITS_WAY && entry.outcome.is_none();
            let settled = if is_on_its_way { Ok(None) } else { reconcile::settle(&self.context, intent).await };
            match settled {
                Ok(Some(task)) => {
                    let _ = self.wishes.send(Wish::Look(task.at.clone())).await;
                    self.desk.op(Op::Settled { claimed_at: intent.at, task: Box::new(task) }).await;
                }
                // Another account's: this one will never see it.
                Err(fault) if fault.kind == FaultKind::Permission => {}
                Ok(None) | Err(_) => youngest = Some(youngest.map_or(age, |least: TimeDelta| least.min(age))),
            }
        }
        youngest.map(pause)
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
