//! The hands that stop things: cancels asked for here, those an earlier run did not see to their end, and what a rule
//! of the policy says.
//!
//! ```text
//! Effect::Cancel ──> one leave each ──> ops::cancel ──> Op::Cancel        Effect::Withdraw ──> leave
//! start ──> the ledger's open cancels ──> ops::cancel::take_up (reads only) ──> Op::Cancel
//! every minute ──> ops::auto_stop ──> Op::Ruled ──> ops::cancel, one at a time ──> Op::Cancel
//!                         ^──────────in vain: a fault before it was claimed──┘
//! ```

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::desk::Desk;
use super::poller::Wish;
use crate::console::event::Op;
use crate::console::state::cancels::Ruled;
use crate::domain::{CancelProgress, CancelTarget, TaskRef};
use crate::ops;
use crate::ops::auto_stop::Watchman;
use crate::ops::cancel::{How, Leave, Patience};
use crate::text::Safe;

/// Between two looks at what a rule might stop.
const ROUND: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Stops {
    desk: Desk,
    context: ops::Context,
    patience: Patience,
    wishes: mpsc::Sender<Wish>,
    /// Of the cancels that were asked for here, the newest of each task.
    leaves: HashMap<TaskRef, Leave>,
    watchman: Option<AbortHandle>,
}

impl Drop for Stops {
    fn drop(&mut self) {
        if let Some(watchman) = &self.watchman {
            watchman.abort();
        }
    }
}

impl Stops {
    pub fn new(desk: Desk, context: ops::Context, patience: Patience, wishes: mpsc::Sender<Wish>) -> Self {
        Self { desk, context, patience, wishes, leaves: HashMap::new(), watchman: None }
    }

    /// Looks how the cancels of an earlier run ended.
    pub fn take_up(&self) {
        let (context, patience, teller) = (self.context.clone(), self.patience, self.teller());
        tokio::spawn(async move {
            let open = match ops::cancel::open_cancels(&context).await {
                Ok(open) => open,
                Err(fault) => return tracing::warn!(%fault, "whether cancels are open is not known"),
            };
            let (report, reports) = mpsc::channel(8);
            let all = async {
                let one = |open| {
                    let (context, report) = (&context, report.clone());
                    async move { ops::cancel::take_up(context, open, patience, report).await }
                };
                futures_util::future::join_all(open.iter().map(one)).await;
                drop(report);
            };
            tokio::join!(all, teller.tell(reports));
        });
    }

    pub fn cancel(&mut self, targets: Vec<CancelTarget>) {
        let mut all = Vec::new();
        for target in targets {
            let how = How::from(self.patience);
            self.leaves.insert(target.task.clone(), how.leave.clone());
            all.push((target, how));
        }
        let (context, teller) = (self.context.clone(), self.teller());
        tokio::spawn(async move {
            let (report, reports) = mpsc::channel(8);
            let each = async {
                let one = |(target, how): (CancelTarget, How)| {
                    let (context, report) = (&context, report.clone());
                    async move { ops::cancel::cancel_as(context, &target, how, report).await }
                };
                futures_util::future::join_all(all.into_iter().map(one)).await;
                drop(report);
            };
            tokio::join!(each, teller.tell(reports));
        });
    }

    pub fn withdraw(&mut self, task: &TaskRef) {
        let withdrawn = self.leaves.remove(task).is_some_and(|leave| leave.withdraw());
        if !withdrawn {
            let desk = self.desk.clone();
            let text = Safe::new("too late: it was sent, and a request cannot be taken back");
            tokio::spawn(async move { desk.op(Op::Note { bad: true, text }).await });
        }
    }

    /// From now on the rules of the policy are heard.
    pub fn watch(&mut self, at_work: watch::Receiver<Vec<TaskRef>>) {
        let (context, patience, teller) = (self.context.clone(), self.patience, self.teller());
        let watchman = tokio::spawn(async move {
            let mut watchman = Watchman::new(context.clone());
            loop {
                tokio::time::sleep(ROUND).await;
                let tasks = at_work.borrow().clone();
                for case in watchman.round(&tasks).await {
                    teller.ruled(&case).await;
                    if case.is_dry() {
                        continue;
                    }
                    let (report, reports) = mpsc::channel(8);
                    // To its end before anything else is looked at: never two at a time.
                    let stop = ops::cancel::cancel_as(&context, &case.target, case.how(patience), report);
                    let (in_vain, ()) = tokio::join!(stop, teller.tell(reports));
                    if in_vain {
                        watchman.take_back(&case);
                    }
                }
            }
        });
        self.watchman = Some(watchman.abort_handle());
    }

    fn teller(&self) -> Teller {
        Teller { desk: self.desk.clone(), wishes: self.wishes.clone() }
    }
}

/// Passes on what is told of a cancel, and has the task looked at.
#[derive(Debug)]
struct Teller {
    desk: Desk,
    wishes: mpsc::Sender<Wish>,
}

impl Teller {
    async fn tell(&self, mut reports: mpsc::Receiver<CancelProgress>) {
        while let Some(progress) = reports.recv().await {
            let _ = self.wishes.send(Wish::Look(progress.task.clone())).await;
            self.desk.op(Op::Cancel(progress)).await;
        }
    }

    async fn ruled(&self, case: &ops::auto_stop::Case) {
        let ruled = Ruled {
            task: case.task.at.clone(),
            name: case.task.name.show_line(),
            rule: case.ruling.rule.clone(),
            why: case.ruling.why.clone(),
            dry: case.is_dry(),
        };
        self.desk.op(Op::Ruled(Box::new(ruled))).await;
    }
}
