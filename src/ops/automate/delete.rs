//! Delete an automation. That it was meant is confirmed by its typed name, before this.

use super::way::{Done, No, as_seen, look, once, pass, rejected};
use crate::domain::automation::Pinned;
use crate::domain::policy::Judgement;
use crate::domain::{AutomationOrder, Fault, FaultKind};
use crate::ledger::port::Outcome;
use crate::ops::context::Context;
use crate::provider::port::{Acted, Call};

pub(super) async fn delete(
    context: &Context,
    order: &AutomationOrder,
    pinned: &Pinned,
    judged: &mut Option<Judgement>,
) -> Result<Done, No> {
    let now = as_seen(context, order, pinned).await?;
    let (grant, _) = pass(context, order, judged).await?;
    let gone = || -> Call<'_, Option<Acted>> {
        Box::pin(async {
            match look(context, &now.at).await {
                Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone) => Ok(Some(Acted::Deleted)),
                Err(fault) => Err(fault),
                Ok(_) => Ok(None),
            }
        })
    };
    match once(context, order, &grant, gone).await? {
        Acted::Deleted => {
            context.record(order.id, Outcome::Confirmed(pinned.id.raw().to_owned())).await;
            Ok(Done::Deleted)
        }
        Acted::Stands(_) | Acted::Accepted(_) => {
            let fault = Fault::new(FaultKind::Unreadable, "it is still there", "look at it, then try again");
            rejected(context, order, &fault).await;
            Err(fault.into())
        }
    }
}
