//! One prompt for several repositories: a start for each, sent one after the other.
//!
//! It judges nothing itself ([`policy`](super::policy) does) and sends nothing (`ops::fan_out` does).
//!
//! ```text
//! row ──its turn──> Sending ──confirmed──> Started
//!  │                   ├──the gate, judging anew──> Refused (nothing recorded, nothing sent)
//!  │                   ├──the service says no────> Rejected
//!  │                   └──no answer, not found───> Unknown (never sent again by itself)
//!  └──stopped, or a fault that would hit every row──> NotSent (may be sent later, as a row of the same plan)
//! ```

use uuid::Uuid;

use super::policy::{Duplicate, Judgement, Verdict};
use super::start::Order;
use super::{Instant, RepoName, RepoPattern, Task, TaskRef};
use crate::text::Safe;

/// No plan has more rows than this.
pub const MOST_ROWS: usize = 50;

/// What is to be sent: one order for each repository, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// All of its intents bear it in the ledger.
    pub id: Uuid,
    pub orders: Vec<Order>,
}

/// How far a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is being judged and sent.
    Sending,
    Started(TaskRef),
    /// The gate did not let it through at its turn.
    Refused(Safe),
    /// It was sent, or was about to be, and did not become a task.
    Rejected(Safe),
    /// It may have started: it was looked for and not found.
    Unknown(Safe),
    /// Its turn did not come.
    NotSent(Safe),
}

impl Turn {
    /// It moves no further by itself.
    pub fn is_final(&self) -> bool {
        *self != Self::Sending
    }

    /// Why it is no task, where it is none.
    pub fn why(&self) -> Option<&Safe> {
        match self {
            Self::Sending | Self::Started(_) => None,
            Self::Refused(why) | Self::Rejected(why) | Self::Unknown(why) | Self::NotSent(why) => Some(why),
        }
    }
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanNews {
    /// A row moved on. With the task as the service gave it, where it did.
    Row { repo: RepoName, turn: Turn, task: Option<Box<Task>> },
    /// The service asked for a pause: the next row is not sent before then.
    Holds { until: Instant, why: Safe },
    /// No further row is sent. `why`: before the last one.
    Ended { why: Option<Safe> },
}

/// What is said of a row before it is sent. The gate judges it again at its turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    pub verdict: Verdict,
    /// The verdict with rule and numbers, in one line.
    pub line: Safe,
    /// The same work that may be under way there already.
    pub duplicates: Vec<Duplicate>,
}

impl Weighed {
    pub fn of(judged: &Judgement) -> Self {
        Self { verdict: judged.verdict(), line: judged.line(), duplicates: judged.duplicates().to_vec() }
    }

    /// Why the template of this id may not be used for a repository, where it names those it is for.
    pub fn elsewhere(template: &str, only: &[RepoPattern], repo: &RepoName) -> Option<Self> {
        if only.is_empty() || only.iter().any(|pattern| pattern.matches(repo)) {
            return None;
        }
        let only: Vec<&str> = only.iter().map(RepoPattern::as_str).collect();
        let line =
            Safe::new(format!("refused: the template {template} is not for {repo}, only for {}", only.join(", ")));
        Some(Self { verdict: Verdict::Refused, line, duplicates: Vec::new() })
    }

    /// It is only sent if somebody wants it although the same work may be under way.
    pub fn is_duplicate(&self) -> bool {
        self.verdict != Verdict::Refused && !self.duplicates.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_template_that_names_its_repositories_refuses_the_others_by_name() {
        let only: Vec<RepoPattern> = ["acme/api", "acme/web-*"].map(|text| text.parse().unwrap()).to_vec();
        for (repo, fine) in [("acme/api", true), ("acme/web-shop", true), ("acme/billing", false)] {
            let said = Weighed::elsewhere("bump", &only, &repo.parse().unwrap());
            assert_eq!(said.is_none(), fine, "{repo}");
            if let Some(said) = said {
                assert_eq!(said.verdict, Verdict::Refused);
                assert_eq!(
                    said.line.as_str(),
                    "refused: the template bump is not for acme/billing, only for acme/api, acme/web-*"
                );
            }
        }
        assert_eq!(Weighed::elsewhere("bump", &[], &"acme/billing".parse().unwrap()), None, "for all of them");
    }
}
