//! Everything that was done from here and of which nobody knows what became of it, looked for. Reads at the service only;
//! what is proved goes into the ledger, and nothing is ever sent again.
//!
//! ```text
//! intent ──no outcome, or unknown──> where it would show ──it shows, done by us, at that time──> confirmed
//!                                                  └──it does not──> stays as it is: that it is not seen proves nothing
//! ```
//!
//! | done | shows as |
//! |---|---|
//! | a start, an assigned issue | a task of this login with this prompt; the agent's pull request that names the issue |
//! | a cancel | the end of its run and session |
//! | a comment, an approval, a request for a review, ready, closed | an event of the pull request's own story |
//! | a workflow that was let run | the run, which waits no more |

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::assign;
use super::automate;
use super::cancel::{self, Patience};
use super::comment::{self, Sought};
use super::context::Context;
use super::reconcile;
use crate::domain::{CancelTarget, Conclusion, Fault, FaultKind, Happened, RepoName, RunId, Task, TimelineEvent};
use crate::ledger::Wanted;
use crate::ledger::port::{Action, Entry, Intent, Outcome};
use crate::provider::port::Fetched;

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// From the claim to the event, where the service was slow.
const LATEST: TimeDelta = TimeDelta::minutes(10);
/// What is on its way is its own to answer.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(30);
/// What is older is for a person to look at.
const LOOKED_AFTER: TimeDelta = TimeDelta::days(1);
const NO_TASK: &str = "no task that is certainly its own is found";
/// Reports of one look at a cancel.
const REPORTS: usize = 8;

/// What came of looking for one.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// It is this task.
    Started(Box<Task>),
    /// It happened: what was seen.
    Confirmed(String),
    /// It came to nothing: what was seen.
    Rejected(String),
    /// It is not known still, and why.
    Open(String),
}

/// What has no known outcome, oldest first, of whatever age. `repos`: of these; none named: of all.
pub async fn open(context: &Context, repos: &[RepoName]) -> Result<Vec<Entry>, Fault> {
    let mut open = context.blocking(|ledger| ledger.unresolved()).await?;
    open.retain(|entry| repos.is_empty() || repos.contains(&entry.intent.repo));
    Ok(open)
}

/// What has no known outcome and is looked for without anybody asking: of the last day, at this service, oldest first.
/// A cancel is not among it: its own life-cycle is taken up ([`cancel::take_up`]).
pub async fn waiting(context: &Context) -> Result<Vec<Entry>, Fault> {
    let (host, since) = (context.provider.authority().host, context.now() - LOOKED_AFTER);
    let mut waiting = open(context, &[]).await?;
    waiting.retain(|Entry { intent, .. }| {
        let is_cancel = matches!(intent.action, Action::Cancel | Action::ForceCancel);
        !is_cancel && intent.host == host.as_str() && intent.at >= since
    });
    Ok(waiting)
}

/// What is recorded of one; `None`: nothing, or it was never claimed.
pub async fn outcome(context: &Context, id: Uuid) -> Result<Option<Outcome>, Fault> {
    let wanted = Wanted { id: Some(id), ..Wanted::default() };
    let found = context.blocking(move |ledger| ledger.find(&wanted, 1)).await?;
    Ok(found.into_iter().next().and_then(|entry| entry.outcome).map(|(_, outcome)| outcome))
}

/// Looks for what became of one because somebody asks. A fault is that it could not be looked for.
pub async fn settle(context: &Context, entry: &Entry) -> Result<Settled, Fault> {
    let intent = &entry.intent;
    let here = context.provider.authority().host;
    if here.as_str() != intent.host {
        // A host with a port is no name of GitHub's: it was an address of its own.
        let option = if intent.host.contains(':') { "--api-url http://" } else { "--host " };
        return Ok(Settled::Open(format!("it was sent to {}: look with {option}{}", intent.host, intent.host)));
    }
    // A service that is otherwise left alone is asked at once.
    context.provider.insist();
    look(context, entry).await
}

