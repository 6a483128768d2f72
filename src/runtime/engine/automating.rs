//! The hands that govern automations: what the policy says of an order, what a repository offers to build one from, and
//! orders themselves, one at a time for each automation.
//!
//! ```text
//! Act ──another of it is under way──> refused
//!  └──> ops::automate ──> Acted ──of a run that was accepted──> its task is looked for ──> Ran
//!                           └── and the poller reads it again, whatever became of it
//! ```

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::desk::Desk;
use super::poller;
use super::settler;
use crate::console::automations::{Became, News, NotDone, Offers, Wish};
use crate::console::event::Op;
use crate::domain::{AutomationOrder, AutomationRef, Fault, FaultKind, RepoName};
use crate::ops;
use crate::ops::automate::{self, Answer, Done, Ran};

/// What is under way, by the key it stands in the ledger under.
type Busy = Arc<Mutex<HashSet<(RepoName, String)>>>;

#[derive(Debug)]
pub(super) struct Automating {
    hand: Hand,
}

/// What an order takes along.
#[derive(Clone, Debug)]
struct Hand {
    desk: Desk,
    context: ops::Context,
    wishes: mpsc::Sender<poller::Wish>,
    settler: settler::Call,
    busy: Busy,
}

impl Automating {
    pub(super) fn new(
        desk: Desk,
        context: ops::Context,
        wishes: mpsc::Sender<poller::Wish>,
        settler: settler::Call,
    ) -> Self {
        Self { hand: Hand { desk, context, wishes, settler, busy: Busy::default() } }
    }

    pub(super) fn perform(&self, wish: Wish) {
        let hand = self.hand.clone();
        tokio::spawn(async move {
            match wish {
                // The poller's: it has its own way there, in order.
                Wish::Look(_) => {}
                Wish::Policy => {
                    let policy = Arc::new(hand.context.gate.in_force().await);
                    hand.tell(News::Policy(policy)).await;
                }
                Wish::Offers(repo) => {
                    let offers = hand.offers(&repo).await.map(Box::new);
                    hand.tell(News::Offers(repo, offers)).await;
                }
                Wish::Judge(order) => {
                    let judgement = automate::judge(&hand.context, &order).await;
                    hand.tell(News::Judged(order, Box::new(judgement))).await;
                }
                Wish::Act(order) => hand.act(order).await,
            }
        });
    }
}

impl Hand {
    async fn tell(&self, news: News) {
        self.desk.op(Op::Automations(Box::new(news))).await;
    }

    async fn offers(&self, repo: &RepoName) -> Result<Offers, Fault> {
        let automations = self.context.automations()?;
        let (triggers, tools) = tokio::join!(automations.triggers(repo), automations.tools(repo));
        Ok(Offers { triggers: triggers?, tools: tools? })
    }

    async fn act(&self, order: Box<AutomationOrder>) {
        let Some(_turn) = Turn::take(&self.busy, &order) else {
            let what = "what was asked for it before is still under way";
            let fault = Fault::new(FaultKind::Refused, what, "wait until it is over");
            let result = Err(NotDone { fault, judged: None, edited: None });
            return self.tell(News::Acted { order, result }).await;
        };
        let Answer { result, judged, stale } = automate::act(&self.context, &order).await;
        let judged = judged.map(Box::new);
        let made = match &result {
            Ok(Done::Stands(automation)) => Some(automation.at.clone()),
            _ => order.at(),
        };
        match result {
            Ok(Done::Stands(now)) => self.done(order, Ok(Became::Stands(now)), made).await,
            Ok(Done::Deleted) => self.done(order, Ok(Became::Deleted), made).await,
            Ok(Done::Ran(run)) => {
                self.done(order.clone(), Ok(Became::Accepted), None).await;
                let task = match run.task(&self.context).await {
                    Ran::Task(task) => {
                        let _ = self.wishes.send(poller::Wish::Look(task.at.clone())).await;
                        Some(task)
                    }
                    Ran::Missing => {
                        self.settler.look();
                        None
                    }
                };
                self.look_again(made).await;
                self.tell(News::Ran { order, task }).await;
            }
            Err(fault) => {
                if fault.kind == FaultKind::UnknownOutcome {
                    self.settler.look();
                }
                let edited = stale.map(|stale| Box::new(stale.now));
                self.done(order, Err(NotDone { fault, judged, edited }), made).await;
            }
        }
    }

    async fn done(&self, order: Box<AutomationOrder>, result: Result<Became, NotDone>, at: Option<AutomationRef>) {
        self.look_again(at).await;
        self.tell(News::Acted { order, result }).await;
    }

    /// Whatever became of it: how it stands now is what counts.
    async fn look_again(&self, at: Option<AutomationRef>) {
        if let Some(at) = at {
            let _ = self.wishes.send(poller::Wish::Automation(at)).await;
        }
    }
}

/// The only order of an automation that is under way, until this is dropped.
struct Turn {
    busy: Busy,
    key: (RepoName, String),
}

impl Turn {
    fn take(busy: &Busy, order: &AutomationOrder) -> Option<Self> {
        let key = (order.repo.clone(), automate::key_of(order));
        let is_free = busy.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone());
        is_free.then(|| Self { busy: Arc::clone(busy), key })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
