//! Writes down which tasks an automation started, so that the ledger tells of every task by whom or by what.

use crate::domain::{AutomationId, Fault, Instant, Task};
use crate::ledger::{Kind, Seen};
use crate::ops::context::Context;

/// What stands before the id of what started a task.
const BY: &str = "automation:";

/// The automation in what is recorded of a task's origin.
pub fn automation_of_origin(became: &str) -> Option<AutomationId> {
    became.strip_prefix(BY).map(AutomationId::new)
}

/// What is recorded of a task's origin. `None`: no automation is known to have started it.
pub fn seen_origin(task: &Task, host: &str, at: Instant) -> Option<Seen> {
    let automation = task.automation.as_ref()?;
    Some(Seen {
        host: host.to_owned(),
        repo: task.at.repo.clone(),
        task: task.at.id.raw().to_owned(),
        kind: Kind::Origin,
        at,
        since: Some(task.created_at),
        // It never changes, so no look at it is older than another.
        touched: None,
        begun: Some(task.created_at),
        became: format!("{BY}{}", automation.raw()),
        reason: None,
        nano_credits: None,
        premium_requests: None,
        model: None,
        session: None,
        run: None,
        pull: None,
    })
}

/// Records those that are news, and says how many that were.
pub async fn record_origins(context: &Context, tasks: &[Task]) -> Result<u64, Fault> {
    let (host, now) = (context.provider.authority().host.to_string(), context.now());
    let seen: Vec<Seen> = tasks.iter().filter_map(|task| seen_origin(task, &host, now)).collect();
    if seen.is_empty() {
        return Ok(0);
    }
    context.blocking(move |ledger| ledger.observe(&seen)).await
}
