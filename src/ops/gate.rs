//! The one way to a start: facts, judgement, grant. Starts of this process pass one at a time, so that none is judged on
//! numbers another is about to change; other processes are seen in the ledger they share.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use tokio::time::Instant as Tick;
use uuid::Uuid;

use crate::domain::policy::{InForce, PastStart};
use crate::provider::Provider;

/// Reads the policy as it is now. May touch the disk: called off the loop.
pub type PolicySource = Arc<dyn Fn() -> InForce + Send + Sync>;

/// Starts are remembered for as long as any limit looks back.
pub(super) const DAY: TimeDelta = TimeDelta::days(1);
/// Between two requests that stop something.
const GAP: std::time::Duration = std::time::Duration::from_secs(1);
/// A token may be changed for another's: whose it is is asked again after this, and nobody waits longer for it.
const KNOWN: std::time::Duration = std::time::Duration::from_mins(10);
const ASKED: std::time::Duration = std::time::Duration::from_secs(2);
/// Who was not told it does not ask with every action.
const NOT_SAID: std::time::Duration = std::time::Duration::from_mins(1);

#[derive(Clone)]
pub struct Gate {
    source: PolicySource,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    turn: tokio::sync::Mutex<()>,
    /// Starts of this process, by a clock nobody can set.
    here: Mutex<Vec<Here>>,
    /// When the last request that stops something was sent.
    stopped: tokio::sync::Mutex<Option<Tick>>,
    /// Whose token it is, and when that was asked; `None` in it: nobody said.
    login: tokio::sync::Mutex<Option<(Tick, Option<String>)>>,
}

/// A start of this process.
#[derive(Clone, Debug)]
struct Here {
    id: Uuid,
    at: Tick,
    start: PastStart,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

impl Gate {
    pub fn new(source: PolicySource) -> Self {
        Self { source, shared: Arc::default() }
    }

    /// A gate under one policy, whatever any file says.
    pub fn holding(in_force: InForce) -> Self {
        Self::new(Arc::new(move || in_force.clone()))
    }

    /// The policy as it is now. One that cannot be read refuses everything.
    pub async fn in_force(&self) -> InForce {
        let source = Arc::clone(&self.source);
        let read = tokio::task::spawn_blocking(move || source()).await;
        read.unwrap_or_else(|_| InForce::broken("reading the policy broke off; look at the journal"))
    }

    /// Held from the facts to the claim.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.shared.turn.lock().await
    }

    /// Waits until a request that stops something may be sent: at most one a second leaves this process, whoever asks.
    pub(super) async fn pace_writes(&self) {
        let mut last = self.shared.stopped.lock().await;
        if let Some(last) = *last {
            tokio::time::sleep_until(last + GAP).await;
        }
        *last = Some(Tick::now());
    }

    /// Whose token it is, as far as that can be had in a moment.
    pub(super) async fn login(&self, provider: &dyn Provider) -> Option<String> {
        let mut known = self.shared.login.lock().await;
        let holds =
            |(at, login): &(Tick, Option<String>)| at.elapsed() < if login.is_some() { KNOWN } else { NOT_SAID };
        if let Some((_, login)) = known.as_ref().filter(|known| holds(known)) {
            return login.clone();
        }
        let asked = tokio::time::timeout(ASKED, provider.viewer()).await;
        let login = asked.ok().and_then(Result::ok).map(|viewer| viewer.login.raw_for_match().to_owned());
        *known = Some((Tick::now(), login.clone()));
        login
    }

    fn here(&self) -> std::sync::MutexGuard<'_, Vec<Here>> {
        self.shared.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A start was claimed.
    pub(super) fn claimed(&self, id: Uuid, start: PastStart) {
        let now = Tick::now();
        let mut here = self.here();
        here.retain(|one| age(now, one.at) < DAY);
        here.push(Here { id, at: now, start });
    }

    /// It was refused: it does not count.
    pub(super) fn rejected(&self, id: Uuid) {
        self.here().retain(|one| one.id != id);
    }

    /// It became this task.
    pub(super) fn confirmed(&self, id: Uuid, task: &crate::domain::TaskId) {
        if let Some(one) = self.here().iter_mut().find(|one| one.id == id) {
            one.start.task = Some(task.clone());
        }
    }

    /// What the ledger told, with the ages of this process's own starts by the clock nobody can set, and those of them
    /// the ledger no longer finds in the last day because the other clock was set.
    pub(super) fn correct(&self, told: Vec<(Uuid, PastStart)>) -> Vec<PastStart> {
        let now = Tick::now();
        let here = self.here();
        let mut missing: Vec<&Here> = here.iter().filter(|one| age(now, one.at) < DAY).collect();
        let mut starts = Vec::with_capacity(told.len());
        for (id, mut start) in told {
            if let Some(at) = missing.iter().position(|one| one.id == id) {
                start.age = start.age.min(age(now, missing.swap_remove(at).at));
            }
            starts.push(start);
        }
        starts.extend(missing.into_iter().map(|one| PastStart { age: age(now, one.at), ..one.start.clone() }));
        starts
    }
}

fn age(now: Tick, at: Tick) -> TimeDelta {
    TimeDelta::from_std(now.saturating_duration_since(at)).unwrap_or(TimeDelta::MAX)
}
