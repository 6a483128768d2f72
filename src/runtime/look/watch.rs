//! `atc watch`: what happens to tasks, one line each, until stopped. The console's engine without a screen: the same
//! poller, budget, back-off and proofs, and the ledger hears of everything as it does under the console.
//!
//! ```text
//! engine ──Event──> Gathered (console/update) ──> Transitions ──Moved──┬─> lines, of tasks the query holds of
//!                                                                      └─> Meter ──> the metrics file, soon after each and at the end
//! ends: SIGINT 130, SIGTERM 143, nobody reads 0, --once when all was read once
//! ```

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant as Tick;

use super::meter::Meter;
use super::outlet::Beside;
use super::seat::Seat;
use super::transitions::Transitions;
use super::{files, metrics, reader};
use crate::cli::desk::Stopped;
use crate::cli::look::args::{self, WatchArgs};
use crate::cli::look::moved::Moved;
use crate::cli::voice::Voice;
use crate::cli::{Desk, Exit, output};
use crate::config::policy::PolicyFile;
use crate::console::event::{Event, Local, Net, News, Op, What};
use crate::console::state::world::Known;
use crate::console::state::world::PullOf;
use crate::console::{Effect, Model, update};
use crate::domain::query::Needs;
use crate::domain::transition::{Kind, Notice};
use crate::domain::{Fault, FaultKind, Instant, Query, SavedView, Source, State, TaskId};
use crate::ledger::export::ascii;
use crate::runtime::cache::Cache;
use crate::runtime::engine::Engine;
use crate::runtime::engine::desk::Desk as EngineDesk;
use crate::runtime::notify::{Notifier, Plan};

/// Room for a burst of news.
const EVENTS: usize = 256;
/// How old the metrics file may become.
const METRICS: Duration = Duration::from_secs(15);
/// After a transition it is written again, but no sooner than this.
const BURST: Duration = Duration::from_secs(1);
/// Tasks of a full page.
const PAGE: usize = 100;
/// `--once` waits no longer.
const ONCE: Duration = Duration::from_mins(3);

pub async fn run(args: &WatchArgs, seat: Seat, desk: &Desk) -> Result<Exit, Fault> {
    let query = args::query(&args.query)?;
    if let Some(file) = &args.metrics {
        can_be_written(file)?;
    }
    if args.once && seat.cache.is_none() {
        output::complain(
            "atc: nothing is kept on this machine (cache = false): what happened since an earlier look is not known",
        );
    }
    let cache = seat.cache.clone().map(|place| Cache::start(place, seat.now.clone())).unwrap_or_default();
    let (events, mut heard) = mpsc::channel(EVENTS);
    let provider = Arc::clone(&desk.context.provider);
    let to_loop = events.clone();
    let engine_desk = EngineDesk { provider, now: seat.now.clone(), events, cache: cache.clone() };
    let bench = Some(seat.bench.clone()).filter(|_| seat.diagnose);
    let kept = seat.bench.kept.clone();
    let mut engine = Engine::spawn_diagnosing(engine_desk, desk.context.clone(), seat.pace, desk.patience, kept, bench);
    engine.perform(Effect::Watch(seat.settings.repos.clone()));
    // A sweep that ends at once stops nothing: whether something makes progress takes time to see.
    if !args.once && desk.context.provider.read_only().is_none() {
        engine.obey_rules();
    }
    let policy = PolicyFile::find(&desk.config, &desk.paths);
    tokio::spawn(files::follow(seat.bench.rules.clone(), policy, to_loop, seat.now.clone()));
    let plan = Plan::new(&desk.config.notify, seat.settings.zone.clone());
    let notifier = Notifier::spawn(plan, Some(&desk.paths.state_dir), seat.now.clone(), Arc::new(Beside));
    let mut watch = Watch::new(args, &seat, (query, &notifier));
    let done = desk.stop.wait(watch.run(&mut heard, &mut engine)).await;
    // The engine may wait for somebody to hear it.
    drop(heard);
    engine.finish().await;
    cache.finish().await;
    if watch.read || !args.once {
        watch.write_metrics();
    }
    notifier.finish().await;
    match done {
        Ok(exit) => Ok(exit),
        Err(Stopped) => Ok(Exit::Done),
    }
}

