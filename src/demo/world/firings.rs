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

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;

use super::automation::{Automation, CHAIN, words};
use super::automations::Cause;
use super::clock::{SECOND, Tick};
use super::core::World;
use super::matching;
use super::runs::{CI_PATH, NEVER};

/// An automation notices what happened so much later.
const NOTICES_AFTER: Tick = 5 * SECOND;
/// What a schedule missed longer ago is dropped.
const MISSED: TimeDelta = TimeDelta::days(8);
/// So many automations follow one another at most.
const MOST_LINKS: u8 = 3;

/// When and where something fires. No two have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub at: Tick,
    pub automation: usize,
    /// What kind of thing it is, and which.
    source: (u8, i64),
}

impl Key {
    /// After everything that happened up to `at`.
    pub fn end_of(at: Tick) -> Self {
        Self { at, automation: usize::MAX, source: (u8::MAX, i64::MAX) }
    }
}

/// What fires, in the order it does.
pub type Due = BTreeMap<Key, Cause>;

/// What people did that an automation may wait for.
#[derive(Clone, Copy, Debug)]
pub enum Happening<'a> {
    Issue { index: usize, kind: &'a str, label: Option<&'a str> },
    Review { pull: usize, state: &'a str },
}

impl World {
    /// Lets everything new come that the clock has reached.
    pub(super) fn live(&mut self) {
        let mut due = self.all_due();
        loop {
            let firing = due.first_key_value().map(|(key, _)| *key);
            let arrival = Some(self.next_arrival).filter(|at| *at <= self.now);
            if let Some(key) = firing.filter(|key| arrival.is_none_or(|at| key.at < at)) {
                let cause = due.remove(&key).unwrap_or_default();
                self.fired = key;
                self.waiting.remove(&key);
                let begun = self.begin(key.automation, key.at, &cause);
                self.offer_schedule(key.automation, &mut due);
                self.offer_chains(begun, &mut due);
            } else if arrival.is_some() {
                let pull = self.pulls.len();
                self.let_one_arrive();
                self.offer_pull(pull, &mut due);
            } else {
                break;
            }
        }
        self.fired = self.fired.max(Key::end_of(self.now));
    }

    fn all_due(&self) -> Due {
        let mut due: Due =
            self.waiting.range(..=Key::end_of(self.now)).map(|(key, cause)| (*key, cause.clone())).collect();
        (0..self.automations.len()).for_each(|index| self.offer_schedule(index, &mut due));
        (0..self.tasks.len()).for_each(|task| self.offer_chains(Some(task), &mut due));
        (0..self.pulls.len()).for_each(|pull| self.offer_pull(pull, &mut due));
        due
    }

    /// Notes what fires, unless it has fired or its time has not come.
    fn offer(&self, due: &mut Due, at: Tick, automation: usize, source: (u8, i64), cause: impl FnOnce() -> Cause) {
        let key = Key { at, automation, source };
        if key > self.fired && at <= self.now {
            due.entry(key).or_insert_with(cause);
        }
    }

    fn offer_schedule(&self, index: usize, due: &mut Due) {
        let Some(automation) = self.automations.get(index).filter(|automation| automation.is_on()) else { return };
        let missed = self.clock.tick_of(self.clock.instant(self.now) - MISSED);
        if let Some(at) = self.next_scheduled(automation, self.fired.at.max(missed).max(automation.created)) {
            self.offer(due, at, index, (0, 0), Cause::default);
        }
    }

