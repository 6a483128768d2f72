//! What the poller remembers of automations: what the lists named, what is looked at, and when each was read.

use std::collections::{HashMap, HashSet};

use tokio::time::Instant as Tick;

use crate::console::automations::Sight;
use crate::domain::automation::Listed;
use crate::domain::{AutomationId, AutomationRef, Instant, RepoName, Source};
use crate::provider::port::Validator;

#[derive(Debug, Default)]
pub struct AutomationBook {
    /// As each repository's last good list was.
    lists: HashMap<RepoName, List>,
    /// What the operator looks at. `None`: at none.
    pub sight: Option<Sight>,
    /// When each was read, also while nobody looks at it.
    read: HashMap<Source, Tick>,
    validators: HashMap<AutomationRef, Validator>,
    /// Named by tasks and by no list: looked for once.
    missed: HashSet<AutomationRef>,
}

#[derive(Debug, Default)]
struct List {
    here: bool,
    /// Each with the time of its last edit.
    named: HashMap<AutomationId, Option<Instant>>,
}

impl AutomationBook {
    /// Takes in a list. Returns those that were edited since the list before.
    pub fn listed(&mut self, repo: &RepoName, listed: &Listed) -> Vec<AutomationRef> {
        let here = !matches!(listed, Listed::NotHere);
        let named = listed.automations().iter().map(|one| (one.at.id.clone(), one.updated_at)).collect();
        let list = List { here, named };
        let Some(before) = self.lists.insert(repo.clone(), list) else { return Vec::new() };
        let edited = listed
            .automations()
            .iter()
            .filter(|one| before.named.get(&one.at.id).is_some_and(|edited| *edited != one.updated_at));
        edited.map(|one| one.at.clone()).collect()
    }

    /// Whether the repository has automations at all. `None`: its list was not read yet.
    pub fn is_here(&self, repo: &RepoName) -> Option<bool> {
        self.lists.get(repo).map(|list| list.here)
    }

    /// A task of a working automation names one the list did not: true the first time.
    pub fn is_missed(&mut self, at: &AutomationRef) -> bool {
        let Some(list) = self.lists.get(&at.repo) else { return false };
        list.here && !list.named.contains_key(&at.id) && self.missed.insert(at.clone())
    }

    /// It is gone.
    pub fn forget(&mut self, at: &AutomationRef) {
        if let Some(list) = self.lists.get_mut(&at.repo) {
            list.named.remove(&at.id);
        }
        self.validators.remove(at);
    }

    /// Of other repositories nothing is remembered.
    pub fn retain(&mut self, watched: &[RepoName]) {
        self.lists.retain(|repo, _| watched.contains(repo));
        self.read.retain(|source, _| repo_of(source).is_none_or(|repo| watched.contains(repo)));
        self.validators.retain(|at, _| watched.contains(&at.repo));
        self.missed.retain(|at| watched.contains(&at.repo));
    }

    /// Another viewer looks: at the same, of which nothing is known.
    pub fn forget_all(&mut self) {
        *self = Self { sight: self.sight.take(), ..Self::default() };
    }

    pub fn read(&mut self, source: &Source, now: Tick) {
        self.read.insert(source.clone(), now);
    }

    pub fn read_at(&self, source: &Source) -> Option<Tick> {
        self.read.get(source).copied()
    }

    pub fn validator(&self, at: &AutomationRef) -> Option<Validator> {
        self.validators.get(at).cloned()
    }

    pub fn keep_validator(&mut self, at: &AutomationRef, validator: Option<Validator>) {
        match validator {
            Some(validator) => drop(self.validators.insert(at.clone(), validator)),
            None => drop(self.validators.remove(at)),
        }
    }

    pub fn is_chosen(&self, at: &AutomationRef) -> bool {
        self.sight.as_ref().is_some_and(|sight| sight.chosen.as_ref() == Some(at))
    }
}

/// The repository of a source about automations.
pub fn repo_of(source: &Source) -> Option<&RepoName> {
    match source {
        Source::Automations(repo) => Some(repo),
        Source::Automation(at) | Source::AutomationRuns(at) => Some(&at.repo),
        _ => None,
    }
}
