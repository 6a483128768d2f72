//! Write to the agent on its pull request, and look what it does about it.
//!
//! Intent, one POST, outcome, as everywhere. An answer that never came is settled by reading the pull request's own story
//! back; a comment is never written twice by itself. What was written before a restart is known from the ledger: its
//! answers are looked for again.
//!
//! ```text
//! comment ─> claimed ─> sent ─> written ──────────> looked for, every 20 s ──the agent is done, or 15 min──> over
//! restart ─> the ledger's of 24 h ─┬ written ───────────^ once at the least
//!                                  └ nobody knows ─ it shows ─^   (it does not: stays open)
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::Instant as Tick;

use super::comment::{self, Sought, Text};
use super::context::Context;
use crate::domain::follow_up::{Comment, Earlier, Step, Told};
use crate::domain::{Fault, FaultKind, Happened, Instant, RepoName, TaskId, TaskRef, TimelineEvent};
use crate::ledger::Wanted;
use crate::ledger::port::{Action, Entry, Outcome};
use crate::provider::port::Fetched;
use crate::text::Untrusted;

/// Our clock and the service's may differ by this much.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// Between two looks for what the agent does about it, and for how long it is looked.
const EVERY: Duration = Duration::from_secs(20);
const FOR: Duration = Duration::from_mins(15);

/// After a restart answers are looked for on what was written in this time before it: whoever wrote in the evening finds
/// them in the morning.
pub const LOOKED_FOR: TimeDelta = TimeDelta::hours(24);
/// Of more comments than these only the newest are looked after.
const MOST: usize = 20;
/// Entries of the ledger that are looked through for them.
const READ: usize = 500;
/// What is on its way is its own to answer.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(30);

/// Who says when a question that nobody waits for may be asked.
pub trait Turns: Sync {
    /// What is held while the question is asked.
    type Held: Send;

    /// Waits for the turn.
    fn turn(&self) -> impl Future<Output = Self::Held> + Send;
}

/// Writes it and reports each step, until the agent has done with it or long enough was looked. Nobody has to listen.
pub async fn follow_up(context: &Context, comment: &Comment, turns: &impl Turns, report: mpsc::Sender<Told>) {
    let tell = async |step: Step| {
        let told = Told { comment: comment.id, task: comment.task.clone(), at: context.now(), step };
        let _ = report.send(told).await;
    };
    tell(Step::Sending).await;
    match write(context, comment).await {
        Ok(written_at) => {
            tell(Step::Written).await;
            let begun = Tick::now();
            let story = Story::new(comment.clone(), written_at, true, begun + FOR);
            watch(context, vec![story], begun + EVERY, turns, &report).await;
        }
        Err(fault) if fault.kind == FaultKind::UnknownOutcome => tell(Step::Unknown(fault)).await,
        Err(fault) => tell(Step::Refused(fault)).await,
    }
}

/// What was written to the agent in the last [`LOOKED_FOR`], or may have been, oldest first.
pub async fn earlier(context: &Context) -> Result<Vec<Earlier>, Fault> {
    let (now, host) = (context.now(), context.provider.authority().host);
    let wanted = Wanted {
        action: Some(Action::Comment),
        since: Some(now - LOOKED_FOR),
        not_rejected: true,
        ..Wanted::default()
    };
    let entries = context.blocking(move |ledger| ledger.find(&wanted, READ)).await?;
    let ours = |entry: &Entry| {
        let on_its_way = entry.outcome.is_none() && now - entry.intent.at < ON_ITS_WAY;
        entry.intent.host == host.as_str() && !on_its_way
    };
    let mut all: Vec<Earlier> = entries.into_iter().filter(ours).filter_map(recorded).take(MOST).collect();
    all.reverse();
    Ok(all)
}

/// A comment on a task's pull request that asks the agent, out of the ledger.
fn recorded(entry: Entry) -> Option<Earlier> {
    let Entry { intent, outcome } = entry;
    let text = intent.comment().into_owned();
    if Comment::fault(&text).is_some() {
        return None;
    }
    let task = TaskRef { repo: intent.repo, id: TaskId::new(intent.task?) };
    let comment = Comment { id: intent.id, task, number: intent.pull?, text };
    let known = match outcome {
        Some((at, Outcome::Confirmed(_))) => (at, Step::Written),
        Some((at, unknown)) => (at, Step::Unknown(unanswered(unknown.detail()))),
        None => (intent.at, Step::Unknown(unanswered("the program ended before the answer came"))),
    };
    Some(Earlier { comment, at: intent.at, known })
}

fn unanswered(what: &str) -> Fault {
    Fault::new(FaultKind::UnknownOutcome, what, "look at the pull request before it is written again")
}

/// Looks what became of comments of an earlier run, once at the least, and goes on with those that are as young as one
/// of this run would be. One reading of a pull request serves all that was written on it.
pub async fn take_up(context: &Context, earlier: Vec<Earlier>, turns: &impl Turns, report: mpsc::Sender<Told>) {
    let (begun, now) = (Tick::now(), context.now());
    let mut pulls: BTreeMap<(RepoName, u64), Vec<Story>> = BTreeMap::new();
    for Earlier { comment, at, known } in earlier {
        let age = (now - at).to_std().unwrap_or_default();
        let place = (comment.task.repo.clone(), comment.number);
        let story = Story::new(comment, at, known.1 == Step::Written, begun + FOR.saturating_sub(age));
        pulls.entry(place).or_default().push(story);
    }
    let each = pulls.into_values().map(|stories| watch(context, stories, begun, turns, &report));
    futures_util::future::join_all(each).await;
}

