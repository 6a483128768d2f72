//! Write a comment on a pull request. One that says `@copilot` is an order to the agent. There is no other way to write
//! one: what is said to the agent about a task ([`super::follow_up`]) goes through here, too.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use chrono::TimeDelta;
use serde_json::json;

use super::context::Context;
use super::on_pull::once;
use crate::domain::{Fault, Happened, Instant, PullOrder, RepoName, TaskId, TimelineEvent, Viewer};
use crate::ledger::Wanted;
use crate::ledger::port::{Action, Entry, Intent, Outcome};
use crate::provider::port::{Call, Fetched};
use crate::text::Safe;

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// From the claim to the comment, where the service was slow.
const LATEST: TimeDelta = TimeDelta::minutes(10);
/// Comments of the same words that are told from one another.
const MOST_RIVALS: usize = 200;

/// What is to be written, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub id: uuid::Uuid,
    pub repo: &'a RepoName,
    /// The pull request's.
    pub number: u64,
    /// The task it is about, where it is about one.
    pub task: Option<&'a TaskId>,
    pub body: &'a str,
}

/// One that was, or may have been, written from here.
#[derive(Clone, Debug)]
pub(super) struct Sought<'a> {
    pub id: uuid::Uuid,
    pub repo: &'a RepoName,
    pub number: u64,
    pub words: Cow<'a, str>,
    pub claimed_at: Instant,
}

impl<'a> Sought<'a> {
    /// `None`: it does not say on which pull request.
    pub fn of(intent: &'a Intent) -> Option<Self> {
        let Intent { id, repo, at, .. } = intent;
        Some(Self { id: *id, repo, number: intent.pull?, words: intent.comment(), claimed_at: *at })
    }
}

pub(super) async fn comment(context: &Context, order: &PullOrder, body: &str) -> Result<Safe, Fault> {
    let target = &order.target;
    write(context, Text { id: order.id, repo: &target.at.repo, number: target.number, task: None, body }).await?;
    Ok(Safe::new(format!("commented on {}", target.name())))
}

/// Claimed, sent once, recorded. When it was claimed: answers to it are no older.
pub(super) async fn write(context: &Context, text: Text<'_>) -> Result<Instant, Fault> {
    let Text { repo, number, body, .. } = text;
    let mut intent = context.intent(text.id, Action::Comment, repo, json!({ "body": body }).to_string()).await;
    intent.task = text.task.map(|task| task.raw().to_owned());
    intent.pull = Some(number);
    let claimed_at = intent.at;
    let sought = &Sought { id: text.id, repo, number, words: body.into(), claimed_at };
    let send = async {
        context.provider.comment(repo, number, body).await?;
        Ok(format!("comment on #{number}"))
    };
    let look = || -> Call<'_, Option<String>> {
        Box::pin(async move {
            let found = find(context, sought).await?;
            Ok(found.map(|_| format!("comment on #{number}, found")))
        })
    };
    once(context, intent, send, look).await?;
    Ok(claimed_at)
}

/// Reads the pull request's story for it: when it was written, if it shows.
async fn find(context: &Context, sought: &Sought<'_>) -> Result<Option<Instant>, Fault> {
    let Fetched::New { value, .. } = context.provider.timeline(sought.repo, sought.number, None).await? else {
        return Ok(None);
    };
    let viewer = context.provider.viewer().await?;
    find_in(context, sought, &value.events, &viewer).await
}

/// The same in a story that was read already. One event is never two comments': those of the same words that are known
/// to be written take the events nearest to them, and of those nobody knows the nearest has it.
pub(super) async fn find_in(
    context: &Context,
    sought: &Sought<'_>,
    events: &[TimelineEvent],
    viewer: &Viewer,
) -> Result<Option<Instant>, Fault> {
    let me = viewer.login.raw_for_match();
    let is_it = |event: &&TimelineEvent| {
        event.what == Happened::Commented
            && event.by.as_ref().is_some_and(|by| by.raw_for_match().eq_ignore_ascii_case(me))
            && event.text.as_ref().is_some_and(|text| same(text.raw_for_match(), &sought.words))
    };
    let mut written: Vec<Instant> = events.iter().filter(is_it).filter_map(|event| event.at).collect();
    let (claimed_at, ours) = (sought.claimed_at, near(sought.claimed_at));
    if !written.iter().any(|at| ours.contains(at)) {
        return Ok(None);
    }
    let (theirs, lost) = rivals(context, sought).await?;
    for claimed in theirs {
        take_nearest(&mut written, claimed);
    }
    let away = |at: &Instant, claim: Instant| (*at - claim).abs();
    written.retain(|at| ours.contains(at) && lost.iter().all(|claim| away(at, claimed_at) <= away(at, *claim)));
    Ok(written.into_iter().min_by_key(|at| away(at, claimed_at)))
}

/// When one that was claimed then may have been written.
fn near(claimed: Instant) -> RangeInclusive<Instant> {
    claimed - SKEW..=claimed + LATEST
}

fn take_nearest(written: &mut Vec<Instant>, claimed: Instant) {
    let near = near(claimed);
    let candidates = written.iter().enumerate().filter(|(_, at)| near.contains(at));
    if let Some((nearest, _)) = candidates.min_by_key(|(_, at)| (**at - claimed).abs()) {
        written.remove(nearest);
    }
}

/// When others of the same words were claimed on the same pull request: those known to be written, oldest first, and
/// those of which nobody knows.
async fn rivals(context: &Context, sought: &Sought<'_>) -> Result<(Vec<Instant>, Vec<Instant>), Fault> {
    let wanted = Wanted {
        action: Some(Action::Comment),
        repo: Some(sought.repo.clone()),
        since: Some(sought.claimed_at - SKEW - LATEST),
        not_rejected: true,
        ..Wanted::default()
    };
    let host = context.provider.authority().host;
    let mut found = context.blocking(move |ledger| ledger.find(&wanted, MOST_RIVALS)).await?;
    found.retain(|Entry { intent, .. }| {
        let elsewhere = intent.pull != Some(sought.number) || intent.host != host.as_str();
        intent.id != sought.id && !elsewhere && same(&intent.comment(), &sought.words)
    });
    found.sort_by_key(|entry| entry.intent.at);
    let (theirs, lost): (Vec<Entry>, Vec<Entry>) =
        found.into_iter().partition(|entry| matches!(entry.outcome, Some((_, Outcome::Confirmed(_)))));
    let at = |entries: Vec<Entry>| entries.iter().map(|entry| entry.intent.at).collect();
    Ok((at(theirs), at(lost)))
}

/// The service may end lines otherwise and drop blanks at the ends.
pub(super) fn same(there: &str, here: &str) -> bool {
    there.trim().lines().map(str::trim_end).eq(here.trim().lines().map(str::trim_end))
}
