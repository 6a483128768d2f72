//! What follows from an answer: which source is worth asking next.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant as Tick;

use super::run::Poller;
use crate::domain::{Pull, PullRef, RepoName, Source, Task, TaskId};
use crate::runtime::engine::memory::{Learned, Light};
use crate::runtime::engine::pull_book::Moved;
use crate::runtime::engine::reads::Brought;
use crate::runtime::engine::schedule::Poke;
use crate::runtime::engine::sweep::{Depth, Found};

/// An active task that says nothing for this long has its run looked at, once in a while.
const SILENT: chrono::TimeDelta = chrono::TimeDelta::minutes(15);
const SILENT_PACE: Duration = Duration::from_mins(10);
/// Pull requests named by several answers are asked about together.
const GATHER: Duration = Duration::from_secs(1);
/// A list without a change for this long is quiet at the first sight.
const QUIET: chrono::TimeDelta = chrono::TimeDelta::hours(1);

impl Poller {
    /// Remembers an answer and plans what follows from it. Returns tasks that are gone. What does not belong on the screen
    /// is taken out of the answer.
    pub(super) fn learn(&mut self, brought: &mut Brought, now: Tick) -> Vec<TaskId> {
        match brought {
            Brought::Viewer(viewer) => self.memory.is_of(viewer.id),
            Brought::List { repo, depth, found } => return self.learn_list(repo.clone().as_ref(), *depth, found, now),
            Brought::Task { task: Some(task), validator, at } => {
                let (own, id) = (self.memory.tasks.get(&at.id).is_some_and(|light| light.own), at.id.clone());
                self.hear_task(task, own, now);
                if let Some(light) = self.memory.tasks.get_mut(&id) {
                    light.validator.clone_from(validator);
                }
                if self.attended.as_ref() == Some(at) {
                    self.tell_follower.send_replace(Some((**task).clone()));
                }
            }
            Brought::Pulls(told) => self.learn_pulls(&told.pulls, now),
            Brought::Automations { repo, listed } => self.learn_automations(repo, listed, now),
            Brought::Automation { at, automation } => self.learn_automation(at, automation.as_deref(), now),
            Brought::Runs { at, runs } => self.learn_runs(at, runs.as_deref_mut(), now),
            Brought::Person { id, viewer } => match viewer {
                Some(_) => self.memory.people.knows(*id),
                None => self.memory.people.nameless(*id, now),
            },
            Brought::Diagnosis { task, session, told } => {
                self.learn_diagnosis(task, session.as_ref(), told.as_ref().map(|told| &told.diagnosed));
            }
            Brought::Task { task: None, .. } | Brought::Run { .. } => {}
        }
        self.plan_people(now);
        Vec::new()
    }

    /// `repo` `None`: the viewer's own tasks.
    fn learn_list(&mut self, repo: Option<&RepoName>, depth: Depth, found: &mut Found, now: Tick) -> Vec<TaskId> {
        let beyond = self.pace.own_tasks.reach_beyond(&self.watched);
        if let Found::Some(swept) = found
            && !beyond
        {
            let watched = &self.watched;
            swept.tasks.retain(|task| watched.contains(&task.at.repo));
        }
        let (lists, own, memory) = (&mut self.lists, &mut self.own, &self.memory);
        let list = match repo {
            Some(repo) => lists.entry(repo.clone()).or_default(),
            None => own,
        };
        let first = !list.is_read();
        // Where only what is watched is shown, its own list says what is gone.
        let known = memory.listed(repo, &self.watched).filter(|_| repo.is_some() || beyond);
        let gone = list.absorb(found, depth, known, self.pace.unchanged, now);
        for id in &gone {
            self.memory.forget(id);
            self.thrift.forget(id);
            self.schedule.drop(&Source::Task(id.clone()));
        }
        let mut news = !gone.is_empty();
        if let Found::Some(swept) = found {
            for task in &mut swept.tasks {
                news |= self.hear_task(task, repo.is_none(), now);
            }
        }
        let at = self.desk.now();
        let list = repo.map_or(Some(&mut self.own), |repo| self.lists.get_mut(repo));
        let complete = list.as_ref().is_some_and(|list| list.is_complete());
        if let Some(list) = list {
            let quiet = list.newest.is_none_or(|newest| at - newest > QUIET);
            match (first, news) {
                (true, _) if quiet => list.calm.long(),
                (false, false) => list.calm.nothing_new(),
                _ => list.calm.stir(),
            }
        }
        if first && complete {
            self.hear_silence(repo, found, now);
        }
        if list_is_longer(found) && self.depth(repo, now) == Depth::Whole {
            let source = repo.map_or(Source::OwnTasks, |repo| Source::Tasks(repo.clone()));
            self.schedule.poke(&source, now, Poke::Time);
        }
        self.plan_people(now);
        gone
    }

    /// A list that goes on from what was kept says nothing of what has not moved. What works is looked into all the same,
    /// once: a task that nobody has heard of in this run may be stuck.
    fn hear_silence(&mut self, repo: Option<&RepoName>, found: &Found, now: Tick) {
        let Found::Some(swept) = found else { return };
        let told: HashSet<&TaskId> = swept.tasks.iter().map(|task| &task.at.id).collect();
        let silent = |light: &&Light| repo == Some(&light.at.repo) && !told.contains(&light.at.id);
        let silent: Vec<TaskId> = self.memory.active().filter(silent).map(|light| light.at.id.clone()).collect();
        for id in silent {
            self.plan_details(&id, Learned::default(), now);
        }
    }

