//! How what is known of automations changes: a list, one of them, its runs. Each says whether anything visible changed.

use super::{Automations, Known, List};
use crate::domain::automation::{Listed, Track};
use crate::domain::{Automation, AutomationRef, Instant, RepoName, Task};

impl Automations {
    /// A repository's list. What it no longer names is gone.
    pub fn listed(&mut self, repo: &RepoName, listed: Listed, now: Instant) -> bool {
        self.revision += 1;
        let (told, automations) = match listed {
            Listed::NotHere => (List { not_here: true, ..List::default() }, Vec::new()),
            Listed::Here { automations, unreadable, more } => (List { not_here: false, unreadable, more }, automations),
        };
        let before = self.known.len();
        // Where some could not be read, one that is missing may be one of these.
        if told.unreadable == 0 && !told.more {
            self.known.retain(|at, _| at.repo != *repo || automations.iter().any(|one| one.at == *at));
        }
        let mut changed = self.known.len() != before;
        self.changed |= changed;
        for automation in automations {
            changed |= self.put(automation, now);
        }
        if changed {
            self.reckon(repo);
        }
        changed | (self.lists.insert(repo.clone(), told) != Some(told))
    }

    /// One as it is now. A list tells less: what was read of the rest stays.
    pub fn stands(&mut self, automation: Automation, now: Instant) -> bool {
        self.revision += 1;
        let repo = automation.at.repo.clone();
        let changed = self.put(automation, now);
        if changed {
            self.reckon(&repo);
        }
        changed
    }

    /// It is no longer there.
    pub fn gone(&mut self, at: &AutomationRef) -> bool {
        self.revision += 1;
        let changed = self.known.remove(at).is_some();
        if changed {
            self.changed = true;
            self.reckon(&at.repo);
        }
        changed
    }

    /// What its newest runs came to.
    pub fn tracked(&mut self, at: &AutomationRef, track: Track, now: Instant) -> bool {
        self.revision += 1;
        let Some(known) = self.known.get_mut(at) else { return false };
        known.tracked_at = Some(now);
        let changed = known.track.as_ref() != Some(&track);
        if changed {
            known.track = Some(track);
            self.reckon(&at.repo);
        }
        changed
    }

    /// The tasks its runs are.
    pub fn ran(&mut self, at: &AutomationRef, tasks: &[Task]) {
        let Some(known) = self.known.get_mut(at).filter(|known| known.runs != tasks) else { return };
        known.runs = tasks.to_vec();
        self.revision += 1;
    }

    /// Its runs came to nothing else than before. Only their age is another one.
    pub fn tracked_again(&mut self, at: &AutomationRef, now: Instant) -> bool {
        self.revision += 1;
        if let Some(known) = self.known.get_mut(at) {
            known.tracked_at = Some(now);
        }
        false
    }

    /// Nothing of repositories that are not watched any more stays.
    pub fn keep(&mut self, repos: &[RepoName]) {
        self.revision += 1;
        self.lists.retain(|repo, _| repos.contains(repo));
        self.known.retain(|at, _| repos.contains(&at.repo));
        self.forget_pointed(repos);
    }

    fn put(&mut self, mut automation: Automation, now: Instant) -> bool {
        let detailed = automation.detail.is_some();
        let Some(known) = self.known.get_mut(&automation.at) else {
            let known = Known {
                detailed_at: detailed.then_some(now),
                track: None,
                runs: Vec::new(),
                tracked_at: None,
                automation: automation.clone(),
            };
            self.known.insert(automation.at, known);
            (self.changed, self.renamed) = (true, true);
            return true;
        };
        if detailed {
            known.detailed_at = Some(now);
        } else {
            automation.detail.clone_from(&known.automation.detail);
        }
        self.renamed |= known.automation.name != automation.name;
        let changed = known.automation != automation;
        self.changed |= changed;
        known.automation = automation;
        changed
    }
}
