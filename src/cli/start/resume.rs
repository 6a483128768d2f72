//! Going on with a plan that an earlier run began: what its rows have become, as the ledger and the service tell.
//!
//! ```text
//! row ──the ledger has it──┬─ started ──────────────> told, not sent again
//!  │                       ├─ it may have started ──> looked for; told, never sent again by itself
//!  │                       └─ refused by the service > sent anew
//!  └──it does not────────────────────────────────────> sent
//! ```

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::row::{Came, Sent};
use crate::cli::desk::Desk;
use crate::cli::which;
use crate::domain::plan::Turn;
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, RepoName};
use crate::ledger::Wanted;
use crate::ledger::port::Action;
use crate::ops::fan_out;

/// The orders that are still to be sent, and the rows of those that are not. Nothing is sent.
pub async fn known(desk: &Desk, plan: Uuid, orders: Vec<Order>) -> Result<(Vec<Order>, Vec<Sent>), Fault> {
    same_prompt(desk, plan, &orders).await?;
    let mut turns: HashMap<RepoName, Turn> = fan_out::look(&desk.context, plan).await?.into_iter().collect();
    let (mut left, mut before) = (Vec::new(), Vec::new());
    for mut order in orders {
        let came = match turns.remove(&order.request.repo) {
            Some(Turn::Started(at)) => match which::load(desk, std::slice::from_ref(&at)).await.pop() {
                Some(Ok(task)) => Came::Started(Box::new(task), None),
                Some(Err(fault)) => Came::Unread(at, fault),
                None => continue,
            },
            Some(Turn::Unknown(why)) => {
                let next = "look at the repository; it is not sent a second time";
                Came::Failed(Fault::new(FaultKind::UnknownOutcome, why.as_str(), next))
            }
            _ => {
                left.push(order);
                continue;
            }
        };
        order.plan = Some(plan);
        before.push(Sent { resumed: true, ..Sent::new(order, came) });
    }
    Ok((left, before))
}

/// One plan is one prompt: another under its name would pass for the same work.
async fn same_prompt(desk: &Desk, plan: Uuid, orders: &[Order]) -> Result<(), Fault> {
    let wanted = Wanted { action: Some(Action::Start), plan: Some(plan), ..Wanted::default() };
    let Some(entry) = desk.context.blocking(move |ledger| ledger.find(&wanted, 1)).await?.pop() else {
        return Ok(());
    };
    let hash = |order: &Order| Some(<[u8; 32]>::from(Sha256::digest(order.request.prompt.as_bytes())));
    if orders.iter().all(|order| hash(order) == entry.intent.prompt_hash) {
        return Ok(());
    }
    let what = format!("the plan {plan} was begun with another prompt");
    Err(Fault::new(FaultKind::Refused, what, "nothing was sent; give that prompt, or leave --plan out"))
}
