//! Cancelling is a life-cycle, not a fact.
//!
//! ```text
//! Looking ──run found──> Requested (202), or Unheard (no answer)
//!                           │ ──run completed──────────> RunEnded ──session ended──────> Ended
//!    │  ^                   │                             ├──session stays──────────> Orphaned
//!    │  └─ at every look    │                             └──another run works──────> RunsOn
//!    ├──no run yet──> Waiting ──withdrawn──> Withdrawn     (asked again at every look, nothing guessed)
//!    │                   ├──session ended by itself──> Ended, and nothing was sent
//!    │                   └──for too long─────────────> NotFindable
//!    └──refused──> Refused  ├──no end in time──> Stubborn (force is offered)
//!                           └──cannot be read──> Unverified (nothing is claimed)
//! ```

use super::{Conclusion, Fault, Instant, RunId, SessionId, TaskRef};
use crate::text::{Safe, Untrusted};

/// No answer to one question cancels more sessions than this.
pub const MOST_AT_ONCE: usize = 20;

/// What a cancel is aimed at, pinned when the dialog opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelTarget {
    pub task: TaskRef,
    pub session: Option<SessionId>,
    /// The run, where the service named it; else it is looked for by branch.
    pub run: Option<RunId>,
    pub branch: Option<Untrusted>,
    /// When the session was created: a run that started earlier is not its run.
    pub since: Instant,
    /// Second confirmation: force-cancel instead of cancel.
    pub force: bool,
}

/// How a run was matched to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// The service named the run.
    BySession,
    /// Branch, event and workflow path agree.
    ByBranch,
}

impl Matched {
    pub fn says(self) -> &'static str {
        match self {
            Self::BySession => "the session names its run",
            Self::ByBranch => "found on its branch, among the agent's runs",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelPhase {
    Looking,
    /// There is no run to be found yet. It is looked for again until there is one or the session has ended; until then
    /// nothing was sent, and the wish can be withdrawn.
    Waiting,
    /// 202: accepted, not done.
    Requested,
    /// Sent, and no answer says whether it arrived: nothing is claimed, and run and session are looked at.
    Unheard,
    /// Every matching run has completed; of the session this says nothing.
    RunEnded,
    /// Session and task have ended.
    Ended,
    /// The run is gone but the session still says it runs.
    Orphaned {
        frees_at: Option<Instant>,
    },
    /// What was asked to stop has ended, and this run works in its place: started again, or another one.
    RunsOn(RunId),
    /// Still in progress long after the request: force-cancel may be offered.
    Stubborn,
    /// For long no branch and no run id: nothing was safe to cancel, and it is no longer waited for.
    NotFindable,
    /// Taken back before anything was sent.
    Withdrawn,
    Refused(Fault),
    /// Sent, but for so long nothing could be read that nobody can say what came of it.
    Unverified(Fault),
}

impl CancelPhase {
    /// Nothing more will happen by itself.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Looking | Self::Waiting | Self::Requested | Self::Unheard | Self::RunEnded => false,
            Self::Ended
            | Self::Orphaned { .. }
            | Self::RunsOn(_)
            | Self::Stubborn
            | Self::NotFindable
            | Self::Withdrawn
            | Self::Refused(_)
            | Self::Unverified(_) => true,
        }
    }
}

/// What was asked of one run, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub run: RunId,
    pub answer: Answer,
    /// How it ended, once it has been seen to end.
    pub ended: Option<Conclusion>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It had completed already: nothing was sent.
    NotSent,
    /// 202.
    Accepted,
    /// 409, and it has completed.
    Completed,
    /// Nobody knows whether it arrived: what came in the place of an answer.
    Lost(Safe),
    /// 403, 404, 409 while it still runs, a limit: with what is missing.
    Refused(Fault),
}

impl Answer {
    /// What it means.
    pub fn says(&self) -> Safe {
        match self {
            Self::NotSent => Safe::new("it had ended already, nothing was sent"),
            Self::Accepted => Safe::new("202, accepted: asked for, not done"),
            Self::Completed => Safe::new("409: it had completed before"),
            Self::Lost(why) if why.is_empty() => Safe::new("no answer: it may or may not have arrived"),
            Self::Lost(why) => why.clone(),
            Self::Refused(fault) => Safe::new(fault.to_string()),
        }
    }
}

/// Words for how a run ended: only one that was cancelled is said to be.
pub fn ended_word(asked: &[Asked]) -> Safe {
    let mut ends = asked.iter().filter_map(|asked| asked.ended.as_ref());
    match ends.next() {
        Some(Conclusion::Cancelled) if ends.all(|end| *end == Conclusion::Cancelled) => Safe::new("run cancelled"),
        Some(Conclusion::Cancelled) | None => Safe::new("run ended"),
        Some(end) => Safe::new(format!("run ended by itself ({})", end.word())),
    }
}

/// It is known to have ended, and not for a cancel.
pub fn is_by_itself(end: &Conclusion) -> bool {
    !matches!(end, Conclusion::Cancelled | Conclusion::Unknown(_))
}

/// One step of a cancel, as the screen and the ledger see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelProgress {
    pub task: TaskRef,
    pub phase: CancelPhase,
    pub at: Instant,
    pub runs: Vec<RunId>,
    pub matched: Option<Matched>,
    pub asked: Vec<Asked>,
    /// Asked for by an earlier run of the program: only how it ends is looked at.
    pub taken_up: bool,
}

impl CancelProgress {
    /// Nothing is known yet but what it is aimed at.
    pub fn new(task: TaskRef, phase: CancelPhase, at: Instant) -> Self {
        Self { task, phase, at, runs: Vec::new(), matched: None, asked: Vec::new(), taken_up: false }
    }

    /// How a run ended that was asked to and did not end for that. `None`: none is known to.
    pub fn ended_by_itself(&self) -> Option<&Conclusion> {
        self.asked.iter().filter_map(|asked| asked.ended.as_ref()).find(|end| is_by_itself(end))
    }

    /// A request was sent that nobody answered, and its run has not been seen to end: nobody can say that it was accepted.
    pub fn is_unheard(&self) -> bool {
        let not_verified = matches!(self.phase, CancelPhase::Requested | CancelPhase::Unverified(_));
        let unheard = |asked: &Asked| matches!(asked.answer, Answer::Lost(_)) && asked.ended.is_none();
        self.phase == CancelPhase::Unheard || not_verified && self.asked.iter().any(unheard)
    }

    /// What came in the place of an answer.
    pub fn lost(&self) -> Option<&Safe> {
        self.asked.iter().find_map(|asked| match &asked.answer {
            Answer::Lost(why) => Some(why),
            _ => None,
        })
    }
}
