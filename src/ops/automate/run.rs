//! Run an automation now. The service only says that it took the wish: the task is looked for afterwards, and reported
//! missing where it does not come. The wish is never sent twice.
//!
//! ```text
//! its tasks so far ─ 202 ─> Run ── its task list, for a minute ──a new one──> confirmed with the task's id
//!                                                       └──none──> unknown, and looked for again by whoever reconciles
//! ```

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;
use uuid::Uuid;

use super::way::{Done, No, SKEW, as_seen, pass, rejected};
use crate::domain::automation::{Accepted, Pinned};
use crate::domain::policy::Judgement;
use crate::domain::{AutomationId, AutomationOrder, AutomationRef, Fault, FaultKind, Instant, Task, TaskId};
use crate::ledger::port::{Intent, Outcome};
use crate::ledger::wanted::Wanted;
use crate::ops::context::Context;
use crate::provider::port::{Acted, Fetched};

/// Its task is mostly there within seconds: looked for closely at first, then with more patience.
const LOOKED_FOR: Duration = Duration::from_mins(1);
const CLOSE_LOOKS: u32 = 5;
const CLOSE: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(5);
/// From the claim to the task, where the service was slow.
const LATEST: TimeDelta = TimeDelta::minutes(10);

/// A run that was accepted, or may have been. Its task is still to be looked for.
#[derive(Clone, Debug)]
#[must_use = "the outcome is recorded in full once its task was looked for"]
pub struct Run {
    id: Uuid,
    at: AutomationRef,
    claimed: Instant,
    before: HashSet<TaskId>,
    /// What the service said. `None`: its answer was lost.
    pub accepted: Option<Accepted>,
    /// Its task, where that is what told that the wish arrived.
    found: Option<Box<Task>>,
}

/// What was seen of it.
#[derive(Clone, Debug)]
pub enum Ran {
    Task(Box<Task>),
    /// It was accepted, and no task of it was seen in that time.
    Missing,
}

pub(super) async fn run(
    context: &Context,
    order: &AutomationOrder,
    pinned: &Pinned,
    judged: &mut Option<Judgement>,
) -> Result<Done, No> {
    let now = as_seen(context, order, pinned).await?;
    // What is there before cannot be what comes of it.
    let before = tasks(context, &now.at).await?.into_iter().map(|task| task.at.id).collect();
    let (grant, intent) = pass(context, order, judged).await?;
    let mut run = Run { id: order.id, at: now.at, claimed: intent.at, before, accepted: None, found: None };
    match context.automations()?.act(&grant).await {
        Ok(Acted::Accepted(accepted)) => {
            run.accepted = Some(accepted);
            let so_far = "the run was accepted; its task was not seen yet";
            context.record(order.id, Outcome::Unknown(so_far.to_owned())).await;
            Ok(Done::Ran(run))
        }
        Ok(Acted::Stands(_) | Acted::Deleted) => {
            let what = "the service answered something else than was asked";
            context.record(order.id, Outcome::Unknown(what.to_owned())).await;
            Err(Fault::new(FaultKind::UnknownOutcome, what, "look at its tasks before running it again").into())
        }
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            context.provider.insist();
            context.record(order.id, Outcome::Unknown(fault.what.to_string())).await;
            match run.clone().task(context).await {
                Ran::Task(task) => Ok(Done::Ran(Run { found: Some(task), ..run })),
                Ran::Missing => Err(fault.into()),
            }
        }
        Err(fault) => {
            rejected(context, order, &fault).await;
            Err(fault.into())
        }
    }
}

async fn tasks(context: &Context, at: &AutomationRef) -> Result<Vec<Task>, Fault> {
    match context.automations()?.tasks_of(at, None).await? {
        Fetched::New { value, .. } => Ok(value.tasks),
        Fetched::Same => Ok(Vec::new()),
    }
}

impl Run {
    pub fn automation(&self) -> &AutomationRef {
        &self.at
    }

    /// Looks for its task, for a minute, and records what was seen.
    pub async fn task(self, context: &Context) -> Ran {
        // It is in the ledger already: a second look would take it for another start's.
        if let Some(task) = self.found {
            return Ran::Task(task);
        }
        let until = Tick::now() + LOOKED_FOR;
        for nth in 0.. {
            let pause = if nth < CLOSE_LOOKS { CLOSE } else { LATER };
            if Tick::now() + pause > until {
                break;
            }
            tokio::time::sleep(pause).await;
            // A read that fails is asked again: whoever waits hears of it by the time.
            let Ok(tasks) = tasks(context, &self.at).await else { continue };
            let new = tasks.into_iter().filter(|task| !self.before.contains(&task.at.id));
            if let Ok(Some(task)) = nearest(context, new, self.claimed).await {
                context.started(self.id, &task).await;
                return Ran::Task(Box::new(task));
            }
        }
        Ran::Missing
    }
}

/// Of the tasks created about the time of the claim the one nearest to it that is not another start's.
async fn nearest(
    context: &Context,
    tasks: impl Iterator<Item = Task>,
    claimed: Instant,
) -> Result<Option<Task>, Fault> {
    let mut near: Vec<Task> =
        tasks.filter(|task| (claimed - SKEW..=claimed + LATEST).contains(&task.created_at)).collect();
    near.sort_by_key(|task| (task.created_at - claimed).abs());
    for task in near {
        let known = Wanted { starting: true, task: Some(task.at.id.raw().to_owned()), ..Wanted::default() };
        if context.blocking(move |ledger| ledger.number(&known)).await? == 0 {
            return Ok(Some(task));
        }
    }
    Ok(None)
}

/// Looks for the task of a run whose outcome is not known, long after it, and records it if it is there.
pub async fn settle(context: &Context, intent: &Intent) -> Result<Option<Task>, Fault> {
    let id = intent.key.as_deref().and_then(|key| key.strip_prefix("automation:"));
    // Whoever sent it may still be looking.
    let later = context.now() - intent.at > TimeDelta::from_std(LOOKED_FOR).unwrap_or_default();
    let Some(id) = id.filter(|_| later) else { return Ok(None) };
    let at = AutomationRef { repo: intent.repo.clone(), id: AutomationId::new(id) };
    let found = nearest(context, tasks(context, &at).await?.into_iter(), intent.at).await?;
    if let Some(task) = &found {
        context.started(intent.id, task).await;
    }
    Ok(found)
}
