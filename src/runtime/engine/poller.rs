//! The background poller: one schedule over all sources, at most four requests in flight, nothing asked that cannot
//! have changed.
//!
//! Lists are the pulse: they say which tasks moved. A task's details are fetched when its list row moved and somebody
//! works on it, or when it is looked at. A task that has ended is never polled: its details are fetched once, from a
//! small allowance, and then only when its row moves.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant as Tick;

use super::backoff;
use super::budget::Meter;
use super::desk::Desk;
use super::memory::Memory;
use super::reads::{self, Brought};
use super::schedule::{Due, Schedule};
use super::sweep::{Found, ListState};
use crate::console::event::{BudgetNews, News, Op};
use crate::domain::{Fault, Instant, Mergeable, RepoName, Source, Task, TaskId, TaskRef};

/// How often each kind of source is asked. Configurable.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Lists with active tasks.
    pub active: Duration,
    /// Lists without.
    pub idle: Duration,
    /// The selected task while it works.
    pub attended: Duration,
    /// A working task nobody looks at, whose row moved.
    pub details: Duration,
    /// The run and its jobs.
    pub run: Duration,
    pub pulls: Duration,
    pub whole_sweep: Duration,
    /// Share of the service's hourly limit we allow ourselves, 0–1.
    pub share: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            active: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            attended: Duration::from_secs(10),
            details: Duration::from_secs(90),
            run: Duration::from_secs(30),
            pulls: Duration::from_mins(1),
            whole_sweep: Duration::from_mins(10),
            share: 0.2,
        }
    }
}

/// Wishes of the console.
#[derive(Debug)]
pub enum Wish {
    Watch(Vec<RepoName>),
    Attend(Option<TaskRef>),
    Refresh,
    /// Ask about this task now: something was just done to it.
    Look(TaskRef),
    Pause(bool),
}

const MOST_IN_FLIGHT: usize = 4;
/// Details of ended tasks fetched at once after the start, and one more each minute.
const ALLOWANCE: f64 = 60.0;
/// An active task that says nothing for this long has its run looked at, once in a while.
const SILENT: chrono::TimeDelta = chrono::TimeDelta::minutes(15);
const SILENT_PACE: Duration = Duration::from_mins(2);

#[derive(Debug)]
struct Landed {
    source: Option<Due>,
    result: Result<Brought, Fault>,
}

/// The poller's own state; runs until its wishes' channel closes.
#[derive(Debug)]
pub struct Poller {
    desk: Desk,
    pace: Pace,
    schedule: Schedule,
    lists: HashMap<RepoName, ListState>,
    memory: Memory,
    attended: Option<TaskRef>,
    /// The attended task as last heard of, for the log follower.
    tell_follower: watch::Sender<Option<Task>>,
    meter: Meter,
    spent: BudgetNews,
    allowance: (f64, Tick),
    /// When the details of a working task may be asked for again, although its row keeps moving.
    details_due: HashMap<TaskId, Tick>,
    paused: bool,
    /// Nothing is asked before the console has said what to watch.
    begun: bool,
    asking_person: bool,
    in_flight: JoinSet<Landed>,
}

impl Poller {
    pub fn new(desk: Desk, pace: Pace, tell_follower: watch::Sender<Option<Task>>) -> Self {
        Self {
            desk,
            pace,
            schedule: Schedule::default(),
            lists: HashMap::new(),
            memory: Memory::default(),
            attended: None,
            tell_follower,
            meter: Meter::new(pace.share),
            spent: BudgetNews::default(),
            allowance: (ALLOWANCE, Tick::now()),
            details_due: HashMap::new(),
            paused: false,
            begun: false,
            asking_person: false,
            in_flight: JoinSet::new(),
        }
    }

    pub async fn run(mut self, mut wishes: mpsc::Receiver<Wish>) {
        self.schedule.want(Source::Viewer, None, Tick::now());
        loop {
            self.launch();
            let next = self.next_due();
            tokio::select! {
                biased;
                wish = wishes.recv() => match wish {
                    Some(wish) => self.grant(wish),
                    None => return,
                },
                Some(landed) = self.in_flight.join_next() => {
                    if let Ok(landed) = landed {
                        self.land(landed).await;
                    }
                }
                () = sleep_until(next) => {}
            }
        }
    }

    fn next_due(&self) -> Option<Tick> {
        if !self.begun || self.paused || self.in_flight.len() >= MOST_IN_FLIGHT { None } else { self.schedule.next() }
    }

    fn grant(&mut self, wish: Wish) {
        let now = Tick::now();
        match wish {
            Wish::Watch(repos) => {
                self.begun = true;
                self.watch(&repos, now);
            }
            Wish::Attend(task) => self.attend(task, now),
            Wish::Refresh => self.schedule.poke_all(now),
            Wish::Look(task) => {
                self.schedule.want(Source::Task(task.id.clone()), None, now);
                self.schedule.poke(&Source::Task(task.id), now, false);
                self.schedule.poke(&Source::Tasks(task.repo), now, false);
            }
            Wish::Pause(paused) => self.paused = paused,
        }
    }

