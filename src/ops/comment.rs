//! Write a comment on a pull request. One that says `@copilot` is an order to the agent.

use chrono::TimeDelta;
use serde_json::json;

use super::context::Context;
use super::on_pull::{intent, once};
use crate::domain::timeline::Happened;
use crate::domain::{Fault, PullOrder};
use crate::ledger::port::Action;
use crate::provider::port::{Call, Fetched};
use crate::text::Safe;

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);

pub(super) async fn comment(context: &Context, order: &PullOrder, body: &str) -> Result<Safe, Fault> {
    let target = &order.target;
    let repo = &target.at.repo;
    let intent = intent(context, order.id, Action::Comment, target, json!({ "body": body }).to_string());
    let since = intent.at - SKEW;
    let send = async {
        context.provider.comment(repo, target.number, body).await?;
        Ok("commented".to_owned())
    };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let Fetched::New { value, .. } = context.provider.timeline(repo, target.number, None).await? else {
                return Ok(None);
            };
            let same = value.events.iter().any(|event| {
                event.what == Happened::Commented
                    && event.at.is_none_or(|at| at >= since)
                    && event.text.as_ref().is_some_and(|text| text.raw_for_match().trim() == body.trim())
            });
            Ok(same.then(|| "the comment is there".to_owned()))
        })
    };
    once(context, intent, send, look).await?;
    Ok(Safe::new(format!("commented on {}", target.name())))
}