/// Looks for what became of one that was sent to this service.
pub async fn look(context: &Context, entry: &Entry) -> Result<Settled, Fault> {
    let intent = &entry.intent;
    if entry.outcome.is_none() && context.now() - intent.at < ON_ITS_WAY {
        return Ok(Settled::Open("it is on its way: its answer may still come".to_owned()));
    }
    let seen = match intent.action {
        // What is found of these is recorded already.
        Action::Assign => {
            return Ok(match assign::settle(context, intent).await? {
                Some(assign::Done::Task(task)) => Settled::Started(task),
                Some(assign::Done::InCharge(seen)) => Settled::Confirmed(seen),
                None => Settled::Open(NO_TASK.to_owned()),
            });
        }
        Action::Start | Action::AutomationRun => {
            let task = reconcile::settle(context, intent).await?;
            return Ok(task.map_or_else(|| Settled::Open(NO_TASK.to_owned()), |task| Settled::Started(Box::new(task))));
        }
        Action::Cancel | Action::ForceCancel => return cancelled(context, entry).await,
        Action::AutomationCreate
        | Action::AutomationEdit
        | Action::AutomationEnable
        | Action::AutomationDisable
        | Action::AutomationDelete => {
            return Ok(if automate::settle(context, intent).await? {
                Settled::Confirmed("the automation is as it was to be".to_owned())
            } else {
                Settled::Open("the automation does not show that it was done".to_owned())
            });
        }
        Action::ApproveRun => runs(context, intent).await?,
        Action::Comment | Action::MarkReady | Action::RequestReview | Action::Approve | Action::Close => {
            on_pull(context, intent).await?
        }
    };
    let Some(seen) = seen else {
        return Ok(Settled::Open("it does not show that it was done".to_owned()));
    };
    context.record(intent.id, Outcome::Confirmed(seen.clone())).await;
    Ok(Settled::Confirmed(seen))
}

/// One look at run and session; their ends are recorded by whoever looks.
async fn cancelled(context: &Context, entry: &Entry) -> Result<Settled, Fault> {
    let Some(open) = cancel::of_entries(vec![entry.clone()]).pop() else {
        return Ok(Settled::Open("the ledger does not say which run was to end".to_owned()));
    };
    if let Some(words) = still_ending(context, &open.target, entry).await? {
        return Ok(Settled::Open(words));
    }
    let once = Patience { run: TimeDelta::zero(), session: TimeDelta::zero(), ..Patience::default() };
    let (report, mut reports) = mpsc::channel(REPORTS);
    let heard = async { while reports.recv().await.is_some() {} };
    tokio::join!(cancel::take_up(context, &open, once, report), heard);
    let outcome = outcome(context, entry.intent.id).await?;
    Ok(match outcome {
        Some(Outcome::Confirmed(detail)) => Settled::Confirmed(detail),
        Some(Outcome::Rejected(detail)) => Settled::Rejected(detail),
        _ => Settled::Open("its run was not seen to end".to_owned()),
    })
}

/// The session of a run that has ended is given the time a cancel gives it: until then it is no orphan.
async fn still_ending(context: &Context, target: &CancelTarget, entry: &Entry) -> Result<Option<String>, Fault> {
    let Some(run) = entry.intent.run else { return Ok(None) };
    let run = context.provider.run(&target.task.repo, RunId(run)).await?;
    let patience = Patience::default().session;
    if !run.is_completed() || context.now() - run.updated_at >= patience {
        return Ok(None);
    }
    let Fetched::New { value: task, .. } = context.provider.task(&target.task, None).await? else { return Ok(None) };
    let session = task.sessions.iter().flatten().find(|session| Some(&session.id) == target.session.as_ref());
    let works = task.state.is_active() && session.is_none_or(|session| session.state.is_active());
    let words = "its run has ended, and its session still says that it works: look again in two minutes".to_owned();
    Ok(works.then_some(words))
}

/// Whether the workflow waits no more.
async fn runs(context: &Context, intent: &Intent) -> Result<Option<String>, Fault> {
    let Some(run) = intent.run.map(RunId) else { return Ok(None) };
    let now = context.provider.run(&intent.repo, run).await?;
    let waits = now.conclusion == Some(Conclusion::ActionRequired);
    Ok((!waits).then(|| format!("run {run} does not wait any more")))
}

