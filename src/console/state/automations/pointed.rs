//! What is pointed out of automations unasked: found anew when news of a repository's automations come, never for a
//! frame.

use std::sync::Arc;

use super::{Automations, Known};
use crate::domain::automation::concern::Known as Beside;
use crate::domain::automation::{Concern, Surroundings};
use crate::domain::policy::{Facts, Finding, Grade, InForce, Key};
use crate::domain::{AutomationRef, RepoName};
use crate::text::Safe;

/// What there is to say of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointed {
    /// The worst first.
    pub concerns: Vec<Concern>,
    /// What it breaks of the policy.
    pub violations: Vec<Finding>,
}

impl Pointed {
    /// Each in a sentence, the worst first.
    pub fn says(&self) -> impl Iterator<Item = Safe> + '_ {
        let broken = self.violations.iter().map(|found| Safe::new(format!("{} (rule `{}`)", found.says, found.rule)));
        broken.chain(self.concerns.iter().map(Concern::says))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.concerns.len() + self.violations.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For telling one set of them from another, and the same from the same after a restart.
    pub fn words(&self) -> String {
        let broken = self.violations.iter().map(|found| found.key.map_or("policy", Key::word));
        let words: Vec<&str> = broken.chain(self.concerns.iter().map(Concern::word)).collect();
        words.join(" ")
    }
}

/// The worst first: what can run away, what does not work, what others can do with it, what it costs, what piles up.
fn rank(concern: &Concern) -> u8 {
    match concern {
        Concern::Circle(_) => 0,
        Concern::RunsFail { .. } => 1,
        Concern::AnyoneTriggers(_) => 2,
        Concern::WritesRepository => 3,
        Concern::NoUsageLimit => 4,
        Concern::NobodyReviews(_) => 5,
    }
}

impl Automations {
    /// All that is to be said of one. `None`: nothing.
    pub fn pointed_at(&self, at: &AutomationRef) -> Option<&Pointed> {
        self.pointed.get(at)
    }

    /// What is pointed out of one, as far as it is known; the worst first.
    pub fn concerns(&self, at: &AutomationRef) -> &[Concern] {
        self.pointed.get(at).map_or(&[], |pointed| &pointed.concerns)
    }

    /// What of the policy in force it breaks. Nothing while its detail or the policy is not known.
    pub fn violations(&self, at: &AutomationRef) -> &[Finding] {
        self.pointed.get(at).map_or(&[], |pointed| &pointed.violations)
    }

    /// All of which something is to be said, by repository and id.
    pub fn pointed(&self) -> impl Iterator<Item = (&Known, &Pointed)> {
        self.pointed.iter().filter_map(|(at, pointed)| Some((self.known.get(at)?, pointed)))
    }

    /// The policy as it is now.
    pub fn hold_to(&mut self, policy: Arc<InForce>) {
        if self.policy.as_ref() == Some(&policy) {
            return;
        }
        self.policy = Some(policy);
        self.revision += 1;
        let mut repos: Vec<RepoName> = self.known.keys().map(|at| at.repo.clone()).collect();
        repos.dedup();
        for repo in repos {
            self.reckon(&repo);
        }
    }

    /// A circle shows only between all of a repository's, so they are looked at together.
    pub(super) fn reckon(&mut self, repo: &RepoName) {
        let here: Vec<&Known> = self.known.values().filter(|known| known.automation.at.repo == *repo).collect();
        let surroundings = Surroundings::of(here.iter().map(|known| &known.automation));
        let mut found: Vec<(AutomationRef, Pointed)> = Vec::new();
        for known in here {
            // Whether the repository lets others set them off is not asked for here.
            let beside = Beside { track: known.track.as_ref(), repo_requires_write: None };
            let mut concerns = surroundings.concerns(&known.automation, beside);
            concerns.sort_by_key(rank);
            let pointed = Pointed { concerns, violations: self.broken(known) };
            if !pointed.is_empty() {
                found.push((known.automation.at.clone(), pointed));
            }
        }
        let same = {
            let before = self.pointed.iter().filter(|(at, _)| at.repo == *repo);
            before.eq(found.iter().map(|(at, pointed)| (at, pointed)))
        };
        if !same {
            self.pointed.retain(|at, _| at.repo != *repo);
            self.pointed.extend(found);
            self.changed = true;
        }
    }

    /// Which branch is the default one is not asked for here: who names none is not held to what is said of branches.
    fn broken(&self, known: &Known) -> Vec<Finding> {
        let policy = self.policy.as_ref().and_then(|in_force| in_force.policy.as_ref().ok());
        let (Some(policy), Some(definition)) = (policy, known.automation.definition()) else { return Vec::new() };
        let mut found = policy.audit(&known.automation.at.repo, definition, &Facts::default());
        let names_branch = known.automation.trigger_list().iter().any(|trigger| !trigger.branches().is_empty());
        let is_sure = |finding: &Finding| names_branch || finding.key != Some(Key::AutomationBranches);
        found.retain(|finding| finding.grade == Grade::Refuses && is_sure(finding));
        found
    }

    pub(super) fn forget_pointed(&mut self, kept: &[RepoName]) {
        let before = self.pointed.len();
        self.pointed.retain(|at, _| kept.contains(&at.repo));
        self.changed |= self.pointed.len() != before;
    }
}
