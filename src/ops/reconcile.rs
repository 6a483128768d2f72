//! After an answer that never came, or a program that ended before it came: did the task start or not?
//!
//! ```text
//! intent ──no outcome, or unknown──> looked for ──found──> confirmed
//!                                        └──not found──> stays as it is, looked for again later
//! ```
//!
//! Reads at the service only; what is found goes into the ledger, and nothing is ever sent again.

use std::collections::HashSet;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::assign;
use super::context::Context;
use crate::domain::{Fault, FaultKind, Instant, Task};
use crate::ledger::port::{Action, Intent, Outcome};
use crate::ledger::wanted::Wanted;
use crate::provider::port::{Fetched, TaskQuery};

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// From the claim to the task, where the service was slow.
const LATEST: TimeDelta = TimeDelta::minutes(10);
/// Nobody starts more than a handful of tasks in that time.
const MOST_CANDIDATES: usize = 10;
/// Of the list, newest first.
const MOST_PAGES: usize = 5;
/// Starts of the same prompt that are told from one another.
const MOST_RIVALS: usize = 100;

/// Looks for the task of a start whose outcome is not known, and records it if it is there. `None`: it was not found,
/// which is no proof that it did not start.
pub async fn settle(context: &Context, intent: &Intent) -> Result<Option<Task>, Fault> {
    if intent.action == Action::Assign {
        return Ok(match assign::settle(context, intent).await? {
            Some(assign::Done::Task(task)) => Some(*task),
            Some(assign::Done::InCharge(_)) | None => None,
        });
    }
    if intent.action == Action::AutomationRun {
        return super::automate::run::settle(context, intent).await;
    }
    let found = find_started(context, intent).await?;
    if let Some(task) = &found {
        context.started(intent.id, task).await;
    }
    Ok(found)
}

/// Looks among the viewer's newest tasks of the repository for one with exactly this prompt, created about the time of
/// the claim, that is not known to be another start's.
pub(super) async fn find_started(context: &Context, intent: &Intent) -> Result<Option<Task>, Fault> {
    let viewer = context.provider.viewer().await?;
    if let Some(login) =
        intent.login.as_deref().filter(|login| !viewer.login.raw_for_match().eq_ignore_ascii_case(login))
    {
        let what = format!("it was started as {login}, and this token is another's");
        return Err(Fault::new(FaultKind::Permission, what, "look for it with the token it was started with"));
    }
    let (earliest, latest) = (intent.at - SKEW, intent.at + LATEST);
    let query = TaskQuery {
        repo: Some(intent.repo.clone()),
        creators: vec![viewer.id],
        by_created: true,
        since: Some(earliest),
        ..TaskQuery::default()
    };
    let rivals = rivals(context, intent, earliest).await?;
    let mut candidates: Vec<Task> = created_since(context, &query, earliest).await?;
    candidates.retain(|task| task.created_at <= latest && !rivals.have(intent, task));
    candidates.sort_by_key(|task| (task.created_at - intent.at).abs());
    for candidate in candidates.into_iter().take(MOST_CANDIDATES) {
        let Fetched::New { value: task, .. } = context.provider.task(&candidate.at, None).await? else { continue };
        let prompts = task.sessions.iter().flatten().filter_map(|session| session.prompt.as_ref());
        let hash = |text: &str| <[u8; 32]>::from(Sha256::digest(text.as_bytes()));
        if prompts.into_iter().any(|prompt| Some(hash(prompt.raw_for_match())) == intent.prompt_hash) {
            return Ok(Some(task));
        }
    }
    Ok(None)
}

async fn created_since(context: &Context, query: &TaskQuery, earliest: Instant) -> Result<Vec<Task>, Fault> {
    let Fetched::New { value: mut page, .. } = context.provider.tasks(query).await? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for _ in 1..MOST_PAGES {
        let is_last = page.tasks.iter().any(|task| task.created_at < earliest);
        found.extend(page.tasks.into_iter().filter(|task| task.created_at >= earliest));
        match page.next {
            Some(next) if !is_last => page = context.provider.more_tasks(query, &next).await?,
            _ => return Ok(found),
        }
    }
    found.extend(page.tasks.into_iter().filter(|task| task.created_at >= earliest));
    Ok(found)
}

/// Other starts of the same prompt in the same repository: one task is never two starts'.
struct Rivals {
    /// Tasks that are known to be theirs.
    theirs: HashSet<String>,
    /// When those were claimed of which it is not known.
    lost: Vec<Instant>,
}

async fn rivals(context: &Context, intent: &Intent, since: Instant) -> Result<Rivals, Fault> {
    let same = Wanted {
        action: Some(Action::Start),
        repo: Some(intent.repo.clone()),
        prompt_hash: intent.prompt_hash,
        since: Some(since - LATEST),
        not_rejected: true,
        ..Wanted::default()
    };
    let found = context.blocking(move |ledger| ledger.find(&same, MOST_RIVALS)).await?;
    let mut rivals = Rivals { theirs: HashSet::new(), lost: Vec::new() };
    for entry in found.into_iter().filter(|entry| entry.intent.id != intent.id) {
        match entry.outcome {
            Some((_, Outcome::Confirmed(task))) => drop(rivals.theirs.insert(task)),
            _ => rivals.lost.push(entry.intent.at),
        }
    }
    Ok(rivals)
}

impl Rivals {
    /// It is another's, or nearer to another's claim.
    fn have(&self, intent: &Intent, task: &Task) -> bool {
        let away = |at: Instant| (task.created_at - at).abs();
        self.theirs.contains(task.at.id.raw()) || self.lost.iter().any(|at| away(*at) < away(intent.at))
    }
}
