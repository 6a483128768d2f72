//! What is pointed out about an automation without anybody asking.
//!
//! No rule of a policy is needed for it, and nothing is refused because of it. What the service did not say is not held
//! against anybody.

use std::collections::{HashMap, HashSet};

use super::item::{Automation, AutomationRef, Scope};
use super::track::Track;
use super::trigger::Trigger;
use crate::domain::RepoName;
use crate::text::Safe;

/// So many runs that failed in a row, or more than half of so many, are too many.
const FAILS_IN_A_ROW: usize = 2;
const ENOUGH_TO_JUDGE: usize = 4;
/// So many pull requests that nobody looked at.
const UNREVIEWED: u32 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    WritesRepository,
    /// Somebody without write access can set it off, by this trigger.
    AnyoneTriggers(Safe),
    NoUsageLimit,
    /// It sets itself off by way of these, by name.
    Circle(Vec<Safe>),
    RunsFail {
        failed: usize,
        of: usize,
    },
    NobodyReviews(u32),
}

impl Concern {
    /// The word in exports and filters. Never change one.
    pub fn word(&self) -> &'static str {
        match self {
            Self::WritesRepository => "writes_repository",
            Self::AnyoneTriggers(_) => "anyone_triggers",
            Self::NoUsageLimit => "no_usage_limit",
            Self::Circle(_) => "circle",
            Self::RunsFail { .. } => "runs_fail",
            Self::NobodyReviews(_) => "nobody_reviews",
        }
    }

    pub fn says(&self) -> Safe {
        Safe::new(match self {
            Self::WritesRepository => "its runs may write to the whole repository".to_owned(),
            Self::AnyoneTriggers(by) => format!("somebody without write access can set it off: {by}"),
            Self::NoUsageLimit => "nothing limits what it may spend".to_owned(),
            Self::Circle(names) => {
                let names: Vec<&str> = names.iter().map(Safe::as_str).collect();
                format!("it sets itself off in a circle: {}", names.join(" → "))
            }
            Self::RunsFail { failed, of } => format!("its runs fail: {failed} of the last {of}"),
            Self::NobodyReviews(open) => format!("nobody reviews what it makes: {open} pull requests are open"),
        })
    }
}

/// What is known beside the automation itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    pub track: Option<&'a Track>,
    /// The repository lets only who may write set automations off, whatever they say themselves.
    pub repo_requires_write: Option<bool>,
}

/// All automations together: what only shows between them.
#[derive(Debug, Default)]
pub struct Surroundings<'a> {
    by_ref: HashMap<(&'a RepoName, &'a str), &'a Automation>,
}

impl<'a> Surroundings<'a> {
    pub fn of(automations: impl IntoIterator<Item = &'a Automation>) -> Self {
        let by_ref = automations.into_iter().map(|one| ((&one.at.repo, one.at.id.raw()), one)).collect();
        Self { by_ref }
    }

    /// What is to be pointed out about one of them.
    pub fn concerns(&self, automation: &Automation, known: Known<'_>) -> Vec<Concern> {
        let mut found = Vec::new();
        let wide = |scope: Option<&Scope>| scope == Some(&Scope::Repository);
        let by_trigger = automation.trigger_list().iter().any(|trigger| wide(trigger.write_scope().as_ref()));
        if wide(automation.write_scope.as_ref()) || by_trigger {
            found.push(Concern::WritesRepository);
        }
        if automation.actor_must_write == Some(false)
            && known.repo_requires_write != Some(true)
            && let Some(trigger) = automation.trigger_list().iter().find(|trigger| trigger.is_set_off_by_people())
        {
            found.push(Concern::AnyoneTriggers(trigger.words()));
        }
        if automation.has_limit() == Some(false) {
            found.push(Concern::NoUsageLimit);
        }
        found.extend(self.circle(automation).map(Concern::Circle));
        if let Some(track) = known.track {
            let (failed, of) = (track.ended() - track.done(), track.ended());
            if track.failing() >= FAILS_IN_A_ROW || (of >= ENOUGH_TO_JUDGE && failed * 2 > of) {
                found.push(Concern::RunsFail { failed, of });
            }
            if track.pulls.unreviewed >= UNREVIEWED {
                found.push(Concern::NobodyReviews(track.pulls.unreviewed));
            }
        }
        found
    }

    /// The shortest way from it back to itself, by name. A trigger names automations of its own repository.
    fn circle(&self, start: &Automation) -> Option<Vec<Safe>> {
        self.way_back(&start.at).map(|way| {
            let name = |at: &AutomationRef| {
                self.by_ref.get(&(&at.repo, at.id.raw())).map_or_else(|| at.id.show(), |one| one.name.show_line())
            };
            way.iter().map(name).collect()
        })
    }

