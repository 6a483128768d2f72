//! Sends what is due, in its turn, as far as there is room and money.

use tokio::time::Instant as Tick;

use super::cover::AtWork;
use super::diagnose::is_diagnosis;
use super::run::{Landed, Poller};
use crate::domain::{Fault, RepoName, Source, TaskId};
use crate::runtime::engine::reads::{self, Brought};
use crate::runtime::engine::schedule::{Poke, Waiting};
use crate::runtime::engine::sweep::{Ask, Depth};
use crate::runtime::engine::turns::{Candidate, Class};

const MOST_IN_FLIGHT: usize = 4;
/// The part of a full purse that reading a whole list leaves for what is new.
const SWEEPS_LEAVE: f64 = 0.3;
/// More urgent than anything that is asked in time.
const FORGOTTEN: f64 = 1e6;

impl Poller {
    /// Returns when there will be money for what is due and waits for it.
    pub(super) fn launch(&mut self) -> Option<Tick> {
        if !self.begun || self.paused {
            return None;
        }
        let now = Tick::now();
        self.till.purse().fill(now);
        while self.in_flight.len() < MOST_IN_FLIGHT {
            let mut candidates = self.candidates(now);
            self.turns.order(&mut candidates);
            let Some(next) = candidates.iter().find(|candidate| self.affords(candidate)) else {
                let purse = self.till.purse();
                let when = |candidate: &Candidate| purse.when(candidate.need, self.turns.keep(candidate.class), now);
                return candidates.iter().map(when).min();
            };
            self.turns.took(next, &candidates);
            self.fly(&next.source, next.need, now);
        }
        None
    }

    fn affords(&self, candidate: &Candidate) -> bool {
        match candidate.class {
            Class::Wish => self.till.purse().affords_wish(candidate.need),
            class => self.till.purse().affords(candidate.need, self.turns.keep(class)),
        }
    }

    fn candidates(&self, now: Tick) -> Vec<Candidate> {
        let trouble = self.schedule.is_in_trouble();
        let is_extra = |source: &Source| is_diagnosis(source) || self.is_in_the_background(source);
        let may = |waiting: &Waiting| !(trouble && is_extra(&waiting.source));
        let waiting: Vec<Waiting> = self.schedule.waiting(now).filter(may).collect();
        let at_work = if waiting.is_empty() { AtWork::new() } else { self.at_work() };
        waiting.into_iter().map(|waiting| self.candidate(waiting, &at_work, now)).collect()
    }

    fn candidate(&self, waiting: Waiting, at_work: &AtWork<'_>, now: Tick) -> Candidate {
        let Waiting { source, poked, late, every } = waiting;
        let own = match &source {
            Source::Viewer | Source::OwnTasks | Source::Pulls => Class::Pulse,
            Source::Tasks(_) => Class::List,
            Source::Task(id) | Source::Run(id) if self.is_attended(id) => Class::Close,
            Source::Task(_) | Source::Run(_) | Source::People | Source::Log(_) => Class::Detail,
            Source::Diagnosis(_) => Class::Extra,
            Source::Automations(_) | Source::Automation(_) | Source::AutomationRuns(_) => {
                self.class_of_automations(&source)
            }
        };
        let class = match poked {
            Some(Poke::Operator) => Class::Wish,
            Some(Poke::News) => own.min(Class::Pulse),
            Some(Poke::Time) | None => own,
        };
        let need = match &source {
            Source::Tasks(repo) => self.lists.get(repo).map_or(1.0, |list| list.need(self.depth(Some(repo), now))),
            Source::OwnTasks => self.own.need(self.depth(None, now)),
            // The run and its jobs.
            Source::Run(_) => 2.0,
            // The tasks and their pull requests.
            Source::AutomationRuns(_) => 2.0,
            Source::Diagnosis(_) => self.diagnosis_need(),
            _ => 1.0,
        };
        let weight = match &source {
            Source::Tasks(repo) => self.weight(repo, at_work),
            _ => 1.0,
        };
        let intervals = late.as_secs_f64() / every.map_or(60.0, |every| every.as_secs_f64().max(1.0));
        // However quiet it is: overdue by the slowest pace it goes first.
        let forgotten = if late > self.pace.slowest { FORGOTTEN } else { 0.0 };
        Candidate { source, class, need, urgency: intervals * weight + forgotten }
    }