    /// True: something of it was not known.
    fn hear_task(&mut self, task: &mut Task, own: bool, now: Tick) -> bool {
        let learned = self.learn_task(task, own, now);
        if let Some(light) = self.memory.tasks.get(&task.at.id)
            && let Some(at) = light.started_by()
        {
            let active = light.state.is_active();
            self.meet_automation(&at, active, learned.turned, now);
        }
        learned.news
    }

    /// What starts it by itself is not asked about because of it.
    pub(super) fn learn_task(&mut self, task: &mut Task, own: bool, now: Tick) -> Learned {
        self.memory.add_origin(task);
        let id = &task.at.id;
        let learned = self.memory.learn(task, own);
        self.diagnoses.heard(&task.state);
        let Some(light) = self.memory.tasks.get(id) else { return learned };
        let active = light.state.is_active();
        let silent = active && self.desk.now() - light.touched > SILENT;
        self.plan_details(id, learned, now);
        if task.sessions.is_some() {
            self.plan_run(id, active, self.is_attended(id), silent, now);
        }
        if learned.pull {
            self.schedule.want_in(Source::Pulls, GATHER, now);
            self.schedule.soon(&Source::Pulls, GATHER, now);
        }
        learned
    }

    /// Whether a task is worth a request of its own.
    fn plan_details(&mut self, id: &TaskId, learned: Learned, now: Tick) {
        let Some(light) = self.memory.tasks.get(id) else { return };
        let (outdated, active) = (light.is_outdated(), light.state.is_active());
        let attended = self.is_attended(id);
        let source = Source::Task(id.clone());
        let worth = if active { learned.turned || self.thrift.allows(id, now) } else { learned.ended };
        let every = if attended { self.attended_pace(id) } else { None };
        if outdated && (attended || worth) {
            self.thrift.looked(id, now, self.pace.details);
            self.schedule.want(source.clone(), every, now);
            self.schedule.poke(&source, now, if attended { Poke::News } else { Poke::Time });
        } else if every.is_some() || self.schedule.knows(&source) {
            // At work: asked on. Ended meanwhile: not again.
            self.schedule.want(source, every, now);
        }
    }

    /// The run of the selected task and of a silent one is looked at while they work, and once more when they have ended.
    pub(super) fn plan_run(&mut self, id: &TaskId, active: bool, attended: bool, silent: bool, now: Tick) {
        let source = Source::Run(id.clone());
        match (active, attended) {
            (true, true) => self.schedule.want(source, Some(self.pace.run), now),
            (true, false) if silent => self.schedule.want(source, Some(SILENT_PACE), now),
            (false, _) if attended || self.schedule.knows(&source) => {
                let seen_working = self.schedule.is_repeated(&source);
                self.schedule.want(source.clone(), None, now);
                if seen_working {
                    self.schedule.poke(&source, now, Poke::Time);
                }
            }
            _ => {}
        }
    }

    /// A pull that moved has its task asked for: at once, or when there is time where it was only a push.
    fn learn_pulls(&mut self, pulls: &[(PullRef, Option<Pull>)], now: Tick) {
        let (mut moved, mut first) = (HashMap::new(), HashMap::new());
        for (asked, pull) in pulls {
            match self.memory.pulls.answer(asked, pull.as_ref()) {
                Moved::No => {}
                Moved::First => drop(first.insert(asked, pull.as_ref().map(|pull| pull.updated_at))),
                Moved::Push => drop(moved.insert(asked, Poke::Time)),
                Moved::Otherwise => drop(moved.insert(asked, Poke::News)),
            }
        }
        if moved.is_empty() {
            self.memory.pulls.calm.nothing_new();
        } else {
            self.memory.pulls.calm.stir();
        }
        // What happened between the task's row and the first look at its pull request would never be seen as a move.
        let is_newer = |light: &Light, pull: &PullRef| {
            let coming = self.schedule.is_flying(&Source::Task(light.at.id.clone()));
            !coming && first.get(pull).is_some_and(|at| at.is_some_and(|at| at > light.touched))
        };
        let one = |light: &Light, pull: &PullRef| {
            moved.get(pull).copied().or_else(|| is_newer(light, pull).then_some(Poke::News))
        };
        let poke = |light: &Light| light.pulls.iter().filter_map(|pull| one(light, pull)).max();
        let tasks: Vec<(TaskId, Poke)> =
            self.memory.active().filter_map(|light| Some((light.at.id.clone(), poke(light)?))).collect();
        for (id, poke) in tasks {
            let source = Source::Task(id.clone());
            let every = if self.is_attended(&id) { self.attended_pace(&id) } else { None };
            self.thrift.looked(&id, now, self.pace.details);
            self.schedule.want(source.clone(), every, now);
            self.schedule.poke(&source, now, poke);
        }
    }

    fn plan_people(&mut self, now: Tick) {
        if self.memory.people.next(now).is_some() {
            self.schedule.want_in(Source::People, Duration::ZERO, now);
        }
    }
}

/// There is more than was read, and nothing went wrong: the rest is read at once, if there is money for it.
fn list_is_longer(found: &Found) -> bool {
    matches!(found, Found::Some(swept) if !swept.whole && swept.cut.is_none())
}
