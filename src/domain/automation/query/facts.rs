//! What a query is asked about: one automation with what was learnt of it.

use crate::domain::automation::{Automation, Concern, LimitStatus, Track};
use crate::domain::policy::Finding;
use crate::domain::{Instant, UserId};
use crate::text::Untrusted;

/// What takes work to find out of an automation, and only some queries ask for. What is not needed may be left out of the
/// facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// What only its single answer tells.
    pub detail: bool,
    /// Its newest runs and their pull requests.
    pub track: bool,
    /// What is pointed out about it.
    pub concerns: bool,
    /// What the policy says of it.
    pub findings: bool,
    pub login: bool,
    /// Whose token this is.
    pub viewer: bool,
}

impl Needs {
    pub const ALL: Self = Self { detail: true, track: true, concerns: true, findings: true, login: true, viewer: true };

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            detail: self.detail || other.detail,
            track: self.track || other.track,
            concerns: self.concerns || other.concerns,
            findings: self.findings || other.findings,
            login: self.login || other.login,
            viewer: self.viewer || other.viewer,
        }
    }
}

/// One automation as a query sees it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub automation: &'a Automation,
    /// The creator's login, where it is known.
    pub login: Option<&'a Untrusted>,
    /// Whose token this is, where it is known: `@me`.
    pub viewer: Option<UserId>,
    /// Its next run after `now`, as [`Automation::next_run`] computes it.
    pub next: Option<Instant>,
    /// `None`: nobody has read its runs.
    pub track: Option<&'a Track>,
    pub concerns: &'a [Concern],
    /// What the policy found. `None`: nobody has held it against the policy.
    pub findings: Option<&'a [Finding]>,
    /// What free words are looked for in, as [`hay`] makes it.
    pub hay: &'a str,
    pub now: Instant,
}

/// Name, description, repository, triggers in words, model and the creator's login in lower case, each on its line.
pub fn hay(automation: &Automation, login: Option<&Untrusted>) -> String {
    let raw = |text: Option<&Untrusted>| text.map_or("", Untrusted::raw_for_match).replace('\n', " ");
    let mut lines = vec![
        raw(Some(&automation.name)),
        raw(automation.description.as_ref()),
        automation.at.repo.to_string(),
        raw(automation.model.as_ref()),
        raw(login),
    ];
    lines.extend(automation.trigger_list().iter().map(|trigger| trigger.words().to_string()));
    lines.join("\n").to_lowercase()
}

impl<'a> Facts<'a> {
    /// Each limit as far as it is used up.
    pub(super) fn limits(&self) -> &'a [LimitStatus] {
        self.automation.limits.as_deref().unwrap_or_default()
    }

    /// In 24 hours, 7 days or 30 days, in nano AI credits. `None`: not told.
    pub(super) fn cost(&self, over: super::value::Over) -> Option<u128> {
        let spending = self.automation.spending()?;
        let nano = match over {
            super::value::Over::Day => spending.day,
            super::value::Over::Week => spending.week,
            super::value::Over::Month => spending.month,
        };
        nano.map(u128::from)
    }
}
