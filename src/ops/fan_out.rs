//! One prompt to several repositories: each row of a plan is a start of its own, one after the other, at the pace the
//! service documents for writes.
//!
//! ```text
//! row ─ pause ─ start::start ──its own end──> next row
//!                   ├──a limit of the service──> pause as long as it asks ──> next row; at the second in a row: end
//!                   └──what would hit every row (token, no way to the service, ledger)──> end
//! end: the rows whose turn did not come are told so, nothing of them is recorded, and they can be sent later.
//! ```
//!
//! What becomes of one row is nothing to the others. The gate judges each again at its turn, because the rows before it
//! have changed the counts. Nothing here sends a row twice: a row that may have started is looked for, by [`look`], and a
//! person decides.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant as Tick;
use uuid::Uuid;

use super::context::Context;
use super::start::{Began, OnceSince};
use super::{reconcile, start};
use crate::domain::plan::{Plan, PlanNews, Turn, Weighed};
use crate::domain::policy::{Case, Stage};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, Instant, RepoName, RepoPattern, TaskId, TaskRef};
use crate::ledger::Wanted;
use crate::ledger::line::started;
use crate::ledger::port::{Action, Entry, Intent, Outcome};
use crate::text::Safe;

/// How patient a plan is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two writes.
    pub gap: Duration,
    /// A pause that the service asks for without saying how long.
    pub pause: Duration,
    /// A longer one ends the plan: nobody waits an hour beside it.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { gap: Duration::from_secs(1), pause: Duration::from_mins(1), longest_pause: Duration::from_mins(5) }
    }
}

/// Repositories asked about at the same time.
const AT_ONCE: usize = 4;
/// A start that is on its way is its own to answer.
const ON_ITS_WAY: chrono::TimeDelta = chrono::TimeDelta::seconds(30);
/// Nobody waits longer for the search for a start.
const LOOKING: Duration = Duration::from_secs(15);
/// Intents of one plan that are read: each row may have been sent several times.
const MOST_INTENTS: usize = 1000;

/// What is said of each row before anything is sent. `only`: the repositories the template is for; none named: all.
pub async fn lay_out(context: &Context, orders: Vec<Order>, only: &[RepoPattern]) -> Vec<(Order, Weighed)> {
    let weigh = async |order: Order| {
        let template = order.template.as_deref().unwrap_or_default();
        if let Some(elsewhere) = Weighed::elsewhere(template, only, &order.request.repo) {
            return (order, elsewhere);
        }
        let (in_force, facts) = start::weigh(context, &order.request.repo).await;
        let (request, ticket) = (&order.request, order.ticket.as_deref());
        let case = Case { request, template: order.template.as_deref(), ticket };
        let weighed = Weighed::of(&in_force.judge(&case, &facts, Stage::Preview));
        (order, weighed)
    };
    stream::iter(orders).map(weigh).buffered(AT_ONCE).collect().await
}

/// One step of a plan, with all that is known of it. [`PlanNews`] is the same for those who only show it.
#[derive(Debug)]
pub enum Step {
    Sending(RepoName),
    /// What came of a row, and how far that brings it.
    Came {
        order: Box<Order>,
        turn: Turn,
        began: Began,
    },
    /// Its turn did not come: nothing of it is recorded.
    NotSent {
        order: Box<Order>,
        why: Safe,
    },
    Holds {
        until: Instant,
        why: Safe,
    },
    Ended {
        why: Option<Safe>,
    },
}

/// Sends the rows and reports each; the last report is the end. Nobody has to listen. Once `stop` says so, the row that
/// is on its way is the last.
pub async fn fan_out(
    context: &Context,
    plan: Plan,
    pace: Pace,
    stop: watch::Receiver<bool>,
    report: mpsc::Sender<PlanNews>,
) {
    let (steps, mut taken) = mpsc::channel(1);
    let tell = async {
        while let Some(step) = taken.recv().await {
            let _ = report.send(news(step)).await;
        }
    };
    tokio::join!(send(context, plan, (pace, None), stop, steps), tell);
}

