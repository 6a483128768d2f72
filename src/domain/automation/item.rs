//! One automation, as the service tells it.

use serde_json::Value;

use super::definition::{Definition, Fields};
use super::schedule::Schedule;
use super::trigger::Trigger;
use crate::domain::{AutomationId, Cost, Instant, Person, RepoName};
use crate::text::{Safe, Untrusted};

/// Where an automation is: enough to ask for it again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AutomationRef {
    pub repo: RepoName,
    pub id: AutomationId,
}

/// Source: the lists and single answers of `/agents/repos/{owner}/{repo}/automations`.
#[derive(Clone, Debug, PartialEq)]
pub struct Automation {
    pub at: AutomationRef,
    pub name: Untrusted,
    pub description: Option<Untrusted>,
    pub switch: Switch,
    pub owner: Option<Owner>,
    pub creator: Option<Person>,
    pub write_scope: Option<Scope>,
    /// Only who may write to the repository sets it off. `None`: the service did not say.
    pub actor_must_write: Option<bool>,
    /// `None`: the service did not say. Empty: it is run by hand only.
    pub triggers: Option<Vec<Trigger>>,
    /// `None`: the service chooses.
    pub model: Option<Untrusted>,
    pub reasoning_effort: Option<Untrusted>,
    pub created_at: Option<Instant>,
    pub updated_at: Option<Instant>,
    /// How far its limits are used up. `None`: the service did not say.
    pub limits: Option<Vec<LimitStatus>>,
    /// Lists carry none: it takes one request for each.
    pub detail: Option<Box<Detail>>,
    /// Keys this program does not know, as they came; addresses that may hold credentials are taken out.
    pub other: Fields,
}

/// What only a single answer tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    pub prompt: Untrusted,
    pub revision: Option<Revision>,
    /// Names of tools, as they came: texts, or objects with an `id` or a `name`.
    pub tools: Vec<Value>,
    pub permissions: Fields,
    pub toolsets: Vec<Untrusted>,
    pub agents: Vec<Untrusted>,
    pub limit_reached: Option<bool>,
    pub spending: Option<Spending>,
    /// `None`: the service did not say.
    pub limits: Option<Vec<UsageLimit>>,
    /// All that can be written of it, as it came.
    pub definition: Definition,
}

/// Told by the service to guard an edit, opaque, and sent back as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(pub Value);

impl Revision {
    pub fn show(&self) -> Safe {
        super::show_value(&self.0)
    }
}

/// Two fields and an object tell it; it is off when any of them says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Switch {
    On,
    Off(Off),
    /// The service did not say.
    Untold,
}

/// Why and since when it is off, as far as the service says: where a person switched it off it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Off {
    pub reason: Option<Untrusted>,
    pub at: Option<Instant>,
}

impl Switch {
    pub fn is_on(&self) -> bool {
        matches!(self, Self::On)
    }

    /// `on`, `off`, `off: usage_limit_reached`, `not told`.
    pub fn words(&self) -> Safe {
        match self {
            Self::On => Safe::new("on"),
            Self::Untold => Safe::new("not told"),
            Self::Off(off) => match &off.reason {
                Some(reason) => Safe::new(format!("off: {}", reason.show_line().replace('_', " "))),
                None => Safe::new("off"),
            },
        }
    }
}

/// Whose it is. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    User,
    Repository,
    Unknown(Untrusted),
}

impl Owner {
    pub fn parse(word: &str) -> Self {
        match word {
            "user" => Self::User,
            "repository" => Self::Repository,
            other => Self::Unknown(other.into()),
        }
    }

    pub fn word(&self) -> Safe {
        match self {
            Self::User => Safe::new("user"),
            Self::Repository => Safe::new("repository"),
            Self::Unknown(word) => word.show_line(),
        }
    }
}

/// How far its changes may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What set it off: its issue, its pull request.
    Trigger,
    /// The whole repository.
    Repository,
    Unknown(Untrusted),
}

impl Scope {
    pub fn parse(word: &str) -> Self {
        match word {
            "trigger" => Self::Trigger,
            "repository" => Self::Repository,
            other => Self::Unknown(other.into()),
        }
    }

    /// The service's own word, for comparing. Not for the screen.
    pub fn wire(&self) -> &str {
        match self {
            Self::Trigger => "trigger",
            Self::Repository => "repository",
            Self::Unknown(word) => word.raw_for_match(),
        }
    }

    pub fn word(&self) -> Safe {
        Untrusted::from(self.wire()).show_line()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    Day,
    Week,
    Month,
    Unknown(Untrusted),
}

impl Period {
    pub fn parse(word: &str) -> Self {
        match word {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            other => Self::Unknown(other.into()),
        }
    }