/// Writes it. Returns from when on its answers are looked for.
pub async fn write(context: &Context, comment: &Comment) -> Result<Instant, Fault> {
    let Comment { id, task, number, text } = comment;
    if let Some(why) = Comment::fault(text) {
        return Err(Fault::new(FaultKind::Refused, why, "change the text"));
    }
    comment::write(context, Text { id: *id, repo: &task.repo, number: *number, task: Some(&task.id), body: text }).await
}

/// One comment, and how far its story was told.
#[derive(Debug)]
struct Story {
    comment: Comment,
    claimed_at: Instant,
    /// It is known to stand there.
    written: bool,
    told: usize,
    /// The agent has done with it.
    over: bool,
    looked: bool,
    until: Tick,
}

impl Story {
    fn new(comment: Comment, claimed_at: Instant, written: bool, until: Tick) -> Self {
        Self { comment, claimed_at, written, told: 0, over: false, looked: false, until }
    }

    fn goes_on(&self, now: Tick) -> bool {
        !self.over && (now < self.until || !self.looked)
    }

    /// What is new of it.
    fn hear(&mut self, events: &[TimelineEvent]) -> Vec<Told> {
        let after = |event: &&TimelineEvent| event.at.is_some_and(|at| at >= self.claimed_at - SKEW);
        // What is in it after our own words; a work that ended just before does not count.
        let from = events
            .iter()
            .filter(after)
            .find(|event| {
                event.text.as_ref().is_some_and(|text| comment::same(text.raw_for_match(), &self.comment.text))
            })
            .and_then(|event| event.at)
            .unwrap_or(self.claimed_at);
        let steps = events.iter().filter(after).filter_map(step).filter(|(at, _)| *at >= from);
        let mut news = Vec::new();
        for (at, step) in steps.skip(self.told) {
            self.told += 1;
            self.over = matches!(step, Step::Finished | Step::Failed);
            news.push(Told { comment: self.comment.id, task: self.comment.task.clone(), at, step });
            if self.over {
                break;
            }
        }
        news
    }
}

/// What happens on a pull request after what was written on it, as far as the agent does it.
async fn watch(
    context: &Context,
    mut stories: Vec<Story>,
    mut next: Tick,
    turns: &impl Turns,
    report: &mpsc::Sender<Told>,
) {
    let Some(on) = stories.first().map(|story| story.comment.clone()) else { return };
    let (last, mut validator) = (next + FOR, None);
    while !report.is_closed() {
        tokio::time::sleep_until(next).await;
        let turn = turns.turn().await;
        let look = context.provider.timeline(&on.task.repo, on.number, validator.clone()).await;
        if let Ok(Fetched::New { value: timeline, validator: proof }) = look {
            let found = look_for(context, &mut stories, &timeline.events, report).await;
            // Who we are is not known: the same story must be read again.
            validator = proof.filter(|_| found.is_ok());
            for story in &mut stories {
                for told in if story.written { story.hear(&timeline.events) } else { Vec::new() } {
                    let _ = report.send(told).await;
                }
                story.looked |= story.written || found.is_ok();
            }
        }
        drop(turn);
        let now = Tick::now();
        stories.retain(|story| story.goes_on(now));
        if stories.is_empty() || now >= last {
            return;
        }
        next = now + EVERY;
    }
}

/// Whether those of which nobody knows were written after all; if so, it goes into the ledger.
async fn look_for(
    context: &Context,
    stories: &mut [Story],
    events: &[TimelineEvent],
    report: &mpsc::Sender<Told>,
) -> Result<(), Fault> {
    if stories.iter().all(|story| story.written) {
        return Ok(());
    }
    let viewer = context.provider.viewer().await?;
    for story in stories.iter_mut().filter(|story| !story.written) {
        let Comment { id, task, number, text } = &story.comment;
        let (words, claimed_at) = (text.into(), story.claimed_at);
        let sought = Sought { id: *id, repo: &task.repo, number: *number, words, claimed_at };
        let Some(at) = comment::find_in(context, &sought, events, &viewer).await? else { continue };
        story.written = true;
        context.record(*id, Outcome::Confirmed(format!("comment on #{number}, found"))).await;
        let _ = report.send(Told { comment: *id, task: task.clone(), at, step: Step::Written }).await;
    }
    Ok(())
}

/// What the agent does; what people do is no answer of its, nor is what another app works at, such as a review of the code.
fn step(event: &TimelineEvent) -> Option<(Instant, Step)> {
    let is_agent = |name: &Untrusted| {
        let name = name.raw_for_match().trim_end_matches("[bot]");
        ["copilot", "copilot-swe-agent"].iter().any(|agent| name.eq_ignore_ascii_case(agent))
    };
    let by_agent = [&event.app, &event.by].into_iter().flatten().any(is_agent);
    // Whose work it is only the app tells: the actor is whoever asked for it.
    let works = event.app.as_ref().is_none_or(is_agent);
    let step = match &event.what {
        Happened::WorkStarted if works => Step::Began,
        Happened::WorkFinished if works => Step::Finished,
        Happened::WorkFailed if works => Step::Failed,
        Happened::Commented if by_agent => Step::Answered(event.text.clone()?),
        _ => return None,
    };
    Some((event.at?, step))
}