    /// In the order they set each other off, from `start` round to `start`.
    fn way_back(&self, start: &AutomationRef) -> Option<Vec<AutomationRef>> {
        let set_off_by = |at: &AutomationRef| -> Vec<AutomationRef> {
            let Some(one) = self.by_ref.get(&(&at.repo, at.id.raw())) else { return Vec::new() };
            let ids = one.trigger_list().iter().flat_map(Trigger::chained);
            ids.map(|id| AutomationRef { repo: at.repo.clone(), id }).collect()
        };
        // Each with the way from it to `start`.
        let mut seen: HashSet<AutomationRef> = HashSet::new();
        let mut ways: std::collections::VecDeque<Vec<AutomationRef>> = vec![vec![start.clone()]].into();
        while let Some(way) = ways.pop_front() {
            let Some(first) = way.first() else { continue };
            for before in set_off_by(first) {
                let longer = || std::iter::once(before.clone()).chain(way.iter().cloned()).collect::<Vec<_>>();
                if before == *start {
                    return Some(longer());
                }
                if seen.insert(before.clone()) {
                    ways.push_back(longer());
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use serde_json::{Value, json};

    use super::super::track::{Outcome, Pulls};
    use super::super::trigger::triggers_of;
    use super::*;

    fn named(id: &str, triggers: Value) -> Automation {
        Automation { triggers: triggers_of(&triggers), ..Automation::bare(id) }
    }

    fn words(all: &[Automation], index: usize, known: Known<'_>) -> Vec<String> {
        let found = Surroundings::of(all).concerns(&all[index], known);
        found.iter().map(|one| one.says().to_string()).collect()
    }

    fn after(id: &str) -> Value {
        json!({"automation": {"automation_ids": [id]}})
    }

    #[test]
    fn a_circle_is_told_to_each_that_is_in_it_and_to_nobody_else() {
        let all = [
            named("a", after("c")),
            named("b", after("a")),
            named("c", after("b")),
            named("d", after("a")),
            named("e", after("e")),
        ];
        let circle = |way: &str| vec![format!("it sets itself off in a circle: {way}")];
        assert_eq!(words(&all, 0, Known::default()), circle("a → b → c → a"));
        assert_eq!(words(&all, 1, Known::default()), circle("b → c → a → b"));
        assert_eq!(words(&all, 3, Known::default()), [] as [String; 0], "it is set off by one, and sets off none");
        assert_eq!(words(&all, 4, Known::default()), circle("e → e"));
    }

    #[test]
    fn what_the_service_did_not_say_is_not_held_against_anybody() {
        let people = json!({"issues": {"types": ["opened"]}});
        let one = |must: Option<bool>, triggers: &Value| {
            [Automation { actor_must_write: must, ..named("a", triggers.clone()) }]
        };
        assert!(words(&one(None, &people), 0, Known::default()).is_empty());
        assert!(words(&one(Some(true), &people), 0, Known::default()).is_empty());
        assert_eq!(
            words(&one(Some(false), &people), 0, Known::default()),
            ["somebody without write access can set it off: issue opened"]
        );
        let guarded = Known { repo_requires_write: Some(true), ..Known::default() };
        assert!(words(&one(Some(false), &people), 0, guarded).is_empty(), "the repository does not let them");
        assert!(
            words(&one(Some(false), &json!({"interval": {}})), 0, Known::default()).is_empty(),
            "the clock is nobody"
        );
        let open =
            [Automation { write_scope: Some(Scope::Repository), limits: Some(Vec::new()), ..named("a", json!({})) }];
        assert_eq!(
            words(&open, 0, Known::default()),
            ["its runs may write to the whole repository", "nothing limits what it may spend"]
        );
    }

    #[test]
    fn runs_that_fail_and_pull_requests_nobody_reviews_are_pointed_out() {
        use Outcome::{Done, Failed, Open};
        let track = |outcomes: &[Outcome], unreviewed| Track {
            outcomes: outcomes.to_vec(),
            pulls: Pulls { unreviewed, ..Pulls::default() },
            ..Track::default()
        };
        for (track, expected) in [
            (track(&[Done, Failed, Failed, Open], 0), Some("its runs fail: 2 of the last 3")),
            (track(&[Failed, Failed, Failed, Done], 0), Some("its runs fail: 3 of the last 4")),
            (track(&[Failed, Done, Failed, Done], 0), None),
            (track(&[Done, Failed], 2), None),
            (track(&[Done], 3), Some("nobody reviews what it makes: 3 pull requests are open")),
        ] {
            let known = Known { track: Some(&track), ..Known::default() };
            assert_eq!(words(&[named("a", json!({}))], 0, known), Vec::from_iter(expected), "{track:?}");
        }
    }
}
