//! The poller's loop: wishes in, fetches out, answers to the console.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant as Tick;

use super::diagnose::Diagnoses;
use super::pace::Pace;
use super::recall::Recalled;
use super::sleep::{self, Clocks};
use super::thrift::Thrift;
use crate::console::automations::Sight;
use crate::console::event::{BudgetNews, News, Op};
use crate::domain::{
    AutomationRef, Diagnosed, Fault, FaultKind, Instant, PullRef, RepoName, Source, State, Task, TaskId, TaskRef,
};
use crate::runtime::engine::automation_book::{AutomationBook, repo_of};
use crate::runtime::engine::backoff;
use crate::runtime::engine::budget::Meter;
use crate::runtime::engine::desk::Desk;
use crate::runtime::engine::list_state::ListState;
use crate::runtime::engine::memory::{Light, Memory};
use crate::runtime::engine::origins::Origins;
use crate::runtime::engine::reads::Brought;
use crate::runtime::engine::recorder::Recorder;
use crate::runtime::engine::schedule::{Due, Poke, Schedule, Setback};
use crate::runtime::engine::sweep::Found;
use crate::runtime::engine::till::Till;
use crate::runtime::engine::turns::Turns;

/// Wishes of the console.
#[derive(Debug)]
pub enum Wish {
    Watch(Vec<RepoName>),
    Attend(Option<TaskRef>),
    Refresh,
    /// Ask about this task now: something was just done to it.
    Look(TaskRef),
    /// Ask about this pull request now: something was just done to it.
    Pull(PullRef),
    /// What of the automations is on the screen. `None`: nothing.
    Sight(Option<Sight>),
    /// Ask about this automation now: something was just done to it.
    Automation(AutomationRef),
    /// The log of this task's latest session was read: it need not be read again.
    Diagnosed(TaskRef, Box<Diagnosed>),
    /// The terminal has the focus, or lost it.
    Focus(bool),
    Pause(bool),
}

/// An ended task is asked for when the cursor has stayed on it for this long.
const DWELL: Duration = Duration::from_millis(250);

/// A fetch that came back.
#[derive(Debug)]
pub(super) struct Landed {
    pub due: Due,
    /// What was set aside for it.
    pub need: f64,
    pub result: Result<Brought, Fault>,
}

/// The poller's own state; runs until its wishes' channel closes.
#[derive(Debug)]
pub struct Poller {
    pub(super) desk: Desk,
    pub(super) pace: Pace,
    pub(super) schedule: Schedule,
    pub(super) watched: Vec<RepoName>,
    pub(super) lists: HashMap<RepoName, ListState>,
    /// The list of the viewer's own tasks.
    pub(super) own: ListState,
    pub(super) memory: Memory,
    pub(super) recalled: Recalled,
    pub(super) attended: Option<TaskRef>,
    /// The attended task as last heard of, for the log follower.
    pub(super) tell_follower: watch::Sender<Option<Task>>,
    pub(super) till: Till,
    pub(super) turns: Turns,
    pub(super) meter: Meter,
    spent: BudgetNews,
    /// The console knows that nothing can be changed.
    told_read_only: bool,
    pub(super) thrift: Thrift,
    pub(super) diagnoses: Diagnoses,
    pub(super) automations: AutomationBook,
    /// Writes down what becomes of tasks.
    recorder: Recorder,
    pub(super) origins: Origins,
    /// Told what works now, where somebody wants to know.
    at_work: watch::Sender<Vec<TaskRef>>,
    clocks: Clocks,
    pub(super) paused: bool,
    /// The list that is being read whole.
    pub(super) sweeping: Option<Source>,
    /// Nothing is asked before the console has said what to watch.
    pub(super) begun: bool,
    pub(super) in_flight: JoinSet<Landed>,
}

