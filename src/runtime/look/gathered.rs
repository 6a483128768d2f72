//! What was found out, in the console's own state: rows, order, conditions and verdicts are made by the same code.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};

use super::seat::Seat;
use super::steady::Steady;
use crate::cli::Desk;
use crate::cli::look::Joined;
use crate::cli::look::pull_fields::Waits;
use crate::console::Model;
use crate::console::event::{Event, Local, Net, News, Op, Remembered, What};
use crate::console::state::world::{Known, PullOf};
use crate::console::update;
use crate::domain::{
    Artifact, CancelPhase, CancelProgress, Condition, Fault, FaultKind, Order, PullRef, PullState, Query, RepoName,
    SavedView, Source, Task, TaskRef, UserId,
};
use crate::ops;
use crate::ops::cancel::open_cancels;
use crate::provider::Provider;
use crate::provider::port::Fetched;
use crate::runtime::engine::reads;
use crate::runtime::engine::sweep::{Ask, Depth, Found, sweep};
use crate::text::Safe;

/// Requests under way at the same time.
const AT_ONCE: usize = 4;
/// No more tasks than this are asked for one by one.
pub const MOST_ASKED: usize = 500;
/// No more people than this.
const MOST_PEOPLE: usize = 100;

/// The console's state without its screen, and what went wrong on the way.
#[derive(Debug)]
pub struct Gathered {
    pub model: Model,
    /// Each with what it was about.
    pub faults: Vec<(Safe, Fault)>,
    /// What somebody who reads the result must know.
    pub notes: Vec<Safe>,
    generation: u64,
    steady: Steady,
}

impl Gathered {
    pub fn new(seat: &Seat, query: Query, order: Order) -> Self {
        let mut settings = seat.settings.clone();
        settings.views = vec![SavedView { order, ..SavedView::new("all", Query::default()) }];
        let mut model = Model::new(seat.now(), settings);
        query.text().clone_into(&mut model.queue.typed.text);
        model.queue.typed.query = query;
        Self { model, faults: Vec::new(), notes: Vec::new(), generation: 0, steady: Steady::default() }
    }

    pub fn query(&self) -> &Query {
        &self.model.queue.typed.query
    }

    /// Takes in an answer as the console does.
    pub fn tell(&mut self, source: Source, news: News) {
        self.generation += 1;
        let net = Net { source, generation: self.generation, next_try: None, result: Ok(news) };
        self.hear(What::Net(net));
    }

    fn hear(&mut self, what: What) {
        let at = self.model.now;
        // What the console would ask for next nobody asks for here.
        drop(update::update(&mut self.model, Event { at, what }));
    }

    pub fn remember(&mut self, remembered: Remembered) {
        self.hear(What::Local(Local::Remembered(Box::new(remembered))));
    }

    pub fn failed(&mut self, what: impl AsRef<str>, fault: Fault) {
        self.faults.push((Safe::new(what), fault));
    }

    /// The tasks the query holds of, in order; what only an earlier run saw is left out unless `remembered`.
    pub fn listed(&mut self, remembered: bool) -> Vec<TaskRef> {
        self.model.queue.due = true;
        self.hear(What::Wake);
        let listed = self.model.listed().filter(|known| remembered || !known.remembered);
        listed.map(|known| known.task.at.clone()).collect()
    }

    pub fn joined(&self, at: &TaskRef) -> Option<Joined> {
        self.model.world.tasks.get(&at.id).map(|known| joined(&self.model, known))
    }

    fn task(&self, at: &TaskRef) -> Option<&Task> {
        self.model.world.tasks.get(&at.id).map(|known| &known.task)
    }

    /// All tasks the service told in this run, the newest touch first.
    pub fn fresh(&self) -> Vec<TaskRef> {
        let mut all: Vec<&Known> = self.model.world.tasks.values().filter(|known| !known.remembered).collect();
        all.sort_by_key(|known| std::cmp::Reverse(known.task.touched_at()));
        all.into_iter().map(|known| known.task.at.clone()).collect()
    }

