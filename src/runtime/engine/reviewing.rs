//! The hands of the reviews pane: what is read of the pull request under the cursor, and what is done to one.
//!
//! ```text
//! Look ─> rest a moment ─> known at this commit and fresh? ──yes──> told at once
//!                              └──no──> files, owners file (asked with the proof of the last answer), agent merge ─> told
//! ```

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant as Tick;

use super::desk::Desk;
use super::poller::Wish as PollerWish;
use super::settler;
use crate::console::event::Op;
use crate::console::reviews::{LookAt, News, Wish};
use crate::domain::pull_look::{ChangedFiles, Owners, OwnersFile};
use crate::domain::{Fault, FaultKind, JobId, PullId, PullLook, PullOrder, PullTarget, RepoName};
use crate::ops;
use crate::provider::port::{Fetched, LogBody, Validator};
use crate::text::Untrusted;

/// A cursor that goes from row to row asks for nothing.
const REST: Duration = Duration::from_millis(300);
/// What was read is told again for so long without a question; then it is asked whether it changed.
const FRESH: Duration = Duration::from_mins(2);
/// An owners file found elsewhere since, or gone, shows after this.
const OWNERS_ANEW: Duration = Duration::from_mins(15);
/// Pull requests, and branches, that are remembered.
const MOST: usize = 64;

#[derive(Debug)]
pub(super) struct Reviewing {
    desk: Desk,
    context: ops::Context,
    look: watch::Sender<Option<LookAt>>,
    wishes: mpsc::Sender<PollerWish>,
    /// Who finds out what became of an act whose answer was lost.
    settler: settler::Call,
}

impl Reviewing {
    /// Ends when this is dropped.
    pub(super) fn spawn(
        desk: Desk,
        context: ops::Context,
        wishes: mpsc::Sender<PollerWish>,
        settler: settler::Call,
    ) -> Self {
        let (look, looked) = watch::channel(None);
        tokio::spawn(Reader { desk: desk.clone(), pulls: HashMap::new(), owners: HashMap::new() }.run(looked));
        Self { desk, context, look, wishes, settler }
    }

    pub(super) fn perform(&self, wish: Wish) {
        match wish {
            Wish::Policy => self.policy(),
            Wish::Look(at) => drop(self.look.send_replace(at)),
            Wish::Diff(target) => self.diff(target),
            Wish::CheckLog { of, job, check } => self.check_log(of, job, check),
            Wish::Act(order) => self.act(order),
        }
    }

    fn policy(&self) {
        let (desk, context) = (self.desk.clone(), self.context.clone());
        tokio::spawn(async move {
            let policy = Arc::new(context.gate.in_force().await);
            desk.op(Op::Reviews(Box::new(News::Policy(policy)))).await;
        });
    }

    fn diff(&self, target: PullTarget) {
        let desk = self.desk.clone();
        tokio::spawn(async move {
            let diff = desk.provider.pull_diff(&target.at.repo, target.number).await;
            desk.op(Op::Reviews(Box::new(News::Diff(target, diff)))).await;
        });
    }

    fn check_log(&self, of: PullTarget, job: JobId, check: Untrusted) {
        let desk = self.desk.clone();
        tokio::spawn(async move {
            let log = desk.provider.job_log(&of.at.repo, job).await.map(|body| match body {
                LogBody::Bytes(bytes) => Some(bytes),
                LogBody::NotYet => None,
            });
            desk.op(Op::Reviews(Box::new(News::CheckLog { of, check, log }))).await;
        });
    }

    fn act(&self, order: Box<PullOrder>) {
        let (desk, context, wishes) = (self.desk.clone(), self.context.clone(), self.wishes.clone());
        let settler = self.settler.clone();
        tokio::spawn(async move {
            let result = ops::on_pull::act(&context, &order).await;
            let is_lost = result.as_ref().is_err_and(|fault| fault.kind == FaultKind::UnknownOutcome);
            // Whatever became of it: how it stands now is what counts.
            let _ = wishes.send(PollerWish::Pull(order.target.at.clone())).await;
            desk.op(Op::Reviews(Box::new(News::Acted { order: order.clone(), result }))).await;
            if is_lost {
                settler.lost(order).await;
            }
        });
    }
}

/// Reads what the cursor rests on, one at a time.
#[derive(Debug)]
struct Reader {
    desk: Desk,
    pulls: HashMap<(RepoName, PullId), KnownPull>,
    owners: HashMap<(RepoName, Untrusted), KnownOwners>,
}

