//! Writes down in the ledger what becomes of tasks, beside the poller: the poller tells and goes on.
//!
//! ```text
//! answer ─> looks (only what this run has not told before) ─try_send─> queue ─> batch ─> ledger, off the loop
//!                                                             └─ full: told again with the next answer
//! batch ─┬─ written ─────────────> next
//!        ├─ could not be written ─> waits and tries the same again, while the queue fills up
//!        ├─ some of it cannot be ─> in halves, until that one look is found and left out
//!        └─ never will be ────────> nothing more is recorded
//! ```
//!
//! Whether a look is news is for the ledger to say: other consoles write there too.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::console::event::News;
use crate::domain::{
    Artifact, Fault, FaultKind, Instant, Pull, PullId, PullRef, PullState, RepoName, ReviewDecision, Task,
};
use crate::ledger::{Kind, Ledger, Seen};
use crate::ops::automate::seen_origin;
use crate::runtime::engine::desk::Desk;

/// Answers that may wait for the disk.
const WAITING: usize = 256;
/// Looks written in one transaction, about.
const BATCH: usize = 500;
/// Between two tries to write the same.
const AGAIN: Duration = Duration::from_secs(10);
/// The last writes get so long when the console ends.
const LAST_WRITES: Duration = Duration::from_secs(1);
/// Tasks and pull requests that are remembered as told; past that they are told anew, which costs a look-up each.
const MOST_TOLD: usize = 50_000;

/// The poller's side.
#[derive(Debug, Default)]
pub struct Recorder {
    host: String,
    queue: Option<mpsc::Sender<Vec<Seen>>>,
    /// What was told last of each task or pull request, as a fingerprint.
    told: HashMap<(Kind, String), u64>,
    /// Which task a pull request belongs to.
    tasks: HashMap<(RepoName, PullId), String>,
    lost: bool,
}

/// The writer's side: waited for at the end.
#[derive(Debug)]
pub struct Writing {
    writer: JoinHandle<()>,
    end: oneshot::Sender<()>,
}

impl Writing {
    /// What was told is in the ledger when this returns, unless the disk is very slow.
    pub async fn finish(self) {
        let _ = self.end.send(());
        let _ = tokio::time::timeout(LAST_WRITES, self.writer).await;
    }
}

/// A recorder into this ledger, and who writes for it.
pub fn start(ledger: Arc<dyn Ledger>, desk: &Desk) -> (Recorder, Writing) {
    let (queue, told) = mpsc::channel(WAITING);
    let (end, ended) = oneshot::channel();
    let host = desk.provider.authority().host.to_string();
    let recorder = Recorder { host, queue: Some(queue), ..Recorder::default() };
    (recorder, Writing { writer: tokio::spawn(write(ledger, told, ended)), end })
}

async fn write(ledger: Arc<dyn Ledger>, mut told: mpsc::Receiver<Vec<Seen>>, mut end: oneshot::Receiver<()>) {
    if ledger.writable().is_err() {
        return;
    }
    let mut ending = false;
    while !ending {
        let first = tokio::select! {
            biased;
            first = told.recv() => first,
            _ = &mut end => {
                ending = true;
                told.try_recv().ok()
            }
        };
        let Some(mut batch) = first else { return };
        while (ending || batch.len() < BATCH)
            && let Ok(more) = told.try_recv()
        {
            batch.extend(more);
        }
        if put(&ledger, batch, ending).await.is_none() {
            return;
        }
    }
}

/// `None`: nothing more can be recorded.
async fn put(ledger: &Arc<dyn Ledger>, batch: Vec<Seen>, once: bool) -> Option<()> {
    let mut complained = false;
    let mut left = vec![Arc::new(batch)];
    while let Some(batch) = left.pop() {
        let Err(fault) = observe(ledger, &batch).await else { continue };
        if fault.kind == FaultKind::Unreadable {
            match batch.as_slice() {
                [] => {}
                [seen] => tracing::warn!(%fault, task = seen.task, "what became of a task can never be recorded"),
                // In their order: the earlier half is next.
                both => {
                    let (earlier, later) = both.split_at(both.len() / 2);
                    left.extend([later, earlier].map(|half| Arc::new(half.to_vec())));
                }
            }
            continue;
        }
        if !std::mem::replace(&mut complained, true) {
            tracing::warn!(%fault, "what became of tasks could not be recorded");
        }
        if once || fault.kind == FaultKind::Unsupported {
            return None;
        }
        tokio::time::sleep(AGAIN).await;
        left.push(batch);
    }
    Some(())
}

async fn observe(ledger: &Arc<dyn Ledger>, batch: &Arc<Vec<Seen>>) -> Result<u64, Fault> {
    let (ledger, batch) = (Arc::clone(ledger), Arc::clone(batch));
    let written = tokio::task::spawn_blocking(move || ledger.observe(&batch)).await;
    written.unwrap_or_else(|_| Err(Fault::new(FaultKind::Local, "the ledger call broke off", "look at the journal")))
}