/// What only the console's own rules see.
const ONLY_THERE: [Kind; 4] = [Kind::TaskStuck, Kind::TaskOrphaned, Kind::PullWorkflows, Kind::ActionUnresolved];
/// So long the runs are waited for, which those rules go by.
const RUNS: Duration = Duration::from_secs(30);

struct Watch<'a> {
    args: &'a WatchArgs,
    voice: Voice,
    query: Query,
    notifier: &'a Notifier,
    model: Model,
    transitions: Transitions,
    meter: Meter,
    begun: Instant,
    /// Sources whose failure was told and has not passed.
    failing: HashSet<Source>,
    /// How often each list has answered, and that its first answer was a full page: more of it is to come.
    lists: HashMap<Source, (u32, bool)>,
    /// Everything has been read once.
    read: bool,
    /// So has what the rules of the console go by, or it does not come: what they find from now on is new.
    settled: bool,
    /// From when on it is not waited for any longer.
    settles: Option<Tick>,
    worst: Exit,
    /// When the metrics were written, and when they are next.
    written: Tick,
    due: Tick,
}

impl<'a> Watch<'a> {
    fn new(args: &'a WatchArgs, seat: &Seat, (query, notifier): (Query, &'a Notifier)) -> Self {
        let mut settings = seat.settings.clone();
        settings.views = vec![SavedView::new("all", Query::default())];
        // Whoever reads the lines is to hear of everything, whomever the configuration names.
        settings.transitions = true;
        Self {
            args,
            voice: seat.voice,
            query,
            notifier,
            model: Model::new(seat.now(), settings),
            transitions: Transitions::default(),
            meter: Meter::default(),
            begun: seat.now(),
            failing: HashSet::new(),
            lists: HashMap::new(),
            read: false,
            settled: false,
            settles: None,
            worst: Exit::Done,
            written: Tick::now(),
            due: Tick::now() + METRICS,
        }
    }

    async fn run(&mut self, heard: &mut mpsc::Receiver<Event>, engine: &mut Engine) -> Exit {
        let end = Tick::now() + ONCE;
        loop {
            tokio::select! {
                event = heard.recv() => {
                    let Some(event) = event else { return self.worst };
                    if !self.take(event, engine) {
                        return self.worst;
                    }
                    if self.read && !self.settled {
                        self.settled = self.runs_read() || self.settles.is_some_and(|at| Tick::now() >= at);
                    }
                    if !self.read && self.all_read() {
                        self.read = true;
                        self.settles = Some(Tick::now() + RUNS);
                        // From now on what is measured is the whole, not what has come so far.
                        self.write_metrics();
                    }
                    if self.args.once && self.read {
                        return self.worst;
                    }
                }
                () = tokio::time::sleep_until(self.due) => {
                    self.write_metrics();
                    if reader::is_gone() {
                        return self.worst;
                    }
                }
                () = tokio::time::sleep_until(end), if self.args.once => {
                    output::complain("atc: not everything could be read in time");
                    return self.worst.worse(Exit::Failed);
                }
            }
        }
    }

    /// `false`: nobody reads any more.
    fn take(&mut self, event: Event, engine: &mut Engine) -> bool {
        let before = About::of(&event.what, &self.model);
        self.count(&event.what, event.at);
        for effect in update::update(&mut self.model, event) {
            match effect {
                Effect::KeepDiagnosis(..) => engine.perform(effect),
                Effect::Notify(mut notices) => {
                    // What stood so when this run began to look is no news.
                    if !self.settled {
                        notices.retain(|notice| !ONLY_THERE.contains(&notice.transition.turn.kind));
                    }
                    if !self.by_rules(&notices) {
                        return false;
                    }
                    self.notifier.tell(notices);
                }
                // What the console would ask for because of its cursor is nobody's wish here.
                _ => {}
            }
        }
        let about = match before {
            About::Nothing => return true,
            About::Baseline => {
                self.transitions.begin(&self.model);
                return true;
            }
            About::Tasks(ids) => Some(ids),
            About::Any => None,
        };
        let moved = self.transitions.after(&self.model, about.as_deref());
        for id in about.iter().flatten() {
            if let Some(known) = self.model.world.tasks.get(id) {
                self.meter.cost(&known.task, self.begun);
            }
        }
        moved.iter().all(|moved| self.pass(moved))
    }

    /// What only the console's own rules see: stuck, orphaned, workflows that wait. The rest is told as it is compared.
    fn by_rules(&mut self, notices: &[Notice]) -> bool {
        let turns = notices.iter().map(|notice| &notice.transition);
        let seen = turns.filter(|transition| ONLY_THERE.contains(&transition.turn.kind) && !transition.turn.over);
        let moved: Vec<Moved> =
            seen.filter_map(|transition| Moved::told(transition, self.model.now, self.begun)).collect();
        moved.iter().all(|moved| self.pass(moved))
    }

    /// Every transition comes by here.
    fn pass(&mut self, moved: &Moved) -> bool {
        let known = self.model.world.tasks.get(&moved.task);
        self.meter.moved(moved, known.map(|known| &known.task));
        // Soon, and a burst of them in one go.
        self.due = self.due.min(self.written + BURST);
        if !self.is_wanted(moved) {
            return true;
        }
        // Until everything was read once it is compared with what an earlier run kept.
        let moved = Moved { missed: moved.missed || !self.read, ..moved.clone() };
        let line = if self.args.text { moved.says(self.voice) } else { ascii(&moved.json().to_string()) };
        match output::text(&format!("{line}\n")) {
            Ok(open) => open,
            Err(exit) => {
                self.worst = self.worst.worse(exit);
                false
            }
        }
    }

    /// A task that is gone, or that has just left what the query holds of, is still told of.
    fn is_wanted(&self, moved: &Moved) -> bool {
        if self.query.is_empty() || moved.kind == Kind::TaskGone {
            return true;
        }
        let Some(slot) = self.model.world.tasks.slot(&moved.task) else { return false };
        let Some(known) = self.model.world.tasks.at(slot) else { return false };
        let world = &self.model.world;
        let facts = world.facts(slot, known, &self.model.settings, self.model.now, Needs::ALL);
        if self.query.matches(&facts) {
            return true;
        }
        let Some(was) = moved.was.as_deref().filter(|_| moved.kind == Kind::TaskState) else { return false };
        let mut before = known.clone();
        before.task.state = State::parse(was);
        let facts = world.facts(slot, &before, &self.model.settings, self.model.now, Needs::ALL);
        self.query.matches(&facts)
    }

    fn count(&mut self, what: &What, at: Instant) {
        match what {
            What::Net(Net { source, result: Ok(news), .. }) => {
                if let News::Tasks { tasks, .. } = news {
                    self.lists.entry(source.clone()).or_insert((0, tasks.len() >= PAGE)).0 += 1;
                }
                self.failing.remove(source);
                self.meter.succeeded(at);
            }
            What::Net(Net { source, result: Err(fault), .. }) => {
                self.meter.failed(fault.kind);
                if self.failing.insert(source.clone()) {
                    output::complain(&format!("atc: {}: {fault}", named(source)));
                }
                if self.args.once {
                    let exit = Exit::from(fault);
                    let exit = if exit == Exit::Authentication { exit } else { Exit::Failed };
                    self.worst = self.worst.worse(exit);
                }
            }
            What::Op(Op::Note { bad: true, text }) => output::complain(&format!("atc: {text}")),
            _ => {}
        }
    }

    /// Every list has been read to its end or has failed, and of every pull request that a task names it is known how it stands.
    fn all_read(&self) -> bool {
        let goes_on = |source: &Source| {
            let (answers, full) = self.lists.get(source).copied().unwrap_or_default();
            full && answers < 2 && !self.failing.contains(source)
        };
        if !update::queue::all_read(&self.model) || self.model.lists().iter().any(goes_on) {
            return false;
        }
        // They are asked about in turn; what could not be told this time is asked about again, and is not waited for.
        let world = &self.model.world;
        let is_coming =
            |known: &Known| !known.remembered && matches!(world.pull_of(&known.task), Some(PullOf::Loading));
        self.failing.contains(&Source::Pulls) || !world.tasks.values().any(is_coming)
    }

    /// The runs of all that works have answered, or have failed.
    fn runs_read(&self) -> bool {
        let works = |known: &&Known| !known.remembered && matches!(known.task.state, State::Queued | State::InProgress);
        let told = |known: &Known| {
            let source = Source::Run(known.task.at.id.clone());
            known.run.is_some() || self.failing.contains(&source) || self.model.world.freshness.contains_key(&source)
        };
        self.model.world.tasks.values().filter(works).all(told)
    }

    fn write_metrics(&mut self) {
        self.written = Tick::now();
        self.due = self.written + METRICS;
        let Some(file) = &self.args.metrics else { return };
        let text = self.meter.text(&self.model);
        if let Err(error) = metrics::replace(file, &text) {
            output::complain(&format!("atc: {} could not be written: {error}", file.display()));
        }
    }
}

