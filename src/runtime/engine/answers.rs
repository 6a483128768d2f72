//! What the agent does about comments: those written here, and those of an earlier run that the ledger knows. Each look
//! waits for its money like everything else that nobody waits for.
//!
//! ```text
//! Effect::FollowUp ─────────> ops::follow_up ────────> Op::FollowedUp
//! start ─> the ledger ─> Op::FollowedBefore ─> ops::follow_up::take_up (reads only) ─> Op::FollowedUp
//! ```

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::desk::Desk;
use super::poller::Wish;
use super::settler;
use super::till::{Paid, Till};
use crate::console::event::Op;
use crate::domain::follow_up::{Comment, Step, Told};
use crate::ops::Context;
use crate::ops::follow_up::{self, Turns};

/// The first picture comes first.
const AFTER_THE_START: Duration = Duration::from_secs(5);
/// Steps that may wait for the loop.
const WAITING: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct Answers {
    desk: Desk,
    context: Context,
    wishes: mpsc::Sender<Wish>,
    till: Till,
    paused: watch::Receiver<bool>,
    /// Who finds out whether one is there whose answer was lost.
    settler: settler::Call,
}

/// One request's money, and not while the console is stopped.
struct Paying {
    till: Till,
    paused: watch::Receiver<bool>,
}

impl Turns for Paying {
    type Held = Paid;

    async fn turn(&self) -> Paid {
        // Who could stop it is gone: so is who listens.
        let _ = self.paused.clone().wait_for(|paused| !paused).await;
        self.till.pay(1.0).await
    }
}

impl Answers {
    pub fn new(
        desk: Desk,
        context: Context,
        wishes: mpsc::Sender<Wish>,
        till: Till,
        paused: watch::Receiver<bool>,
        settler: settler::Call,
    ) -> Self {
        Self { desk, context, wishes, till, paused, settler }
    }

    /// Writes it, and looks what comes of it.
    pub fn write(&self, comment: Comment) {
        let all = self.clone();
        tokio::spawn(async move {
            let (report, reports) = mpsc::channel(WAITING);
            let turns = all.turns();
            tokio::join!(follow_up::follow_up(&all.context, &comment, &turns, report), all.tell(reports));
        });
    }

    /// Looks what became of what an earlier run wrote.
    pub fn take_up(&self) {
        let all = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(AFTER_THE_START).await;
            let earlier = match follow_up::earlier(&all.context).await {
                Ok(earlier) => earlier,
                Err(fault) => return tracing::warn!(%fault, "what was written to the agent before is not known"),
            };
            for comment in earlier.clone() {
                all.desk.op(Op::FollowedBefore(Box::new(comment))).await;
            }
            let (report, reports) = mpsc::channel(WAITING);
            let turns = all.turns();
            tokio::join!(follow_up::take_up(&all.context, earlier, &turns, report), all.tell(reports));
        });
    }

    /// Passes it on, and has the task looked at where work may have come of it.
    async fn tell(&self, mut reports: mpsc::Receiver<Told>) {
        while let Some(told) = reports.recv().await {
            if self.desk.events.is_closed() {
                return;
            }
            if !matches!(told.step, Step::Sending | Step::Refused(_) | Step::Unknown(_)) {
                let _ = self.wishes.send(Wish::Look(told.task.clone())).await;
            }
            let is_lost = matches!(told.step, Step::Unknown(_));
            self.desk.op(Op::FollowedUp(Box::new(told))).await;
            if is_lost {
                self.settler.look();
            }
        }
    }

    fn turns(&self) -> Paying {
        Paying { till: self.till.clone(), paused: self.paused.clone() }
    }
}
