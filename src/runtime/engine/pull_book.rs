//! Which pull requests to ask about, a hundred at a time, and what it means when one moved.
//!
//! Those of tasks at work are a pulse: one request tells of up to a hundred tasks whether something happened. The room that
//! is left is filled with those that have waited longest, so that any number stays fresh without requests of their own.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::list_state::Calm;
use crate::domain::{Mergeable, Pull, PullId, PullRef, PullState, RepoName, ReviewDecision};

/// As many as one request can ask about.
pub const BATCH: usize = 100;

type Key = (RepoName, PullId);

/// Pull requests that will not change by themselves, and what they came to.
pub type Settled = HashMap<PullId, (PullState, ReviewDecision)>;

#[derive(Debug, Default)]
pub struct PullBook {
    pulls: HashMap<Key, Entry>,
    pub calm: Calm,
}

#[derive(Clone, Debug)]
struct Entry {
    at: PullRef,
    asked: Option<Tick>,
    seen: Option<Pull>,
    /// Merged, closed or gone: it will not change by itself.
    settled: bool,
}

/// What happened to a pull request since it was last asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    No,
    /// It is seen for the first time, and nobody knows what it was like before.
    First,
    /// Commits came: the agent is at work, which is no news of its task.
    Push,
    /// Something that goes with a change of the task: its title, its draft mark, a review asked for, or nobody knows what.
    Otherwise,
}

impl PullBook {
    /// A task names this pull. True: it was not known.
    pub fn learn(&mut self, at: &PullRef) -> bool {
        let key = (at.repo.clone(), at.id);
        let new = !self.pulls.contains_key(&key);
        let entry =
            self.pulls.entry(key).or_insert_with(|| Entry { at: at.clone(), asked: None, seen: None, settled: false });
        if at.node.is_some() {
            entry.at.node.clone_from(&at.node);
        }
        new
    }

    /// Its task was touched: it may have been reopened.
    pub fn doubt(&mut self, at: &PullRef) {
        if let Some(entry) = self.pulls.get_mut(&(at.repo.clone(), at.id)) {
            entry.settled = false;
        }
    }

    /// Something was done to it: it is among the next that are asked about.
    pub fn ask(&mut self, at: &PullRef) {
        if let Some(entry) = self.pulls.get_mut(&(at.repo.clone(), at.id)) {
            (entry.settled, entry.asked) = (false, None);
        }
    }

    pub fn forget(&mut self, at: &PullRef) {
        self.pulls.remove(&(at.repo.clone(), at.id));
    }

    pub fn retain(&mut self, keep: impl Fn(&RepoName) -> bool) {
        self.pulls.retain(|(repo, _), _| keep(repo));
    }

    /// It can be asked about and still change: it speaks for its task.
    pub fn speaks(&self, at: &PullRef) -> bool {
        self.pulls.get(&(at.repo.clone(), at.id)).is_some_and(|entry| !entry.settled && entry.seen.is_some())
    }

    /// How many may still change.
    pub fn open(&self) -> usize {
        self.pulls.values().filter(|entry| !entry.settled).count()
    }

    pub fn has_unasked(&self) -> bool {
        self.pulls.values().any(|entry| entry.asked.is_none() && !entry.settled)
    }

    /// When any of them was asked about last.
    pub fn asked_last(&self) -> Option<Tick> {
        self.pulls.values().filter_map(|entry| entry.asked).max()
    }

    pub fn is_computing(&self) -> bool {
        self.pulls.values().any(Entry::is_computing)
    }

    /// The next request: those of `first` that may still change, then the others not asked about for `every`, the longest
    /// ago first.
    pub fn batch(&mut self, first: &HashSet<Key>, every: Duration, now: Tick) -> Vec<PullRef> {
        let mut open: Vec<(&Key, &mut Entry)> = self
            .pulls
            .iter_mut()
            .filter(|(key, entry)| {
                let old = entry.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= every);
                !entry.settled && (first.contains(key) || old || entry.is_computing())
            })
            .collect();
        open.sort_by(|(a, x), (b, y)| (!first.contains(a), x.asked, a).cmp(&(!first.contains(b), y.asked, b)));
        open.truncate(BATCH);
        for (_, entry) in &mut open {
            entry.asked = Some(now);
        }
        open.into_iter().map(|(_, entry)| entry.at.clone()).collect()
    }

    /// What was seen of a repository's that will not change by themselves.
    pub fn all_settled(&self, repo: &RepoName) -> Settled {
        let settled = self.pulls.iter().filter(|((of, _), entry)| of == repo && entry.settled);
        let seen = settled.filter_map(|((_, id), entry)| Some((*id, entry.seen.as_ref()?)));
        seen.map(|(id, pull)| (id, (pull.state, pull.review.clone()))).collect()
    }

    /// Takes in an answer that was asked for beside the batches.
    pub fn told(&mut self, at: &PullRef, pull: Option<&Pull>, now: Tick) {
        self.answer(at, pull);
        if let Some(entry) = self.pulls.get_mut(&(at.repo.clone(), at.id)) {
            entry.asked = Some(now);
        }
    }

    /// Takes in one answer; `None`: gone or not visible.
    pub fn answer(&mut self, asked: &PullRef, pull: Option<&Pull>) -> Moved {
        let Some(entry) = self.pulls.get_mut(&(asked.repo.clone(), asked.id)) else { return Moved::No };
        let before = std::mem::replace(&mut entry.seen, pull.cloned());
        entry.settled = !pull.is_some_and(|pull| matches!(pull.state, PullState::Open | PullState::Draft));
        match (before, pull) {
            (Some(before), Some(after)) => moved(&before, after),
            (Some(_), None) => Moved::Otherwise,
            (None, Some(_)) => Moved::First,
            (None, None) => Moved::No,
        }
    }
}

