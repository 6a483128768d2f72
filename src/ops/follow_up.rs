//! Write to the agent on its pull request, and look what it does about it.
//!
//! Intent, one POST, outcome, as everywhere. An answer that never came is settled by reading the pull request's own story
//! back; a comment is never written twice by itself.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::Instant as Tick;

use super::context::Context;
use crate::domain::follow_up::{Comment, Step, Told};
use crate::domain::{Fault, FaultKind, Happened, Instant, TimelineEvent};
use crate::ledger::port::{Action, Outcome};
use crate::provider::port::Fetched;

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// Nobody waits longer to hear whether a comment arrived.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks for what the agent does about it, and for how long it is looked.
const EVERY: Duration = Duration::from_secs(20);
const FOR: Duration = Duration::from_mins(15);

/// Writes it and reports each step, until the agent has done with it or long enough was looked. Nobody has to listen.
pub async fn follow_up(context: &Context, comment: &Comment, report: mpsc::Sender<Told>) {
    let tell = async |step: Step| {
        let told = Told { comment: comment.id, task: comment.task.clone(), at: context.now(), step };
        let _ = report.send(told).await;
    };
    tell(Step::Sending).await;
    match write(context, comment).await {
        Ok(written_at) => {
            tell(Step::Written).await;
            watch(context, comment, written_at, &report).await;
        }
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => tell(Step::Unknown(fault)).await,
        Err(fault) => tell(Step::Refused(fault)).await,
    }
}

/// Writes it. Returns from when on its answers are looked for.
pub async fn write(context: &Context, comment: &Comment) -> Result<Instant, Fault> {
    if let Some(why) = Comment::fault(&comment.text) {
        return Err(Fault::new(FaultKind::Refused, why, "change the text"));
    }
    let repo = &comment.task.repo;
    let mut intent = context.intent(comment.id, Action::Comment, repo, comment.text.clone());
    intent.task = Some(comment.task.id.raw().to_owned());
    intent.pull = Some(comment.number);
    let claimed_at = intent.at;
    context.claim(intent).await?;
    let (outcome, result) = match context.provider.comment(repo, comment.number, &comment.text).await {
        Ok(()) => (Outcome::Confirmed(format!("comment on #{}", comment.number)), Ok(claimed_at)),
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
            context.provider.insist();
            let look = find_written(context, comment, claimed_at);
            match tokio::time::timeout(PATIENCE, look).await {
                Ok(Ok(true)) => (Outcome::Confirmed(format!("comment on #{}, found", comment.number)), Ok(claimed_at)),
                _ => (Outcome::Unknown(fault.what.to_string()), Err(fault)),
            }
        }
        Err(fault) => (Outcome::Rejected(fault.what.to_string()), Err(fault)),
    };
    context.record(comment.id, outcome).await;
    result
}

/// Whether the comment stands on the pull request.
async fn find_written(context: &Context, comment: &Comment, claimed_at: Instant) -> Result<bool, Fault> {
    let viewer = context.provider.viewer().await?;
    let Fetched::New { value: timeline, .. } =
        context.provider.timeline(&comment.task.repo, comment.number, None).await?
    else {
        return Ok(false);
    };
    let login = viewer.login.raw_for_match();
    Ok(timeline.events.iter().any(|event| {
        event.what == Happened::Commented
            && event.at.is_some_and(|at| at >= claimed_at - SKEW)
            && event.by.as_ref().is_some_and(|by| by.raw_for_match().eq_ignore_ascii_case(login))
            && event.text.as_ref().is_some_and(|text| same(text.raw_for_match(), &comment.text))
    }))
}

/// The service may end lines otherwise and drop blanks at the ends.
fn same(there: &str, here: &str) -> bool {
    there.trim().lines().map(str::trim_end).eq(here.trim().lines().map(str::trim_end))
}

/// What happens on the pull request after it, as far as the agent does it.
async fn watch(context: &Context, comment: &Comment, written_at: Instant, report: &mpsc::Sender<Told>) {
    let begun = Tick::now();
    let mut validator = None;
    let mut told = 0;
    while begun.elapsed() < FOR && !report.is_closed() {
        tokio::time::sleep(EVERY).await;
        let look = context.provider.timeline(&comment.task.repo, comment.number, validator.clone()).await;
        let Ok(Fetched::New { value: timeline, validator: proof }) = look else { continue };
        validator = proof;
        let after = |event: &&TimelineEvent| event.at.is_some_and(|at| at >= written_at - SKEW);
        let steps: Vec<(Instant, Step)> = timeline.events.iter().filter(after).filter_map(step).collect();
        // What is in it after our own words; a work that ended just before does not count.
        let from = timeline
            .events
            .iter()
            .filter(after)
            .find(|event| event.text.as_ref().is_some_and(|text| same(text.raw_for_match(), &comment.text)))
            .and_then(|event| event.at)
            .unwrap_or(written_at);
        let steps: Vec<_> = steps.into_iter().filter(|(at, _)| *at >= from).collect();
        for (at, step) in steps.iter().skip(told) {
            let step = step.clone();
            let over = matches!(step, Step::Finished | Step::Failed);
            let _ = report.send(Told { comment: comment.id, task: comment.task.clone(), at: *at, step }).await;
            if over {
                return;
            }
        }
        told = told.max(steps.len());
    }
}

/// What the agent does; what people do is no answer of its.
fn step(event: &TimelineEvent) -> Option<(Instant, Step)> {
    let is_agent = |name: &str| {
        let name = name.trim_end_matches("[bot]");
        ["copilot", "copilot-swe-agent"].iter().any(|agent| name.eq_ignore_ascii_case(agent))
    };
    let by_agent = [&event.app, &event.by].into_iter().flatten().any(|name| is_agent(name.raw_for_match()));
    let step = match &event.what {
        Happened::WorkStarted => Step::Began,
        Happened::WorkFinished => Step::Finished,
        Happened::WorkFailed => Step::Failed,
        Happened::Commented if by_agent => Step::Answered(event.text.clone()?),
        _ => return None,
    };
    Some((event.at?, step))
}
