//! What a judgement rests on, asked of the service and the ledger. Reads only. What the policy does not need is not asked
//! for; what cannot be learnt, or not in full, is unknown and says why.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use super::context::Context;
use super::gate::DAY;
use crate::domain::automation::Listed;
use crate::domain::policy::{Fact, Facts, OpenTask, PastStart, Policy, Spent, Wants};
use crate::domain::{
    Artifact, Fault, FaultKind, Instant, PullRef, PullState, RepoName, ReviewDecision, State, Task, TaskId,
};
use crate::ledger::line::started;
use crate::ledger::port::Outcome;
use crate::ledger::{Entry, Wanted};
use crate::provider::port::{Fetched, TaskQuery};

/// Nobody waits longer for a verdict.
const PATIENCE: Duration = Duration::from_secs(12);
/// Of a list; a longer one is not known in full.
const MOST_PAGES: usize = 10;
/// Tasks whose sessions are read for their cost.
const MOST_COSTS: usize = 60;
/// Starts of a day that are counted.
const MOST_STARTS: usize = 10_000;
/// Pull requests of tasks nobody has touched for longer are not looked for.
const PULLS_SINCE: TimeDelta = TimeDelta::days(90);

/// Gathers what the policy needs for a repository.
pub async fn gather(context: &Context, policy: &Policy, repo: &RepoName) -> Facts {
    let wants = policy.wants(repo);
    gather_wanted(context, wants, repo).await
}

pub(super) async fn gather_wanted(context: &Context, wants: Wants, repo: &RepoName) -> Facts {
    let now = context.now();
    let no_token = OnceLock::new();
    let (login, default_branch, open, own, pulls, spent, spent_all, automations) = tokio::join!(
        ask(&no_token, wants.login, async { Ok(context.provider.viewer().await?.login.raw_for_match().to_owned()) }),
        ask(&no_token, wants.default_branch, async {
            Ok(context.provider.default_branch(repo).await?.raw_for_match().to_owned())
        }),
        ask(&no_token, wants.open, open_tasks(context, Some(repo))),
        ask(&no_token, wants.own, open_tasks(context, None)),
        ask(&no_token, wants.pulls, open_pulls(context, repo, now)),
        ask(&no_token, wants.spent, spent(context, Some(repo), now)),
        ask(&no_token, wants.spent_all, spent(context, None, now)),
        ask(&no_token, wants.automations, automations(context, repo)),
    );
    let starts = starts(context, None).await;
    let unaccepted = no_token.into_inner();
    Facts { at: Some(now), login, default_branch, open, own, starts, pulls, spent, spent_all, automations, unaccepted }
}

