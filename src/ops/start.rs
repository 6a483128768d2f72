//! Start a task: judge, claim, one POST, outcome. There is no other way: the provider asks for a [`Grant`], and only a
//! judgement makes one.
//!
//! ```text
//! order ─ facts ─ judgement ──refused, no reason, a duplicate──> Refused, nothing recorded, nothing sent
//!            └──granted──> intent ──claim fails──> Refused, nothing sent
//!                             └──claimed ──others came first──> rejected, nothing sent
//!                                   └──> POST ──201──> confirmed
//!                                          ├──4xx───> rejected
//!                                          └──?─────> looked for ──found──> confirmed
//!                                                         └──not found──> unknown (never sent again by itself)
//! ```

use std::sync::Arc;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::context::{Context, unclaimed};
use super::{facts, reconcile};
use crate::domain::policy::{Case, Fact, Facts, Grant, InForce, Judgement, NoGrant, PastStart, SHORTEST_REASON, Stage};
use crate::domain::start::Order;
use crate::domain::{Fault, FaultKind, Instant, RepoName, Task};
use crate::ledger::port::{Action, Entry, Granted, Intent, Outcome};
use crate::ledger::wanted::Wanted;

/// From the order to a word about it; what is left of it after the gate and the request is for the look.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// What came of an order.
#[derive(Debug)]
pub struct Answer {
    pub result: Result<Task, Fault>,
    /// What the gate found, and by what.
    pub judged: Judgement,
    pub facts: Facts,
    pub policy: Arc<InForce>,
}

/// What a verdict on starts in a repository rests on, for whoever only wants to know.
pub async fn weigh(context: &Context, repo: &RepoName) -> (Arc<InForce>, Facts) {
    let in_force = context.gate.in_force().await;
    let facts = match &in_force.policy {
        Ok(policy) => facts::gather(context, policy, repo).await,
        Err(_) => Facts::default(),
    };
    (Arc::new(in_force), facts)
}

/// What the gate would say now, with everything it rests on. Nothing is claimed or sent, and no start follows from it.
pub async fn judge(context: &Context, order: &Order) -> Judgement {
    explain(context, order).await.1
}

/// The same, and why it would not be sent as it stands.
pub async fn try_out(context: &Context, order: &Order) -> (Judgement, Result<(), (NoGrant, Fault)>) {
    let (_, facts, judged) = consider(context, order).await;
    let granted = judged.grant(order.reason.as_deref(), order.again).map(drop);
    let granted = granted.map_err(|why| (why, for_the_token(&facts, refusal(&judged, why))));
    (judged, granted)
}

/// The same with the policy it was judged by. Without a prompt nothing is the same work but that of the same ticket.
pub async fn explain(context: &Context, order: &Order) -> (Arc<InForce>, Judgement) {
    let (policy, _, judged) = consider(context, order).await;
    (policy, judged)
}

async fn consider(context: &Context, order: &Order) -> (Arc<InForce>, Facts, Judgement) {
    let (policy, mut facts) = weigh(context, &order.request.repo).await;
    look_for_duplicates(context, order, &mut facts).await;
    let judged = policy.judge(&case(order), &facts, Stage::Gate);
    (policy, facts, judged)
}

/// Starts one task.
pub async fn start(context: &Context, order: &Order) -> Answer {
    run(context, order, None).await.0
}

/// There may be one start of this key in the repository since then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnceSince {
    pub key: String,
    pub since: Instant,
}

/// What came of a start of which there may be one.
#[derive(Debug)]
pub enum Began {
    Answered(Box<Answer>),
    /// There is one already: nothing was sent.
    Used(Box<Entry>),
}

/// Starts one task, unless one of this key was started: by whoever shares the ledger, at whatever moment. A start that
/// was refused or rejected uses up nothing; one of which nobody knows whether it happened does.
pub async fn start_once(context: &Context, order: &Order, once: &OnceSince) -> Began {
    // Mostly there is no race, and then nobody need be asked anything.
    if let Some(entry) = used(context, order, once).await {
        return Began::Used(Box::new(entry));
    }
    let (answer, first) = run(context, order, Some(once)).await;
    let first = match (&answer.result, first) {
        // The one that came first may be what this one was refused for.
        (Err(fault), None) if fault.kind == FaultKind::Refused => used(context, order, once).await,
        (_, first) => first,
    };
    first.map_or_else(|| Began::Answered(Box::new(answer)), |entry| Began::Used(Box::new(entry)))
}

/// The start that stands in the way, as far as the ledger tells now. A ledger that cannot tell refuses the claim.
pub async fn used(context: &Context, order: &Order, once: &OnceSince) -> Option<Entry> {
    let wanted = Wanted {
        action: Some(Action::Start),
        repo: Some(order.request.repo.clone()),
        key: Some(once.key.clone()),
        since: Some(once.since),
        not_rejected: true,
        ..Wanted::default()
    };
    context.blocking(move |ledger| ledger.find(&wanted, 1)).await.ok()?.pop()
}

