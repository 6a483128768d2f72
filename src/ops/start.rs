//! Start a task: claim, one POST, outcome.
//!
//! ```text
//! intent ──claim fails──> Refused, nothing sent
//!    └──claimed──> POST ──201──> confirmed
//!                    ├──4xx───> rejected
//!                    └──?─────> looked for ──found──> confirmed
//!                                   └──not found──> unknown (never sent again by itself)
//! ```

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::context::Context;
use super::reconcile;
use crate::domain::{Fault, FaultKind, StartRequest, Task};
use crate::ledger::port::{Action, Outcome};
use crate::template::Stamp;

/// From the request to a word about it; what is left of it after the request is for the look.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// Starts one task. `id` is the intent's, made by the caller so that its answer can be told from others.
pub async fn start(
    context: &Context,
    id: Uuid,
    request: &StartRequest,
    template: Option<Box<Stamp>>,
) -> Result<Task, Fault> {
    let body = request.body_text();
    let mut intent = context.intent(id, Action::Start, &request.repo, body);
    intent.prompt_hash = Some(Sha256::digest(request.prompt.as_bytes()).into());
    if let Some(stamp) = template {
        intent.template = Some(stamp.id);
        intent.template_hash = Some(stamp.hash);
        intent.ticket = stamp.ticket;
    }
    let claimed_at = intent.at;
    context.claim(intent).await?;
    let patience = tokio::time::Instant::now() + PATIENCE;
    match context.provider.start(request).await {
        Ok(task) => {
            context.record(id, Outcome::Confirmed(task.at.id.raw().to_owned())).await;
            Ok(task)
        }
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            // Whether it started must be known, also where a service that does not answer is otherwise left alone.
            context.provider.insist();
            let look = reconcile::find_started(&*context.provider, request, claimed_at);
            if let Ok(Ok(Some(task))) = tokio::time::timeout_at(patience, look).await {
                context.record(id, Outcome::Confirmed(task.at.id.raw().to_owned())).await;
                return Ok(task);
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