    /// Reads the lists of all repositories to their end, and the viewer's own tasks where they reach beyond these.
    pub async fn read_lists(&mut self, desk: &Desk) {
        let repos = self.model.settings.repos.clone();
        let own = self.model.settings.reach_beyond();
        let asked: Vec<Option<RepoName>> = repos.into_iter().map(Some).chain(own.then_some(None)).collect();
        let provider = &*desk.context.provider;
        let mut lists = stream::iter(asked)
            .map(|repo| async move { (sweep(provider, &Ask::of(repo.clone(), Depth::Whole, None)).await, repo) })
            .buffer_unordered(AT_ONCE);
        while let Some((found, repo)) = lists.next().await {
            let what = repo.as_ref().map_or_else(|| "your own tasks".to_owned(), ToString::to_string);
            match found {
                Ok(Found::Some(swept)) => {
                    if let Some(fault) = swept.cut {
                        self.failed(&what, fault);
                    } else if !swept.whole {
                        let read = swept.tasks.len();
                        self.notes.push(Safe::new(format!("{what}: only the newest {read} tasks were read")));
                    }
                    if swept.unreadable > 0 {
                        self.notes.push(Safe::new(format!("{what}: {} tasks could not be read", swept.unreadable)));
                    }
                    desk.voice.progress(&format!("{what}: {} tasks", swept.tasks.len()));
                    let source = repo.map_or(Source::OwnTasks, Source::Tasks);
                    self.tell(source, News::Tasks { tasks: swept.tasks, unreadable: swept.unreadable });
                }
                // Nobody asked for what is new.
                Ok(Found::Same) => {}
                Err(fault) => self.failed(&what, fault),
            }
        }
    }

    pub async fn read_viewer(&mut self, provider: &dyn Provider) {
        match provider.viewer().await {
            Ok(viewer) => self.tell(Source::Viewer, News::Viewer(viewer)),
            Err(fault) => self.failed("whose token this is", fault),
        }
    }

    /// Cancels asked for from here whose end nobody has seen: their tasks' rows say so. Nothing is asked for that.
    pub async fn read_cancels(&mut self, context: &ops::Context) {
        match open_cancels(context).await {
            Ok(open) => {
                for one in open {
                    // A session that began since is another piece of work.
                    let latest = self.task(&one.target.task).and_then(Task::latest_session);
                    if latest.is_some_and(|latest| {
                        Some(&latest.id) != one.target.session.as_ref() && latest.created_at > one.asked_at
                    }) {
                        continue;
                    }
                    let phase = if one.is_accepted() { CancelPhase::Requested } else { CancelPhase::Unheard };
                    let progress = CancelProgress::new(one.target.task, phase, one.asked_at);
                    self.hear(What::Op(Op::Cancel(CancelProgress { taken_up: true, ..progress })));
                }
            }
            Err(fault) => self.failed("the cancels asked for from here", fault),
        }
    }

    /// Asks for the pull requests these tasks name. What was merged stays merged and is not asked for again.
    pub async fn read_pulls(&mut self, provider: &dyn Provider, tasks: &[TaskRef]) {
        let mut seen = HashSet::new();
        let mut refs = Vec::new();
        for at in tasks {
            for artifact in self.task(at).iter().flat_map(|task| &task.artifacts) {
                let Artifact::Pull { id, node, .. } = artifact else { continue };
                let key = (at.repo.clone(), *id);
                let known = self.model.world.pulls.get(&key).and_then(Option::as_ref);
                if known.is_none_or(|pull| pull.state != PullState::Merged) && seen.insert(key) {
                    refs.push(PullRef { repo: at.repo.clone(), id: *id, node: node.clone() });
                }
            }
        }
        if refs.is_empty() {
            return;
        }
        match provider.pulls_told(&refs).await {
            Ok(told) => {
                self.tell(Source::Pulls, News::Pulls(told.pulls));
                if let Some(fault) = told.untold {
                    self.failed("the pull requests", fault);
                }
            }
            Err(fault) => self.failed("the pull requests", fault),
        }
    }

    /// Asks for the sessions of those of these tasks of which they are not known as they are now.
    pub async fn read_sessions(&mut self, provider: &dyn Provider, tasks: &[TaskRef]) {
        let missing = |at: &&TaskRef| {
            let known = self.model.world.tasks.get(&at.id);
            known.is_some_and(|known| known.sessions_as_of != Some(known.task.touched_at()))
        };
        let missing: Vec<TaskRef> = tasks.iter().filter(missing).cloned().collect();
        let asked = self.bounded(missing, "sessions");
        let steady = self.steady.clone();
        let mut answers = stream::iter(asked)
            .map(|at| {
                let steady = steady.clone();
                async move {
                    steady.turn().await;
                    (provider.task(&at, None).await, at)
                }
            })
            .buffer_unordered(AT_ONCE);
        while let Some((answer, at)) = answers.next().await {
            match answer {
                Ok(Fetched::New { value, .. }) => self.tell(Source::Task(at.id), News::Task(Box::new(value))),
                Ok(Fetched::Same) => {}
                Err(fault) => self.failed(at.id.show(), fault),
            }
        }
    }