impl Entry {
    fn is_computing(&self) -> bool {
        self.seen.as_ref().is_some_and(|pull| pull.mergeable == Mergeable::Computing) && !self.settled
    }
}

fn moved(before: &Pull, after: &Pull) -> Moved {
    let told = |pull: &Pull| (pull.state, pull.title.clone(), pull.requested.clone(), pull.review.clone());
    let size = |pull: &Pull| (pull.additions, pull.deletions);
    if told(before) != told(after) {
        Moved::Otherwise
    } else if before.updated_at == after.updated_at {
        Moved::No
    } else if size(before) != size(after) {
        Moved::Push
    } else {
        Moved::Otherwise
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::domain::{Instant, NodeId};

    fn at(n: u64) -> PullRef {
        PullRef { repo: "acme/api".parse().unwrap(), id: PullId(n), node: None }
    }

    fn pull(n: u64) -> Pull {
        Pull {
            id: PullId(n),
            node: NodeId::new("PR"),
            repo: at(n).repo,
            number: n,
            title: "[WIP] Fix".into(),
            url: "https://github.com/acme/api/pull/1".into(),
            state: PullState::Draft,
            head_ref: "copilot/fix".into(),
            base_ref: "main".into(),
            author: None,
            created_at: Instant::UNIX_EPOCH,
            updated_at: Instant::UNIX_EPOCH,
            additions: 1,
            deletions: 1,
            review: ReviewDecision::NoRule,
            requested: Vec::new(),
            changes_by: Vec::new(),
            mergeable: Mergeable::Yes,
            checks: None,
            standing: crate::domain::Standing::default(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_at_work_come_first_and_the_room_left_goes_to_those_that_waited_longest() {
        let mut book = PullBook::default();
        let now = Tick::now();
        for n in 0..250 {
            assert!(book.learn(&at(n)));
        }
        let first: HashSet<Key> = (200..210).map(|n| (at(n).repo, PullId(n))).collect();
        let minute = Duration::from_mins(1);
        let mut asked = HashMap::new();
        for look in 0..3 {
            let batch = book.batch(&first, minute, now + Duration::from_secs(look * 10));
            assert!(batch.len() <= BATCH && first.iter().all(|key| batch.iter().any(|at| at.id == key.1)));
            for at in batch {
                *asked.entry(at.id).or_insert(0) += 1;
            }
        }
        assert_eq!(asked.len(), 250, "three requests have room for all of them");
        assert!(asked.iter().all(|(id, times)| *times == if (200..210).contains(&id.0) { 3 } else { 1 }));
    }

    #[test]
    fn a_push_is_told_from_what_may_go_with_the_end_of_the_work() {
        let mut book = PullBook::default();
        book.learn(&at(1));
        assert_eq!(book.answer(&at(1), Some(&pull(1))), Moved::First);
        assert_eq!(book.answer(&at(1), Some(&pull(1))), Moved::No);
        let later = Instant::UNIX_EPOCH + chrono::TimeDelta::seconds(5);
        let pushed = Pull { updated_at: later, additions: 9, ..pull(1) };
        assert_eq!(book.answer(&at(1), Some(&pushed)), Moved::Push);
        let ended = Pull { title: "Fix".into(), additions: 12, updated_at: later, ..pull(1) };
        assert_eq!(book.answer(&at(1), Some(&ended)), Moved::Otherwise);
        let merged = Pull { state: PullState::Merged, ..ended };
        assert_eq!(book.answer(&at(1), Some(&merged)), Moved::Otherwise);
        assert!(!book.speaks(&at(1)) && book.open() == 0);
        book.doubt(&at(1));
        assert_eq!(book.open(), 1);
    }
}
