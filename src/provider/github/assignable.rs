//! Where the agent can be put in charge of issues: asked once, remembered for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Tick;

use crate::domain::RepoName;

const YES: Duration = Duration::from_hours(1);
/// Somebody may be about to switch it on.
const NO: Duration = Duration::from_mins(2);

#[derive(Debug, Default)]
pub struct Assignable(Mutex<HashMap<RepoName, (bool, Tick)>>);

impl Assignable {
    pub fn get(&self, repo: &RepoName) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(repo).filter(|(_, until)| *until > Tick::now()).map(|(can, _)| *can)
    }

    pub fn learn(&self, repo: &RepoName, can: bool) {
        let until = Tick::now() + if can { YES } else { NO };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(repo.clone(), (can, until));
    }
}