/// What an event can have changed.
enum About {
    Nothing,
    /// What an earlier run kept.
    Baseline,
    Tasks(Vec<TaskId>),
    Any,
}

impl About {
    fn of(what: &What, model: &Model) -> Self {
        match what {
            What::Local(Local::Remembered(_)) => Self::Baseline,
            What::Net(Net { result: Ok(news), .. }) => match news {
                News::Tasks { tasks, .. } => Self::Tasks(tasks.iter().map(|task| task.at.id.clone()).collect()),
                News::Task(task) => Self::Tasks(vec![task.at.id.clone()]),
                News::Gone(ids) => Self::Tasks(ids.clone()),
                News::Diagnosis { task, .. } => Self::Tasks(vec![task.clone()]),
                News::Pulls(pulls) => {
                    let tasks = pulls.iter().filter_map(|(at, _)| model.world.task_of(&at.repo, at.id));
                    Self::Tasks(tasks.map(|known| known.task.at.id.clone()).collect())
                }
                News::Run { task, .. } => Self::Tasks(vec![task.id.clone()]),
                News::Viewer(_) => Self::Any,
                News::Same
                | News::Person(_)
                | News::Log(_)
                | News::LogSame(_)
                | News::Automations(_)
                | News::Automation(_)
                | News::AutomationRuns { .. } => Self::Nothing,
            },
            _ => Self::Nothing,
        }
    }
}

fn named(source: &Source) -> String {
    match source {
        Source::Viewer => "whose token this is".to_owned(),
        Source::Tasks(repo) => repo.to_string(),
        Source::OwnTasks => "your own tasks".to_owned(),
        Source::Task(id) | Source::Run(id) | Source::Diagnosis(id) => id.show().to_string(),
        Source::Log(id) => id.show().to_string(),
        Source::Pulls => "the pull requests".to_owned(),
        Source::People => "a login".to_owned(),
        Source::Automations(repo) => format!("the automations of {repo}"),
        Source::Automation(at) | Source::AutomationRuns(at) => at.id.show().to_string(),
    }
}

/// Found out before anything is asked: a file that cannot be written measures nothing.
fn can_be_written(file: &Path) -> Result<(), Fault> {
    if let Some(is) = metrics::not_a_file(file) {
        let what = format!("--metrics {}: it is {is}, and a file is replaced as a whole", file.display());
        return Err(Fault::new(FaultKind::Invalid, what, "name a regular file, or one that is not there yet"));
    }
    metrics::try_beside(file).map_err(|error| {
        let what = format!("{} cannot be written: {error}", file.display());
        Fault::new(FaultKind::Local, what, "name a file in a folder that can be written to")
    })
}