/// Also: the start that was first, where there may be one.
async fn run(context: &Context, order: &Order, once: Option<&OnceSince>) -> (Answer, Option<Entry>) {
    let patience = tokio::time::Instant::now() + PATIENCE;
    let turn = context.gate.turn().await;
    let (policy, mut facts) = weigh(context, &order.request.repo).await;
    look_for_duplicates(context, order, &mut facts).await;
    let what = What { action: Action::Start, body: order.request.body_text(), once };
    let leave =
        |judged: &Judgement| judged.grant(order.reason.as_deref(), order.again).map_err(|why| refusal(judged, why));
    let (judged, granted) = pass(context, order, (&policy, &mut facts), what, leave).await;
    drop(turn);
    let (result, first) = match granted {
        Ok((grant, intent)) => (send(context, order, (&grant, &intent), patience).await, None),
        Err(No::Used(entry)) => (Err(already(&entry)), Some(*entry)),
        Err(no) => (Err(no.into()), None),
    };
    (Answer { result, judged, facts, policy }, first)
}

/// What is claimed, and sent once it is.
pub(super) struct What<'a> {
    pub action: Action,
    /// As it is sent.
    pub body: String,
    /// There may be one of it.
    pub once: Option<&'a OnceSince>,
}

/// Why nothing is sent.
pub(super) enum No {
    Fault(Fault),
    Used(Box<Entry>),
}

impl From<No> for Fault {
    fn from(no: No) -> Self {
        match no {
            No::Fault(fault) => fault,
            No::Used(entry) => already(&entry),
        }
    }
}

fn already(entry: &Entry) -> Fault {
    let what = format!("one of this key was started at {}", entry.intent.at);
    Fault::new(FaultKind::Conflict, what, "nothing was sent; look at that one")
}

/// Judged and claimed. `leave`: what the judgement becomes.
pub(super) async fn pass<G: AsRef<Grant>>(
    context: &Context,
    order: &Order,
    (in_force, facts): (&InForce, &mut Facts),
    what: What<'_>,
    leave: impl Fn(&Judgement) -> Result<G, Fault>,
) -> (Judgement, Result<(G, Intent), No>) {
    let judged = in_force.judge(&case(order), facts, Stage::Gate);
    if let Some(until) = order.not_before.filter(|until| *until > context.now()) {
        return (judged, Err(No::Fault(too_early(until))));
    }
    let grant = match leave(&judged) {
        Ok(grant) => grant,
        Err(fault) => {
            let fault = match without_a_ledger(context, order, facts).await {
                Some(broken) => broken,
                None => for_the_token(facts, fault),
            };
            return (judged, Err(No::Fault(fault)));
        }
    };
    let once = what.once;
    let mut intent = intent(context, order, grant.as_ref(), facts, (what.action, what.body)).await;
    let past = PastStart {
        age: TimeDelta::zero(),
        repo: order.request.repo.clone(),
        prompt_hash: intent.prompt_hash,
        ticket: order.ticket.clone(),
        task: None,
        rejected: false,
    };
    let claimed = match once {
        None => context.claim(intent.clone()).await.map(|()| None),
        Some(once) => {
            intent.key = Some(once.key.clone());
            context.claim_once(intent.clone(), once.since).await
        }
    };
    match claimed {
        Ok(None) => {}
        Ok(Some(entry)) => return (judged, Err(No::Used(Box::new(entry)))),
        Err(fault) => return (judged, Err(No::Fault(fault))),
    }
    context.gate.claimed(order.id, past);
    match too_late(context, order, in_force, facts, leave).await {
        None => (judged, Ok((grant, intent))),
        Some((judged, fault)) => {
            context.gate.rejected(order.id);
            context.record(order.id, Outcome::Rejected(fault.what.to_string())).await;
            (judged, Err(No::Fault(fault)))
        }
    }
}

/// What cannot be written down is not sent, whatever reason is given: that is told, and no reason asked for.
async fn without_a_ledger(context: &Context, order: &Order, facts: &Facts) -> Option<Fault> {
    if facts.starts.known().is_some() {
        return None;
    }
    let wanted = Wanted { id: Some(order.id), ..Wanted::default() };
    let broken = context.blocking(move |ledger| ledger.find(&wanted, 1)).await.err()?;
    Some(unclaimed(&broken))
}

/// Who is refused because nothing could be learnt with this token hears that, not what else might let it through.
pub(super) fn for_the_token(facts: &Facts, refused: Fault) -> Fault {
    facts.unaccepted.clone().unwrap_or(refused)
}

