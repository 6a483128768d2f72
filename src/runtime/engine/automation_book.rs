//! What the poller remembers of automations: what the lists named, what is looked at, and when each was read.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::console::automations::Sight;
use crate::domain::automation::Listed;
use crate::domain::{AutomationId, AutomationRef, Instant, RepoName, Source};
use crate::runtime::engine::reads::{Runs, RunsBefore};

#[derive(Debug, Default)]
pub struct AutomationBook {
    /// As each repository's last good list was.
    lists: HashMap<RepoName, List>,
    /// What the operator looks at. `None`: at none.
    pub sight: Option<Sight>,
    /// When each was read, also while nobody looks at it.
    read: HashMap<Source, Tick>,
    runs: HashMap<AutomationRef, SeenRuns>,
    /// Named by tasks and by no list: looked for once.
    missed: HashSet<AutomationRef>,
}

/// The runs of one, as they were read last.
#[derive(Debug)]
struct SeenRuns {
    before: RunsBefore,
    /// When all pages of them were read. `None`: something says that they are others now.
    whole_at: Option<Tick>,
    /// There are pages behind the first.
    is_long: bool,
}

/// A page of runs holds so many: of fewer there is no second one.
const PAGE: usize = 100;

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
        self.runs.remove(at);
    }

    /// Of other repositories nothing is remembered.
    pub fn retain(&mut self, watched: &[RepoName]) {
        self.lists.retain(|repo, _| watched.contains(repo));
        self.read.retain(|source, _| repo_of(source).is_none_or(|repo| watched.contains(repo)));
        self.runs.retain(|at, _| watched.contains(&at.repo));
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

    /// What a look at the runs can be spared by. The proof is of the first page, the newest: that it is the same says
    /// nothing of the pages behind it, and so these are read again every `whole`.
    pub fn runs_before(&self, at: &AutomationRef, whole: Duration, now: Tick) -> Option<RunsBefore> {
        let seen = self.runs.get(at)?;
        let is_fresh = seen.whole_at.is_some_and(|read| !seen.is_long || now.duration_since(read) < whole);
        is_fresh.then(|| seen.before.clone())
    }

    pub fn keep_runs(&mut self, at: &AutomationRef, runs: &Runs, now: Tick) {
        let Some(validator) = runs.validator.clone() else { return drop(self.runs.remove(at)) };
        let before = RunsBefore { validator, track: runs.track.clone(), named: runs.named.clone() };
        let (whole_at, is_long) = match (&runs.tasks, self.runs.get(at)) {
            (None, Some(seen)) => (seen.whole_at, seen.is_long),
            _ => (Some(now), runs.track.more || runs.track.outcomes.len() >= PAGE),
        };
        self.runs.insert(at.clone(), SeenRuns { before, whole_at, is_long });
    }

    /// One of its tasks turned, on whichever page it is.
    pub fn doubt_runs(&mut self, at: &AutomationRef) {
        if let Some(seen) = self.runs.get_mut(at).filter(|seen| seen.is_long) {
            seen.whole_at = None;
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