/// One fact, within the patience there is. `no_token`: why there is none where it is for the token.
async fn ask<T>(no_token: &OnceLock<Fault>, wanted: bool, question: impl Future<Output = Result<T, Fault>>) -> Fact<T> {
    if !wanted {
        return Fact::Unasked;
    }
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(Ok(answer)) => Fact::Known(answer),
        Ok(Err(fault)) => {
            if fault.kind == FaultKind::Authentication {
                no_token.get_or_init(|| fault.clone());
            }
            Fact::Unknown(fault.what)
        }
        Err(_) => Fact::unknown(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

fn in_part(what: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::TooLarge, what, "look at the service itself")
}

/// The whole of a list, or a fault: a part of it would pass for less than there is.
async fn whole_list(context: &Context, query: &TaskQuery) -> Result<Vec<Task>, Fault> {
    let Fetched::New { value: mut page, .. } = context.provider.tasks(query).await? else {
        return Err(in_part("the service sent no list"));
    };
    let mut tasks = Vec::new();
    for left in (0..MOST_PAGES).rev() {
        if page.unreadable > 0 {
            return Err(in_part(format!("{} tasks of the list cannot be read", page.unreadable)));
        }
        tasks.append(&mut page.tasks);
        let Some(next) = page.next else { return Ok(tasks) };
        if left > 0 {
            page = context.provider.more_tasks(query, &next).await?;
        } else {
            break;
        }
    }
    Err(in_part(format!("the list is longer than {} tasks", tasks.len())))
}

/// Open tasks of a repository; `None`: the viewer's own in all of them.
async fn open_tasks(context: &Context, repo: Option<&RepoName>) -> Result<Vec<OpenTask>, Fault> {
    let states = vec![State::Queued, State::InProgress, State::WaitingForUser, State::Idle];
    let query = TaskQuery { repo: repo.cloned(), per_page: Some(100), states, ..TaskQuery::default() };
    let tasks = whole_list(context, &query).await?;
    let at_work = |task: &Task| matches!(task.state, State::Queued | State::InProgress);
    let open = tasks.into_iter().filter(|task| task.state.is_active());
    Ok(open.map(|task| OpenTask { at_work: at_work(&task), id: task.at.id }).collect())
}

/// Open pull requests of agents that nobody has reviewed.
async fn open_pulls(context: &Context, repo: &RepoName, now: Instant) -> Result<u64, Fault> {
    let query = TaskQuery {
        repo: Some(repo.clone()),
        per_page: Some(100),
        since: Some(now - PULLS_SINCE),
        ..TaskQuery::default()
    };
    let tasks = whole_list(context, &query).await?;
    let mut refs: Vec<PullRef> = Vec::new();
    for artifact in tasks.into_iter().flat_map(|task| task.artifacts) {
        if let Artifact::Pull { id, node, state } = artifact
            && !matches!(state, Some(PullState::Closed | PullState::Merged))
            && !refs.iter().any(|known| known.id == id)
        {
            refs.push(PullRef { repo: repo.clone(), id, node });
        }
    }
    if refs.is_empty() {
        return Ok(0);
    }
    let pulls = context.provider.pulls(&refs).await?;
    let hidden = pulls.iter().filter(|pull| pull.is_none()).count() + refs.len().saturating_sub(pulls.len());
    if hidden > 0 {
        return Err(in_part(format!("{hidden} of {} pull requests cannot be seen", refs.len())));
    }
    let unreviewed =
        |review: &ReviewDecision| !matches!(review, ReviewDecision::Approved | ReviewDecision::ChangesRequested);
    let open = pulls.iter().flatten().filter(|pull| matches!(pull.state, PullState::Open | PullState::Draft));
    Ok(open.filter(|pull| unreviewed(&pull.review)).count() as u64)
}

/// What the sessions of the last day cost.
async fn spent(context: &Context, repo: Option<&RepoName>, now: Instant) -> Result<Spent, Fault> {
    let since = now - DAY;
    let query = TaskQuery { repo: repo.cloned(), per_page: Some(100), since: Some(since), ..TaskQuery::default() };
    let tasks = whole_list(context, &query).await?;
    if tasks.len() > MOST_COSTS {
        return Err(in_part(format!("{} tasks had sessions in a day, {MOST_COSTS} are read at most", tasks.len())));
    }
    let read = |task: Task| async move {
        match context.provider.task(&task.at, None).await? {
            Fetched::New { value, .. } => Ok(value),
            Fetched::Same => Err(in_part("the service sent no task")),
        }
    };
    let mut answers = stream::iter(tasks.into_iter().map(read)).buffer_unordered(4);
    let mut spent = Spent::default();
    let mut costs = Vec::new();
    while let Some(task) = answers.next().await {
        let task: Task = task?;
        let sessions = task.sessions.ok_or_else(|| in_part("the sessions of a task cannot be read"))?;
        for session in sessions.iter().filter(|session| session.created_at >= since) {
            match session.usage {
                Some(usage) => costs.push(usage),
                None if session.state.is_active() => spent.running += 1,
                None if session.is_mirrored() => {}
                None => return Err(in_part("a session that ended tells no cost")),
            }
        }
    }
    spent.cost = costs.into_iter().collect();
    Ok(spent)
}

/// Automations of a repository.
async fn automations(context: &Context, repo: &RepoName) -> Result<u64, Fault> {
    match context.automations()?.of_repo(repo).await? {
        Listed::Here { automations, unreadable: 0, more: false } => Ok(automations.len() as u64),
        Listed::Here { .. } => Err(in_part("the list of automations cannot be read in full")),
        Listed::NotHere => Ok(0),
    }
}

/// Starts of the last day. `before`: only those recorded before this one.
pub(super) async fn starts(context: &Context, before: Option<Uuid>) -> Fact<Vec<PastStart>> {
    let now = context.now();
    let wanted = Wanted::starts(now - DAY);
    let entries = match context.blocking(move |ledger| ledger.find(&wanted, MOST_STARTS)).await {
        Ok(entries) => entries,
        Err(fault) => return Fact::Unknown(fault.what),
    };
    if entries.len() == MOST_STARTS {
        return Fact::unknown(format!("the ledger has more than {MOST_STARTS} starts of a day"));
    }
    let past = |entry: &Entry| (entry.intent.id, past_start(entry, now));
    match before {
        None => Fact::Known(context.gate.correct(entries.iter().map(past).collect())),
        Some(id) => {
            // Newest first, in the order of writing: what stands behind it was there before.
            let older = entries.iter().skip_while(|entry| entry.intent.id != id).skip(1);
            Fact::Known(older.map(past).map(|(_, start)| start).collect())
        }
    }
}

fn past_start(entry: &Entry, now: Instant) -> PastStart {
    let outcome = entry.outcome.as_ref().map(|(_, outcome)| outcome);
    PastStart {
        age: now - entry.intent.at,
        repo: entry.intent.repo.clone(),
        prompt_hash: entry.intent.prompt_hash,
        ticket: entry.intent.ticket.clone(),
        task: outcome.and_then(|outcome| started(&entry.intent, outcome)).map(TaskId::new),
        rejected: matches!(outcome, Some(Outcome::Rejected(_))),
    }
}
