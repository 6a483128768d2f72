//! When automations fire, and in which order the world's new things come.
//!
//! ```text
//! schedules, runs that ended, pull requests, chains ──worked out──┐
//! labels, reviews, runs asked for ──────────────────────waiting──┼──> earliest first, up to now ──> begin
//! new tasks of people ──────────────────────────────────arrivals──┘
//! ```
//! After a long time in which nobody asked anything, each thing still has the time it happened at: the tasks lie in the
//! past, they do not all begin now. What a schedule missed more than a week ago is dropped, as GitHub drops scheduled runs it
//! cannot start, and never made up for.
//!
//! What an automation's own task does fires no automation but those chained to it, and a chain ends after a few links, or
//! two that follow each other would never stop.

use super::automation::{Automation, words};
use super::automations::Cause;
use super::clock::{DAY, SECOND, Tick};
use super::core::World;
use super::matching;
use super::runs::{CI_PATH, NEVER};

/// An automation notices what happened so much later.
const NOTICES_AFTER: Tick = 5 * SECOND;
/// What a schedule missed longer ago is dropped.
const MISSED: Tick = 8 * DAY;
/// So many automations follow one another at most.
const MOST_LINKS: u8 = 3;

/// When and where something fires. No two have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub at: Tick,
    automation: usize,
    /// What kind of thing it is, and which.
    source: (u8, i64),
}

impl Key {
    /// After everything that happened up to `at`.
    pub fn end_of(at: Tick) -> Self {
        Self { at, automation: usize::MAX, source: (u8::MAX, i64::MAX) }
    }
}

#[derive(Clone, Debug)]
pub struct Firing {
    key: Key,
    cause: Cause,
}

impl Firing {
    pub fn is_of(&self, automation: usize) -> bool {
        self.key.automation == automation
    }
}

/// What people did that an automation may wait for.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    Issue { index: usize, kind: &'a str, label: Option<&'a str> },
    Review { pull: usize, state: &'a str },
}

impl World {
    /// Lets everything new come that the clock has reached.
    pub(super) fn live(&mut self) {
        loop {
            let firing = self.next_firing().filter(|firing| firing.key.at <= self.now);
            let arrival = Some(self.next_arrival).filter(|at| *at <= self.now);
            match (firing, arrival) {
                (None, None) => break,
                (Some(firing), arrival) if arrival.is_none_or(|at| firing.key.at < at) => {
                    self.fired = firing.key;
                    self.waiting.retain(|waiting| waiting.key > firing.key);
                    self.begin(firing.key.automation, firing.key.at, &firing.cause);
                }
                _ => self.let_one_arrive(),
            }
        }
        self.fired = self.fired.max(Key::end_of(self.now));
    }

    fn next_firing(&self) -> Option<Firing> {
        let mut best: Option<Firing> = None;
        let mut offer = |firing: Firing| {
            if firing.key > self.fired && best.as_ref().is_none_or(|best| firing.key < best.key) {
                best = Some(firing);
            }
        };
        self.waiting.iter().cloned().for_each(&mut offer);
        for (index, automation) in self.automations.iter().enumerate().filter(|(_, automation)| automation.is_on()) {
            let from = self.fired.at.max(self.now - MISSED).max(automation.created);
            if let Some(at) = self.next_scheduled(automation, from) {
                offer(Firing { key: Key { at, automation: index, source: (0, 0) }, cause: Cause::default() });
            }
            self.chained(index, automation, &mut offer);
            self.pulls_seen(index, automation, &mut offer);
            self.runs_ended(index, automation, &mut offer);
        }
        best
    }

    /// When its schedule fires next after `from`.
    pub(super) fn next_scheduled(&self, automation: &Automation, from: Tick) -> Option<Tick> {
        let from = self.clock.instant(from);
        automation.schedules().filter_map(|schedule| schedule.next_after(from)).min().map(|at| self.clock.tick_of(at))
    }

    fn chained(&self, index: usize, automation: &Automation, offer: &mut impl FnMut(Firing)) {
        for id in automation.follows() {
            let Some(before) = self.automations.iter().position(|other| other.id == id) else { continue };
            let tasks = self.tasks.iter().enumerate().filter(|(_, task)| task.automation == Some(before));
            for (nth, task) in tasks.filter(|(_, task)| task.links + 1 < MOST_LINKS) {
                let Some(first) = task.sessions.first().filter(|first| first.state(NEVER) == "completed") else {
                    continue;
                };
                let Some(at) = first.completed_at(NEVER).map(|at| at + NOTICES_AFTER) else { continue };
                let about = format!("Started because “{}” has completed: {}.", name(self, before), task.name);
                let cause = Cause { about, links: task.links + 1 };
                offer(Firing { key: Key { at, automation: index, source: (1, number(nth)) }, cause });
            }
        }
    }

