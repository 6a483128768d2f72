//! Assign an issue to the agent: another way to start work, through the same gate and with the same protocol.
//!
//! ```text
//! order ─ issue, timeline, enabled? ─ facts ─ judgement ──no──> Refused, nothing recorded, nothing sent
//!                  └──granted──> intent ─ POST ──201, the agent is listed────────────> assigned
//!                                          ├──201, not listed ─ read again ─ listed───────^
//!                                          │                          ├──not listed──> rejected: left out in silence
//!                                          │                          └──unreadable──> unknown
//!                                          ├──4xx──> rejected
//!                                          └──?────> looked at ──in charge now──> assigned
//!                                                          └──not seen──> unknown (never sent again by itself)
//! assigned ── its timeline, for a minute ──> the pull request ──> the task that names it ──> confirmed
//! ```
//!
//! That the agent is in charge is not yet a task. Until the look is over the outcome says just that, as unknown; then it
//! is confirmed with the task's id, or with what was seen in place of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;

use super::context::Context;
use super::start::{What, look_for_duplicates, pass, refusal, weigh};
use crate::domain::assign::{
    AgentPull, AssignOrder, Assignment, LOOKED_FOR, Looked, Standing, Work, agent_pulls, assigned_since,
};
use crate::domain::policy::{AssignGrant, Fact, Facts, InForce, Judgement, NoGrant};
use crate::domain::start::Order;
use crate::domain::{Artifact, Fault, FaultKind, Instant, IssueRef, PullRef, Task, Timeline};
use crate::ledger::port::{Action, Intent, Outcome};
use crate::ledger::wanted::Wanted;
use crate::provider::port::{Fetched, TaskQuery, Validator};
use crate::text::Safe;

/// From the service's answer to a word about it.
const PATIENCE: Duration = Duration::from_secs(15);
/// Nobody waits longer to hear whether the agent can be assigned at all.
const ENABLED: Duration = Duration::from_secs(5);
/// How often the issue is read where the answer was lost, or left the agent out.
const GAP: Duration = Duration::from_secs(2);
/// The pull request is mostly there within seconds: looked for closely at first, then with more patience.
const CLOSE_LOOKS: u32 = 9;
const CLOSE: Duration = Duration::from_secs(1);
const LATER: Duration = Duration::from_secs(5);
/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// An assignment and its look for the work take no longer than this.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(90);
/// From the claim to the pull request, where the service was slow.
const LATEST: TimeDelta = TimeDelta::minutes(10);
/// Tasks among which the new one is looked for.
const MOST_CANDIDATES: usize = 10;

/// What came of an order.
#[derive(Debug)]
pub struct Answer {
    pub result: Result<Assigned, Fault>,
    /// What the gate found, and by what; `None`: it did not come to a judgement.
    pub judged: Option<Judgement>,
    pub facts: Facts,
    /// `None`: it did not come to a judgement.
    pub policy: Option<Arc<InForce>>,
}

/// The agent is in charge. Its work is still to be looked for: [`Assigned::work`].
#[derive(Clone, Debug)]
#[must_use = "the outcome is recorded in full once its work was looked for"]
pub struct Assigned {
    id: uuid::Uuid,
    issue: IssueRef,
    at: Instant,
    before: Standing,
}

/// Reads an issue and what there is of the agent's work on it.
pub async fn look(context: &Context, at: &IssueRef) -> Result<Looked, Fault> {
    let can = tokio::time::timeout(ENABLED, context.provider.agent_assignable(&at.repo));
    let (issue, timeline, can) =
        tokio::join!(context.provider.issue(at), context.provider.timeline(&at.repo, at.number, None), can);
    let issue = issue?;
    let standing = match timeline {
        Ok(Fetched::New { value, .. }) => Standing::of(&issue, Ok(&value)),
        Ok(Fetched::Same) => Standing::of(&issue, Err(Safe::new("the service sent no timeline"))),
        Err(fault) => Standing::of(&issue, Err(fault.what)),
    };
    let enabled = match can {
        Ok(Ok(can)) => Fact::Known(can),
        Ok(Err(fault)) => Fact::Unknown(fault.what),
        Err(_) => Fact::unknown(format!("no answer within {} s", ENABLED.as_secs())),
    };
    Ok(Looked { issue, standing, enabled })
}

