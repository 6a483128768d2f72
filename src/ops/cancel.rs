//! Cancel a session: find its run, ask once, verify until both run and session have ended. A 202 is a request, not a fact.
//!
//! The phases are those of [`crate::domain::cancel`]. Nothing is ever guessed: without a run id or a branch there is
//! nothing safe to cancel, and that is said.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::Instant as Tick;
use uuid::Uuid;

use super::context::Context;
use crate::domain::cancel::Matched;
use crate::domain::{CancelPhase, CancelProgress, CancelTarget, Fault, FaultKind, Instant, Run, RunId, State, Task};
use crate::ledger::port::{Action, Outcome};
use crate::provider::port::{CancelAnswer, Fetched, LiveLogs};

/// Nobody is kept waiting longer for the run to be found.
const LOOKING: Duration = Duration::from_secs(15);

/// How patient a cancel is. Measured on the clock that nobody can set.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub between_looks: Duration,
    /// From the request to a completed run; then force-cancel may be offered.
    pub run: TimeDelta,
    /// From the completed run to the session's end; then it is an orphan.
    pub session: TimeDelta,
    /// After this the service itself ends a session.
    pub session_limit: TimeDelta,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            between_looks: Duration::from_secs(3),
            run: TimeDelta::seconds(90),
            session: TimeDelta::seconds(90),
            session_limit: TimeDelta::minutes(59),
        }
    }
}

/// Runs the whole life-cycle and reports every phase; the last report is final. Nobody has to listen.
pub async fn cancel(
    context: &Context,
    target: &CancelTarget,
    patience: Patience,
    report: mpsc::Sender<CancelProgress>,
) {
    let mut cycle = Cycle { context, target, patience, report, runs: Vec::new(), matched: None };
    cycle.tell(CancelPhase::Looking).await;
    let last = match cycle.request().await {
        Ok(()) => cycle.verify().await,
        Err(phase) => phase,
    };
    cycle.tell(last).await;
}

/// Between two requests that change something.
const GAP: Duration = Duration::from_secs(1);

/// The same for several sessions: they are asked to end one a second and watched side by side. What becomes of one is
/// nothing to the others.
pub async fn cancel_all(
    context: &Context,
    targets: Vec<CancelTarget>,
    patience: Patience,
    report: mpsc::Sender<CancelProgress>,
) {
    let one = async |number: u32, target: CancelTarget, report: mpsc::Sender<CancelProgress>| {
        tokio::time::sleep(GAP * number).await;
        cancel(context, &target, patience, report).await;
    };
    let all = (0..).zip(targets).map(|(number, target)| one(number, target, report.clone()));
    futures_util::future::join_all(all).await;
}

/// What one request led to, short of a refusal.
enum Asked {
    /// Accepted, or sent and not known to be refused.
    Underway,
    AlreadyEnded,
}

fn patience(time: TimeDelta) -> Duration {
    time.to_std().unwrap_or_default()
}

fn not_found_in_time() -> Fault {
    let what = "nothing was sent: the run to cancel was not found in time";
    Fault::new(FaultKind::Timeout, what, "try again; check the network if it lasts")
}

struct Cycle<'a> {
    context: &'a Context,
    target: &'a CancelTarget,
    patience: Patience,
    report: mpsc::Sender<CancelProgress>,
    runs: Vec<RunId>,
    matched: Option<Matched>,
}

