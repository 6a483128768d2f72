//! What an earlier run knew, taken up before anything is asked: on the screen with its age, and in the memory, so that
//! what cannot have changed is not asked again. Where it was kept whole, a list goes on from there: what is new is read, and
//! the whole at its own pace.
//!
//! It was kept for one viewer. If another one answers, everything of it goes, from the disk and from the screen.

use tokio::time::Instant as Tick;

use super::automations::is_of_automations;
use super::run::Poller;
use crate::console::event::{Local, Op, Remembered, What};
use crate::domain::{RepoName, Source, UserId};
use crate::runtime::cache::{Mark, Part};
use crate::runtime::engine::list_state::{Kept, ListState};
use crate::runtime::engine::memory::Memory;
use crate::runtime::engine::origins::Answer;
use crate::runtime::engine::reads::Brought;
use crate::runtime::engine::schedule::Poke;
use crate::text::Safe;

/// Whose the picture is, and who looks.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    /// Whom it was kept for. `None`: there was nothing.
    kept_for: Option<UserId>,
    /// Who looks now, once the service has said so.
    viewer: Option<UserId>,
}

impl Poller {
    /// Takes up what an earlier run knew of the repositories that are new here.
    pub(super) async fn recall(&mut self, repos: &[RepoName]) {
        self.origins.begin();
        let new: Vec<_> = repos.iter().filter(|repo| !self.lists.contains_key(repo)).cloned().collect();
        if new.is_empty() {
            return;
        }
        let mut parts = self.desk.cache.recall(new).await;
        while let Some(Part { mut shown, names, wholes, fault, more, seen }) = parts.recv().await {
            if let Some(fault) = fault {
                self.desk.op(Op::Note { bad: false, text: Safe::new(fault.to_string()) }).await;
                return;
            }
            if let Some(owner) = &shown.viewer {
                // Another console may have taken the cache over for somebody else since.
                if self.recalled.viewer.is_some_and(|viewer| viewer != owner.id) {
                    return;
                }
                self.recalled.kept_for = Some(owner.id);
            }
            let cache = self.desk.cache.clone();
            self.desk.provider.share_names(names, Box::new(move |id, name| cache.keep_name(id, name)));
            let tasks = shown.tasks.iter_mut().map(|remembered| &mut remembered.task);
            tasks.for_each(|task| self.origins.add(task));
            self.memory.seed(&shown);
            self.recall_diagnoses(&shown.tasks).await;
            if !seen {
                self.desk.send(What::Local(Local::Remembered(Box::new(shown)))).await;
            }
            for (repo, mark) in wholes {
                self.resume(repo, mark);
            }
            if !more {
                break;
            }
        }
        if self.memory.pulls.open() > 0 {
            self.schedule.want(Source::Pulls, Some(self.pulls_pace()), Tick::now());
        }
    }

    /// What the ledger knows of what started tasks: for those that were heard of before it was read.
    pub(super) async fn learn_origins(&mut self, read: Answer, now: Tick) {
        let mut origins = Vec::new();
        for (id, automation) in self.origins.take(read) {
            if self.memory.knows_origin(id, automation) {
                origins.push((id.clone(), automation.clone()));
            }
        }
        if origins.is_empty() {
            return;
        }
        for (id, _) in &origins {
            if let Some(light) = self.memory.tasks.get(id)
                && let Some(at) = light.started_by()
            {
                self.meet_automation(&at, light.state.is_active(), false, now);
            }
        }
        let told = Remembered { origins, ..Remembered::default() };
        self.desk.send(What::Local(Local::Remembered(Box::new(told)))).await;
    }

    /// A list that is kept whole is asked only for what is new, and read whole again at its own pace.
    fn resume(&mut self, repo: RepoName, mark: Mark) {
        // A time to come is none to count from.
        let age = mark.whole_at.and_then(|at| (self.desk.now() - at).to_std().ok());
        self.lists.entry(repo).or_default().resume(mark, age, self.pace.whole_sweep, Tick::now());
    }

    /// An answer about a list was told and is kept; now how far the list is.
    pub(super) fn keep_mark(&mut self, source: &Source, now: Tick) {
        let Source::Tasks(repo) = source else { return };
        let at = self.desk.now();
        match self.lists.get_mut(repo).and_then(|list| list.keep(at, now)) {
            Some(Kept::Whole(mark)) => self.desk.cache.keep_whole(repo, mark),
            Some(Kept::Further(newest)) => self.desk.cache.keep_further(repo, newest),
            None => {}
        }
    }

    /// The service says who looks. Another one than the picture was kept for: it goes, and everything is asked anew.
    pub(super) async fn check_viewer(&mut self, brought: &Brought, now: Tick) {
        let Brought::Viewer(viewer) = brought else { return };
        self.desk.cache.belongs_to(viewer).await;
        self.recalled.viewer = Some(viewer.id);
        if self.recalled.kept_for.take().is_none_or(|kept_for| kept_for == viewer.id) {
            return;
        }
        tracing::info!("another viewer than before: what was kept for that one goes");
        self.desk.send(What::Local(Local::Forget)).await;
        self.memory = Memory::default();
        self.diagnoses.forget();
        self.automations.forget_all();
        let is_of_one = |source: &Source| matches!(source, Source::Task(_) | Source::Run(_) | Source::Diagnosis(_));
        self.schedule.retain(|source| !is_of_one(source) && !is_of_automations(source));
        // The same answer again would be no news, and the console has forgotten the one before.
        self.own = ListState::default();
        self.schedule.poke(&Source::OwnTasks, now, Poke::News);
        for (repo, list) in &mut self.lists {
            // What is still on its way is said to this viewer.
            if std::mem::take(list).whole_at.is_some() {
                self.schedule.poke(&Source::Tasks(repo.clone()), now, Poke::News);
            }
        }
    }
}