    /// How far a list is read now; `None`: the viewer's own tasks. Whole lists of many pages are read one at a time, when
    /// there is money for it: until then what is new is read, and nobody waits.
    pub(super) fn depth(&self, repo: Option<&RepoName>, now: Tick) -> Depth {
        let (list, whole) = match repo {
            Some(repo) => (self.lists.get(repo), true),
            // Where it only speaks for what is watched, its newest page will do.
            None => (Some(&self.own), self.pace.own_tasks.reach_beyond(&self.watched)),
        };
        let Some(list) = list else { return Depth::News(None) };
        let wholes = self.pace.whole_sweep;
        let depth = list.depth(whole.then_some(wholes), now);
        let rich =
            || self.till.purse().affords(list.need(Depth::Whole), SWEEPS_LEAVE) || list.is_neglected(wholes, now);
        match depth {
            Depth::Whole if self.sweeping.is_some() || !rich() => Depth::News(list.newest),
            depth => depth,
        }
    }

    fn fly(&mut self, source: &Source, need: f64, now: Tick) {
        let provider = self.desk.provider.clone();
        match source {
            Source::Viewer => self.spawn(source, need, async move { reads::viewer(&*provider).await }),
            Source::Tasks(repo) => self.fly_list(source, Some(repo), need, now),
            Source::OwnTasks => self.fly_list(source, None, need, now),
            Source::Task(id) => self.fly_task(source, id, need),
            Source::Pulls => {
                let pulse = self.memory.pulse();
                let every = self.pulls_pace();
                let refs = self.memory.pulls.batch(&pulse, every, now);
                if refs.is_empty() {
                    self.schedule.launch(source);
                    self.schedule.succeeded(source, now);
                } else {
                    self.spawn(source, need, async move { reads::pulls(&*provider, refs).await });
                }
            }
            Source::Run(id) => match self.memory.tasks.get(id).cloned() {
                Some(light) => self.spawn(source, need, async move { reads::run(&*provider, light).await }),
                None => self.schedule.drop(source),
            },
            Source::People => match self.memory.people.next(now) {
                Some(id) => self.spawn(source, need, async move { reads::person(&*provider, id).await }),
                None => self.schedule.drop(source),
            },
            Source::Diagnosis(id) => self.fly_diagnosis(source, id),
            Source::Automations(_) | Source::Automation(_) | Source::AutomationRuns(_) => {
                self.fly_automations(source, need);
            }
            // Logs are the follower's.
            Source::Log(_) => self.schedule.drop(source),
        }
    }

    fn fly_list(&mut self, source: &Source, repo: Option<&RepoName>, need: f64, now: Tick) {
        let waiting = self.schedule.waiting(now).find(|waiting| waiting.source == *source);
        if let Some(Waiting { poked: None, every: Some(every), late, .. }) = waiting {
            self.meter.was_late(late, every);
        }
        let depth = self.depth(repo, now);
        if depth == Depth::Whole {
            self.sweeping = Some(source.clone());
        }
        let list = repo.map_or(Some(&self.own), |repo| self.lists.get(repo));
        let ask = Ask::of(repo.cloned(), depth, list.and_then(|list| list.validator.clone()));
        let provider = self.desk.provider.clone();
        self.spawn(source, need, async move { reads::list(&*provider, ask).await });
    }

    fn fly_task(&mut self, source: &Source, id: &TaskId, need: f64) {
        let known = self.memory.tasks.get(id);
        let at = known.map(|light| light.at.clone()).or_else(|| self.attended.clone());
        let Some(at) = at.filter(|at| &at.id == id) else { return self.schedule.drop(source) };
        let validator = known.filter(|light| !light.is_outdated()).and_then(|light| light.validator.clone());
        let provider = self.desk.provider.clone();
        self.spawn(source, need, async move { reads::task(&*provider, at, validator).await });
    }

    pub(super) fn spawn(
        &mut self,
        source: &Source,
        need: f64,
        fetch: impl Future<Output = Result<Brought, Fault>> + Send + 'static,
    ) {
        let Some(due) = self.schedule.launch(source) else { return };
        self.till.purse().reserve(need);
        self.in_flight.spawn(async move { Landed { due, need, result: fetch.await } });
    }
}
