//! The one way of every act: read again, judge, claim, send, record.

use std::time::Duration;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::{create, delete, edit, run, switch};
use crate::domain::automation::{Act, Pinned};
use crate::domain::policy::{AutomationGrant, Fact, Facts, InForce, Judgement, PastStart, Stage};
use crate::domain::{Automation, AutomationOrder, AutomationRef, Fault, FaultKind, Instant};
use crate::ledger::port::{Action, Granted, Intent, Outcome};
use crate::ops::context::Context;
use crate::ops::facts;
use crate::ops::start::{for_the_token, refusal};
use crate::provider::port::{Acted, Call};

/// Looks after an answer that never came, and the time before each.
const LOOKS: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(4)];
/// Our clock and the service's may differ by this much.
pub(super) const SKEW: TimeDelta = TimeDelta::seconds(60);

/// What came of an order.
#[derive(Debug)]
pub struct Answer {
    pub result: Result<Done, Fault>,
    /// What the gate found; `None`: it did not come to a judgement.
    pub judged: Option<Judgement>,
    /// It was edited since it was shown: both versions.
    pub stale: Option<Box<Stale>>,
}

#[derive(Debug)]
pub enum Done {
    /// It is there, as it is now.
    Stands(Box<Automation>),
    /// A run was accepted. Its task is still to be looked for: [`super::Run::task`].
    Ran(super::Run),
    Deleted,
}

/// An automation that is not what it was when the operator was asked.
#[derive(Clone, Debug)]
pub struct Stale {
    pub seen: Pinned,
    pub now: Automation,
}

/// Why nothing is sent.
pub(super) enum No {
    Fault(Fault),
    Stale(Box<Stale>),
}