    pub fn word(&self) -> Safe {
        match self {
            Self::Day => Safe::new("day"),
            Self::Week => Safe::new("week"),
            Self::Month => Safe::new("month"),
            Self::Unknown(word) => word.show_line(),
        }
    }
}

/// How far a limit is used up. Limits are soft: a run in flight may pass them. All in nano AI credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitStatus {
    pub period: Period,
    pub limit: Option<u64>,
    pub used: Option<u64>,
    pub resets_at: Option<Instant>,
    pub reached: bool,
}

/// A limit as it was set, in nano AI credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageLimit {
    pub period: Period,
    pub limit: u64,
}

/// What its runs cost, in nano AI credits. `None`: the service did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spending {
    pub day: Option<u64>,
    pub week: Option<u64>,
    pub month: Option<u64>,
}

/// In the order of a table: 24 hours, 7 days, 30 days. Each is summed in nano units, to be divided once when it is shown;
/// `None` where nobody said anything.
pub fn total_spending<'a>(all: impl IntoIterator<Item = &'a Spending>) -> [Option<Cost>; 3] {
    let mut sums: [Option<u128>; 3] = [None; 3];
    for one in all {
        for (sum, nano) in sums.iter_mut().zip([one.day, one.week, one.month]) {
            if let Some(nano) = nano {
                *sum = Some(sum.unwrap_or_default() + u128::from(nano));
            }
        }
    }
    sums.map(|sum| sum.map(|nano_credits| Cost { nano_credits, premium_requests: 0.0 }))
}

#[cfg(test)]
#[expect(clippy::missing_panics_doc, reason = "a fixture of tests")]
impl Automation {
    /// One of `acme/api` that is switched on and says no more than it must.
    pub fn bare(id: &str) -> Self {
        Self {
            at: AutomationRef { repo: "acme/api".parse().unwrap(), id: AutomationId::new(id) },
            name: id.into(),
            description: None,
            switch: Switch::On,
            owner: None,
            creator: None,
            write_scope: None,
            actor_must_write: None,
            triggers: None,
            model: None,
            reasoning_effort: None,
            created_at: None,
            updated_at: None,
            limits: None,
            detail: None,
            other: Fields::new(),
        }
    }
}

impl Automation {
    pub fn prompt(&self) -> Option<&Untrusted> {
        self.detail.as_ref().map(|detail| &detail.prompt)
    }

    pub fn revision(&self) -> Option<&Revision> {
        self.detail.as_ref()?.revision.as_ref()
    }

    pub fn spending(&self) -> Option<&Spending> {
        self.detail.as_ref()?.spending.as_ref()
    }

    /// All that can be written of it; lists do not tell it.
    pub fn definition(&self) -> Option<&Definition> {
        self.detail.as_ref().map(|detail| &detail.definition)
    }

    pub fn trigger_list(&self) -> &[Trigger] {
        self.triggers.as_deref().unwrap_or_default()
    }

    /// Its schedules, whether it is switched on or not.
    pub fn schedules(&self) -> Vec<Schedule> {
        self.trigger_list().iter().filter_map(Trigger::schedule).collect()
    }

    /// When it will run next, computed from its schedules. `None`: it is off, has none, or they do not tell enough.
    pub fn next_run(&self, after: Instant) -> Option<Instant> {
        if !self.switch.is_on() {
            return None;
        }
        self.schedules().iter().filter_map(|schedule| schedule.next(after)).min()
    }

    /// Whether anything limits what it may spend; `None`: the service did not say.
    pub fn has_limit(&self) -> Option<bool> {
        let set = self.detail.as_ref().and_then(|detail| detail.limits.as_ref()).map(|limits| !limits.is_empty());
        let status = self.limits.as_ref().map(|limits| !limits.is_empty());
        match (set, status) {
            (Some(a), Some(b)) => Some(a || b),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_cost_is_summed_before_it_is_divided() {
        let one = Spending { day: Some(40_000_000), week: Some(43_380_350_000), month: None };
        let [day, week, month] = total_spending([&one, &one]);
        assert_eq!(day.map(|cost| cost.to_string()).as_deref(), Some("0.1 cr"), "not 0.0 and 0.0");
        assert_eq!(week.map(|cost| cost.to_string()).as_deref(), Some("86.8 cr"));
        assert_eq!(month, None, "what nobody said is not zero");
        let most = Spending { day: Some(u64::MAX), ..Spending::default() };
        assert!(total_spending([&most, &most])[0].is_some_and(|cost| cost.nano_credits > u128::from(u64::MAX)));
    }
}
