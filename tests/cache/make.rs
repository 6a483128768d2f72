//! Tasks to keep, and a way to ask what is kept.

use std::path::{Path, PathBuf};

use atc::domain::{Instant, Person, RepoName, State, Task, TaskId, TaskRef, UserId, Viewer};
use atc::runtime::cache::store::{Keep, Store};
use tempfile::TempDir;

pub const API: &str = "https://api.github.com/";
pub const TODAY: i64 = 20_000;

pub fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("cache").join("cache.db")
}

pub fn open(file: &Path) -> Store {
    let mut store = Store::open(file, API).unwrap();
    store.write(&[viewer()], TODAY).unwrap();
    store
}

/// For whom all of this is kept.
pub fn viewer() -> Keep {
    Keep::Viewer(Viewer { id: UserId(7), login: "mona".into() })
}

pub fn repo() -> RepoName {
    "acme/api".parse().unwrap()
}

pub fn task(n: u64) -> Task {
    let at = Instant::from_timestamp(1_728_000_000 + i64::try_from(n).unwrap(), 0).unwrap();
    Task {
        beyond: atc::domain::Beyond::default(),
        at: TaskRef { repo: repo(), id: TaskId::new(n.to_string()) },
        name: format!("Task {n}, which does what it says and a little more").into(),
        state: State::Completed,
        created_at: at,
        updated_at: Some(at),
        archived_at: None,
        creator: Some(Person { id: UserId(1), login: None }),
        custom_agent: None,
        automation: None,
        session_count: Some(1),
        artifacts: Vec::new(),
        html_url: None,
        sessions: Some(Vec::new()),
    }
}

pub fn keep(store: &mut Store, tasks: impl IntoIterator<Item = u64>) {
    store.write(&[Keep::Tasks(tasks.into_iter().map(task).collect())], TODAY).unwrap();
}

/// The tasks there, each checked to be the one that was kept.
pub fn kept(store: &Store) -> Vec<u64> {
    let mut all = Vec::new();
    let bad = store.tasks(&repo(), |remembered| {
        let (found, as_of) = (remembered.task, remembered.sessions_as_of);
        let n: u64 = found.at.id.raw().parse().unwrap();
        assert_eq!((&found, as_of), (&task(n), Some(found.touched_at())));
        all.push(n);
        true
    });
    assert_eq!(bad.unwrap(), 0);
    all.sort_unstable();
    all
}