impl From<Fault> for No {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Carries an order out.
pub async fn act(context: &Context, order: &AutomationOrder) -> Answer {
    context.provider.insist();
    let mut judged = None;
    let result = match &order.act {
        Act::Create(_) => create::create(context, order, &mut judged).await,
        Act::Edit(pinned, _) => edit::edit(context, order, pinned, &mut judged).await,
        Act::Switch(pinned, on) => switch::switch(context, order, (pinned, *on), &mut judged).await,
        Act::Run(pinned, _) => run::run(context, order, pinned, &mut judged).await,
        Act::Delete(pinned) => delete::delete(context, order, pinned, &mut judged).await,
    };
    let (result, stale) = match result {
        Ok(done) => (Ok(done), None),
        Err(No::Fault(fault)) => (Err(fault), None),
        Err(No::Stale(stale)) => (Err(edited(&stale)), Some(stale)),
    };
    Answer { result, judged, stale }
}

/// Reads one as it is now, to be pinned.
pub async fn look(context: &Context, at: &AutomationRef) -> Result<Automation, Fault> {
    context.automations()?.one(at).await
}

/// What the gate would say now. Nothing is claimed or sent, and nothing follows from it.
pub async fn judge(context: &Context, order: &AutomationOrder) -> Judgement {
    let (in_force, facts) = weigh(context, order).await;
    in_force.judge_automation(order, &facts, Stage::Gate)
}

async fn weigh(context: &Context, order: &AutomationOrder) -> (InForce, Facts) {
    let in_force = context.gate.in_force().await;
    let facts = match &in_force.policy {
        Ok(policy) => facts::gather_wanted(context, policy.wants_for_automation(order), &order.repo).await,
        Err(_) => Facts::default(),
    };
    (in_force, facts)
}

fn edited(stale: &Stale) -> Fault {
    let name = stale.now.name.show_line();
    let changes: Vec<String> = stale.now.definition().map_or_else(Vec::new, |now| {
        now.changes_from(&stale.seen.seen).iter().map(|change| change.words().to_string()).collect()
    });
    let what = if changes.is_empty() { "its revision changed".to_owned() } else { changes.join("; ") };
    let what = format!("nothing was changed: “{name}” was edited since it was shown ({what})");
    Fault::new(FaultKind::Conflict, what, "look at both versions, then decide again")
}

/// The automation as it is now, if it is still the one that was seen.
pub(super) async fn as_seen(context: &Context, order: &AutomationOrder, pinned: &Pinned) -> Result<Automation, No> {
    let at = AutomationRef { repo: order.repo.clone(), id: pinned.id.clone() };
    let now = look(context, &at).await?;
    let same = match (&pinned.revision, now.revision()) {
        (Some(seen), Some(now)) => seen == now,
        // Nothing tells but what it says.
        _ => now.definition().is_some_and(|now| *now == pinned.seen),
    };
    if same { Ok(now) } else { Err(No::Stale(Box::new(Stale { seen: pinned.clone(), now }))) }
}

/// What is done to an automation stands in the ledger under this key.
pub fn key_of(order: &AutomationOrder) -> String {
    match order.pinned() {
        Some(pinned) => format!("automation:{}", pinned.id.raw()),
        None => format!("automation:new:{}", order.name().raw_for_disk()),
    }
}

pub(super) fn action(act: &Act) -> Action {
    match act {
        Act::Create(_) => Action::AutomationCreate,
        Act::Edit(..) => Action::AutomationEdit,
        Act::Switch(_, true) => Action::AutomationEnable,
        Act::Switch(_, false) => Action::AutomationDisable,
        Act::Run(..) => Action::AutomationRun,
        Act::Delete(_) => Action::AutomationDelete,
    }
}

/// Judged and claimed.
pub(super) async fn pass(
    context: &Context,
    order: &AutomationOrder,
    judged: &mut Option<Judgement>,
) -> Result<(AutomationGrant, Intent), Fault> {
    let turn = context.gate.turn().await;
    let (in_force, mut facts) = weigh(context, order).await;
    let judgement = judged.insert(in_force.judge_automation(order, &facts, Stage::Gate));
    let grant = judgement.grant_automation(order).map_err(|why| for_the_token(&facts, refusal(judgement, why)))?;
    let intent = intent(context, order, &grant, &facts).await;
    context.claim(intent.clone()).await?;
    if matches!(order.act, Act::Run(..)) {
        context.gate.claimed(order.id, past(&intent));
        if let Some((again, fault)) = too_late(context, order, &in_force, &mut facts).await {
            *judged = Some(again);
            rejected(context, order, &fault).await;
            return Err(fault);
        }
    }
    drop(turn);
    Ok((grant, intent))
}

fn past(intent: &Intent) -> PastStart {
    PastStart {
        age: TimeDelta::zero(),
        repo: intent.repo.clone(),
        prompt_hash: intent.prompt_hash,
        ticket: None,
        task: None,
        rejected: false,
    }
}

/// Of two that were claimed at the same time the one that was recorded first counts against the other.
async fn too_late(
    context: &Context,
    order: &AutomationOrder,
    in_force: &InForce,
    facts: &mut Facts,
) -> Option<(Judgement, Fault)> {
    let Fact::Known(before) = facts::starts(context, Some(order.id)).await else { return None };
    if facts.starts.known().is_some_and(|known| known.len() >= before.len()) {
        return None;
    }
    facts.starts = Fact::Known(before);
    let judged = in_force.judge_automation(order, facts, Stage::Gate);
    let fault = judged.grant_automation(order).err().map(|why| refusal(&judged, why))?;
    Some((judged, fault))
}

async fn intent(context: &Context, order: &AutomationOrder, grant: &AutomationGrant, facts: &Facts) -> Intent {
    let mut intent = context.intent(order.id, action(&order.act), &order.repo, request(order)).await;
    let grant = grant.as_ref();
    let prompt = grant.request().prompt.clone();
    intent.key = Some(key_of(order));
    intent.prompt_hash = Some(Sha256::digest(prompt.as_bytes()).into());
    intent.template.clone_from(&order.template);
    intent.template_hash = order.template_hash;
    intent.prompt = Some(prompt);
    intent.model.clone_from(&grant.request().model);
    intent.login = facts.login.known().cloned().or(intent.login);
    intent.granted = Some(Granted {
        verdict: grant.word().to_owned(),
        rule: grant.rule().to_string(),
        reason: grant.reason().map(str::to_owned),
        policy_hash: grant.policy_hash(),
    });
    intent
}

/// Which automation, under which name, and what is sent.
fn request(order: &AutomationOrder) -> String {
    let pinned = order.pinned();
    let request = serde_json::json!({
        "automation": pinned.map(|pinned| pinned.id.raw()),
        "name": order.name().raw_for_disk(),
        "revision": pinned.and_then(|pinned| pinned.revision.as_ref()).map(|revision| &revision.0),
        "body": order.body(),
    });
    serde_json::to_string_pretty(&request).unwrap_or_default()
}

pub(super) async fn rejected(context: &Context, order: &AutomationOrder, fault: &Fault) {
    context.gate.rejected(order.id);
    context.record(order.id, Outcome::Rejected(fault.what.to_string())).await;
}

/// Sent once, and recorded. `confirmed`: what a good answer is on record as; `look`: what it shows after a lost answer.
pub(super) async fn once<'a>(
    context: &Context,
    order: &AutomationOrder,
    grant: &AutomationGrant,
    look: impl Fn() -> Call<'a, Option<Acted>>,
) -> Result<Acted, No> {
    let automations = context.automations()?;
    match automations.act(grant).await {
        Ok(acted) => Ok(acted),
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            for pause in LOOKS {
                tokio::time::sleep(pause).await;
                // Whether it was done must be known, also where a service that does not answer is otherwise left alone.
                context.provider.insist();
                if let Ok(Some(done)) = look().await {
                    return Ok(done);
                }
            }
            context.record(order.id, Outcome::Unknown(fault.what.to_string())).await;
            Err(fault.into())
        }
        Err(fault) => {
            rejected(context, order, &fault).await;
            Err(conflict(context, order, fault).await)
        }
    }
}

/// A refusal because somebody edited it in between comes with both versions, by whatever status it is told.
async fn conflict(context: &Context, order: &AutomationOrder, fault: Fault) -> No {
    let (Some(pinned), Some(at)) = (order.pinned(), order.at()) else { return fault.into() };
    if !matches!(fault.kind, FaultKind::Conflict | FaultKind::Invalid) {
        return fault.into();
    }
    match look(context, &at).await {
        Ok(now) if pinned.revision.is_some() && now.revision() != pinned.revision.as_ref() => {
            No::Stale(Box::new(Stale { seen: pinned.clone(), now }))
        }
        _ => fault.into(),
    }
}

/// Confirmed under the automation's id, and what it is now.
pub(super) async fn stands(context: &Context, order: &AutomationOrder, acted: Acted) -> Result<Done, No> {
    match acted {
        Acted::Stands(now) => {
            context.record(order.id, Outcome::Confirmed(now.at.id.raw().to_owned())).await;
            Ok(Done::Stands(now))
        }
        Acted::Accepted(_) | Acted::Deleted => {
            let what = "the service answered something else than was asked";
            context.record(order.id, Outcome::Unknown(what.to_owned())).await;
            Err(Fault::new(FaultKind::UnknownOutcome, what, "look at the automation before sending it again").into())
        }
    }
}

/// Created, or touched, since the claim of an intent, as far as the two clocks agree.
pub(super) fn since(at: Option<Instant>, claimed: Instant) -> bool {
    at.is_none_or(|at| at >= claimed - SKEW)
}
