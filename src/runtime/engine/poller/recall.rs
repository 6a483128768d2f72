//! What an earlier run knew, taken up before anything is asked: on the screen with its age, and in the memory, so that
//! what cannot have changed is not asked again.
//!
//! It was kept for one viewer. If another one answers, everything of it goes, from the disk and from the screen.

use tokio::time::Instant as Tick;

use super::run::Poller;
use crate::console::event::{Local, Op, What};
use crate::domain::{RepoName, Source, UserId};
use crate::runtime::cache::Part;
use crate::runtime::engine::memory::Memory;
use crate::runtime::engine::reads::Brought;
use crate::text::Safe;

/// Whose the picture is that was taken up.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    /// Tasks were taken up that were kept for this viewer, as far as it was known.
    kept_for: Option<Option<UserId>>,
    /// Who looks now, once the service has said so.
    viewer: Option<UserId>,
}

impl Poller {
    /// Takes up what an earlier run knew of the repositories that are new here.
    pub(super) async fn recall(&mut self, repos: &[RepoName]) {
        let new: Vec<_> = repos.iter().filter(|repo| !self.lists.contains_key(repo)).cloned().collect();
        if new.is_empty() {
            return;
        }
        let mut parts = self.desk.cache.recall(new).await;
        let mut kept_for = None;
        while let Some(Part { shown, names, fault }) = parts.recv().await {
            if let Some(fault) = fault {
                self.desk.op(Op::Note { bad: false, text: Safe::new(fault.to_string()) }).await;
            }
            kept_for = kept_for.or(shown.viewer.as_ref().map(|viewer| viewer.id));
            if self.recalled.viewer.is_some_and(|viewer| kept_for != Some(viewer)) {
                return;
            }
            if !shown.tasks.is_empty() || !shown.pulls.is_empty() {
                self.recalled.kept_for = Some(kept_for);
            }
            self.share_names(names);
            self.memory.seed(&shown);
            let more = shown.more;
            self.desk.send(What::Local(Local::Remembered(Box::new(shown)))).await;
            if !more {
                break;
            }
        }
        if self.memory.names_pulls() {
            self.schedule.want(Source::Pulls, Some(self.pace.pulls), Tick::now());
        }
    }

    fn share_names(&self, names: Vec<(u64, RepoName)>) {
        let cache = self.desk.cache.clone();
        self.desk.provider.share_names(names, Box::new(move |id, name| cache.keep_name(id, name)));
    }

    /// The service says who looks. Another one than the picture was kept for: it goes, and everything is asked anew.
    pub(super) async fn check_viewer(&mut self, brought: &Brought, now: Tick) {
        let Brought::Viewer(viewer) = brought else { return };
        self.recalled.viewer = Some(viewer.id);
        if self.recalled.kept_for.take().is_none_or(|kept_for| kept_for == Some(viewer.id)) {
            return;
        }
        tracing::info!("another viewer than before: the cache is emptied");
        self.desk.cache.forget().await;
        self.desk.send(What::Local(Local::Forget)).await;
        self.memory = Memory::default();
        self.schedule.retain(|source| !matches!(source, Source::Task(_) | Source::Run(_)));
        for (repo, list) in &mut self.lists {
            // What is still on its way is said to this viewer.
            if std::mem::take(list).whole_at.is_some() {
                self.schedule.poke(&Source::Tasks(repo.clone()), now, false);
            }
        }
    }
}
