//! Approve a pull request at the commit that was seen, and at no other. It does not merge it: nothing here does.

use super::context::Context;
use super::on_pull::{intent, once, read, short};
use crate::domain::pull::Verdict;
use crate::domain::{Fault, FaultKind, PullOrder};
use crate::ledger::port::Action;
use crate::provider::port::Call;
use crate::text::Safe;

pub(super) async fn approve(context: &Context, order: &PullOrder) -> Result<Safe, Fault> {
    let target = &order.target;
    let Some(head) = &target.head else {
        let what = format!("nothing was sent: the commit of {} is not known", target.name());
        return Err(Fault::new(FaultKind::Refused, what, "refresh, and look at it again"));
    };
    let request = format!("APPROVE at {}", short(Some(head)));
    let intent = intent(context, order.id, Action::Approve, target, request).await;
    let me = &context.provider.viewer().await;
    // Nothing of it begins before the intent is there.
    let send = async { context.provider.approve(&target.at.repo, target.number, head).await };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let Ok(me) = me else { return Ok(None) };
            let Some(pull) = read(context, target).await? else { return Ok(None) };
            let mine = pull.standing.opinions.iter().any(|opinion| {
                opinion.verdict == Verdict::Approved
                    && opinion.commit.as_ref() == Some(head)
                    && opinion.by.raw_for_match().eq_ignore_ascii_case(me.login.raw_for_match())
            });
            Ok(mine.then(|| "a review of this login approves this commit".to_owned()))
        })
    };
    once(context, intent, send, look).await?;
    Ok(Safe::new(format!("approved {} at {}", target.name(), short(Some(head)))))
}