impl Poller {
    pub fn new(desk: Desk, pace: Pace, till: Till, tell_follower: watch::Sender<Option<Task>>) -> Self {
        let now = Tick::now();
        Self {
            clocks: Clocks::new(desk.now(), now),
            desk,
            pace,
            schedule: Schedule::new(pace.apart),
            watched: Vec::new(),
            lists: HashMap::new(),
            own: ListState::default(),
            memory: Memory::default(),
            recalled: Recalled::default(),
            attended: None,
            tell_follower,
            till,
            turns: Turns::default(),
            meter: Meter::new(pace.share),
            spent: BudgetNews::default(),
            told_read_only: false,
            thrift: Thrift::default(),
            diagnoses: Diagnoses::default(),
            automations: AutomationBook::default(),
            recorder: Recorder::default(),
            origins: Origins::default(),
            at_work: watch::channel(Vec::new()).0,
            paused: false,
            sweeping: None,
            begun: false,
            in_flight: JoinSet::new(),
        }
    }

    /// The same, and what becomes of tasks is written down.
    #[must_use]
    pub fn recording(self, recorder: Recorder) -> Self {
        Self { recorder, ..self }
    }

    /// The same, and what the ledger knows of what started tasks is added to them.
    #[must_use]
    pub fn remembering(self, origins: Origins) -> Self {
        Self { origins, ..self }
    }

    /// The same, and what works is shown.
    #[must_use]
    pub fn showing(self, at_work: watch::Sender<Vec<TaskRef>>) -> Self {
        Self { at_work, ..self }
    }

