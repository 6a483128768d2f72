//! All tasks that are known, each at a place of its own. Whoever takes one to change it leaves word that it was
//! touched, so that the queue looks again at those and at no others.

use std::collections::HashMap;

use super::marks::Marks;
use super::world::Known;
use crate::domain::{Artifact, PullId, RepoName, Task, TaskId};

/// Where a task stands; good as long as the task is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

impl Slot {
    /// The place with this number; `None`: there are never so many.
    pub fn at(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }

    /// For tables that run along the slots.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug, Default)]
struct Place {
    known: Option<Known>,
    touched: bool,
}

#[derive(Debug, Default)]
pub struct Tasks {
    places: Vec<Place>,
    slots: HashMap<TaskId, Slot>,
    free: Vec<Slot>,
    /// Who names a pull request.
    by_pull: HashMap<(RepoName, PullId), Vec<Slot>>,
    touched: Vec<Slot>,
    /// Those the operator chose. To mark a task is not to touch it.
    marks: Marks,
    /// Counts what came, went or was taken to be changed.
    revision: u64,
}

impl Tasks {
    /// As long as it is the same, so are the tasks.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// One more than the highest slot ever used.
    pub fn slots(&self) -> usize {
        self.places.len()
    }

    pub fn slot(&self, id: &TaskId) -> Option<Slot> {
        self.slots.get(id).copied()
    }

    pub fn at(&self, slot: Slot) -> Option<&Known> {
        self.places.get(slot.index())?.known.as_ref()
    }

    /// To change it. It counts as touched.
    pub fn at_mut(&mut self, slot: Slot) -> Option<&mut Known> {
        let place = self.places.get_mut(slot.index())?;
        place.known.as_ref()?;
        self.revision += 1;
        if !std::mem::replace(&mut place.touched, true) {
            self.touched.push(slot);
        }
        place.known.as_mut()
    }

    pub fn get(&self, id: &TaskId) -> Option<&Known> {
        self.at(self.slot(id)?)
    }

    /// To change it. It counts as touched.
    pub fn get_mut(&mut self, id: &TaskId) -> Option<&mut Known> {
        self.at_mut(self.slot(id)?)
    }

    pub fn contains_key(&self, id: &TaskId) -> bool {
        self.slots.contains_key(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Known)> {
        (0_u32..).map(Slot).zip(&self.places).filter_map(|(slot, place)| Some((slot, place.known.as_ref()?)))
    }

    pub fn values(&self) -> impl Iterator<Item = &Known> {
        self.places.iter().filter_map(|place| place.known.as_ref())
    }

    /// Puts a task in, in the place of what was known of it.
    pub fn insert(&mut self, known: Known) {
        let id = known.task.at.id.clone();
        let slot = self.slot(&id).unwrap_or_else(|| {
            let slot = self.free.pop().unwrap_or_else(|| {
                self.places.push(Place::default());
                Slot(u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX))
            });
            self.slots.insert(id, slot);
            slot
        });
        self.revision += 1;
        self.unlink(slot);
        self.link(slot, &known.task);
        if let Some(place) = self.places.get_mut(slot.index()) {
            place.known = Some(known);
            if !std::mem::replace(&mut place.touched, true) {
                self.touched.push(slot);
            }
        }
    }

    /// Gives a known task its newer words, and it back to change what follows from them.
    pub fn renew(&mut self, id: &TaskId, task: Task) -> Option<&mut Known> {
        let slot = self.slot(id)?;
        if self.at(slot)?.task.artifacts != task.artifacts {
            self.unlink(slot);
            self.link(slot, &task);
        }
        let known = self.at_mut(slot)?;
        known.task = task;
        Some(known)
    }

    pub fn remove(&mut self, id: &TaskId) -> Option<Known> {
        let slot = self.slots.remove(id)?;
        self.revision += 1;
        self.unlink(slot);
        let place = self.places.get_mut(slot.index())?;
        let known = place.known.take();
        self.marks.set(slot, false);
        if !std::mem::replace(&mut place.touched, true) {
            self.touched.push(slot);
        }
        self.free.push(slot);
        known
    }

    pub fn retain(&mut self, keep: impl Fn(&Known) -> bool) {
        let gone: Vec<TaskId> = self.values().filter(|known| !keep(known)).map(|k| k.task.at.id.clone()).collect();
        for id in gone {
            self.remove(&id);
        }
    }

