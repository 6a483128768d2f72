//! What the ledger is told of a cancel's end: only what was seen is final.

use super::cycle::{Aim, Cycle};
use crate::domain::cancel::{Answer, is_by_itself};
use crate::domain::{CancelPhase, RunId};
use crate::ledger::port::Outcome;
use crate::text::Untrusted;

pub(super) fn accepted(run: RunId) -> String {
    format!("run {run}: {}", Outcome::ACCEPTED)
}

/// What was answered, as an outcome that is not final tells it.
pub(super) fn answered(outcome: Option<&Outcome>) -> Answer {
    if outcome.is_some_and(Outcome::is_accepted) {
        return Answer::Accepted;
    }
    Answer::Lost(outcome.map(|outcome| Untrusted::from(outcome.detail()).show_line()).unwrap_or_default())
}

impl Cycle<'_> {
    /// Closes in the ledger what is open there, as far as the end was seen.
    pub(super) async fn settle(&self, last: &CancelPhase) {
        for aim in &self.aims {
            let Some(intent) = aim.intent else { continue };
            if let Some(outcome) = outcome(aim, last) {
                self.context.record(intent, outcome).await;
            }
        }
    }
}

/// `None`: what is written there already still holds.
fn outcome(aim: &Aim, last: &CancelPhase) -> Option<Outcome> {
    let run = aim.run;
    // What ended otherwise was not ended by this request, whatever was answered to it.
    if let Some(end) = aim.ended.as_ref().filter(|end| is_by_itself(end)) {
        return Some(Outcome::Rejected(format!("it came to nothing: run {run} ended by itself ({})", end.word())));
    }
    let ended = aim.ended.as_ref().map(|end| format!("run {run} ended ({})", end.word()));
    Some(match (last, ended) {
        (CancelPhase::Ended, Some(ended)) => Outcome::Confirmed(format!("{ended}, session ended")),
        // The request may have had no part in it.
        (CancelPhase::Ended, None) if aim.answer != Answer::Accepted => return None,
        (CancelPhase::Ended, None) => Outcome::Confirmed(format!("session ended, run {run} was not seen to end")),
        (CancelPhase::Orphaned { .. }, Some(ended)) => Outcome::Confirmed(format!("{ended}, its session is orphaned")),
        (CancelPhase::RunsOn(other), ended) => {
            let ended = ended.unwrap_or_else(|| format!("run {run} ended"));
            Outcome::Confirmed(format!("{ended}, run {other} works in its place"))
        }
        (_, Some(ended)) => Outcome::Confirmed(ended),
        (_, None) => return None,
    })
}