fn news(step: Step) -> PlanNews {
    let (order, turn, task) = match step {
        Step::Sending(repo) => return PlanNews::Row { repo, turn: Turn::Sending, task: None },
        Step::Came { order, turn, began: Began::Answered(answer) } => (order, turn, answer.result.ok().map(Box::new)),
        Step::Came { order, turn, began: Began::Used(_) } => (order, turn, None),
        Step::NotSent { order, why } => (order, Turn::NotSent(why), None),
        Step::Holds { until, why } => return PlanNews::Holds { until, why },
        Step::Ended { why } => return PlanNews::Ended { why },
    };
    PlanNews::Row { repo: order.request.repo, turn, task }
}

/// The same with all that is known of each row. `once`: a repository in which one of this key was started is passed over.
pub async fn send(
    context: &Context,
    plan: Plan,
    (pace, once): (Pace, Option<&OnceSince>),
    mut stop: watch::Receiver<bool>,
    report: mpsc::Sender<Step>,
) {
    let tell = async |step: Step| drop(report.send(step).await);
    let mut over: Option<Safe> = None;
    let mut road = Road { context, pace, once, free_at: Tick::now(), limited: false };
    for order in plan.orders {
        let mut order = Box::new(order);
        if over.is_none() && !road.turn(&mut stop).await {
            over = Some(Safe::new("stopped here"));
        }
        if let Some(why) = &over {
            tell(Step::NotSent { order, why: why.clone() }).await;
            continue;
        }
        tell(Step::Sending(order.request.repo.clone())).await;
        order.plan = Some(plan.id);
        let (turn, began, after) = road.send(&order).await;
        tell(Step::Came { order, turn, began }).await;
        match after {
            After::Next => {}
            After::Hold { until, why } => tell(Step::Holds { until, why }).await,
            After::End(why) => over = Some(why),
        }
    }
    tell(Step::Ended { why: over }).await;
}

/// What an answer means for the rows after it.
enum After {
    Next,
    Hold { until: Instant, why: Safe },
    End(Safe),
}

/// When the next row may go.
struct Road<'a> {
    context: &'a Context,
    pace: Pace,
    once: Option<&'a OnceSince>,
    free_at: Tick,
    /// The row before met a limit.
    limited: bool,
}

impl Road<'_> {
    /// Waits for the next turn. False: it was stopped before.
    async fn turn(&self, stop: &mut watch::Receiver<bool>) -> bool {
        // Whoever could stop it is gone: then nobody does.
        let stopped = async {
            if stop.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = stopped => false,
            () = tokio::time::sleep_until(self.free_at) => true,
        }
    }

    async fn send(&mut self, order: &Order) -> (Turn, Began, After) {
        let began = match self.once {
            Some(once) => start::start_once(self.context, order, once).await,
            None => Began::Answered(Box::new(start::start(self.context, order).await)),
        };
        self.free_at = Tick::now() + self.pace.gap;
        let limited_before = std::mem::take(&mut self.limited);
        let (turn, after) = match &began {
            Began::Used(entry) => (of_first(entry), After::Next),
            Began::Answered(answer) => match &answer.result {
                Ok(task) => (Turn::Started(task.at.clone()), After::Next),
                // Refused with the gate's leave: the ledger cannot record, or nothing at all may be sent from here.
                Err(fault) => {
                    let let_through = answer.judged.grant(order.reason.as_deref(), order.again).is_ok();
                    self.failed(fault, let_through, limited_before)
                }
            },
        };
        (turn, began, after)
    }

    fn failed(&mut self, fault: &Fault, let_through: bool, limited_before: bool) -> (Turn, After) {
        let said = Safe::new(fault.to_string());
        match fault.kind {
            FaultKind::UnknownOutcome => (Turn::Unknown(said), After::Next),
            FaultKind::Refused if !let_through => (Turn::Refused(said), After::Next),
            FaultKind::Refused | FaultKind::Offline | FaultKind::HeldBack | FaultKind::Local => {
                (Turn::NotSent(said), After::End(fault.what.clone()))
            }
            FaultKind::Authentication | FaultKind::Unsupported => {
                (Turn::Rejected(said), After::End(fault.what.clone()))
            }
            FaultKind::RateLimited => (Turn::Rejected(said), self.limit(fault, limited_before)),
            _ => (Turn::Rejected(said), After::Next),
        }
    }

    /// A limit of the service: as long as it asks for nothing is sent, and who meets it twice gives up.
    fn limit(&mut self, fault: &Fault, limited_before: bool) -> After {
        let now = self.context.now();
        let asked = fault.retry_at.map_or(self.pace.pause, |at| (at - now).to_std().unwrap_or_default());
        let pause = asked.max(self.pace.gap);
        if limited_before || pause > self.pace.longest_pause {
            return After::End(fault.what.clone());
        }
        self.limited = true;
        self.free_at = Tick::now() + pause;
        After::Hold { until: now + pause, why: fault.what.clone() }
    }
}