    /// The tasks that name a pull request.
    pub fn naming(&self, pull: &(RepoName, PullId)) -> &[Slot] {
        self.by_pull.get(pull).map_or(&[], Vec::as_slice)
    }

    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Marks a known task, or takes its mark away. True: it was not so before.
    pub fn mark(&mut self, slot: Slot, marked: bool) -> bool {
        (!marked || self.at(slot).is_some()) && self.marks.set(slot, marked)
    }

    pub fn any_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// The places that were touched since the last call: of tasks, or left by them.
    pub fn take_touched(&mut self) -> Vec<Slot> {
        let touched = std::mem::take(&mut self.touched);
        for slot in &touched {
            if let Some(place) = self.places.get_mut(slot.index()) {
                place.touched = false;
            }
        }
        touched
    }

    fn link(&mut self, slot: Slot, task: &Task) {
        for id in pulls(task) {
            let naming = self.by_pull.entry((task.at.repo.clone(), id)).or_default();
            if !naming.contains(&slot) {
                naming.push(slot);
            }
        }
    }

    fn unlink(&mut self, slot: Slot) {
        let Some(known) = self.places.get(slot.index()).and_then(|place| place.known.as_ref()) else { return };
        for id in pulls(&known.task) {
            let key = (known.task.at.repo.clone(), id);
            if let Some(naming) = self.by_pull.get_mut(&key) {
                naming.retain(|s| *s != slot);
                if naming.is_empty() {
                    self.by_pull.remove(&key);
                }
            }
        }
    }
}

fn pulls(task: &Task) -> impl Iterator<Item = PullId> + '_ {
    task.artifacts.iter().filter_map(|artifact| match artifact {
        Artifact::Pull { id, .. } => Some(*id),
        Artifact::Branch { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    fn known(id: &str, pull: Option<u64>) -> Known {
        let artifacts = pull.into_iter().map(|n| Artifact::Pull { id: PullId(n), node: None, state: None }).collect();
        let task = Task { artifacts, ..Task::queued(id) };
        Known::new(task, Box::default())
    }

    fn key(n: u64) -> (RepoName, PullId) {
        ("acme/api".parse().unwrap(), PullId(n))
    }

    #[test]
    fn who_takes_a_task_to_change_it_is_noticed_once() {
        let mut tasks = Tasks::default();
        tasks.insert(known("a", None));
        tasks.insert(known("b", None));
        assert_eq!(tasks.take_touched().len(), 2);
        assert!(!tasks.any_touched());
        tasks.get(&TaskId::new("a")).unwrap();
        assert!(!tasks.any_touched(), "to look is not to touch");
        tasks.get_mut(&TaskId::new("b")).unwrap();
        tasks.get_mut(&TaskId::new("b")).unwrap();
        assert_eq!(tasks.take_touched(), [tasks.slot(&TaskId::new("b")).unwrap()]);
    }

    #[test]
    fn a_place_left_by_one_task_is_taken_by_the_next() {
        let mut tasks = Tasks::default();
        tasks.insert(known("a", None));
        let slot = tasks.slot(&TaskId::new("a")).unwrap();
        assert!(tasks.mark(slot, true));
        assert!(tasks.remove(&TaskId::new("a")).is_some());
        assert!(!tasks.mark(slot, true), "nothing is there to mark");
        assert_eq!(tasks.marks().count(), 0, "a mark goes with its task");
        assert!(tasks.get(&TaskId::new("a")).is_none() && tasks.at(slot).is_none());
        tasks.insert(known("b", None));
        assert_eq!((tasks.slot(&TaskId::new("b")), tasks.len(), tasks.slots()), (Some(slot), 1, 1));
        assert_eq!(tasks.take_touched(), [slot]);
    }

    #[test]
    fn it_is_known_at_once_who_names_a_pull_request() {
        let mut tasks = Tasks::default();
        tasks.insert(known("a", Some(7)));
        tasks.insert(known("b", Some(7)));
        assert_eq!(tasks.naming(&key(7)).len(), 2);
        tasks.remove(&TaskId::new("a"));
        tasks.renew(&TaskId::new("b"), known("b", Some(8)).task);
        assert!(tasks.naming(&key(7)).is_empty());
        assert_eq!(tasks.naming(&key(8)), [tasks.slot(&TaskId::new("b")).unwrap()]);
    }
}
