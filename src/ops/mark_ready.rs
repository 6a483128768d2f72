//! Mark a draft ready for review.

use super::context::Context;
use super::on_pull::{intent, once, read};
use crate::domain::{Fault, FaultKind, Pull, PullOrder, PullState};
use crate::ledger::port::Action;
use crate::provider::port::Call;
use crate::text::Safe;

/// `seen`: as it was read for this order.
pub(super) async fn mark_ready(context: &Context, order: &PullOrder, seen: &Pull) -> Result<Safe, Fault> {
    let target = &order.target;
    if seen.state != PullState::Draft {
        let what = format!("nothing was sent: {} is no draft any more", target.name());
        return Err(Fault::new(FaultKind::Refused, what, "nothing to do"));
    }
    let intent = intent(context, order.id, Action::MarkReady, target, "markPullRequestReadyForReview".to_owned()).await;
    let send = async {
        context.provider.mark_ready(&seen.node).await?;
        Ok("ready for review".to_owned())
    };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let pull = read(context, target).await?;
            let ready = pull.is_some_and(|pull| pull.state == PullState::Open);
            Ok(ready.then(|| "it is no draft any more".to_owned()))
        })
    };
    once(context, intent, send, look).await?;
    Ok(Safe::new(format!("marked {} ready for review", target.name())))
}
