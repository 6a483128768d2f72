//! What a fixed word of a qualifier asks: `is:stuck`, `pr:draft`, `has:error`.

use super::{Facts, Needs};
use crate::domain::stuck::Stuck;
use crate::domain::{Artifact, Checks, Condition, Diagnosed, PullState, Session, Severity, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Active,
    Ended,
    Stuck,
    Orphaned,
    New,
    Marked,
    NeedsMe,
    Mine,
    Disagreeing,
    Mirrored,
    StuckQueued,
    StuckSilent,
    StuckWaiting,
    StuckDeadline,
    StuckOrphaned,
    HasAgent,
    /// An automation started it.
    ByItself,
    ByHand,
    HasBranch,
    HasCost,
    HasError,
    HasModel,
    HasPull,
    NoPull,
    Pull(Stage),
    Failing,
    Pending,
    Passing,
    ChecksUnknown,
    CostUnknown,
    SessionsUnknown,
    /// Something at least this bad was found in its log.
    Found(Severity),
    NothingFound,
    NotDiagnosed,
}

/// How far a pull request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Drafts too, as GitHub counts.
    Open,
    Draft,
    Ready,
    Merged,
    Closed,
}

impl Flag {
    pub(super) fn needs(self) -> Needs {
        let none = Needs::default();
        match self {
            Self::Stuck
            | Self::NeedsMe
            | Self::StuckQueued
            | Self::StuckSilent
            | Self::StuckWaiting
            | Self::StuckDeadline
            | Self::StuckOrphaned
            | Self::Orphaned => Needs::ORPHAN,
            Self::Mine => Needs { viewer: true, ..none },
            Self::HasCost | Self::CostUnknown | Self::HasError | Self::HasModel | Self::Mirrored => {
                Needs { sessions: true, ..none }
            }
            Self::Found(_) | Self::NothingFound | Self::NotDiagnosed => Needs { diagnosed: true, ..none },
            Self::HasBranch
            | Self::HasPull
            | Self::NoPull
            | Self::Pull(_)
            | Self::Failing
            | Self::Pending
            | Self::Passing
            | Self::ChecksUnknown => Needs { pull: true, ..none },
            Self::Disagreeing => Needs { disagrees: true, run: true, sessions: true, pull: true, ..none },
            Self::Active
            | Self::Ended
            | Self::New
            | Self::Marked
            | Self::HasAgent
            | Self::ByItself
            | Self::ByHand
            | Self::SessionsUnknown => none,
        }
    }

    pub(super) fn holds(self, facts: &Facts<'_>) -> bool {
        let task = facts.task;
        match self {
            Self::Active => task.state.is_active(),
            Self::Ended => !task.state.is_active(),
            Self::Stuck => facts.stuck.is_some() || facts.condition == Condition::Orphaned,
            Self::Orphaned => facts.condition == Condition::Orphaned,
            Self::New => facts.changed,
            Self::Marked => facts.marked,
            Self::NeedsMe => needs_me(facts),
            Self::Mine => facts.viewer.is_some_and(|viewer| task.creator.as_ref().is_some_and(|c| c.id == viewer)),
            Self::Disagreeing => facts.disagrees,
            Self::Mirrored => task.latest_session().is_some_and(Session::is_mirrored),
            Self::StuckQueued => matches!(facts.stuck, Some(Stuck::QueuedSince(_))),
            Self::StuckSilent => matches!(facts.stuck, Some(Stuck::SilentSince(_))),
            Self::StuckWaiting => matches!(facts.stuck, Some(Stuck::WaitingSince(_))),
            Self::StuckDeadline => matches!(facts.stuck, Some(Stuck::PastDeadline(_))),
            // What the row calls orphaned, whoever found it out.
            Self::StuckOrphaned => {
                facts.condition == Condition::Orphaned || matches!(facts.stuck, Some(Stuck::OrphanedSince(_)))
            }
            Self::HasAgent => task.custom_agent.is_some(),
            Self::ByItself => task.automation.is_some(),
            Self::ByHand => task.automation.is_none(),
            Self::HasBranch => facts.branch().is_some(),
            Self::HasCost => facts.credits().is_some(),
            Self::HasError => task.latest_session().is_some_and(|session| session.error.is_some()),
            Self::HasModel => task.latest_session().is_some_and(|session| session.model_for_match().is_some()),
            Self::HasPull => has_pull(facts),
            Self::NoPull => !has_pull(facts),
            Self::Pull(stage) => stage_of(facts).is_some_and(|state| stage.holds(state)),
            Self::Failing => checks(facts).is_some_and(|c| c.failed > 0),
            Self::Pending => checks(facts).is_some_and(|c| c.failed == 0 && c.pending + c.needs_approval > 0),
            Self::Passing => checks(facts).is_some_and(|c| (c.passed > 0 || c.skipped > 0) && c.is_clear()),
            Self::ChecksUnknown => checks(facts).is_some_and(|c| c.unclear().is_some()),
            Self::CostUnknown => facts.credits().is_none(),
            Self::SessionsUnknown => facts.sessions().is_none(),
            Self::Found(least) => facts.diagnosed.and_then(Diagnosed::severity).is_some_and(|found| found >= least),
            Self::NothingFound => facts.diagnosed.is_some_and(|diagnosed| diagnosed.found().is_empty()),
            Self::NotDiagnosed => facts.diagnosed.is_none(),
        }
    }
}

/// Without a person it stays as it is: the agent asks, the run is gone, or the service's own limit has passed and it
/// was not ended. One that is merely queued long or silent may still go on by itself.
fn needs_me(facts: &Facts<'_>) -> bool {
    match facts.condition {
        Condition::State(State::WaitingForUser) | Condition::Orphaned => true,
        Condition::Cancelling => false,
        Condition::State(_) => matches!(facts.stuck, Some(Stuck::PastDeadline(_))),
    }
}

impl Stage {
    fn holds(self, state: PullState) -> bool {
        match self {
            Self::Open => matches!(state, PullState::Open | PullState::Draft),
            Self::Draft => state == PullState::Draft,
            Self::Ready => state == PullState::Open,
            Self::Merged => state == PullState::Merged,
            Self::Closed => state == PullState::Closed,
        }
    }
}

fn has_pull(facts: &Facts<'_>) -> bool {
    facts.pull.is_some() || facts.task.artifacts.iter().any(|a| matches!(a, Artifact::Pull { .. }))
}

/// As the pull itself says, else as the task said of its newest.
fn stage_of(facts: &Facts<'_>) -> Option<PullState> {
    let said = || {
        facts.task.artifacts.iter().rev().find_map(|artifact| match artifact {
            Artifact::Pull { state, .. } => Some(*state),
            Artifact::Branch { .. } => None,
        })
    };
    facts.pull.map_or_else(|| said().flatten(), |pull| Some(pull.state))
}

fn checks<'a>(facts: &Facts<'a>) -> Option<&'a Checks> {
    facts.pull?.checks.as_ref()
}
