//! Which run is the session's. Where that cannot be told, it is looked for again; nothing is guessed.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;

use super::cycle::Cycle;
use super::patience::time;
use crate::domain::cancel::Matched;
use crate::domain::{CancelPhase, Fault, FaultKind, Run, State, Task};
use crate::provider::port::{Fetched, LiveLogs};

/// Nobody is kept waiting longer for an answer about the run.
const LOOKING: Duration = Duration::from_secs(15);
/// Session and run are stamped by two clocks.
const SLACK: TimeDelta = TimeDelta::seconds(30);

/// What is idle waits for nothing: nothing of it can be cancelled, and that it stays is no orphan.
fn nothing_runs() -> Fault {
    let what = "nothing was sent: its run has ended and its session is idle, so that nothing works for it";
    Fault::new(FaultKind::Refused, what, "there is nothing to do; a follow-up would begin a new run")
}

fn not_found_in_time() -> Fault {
    let what = "nothing was sent: the run to cancel was not found in time";
    Fault::new(FaultKind::Timeout, what, "try again; check the network if it lasts")
}

impl Cycle<'_> {
    /// The runs to be asked, or those that ended already. `Err` is a final phase.
    pub(super) async fn look(&mut self) -> Result<Vec<Run>, CancelPhase> {
        let (begun, begun_at) = (Tick::now(), self.context.now());
        let mut waits = false;
        loop {
            let found = tokio::time::timeout(LOOKING, self.find()).await;
            match found.unwrap_or_else(|_| Err(not_found_in_time())) {
                Ok(runs) if runs.iter().any(|run| !run.is_completed()) => return Ok(runs),
                Ok(_) if !waits && self.is_idle().await => return Err(CancelPhase::Refused(nothing_runs())),
                Ok(runs) if !runs.is_empty() => return Ok(runs),
                Ok(_) => {}
                // While it waits, one look that fails is one look less.
                Err(fault) if waits && fault.is_passing() => {}
                Err(fault) => return Err(CancelPhase::Refused(fault)),
            }
            if !waits {
                self.tell(CancelPhase::Waiting).await;
                waits = true;
            }
            // A machine that slept has waited, too: what was wanted an hour ago is asked for again.
            let patience = self.how.patience;
            if begun.elapsed() >= time(patience.find) || self.context.now() - begun_at >= patience.find {
                return Err(CancelPhase::NotFindable);
            }
            tokio::select! {
                biased;
                () = self.how.leave.withdrawn() => return Err(CancelPhase::Withdrawn),
                () = tokio::time::sleep(patience.between_tries) => {}
            }
            if let Ok(Ok(Some(task))) = tokio::time::timeout(LOOKING, self.read_task()).await {
                self.learn(&task);
                if self.has_ended(&task) {
                    return Err(CancelPhase::Ended);
                }
                if self.target_state(&task) == State::Idle {
                    return Err(CancelPhase::Refused(nothing_runs()));
                }
            }
        }
    }

    /// As far as that can be read.
    async fn is_idle(&self) -> bool {
        let read = tokio::time::timeout(LOOKING, self.read_task()).await;
        matches!(read, Ok(Ok(Some(task))) if self.target_state(&task) == State::Idle)
    }

    /// Empty: there is none that is its own for certain.
    async fn find(&mut self) -> Result<Vec<Run>, Fault> {
        let provider = &self.context.provider;
        let repo = &self.target.task.repo;
        let mut named = self.target.run;
        if let (None, Some(session), LiveLogs::Available) = (named, &self.target.session, provider.live_logs()) {
            provider.insist();
            named = provider.agent_session(session).await.ok().and_then(|session| session.run);
        }
        provider.insist();
        if let Some(id) = named {
            let run = provider.run(repo, id).await?;
            self.matched = Some(Matched::BySession);
            return Ok(vec![run]);
        }
        let Some(branch) = &self.target.branch else { return Ok(Vec::new()) };
        let mut runs = provider.agent_runs(repo, branch).await?;
        // A run that began before the session did is an earlier session's.
        let since = self.target.since - SLACK;
        runs.retain(|run| run.started_at.unwrap_or(run.created_at) >= since);
        if runs.iter().any(|run| run.status.is_in_flight()) {
            runs.retain(|run| run.status.is_in_flight());
        } else {
            runs.retain(Run::is_completed);
            runs.truncate(1);
        }
        if !runs.is_empty() {
            self.matched = Some(Matched::ByBranch);
        }
        Ok(runs)
    }

    /// Where it is the same task, only other than before: `None` never comes without a validator.
    pub(super) async fn read_task(&self) -> Result<Option<Task>, Fault> {
        self.context.provider.insist();
        match self.context.provider.task(&self.target.task, None).await? {
            Fetched::New { value: task, .. } => Ok(Some(task)),
            Fetched::Same => Ok(None),
        }
    }

    /// The branch, the run's id, the session, as soon as the service says them.
    fn learn(&mut self, task: &Task) {
        if self.target.session.is_none() {
            let latest = task.latest_session();
            self.target.session = latest.map(|session| session.id.clone());
            self.target.since = latest.map_or(self.target.since, |session| session.created_at);
        }
        let wanted = self.target.session.as_ref();
        let own = task.sessions.iter().flatten().find(|session| Some(&session.id) == wanted);
        self.target.run = self.target.run.or(own.and_then(|session| session.run));
        if self.target.branch.is_none() {
            let is_latest = own.map(|own| &own.id) == task.latest_session().map(|latest| &latest.id);
            let of_task = task.head_ref().filter(|_| is_latest);
            self.target.branch = own.and_then(|own| own.head_ref.as_ref()).or(of_task).cloned();
        }
    }

    /// Whether the target session (or, where it is not known, the task) has ended. A task may have ended while its
    /// session still says that it runs: the task is right.
    pub(super) fn has_ended(&self, task: &Task) -> bool {
        !self.target_state(task).is_active() || !task.state.is_active()
    }

    fn target_state(&self, task: &Task) -> State {
        let wanted = self.target.session.as_ref();
        let session = task.sessions.iter().flatten().find(|session| Some(&session.id) == wanted);
        session.map_or_else(|| task.state.clone(), |session| session.state.clone())
    }
}
