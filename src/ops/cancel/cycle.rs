//! The life-cycle from the wish to the last word.

use tokio::sync::mpsc;
use uuid::Uuid;

use super::patience::{How, Patience};
use crate::domain::cancel::{Answer, Asked, Matched};
use crate::domain::{CancelPhase, CancelProgress, CancelTarget, Conclusion, Fault, FaultKind, Instant, Run, RunId};
use crate::ledger::port::{Action, Outcome};
use crate::ops::context::Context;
use crate::provider::port::CancelAnswer;

/// Runs the whole life-cycle and reports every phase; the last report is final. Nobody has to listen.
pub async fn cancel(
    context: &Context,
    target: &CancelTarget,
    patience: Patience,
    report: mpsc::Sender<CancelProgress>,
) {
    cancel_as(context, target, How::from(patience), report).await;
}

/// The same, by a rule, or so that it can be withdrawn. True: a fault stood before everything; nothing was claimed or
/// sent, and another try may go better.
pub async fn cancel_as(
    context: &Context,
    target: &CancelTarget,
    how: How,
    report: mpsc::Sender<CancelProgress>,
) -> bool {
    let mut cycle = Cycle::new(context, target, how, report);
    cycle.tell(CancelPhase::Looking).await;
    let last = match cycle.request().await {
        Ok(()) => cycle.verify().await,
        Err(phase) => phase,
    };
    cycle.settle(&last).await;
    let in_vain = cycle.aims.is_empty() && matches!(&last, CancelPhase::Refused(fault) if fault.is_passing());
    cycle.tell(last).await;
    in_vain
}

/// The same for several sessions: they are asked to end one a second and watched side by side. What becomes of one is
/// nothing to the others.
pub async fn cancel_all(
    context: &Context,
    targets: Vec<CancelTarget>,
    patience: Patience,
    report: mpsc::Sender<CancelProgress>,
) {
    let one = async |target: CancelTarget, report| cancel(context, &target, patience, report).await;
    futures_util::future::join_all(targets.into_iter().map(|target| one(target, report.clone()))).await;
}

/// A run that is being cancelled.
#[derive(Clone, Debug)]
pub(super) struct Aim {
    pub run: RunId,
    /// Which go of the run was asked to stop. `None`: nobody said.
    pub attempt: Option<u32>,
    pub started_at: Option<Instant>,
    pub answer: Answer,
    pub ended: Option<Conclusion>,
    /// What is open in the ledger for it.
    pub intent: Option<Uuid>,
}

impl Aim {
    fn at(run: &Run, answer: Answer, intent: Option<Uuid>) -> Self {
        let ended = run.is_completed().then(|| conclusion(run));
        Self { run: run.id, attempt: run.attempt, started_at: run.started_at, answer, ended, intent }
    }
}

/// A completed run that does not say how is one with an unknown end.
pub(super) fn conclusion(run: &Run) -> Conclusion {
    run.conclusion.clone().unwrap_or_else(|| Conclusion::Unknown("end not told".into()))
}

pub(super) struct Cycle<'a> {
    pub context: &'a Context,
    pub target: CancelTarget,
    pub how: How,
    report: mpsc::Sender<CancelProgress>,
    pub aims: Vec<Aim>,
    pub matched: Option<Matched>,
    pub taken_up: bool,
}

impl<'a> Cycle<'a> {
    pub fn new(context: &'a Context, target: &CancelTarget, how: How, report: mpsc::Sender<CancelProgress>) -> Self {
        Self { context, target: target.clone(), how, report, aims: Vec::new(), matched: None, taken_up: false }
    }

    pub async fn tell(&self, phase: CancelPhase) {
        self.tell_at(phase, self.context.now()).await;
    }

    pub async fn tell_at(&self, phase: CancelPhase, at: Instant) {
        let asked = |aim: &Aim| Asked { run: aim.run, answer: aim.answer.clone(), ended: aim.ended.clone() };
        let progress = CancelProgress {
            runs: self.aims.iter().map(|aim| aim.run).collect(),
            matched: self.matched,
            asked: self.aims.iter().map(asked).collect(),
            taken_up: self.taken_up,
            ..CancelProgress::new(self.target.task.clone(), phase, at)
        };
        let _ = self.report.send(progress).await;
    }

