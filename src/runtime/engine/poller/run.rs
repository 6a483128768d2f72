//! The poller's loop: wishes in, fetches out, answers to the console.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant as Tick;

use super::pace::Pace;
use super::recall::Recalled;
use super::thrift::Thrift;
use crate::console::event::{BudgetNews, News, Op};
use crate::domain::{Fault, Instant, RepoName, Source, Task, TaskId, TaskRef};
use crate::runtime::engine::backoff;
use crate::runtime::engine::budget::Meter;
use crate::runtime::engine::desk::Desk;
use crate::runtime::engine::memory::Memory;
use crate::runtime::engine::reads::{self, Brought};
use crate::runtime::engine::schedule::{Due, Schedule};
use crate::runtime::engine::sweep::ListState;

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
#[derive(Debug)]
struct Landed {
    source: Option<Due>,
    result: Result<Brought, Fault>,
}

/// The poller's own state; runs until its wishes' channel closes.
#[derive(Debug)]
pub struct Poller {
    pub(super) desk: Desk,
    pub(super) pace: Pace,
    pub(super) schedule: Schedule,
    pub(super) lists: HashMap<RepoName, ListState>,
    pub(super) memory: Memory,
    pub(super) recalled: Recalled,
    pub(super) attended: Option<TaskRef>,
    /// The attended task as last heard of, for the log follower.
    pub(super) tell_follower: watch::Sender<Option<Task>>,
    pub(super) meter: Meter,
    spent: BudgetNews,
    pub(super) thrift: Thrift,
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
            recalled: Recalled::default(),
            attended: None,
            tell_follower,
            meter: Meter::new(pace.share),
            spent: BudgetNews::default(),
            thrift: Thrift::new(Tick::now()),
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
                    Some(wish) => {
                        if let Wish::Watch(repos) = &wish {
                            self.recall(repos).await;
                        }
                        self.grant(wish);
                    }
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
    pub(super) fn attended_pace(&self, id: &TaskId) -> Option<Duration> {
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
                self.check_viewer(&brought, now).await;
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
        let attended = self.attended.as_ref().is_some_and(|at| match source {
            Source::Task(id) | Source::Run(id) => *id == at.id,
            _ => false,
        });
        if attended { self.meter.attended_stretch() } else { self.meter.stretch() }
    }

    fn at(&self, wait: Option<Duration>) -> Option<Instant> {
        let wait = chrono::TimeDelta::from_std(wait?).ok()?;
        Some(self.desk.now() + wait)
    }
}

async fn sleep_until(at: Option<Tick>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
