//! What is known of repository names and ids, learned in passing, so that neither is asked for twice.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::RepoName;

#[derive(Debug, Default)]
pub struct Repos {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    ids: HashMap<RepoName, u64>,
    names: HashMap<u64, RepoName>,
    /// Asked for, and gone or not visible.
    hidden: HashSet<u64>,
}

impl Repos {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn learn(&self, repo: &RepoName, id: u64) {
        let mut known = self.known();
        if known.ids.get(repo) != Some(&id) {
            known.ids.insert(repo.clone(), id);
            known.names.insert(id, repo.clone());
        }
    }

    pub fn hide(&self, id: u64) {
        self.known().hidden.insert(id);
    }

    pub fn is_hidden(&self, id: u64) -> bool {
        self.known().hidden.contains(&id)
    }

    pub fn id(&self, repo: &RepoName) -> Option<u64> {
        self.known().ids.get(repo).copied()
    }

    pub fn name(&self, id: u64) -> Option<RepoName> {
        self.known().names.get(&id).cloned()
    }
}