    /// Finds the runs and asks each to stop. `Err` is a final phase.
    async fn request(&mut self) -> Result<(), CancelPhase> {
        let runs = self.look().await?;
        let mut refused = None;
        for run in runs {
            let aim = if run.is_completed() {
                Aim::at(&run, Answer::NotSent, None)
            } else {
                // The last moment at which nothing was sent.
                if !self.how.leave.take() {
                    return Err(CancelPhase::Withdrawn);
                }
                self.ask(&run).await?
            };
            if let Answer::Refused(fault) = &aim.answer {
                refused = Some(fault.clone());
            }
            self.aims.push(aim);
        }
        let underway = self.aims.iter().any(|aim| matches!(aim.answer, Answer::Accepted | Answer::Lost(_)));
        match refused {
            Some(fault) if !underway => Err(CancelPhase::Refused(fault)),
            _ => {
                if underway {
                    self.tell(self.asked_phase()).await;
                }
                Ok(())
            }
        }
    }

    /// Accepted by one at least, or by none that answered.
    pub fn asked_phase(&self) -> CancelPhase {
        let accepted = self.aims.iter().any(|aim| aim.answer == Answer::Accepted);
        if accepted { CancelPhase::Requested } else { CancelPhase::Unheard }
    }

    /// One request for one run, claimed before and recorded after. Not claimed is not sent.
    async fn ask(&self, run: &Run) -> Result<Aim, CancelPhase> {
        let (id, repo) = (Uuid::new_v4(), &self.target.task.repo);
        let action = if self.target.force { Action::ForceCancel } else { Action::Cancel };
        self.context.gate.pace_writes().await;
        let mut intent = self.context.intent(id, action, repo, format!("run {}", run.id)).await;
        intent.task = Some(self.target.task.id.raw().to_owned());
        intent.session = self.target.session.as_ref().map(|session| session.raw().to_owned());
        intent.run = Some(run.id.0);
        intent.granted.clone_from(&self.how.granted);
        self.context.claim(intent).await.map_err(CancelPhase::Refused)?;
        let answer = self.context.provider.cancel_run(repo, run.id, self.target.force).await;
        let mut aim = Aim::at(run, Answer::Accepted, Some(id));
        let outcome = match answer {
            // Not final: whether it was done is seen later, by the next run of the program if need be.
            Ok(CancelAnswer::Accepted) => Outcome::Unknown(super::settle::accepted(run.id)),
            Ok(CancelAnswer::Conflict) => self.after_conflict(&mut aim).await,
            Err(fault) if fault.kind == FaultKind::UnknownOutcome => {
                aim.answer = Answer::Lost(fault.what.clone());
                Outcome::Unknown(fault.what.to_string())
            }
            Err(fault) => {
                aim.intent = None;
                let outcome = Outcome::Rejected(fault.what.to_string());
                aim.answer = Answer::Refused(fault);
                outcome
            }
        };
        self.context.record(id, outcome).await;
        Ok(aim)
    }

    /// 409: it has usually completed already. If it has not, it cannot be cancelled, and that is the answer.
    async fn after_conflict(&self, aim: &mut Aim) -> Outcome {
        aim.intent = None;
        let run = aim.run;
        aim.answer = match self.context.provider.run(&self.target.task.repo, run).await {
            Ok(run) if run.is_completed() => {
                aim.ended = Some(conclusion(&run));
                Answer::Completed
            }
            Ok(run) => Answer::Refused(Fault::new(
                FaultKind::Conflict,
                format!("409: GitHub refuses to cancel run {}, which is {}", run.id, run.status.word()),
                "try again in a minute; if it stays so, give the run number to GitHub support",
            )),
            Err(fault) => Answer::Refused(fault),
        };
        Outcome::Rejected(format!("run {run}: conflict"))
    }
}