impl Recorder {
    /// Takes in an answer. Never waits.
    pub fn hear(&mut self, news: &News, at: Instant) {
        if self.queue.is_none() {
            return;
        }
        let looks = match news {
            News::Tasks { tasks, .. } | News::AutomationRuns { tasks: Some(tasks), .. } => {
                tasks.iter().flat_map(|task| self.looks_at(task, at)).collect()
            }
            News::Task(task) => self.looks_at(task, at).collect(),
            News::Pulls(pulls) => {
                pulls.iter().filter_map(|(asked, pull)| self.pull(asked, pull.as_ref()?, at)).flatten().collect()
            }
            _ => return,
        };
        self.tell(looks);
    }

    /// Passes on what differs from what was told before.
    fn tell(&mut self, mut looks: Vec<Seen>) {
        let mut prints = Vec::new();
        looks.retain(|seen| {
            let key = (seen.kind, format!("{} {}", seen.repo, seen.task));
            let print = fingerprint(seen);
            let is_new = self.told.get(&key) != Some(&print);
            if is_new {
                prints.push((key, print));
            }
            is_new
        });
        let Some(queue) = self.queue.as_ref().filter(|_| !looks.is_empty()) else { return };
        match queue.try_send(looks) {
            Ok(()) => {
                if self.told.len() > MOST_TOLD {
                    self.told.clear();
                }
                self.told.extend(prints);
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                if !std::mem::replace(&mut self.lost, true) {
                    tracing::warn!("the ledger falls behind: the disk is slow");
                }
            }
            Err(mpsc::error::TrySendError::Closed(_)) => self.queue = None,
        }
    }

    /// Its state, and what started it by itself where the service names it.
    fn looks_at(&mut self, task: &Task, at: Instant) -> impl Iterator<Item = Seen> + use<> {
        let origin = seen_origin(task, &self.host, at);
        std::iter::once(self.task(task, at)).chain(origin)
    }

    fn task(&mut self, task: &Task, at: Instant) -> Seen {
        for artifact in &task.artifacts {
            if let Artifact::Pull { id, .. } = artifact {
                if self.tasks.len() > MOST_TOLD {
                    self.tasks.clear();
                }
                self.tasks.insert((task.at.repo.clone(), *id), task.at.id.raw().to_owned());
            }
        }
        let latest = task.latest_session();
        let has_ended = !task.state.is_active();
        let usage: Vec<_> = task.sessions.iter().flatten().filter_map(|session| session.usage).collect();
        // A session that names no usage is not known to have cost nothing.
        let cost = (has_ended && !usage.is_empty()).then(|| usage.into_iter().collect::<crate::domain::Cost>());
        let ended = latest.filter(|_| has_ended).and_then(|session| session.completed_at);
        Seen {
            host: self.host.clone(),
            repo: task.at.repo.clone(),
            task: task.at.id.raw().to_owned(),
            kind: Kind::State,
            at,
            since: ended,
            touched: Some(task.touched_at()),
            begun: Some(task.created_at),
            became: task.state.wire().to_owned(),
            reason: latest.and_then(|session| session.error.as_ref()).map(|error| error.raw_for_disk().to_owned()),
            nano_credits: cost
                .filter(|cost| cost.nano_credits > 0)
                .map(|cost| u64::try_from(cost.nano_credits).unwrap_or(u64::MAX).min(i64::MAX.cast_unsigned())),
            premium_requests: cost.map(|cost| cost.premium_requests).filter(|premium| *premium > 0.0),
            model: latest.and_then(|session| session.model_for_match()).map(str::to_owned),
            session: latest.map(|session| session.id.raw().to_owned()),
            run: latest.and_then(|session| session.run).map(|run| run.0),
            pull: None,
        }
    }

    /// Its state, and what its reviews come to. `None`: no task is known that made it.
    fn pull(&self, asked: &PullRef, pull: &Pull, at: Instant) -> Option<[Seen; 2]> {
        let task = self.tasks.get(&(asked.repo.clone(), asked.id))?;
        let is_new = matches!(pull.state, PullState::Open | PullState::Draft);
        let state = Seen {
            host: self.host.clone(),
            repo: asked.repo.clone(),
            task: task.clone(),
            kind: Kind::Pull,
            at,
            since: None,
            touched: Some(pull.updated_at),
            begun: Some(pull.created_at),
            became: state_word(pull.state).to_owned(),
            reason: None,
            nano_credits: None,
            premium_requests: None,
            model: None,
            session: None,
            run: None,
            pull: Some(pull.number),
        };
        let review = Seen { kind: Kind::Review, became: review_word(&pull.review).to_owned(), ..state.clone() };
        let state = Seen { since: is_new.then_some(pull.created_at), ..state };
        Some([state, review])
    }
}

fn state_word(state: PullState) -> &'static str {
    match state {
        PullState::Open => "open",
        PullState::Draft => "draft",
        PullState::Closed => "closed",
        PullState::Merged => "merged",
    }
}

fn review_word(review: &ReviewDecision) -> &'static str {
    match review {
        ReviewDecision::Approved => "approved",
        ReviewDecision::ChangesRequested => "changes_requested",
        ReviewDecision::ReviewRequired | ReviewDecision::NoRule => "none",
        ReviewDecision::Unknown(_) => "unknown",
    }
}

/// All that may make a look news.
fn fingerprint(seen: &Seen) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&seen.became, &seen.reason, seen.nano_credits, seen.premium_requests.map(f64::to_bits)).hash(&mut hasher);
    (&seen.model, &seen.session, seen.run, seen.pull).hash(&mut hasher);
    hasher.finish()
}
