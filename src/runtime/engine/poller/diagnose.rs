//! Which log is read for its diagnosis next: of the tasks that ended badly the newest, one at a time, when there is money
//! to spare. Each once: what was told is remembered here and on disk.
//!
//! ```text
//! ended badly, newest first ──sessions unknown──> details asked, once
//!        └─ known ──> log read (kept copy, else the service) ─┬─ told ───> never again
//!                                                             ├─ no log ─> never again
//!                                                             └─ fault ──> three tries
//! ```
//!
//! What ended while nobody looked can wait: where reading it costs counted requests, a few are read at once and then one
//! now and then.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant as Tick;

use super::run::Poller;
use crate::console::event::RememberedTask;
use crate::domain::{Diagnosed, Instant, SessionId, Source, State, TaskId};
use crate::provider::port::LiveLogs;
use crate::runtime::engine::diagnose::{self, Bench};
use crate::runtime::engine::memory::Light;
use crate::runtime::engine::reads::Brought;

/// So many of the newest are looked at.
const NEWEST: usize = 20;
/// Nobody asks why something failed that ended so long ago.
const OLD: TimeDelta = TimeDelta::days(3);
/// So many that ended before the console began may cost something at once, and then one each time this has passed.
const AT_ONCE: u32 = 2;
const NOW_AND_THEN: Duration = Duration::from_mins(10);
/// A job log comes a little after the end of its session.
const LATE: Duration = Duration::from_secs(20);
/// A log that cannot be read so often is left alone.
const TRIES: u32 = 3;

/// What is known of the logs read for their diagnosis.
#[derive(Debug, Default)]
pub(super) struct Diagnoses {
    /// `None`: no log is read that nobody opened.
    bench: Option<Bench>,
    /// Sessions whose log was read, or has none.
    done: HashSet<SessionId>,
    /// Tasks whose details were asked for, with the touch they were asked at.
    asked: HashMap<TaskId, Instant>,
    /// Of this one the details are on their way.
    waits_for: Option<TaskId>,
    tries: HashMap<SessionId, u32>,
    /// When the console began: the time of the first answer.
    began: Option<Instant>,
    /// Old ones that were let through, the last of them, and when the next may come.
    old: (u32, Option<TaskId>, Option<Tick>),
    /// Something may have ended badly since it was looked.
    due: bool,
}

impl Diagnoses {
    pub(super) fn new(bench: Option<Bench>) -> Self {
        Self { bench, ..Self::default() }
    }

    /// Another viewer looks: what was read for the one before is not theirs.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.bench.take());
    }

    /// A task was heard of.
    pub(super) fn heard(&mut self, state: &State) {
        self.due |= ended_badly(state);
    }

    /// This session's log was read: here, on the screen, or by an earlier run.
    pub(super) fn done(&mut self, session: SessionId) {
        self.due = true;
        self.done.insert(session);
    }
}

fn ended_badly(state: &State) -> bool {
    matches!(state, State::Failed | State::TimedOut | State::Cancelled)
}

/// What is to be done about a task.
enum Next {
    Details,
    Log,
}

impl Poller {
    /// Reads what nobody opened, with this.
    #[must_use]
    pub fn diagnosing(mut self, bench: Option<Bench>) -> Self {
        self.diagnoses = Diagnoses::new(bench);
        self
    }

    /// Called after every answer: asks for the next log, where none is on its way.
    pub(super) fn plan_diagnosis(&mut self, now: Tick) {
        let details = |id: &TaskId| self.schedule.knows(&Source::Task(id.clone()));
        let on_its_way = self.schedule.any(is_diagnosis) || self.diagnoses.waits_for.as_ref().is_some_and(details);
        if self.diagnoses.bench.is_none() || !self.diagnoses.due || on_its_way {
            return;
        }
        self.diagnoses.waits_for = None;
        let began = *self.diagnoses.began.get_or_insert(self.desk.now());
        let Some((id, next)) = self.next_diagnosis(began, now) else { return };
        if self.is_costly_and_old(&id, &next, began) && self.diagnoses.old.1.as_ref() != Some(&id) {
            let (let_through, turn, next_at) = &mut self.diagnoses.old;
            *let_through += 1;
            *turn = Some(id.clone());
            *next_at = (*let_through >= AT_ONCE).then(|| now + NOW_AND_THEN);
        }
        match next {
            Next::Details => {
                let touched = self.memory.tasks.get(&id).map_or(self.desk.now(), |light| light.touched);
                self.diagnoses.asked.insert(id.clone(), touched);
                self.diagnoses.waits_for = Some(id.clone());
                self.schedule.want(Source::Task(id), None, now);
            }
            Next::Log => {
                let old = self.memory.tasks.get(&id).map_or(TimeDelta::zero(), |light| self.desk.now() - light.touched);
                let wait = LATE.saturating_sub(old.to_std().unwrap_or_default());
                self.schedule.want_in(Source::Diagnosis(id), wait, now);
            }
        }
    }

