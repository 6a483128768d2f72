//! Reading a repository's task list: the newest page often, the whole list now and then.
//!
//! A list sorted by update time moves while it is read. Rows are merged by id, so a row seen twice is one row, and a row
//! missed by one sweep is only called gone when the next whole sweep misses it too.

use std::collections::{HashMap, HashSet};

use crate::domain::{Fault, Instant, RepoName, Task, TaskId};
use crate::provider::Provider;
use crate::provider::port::{Fetched, TaskQuery, Validator};

/// Enough for 10,000 tasks of one repository.
const MOST_PAGES: usize = 100;

/// What the poller keeps for one repository between sweeps.
#[derive(Clone, Debug, Default)]
pub struct ListState {
    pub validator: Option<Validator>,
    /// The newest touch seen by the last complete sweep.
    pub newest: Option<Instant>,
    pub whole_at: Option<Instant>,
    /// Missed by the last whole sweep.
    pub missed: HashSet<TaskId>,
}

/// What one sweep found.
#[derive(Debug)]
pub enum Found {
    Same,
    Some { tasks: Vec<Task>, unreadable: u32, validator: Option<Validator>, whole: bool },
}

/// Reads the list: until a page holds nothing newer than the last sweep, or to its end when `whole`.
pub async fn sweep(provider: &dyn Provider, repo: &RepoName, state: &ListState, whole: bool) -> Result<Found, Fault> {
    let query = TaskQuery {
        repo: Some(repo.clone()),
        per_page: Some(100),
        validator: if whole { None } else { state.validator.clone() },
        ..TaskQuery::default()
    };
    let (mut page, validator) = match provider.tasks(&query).await? {
        Fetched::Same => return Ok(Found::Same),
        Fetched::New { value, validator } => (value, validator),
    };
    let mut tasks: HashMap<TaskId, Task> = HashMap::new();
    let mut unreadable = 0;
    let mut read_all = false;
    for _ in 0..MOST_PAGES {
        let nothing_newer =
            state.newest.is_some_and(|newest| page.tasks.iter().all(|task| task.touched_at() <= newest));
        unreadable += page.unreadable;
        for task in page.tasks.drain(..) {
            let newer = tasks.get(&task.at.id).is_none_or(|seen| seen.touched_at() < task.touched_at());
            if newer {
                tasks.insert(task.at.id.clone(), task);
            }
        }
        let Some(next) = page.next.take() else {
            read_all = true;
            break;
        };
        if nothing_newer && !whole {
            break;
        }
        page = provider.more_tasks(&query, &next).await?;
    }
    Ok(Found::Some { tasks: tasks.into_values().collect(), unreadable, validator, whole: whole && read_all })
}

impl ListState {
    /// Takes in a sweep; returns the tasks that two whole sweeps in a row no longer found.
    pub fn absorb(
        &mut self,
        tasks: &[Task],
        validator: Option<Validator>,
        whole: bool,
        known: &HashSet<TaskId>,
        at: Instant,
    ) -> Vec<TaskId> {
        self.validator = validator;
        self.newest = tasks.iter().map(Task::touched_at).max().max(self.newest);
        if !whole {
            return Vec::new();
        }
        self.whole_at = Some(at);
        let listed: HashSet<&TaskId> = tasks.iter().map(|task| &task.at.id).collect();
        let missing: HashSet<TaskId> = known.iter().filter(|id| !listed.contains(id)).cloned().collect();
        let gone = missing.intersection(&self.missed).cloned().collect();
        self.missed = missing;
        gone
    }
}
