//! What follows from an answer: which source is worth asking next, and how often.

use std::time::Duration;

use tokio::time::Instant as Tick;

use super::run::Poller;
use super::thrift::Thrift;
use crate::domain::{Mergeable, RepoName, Source, Task, TaskId};
use crate::runtime::engine::reads::Brought;
use crate::runtime::engine::sweep::Found;

/// An active task that says nothing for this long has its run looked at, once in a while.
const SILENT: chrono::TimeDelta = chrono::TimeDelta::minutes(15);
const SILENT_PACE: Duration = Duration::from_mins(2);

impl Poller {
    /// Remembers an answer and plans what follows from it. Returns tasks that are gone.
    pub(super) fn learn(&mut self, brought: &Brought, now: Tick) -> Vec<TaskId> {
        match brought {
            Brought::List { repo, found: Found::Some { tasks, validator, whole, .. } } => {
                let known = self.memory.ids_of(repo);
                let at = self.desk.now();
                let list = self.lists.entry(repo.clone()).or_default();
                let gone = list.absorb(tasks, validator.clone(), *whole, &known, at);
                for id in &gone {
                    self.memory.tasks.remove(id);
                    self.thrift.forget(id);
                    self.schedule.drop(&Source::Task(id.clone()));
                }
                for task in tasks {
                    self.learn_task(task, now);
                }
                self.pace_list(repo, now);
                gone
            }
            Brought::Task { task: Some(task), validator, at } => {
                self.learn_task(task, now);
                if let Some(light) = self.memory.tasks.get_mut(&at.id) {
                    light.validator.clone_from(validator);
                }
                if self.attended.as_ref() == Some(at) {
                    self.tell_follower.send_replace(Some((**task).clone()));
                }
                Vec::new()
            }
            Brought::Pulls(pulls) => {
                for (asked, pull) in pulls {
                    self.memory.settle(asked, pull.as_ref().map(|pull| pull.state));
                    self.memory.computing |= pull.as_ref().is_some_and(|pull| pull.mergeable == Mergeable::Computing);
                }
                let every = if self.memory.computing { self.pace.attended } else { self.pace.pulls };
                self.schedule.want(Source::Pulls, (!self.memory.open_pulls().is_empty()).then_some(every), now);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn learn_task(&mut self, task: &Task, now: Tick) {
        let id = &task.at.id;
        let turned = self.memory.tasks.get(id).is_none_or(|light| light.state != task.state);
        let open_before = self.memory.tasks.get(id).map_or(0, |light| light.pulls.len());
        self.memory.learn(task);
        let Some(light) = self.memory.tasks.get(id) else { return };
        let (outdated, active) = (light.is_outdated(), light.state.is_active());
        let more_pulls = light.pulls.len() > open_before;
        let silent = active && self.desk.now() - light.touched > SILENT;
        let attended = self.attended.as_ref().is_some_and(|at| &at.id == id);
        let worth = |thrift: &mut Thrift| {
            if active { thrift.allows_working(id, turned, now) } else { thrift.spend_on_ended(now) }
        };
        if outdated && (attended || worth(&mut self.thrift)) {
            self.thrift.looked(id, now, self.pace.details.mul_f64(self.meter.stretch()));
            let every = if attended { self.attended_pace(id) } else { None };
            self.schedule.want(Source::Task(id.clone()), every, now);
            self.schedule.poke(&Source::Task(id.clone()), now, false);
        } else if attended {
            self.schedule.want(Source::Task(id.clone()), self.attended_pace(id), now);
        }
        if task.sessions.is_some() {
            self.plan_run(id, active, attended, silent, now);
        }
        if more_pulls {
            self.schedule.want(Source::Pulls, Some(self.pace.pulls), now);
            self.schedule.poke(&Source::Pulls, now, false);
        }
    }

    /// The run of the selected task and of a silent one is looked at while they work, and once more when they have ended.
    fn plan_run(&mut self, id: &TaskId, active: bool, attended: bool, silent: bool, now: Tick) {
        let source = Source::Run(id.clone());
        match (active, attended) {
            (true, true) => self.schedule.want(source, Some(self.pace.run), now),
            (true, false) if silent => self.schedule.want(source, Some(SILENT_PACE), now),
            (false, _) if attended || self.schedule.knows(&source) => {
                let seen_working = self.schedule.is_repeated(&source);
                self.schedule.want(source.clone(), None, now);
                if seen_working {
                    self.schedule.poke(&source, now, false);
                }
            }
            _ => {}
        }
    }

    fn pace_list(&mut self, repo: &RepoName, now: Tick) {
        let busy = self.memory.tasks.values().any(|light| &light.at.repo == repo && light.state.is_active());
        let every = if busy { self.pace.active } else { self.pace.idle };
        self.schedule.want(Source::Tasks(repo.clone()), Some(every), now);
    }
}