    /// Those of a repository that are on and wait for such a thing.
    fn waiting_for<'a>(&'a self, repo: usize, event: &'a str) -> impl Iterator<Item = (usize, &'a Value)> {
        let on = self.automations.iter().enumerate().filter(move |(_, one)| one.repo == repo && one.is_on());
        on.filter_map(move |(index, automation)| Some((index, automation.trigger(event)?)))
    }

    fn offer_chains(&self, task: Option<usize>, due: &mut Due) {
        let Some((nth, task)) = task.and_then(|nth| Some((nth, self.tasks.get(nth)?))) else { return };
        let Some(before) = task.automation.and_then(|before| self.automations.get(before)) else { return };
        let first =
            task.sessions.first().filter(|first| task.links + 1 < MOST_LINKS && first.state(NEVER) == "completed");
        let Some(at) = first.and_then(|first| first.completed_at(NEVER)) else { return };
        for (index, config) in self.waiting_for(task.repo, CHAIN) {
            if words(config, "automation_ids").any(|id| id == before.id) {
                self.offer(due, at + NOTICES_AFTER, index, (1, number(nth)), || {
                    let name = before.text("name").unwrap_or_default();
                    Cause {
                        about: format!("Started because “{name}” has completed: {}.", task.name),
                        links: task.links + 1,
                    }
                });
            }
        }
    }

    fn offer_pull(&self, nth: usize, due: &mut Due) {
        let Some(pull) = self.pulls.get(nth).filter(|pull| !pull.automated) else { return };
        let moments = [
            ("opened", Some(pull.opened).filter(|at| *at < NEVER)),
            ("ready_for_review", pull.ready),
            ("closed", pull.closed.into_iter().chain(pull.merged).min()),
        ];
        for (rank, (kind, at)) in (0..).zip(moments) {
            let Some(at) = at.map(|at| at + NOTICES_AFTER).filter(|at| *at > self.fired.at && *at <= self.now) else {
                continue;
            };
            for (index, config) in self.waiting_for(pull.repo, "pull_request") {
                if words(config, "types").any(|wanted| wanted == kind) && matching::pull(self, nth, config) {
                    let about = format!("Pull request #{} was {}.", pull.number, kind.replace('_', " "));
                    self.offer(due, at, index, (2 + rank, number(nth)), || Cause { about, links: 0 });
                }
            }
        }
        self.offer_runs(nth, due);
    }

    fn offer_runs(&self, nth: usize, due: &mut Due) {
        let Some(pull) = self.pulls.get(nth).filter(|pull| pull.is_seen(self.now)) else { return };
        for (index, config) in self.waiting_for(pull.repo, "workflow_run") {
            let only_failures = words(config, "conclusions").all(|conclusion| conclusion == "failure");
            let ours = words(config, "workflows").any(|name| name == "CI" || name == CI_PATH);
            if !ours || (only_failures && pull.check_plan.fails.is_empty()) {
                continue;
            }
            for run in self.ci_runs(pull, &self.work_on(pull)) {
                let ended = run.conclusion.filter(|_| run.status == "completed");
                if let Some(how) = ended.filter(|how| words(config, "conclusions").any(|one| one == *how)) {
                    let about = || format!("The run CI of pull request #{} ended: {how}.", pull.number);
                    let source = (8, run.run * 100 + run.attempt);
                    self.offer(due, run.updated + NOTICES_AFTER, index, source, || Cause { about: about(), links: 0 });
                }
            }
        }
    }

    /// When its schedule fires next after `from`.
    pub(super) fn next_scheduled(&self, automation: &Automation, from: Tick) -> Option<Tick> {
        let from = self.clock.instant(from);
        automation.schedules().filter_map(|schedule| schedule.next_after(from)).min().map(|at| self.clock.tick_of(at))
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
        self.waiting.insert(Key { at: self.now + later, automation: index, source }, cause);
    }
}

fn number(nth: usize) -> i64 {
    i64::try_from(nth).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::acts::NewIssue;
    use super::super::clock::{HOUR, WorldClock};
    use super::super::core::Person;
    use super::*;

    fn world() -> World {
        let mut world = World::open(1, WorldClock::new("2026-11-20T12:00:00Z".parse().unwrap(), 1.0)).unwrap();
        world.people.push(Person {
            login: "passer-by".to_owned(),
            id: 77,
            name: String::new(),
            kind: "User",
            guest: true,
        });
        world
    }

    fn later(world: &mut World, ticks: Tick) {
        world.advance(world.clock.instant(world.now + ticks));
    }

    fn index(world: &World, name: &str) -> usize {
        world.automations.iter().position(|one| one.text("name") == Some(name)).unwrap()
    }

    /// How many tasks it starts because a guest opened an issue.
    fn after_a_guest_reports(world: &mut World, automation: usize) -> u64 {
        let before = world.automations[automation].started;
        let repo = world.automations[automation].repo;
        let labels = vec!["flaky".to_owned()];
        world.open_issue(NewIssue { repo, title: "It fails".to_owned(), labels, user: 77, ..NewIssue::default() });
        later(world, 20 * SECOND);
        world.automations[automation].started - before
    }

    #[test]
    fn a_guest_starts_only_what_anybody_may_start_where_the_repository_lets_them() {
        let mut world = world();
        let flaky = index(&world, "Chase flaky tests");
        assert_eq!(after_a_guest_reports(&mut world, flaky), 1);
        let repo = world.automations[flaky].repo;
        world.repos[repo].automation_needs_write = true;
        assert_eq!(after_a_guest_reports(&mut world, flaky), 0, "the repository's setting is above its own");
        world.repos[repo].automation_needs_write = false;
        world.automations[flaky].set.insert("require_actor_write_permission".to_owned(), true.into());
        assert_eq!(after_a_guest_reports(&mut world, flaky), 0);
    }

    #[test]
    fn what_is_waited_for_is_dropped_with_the_automation() {
        let mut world = world();
        let flaky = index(&world, "Chase flaky tests");
        let before = world.automations[flaky].started;
        world.ask_for_run(flaky, Cause::default());
        world.delete_automation(flaky);
        later(&mut world, HOUR);
        assert_eq!(world.automations[flaky].started, before);
    }

    #[test]
    fn automations_leave_the_rest_of_the_world_as_it_is() {
        let (mut with, mut without) = (world(), world());
        without.automations.iter_mut().for_each(|automation| automation.deleted = true);
        for world in [&mut with, &mut without] {
            later(world, 20 * HOUR);
        }
        let of_people = |world: &World| -> Vec<(String, String, Tick, i64)> {
            let tasks = world.tasks.iter().filter(|task| !task.sessions[0].automated);
            tasks.map(|task| (task.id.clone(), task.name.clone(), task.created, task.sessions[0].run)).collect()
        };
        assert!(with.tasks.len() > without.tasks.len());
        assert_eq!(of_people(&with), of_people(&without));
    }
}
