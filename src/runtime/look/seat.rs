//! What a verb that reads works with besides the ports.

use crate::cli::voice::Voice;
use crate::console::event::{Remembered, RememberedTask};
use crate::console::state::settings::Settings;
use crate::domain::{Artifact, Fault, FaultKind, Instant, Now, RepoName, Source};
use crate::runtime::cache;
use crate::runtime::cache::store::{Known, Store, StoreError};
use crate::runtime::engine::Pace;
use crate::runtime::engine::diagnose::Bench;

/// The place a verb works at.
#[expect(missing_debug_implementations, reason = "it holds the clock, a function")]
#[derive(Clone)]
pub struct Seat {
    pub settings: Settings,
    /// `None`: nothing is kept on this machine.
    pub cache: Option<cache::Place>,
    /// What logs are read and judged with.
    pub bench: Bench,
    /// Logs of tasks that ended badly are read though nobody opens them.
    pub diagnose: bool,
    pub now: Now,
    pub voice: Voice,
    pub pace: Pace,
}

impl Seat {
    pub fn now(&self) -> Instant {
        (self.now)()
    }

    /// The cache, where there is one already: a verb makes none.
    fn store(&self) -> Option<Result<Store, Fault>> {
        let place = self.cache.as_ref().filter(|place| place.file.is_file())?;
        Some(Store::open(&place.file, &place.api))
    }

    /// What earlier runs knew of these repositories; `None`: of all of them. An empty answer where nothing is kept.
    pub fn remembered(&self, repos: Option<&[RepoName]>) -> Result<Remembered, Fault> {
        let Some(store) = self.store() else { return Ok(Remembered::default()) };
        let store = store?;
        let unread = |error: StoreError| {
            let what = format!("the cache cannot be read: {error}");
            Fault::new(FaultKind::Local, what, "leave --cached out, or begin anew with atc cache clear")
        };
        read(&store, repos, self.now()).map_err(unread)
    }
}

fn read(store: &Store, repos: Option<&[RepoName]>, now: Instant) -> Result<Remembered, StoreError> {
    let today = now.timestamp().div_euclid(24 * 60 * 60);
    let Known { viewer, people, .. } = store.known(today)?;
    let mut all = Remembered { viewer, people, ..Remembered::default() };
    let repos = match repos {
        Some(repos) => repos.to_vec(),
        None => store.repos()?,
    };
    for repo in &repos {
        let source = Source::Tasks(repo.clone());
        all.good_at.extend(store.good_at(&source)?.map(|at| (source, at)));
        store.tasks(repo, |task: RememberedTask| {
            all.tasks.push(task);
            true
        })?;
    }
    let named: std::collections::HashSet<_> = all
        .tasks
        .iter()
        .flat_map(|one| one.task.artifacts.iter().map(|artifact| (&one.task.at.repo, artifact)))
        .filter_map(|(repo, artifact)| match artifact {
            Artifact::Pull { id, .. } => Some((repo.clone(), *id)),
            Artifact::Branch { .. } => None,
        })
        .collect();
    for repo in &repos {
        store.pulls(repo, |at, pull| {
            if named.contains(&(at.repo.clone(), at.id)) {
                all.pulls.push((at, pull));
            }
        })?;
    }
    Ok(all)
}