    /// Looks for the run of each of these tasks.
    pub async fn read_runs(&mut self, provider: &dyn Provider, tasks: &[TaskRef]) {
        let asked = self.bounded(tasks.to_vec(), "runs");
        let of = |at: TaskRef| {
            let task = self.task(&at)?;
            let latest = task.latest_session();
            let since = latest.map_or(task.created_at, |session| session.created_at);
            Some((at, latest.and_then(|session| session.run), task.head_ref().cloned(), since))
        };
        let wanted: Vec<_> = asked.into_iter().filter_map(of).collect();
        let steady = self.steady.clone();
        let mut answers = stream::iter(wanted)
            .map(|(at, named, branch, since)| {
                let steady = steady.clone();
                async move {
                    steady.turn().await;
                    let found = reads::find_run(provider, &at.repo, named, branch.as_ref(), since).await;
                    let jobs = match &found {
                        Ok(Some((run, _))) => {
                            steady.turn().await;
                            provider.jobs(&at.repo, run.id).await
                        }
                        _ => Ok(Vec::new()),
                    };
                    (at, found, jobs)
                }
            })
            .buffer_unordered(AT_ONCE);
        while let Some((at, found, jobs)) = answers.next().await {
            match (found, jobs) {
                (Ok(found), Ok(jobs)) => {
                    let (run, matched) = found.unzip();
                    self.tell(Source::Run(at.id.clone()), News::Run { task: at, run, matched, jobs });
                }
                // A run that is gone is no run.
                (Err(fault), _) | (_, Err(fault)) if fault.kind == FaultKind::NotFound => {}
                (Err(fault), _) | (_, Err(fault)) => self.failed(at.id.show(), fault),
            }
        }
    }

    /// Asks for the logins of those who started these tasks.
    pub async fn read_people(&mut self, provider: &dyn Provider, tasks: &[TaskRef]) {
        let mut ids: Vec<UserId> = Vec::new();
        for at in tasks {
            let Some(task) = self.task(at) else { continue };
            let known = self.model.world.login(task).is_some();
            ids.extend(task.creator.as_ref().filter(|_| !known).map(|person| person.id));
        }
        ids.sort_by_key(|id| id.0);
        ids.dedup();
        ids.truncate(MOST_PEOPLE);
        let steady = self.steady.clone();
        let mut answers = stream::iter(ids)
            .map(|id| {
                let steady = steady.clone();
                async move {
                    steady.turn().await;
                    reads::person(provider, id).await
                }
            })
            .buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(brought) => self.tell(Source::People, brought.into_news()),
                Err(fault) => self.failed("a login", fault),
            }
        }
    }

    /// As many as are asked for one by one; that the others are not is said.
    fn bounded(&mut self, mut tasks: Vec<TaskRef>, what: &str) -> Vec<TaskRef> {
        if tasks.len() > MOST_ASKED {
            let left = tasks.len() - MOST_ASKED;
            self.notes.push(Safe::new(format!(
                "the {what} of {left} older tasks were not asked for and count as not known: narrow the query"
            )));
            tasks.truncate(MOST_ASKED);
        }
        tasks
    }
}

/// A task with everything the state knows of it.
pub fn joined(model: &Model, known: &Known) -> Joined {
    let (now, world, task) = (model.now, &model.world, &known.task);
    let condition = known.condition(now);
    let pull = match world.pull_of(task) {
        Some(PullOf::Known(pull)) => Some(pull),
        _ => None,
    };
    Joined {
        login: world.login(task).cloned(),
        condition: condition.word(),
        tone: condition.tone(),
        state_since: known.condition_since(now),
        stuck: known.stuck(&model.settings, now).map(|stuck| (stuck, now)),
        orphaned: condition == Condition::Orphaned,
        disagreements: known.disagreements(world, now).map(|differs| Safe::new(differs.short())).collect(),
        run: known.run.as_ref().and_then(|join| join.run.clone()),
        jobs: known.run.as_ref().map(|join| join.jobs.clone()).unwrap_or_default(),
        waits: pull.and_then(|pull| model.blocked(pull)).map(|on| Waits { on: on.whom, says: on.why.words() }),
        pull: pull.cloned(),
        diagnosed: world.diagnosed_of(task).cloned(),
        sessions_current: known.sessions_as_of == Some(task.touched_at()),
        remembered: known.remembered,
        task: task.clone(),
    }
}
