//! What the poller remembers of tasks: just enough to decide what to ask next.

use std::collections::{HashMap, HashSet};

use crate::console::event::{Remembered, RememberedTask};
use crate::domain::{
    Artifact, Instant, PullId, PullRef, PullState, RepoName, RunId, Session, State, Task, TaskId, TaskRef, UserId,
};
use crate::provider::port::Validator;
use crate::text::Untrusted;

#[derive(Clone, Debug)]
pub struct Light {
    pub at: TaskRef,
    pub state: State,
    pub created: Instant,
    pub touched: Instant,
    /// The `touched` for which the details were fetched last.
    pub detailed: Option<Instant>,
    pub head_ref: Option<Untrusted>,
    pub run: Option<RunId>,
    pub sessions: Vec<Session>,
    pub pulls: Vec<PullRef>,
    pub validator: Option<Validator>,
    pub creator: Option<UserId>,
}

impl Light {
    /// The details on record are not of the newest touch.
    pub fn is_outdated(&self) -> bool {
        self.detailed != Some(self.touched)
    }
}

#[derive(Debug, Default)]
pub struct Memory {
    pub tasks: HashMap<TaskId, Light>,
    /// Pulls that will not change any more.
    pub settled: HashSet<(RepoName, PullId)>,
    /// Answered with a mergeability that is still being computed.
    pub computing: bool,
    pub people: HashSet<UserId>,
}

impl Memory {
    /// Takes in a task as a list or a single answer gave it.
    pub fn learn(&mut self, task: &Task) {
        let known = self.tasks.get(&task.at.id);
        let sessions = task.sessions.clone().or_else(|| known.map(|light| light.sessions.clone())).unwrap_or_default();
        let latest = sessions.iter().max_by_key(|session| session.created_at);
        let pulls = task.artifacts.iter().filter_map(|artifact| match artifact {
            Artifact::Pull { id, node, .. } => {
                Some(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() })
            }
            Artifact::Branch { .. } => None,
        });
        let light = Light {
            at: task.at.clone(),
            state: task.state.clone(),
            created: task.created_at,
            touched: task.touched_at(),
            detailed: if task.sessions.is_some() { Some(task.touched_at()) } else { known.and_then(|l| l.detailed) },
            head_ref: task
                .head_ref()
                .cloned()
                .or_else(|| latest.and_then(|session| session.head_ref.clone()))
                .or_else(|| known.and_then(|l| l.head_ref.clone())),
            run: latest.and_then(|session| session.run),
            pulls: pulls.collect(),
            validator: known.and_then(|light| light.validator.clone()),
            creator: task.creator.as_ref().filter(|person| person.login.is_none()).map(|person| person.id),
            sessions,
        };
        for pull in &light.pulls {
            if known.is_some_and(|known| known.touched != light.touched) {
                // A touched task may have reopened its pull.
                self.settled.remove(&(pull.repo.clone(), pull.id));
            }
        }
        self.tasks.insert(task.at.id.clone(), light);
    }

    /// Takes in what an earlier run knew. The details of an ended task are those of its newest touch and need not be asked
    /// again; one that works is looked into once, because its run is found by its sessions.
    pub fn seed(&mut self, remembered: &Remembered) {
        for RememberedTask { task, sessions_as_of } in &remembered.tasks {
            if self.tasks.contains_key(&task.at.id) {
                continue;
            }
            self.learn(task);
            if let Some(light) = self.tasks.get_mut(&task.at.id) {
                light.detailed = sessions_as_of.filter(|_| !light.state.is_active());
            }
        }
        for (at, pull) in &remembered.pulls {
            self.settle(at, Some(pull.state));
        }
        self.people.extend(remembered.people.iter().map(|person| person.id));
    }

    /// Some task names a pull request.
    pub fn names_pulls(&self) -> bool {
        self.tasks.values().any(|light| !light.pulls.is_empty())
    }

    /// Pulls worth asking for: known, and neither merged nor closed when last seen.
    pub fn open_pulls(&self) -> Vec<PullRef> {
        let mut seen = HashSet::new();
        let mut refs: Vec<PullRef> = self
            .tasks
            .values()
            .flat_map(|light| &light.pulls)
            .filter(|pull| !self.settled.contains(&(pull.repo.clone(), pull.id)))
            .filter(|pull| seen.insert((pull.repo.clone(), pull.id)))
            .cloned()
            .collect();
        refs.sort_by(|a, b| (&a.repo, a.id).cmp(&(&b.repo, b.id)));
        refs
    }

    /// Remembers which pulls are over.
    pub fn settle(&mut self, asked: &PullRef, state: Option<PullState>) {
        if !matches!(state, Some(PullState::Open | PullState::Draft)) {
            self.settled.insert((asked.repo.clone(), asked.id));
        }
    }

    /// The next creator whose login is not known yet.
    pub fn next_stranger(&mut self) -> Option<UserId> {
        let id = self.tasks.values().filter_map(|light| light.creator).find(|id| !self.people.contains(id))?;
        self.people.insert(id);
        Some(id)
    }

    pub fn ids_of(&self, repo: &RepoName) -> HashSet<TaskId> {
        self.tasks.values().filter(|light| &light.at.repo == repo).map(|light| light.at.id.clone()).collect()
    }
}