/// Puts the agent in charge of one issue.
pub async fn assign(context: &Context, order: &AssignOrder) -> Answer {
    let assignment = &order.assignment;
    let none = |fault| Answer { result: Err(fault), judged: None, facts: Facts::default(), policy: None };
    let looked = match look(context, &assignment.issue).await {
        Ok(looked) => looked,
        Err(fault) => return none(fault),
    };
    if looked.enabled == Fact::Known(false) {
        return none(not_enabled(&assignment.issue));
    }
    let as_start = as_start(order);
    let turn = context.gate.turn().await;
    let (policy, mut facts) = weigh(context, &assignment.issue.repo).await;
    look_for_duplicates(context, &as_start, &mut facts).await;
    let leave = |judged: &Judgement| {
        judged
            .grant_assignment(assignment, &looked.standing, order.reason.as_deref(), order.again)
            .map_err(|why| refused(judged, why, &looked.standing))
    };
    let what = What { action: Action::Assign, body: assignment.body_text(), once: None };
    let (judged, granted) = pass(context, &as_start, (&policy, &mut facts), what, leave).await;
    drop(turn);
    let result = match granted {
        Ok((leave, intent)) => send(context, order, &leave, (intent.at, looked.standing)).await,
        Err(no) => Err(no.into()),
    };
    Answer { result, judged: Some(judged), facts, policy: Some(policy) }
}

/// What the gate would say now. Nothing is claimed or sent, and no assignment follows from it.
pub async fn judge(context: &Context, order: &AssignOrder) -> Judgement {
    super::start::judge(context, &as_start(order)).await
}

/// Why it would not be sent as it stands, by what was read and judged.
pub fn in_the_way(order: &AssignOrder, looked: &Looked, judged: &Judgement) -> Option<Fault> {
    if looked.enabled == Fact::Known(false) {
        return Some(not_enabled(&order.assignment.issue));
    }
    let granted =
        judged.grant_assignment(&order.assignment, &looked.standing, order.reason.as_deref(), order.again).map(drop);
    granted.err().map(|why| refused(judged, why, &looked.standing))
}

/// Here the agent cannot be put in charge of anything.
pub fn not_enabled(issue: &IssueRef) -> Fault {
    let what =
        format!("nothing was sent: the agent cannot be assigned in {}, it is not enabled there for you", issue.repo);
    Fault::new(
        FaultKind::Refused,
        what,
        "have the coding agent enabled for the repository and for you, or start a task",
    )
}

/// The start it comes to, as the gate and the ledger know one.
fn as_start(order: &AssignOrder) -> Order {
    Order {
        ticket: Some(order.assignment.ticket()),
        reason: order.reason.clone(),
        again: order.again,
        ..Order::new(order.id, order.assignment.as_request())
    }
}

fn refused(judged: &Judgement, why: NoGrant, standing: &Standing) -> Fault {
    let fault = refusal(judged, why);
    if why != NoGrant::Duplicate {
        return fault;
    }
    let lines = standing.lines();
    let all = lines.iter().map(Safe::as_str).chain([fault.what.as_str()]).filter(|line| !line.is_empty());
    Fault::new(fault.kind, all.collect::<Vec<_>>().join("; "), &*fault.next_step)
}

