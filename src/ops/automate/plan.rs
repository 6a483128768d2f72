//! Making repositories match a set of files: everything is read first, then one step after the other is carried out, each
//! with its own intent in the ledger. The first step that does not come out well is the last.

use uuid::Uuid;

use super::way::{Answer, act};
use crate::domain::automation::Listed;
use crate::domain::automation::plan::Planned;
use crate::domain::{Automation, AutomationOrder, Fault, RepoName};
use crate::ops::context::Context;

/// All automations of these repositories with their details. One that cannot be read fails all of it: a plan made of a
/// part would create what is there already, or delete what was only not seen.
pub async fn read(context: &Context, repos: &[RepoName]) -> Result<Vec<Automation>, Fault> {
    let automations = context.automations()?;
    let mut all = Vec::new();
    for repo in repos {
        match automations.of_repo(repo).await? {
            Listed::NotHere => return Err(super::create::not_here(repo)),
            Listed::Here { automations: listed, unreadable, more } => {
                if unreadable > 0 || more {
                    let what = format!("the list of automations of {repo} cannot be read in full");
                    return Err(Fault::new(crate::domain::FaultKind::Unreadable, what, "look at the service itself"));
                }
                for one in listed {
                    all.push(automations.one(&one.at).await?);
                }
            }
        }
    }
    Ok(all)
}

/// The order of a step. `None`: there is nothing to do.
pub fn order(planned: &Planned, reason: Option<&str>) -> Option<AutomationOrder> {
    let mut order = AutomationOrder::new(Uuid::new_v4(), planned.repo.clone(), planned.step.act()?);
    order.reason = reason.map(str::to_owned);
    Some(order)
}

/// Carries the steps out, in their order, and tells each as it is done. Stops behind the first that fails.
pub async fn carry_out(
    context: &Context,
    plan: &[Planned],
    reason: Option<&str>,
    mut told: impl FnMut(&Planned, &Answer),
) -> bool {
    for planned in plan {
        let Some(order) = order(planned, reason) else { continue };
        let answer = act(context, &order).await;
        told(planned, &answer);
        if answer.result.is_err() {
            return false;
        }
    }
    true
}
