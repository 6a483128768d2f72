//! Switch an automation on or off.

use super::edit::is_so;
use super::way::{Done, No, as_seen, once, pass, stands};
use crate::domain::automation::{Pinned, Switch};
use crate::domain::policy::Judgement;
use crate::domain::{Automation, AutomationOrder};
use crate::ops::context::Context;
use crate::provider::port::{Acted, Call};

pub(super) async fn switch(
    context: &Context,
    order: &AutomationOrder,
    (pinned, on): (&Pinned, bool),
    judged: &mut Option<Judgement>,
) -> Result<Done, No> {
    let now = as_seen(context, order, pinned).await?;
    if stands_so(&now, on) {
        return Ok(Done::Stands(Box::new(now)));
    }
    let (grant, _) = pass(context, order, judged).await?;
    let at = now.at.clone();
    let look = || -> Call<'_, Option<Acted>> { Box::pin(is_so(context, &at, pinned, |now| stands_so(now, on))) };
    let acted = once(context, order, &grant, look).await?;
    stands(context, order, acted).await
}

fn stands_so(now: &Automation, on: bool) -> bool {
    match now.switch {
        Switch::On => on,
        Switch::Off(_) => !on,
        Switch::Untold => false,
    }
}
