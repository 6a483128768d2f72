//! What the poller remembers of tasks: just enough to decide what to ask next.

use std::collections::{HashMap, HashSet};

use super::people::People;
use super::pull_book::PullBook;
use crate::console::event::{Remembered, RememberedTask};
use crate::domain::{
    Artifact, AutomationId, AutomationRef, Instant, PullRef, RepoName, RunId, Session, State, Task, TaskId, TaskRef,
    UserId,
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
    /// What started it by itself.
    pub automation: Option<AutomationId>,
    /// The viewer's own: the list of own tasks speaks for it.
    pub own: bool,
    /// The task with its sessions, as it came last.
    pub whole: Option<Box<Task>>,
}

impl Light {
    /// The automation that started it, where one did.
    pub fn started_by(&self) -> Option<AutomationRef> {
        let id = self.automation.clone()?;
        Some(AutomationRef { repo: self.at.repo.clone(), id })
    }

    /// The details on record are not of the newest touch.
    pub fn is_outdated(&self) -> bool {
        self.detailed != Some(self.touched)
    }
}

/// What was new in an answer about a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// It was not known, or in another state.
    pub turned: bool,
    /// It was seen at work before and has ended now.
    pub ended: bool,
    /// Anything the answer said of it was not known.
    pub news: bool,
    /// It names a pull request that was not known.
    pub pull: bool,
}

#[derive(Debug, Default)]
pub struct Memory {
    pub tasks: HashMap<TaskId, Light>,
    active: HashSet<TaskId>,
    viewer: Option<UserId>,
    pub pulls: PullBook,
    pub people: People,
}

impl Memory {
    /// Adds what is known of what started a task: not every answer tells it, and it never changes. All that hear of the
    /// answer, the screen, the cache and the ledger, are told so.
    pub fn add_origin(&self, task: &mut Task) {
        if task.automation.is_none()
            && let Some(known) = self.tasks.get(&task.at.id)
        {
            task.automation.clone_from(&known.automation);
        }
    }

    /// What started a task that is known, told afterwards. True: nobody knew it.
    pub fn knows_origin(&mut self, id: &TaskId, automation: &AutomationId) -> bool {
        let unknown = self.tasks.get_mut(id).filter(|light| light.automation.is_none());
        unknown.is_some_and(|light| {
            light.automation = Some(automation.clone());
            if let Some(whole) = &mut light.whole {
                whole.automation = Some(automation.clone());
            }
            true
        })
    }

    /// Takes in a task as a list or a single answer gave it. `own`: it came with the viewer's own tasks.
    pub fn learn(&mut self, task: &Task, own: bool) -> Learned {
        let id = &task.at.id;
        let own = own || task.is_of(self.viewer);
        let known = self.tasks.remove(id);
        // Two sources may answer out of order: an older row changes nothing but what never changes.
        if let Some(newer) = known.as_ref().filter(|known| known.touched > task.touched_at()) {
            let automation = newer.automation.clone().or_else(|| task.automation.clone());
            let newer = Light { own: newer.own || own, automation, ..newer.clone() };
            self.tasks.insert(id.clone(), newer);
            return Learned::default();
        }
        let known = known.as_ref();
        let mut learned = Learned {
            turned: known.is_none_or(|known| known.state != task.state),
            ended: known.is_some_and(|known| known.state.is_active()) && !task.state.is_active(),
            news: known.is_none_or(|known| known.state != task.state || known.touched != task.touched_at()),
            pull: false,
        };
        let sessions = task.sessions.clone().or_else(|| known.map(|light| light.sessions.clone())).unwrap_or_default();
        let latest = sessions.iter().max_by_key(|session| session.created_at);
        let pulls: Vec<PullRef> = task.artifacts.iter().filter_map(|artifact| pull_of(task, artifact)).collect();
        for pull in &pulls {
            learned.pull |= self.pulls.learn(pull);
            if learned.news {
                self.pulls.doubt(pull);
            }
        }
        if let Some(stranger) = task.creator.as_ref().filter(|person| person.login.is_none()) {
            self.people.saw(stranger.id);
        }
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
            pulls,
            validator: known.and_then(|light| light.validator.clone()),
            creator: task.creator.as_ref().map(|person| person.id),
            automation: task.automation.clone().or_else(|| known.and_then(|light| light.automation.clone())),
            own: own || known.is_some_and(|light| light.own),
            whole: if task.sessions.is_some() {
                Some(Box::new(task.clone()))
            } else {
                known.and_then(|light| light.whole.clone())
            },
            sessions,
        };
        if light.state.is_active() {
            self.active.insert(id.clone());
        } else {
            self.active.remove(id);
        }
        self.tasks.insert(id.clone(), light);
        learned
    }

    /// Who looks, and so whose tasks are one's own.
    pub fn is_of(&mut self, viewer: UserId) {
        self.viewer = Some(viewer);
        self.people.knows(viewer);
        for light in self.tasks.values_mut() {
            light.own |= light.creator == Some(viewer);
        }
    }

    /// A task is gone, and what it named with it.
    pub fn forget(&mut self, id: &TaskId) {
        self.active.remove(id);
        if let Some(light) = self.tasks.remove(id) {
            for pull in &light.pulls {
                self.pulls.forget(pull);
            }
        }
    }

    /// Takes in what an earlier run knew. The details of an ended task are those of its newest touch and need not be asked
    /// again; one that works is looked into once, because its run is found by its sessions.
    pub fn seed(&mut self, remembered: &Remembered) {
        let viewer = remembered.viewer.as_ref().map(|viewer| viewer.id);
        for RememberedTask { task, sessions_as_of, .. } in &remembered.tasks {
            if self.tasks.contains_key(&task.at.id) {
                continue;
            }
            self.learn(task, task.is_of(viewer));
            if let Some(light) = self.tasks.get_mut(&task.at.id) {
                light.detailed = sessions_as_of.filter(|_| !light.state.is_active());
            }
        }
        for (at, pull) in &remembered.pulls {
            self.pulls.answer(at, Some(pull));
        }
        for person in &remembered.people {
            self.people.knows(person.id);
        }
    }

    /// The tasks of a list, each with its last known touch. `None`: the viewer's own outside of `watched`.
    pub fn listed<'a>(
        &'a self,
        repo: Option<&'a RepoName>,
        watched: &'a [RepoName],
    ) -> impl Iterator<Item = (&'a TaskId, Instant)> + 'a {
        let theirs = move |light: &&Light| match repo {
            Some(repo) => light.at.repo == *repo,
            None => light.own && !watched.contains(&light.at.repo),
        };
        self.tasks.values().filter(theirs).map(|light| (&light.at.id, light.touched))
    }

    pub fn active(&self) -> impl Iterator<Item = &Light> {
        self.active.iter().filter_map(|id| self.tasks.get(id))
    }

    /// The pulls that speak for tasks at work.
    pub fn pulse(&self) -> HashSet<(RepoName, crate::domain::PullId)> {
        self.active().flat_map(|light| &light.pulls).map(|pull| (pull.repo.clone(), pull.id)).collect()
    }
}

fn pull_of(task: &Task, artifact: &Artifact) -> Option<PullRef> {
    match artifact {
        Artifact::Pull { id, node, .. } => Some(PullRef { repo: task.at.repo.clone(), id: *id, node: node.clone() }),
        Artifact::Branch { .. } => None,
    }
}
