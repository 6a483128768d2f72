//! What is known of repository names and ids, learned in passing, so that neither is asked for twice.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::RepoName;
use crate::provider::port::TellName;

/// A repository that could not be seen may have been shared meanwhile.
const HIDDEN: Duration = Duration::from_hours(1);
/// A question that failed for a passing reason is asked again, but not with every list.
const FAILED: Duration = Duration::from_mins(1);

#[derive(Default)]
pub struct Repos {
    known: Mutex<Known>,
    tell: OnceLock<TellName>,
}

impl fmt::Debug for Repos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repos").field("known", &self.known).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Known {
    ids: HashMap<RepoName, u64>,
    names: HashMap<u64, RepoName>,
    /// Asked for in vain: not again before then.
    vain: HashMap<u64, Tick>,
}

impl Repos {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up what was known before, where nothing newer was learned, and tells what is learned from now on. Whoever
    /// asked first is told.
    pub fn share(&self, before: Vec<(u64, RepoName)>, tell: TellName) {
        let mut known = self.known();
        for (id, repo) in before {
            known.ids.entry(repo.clone()).or_insert(id);
            known.names.entry(id).or_insert(repo);
        }
        drop(known);
        let _ = self.tell.set(tell);
    }

    pub fn learn(&self, repo: &RepoName, id: u64) {
        let mut known = self.known();
        if known.ids.get(repo) == Some(&id) && known.names.get(&id) == Some(repo) {
            return;
        }
        known.ids.insert(repo.clone(), id);
        known.names.insert(id, repo.clone());
        drop(known);
        if let Some(tell) = self.tell.get() {
            tell(id, repo);
        }
    }

    /// It is gone or not visible.
    pub fn hide(&self, id: u64) {
        self.known().vain.insert(id, Tick::now() + HIDDEN);
    }

    /// What it is called could not be asked just now.
    pub fn failed(&self, id: u64) {
        self.known().vain.insert(id, Tick::now() + FAILED);
    }

    /// It was asked for in vain a short while ago.
    pub fn is_hidden(&self, id: u64) -> bool {
        self.known().vain.get(&id).is_some_and(|again| *again > Tick::now())
    }

    pub fn id(&self, repo: &RepoName) -> Option<u64> {
        self.known().ids.get(repo).copied()
    }

    pub fn name(&self, id: u64) -> Option<RepoName> {
        self.known().names.get(&id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn repo(name: &str) -> RepoName {
        name.parse().unwrap()
    }

    #[test]
    fn names_of_an_earlier_run_are_used_and_only_news_is_told() {
        let repos = Repos::default();
        repos.learn(&repo("acme/moved"), 3);
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let before = vec![(1, repo("acme/api")), (2, repo("acme/web")), (3, repo("acme/old"))];
        repos.share(before, Box::new(move |id, name| hears.lock().unwrap().push((id, name.clone()))));
        assert_eq!((repos.name(1), repos.id(&repo("acme/web"))), (Some(repo("acme/api")), Some(2)));
        assert_eq!(repos.name(3), Some(repo("acme/moved")), "what this run learned is newer");
        repos.learn(&repo("acme/api"), 1);
        assert!(told.lock().unwrap().is_empty());
        repos.learn(&repo("acme/renamed"), 1);
        repos.learn(&repo("acme/renamed"), 1);
        assert_eq!(*told.lock().unwrap(), [(1, repo("acme/renamed"))]);
        assert_eq!(repos.name(1), Some(repo("acme/renamed")));
    }
}