/// One POST, and what is recorded of it.
async fn send(
    context: &Context,
    order: &AssignOrder,
    leave: &AssignGrant,
    (at, before): (Instant, Standing),
) -> Result<Assigned, Fault> {
    let assignment = leave.assignment();
    let answer = context.provider.assign_agent(leave).await;
    // From here on: however long the answer took, there is time to look.
    let until = Tick::now() + PATIENCE;
    let failed = match answer {
        Ok(issue) if issue.has_agent() => None,
        // The answer may be older than the change it answers for.
        Ok(_) => match is_in_charge(context, assignment, (at, &before), until, 1).await {
            Some(true) => None,
            Some(false) => Some(left_out(&assignment.issue)),
            None => Some(unseen(&assignment.issue)),
        },
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            // Whether it happened must be known, also where a service that does not answer is otherwise left alone.
            context.provider.insist();
            let seen = is_in_charge(context, assignment, (at, &before), until, u32::MAX).await;
            (seen != Some(true)).then_some(fault)
        }
        Err(fault) => Some(fault),
    };
    if let Some(fault) = failed {
        let what = fault.what.to_string();
        let outcome = if fault.kind == FaultKind::UnknownOutcome {
            Outcome::Unknown(what)
        } else {
            context.gate.rejected(order.id);
            Outcome::Rejected(what)
        };
        context.record(order.id, outcome).await;
        return Err(fault);
    }
    let so_far = format!("the agent is assigned to {}; its task was not seen yet", assignment.issue);
    context.record(order.id, Outcome::Unknown(so_far)).await;
    Ok(Assigned { id: order.id, issue: assignment.issue.clone(), at, before })
}

/// The service leaves out in silence whom it does not let be assigned.
fn left_out(issue: &IssueRef) -> Fault {
    let what =
        format!("not assigned: the service took the call but does not list the agent among the assignees of {issue}");
    let next = "check that the coding agent is enabled for the repository and for you, and that you may write there";
    Fault::new(FaultKind::Permission, what, next)
}

/// It may be in charge all the same: nobody could look again.
fn unseen(issue: &IssueRef) -> Fault {
    let what = format!(
        "the service took the call but did not list the agent among the assignees of {issue}, and the issue could not be read again"
    );
    Fault::new(FaultKind::UnknownOutcome, what, "look at the issue before assigning it again")
}

/// Whether the agent is in charge by now, by so many readings of the service that came to pass. Where it was before, its
/// being listed proves nothing: then only an event since then does. `None`: it could not be read so often in time.
async fn is_in_charge(
    context: &Context,
    assignment: &Assignment,
    (at, before): (Instant, &Standing),
    until: Tick,
    readings: u32,
) -> Option<bool> {
    let issue = &assignment.issue;
    let seen = async {
        let (mut left, mut pause) = (readings, CLOSE);
        while left > 0 {
            tokio::time::sleep(std::mem::replace(&mut pause, GAP)).await;
            let read = if before.assigned {
                match context.provider.timeline(&issue.repo, issue.number, None).await {
                    Ok(Fetched::New { value, .. }) => {
                        Some(assigned_since(&value, at) || new_pull(&value, before, at).is_some())
                    }
                    Ok(Fetched::Same) | Err(_) => None,
                }
            } else {
                context.provider.issue(issue).await.ok().map(|issue| issue.has_agent())
            };
            match read {
                Some(true) => return true,
                Some(false) => left -= 1,
                None => {}
            }
        }
        false
    };
    tokio::time::timeout_at(until, seen).await.ok()
}

fn new_pull(timeline: &Timeline, before: &Standing, at: Instant) -> Option<AgentPull> {
    agent_pulls(timeline).into_iter().rev().find(|pull| before.is_new(pull, at - SKEW))
}

impl Assigned {
    pub fn issue(&self) -> &IssueRef {
        &self.issue
    }

    /// Looks for the agent's pull request and the task behind it, for a minute, and records what was seen.
    pub async fn work(self, context: &Context) -> Work {
        let until = Tick::now() + Duration::from_secs(LOOKED_FOR);
        let mut work = Work::default();
        let _ = tokio::time::timeout_at(until, self.watch(context, &mut work)).await;
        match &work.task {
            Some(task) => context.started(self.id, task).await,
            None => context.record(self.id, Outcome::Confirmed(seen(&self.issue, work.pull.as_ref()))).await,
        }
        work
    }