    fn watch(&mut self, repos: &[RepoName], now: Tick) {
        self.lists.retain(|repo, _| repos.contains(repo));
        self.memory.tasks.retain(|_, light| repos.contains(&light.at.repo));
        let memory = &self.memory;
        self.schedule.retain(|source| match source {
            Source::Tasks(repo) => repos.contains(repo),
            Source::Task(id) | Source::Run(id) => memory.tasks.contains_key(id),
            _ => true,
        });
        for repo in repos {
            self.lists.entry(repo.clone()).or_default();
            self.schedule.want(Source::Tasks(repo.clone()), Some(self.pace.active), now);
        }
    }

    fn attend(&mut self, task: Option<TaskRef>, now: Tick) {
        if let Some(former) = self.attended.take() {
            self.schedule.drop(&Source::Run(former.id.clone()));
            if self.memory.tasks.get(&former.id).is_none_or(|light| !light.state.is_active()) {
                self.schedule.drop(&Source::Task(former.id));
            } else {
                self.schedule.want(Source::Task(former.id), None, now);
            }
        }
        self.attended.clone_from(&task);
        self.tell_follower.send_replace(None);
        if let Some(task) = task {
            // The whole answer once, even if it is the same as before: the follower and the run's look-up need it.
            if let Some(light) = self.memory.tasks.get_mut(&task.id) {
                light.validator = None;
            }
            self.schedule.want(Source::Task(task.id.clone()), self.attended_pace(&task.id), now);
            self.schedule.poke(&Source::Task(task.id), now, false);
        }
    }

    /// The selected task is asked often while it works, and once when it has ended.
    fn attended_pace(&self, id: &TaskId) -> Option<Duration> {
        let active = self.memory.tasks.get(id).is_none_or(|light| light.state.is_active());
        active.then_some(self.pace.attended)
    }

    fn launch(&mut self) {
        if !self.begun || self.paused {
            return;
        }
        let now = Tick::now();
        let room = MOST_IN_FLIGHT.saturating_sub(self.in_flight.len());
        for due in self.schedule.take(now, room) {
            self.fly(due, now);
        }
        if self.in_flight.len() < MOST_IN_FLIGHT
            && !self.asking_person
            && let Some(id) = self.memory.next_stranger()
        {
            self.asking_person = true;
            let provider = self.desk.provider.clone();
            self.in_flight
                .spawn(async move { Landed { source: None, result: Ok(reads::person(&*provider, id).await) } });
        }
    }

    fn fly(&mut self, due: Due, now: Tick) {
        let provider = self.desk.provider.clone();
        let light_of = |id: &TaskId| self.memory.tasks.get(id).cloned();
        match &due.source {
            Source::Viewer => self.spawn(due, async move { reads::viewer(&*provider).await }),
            Source::Tasks(repo) => {
                let (repo, state) = (repo.clone(), self.lists.get(repo).cloned().unwrap_or_default());
                let whole = state.whole_at.is_none_or(|at| {
                    (self.desk.now() - at).to_std().unwrap_or_default() >= self.pace.whole_sweep
                        || !state.missed.is_empty()
                });
                self.spawn(due, async move { reads::list(&*provider, repo, state, whole).await });
            }
            Source::Task(id) => {
                let known = light_of(id);
                let at = known.as_ref().map(|light| light.at.clone()).or_else(|| self.attended.clone());
                let Some(at) = at.filter(|at| &at.id == id) else {
                    self.schedule.succeeded(&due.source, now, 1.0);
                    self.schedule.drop(&due.source);
                    return;
                };
                let validator = known.filter(|light| !light.is_outdated()).and_then(|light| light.validator);
                self.spawn(due, async move { reads::task(&*provider, at, validator).await });
            }
            Source::Pulls => {
                let refs = self.memory.open_pulls();
                self.memory.computing = false;
                self.spawn(due, async move { reads::pulls(&*provider, refs).await });
            }
            Source::Run(id) => match light_of(id) {
                Some(light) => self.spawn(due, async move { reads::run(&*provider, light).await }),
                None => self.schedule.drop(&due.source),
            },
            // Logs are the follower's, people are asked one at a time beside the schedule.
            Source::Log(_) | Source::People => self.schedule.drop(&due.source),
        }
    }

    fn spawn(&mut self, due: Due, fetch: impl Future<Output = Result<Brought, Fault>> + Send + 'static) {
        self.in_flight.spawn(async move { Landed { source: Some(due), result: fetch.await } });
    }

