//! After an answer that never came, or a program that ended before it came: was it done to the automation or not?
//!
//! Reads at the service only; what is found goes into the ledger, and nothing is ever sent again.

use serde_json::Value;

use super::{create, run};
use crate::domain::automation::Switch;
use crate::domain::{Automation, AutomationId, AutomationRef, Fault, FaultKind};
use crate::ledger::port::{Action, Intent, Outcome};
use crate::ops::context::Context;

/// Whether it shows now that it was done; then it is on record. `false` is no proof that it was not.
pub async fn settle(context: &Context, intent: &Intent) -> Result<bool, Fault> {
    if intent.action == Action::AutomationRun {
        return Ok(run::settle(context, intent).await?.is_some());
    }
    let request: Value = serde_json::from_str(&intent.request).unwrap_or_default();
    let id = request.get("automation").and_then(Value::as_str);
    let found = match (intent.action, id) {
        (Action::AutomationCreate, _) => {
            let name = request.get("name").and_then(Value::as_str).unwrap_or_default().into();
            let found = create::find(context, &intent.repo, &name, intent.prompt_hash, intent.at).await?;
            found.map(|one| one.at.id)
        }
        (Action::AutomationDelete, Some(id)) => match look(context, intent, id).await {
            Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone) => Some(AutomationId::new(id)),
            Err(fault) => return Err(fault),
            Ok(_) => None,
        },
        (Action::AutomationEnable | Action::AutomationDisable, Some(id)) => {
            let now = look(context, intent, id).await?;
            let on = intent.action == Action::AutomationEnable;
            let so = if on { now.switch.is_on() } else { matches!(now.switch, Switch::Off(_)) };
            so.then_some(now.at.id)
        }
        (Action::AutomationEdit, Some(id)) => {
            let now = look(context, intent, id).await?;
            let sent = request.get("body").and_then(Value::as_object);
            let is_so = |(field, value): (&String, &Value)| {
                field == "expected_revision_id" || now.definition().is_some_and(|now| now.get(field) == Some(value))
            };
            sent.is_some_and(|sent| sent.iter().all(is_so)).then_some(now.at.id)
        }
        _ => None,
    };
    if let Some(id) = &found {
        context.record(intent.id, Outcome::Confirmed(id.raw().to_owned())).await;
    }
    Ok(found.is_some())
}

async fn look(context: &Context, intent: &Intent, id: &str) -> Result<Automation, Fault> {
    let at = AutomationRef { repo: intent.repo.clone(), id: AutomationId::new(id) };
    context.automations()?.one(&at).await
}
