//! Looking until run and session have ended, or patience has. Where the last look failed nothing is claimed.

use tokio::time::Instant as Tick;

use super::cycle::{Cycle, conclusion};
use super::patience::time;
use crate::domain::{CancelPhase, Fault, FaultKind, Instant, RunId};

/// What a look at the runs shows.
#[derive(Debug, PartialEq)]
enum Runs {
    Ended,
    Working,
    /// Its attempt that was cancelled is over; it was started again.
    Again(RunId),
}

/// What was not heard is not disobeyed: there is nothing to force yet.
fn unheard() -> Fault {
    let what = "no answer to the cancel came, and its run works on: it has most likely not arrived";
    Fault::new(FaultKind::UnknownOutcome, what, "cancel it again")
}

impl Cycle<'_> {
    /// A session that is the first to end does not speak for its run, which may still be cleaning up.
    pub(super) async fn verify(&mut self) -> CancelPhase {
        let asked_at = Tick::now();
        loop {
            let seen = self.look_at_runs().await;
            match seen {
                Ok(Runs::Ended) => break,
                Ok(Runs::Again(run)) => return CancelPhase::RunsOn(run),
                Ok(Runs::Working) | Err(_) => {}
            }
            if asked_at.elapsed() > time(self.how.patience.run) {
                return match (self.session_ended().await, seen) {
                    (Ok(true), _) => CancelPhase::Ended,
                    (_, Err(fault)) => CancelPhase::Unverified(fault),
                    (_, Ok(_)) if self.asked_phase() == CancelPhase::Unheard => CancelPhase::Unverified(unheard()),
                    (_, Ok(_)) => CancelPhase::Stubborn,
                };
            }
            tokio::time::sleep(self.how.patience.between_looks).await;
        }
        self.tell(CancelPhase::RunEnded).await;
        let run_ended_at = Tick::now();
        loop {
            let ended = self.session_ended().await;
            if ended == Ok(true) {
                return CancelPhase::Ended;
            }
            if run_ended_at.elapsed() > time(self.how.patience.session) {
                return match ended {
                    Err(fault) => CancelPhase::Unverified(fault),
                    Ok(_) => self.orphan_or_another().await,
                };
            }
            tokio::time::sleep(self.how.patience.between_looks).await;
        }
    }

    /// A session without its run is an orphan, unless another run works for it.
    async fn orphan_or_another(&self) -> CancelPhase {
        let orphan = CancelPhase::Orphaned { frees_at: Some(self.frees_at()) };
        let Some(branch) = &self.target.branch else { return orphan };
        match self.context.provider.agent_runs(&self.target.task.repo, branch).await {
            Err(fault) => CancelPhase::Unverified(fault),
            Ok(runs) => {
                let other = |id: RunId| self.aims.iter().all(|aim| aim.run != id);
                let works = runs.into_iter().find(|run| run.status.is_in_flight() && other(run.id));
                works.map_or(orphan, |run| CancelPhase::RunsOn(run.id))
            }
        }
    }

    /// The limit counts from the run's start, where that is known.
    fn frees_at(&self) -> Instant {
        let started = self.aims.iter().filter_map(|aim| aim.started_at).max();
        started.map_or(self.target.since, |at| at.max(self.target.since)) + self.how.patience.session_limit
    }

    async fn look_at_runs(&mut self) -> Result<Runs, Fault> {
        // What became of it must be known, also where a service that does not answer is otherwise left alone.
        self.context.provider.insist();
        for aim in self.aims.iter_mut().filter(|aim| aim.ended.is_none()) {
            let run = self.context.provider.run(&self.target.task.repo, aim.run).await?;
            let again = aim.attempt.zip(run.attempt).is_some_and(|(asked, now)| now > asked);
            aim.started_at = run.started_at.or(aim.started_at);
            match (run.is_completed(), again) {
                (true, _) => aim.ended = Some(conclusion(&run)),
                (false, true) => return Ok(Runs::Again(run.id)),
                (false, false) => return Ok(Runs::Working),
            }
        }
        Ok(Runs::Ended)
    }

    async fn session_ended(&self) -> Result<bool, Fault> {
        Ok(self.read_task().await?.is_some_and(|task| self.has_ended(&task)))
    }
}