/// The start that was there first is what the row has become.
fn of_first(entry: &Entry) -> Turn {
    let task = entry.outcome.as_ref().and_then(|(_, outcome)| started(&entry.intent, outcome));
    match task {
        Some(id) => Turn::Started(TaskRef { repo: entry.intent.repo.clone(), id: TaskId::new(id) }),
        None => Turn::Unknown(Safe::new("one of its key was started, and whether it runs is not known")),
    }
}

/// What the ledger knows of the rows of a plan: of each repository the newest. What may have started is looked for, and
/// what is found is recorded; nothing is sent.
pub async fn look(context: &Context, plan: Uuid) -> Result<Vec<(RepoName, Turn)>, Fault> {
    let wanted = Wanted { action: Some(Action::Start), plan: Some(plan), ..Wanted::default() };
    let mut entries = context.blocking(move |ledger| ledger.find(&wanted, MOST_INTENTS)).await?;
    let mut seen = HashSet::new();
    entries.retain(|entry| seen.insert(entry.intent.repo.clone()));
    let turn = async |entry: Entry| {
        let turn = match &entry.outcome {
            Some((_, Outcome::Confirmed(id))) => {
                Turn::Started(TaskRef { repo: entry.intent.repo.clone(), id: TaskId::new(id.as_str()) })
            }
            Some((_, Outcome::Rejected(why))) => Turn::Rejected(Safe::new(why)),
            Some((_, Outcome::Unknown(why))) => settle(context, &entry.intent, Some(why)).await,
            None => settle(context, &entry.intent, None).await,
        };
        (entry.intent.repo, turn)
    };
    // In the order they were sent.
    let turns = stream::iter(entries.into_iter().rev()).map(turn).buffered(AT_ONCE);
    Ok(turns.collect().await)
}

/// Nobody knows what came of an intent: is its task there? `said`: what was recorded of it.
async fn settle(context: &Context, intent: &Intent, said: Option<&str>) -> Turn {
    if said.is_none() && context.now() - intent.at < ON_ITS_WAY {
        return Turn::Unknown(Safe::new("its answer may still come"));
    }
    let why = said.unwrap_or("the program ended before its answer came");
    if context.provider.authority().host.as_str() != intent.host {
        return Turn::Unknown(Safe::new(format!("{why}; it was sent to {}", intent.host)));
    }
    context.provider.insist();
    let looked = tokio::time::timeout(LOOKING, reconcile::settle(context, intent)).await;
    let so_far = match looked {
        Ok(Ok(Some(task))) => return Turn::Started(task.at),
        Ok(Ok(None)) => "no such task is found".to_owned(),
        Ok(Err(fault)) => format!("it cannot be looked for: {}", fault.what),
        Err(_) => "it cannot be looked for in time".to_owned(),
    };
    Turn::Unknown(Safe::new(format!("{why}; {so_far}")))
}