/// The event of the pull request that this would have made: by this login, at about that time, saying the same.
async fn on_pull(context: &Context, intent: &Intent) -> Result<Option<String>, Fault> {
    let Some(number) = intent.pull else { return Ok(None) };
    let viewer = context.provider.viewer().await?;
    let me = viewer.login.raw_for_match();
    if let Some(login) = intent.login.as_deref().filter(|login| !me.eq_ignore_ascii_case(login)) {
        let what = format!("it was done as {login}, and this token is another's");
        return Err(Fault::new(FaultKind::Permission, what, "look for it with the token it was done with"));
    }
    let Fetched::New { value: story, .. } = context.provider.timeline(&intent.repo, number, None).await? else {
        return Ok(None);
    };
    let (earliest, latest) = (intent.at - SKEW, intent.at + LATEST);
    let is_ours = |event: &&TimelineEvent| {
        event.at.is_some_and(|at| (earliest..=latest).contains(&at))
            && event.by.as_ref().is_some_and(|by| by.raw_for_match().eq_ignore_ascii_case(me))
    };
    let mut ours = story.events.iter().filter(is_ours);
    Ok(match intent.action {
        Action::Comment => {
            let Some(sought) = Sought::of(intent) else { return Ok(None) };
            let found = comment::find_in(context, &sought, &story.events, &viewer).await?;
            found.map(|_| format!("comment on #{number}, found"))
        }
        Action::MarkReady => ours.any(|event| is(event, "ready_for_review")).then(|| "it is no draft any more".into()),
        Action::Close => ours.any(|event| is(event, "closed")).then(|| "it is closed".into()),
        Action::Approve => {
            let commit = intent.request.rsplit(' ').next().unwrap_or_default();
            ours.any(|event| approves(event, commit)).then(|| format!("a review of this login approves {commit}"))
        }
        Action::RequestReview => {
            let events: Vec<&TimelineEvent> = ours.filter(|event| is(event, "review_requested")).collect();
            let names = intent.reviewers();
            let asked = |name: &String| events.iter().any(|event| asks(event, name));
            (!names.is_empty() && names.iter().all(asked)).then(|| format!("{} asked", names.join(", ")))
        }
        _ => None,
    })
}

fn is(event: &TimelineEvent, word: &str) -> bool {
    matches!(&event.what, Happened::Other(other) if other.raw_for_match() == word)
}

/// A review that approves the commit: its record names it in full, the intent by its first letters.
fn approves(event: &TimelineEvent, commit: &str) -> bool {
    let Happened::Reviewed(word) = &event.what else { return false };
    let record: Value = serde_json::from_str(event.record.raw_for_match()).unwrap_or_default();
    let of = record.get("commit_id").and_then(Value::as_str);
    word.raw_for_match().eq_ignore_ascii_case("approved") && of.is_none_or(|of| of.starts_with(commit))
}

/// The event names a person as `requested_reviewer`, a team as `requested_team`.
fn asks(event: &TimelineEvent, name: &str) -> bool {
    let record: Value = serde_json::from_str(event.record.raw_for_match()).unwrap_or_default();
    let said =
        |at: &str| record.pointer(at).and_then(Value::as_str).is_some_and(|said| said.eq_ignore_ascii_case(name));
    ["/requested_reviewer/login", "/requested_team/slug", "/requested_team/name"].into_iter().any(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_speaks_for_the_commit_it_names() {
        let event = |word: &str, record: &str| TimelineEvent {
            at: None,
            what: Happened::Reviewed(word.into()),
            by: None,
            app: None,
            text: None,
            record: record.into(),
        };
        assert!(approves(&event("APPROVED", r#"{"commit_id":"abcdef12"}"#), "abcdef1"));
        assert!(approves(&event("approved", r#"{"commit_id":null}"#), "abcdef1"), "the service does not say which");
        assert!(!approves(&event("approved", r#"{"commit_id":"0bcdef12"}"#), "abcdef1"));
        assert!(!approves(&event("commented", r#"{"commit_id":"abcdef12"}"#), "abcdef1"));
    }
}
