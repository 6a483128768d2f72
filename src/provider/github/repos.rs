//! What is known of repository names and ids, learned in passing, so that neither is asked for twice.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::RepoName;

#[derive(Debug, Default)]
pub struct Repos {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    ids: HashMap<RepoName, u64>,
    /// `None`: asked, and gone or not visible.
    names: HashMap<u64, Option<RepoName>>,
}

impl Repos {
    pub fn learn(&self, repo: &RepoName, id: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.ids.get(repo) != Some(&id) {
            known.ids.insert(repo.clone(), id);
            known.names.insert(id, Some(repo.clone()));
        }
    }

    pub fn remember(&self, id: u64, name: Option<RepoName>) {
        match name {
            Some(repo) => self.learn(&repo, id),
            None => {
                self.known.lock().unwrap_or_else(PoisonError::into_inner).names.insert(id, None);
            }
        }
    }

    pub fn id(&self, repo: &RepoName) -> Option<u64> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).ids.get(repo).copied()
    }

    pub fn name(&self, id: u64) -> Option<Option<RepoName>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).names.get(&id).cloned()
    }
}
