//! What is done to a pull request, whatever it is: look that it still is what was seen, claim, one request, outcome.
//!
//! ```text
//! order ─ look ──gone, closed, another commit──> Refused, nothing recorded, nothing sent
//!            └──as it was seen──> intent ──claim fails──> Refused, nothing sent
//!                                    └──claimed──> request ──2xx──> confirmed
//!                                                     ├──4xx───> rejected
//!                                                     └──?─────> looked for ──it shows──> confirmed
//!                                                                    └──it does not──> unknown (never sent again by itself)
//! ```

use std::time::Duration;

use uuid::Uuid;

use super::context::Context;
use super::{approve, approve_run, close, comment, mark_ready, request_review};
use crate::domain::pull_order::PullAct;
use crate::domain::{Fault, FaultKind, Pull, PullOrder, PullTarget};
use crate::ledger::port::{Action, Intent, Outcome};
use crate::provider::port::Call;
use crate::text::{Safe, Untrusted};

/// Looks after an answer that never came, and the time before each: what was done shows a moment later.
const LOOKS: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(4)];
/// Nobody waits longer for all of them.
const PATIENCE: Duration = Duration::from_secs(15);

/// Carries an order out. The answer is what was done, in words.
pub async fn act(context: &Context, order: &PullOrder) -> Result<Safe, Fault> {
    let seen = as_seen(context, &order.target, order.act.is_about_a_commit()).await?;
    match &order.act {
        PullAct::Comment(body) => comment::comment(context, order, body).await,
        PullAct::RequestReview { people, teams } => request_review::request(context, order, people, teams).await,
        PullAct::MarkReady => mark_ready::mark_ready(context, order, &seen).await,
        PullAct::ApproveRuns => approve_run::approve_runs(context, order).await,
        PullAct::Approve => approve::approve(context, order).await,
        PullAct::Close => close::close(context, order).await,
    }
}

/// The pull request as it is now, if it is still the one that was seen.
async fn as_seen(context: &Context, target: &PullTarget, commit: bool) -> Result<Pull, Fault> {
    context.provider.insist();
    let refused = |what: String, next: &str| Fault::new(FaultKind::Refused, format!("nothing was sent: {what}"), next);
    let name = target.name();
    let Some(pull) = read(context, target).await? else {
        return Err(refused(format!("{name} is gone, or not visible to this token"), "refresh"));
    };
    if !pull.is_open() {
        return Err(refused(format!("{name} is merged or closed by now"), "refresh"));
    }
    if commit {
        let seen = target.head.as_ref();
        if seen.is_none() {
            let what = format!("the commit {name} stands at was not known when you were asked");
            return Err(refused(what, "refresh, and look at it again"));
        }
        if pull.standing.head.as_ref() != seen {
            let (was, is) = (short(seen), short(pull.standing.head.as_ref()));
            let what = format!("commits came to {name} since it was shown ({was} was seen, it is at {is} now)");
            return Err(refused(what, "look at what came, then decide again"));
        }
    }
    Ok(pull)
}

/// The first letters of a commit.
pub(super) fn short(commit: Option<&Untrusted>) -> String {
    commit
        .map_or_else(|| "an unknown commit".to_owned(), |id| id.raw_for_match().chars().take(7).collect::<String>())
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

pub(super) async fn read(context: &Context, target: &PullTarget) -> Result<Option<Pull>, Fault> {
    let mut found = context.provider.pulls(std::slice::from_ref(&target.at)).await?;
    Ok(found.pop().flatten())
}

/// The intent of an order. `request`: what is sent.
pub(super) async fn intent(
    context: &Context,
    id: Uuid,
    action: Action,
    target: &PullTarget,
    request: String,
) -> Intent {
    let mut intent = context.intent(id, action, &target.at.repo, request).await;
    intent.pull = Some(target.number);
    intent
}

/// Claimed, sent once, recorded. `look`: whether it shows that it was done; the id of it where it has one.
pub(super) async fn once<'a>(
    context: &Context,
    intent: Intent,
    send: impl Future<Output = Result<String, Fault>>,
    look: impl Fn() -> Call<'a, Option<String>>,
) -> Result<String, Fault> {
    let id = intent.id;
    context.claim(intent).await?;
    match send.await {
        Ok(done) => {
            context.record(id, Outcome::Confirmed(done.clone())).await;
            Ok(done)
        }
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            let shown = async {
                for pause in LOOKS {
                    tokio::time::sleep(pause).await;
                    // Whether it was done must be known, also where a service that does not answer is otherwise left alone.
                    context.provider.insist();
                    if let Ok(Some(done)) = look().await {
                        return Some(done);
                    }
                }
                None
            };
            if let Ok(Some(done)) = tokio::time::timeout(PATIENCE, shown).await {
                context.record(id, Outcome::Confirmed(done.clone())).await;
                return Ok(done);
            }
            context.record(id, Outcome::Unknown(fault.what.to_string())).await;
            Err(fault)
        }
        Err(fault) => {
            context.record(id, Outcome::Rejected(fault.what.to_string())).await;
            Err(fault)
        }
    }
}