#[derive(Debug)]
struct KnownPull {
    at: Tick,
    files: ChangedFiles,
    validator: Option<Validator>,
    look: PullLook,
}

#[derive(Debug)]
struct KnownOwners {
    /// When it was last known to be so, and when it was last looked for in all places.
    at: Tick,
    found_at: Tick,
    file: Option<OwnersFile>,
    validator: Option<Validator>,
}

impl Reader {
    async fn run(mut self, mut looked: watch::Receiver<Option<LookAt>>) {
        while looked.changed().await.is_ok() {
            // Until it rests.
            while let Ok(changed) = tokio::time::timeout(REST, looked.changed()).await {
                if changed.is_err() {
                    return;
                }
            }
            let Some(at) = looked.borrow_and_update().clone() else { continue };
            // Another wish meanwhile makes this one's answer of no use.
            let look = tokio::select! {
                look = self.look(&at) => look,
                changed = looked.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    looked.mark_changed();
                    continue;
                }
            };
            self.desk.op(Op::Reviews(Box::new(News::Look(at.target, Box::new(look))))).await;
        }
    }

    async fn look(&mut self, at: &LookAt) -> PullLook {
        let key = (at.target.at.repo.clone(), at.target.at.id);
        let now = Tick::now();
        let same_commit = |known: &&KnownPull| known.look.head == at.target.head && at.target.head.is_some();
        if let Some(known) = self.pulls.get(&key).filter(same_commit)
            && now.saturating_duration_since(known.at) < FRESH
        {
            return known.look.clone();
        }
        let known = self.pulls.remove(&key);
        let (files, validator) = match self.files(at, known).await {
            Ok((files, validator)) => (Ok(files), validator),
            Err(fault) => (Err(fault), None),
        };
        let owners = self.owners_of(at).await;
        let owners = owners.map(|found| found.zip(files.as_ref().ok()).map(|(file, files)| Owners::of(&file, files)));
        let agent_merge =
            self.desk.provider.agent_merge(&at.target.at.repo, at.target.number).await.unwrap_or_default();
        let look = PullLook { head: at.target.head.clone(), files: files.clone(), owners, agent_merge };
        if let Ok(files) = files {
            make_room(&mut self.pulls, |known| known.at);
            self.pulls.insert(key, KnownPull { at: now, files, validator, look: look.clone() });
        }
        look
    }

    async fn files(&self, at: &LookAt, known: Option<KnownPull>) -> Result<(ChangedFiles, Option<Validator>), Fault> {
        let validator = known.as_ref().and_then(|known| known.validator.clone());
        let answer = self.desk.provider.pull_files(&at.target.at.repo, at.target.number, validator).await?;
        Ok(match (answer, known) {
            (Fetched::New { value, validator }, _) => (value, validator),
            (Fetched::Same, Some(known)) => (known.files, known.validator),
            (Fetched::Same, None) => (ChangedFiles { files: Vec::new(), more: true }, None),
        })
    }

    async fn owners_of(&mut self, at: &LookAt) -> Result<Option<OwnersFile>, Fault> {
        let key = (at.target.at.repo.clone(), at.base.clone());
        let now = Tick::now();
        let known = self.owners.get(&key).filter(|known| now.saturating_duration_since(known.found_at) < OWNERS_ANEW);
        if let Some(known) = known.filter(|known| now.saturating_duration_since(known.at) < FRESH) {
            return Ok(known.file.clone());
        }
        let (validator, found_at, before) =
            known.map_or((None, now, None), |known| (known.validator.clone(), known.found_at, known.file.clone()));
        // Without a proof all places are looked at again.
        let found_at = if validator.is_some() { found_at } else { now };
        let (file, validator) =
            match self.desk.provider.owners_file(&at.target.at.repo, &at.base, validator.clone()).await? {
                Fetched::New { value, validator } => (value, validator),
                Fetched::Same => (before, validator),
            };
        make_room(&mut self.owners, |known| known.at);
        self.owners.insert(key, KnownOwners { at: now, found_at, file: file.clone(), validator });
        Ok(file)
    }
}

/// The one that was read longest ago goes.
fn make_room<K: Clone + Eq + std::hash::Hash, V>(kept: &mut HashMap<K, V>, at: impl Fn(&V) -> Tick) {
    if kept.len() >= MOST {
        let oldest = kept.iter().min_by_key(|(_, value)| at(value)).map(|(key, _)| key.clone());
        oldest.map(|key| kept.remove(&key));
    }
}