    pub async fn run(mut self, mut wishes: mpsc::Receiver<Wish>) {
        self.schedule.want(Source::Viewer, None, Tick::now());
        loop {
            self.look_at_the_clocks();
            let money = self.launch();
            let next = self.next_due(money);
            let till = self.till.clone();
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
                read = self.origins.read() => self.learn_origins(read, Tick::now()).await,
                Some(landed) = self.in_flight.join_next() => {
                    if let Ok(landed) = landed {
                        self.land(landed).await;
                    }
                }
                // What was asked here is told with its answer.
                () = till.moved(), if self.in_flight.is_empty() => {
                    self.till.settle();
                    self.tell_the_count().await;
                }
                () = sleep_until(next) => {}
            }
        }
    }

    /// `money`: when the purse allows what is due already.
    fn next_due(&self, money: Option<Tick>) -> Option<Tick> {
        if !self.begun || self.paused {
            return None;
        }
        let now = Tick::now();
        [self.schedule.next_after(now), money, Some(now + sleep::LOOK)].into_iter().flatten().min()
    }

    fn look_at_the_clocks(&mut self) {
        let now = Tick::now();
        if let Some(gap) = self.clocks.slept(self.desk.now(), now) {
            tracing::info!(seconds = gap.as_secs(), "the machine slept, or its clock was set");
            self.schedule.slept(gap, now);
        }
    }

    fn grant(&mut self, wish: Wish) {
        let now = Tick::now();
        match wish {
            Wish::Watch(repos) => {
                self.begun = true;
                self.watch(repos, now);
            }
            Wish::Attend(task) => self.attend(task, now),
            Wish::Refresh => {
                self.desk.provider.insist();
                for list in self.lists.values_mut().chain([&mut self.own]) {
                    list.calm.stir();
                }
                self.memory.pulls.calm.stir();
                self.schedule.poke_all(now);
                self.refresh_automations(now);
                if let Some(task) = self.attended.clone() {
                    self.schedule.want(Source::Task(task.id.clone()), self.attended_pace(&task.id), now);
                    self.schedule.poke(&Source::Task(task.id), now, Poke::Operator);
                }
            }
            Wish::Look(task) => {
                self.schedule.want(Source::Task(task.id.clone()), self.attended_pace_of(&task.id), now);
                for source in [Source::Task(task.id.clone()), Source::Run(task.id), Source::Tasks(task.repo)] {
                    self.schedule.poke(&source, now, Poke::Operator);
                }
            }
            Wish::Pull(at) => {
                self.memory.pulls.ask(&at);
                self.memory.pulls.calm.stir();
                self.cover(now);
                self.schedule.poke(&Source::Pulls, now, Poke::Operator);
            }
            Wish::Sight(sight) => self.look_at_automations(sight, now),
            Wish::Automation(at) => self.look_at_automation(&at, now),
            Wish::Diagnosed(task, diagnosed) => {
                self.desk.cache.keep_diagnosis(&task, &diagnosed);
                self.diagnoses.done(diagnosed.session);
            }
            Wish::Focus(focused) => self.schedule.slow_down(if focused { 1 } else { self.pace.away }, now),
            Wish::Pause(paused) => self.paused = paused,
        }
    }

    fn watch(&mut self, repos: Vec<RepoName>, now: Tick) {
        self.watched = repos;
        let watched = &self.watched;
        let beyond = self.pace.own_tasks.reach_beyond(watched);
        self.lists.retain(|repo, _| watched.contains(repo));
        let kept = |light: &Light| watched.contains(&light.at.repo) || (beyond && light.own);
        let gone: Vec<TaskId> =
            self.memory.tasks.values().filter(|light| !kept(light)).map(|light| light.at.id.clone()).collect();
        for id in &gone {
            self.memory.forget(id);
            self.thrift.forget(id);
        }
        let memory = &self.memory;
        self.schedule.retain(|source| match source {
            Source::Tasks(repo) => watched.contains(repo),
            Source::Task(id) | Source::Run(id) => memory.tasks.contains_key(id),
            source => repo_of(source).is_none_or(|repo| watched.contains(repo)),
        });
        self.automations.retain(watched);
        for repo in watched {
            self.lists.entry(repo.clone()).or_default();
        }
        // What of the own tasks belongs on the screen may have changed: they are read anew.
        self.own = ListState::default();
        self.schedule.drop(&Source::OwnTasks);
        self.cover(now);
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
        let Some(task) = task else { return };
        if let Some(list) = self.lists.get_mut(&task.repo) {
            list.calm.stir();
            self.cover(now);
        }
        let source = Source::Task(task.id.clone());
        let light = self.memory.tasks.get_mut(&task.id);
        let ended = light.as_ref().is_some_and(|light| !light.state.is_active());
        // The whole answer is on its way already.
        let coming = light.as_ref().is_none_or(|light| light.validator.is_none()) && self.schedule.is_flying(&source);
        if let Some(light) = light {
            if let Some(whole) = light.whole.clone().filter(|_| ended && !light.is_outdated()) {
                // Nothing more can be learned of it.
                self.tell_follower.send_replace(Some(*whole));
                return self.plan_run(&task.id, false, true, false, now);
            }
            // The whole answer once, even if it is the same as before: the follower and the run's look-up need it.
            light.validator = None;
        }
        if ended {
            self.schedule.drop(&source);
            self.schedule.want_in(source, DWELL, now);
        } else {
            self.schedule.want(source.clone(), self.attended_pace(&task.id), now);
            if !coming {
                self.schedule.poke(&source, now, Poke::Operator);
            }
        }
    }

    /// The selected task is asked often while it works, and once when it has ended.
    pub(super) fn attended_pace(&self, id: &TaskId) -> Option<Duration> {
        let active = self.memory.tasks.get(id).is_none_or(|light| light.state.is_active());
        active.then_some(self.pace.attended)
    }

    fn attended_pace_of(&self, id: &TaskId) -> Option<Duration> {
        if self.is_attended(id) { self.attended_pace(id) } else { None }
    }

    pub(super) fn is_attended(&self, id: &TaskId) -> bool {
        self.attended.as_ref().is_some_and(|at| at.id == *id)
    }

    async fn land(&mut self, landed: Landed) {
        let Landed { due, need, result } = landed;
        self.till.purse().release(need);
        self.sweeping.take_if(|source| *source == due.source);
        let now = Tick::now();
        self.till.settle();
        if self.schedule.expects(&due) {
            match result {
                Ok(brought) => self.take_in(due, brought, now).await,
                Err(fault) => self.failed(due, fault, now).await,
            }
            self.plan_diagnosis(now);
            self.cover(now);
            self.show_work();
        }
        if let Some(why) = self.desk.provider.read_only().filter(|_| !self.told_read_only) {
            self.told_read_only = true;
            self.desk.op(Op::ReadOnly(why)).await;
        }
        self.tell_the_count().await;
    }

    async fn tell_the_count(&mut self) {
        let spent = self.meter.read(self.desk.provider.budget(), Tick::now());
        if spent != self.spent {
            self.spent = spent;
            self.desk.op(Op::Budget(spent)).await;
        }
    }

    fn show_work(&self) {
        let works = self.memory.tasks.values().filter(|light| light.state == State::InProgress);
        let mut works: Vec<TaskRef> = works.map(|light| light.at.clone()).collect();
        works.sort();
        self.at_work.send_if_modified(|known| {
            let changed = *known != works;
            *known = works;
            changed
        });
    }

    async fn take_in(&mut self, due: Due, mut brought: Brought, now: Tick) {
        self.check_viewer(&brought, now).await;
        self.origins.add_to(&mut brought);
        let gone = self.learn(&mut brought, now);
        let cut = match &mut brought {
            Brought::List { found: Found::Some(swept), .. } => swept.cut.take(),
            _ => None,
        };
        let untold = if let Brought::Pulls(told) = &mut brought { told.untold.take() } else { None };
        // The pace it has from now on is the one the next wait counts by.
        self.cover(now);
        let wait = if cut.is_none() { self.schedule.succeeded(&due.source, now) } else { None };
        let next_try = self.told(&due.source, wait);
        let pulls = match &mut brought {
            Brought::Runs { runs: Some(runs), .. } => std::mem::take(&mut runs.pulls),
            _ => Vec::new(),
        };
        let also = [(!gone.is_empty()).then_some(News::Gone(gone)), (!pulls.is_empty()).then_some(News::Pulls(pulls))];
        for news in std::iter::once(brought.into_news()).chain(also.into_iter().flatten()) {
            self.recorder.hear(&news, self.desk.now());
            self.desk.net(due.source.clone(), due.generation, next_try, Ok(news)).await;
        }
        // The others are asked about at their pace; that some are of before is said.
        if let Some(fault) = untold {
            self.desk.net(due.source.clone(), due.generation, next_try, Err(fault)).await;
        }
        self.keep_mark(&due.source, now);
        if let Some(fault) = cut {
            self.failed(due, fault, now).await;
        } else if wait.is_none() {
            self.schedule.drop(&due.source);
        }
    }

    async fn failed(&mut self, due: Due, fault: Fault, now: Tick) {
        let at = self.desk.now();
        let setback = match &fault {
            fault if fault.kind == FaultKind::HeldBack => Setback::HeldBack,
            // Without an answer nobody named a time but ourselves.
            fault if fault.kind == FaultKind::Offline => Setback::Line,
            fault if fault.retry_at.is_some() => Setback::Held,
            fault if backoff::is_line(fault) => Setback::Line,
            _ => Setback::Other,
        };
        let least = self.patience(&due.source);
        let wait_for = |every, n| backoff::wait(every, n, &fault, at).max(least);
        let wait = self.schedule.failed(&due.source, now, setback, wait_for);
        self.give_up_diagnosis(&due.source);
        self.desk.net(due.source, due.generation, self.at(wait), Err(fault)).await;
    }

    /// When the next look will be, as far as can be told: what is not looked at closely is later while money is short.
    fn told(&self, source: &Source, wait: Option<Duration>) -> Option<Instant> {
        let stretch = match source {
            Source::Tasks(_) | Source::Pulls | Source::OwnTasks => self.meter.stretch(),
            _ => 1.0,
        };
        self.at(wait.map(|wait| wait.mul_f64(stretch)))
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
