//! What a fixed word of a qualifier asks: `state:off`, `limit:near`, `concern:circle`.

use super::value::Over;
use super::{Facts, Needs};
use crate::domain::automation::{LimitStatus, Owner, Scope, Switch, Trigger};
use crate::domain::policy::Grade;

/// From so many percent on, a limit is near.
const NEAR: u128 = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Somebody should look at it, for whichever of the reasons there are.
    NeedsCare,
    On,
    Off,
    OffByService,
    SwitchUntold,
    OwnedByUser,
    OwnedByRepository,
    Mine,
    WritesTrigger,
    WritesRepository,
    Scheduled,
    ByHandOnly,
    ModelAutomatic,
    NextKnown,
    NextNone,
    CostUnknown(Over),
    LimitReached,
    LimitNear,
    LimitAny,
    LimitNone,
    NeverEnded,
    RunsUnknown,
    ConcernAny,
    ConcernNone,
    /// The word of a [`Concern`](crate::domain::automation::Concern).
    Concern(&'static str),
    ViolatesAny,
    ViolatesNone,
    ViolatesUnknown,
}

impl Flag {
    pub(super) fn needs(self) -> Needs {
        let none = Needs::default();
        match self {
            Self::NeedsCare => Needs { concerns: true, findings: true, detail: true, track: true, ..none },
            Self::Mine => Needs { viewer: true, ..none },
            Self::CostUnknown(_) | Self::LimitReached | Self::LimitNear | Self::LimitAny | Self::LimitNone => {
                Needs { detail: true, ..none }
            }
            Self::NeverEnded | Self::RunsUnknown => Needs { track: true, ..none },
            Self::ConcernAny | Self::ConcernNone => Needs { concerns: true, detail: true, track: true, ..none },
            Self::Concern("runs_fail" | "nobody_reviews") => Needs { concerns: true, track: true, ..none },
            // Of these the lists tell enough.
            Self::Concern("writes_repository" | "circle") => Needs { concerns: true, ..none },
            Self::Concern(_) => Needs { concerns: true, detail: true, ..none },
            Self::ViolatesAny | Self::ViolatesNone | Self::ViolatesUnknown => {
                Needs { findings: true, detail: true, ..none }
            }
            Self::On
            | Self::Off
            | Self::OffByService
            | Self::SwitchUntold
            | Self::OwnedByUser
            | Self::OwnedByRepository
            | Self::WritesTrigger
            | Self::WritesRepository
            | Self::Scheduled
            | Self::ByHandOnly
            | Self::ModelAutomatic
            | Self::NextKnown
            | Self::NextNone => none,
        }
    }

    pub(super) fn holds(self, facts: &Facts<'_>) -> bool {
        let one = facts.automation;
        match self {
            Self::NeedsCare => {
                let any =
                    [Self::ConcernAny, Self::ViolatesAny, Self::LimitReached, Self::LimitNear, Self::OffByService];
                any.into_iter().any(|reason| reason.holds(facts))
            }
            Self::On => one.switch.is_on(),
            Self::Off => matches!(one.switch, Switch::Off(_)),
            Self::OffByService => matches!(&one.switch, Switch::Off(off) if off.reason.is_some()),
            Self::SwitchUntold => one.switch == Switch::Untold,
            Self::OwnedByUser => one.owner == Some(Owner::User),
            Self::OwnedByRepository => one.owner == Some(Owner::Repository),
            Self::Mine => facts.viewer.is_some_and(|viewer| one.creator.as_ref().is_some_and(|who| who.id == viewer)),
            Self::WritesTrigger => writes(facts, &Scope::Trigger),
            Self::WritesRepository => writes(facts, &Scope::Repository),
            Self::Scheduled => one.trigger_list().iter().any(Trigger::is_schedule),
            Self::ByHandOnly => one.triggers.as_ref().is_some_and(Vec::is_empty),
            Self::ModelAutomatic => one.model.is_none(),
            Self::NextKnown => facts.next.is_some(),
            Self::NextNone => facts.next.is_none(),
            Self::CostUnknown(over) => facts.cost(over).is_none(),
            Self::LimitReached => reached(facts),
            Self::LimitNear => !reached(facts) && facts.limits().iter().any(near),
            Self::LimitAny => one.has_limit() == Some(true),
            Self::LimitNone => one.has_limit() == Some(false),
            Self::NeverEnded => facts.track.is_some_and(|track| track.ended() == 0),
            Self::RunsUnknown => facts.track.is_none(),
            Self::ConcernAny => !facts.concerns.is_empty(),
            Self::ConcernNone => facts.concerns.is_empty(),
            Self::Concern(word) => facts.concerns.iter().any(|concern| concern.word() == word),
            Self::ViolatesAny => graded(facts, Grade::Refuses),
            Self::ViolatesNone => facts.findings.is_some() && !graded(facts, Grade::Refuses),
            Self::ViolatesUnknown => facts.findings.is_none() || graded(facts, Grade::NeedsReason),
        }
    }
}

/// By itself, or by one of its triggers.
fn writes(facts: &Facts<'_>, scope: &Scope) -> bool {
    let one = facts.automation;
    one.write_scope.as_ref() == Some(scope)
        || one.trigger_list().iter().any(|trigger| trigger.write_scope().as_ref() == Some(scope))
}

fn reached(facts: &Facts<'_>) -> bool {
    facts.limits().iter().any(|limit| limit.reached)
        || facts.automation.detail.as_ref().and_then(|detail| detail.limit_reached) == Some(true)
}

fn near(status: &LimitStatus) -> bool {
    let used = status.limit.zip(status.used);
    used.is_some_and(|(limit, used)| u128::from(used) * 100 >= u128::from(limit) * NEAR)
}

fn graded(facts: &Facts<'_>, grade: Grade) -> bool {
    facts.findings.is_some_and(|findings| findings.iter().any(|finding| finding.grade == grade))
}