impl Cycle<'_> {
    async fn tell(&self, phase: CancelPhase) {
        let progress = CancelProgress {
            task: self.target.task.clone(),
            phase,
            at: self.context.now(),
            runs: self.runs.clone(),
            matched: self.matched,
        };
        let _ = self.report.send(progress).await;
    }

    /// Finds the runs and asks each to stop. `Err` is a final phase.
    async fn request(&mut self) -> Result<(), CancelPhase> {
        let found = tokio::time::timeout(LOOKING, self.find()).await;
        let runs = found.unwrap_or_else(|_| Err(CancelPhase::Refused(not_found_in_time())))?;
        self.runs = runs.iter().map(|run| run.id).collect();
        let mut refused = None;
        let mut accepted = false;
        for run in runs.iter().filter(|run| !run.is_completed()) {
            match self.ask(run).await {
                Ok(Asked::Underway) => accepted = true,
                Ok(Asked::AlreadyEnded) => {}
                Err(fault) => refused = Some(fault),
            }
        }
        match refused {
            Some(fault) if !accepted => Err(CancelPhase::Refused(fault)),
            _ => {
                if accepted {
                    self.tell(CancelPhase::Requested).await;
                }
                Ok(())
            }
        }
    }

    async fn find(&mut self) -> Result<Vec<Run>, CancelPhase> {
        let provider = &self.context.provider;
        let repo = &self.target.task.repo;
        let mut named = self.target.run;
        if let (None, Some(session), LiveLogs::Available) = (named, &self.target.session, provider.live_logs()) {
            provider.insist();
            named = provider.agent_session(session).await.ok().and_then(|session| session.run);
        }
        provider.insist();
        if let Some(id) = named {
            let run = provider.run(repo, id).await.map_err(CancelPhase::Refused)?;
            self.matched = Some(Matched::BySession);
            return Ok(vec![run]);
        }
        let Some(branch) = &self.target.branch else { return Err(CancelPhase::NotFindable) };
        let runs = provider.agent_runs(repo, branch).await.map_err(CancelPhase::Refused)?;
        self.matched = Some(Matched::ByBranch);
        let in_flight: Vec<Run> = runs.iter().filter(|run| run.status.is_in_flight()).cloned().collect();
        if !in_flight.is_empty() {
            return Ok(in_flight);
        }
        let ended = runs.into_iter().filter(|run| run.started_at.unwrap_or(run.created_at) >= self.target.since);
        let ended: Vec<Run> = ended.take(1).collect();
        if ended.is_empty() { Err(CancelPhase::NotFindable) } else { Ok(ended) }
    }

    /// One request for one run, claimed before and recorded after.
    async fn ask(&self, run: &Run) -> Result<Asked, Fault> {
        let (id, repo) = (Uuid::new_v4(), &self.target.task.repo);
        let action = if self.target.force { Action::ForceCancel } else { Action::Cancel };
        let mut intent = self.context.intent(id, action, repo, format!("run {}", run.id));
        intent.task = Some(self.target.task.id.raw().to_owned());
        intent.session = self.target.session.as_ref().map(|session| session.raw().to_owned());
        intent.run = Some(run.id.0);
        self.context.claim(intent).await?;
        let answer = self.context.provider.cancel_run(repo, run.id, self.target.force).await;
        let (outcome, result) = match answer {
            Ok(CancelAnswer::Accepted) => (Outcome::Confirmed(format!("run {} accepted", run.id)), Ok(Asked::Underway)),
            Ok(CancelAnswer::Conflict) => self.after_conflict(run.id).await,
            Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
                // Whether it arrived shows in the run itself: the verification that follows reads it.
                (Outcome::Unknown(fault.what.to_string()), Ok(Asked::Underway))
            }
            Err(fault) => (Outcome::Rejected(fault.what.to_string()), Err(fault)),
        };
        self.context.record(id, outcome).await;
        result
    }

    /// 409: it has usually completed already. If it has not, it cannot be cancelled, and that is the answer.
    async fn after_conflict(&self, run: RunId) -> (Outcome, Result<Asked, Fault>) {
        let outcome = Outcome::Rejected(format!("run {run}: conflict"));
        let fault = match self.context.provider.run(&self.target.task.repo, run).await {
            Ok(run) if run.is_completed() => return (outcome, Ok(Asked::AlreadyEnded)),
            Ok(run) => Fault::new(
                FaultKind::Conflict,
                format!("GitHub refuses to cancel run {}, which is {}", run.id, run.status.word()),
                "try again in a minute; if it stays so, give the run number to GitHub support",
            ),
            Err(fault) => fault,
        };
        (outcome, Err(fault))
    }

    /// Looks until run and session have ended, or patience has. A session that is the first to end does not speak for
    /// its run, which may still be cleaning up. Where the last look failed nothing is claimed.
    async fn verify(&self) -> CancelPhase {
        let asked_at = Tick::now();
        loop {
            let ended = self.runs_completed().await;
            if ended == Ok(true) {
                break;
            }
            if asked_at.elapsed() > patience(self.patience.run) {
                return match (self.session_ended().await, ended) {
                    (Ok(true), _) => CancelPhase::Ended,
                    (_, Err(fault)) => CancelPhase::Unverified(fault),
                    (_, Ok(_)) => CancelPhase::Stubborn,
                };
            }
            tokio::time::sleep(self.patience.between_looks).await;
        }
        self.tell(CancelPhase::RunEnded).await;
        let run_ended_at = Tick::now();
        loop {
            let ended = self.session_ended().await;
            if ended == Ok(true) {
                return CancelPhase::Ended;
            }
            if run_ended_at.elapsed() > patience(self.patience.session) {
                return match ended {
                    Err(fault) => CancelPhase::Unverified(fault),
                    Ok(_) => CancelPhase::Orphaned { frees_at: Some(self.frees_at()) },
                };
            }
            tokio::time::sleep(self.patience.between_looks).await;
        }
    }

    fn frees_at(&self) -> Instant {
        self.target.since + self.patience.session_limit
    }

    async fn runs_completed(&self) -> Result<bool, Fault> {
        // What became of it must be known, also where a service that does not answer is otherwise left alone.
        self.context.provider.insist();
        for id in &self.runs {
            if !self.context.provider.run(&self.target.task.repo, *id).await?.is_completed() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the target session (or, where it is not known, the task) has ended.
    async fn session_ended(&self) -> Result<bool, Fault> {
        self.context.provider.insist();
        // Without a validator there is no "same as before".
        let Fetched::New { value: task, .. } = self.context.provider.task(&self.target.task, None).await? else {
            return Ok(false);
        };
        // A task may have ended while its session still says that it runs: the task is right.
        Ok(!self.target_state(&task).is_active() || !task.state.is_active())
    }

    fn target_state(&self, task: &Task) -> State {
        let wanted = self.target.session.as_ref();
        let session = task.sessions.iter().flatten().find(|session| Some(&session.id) == wanted);
        session.map_or_else(|| task.state.clone(), |session| session.state.clone())
    }
}