    /// Ends when both are found. A read that fails is asked again: whoever waits hears of it by the time.
    async fn watch(&self, context: &Context, work: &mut Work) {
        let mut proof: Option<Validator> = None;
        for nth in 0.. {
            tokio::time::sleep(if nth < CLOSE_LOOKS { CLOSE } else { LATER }).await;
            if work.pull.is_none() {
                let timeline = context.provider.timeline(&self.issue.repo, self.issue.number, proof.clone()).await;
                if let Ok(Fetched::New { value, validator }) = timeline {
                    proof = validator;
                    work.pull = new_pull(&value, &self.before, self.at);
                }
            }
            if let Some(pull) = &work.pull {
                work.task = task_of(context, pull).await.ok().flatten();
                if work.task.is_some() {
                    return;
                }
            }
        }
    }
}

/// The task that names this pull request, among the newest of the repository. Never by its time alone.
async fn task_of(context: &Context, wanted: &AgentPull) -> Result<Option<Task>, Fault> {
    let query = TaskQuery { repo: Some(wanted.repo.clone()), by_created: true, ..TaskQuery::default() };
    let Fetched::New { value: page, .. } = context.provider.tasks(&query).await? else { return Ok(None) };
    let mut asked: Vec<(usize, PullRef)> = Vec::new();
    let tasks: Vec<Task> = page.tasks.into_iter().take(MOST_CANDIDATES).collect();
    for (index, task) in tasks.iter().enumerate() {
        for artifact in &task.artifacts {
            if let Artifact::Pull { id, node, .. } = artifact {
                asked.push((index, PullRef { repo: wanted.repo.clone(), id: *id, node: node.clone() }));
            }
        }
    }
    if asked.is_empty() {
        return Ok(None);
    }
    let refs: Vec<PullRef> = asked.iter().map(|(_, pull)| pull.clone()).collect();
    let pulls = context.provider.pulls(&refs).await?;
    let found =
        asked.iter().zip(pulls).find(|(_, pull)| pull.as_ref().is_some_and(|pull| pull.number == wanted.number));
    Ok(found.and_then(|((index, _), _)| tasks.into_iter().nth(*index)))
}

/// Looks for the task of an assignment whose outcome is not known, long after it, and records it if it is there: the one
/// behind the agent's pull request that named the issue at about that time. Where no task comes, that the agent was put
/// in charge then is all that is to be known.
pub(super) async fn settle(context: &Context, intent: &Intent) -> Result<Option<Done>, Fault> {
    let issue = intent.ticket.as_deref().and_then(|ticket| IssueRef::parse(ticket, None));
    let age = context.now() - intent.at;
    // Whoever sent it may still be looking.
    let Some(issue) = issue.filter(|_| age > ON_ITS_WAY) else { return Ok(None) };
    let timeline = context.provider.timeline(&issue.repo, issue.number, None).await?;
    let Fetched::New { value: timeline, .. } = timeline else { return Ok(None) };
    let about_then =
        |pull: &AgentPull| pull.created_at.is_some_and(|at| (intent.at - SKEW..=intent.at + LATEST).contains(&at));
    let pull = agent_pulls(&timeline).into_iter().find(about_then);
    if let Some(pull) = &pull
        && let Some(task) = task_of(context, pull).await?
    {
        // One task is never two starts'.
        let known = Wanted { starting: true, task: Some(task.at.id.raw().to_owned()), ..Wanted::default() };
        if context.blocking(move |ledger| ledger.number(&known)).await? == 0 {
            context.started(intent.id, &task).await;
            return Ok(Some(Done::Task(Box::new(task))));
        }
    } else if age > LATEST && assigned_since(&timeline, intent.at) {
        let detail = seen(&issue, pull.as_ref());
        context.record(intent.id, Outcome::Confirmed(detail.clone())).await;
        return Ok(Some(Done::InCharge(detail)));
    }
    Ok(None)
}

/// What an assignment came to, as far as that was seen long after it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Done {
    Task(Box<Task>),
    /// Without a task that is certainly its own.
    InCharge(String),
}

/// How an assignment without a task stands in the ledger.
fn seen(issue: &IssueRef, pull: Option<&AgentPull>) -> String {
    match pull {
        Some(pull) => format!("#{} → {}#{}", issue.number, pull.repo, pull.number),
        None => format!("#{}", issue.number),
    }
}