    async fn land(&mut self, landed: Landed) {
        let Some(due) = landed.source else {
            self.asking_person = false;
            if let Ok(brought) = landed.result {
                self.desk.net(Source::People, 0, None, Ok(brought.into_news())).await;
            }
            return;
        };
        if !self.schedule.knows(&due.source) {
            return;
        }
        let now = Tick::now();
        match landed.result {
            Ok(brought) => {
                let gone = self.learn(&brought, now);
                let stretch = self.stretch(&due.source);
                let wait = self.schedule.succeeded(&due.source, now, stretch);
                let next_try = self.at(wait);
                let news = brought.into_news();
                self.desk.net(due.source.clone(), due.generation, next_try, Ok(news)).await;
                if !gone.is_empty() {
                    self.desk.net(due.source, due.generation, next_try, Ok(News::Gone(gone))).await;
                }
            }
            Err(fault) => {
                let at = self.desk.now();
                let wait = self.schedule.failed(&due.source, now, |every, n| backoff::wait(every, n, &fault, at));
                self.desk.net(due.source, due.generation, self.at(wait), Err(fault)).await;
            }
        }
        let spent = self.meter.read(self.desk.provider.budget(), self.desk.now());
        if spent != self.spent {
            self.spent = spent;
            self.desk.op(Op::Budget(spent)).await;
        }
    }

    /// What the operator looks at gives way last.
    fn stretch(&self, source: &Source) -> f64 {
        let stretch = self.meter.stretch();
        let attended = self.attended.as_ref().is_some_and(|at| match source {
            Source::Task(id) | Source::Run(id) => *id == at.id,
            _ => false,
        });
        if attended { stretch.sqrt() } else { stretch }
    }

    fn at(&self, wait: Option<Duration>) -> Option<Instant> {
        let wait = chrono::TimeDelta::from_std(wait?).ok()?;
        Some(self.desk.now() + wait)
    }

    /// Remembers an answer and plans what follows from it. Returns tasks that are gone.
    fn learn(&mut self, brought: &Brought, now: Tick) -> Vec<TaskId> {
        match brought {
            Brought::List { repo, found: Found::Some { tasks, validator, whole, .. } } => {
                let known = self.memory.ids_of(repo);
                let at = self.desk.now();
                let list = self.lists.entry(repo.clone()).or_default();
                let gone = list.absorb(tasks, validator.clone(), *whole, &known, at);
                for id in &gone {
                    self.memory.tasks.remove(id);
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
        let moved = self.memory.tasks.get(id).is_none_or(|light| light.touched != task.touched_at());
        let turned = self.memory.tasks.get(id).is_none_or(|light| light.state != task.state);
        let open_before = self.memory.tasks.get(id).map_or(0, |light| light.pulls.len());
        self.memory.learn(task);
        let Some(light) = self.memory.tasks.get(id) else { return };
        let (outdated, active) = (light.is_outdated(), light.state.is_active());
        let more_pulls = light.pulls.len() > open_before;
        let silent = active && self.desk.now() - light.touched > SILENT;
        let attended = self.attended.as_ref().is_some_and(|at| &at.id == id);
        let due = self.details_due.get(id).is_none_or(|at| *at <= now) || turned;
        if outdated && (attended || (active && due) || (!active && self.spend_allowance(now))) {
            self.details_due.insert(id.clone(), now + self.pace.details.mul_f64(self.meter.stretch()));
            let every = if attended { self.attended_pace(id) } else { None };
            self.schedule.want(Source::Task(id.clone()), every, now);
            self.schedule.poke(&Source::Task(id.clone()), now, false);
        } else if attended {
            self.schedule.want(Source::Task(id.clone()), self.attended_pace(id), now);
        }
        if active && task.sessions.is_some() && (attended || silent) {
            let every = if attended { self.pace.run } else { SILENT_PACE };
            self.schedule.want(Source::Run(id.clone()), Some(every), now);
        } else if !active && moved {
            // One last look, so that the run shown is the run as it ended.
            if self.schedule.knows(&Source::Run(id.clone())) {
                self.schedule.want(Source::Run(id.clone()), None, now);
                self.schedule.poke(&Source::Run(id.clone()), now, false);
            } else if attended && task.sessions.is_some() {
                self.schedule.want(Source::Run(id.clone()), None, now);
            }
        } else if attended && task.sessions.is_some() {
            self.schedule.want(Source::Run(id.clone()), None, now);
        }
        if more_pulls {
            self.schedule.want(Source::Pulls, Some(self.pace.pulls), now);
            self.schedule.poke(&Source::Pulls, now, false);
        }
    }

    /// Details of an ended task cost a request each: a few at once, then one a minute.
    fn spend_allowance(&mut self, now: Tick) -> bool {
        let (left, since) = self.allowance;
        let left = (left + (now - since).as_secs_f64() / 60.0).min(ALLOWANCE);
        let spend = left >= 1.0;
        self.allowance = (if spend { left - 1.0 } else { left }, now);
        spend
    }

    fn pace_list(&mut self, repo: &RepoName, now: Tick) {
        let busy = self.memory.tasks.values().any(|light| &light.at.repo == repo && light.state.is_active());
        let every = if busy { self.pace.active } else { self.pace.idle };
        self.schedule.want(Source::Tasks(repo.clone()), Some(every), now);
    }
}

async fn sleep_until(at: Option<Tick>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