/// The agent itself was told to wait: an earlier start would only be held back again, and be paid for.
fn too_early(until: Instant) -> Fault {
    let what = format!("not before {} UTC: the agent was rate-limited", until.format("%Y-%m-%d %H:%M"));
    Fault::new(FaultKind::Refused, what, "wait; the draft is kept").retry_at(until)
}

/// Another console may have claimed a start between the count and the claim. Of two, the one that was recorded first
/// counts against the other.
async fn too_late<G>(
    context: &Context,
    order: &Order,
    in_force: &InForce,
    facts: &mut Facts,
    leave: impl Fn(&Judgement) -> Result<G, Fault>,
) -> Option<(Judgement, Fault)> {
    let Fact::Known(before) = facts::starts(context, Some(order.id)).await else { return None };
    // What was known stays known: a clock that was set meanwhile takes nothing away.
    if facts.starts.known().is_some_and(|known| known.len() >= before.len()) {
        return None;
    }
    facts.starts = Fact::Known(before);
    let judged = in_force.judge(&case(order), facts, Stage::Gate);
    let fault = leave(&judged).err()?;
    Some((judged, fault))
}

fn case(order: &Order) -> Case<'_> {
    Case { request: &order.request, template: order.template.as_deref(), ticket: order.ticket.as_deref() }
}

/// Where the same work was started before, whether it is still open must be known.
pub(super) async fn look_for_duplicates(context: &Context, order: &Order, facts: &mut Facts) {
    if facts.open != Fact::Unasked {
        return;
    }
    let hash: [u8; 32] = Sha256::digest(order.request.prompt.as_bytes()).into();
    let same = |start: &PastStart| {
        let ticket = order.ticket.is_some() && start.ticket == order.ticket;
        start.repo == order.request.repo && start.task.is_some() && (ticket || start.prompt_hash == Some(hash))
    };
    if facts.starts.known().is_some_and(|starts| starts.iter().any(same)) {
        let wants = crate::domain::policy::Wants { open: true, ..Default::default() };
        let asked = facts::gather_wanted(context, wants, &order.request.repo).await;
        facts.open = asked.open;
        facts.unaccepted = facts.unaccepted.take().or(asked.unaccepted);
    }
}

pub(super) fn refusal(judged: &Judgement, why: NoGrant) -> Fault {
    let line = judged.line();
    let duplicates: Vec<String> = judged.duplicates().iter().map(ToString::to_string).collect();
    let (what, next) = match why {
        NoGrant::NeedsReason => {
            (line.to_string(), format!("start again and type a reason of at least {SHORTEST_REASON} characters"))
        }
        NoGrant::Duplicate => (
            duplicates.join("; "),
            "look at it first; start again and confirm that it is wanted twice (`--again`)".to_owned(),
        ),
        NoGrant::Refused | NoGrant::NotAtTheGate => (
            line.to_string(),
            "change the request, wait, or have the policy changed; `atc policy explain` tells more".to_owned(),
        ),
    };
    Fault::new(FaultKind::Refused, what, next)
}

async fn intent(
    context: &Context,
    order: &Order,
    grant: &Grant,
    facts: &Facts,
    (action, body): (Action, String),
) -> Intent {
    let request = grant.request();
    let mut intent = context.intent(order.id, action, &request.repo, body).await;
    intent.prompt_hash = Some(Sha256::digest(request.prompt.as_bytes()).into());
    intent.template.clone_from(&order.template);
    intent.template_hash = order.template_hash;
    intent.ticket.clone_from(&order.ticket);
    intent.prompt = Some(request.prompt.clone());
    intent.model.clone_from(&request.model);
    intent.plan = order.plan;
    intent.login = facts.login.known().cloned().or(intent.login);
    intent.granted = Some(Granted {
        verdict: grant.word().to_owned(),
        rule: grant.rule().to_string(),
        reason: grant.reason().map(str::to_owned),
        policy_hash: grant.policy_hash(),
    });
    intent
}

/// One POST, and what is recorded of it.
async fn send(
    context: &Context,
    order: &Order,
    (grant, intent): (&Grant, &Intent),
    patience: tokio::time::Instant,
) -> Result<Task, Fault> {
    let id = order.id;
    match context.provider.start(grant).await {
        Ok(task) => {
            context.started(id, &task).await;
            Ok(task)
        }
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            // Whether it started must be known, also where a service that does not answer is otherwise left alone.
            context.provider.insist();
            let look = reconcile::find_started(context, intent);
            if let Ok(Ok(Some(task))) = tokio::time::timeout_at(patience, look).await {
                context.started(id, &task).await;
                return Ok(task);
            }
            context.record(id, Outcome::Unknown(fault.what.to_string())).await;
            Err(fault)
        }
        Err(fault) => {
            context.gate.rejected(id);
            context.record(id, Outcome::Rejected(fault.what.to_string())).await;
            Err(fault)
        }
    }
}
