//! Cancels an earlier run of the program asked for and did not see to their end. How they end is looked at; nothing is
//! sent again.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::cycle::{Aim, Cycle};
use super::patience::{How, Patience};
use super::settle::answered;
use crate::domain::cancel::Answer;
use crate::domain::{CancelProgress, CancelTarget, Fault, Instant, RunId, SessionId, TaskId, TaskRef};
use crate::ledger::Wanted;
use crate::ledger::port::{Action, Entry};
use crate::ops::context::Context;

/// What is older is left to the ledger's own list of what is unresolved.
const LATELY: TimeDelta = TimeDelta::days(7);
/// So many are looked at, the newest.
const MOST: usize = 40;

/// A cancel without an end.
#[derive(Clone, Debug)]
pub struct Open {
    pub target: CancelTarget,
    pub asked_at: Instant,
    asked: Vec<(Uuid, RunId, Answer)>,
}

impl Open {
    /// One of its runs was taken; else no answer to any of it came.
    pub fn is_accepted(&self) -> bool {
        self.asked.iter().any(|(.., answer)| *answer == Answer::Accepted)
    }
}

/// The cancels of this service that have no final outcome, oldest first.
pub async fn open_cancels(context: &Context) -> Result<Vec<Open>, Fault> {
    let (host, since) = (context.provider.authority().host, context.now() - LATELY);
    let wanted =
        move |action| Wanted { action: Some(action), since: Some(since), unresolved: true, ..Wanted::default() };
    let mut entries = Vec::new();
    for action in [Action::Cancel, Action::ForceCancel] {
        entries.extend(context.blocking(move |ledger| ledger.find(&wanted(action), MOST)).await?);
    }
    entries.retain(|entry| entry.intent.host == host.as_str());
    entries.sort_by_key(|entry| entry.intent.at);
    Ok(of_entries(entries))
}

/// Cancels by their intents: of one session all that was asked of its runs.
pub fn of_entries(entries: Vec<Entry>) -> Vec<Open> {
    let mut open: BTreeMap<(TaskRef, Option<String>), Open> = BTreeMap::new();
    for entry in entries {
        add(&mut open, entry);
    }
    let mut open: Vec<Open> = open.into_values().collect();
    open.sort_by_key(|open| open.asked_at);
    open
}

fn add(open: &mut BTreeMap<(TaskRef, Option<String>), Open>, entry: Entry) {
    let answer = answered(entry.outcome.as_ref().map(|(_, outcome)| outcome));
    let intent = entry.intent;
    let (Some(task), Some(run)) = (intent.task, intent.run) else { return };
    let task = TaskRef { repo: intent.repo, id: TaskId::new(task) };
    let session = intent.session.clone().map(SessionId::new);
    let one = open.entry((task.clone(), intent.session)).or_insert_with(|| Open {
        target: CancelTarget { task, session, run: None, branch: None, since: intent.at, force: false },
        asked_at: intent.at,
        asked: Vec::new(),
    });
    one.target.force |= intent.action == Action::ForceCancel;
    one.asked.push((intent.id, RunId(run), answer));
}

/// Looks how it ends and reports it, as a cancel of this run does from its request on.
pub async fn take_up(context: &Context, open: &Open, patience: Patience, report: mpsc::Sender<CancelProgress>) {
    // What was waited for it before is waited: who starts again and again does not begin anew.
    let waited = (context.now() - open.asked_at).max(TimeDelta::zero());
    let patience = Patience { run: (patience.run - waited).max(TimeDelta::zero()), ..patience };
    let mut cycle = Cycle::new(context, &open.target, How::from(patience), report);
    cycle.taken_up = true;
    let aim = |(intent, run, answer): &(Uuid, RunId, Answer)| Aim {
        run: *run,
        attempt: None,
        started_at: None,
        answer: answer.clone(),
        ended: None,
        intent: Some(*intent),
    };
    cycle.aims = open.asked.iter().map(aim).collect();
    cycle.tell_at(cycle.asked_phase(), open.asked_at).await;
    cycle.recall().await;
    let last = cycle.verify().await;
    cycle.settle(&last).await;
    cycle.tell(last).await;
}

impl Cycle<'_> {
    /// What the ledger does not hold of the session: when it began, its branch.
    async fn recall(&mut self) {
        let Ok(Some(task)) = self.read_task().await else { return };
        let wanted = self.target.session.clone();
        let own = task.sessions.iter().flatten().find(|session| Some(&session.id) == wanted.as_ref());
        if let Some(session) = own {
            self.target.since = session.created_at;
            self.target.branch.clone_from(&session.head_ref);
        }
    }
}