    /// The newest task that ended badly and of which something is still to be learned.
    fn next_diagnosis(&mut self, began: Instant, now: Tick) -> Option<(TaskId, Next)> {
        let since = self.desk.now() - OLD;
        let bad = |light: &&Light| ended_badly(&light.state) && light.touched >= since;
        let mut newest: Vec<&Light> = self.memory.tasks.values().filter(bad).collect();
        newest.sort_unstable_by(|a, b| (b.touched, &a.at.id).cmp(&(a.touched, &b.at.id)));
        let wanted: Vec<(TaskId, Next)> = newest
            .into_iter()
            .take(NEWEST)
            .filter_map(|light| Some((light.at.id.clone(), self.wanted(light)?)))
            .collect();
        let (_, turn, next_at) = &self.diagnoses.old;
        let may = |(id, next): &(TaskId, Next)| {
            let waits = next_at.is_some_and(|at| at > now) && turn.as_ref() != Some(id);
            !(waits && self.is_costly_and_old(id, next, began))
        };
        // Where one only waits for its time there is still something to do.
        let nothing_left = wanted.is_empty();
        let next = wanted.into_iter().find(may);
        self.diagnoses.due = !nothing_left;
        next
    }

    /// It ended before anybody looked, and learning more of it counts against the limit.
    fn is_costly_and_old(&self, id: &TaskId, next: &Next, began: Instant) -> bool {
        let old = self.memory.tasks.get(id).is_none_or(|light| light.touched < began);
        let free = matches!(next, Next::Log) && self.desk.provider.live_logs() == LiveLogs::Available;
        old && !free
    }

    fn wanted(&self, light: &Light) -> Option<Next> {
        let id = &light.at.id;
        if light.is_outdated() || light.sessions.is_empty() {
            let asked = self.diagnoses.asked.get(id) == Some(&light.touched);
            return (!asked).then_some(Next::Details);
        }
        let session = &light.whole.as_ref()?.latest_session()?.id;
        (!self.diagnoses.done.contains(session)).then_some(Next::Log)
    }

    pub(super) fn fly_diagnosis(&mut self, source: &Source, id: &TaskId) {
        // One that works again has another log to come.
        let light = self.memory.tasks.get(id).filter(|light| ended_badly(&light.state));
        let task = light.and_then(|light| light.whole.as_deref()).cloned();
        let (Some(bench), Some(task)) = (self.diagnoses.bench.clone(), task) else { return self.schedule.drop(source) };
        let session = task.latest_session().map(|session| session.id.clone());
        if let Some(session) = session {
            let tries = self.diagnoses.tries.entry(session.clone()).or_default();
            *tries += 1;
            if *tries >= TRIES {
                // Whatever comes of this one, it is the last.
                self.diagnoses.done.insert(session);
            }
        }
        let (provider, till, id) = (self.desk.provider.clone(), self.till.clone(), id.clone());
        // What it costs is paid where it is read.
        self.spawn(source, 0.0, async move {
            let told = diagnose::diagnose(provider, till, bench, task.clone()).await?;
            let session = task.latest_session().map(|session| session.id.clone());
            Ok(Brought::Diagnosis { task: id, session, told: told.map(Box::new) })
        });
    }

    /// What reading a log will probably cost: live logs are hardly counted, and without them run, jobs and log are asked
    /// for.
    pub(super) fn diagnosis_need(&self) -> f64 {
        if self.desk.provider.live_logs() == LiveLogs::Available { 0.2 } else { 4.0 }
    }

    /// What cannot be read is left alone in the end.
    pub(super) fn give_up_diagnosis(&mut self, source: &Source) {
        let Source::Diagnosis(id) = source else { return };
        let session = self.memory.tasks.get(id).and_then(|light| light.whole.as_ref()?.latest_session());
        if session.is_none_or(|session| self.diagnoses.done.contains(&session.id)) {
            self.schedule.drop(source);
        }
    }

    /// What an earlier run was told, by the rules of today, is not asked again.
    pub(super) async fn recall_diagnoses(&mut self, tasks: &[RememberedTask]) {
        let told: Vec<&Diagnosed> = tasks.iter().filter_map(|task| task.diagnosed.as_ref()).collect();
        let Some(file) = self.diagnoses.bench.as_ref().map(|bench| bench.rules.clone()).filter(|_| !told.is_empty())
        else {
            return;
        };
        let Ok(mark) = tokio::task::spawn_blocking(move || file.rules().mark()).await else { return };
        let same = told.into_iter().filter(|told| told.rules == mark).map(|told| told.session.clone());
        self.diagnoses.done.extend(same);
    }

    /// A log was read.
    pub(super) fn learn_diagnosis(
        &mut self,
        task: &TaskId,
        session: Option<&SessionId>,
        diagnosed: Option<&Diagnosed>,
    ) {
        self.diagnoses.due = true;
        self.diagnoses.done.extend(session.cloned());
        if let Some((diagnosed, light)) = diagnosed.zip(self.memory.tasks.get(task)) {
            self.desk.cache.keep_diagnosis(&light.at, diagnosed);
        }
    }
}

pub(super) fn is_diagnosis(source: &Source) -> bool {
    matches!(source, Source::Diagnosis(_))
}
