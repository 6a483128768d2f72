//! Edit an automation, guarded by the revision that was seen. Only what differs is sent, so that what nobody here knows
//! stays as it is.

use super::way::{Done, No, as_seen, look, once, pass, stands};
use crate::domain::automation::{IMMUTABLE, Pinned};
use crate::domain::policy::Judgement;
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, FaultKind};
use crate::ops::context::Context;
use crate::provider::port::{Acted, Call};

pub(super) async fn edit(
    context: &Context,
    order: &AutomationOrder,
    pinned: &Pinned,
    judged: &mut Option<Judgement>,
) -> Result<Done, No> {
    let wanted = order.afterwards();
    let changes = wanted.changes_from(&pinned.seen);
    if let Some(change) = changes.iter().find(|change| IMMUTABLE.contains(&change.field)) {
        let what = format!("nothing was sent: {} never changes", change.field);
        return Err(Fault::new(FaultKind::Refused, what, "leave it as it is, or create another automation").into());
    }
    let now = as_seen(context, order, pinned).await?;
    if changes.is_empty() {
        return Ok(Done::Stands(Box::new(now)));
    }
    let (grant, _) = pass(context, order, judged).await?;
    let at = now.at.clone();
    let shows = || -> Call<'_, Option<Acted>> {
        Box::pin(async {
            is_so(context, &at, pinned, |now| {
                now.definition()
                    .is_some_and(|now| changes.iter().all(|change| now.get(change.field) == Some(&change.becomes)))
            })
            .await
        })
    };
    let acted = once(context, order, &grant, shows).await?;
    stands(context, order, acted).await
}

/// The automation, where it says so now and did not before, or has another revision since.
pub(super) async fn is_so(
    context: &Context,
    at: &AutomationRef,
    pinned: &Pinned,
    so: impl Fn(&Automation) -> bool,
) -> Result<Option<Acted>, Fault> {
    let now = look(context, at).await?;
    let moved = pinned.revision.is_none() || now.revision() != pinned.revision.as_ref();
    Ok((moved && so(&now)).then(|| Acted::Stands(Box::new(now))))
}