    fn pulls_seen(&self, index: usize, automation: &Automation, offer: &mut impl FnMut(Firing)) {
        let Some(config) = automation.trigger("pull_request") else { return };
        for (nth, pull) in
            self.pulls.iter().enumerate().filter(|(_, pull)| pull.repo == automation.repo && !pull.automated)
        {
            let moments = [
                ("opened", Some(pull.opened).filter(|at| *at < NEVER)),
                ("ready_for_review", pull.ready),
                ("closed", pull.closed.into_iter().chain(pull.merged).min()),
            ];
            for (rank, (kind, at)) in (0..).zip(moments) {
                let Some(at) = at.map(|at| at + NOTICES_AFTER).filter(|at| *at > self.fired.at && *at <= self.now)
                else {
                    continue;
                };
                if words(config, "types").any(|wanted| wanted == kind) && matching::pull(self, nth, config) {
                    let about = format!("Pull request #{} was {}.", pull.number, kind.replace('_', " "));
                    let cause = Cause { about, links: 0 };
                    offer(Firing { key: Key { at, automation: index, source: (2 + rank, number(nth)) }, cause });
                }
            }
        }
    }

    fn runs_ended(&self, index: usize, automation: &Automation, offer: &mut impl FnMut(Firing)) {
        let Some(config) = automation.trigger("workflow_run") else { return };
        if !words(config, "workflows").any(|name| name == "CI" || name == CI_PATH) {
            return;
        }
        let only_failures = words(config, "conclusions").all(|conclusion| conclusion == "failure");
        let of_repo =
            self.pulls.iter().filter(|pull| pull.repo == automation.repo && pull.is_seen(self.now) && !pull.automated);
        for pull in of_repo.filter(|pull| !only_failures || !pull.check_plan.fails.is_empty()) {
            for run in self.ci_runs(pull, &self.work_on(pull)) {
                let at = run.updated + NOTICES_AFTER;
                let wanted = run.conclusion.is_some_and(|found| words(config, "conclusions").any(|one| one == found));
                if run.status == "completed" && wanted && at > self.fired.at {
                    let about = format!(
                        "The run CI of pull request #{} ended: {}.",
                        pull.number,
                        run.conclusion.unwrap_or("-")
                    );
                    let cause = Cause { about, links: 0 };
                    let source = (8, run.run * 100 + run.attempt);
                    offer(Firing { key: Key { at, automation: index, source }, cause });
                }
            }
        }
    }

    /// Something happened: whoever waits for it starts a little later.
    pub(super) fn happened(&mut self, happening: Happening<'_>, actor: i64) {
        let waits = |(index, automation): (usize, &Automation)| {
            let about = matching::happening(self, automation, happening)?;
            (automation.is_on() && self.may_start(automation, actor)).then_some((index, about))
        };
        let found: Vec<_> = self.automations.iter().enumerate().filter_map(waits).collect();
        for (index, about) in found {
            self.wait_for(index, NOTICES_AFTER, Cause { about, links: 0 });
        }
    }

    /// Whether what this person does may start it.
    fn may_start(&self, automation: &Automation, actor: i64) -> bool {
        let everywhere = self.repos.get(automation.repo).is_some_and(|repo| repo.automation_needs_write);
        let needed = everywhere || automation.flag("require_actor_write_permission") != Some(false);
        !needed || self.person(actor).is_some_and(|person| !person.guest)
    }

    /// A person asks for a run: it comes some seconds later, and a lost one never.
    pub fn ask_for_run(&mut self, index: usize, cause: Cause) {
        let Some(automation) = self.automations.get_mut(index) else { return };
        automation.asked += 1;
        let asked = automation.asked;
        if !automation.run.lost.contains(&asked) {
            let later = self.chance.of("run now", asked).of("automation", index as u64).between(3, 9) * SECOND;
            self.wait_for(index, later, cause);
        }
    }

    fn wait_for(&mut self, index: usize, later: Tick, cause: Cause) {
        let source = (9, self.waited);
        self.waited += 1;
        self.waiting.push(Firing { key: Key { at: self.now + later, automation: index, source }, cause });
    }
}

fn name(world: &World, index: usize) -> String {
    world.automations.get(index).and_then(|found| found.text("name")).unwrap_or_default().to_owned()
}

fn number(nth: usize) -> i64 {
    i64::try_from(nth).unwrap_or(i64::MAX)
}
