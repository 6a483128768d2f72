//! A simulated fleet on virtual time: tasks that are queued, work, push, wait and end in many repositories, behind a
//! provider that counts what is asked of it. It knows when each task changed, and so how long a change took to be told.
//!
//! How busy it is: a task starts to work within a minute, pushes every ten minutes or so, stops for its person in one case
//! of three, and ends after a quarter to three quarters of an hour; then another is started somewhere.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{Event, News, What};
use atc::domain::agents::CustomAgent;
use atc::domain::automation::{Listed, Offered, OfferedTrigger, ToolGroup};
use atc::domain::policy::{AutomationGrant, Grant, InForce, Policy};
use atc::domain::{
    Artifact, Automation, AutomationRef, Fault, FaultKind, Instant, Job, JobId, Mergeable, NodeId, Now, Person, Pull,
    PullId, PullRef, PullState, RepoName, ReviewDecision, Run, RunId, Session, SessionId, State, Task, TaskId, TaskRef,
    Timeline, UserId, Viewer,
};
use atc::ledger::memory::Memory;
use atc::ops;
use atc::ops::cancel::Patience;
use atc::provider::port::{
    Acted, AgentSession, Authority, Automations, Budget, Call, CancelAnswer, Fetched, LiveLogs, LogBody, PageCursor,
    TaskPage, TaskQuery, Validator,
};
use atc::provider::{Mark, Provider};
use atc::runtime::cache::Cache;
use atc::runtime::engine::desk::Desk;
use atc::runtime::engine::{Engine, Pace};
use atc::text::{Safe, Untrusted};
use chrono::TimeDelta;
use tokio::sync::mpsc;

const VIEWER: UserId = UserId(7);
const PER_PAGE: usize = 100;

/// What the fleet is like.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub repos: usize,
    /// Tasks at work, over all repositories.
    pub active: usize,
    /// Tasks that ended long ago, over all repositories.
    pub ended: usize,
    /// Lists prove for nothing that nothing changed.
    pub etags: bool,
    /// The tasks are the viewer's own.
    pub own: bool,
    /// Each task has a pull request from its start; those of ended ones are still open.
    pub pulls: bool,
}

/// What a simulation showed.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Requests sent, and those that counted, in each hour begun.
    pub sent: Vec<u64>,
    pub counted: Vec<u64>,
    /// How long each change of a task on the screen took to get there, shortest first.
    pub changes: Vec<Duration>,
    /// The same for new tasks.
    pub arrivals: Vec<Duration>,
}

impl Report {
    /// The value below which this share of all lies.
    pub fn percentile(all: &[Duration], share: f64) -> Duration {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few")]
        let at = ((all.len() as f64 * share).ceil() as usize).clamp(1, all.len().max(1));
        all.get(at - 1).copied().unwrap_or_default()
    }
}

/// Repeatable chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.roll() % (to - from).max(1)
    }

    fn seconds(&mut self, from: u64, to: u64) -> TimeDelta {
        TimeDelta::milliseconds(i64::try_from(self.between(from * 1000, to * 1000)).unwrap())
    }
}

/// What happens to a task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Arrive,
    Begin,
    Push,
    Wait,
    Resume,
    End,
}

struct World {
    plan: Plan,
    dice: Dice,
    repos: Vec<RepoName>,
    tasks: HashMap<TaskId, Task>,
    pulls: HashMap<PullId, Pull>,
    to_come: BinaryHeap<Reverse<(Instant, Step, Option<String>)>>,
    made: u64,
    /// Changes not told yet, oldest first, by task.
    untold: HashMap<TaskId, Vec<Instant>>,
    told: Vec<(Instant, TimeDelta)>,
    unseen: HashMap<TaskId, Instant>,
    seen: Vec<(Instant, TimeDelta)>,
    budget: Budget,
}

impl World {
    fn new(plan: Plan, now: Instant) -> Self {
        let repos = (0..plan.repos).map(|n| format!("acme/r{n}").parse().unwrap()).collect();
        let mut world = Self {
            plan,
            dice: Dice(7),
            repos,
            tasks: HashMap::new(),
            pulls: HashMap::new(),
            to_come: BinaryHeap::new(),
            made: 0,
            untold: HashMap::new(),
            told: Vec::new(),
            unseen: HashMap::new(),
            seen: Vec::new(),
            budget: Budget { limit: Some(5000), ..Budget::default() },
        };
        for n in 0..plan.ended {
            let id =
                world.make(n % plan.repos, now - TimeDelta::hours(3) - TimeDelta::minutes(i64::try_from(n).unwrap()));
            world.tasks.get_mut(&id).unwrap().state = State::Completed;
        }
        // A fleet in the middle of its day: each has been at work for a while.
        for n in 0..plan.active {
            let age = world.dice.seconds(60, 1800);
            let id = world.make(n % plan.repos, now - age);
            world.begin(&id, now - age + TimeDelta::seconds(30));
        }
        world.untold.clear();
        world.unseen.clear();
        world
    }

    fn make(&mut self, repo: usize, at: Instant) -> TaskId {
        self.made += 1;
        let id = TaskId::new(format!("t{}", self.made));
        let creator = if self.plan.own { VIEWER } else { UserId(100 + self.made % 3) };
        let mut artifacts = Vec::new();
        if self.plan.pulls {
            let pull = PullId(self.made);
            self.pulls.insert(pull, new_pull(&self.repos[repo], pull, at));
            artifacts.push(Artifact::Pull { id: pull, node: Some(NodeId::new(format!("PR_{pull}"))), state: None });
        }
        let task = Task {
            beyond: atc::domain::Beyond::default(),
            at: TaskRef { repo: self.repos[repo].clone(), id: id.clone() },
            name: "Fix the flaky test".into(),
            state: State::Queued,
            created_at: at,
            updated_at: Some(at),
            archived_at: None,
            creator: Some(Person { id: creator, login: None }),
            custom_agent: None,
            automation: None,
            session_count: Some(1),
            artifacts,
            html_url: None,
            sessions: None,
        };
        self.tasks.insert(id.clone(), task);
        id
    }

    fn plan_step(&mut self, at: Instant, step: Step, id: &TaskId) {
        self.to_come.push(Reverse((at, step, Some(id.raw().to_owned()))));
    }

    fn begin(&mut self, id: &TaskId, at: Instant) {
        self.change(id, State::InProgress, at);
        let push = at + self.dice.seconds(60, 1140);
        self.plan_step(push, Step::Push, id);
        if self.dice.between(0, 3) == 0 {
            let wait = at + self.dice.seconds(300, 800);
            self.plan_step(wait, Step::Wait, id);
        }
        let end = at + self.dice.seconds(900, 2700);
        self.plan_step(end, Step::End, id);
    }

    fn change(&mut self, id: &TaskId, state: State, at: Instant) {
        let task = self.tasks.get_mut(id).unwrap();
        task.state = state;
        task.updated_at = Some(at);
        // A task that is not on the screen yet arrives in whatever state it is in.
        if !self.unseen.contains_key(id) {
            self.untold.entry(id.clone()).or_default().push(at);
        }
        self.touch_pull(id, at, |_| {});
    }

    fn touch_pull(&mut self, id: &TaskId, at: Instant, edit: impl Fn(&mut Pull)) {
        let Some(Artifact::Pull { id, .. }) = self.tasks[id].artifacts.first() else { return };
        let pull = self.pulls.get_mut(id).unwrap();
        pull.updated_at = at;
        edit(pull);
    }

    fn pass(&mut self, now: Instant) {
        while self.to_come.peek().is_some_and(|Reverse((at, ..))| *at <= now) {
            let Some(Reverse((at, step, id))) = self.to_come.pop() else { return };
            match id.map(TaskId::new) {
                None => {
                    let repo = usize::try_from(self.dice.between(0, self.repos.len() as u64)).unwrap();
                    let id = self.make(repo, at);
                    self.unseen.insert(id.clone(), at);
                    let begin = at + self.dice.seconds(20, 60);
                    self.plan_step(begin, Step::Begin, &id);
                }
                Some(id) => self.step(&id, &step, at),
            }
        }
    }

    fn step(&mut self, id: &TaskId, step: &Step, at: Instant) {
        if *step != Step::Begin && !self.tasks[id].state.is_active() {
            return;
        }
        match step {
            Step::Arrive => {}
            Step::Begin => self.begin(id, at),
            Step::Push => {
                self.tasks.get_mut(id).unwrap().updated_at = Some(at);
                self.touch_pull(id, at, |pull| pull.additions += 3);
                let next = at + self.dice.seconds(60, 1140);
                self.plan_step(next, Step::Push, id);
            }
            Step::Wait => {
                self.change(id, State::WaitingForUser, at);
                let resume = at + self.dice.seconds(60, 300);
                self.plan_step(resume, Step::Resume, id);
            }
            Step::Resume => self.change(id, State::InProgress, at),
            Step::End => {
                let state = match self.dice.between(0, 20) {
                    0..15 => State::Completed,
                    15..18 => State::Failed,
                    _ => State::Cancelled,
                };
                self.change(id, state, at);
                self.touch_pull(id, at, |pull| {
                    pull.title = "Fix the flaky test".into();
                    pull.requested = vec!["mona".into()];
                });
                let arrive = at + self.dice.seconds(1, 60);
                self.to_come.push(Reverse((arrive, Step::Arrive, None)));
            }
        }
    }

    /// The console was told of a task.
    fn hear(&mut self, task: &Task, now: Instant) {
        if let Some(at) = self.unseen.remove(&task.at.id) {
            self.seen.push((at, now - at));
        }
        let touched = task.touched_at();
        if let Some(untold) = self.untold.get_mut(&task.at.id) {
            let told = &mut self.told;
            untold.retain(|at| {
                if *at <= touched {
                    told.push((*at, now - *at));
                }
                *at > touched
            });
        }
    }

    fn list(&self, query: &TaskQuery) -> Vec<Task> {
        let mine = |task: &&Task| match &query.repo {
            Some(repo) => task.at.repo == *repo,
            None => task.creator.as_ref().is_some_and(|person| person.id == VIEWER),
        };
        let mut tasks: Vec<Task> = self.tasks.values().filter(mine).cloned().collect();
        tasks.sort_by(|a, b| (b.touched_at(), &b.at.id).cmp(&(a.touched_at(), &a.at.id)));
        tasks
    }

    fn page(&self, query: &TaskQuery, number: usize) -> TaskPage {
        let all = self.list(query);
        let tasks: Vec<Task> = all.iter().skip(number * PER_PAGE).take(PER_PAGE).cloned().collect();
        let more = all.len() > (number + 1) * PER_PAGE;
        let next = more.then(|| PageCursor((number + 1).to_string().as_str().into()));
        TaskPage { tasks, unreadable: 0, next, active_total: None }
    }
}

fn new_pull(repo: &RepoName, id: PullId, at: Instant) -> Pull {
    Pull {
        id,
        node: NodeId::new(format!("PR_{id}")),
        repo: repo.clone(),
        number: id.0,
        title: "[WIP] Fix the flaky test".into(),
        url: "https://github.com/acme/r/pull/1".into(),
        state: PullState::Draft,
        head_ref: "copilot/fix".into(),
        base_ref: "main".into(),
        author: None,
        created_at: at,
        updated_at: at,
        additions: 1,
        deletions: 0,
        review: ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: Mergeable::Yes,
        checks: None,
        standing: atc::domain::Standing::default(),
    }
}

/// The fleet as a provider.
pub struct Fleet {
    now: Now,
    world: Arc<Mutex<World>>,
}

impl std::fmt::Debug for Fleet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fleet")
    }
}

impl Fleet {
    /// One request: it takes a while each way, and its answer is of the moment in between.
    fn ask<T: Send + 'static>(
        &self,
        answer: impl FnOnce(&mut World) -> Result<(T, bool), Fault> + Send + 'static,
    ) -> Call<'static, T> {
        let (now, world) = (self.now.clone(), self.world.clone());
        let way = {
            let mut world = world.lock().unwrap();
            world.budget.sent += 1;
            world.budget.in_flight += 1;
            Duration::from_millis(world.dice.between(50, 150))
        };
        Box::pin(async move {
            tokio::time::sleep(way).await;
            let answer = {
                let mut world = world.lock().unwrap();
                world.pass(now());
                answer(&mut world)
            };
            tokio::time::sleep(way).await;
            let budget = &mut world.lock().unwrap().budget;
            budget.in_flight -= 1;
            let unchanged = matches!(&answer, Ok((_, true)));
            budget.unchanged += u64::from(unchanged);
            budget.counted += u64::from(!unchanged);
            answer.map(|(value, _)| value)
        })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for all answers")]
fn counted<T>(value: T) -> Result<(T, bool), Fault> {
    Ok((value, false))
}

fn no<T>() -> Result<(T, bool), Fault> {
    Err(Fault::new(FaultKind::Unsupported, "not simulated", "nothing"))
}

impl Automations for Fleet {
    fn of_repo(&self, _: &RepoName) -> Call<'_, Listed> {
        self.ask(|_| counted(Listed::Here { automations: Vec::new(), unreadable: 0, more: false }))
    }

    fn mine(&self) -> Call<'_, Listed> {
        self.ask(|_| no())
    }

    fn one(&self, _: &AutomationRef) -> Call<'_, Automation> {
        self.ask(|_| no())
    }

    fn tasks_of(&self, _: &AutomationRef, _: Option<Validator>) -> Call<'_, Fetched<TaskPage>> {
        self.ask(|_| no())
    }

    fn tools(&self, _: &RepoName) -> Call<'_, Offered<ToolGroup>> {
        self.ask(|_| no())
    }

    fn triggers(&self, _: &RepoName) -> Call<'_, Offered<OfferedTrigger>> {
        self.ask(|_| no())
    }

    fn requires_write(&self, _: &RepoName) -> Call<'_, Option<bool>> {
        self.ask(|_| no())
    }

    fn act(&self, _: &AutomationGrant) -> Call<'_, Acted> {
        self.ask(|_| no())
    }
}

impl Provider for Fleet {
    fn automations(&self) -> Option<&dyn Automations> {
        Some(self)
    }

    fn authority(&self) -> Authority {
        Authority { host: Safe::new("fleet"), token_kind: Safe::new("fleet") }
    }

    fn budget(&self) -> Budget {
        self.world.lock().unwrap().budget
    }

    fn live_logs(&self) -> LiveLogs {
        LiveLogs::Off(Safe::new("simulated"))
    }

    fn viewer(&self) -> Call<'_, Viewer> {
        self.ask(|_| counted(Viewer { id: VIEWER, login: "mona".into() }))
    }

    fn user(&self, id: UserId) -> Call<'_, Viewer> {
        self.ask(move |_| counted(Viewer { id, login: "hubot".into() }))
    }

    fn default_branch(&self, _: &RepoName) -> Call<'_, Untrusted> {
        self.ask(|_| counted("main".into()))
    }

    fn custom_agents(&self, _: &RepoName) -> Call<'_, Vec<CustomAgent>> {
        self.ask(|_| counted(Vec::new()))
    }

    fn tasks(&self, query: &TaskQuery) -> Call<'_, Fetched<TaskPage>> {
        let query = query.clone();
        self.ask(move |world| {
            let page = world.page(&query, 0);
            let newest = page.tasks.first().map(Task::touched_at);
            let tag = format!("{newest:?} {}", page.tasks.len());
            // Without tags the service sends the same answer again, and it counts.
            let free = world.plan.etags;
            let validator = if free { Validator::Tag(tag.as_str().into()) } else { Validator::Mark(Mark::of(&tag)) };
            let validator = Some(validator);
            if validator == query.validator {
                return Ok((Fetched::Same, free));
            }
            counted(Fetched::New { value: page, validator })
        })
    }

    fn more_tasks(&self, query: &TaskQuery, page: &PageCursor) -> Call<'_, TaskPage> {
        let (query, number) = (query.clone(), page.0.raw_for_match().parse().unwrap());
        self.ask(move |world| counted(world.page(&query, number)))
    }

    fn task(&self, at: &TaskRef, _: Option<Validator>) -> Call<'_, Fetched<Task>> {
        let id = at.id.clone();
        self.ask(move |world| {
            let mut task = world.tasks[&id].clone();
            let session = Session {
                beyond: atc::domain::SessionBeyond::default(),
                id: SessionId::new(format!("s-{}", id.raw())),
                state: task.state.clone(),
                name: None,
                prompt: Some("Fix it".into()),
                model: None,
                head_ref: Some("copilot/fix".into()),
                base_ref: None,
                created_at: task.created_at,
                updated_at: task.updated_at,
                completed_at: None,
                usage: None,
                error: None,
                run: None,
            };
            task.sessions = Some(vec![session]);
            counted(Fetched::New { value: task, validator: None })
        })
    }

    fn start(&self, _: &Grant) -> Call<'_, Task> {
        self.ask(|_| no())
    }

    fn agent_runs(&self, _: &RepoName, _: &Untrusted) -> Call<'_, Vec<Run>> {
        self.ask(|_| counted(Vec::new()))
    }

    fn run(&self, _: &RepoName, _: RunId) -> Call<'_, Run> {
        self.ask(|_| no())
    }

    fn cancel_run(&self, _: &RepoName, _: RunId, _: bool) -> Call<'_, CancelAnswer> {
        self.ask(|_| no())
    }

    fn jobs(&self, _: &RepoName, _: RunId) -> Call<'_, Vec<Job>> {
        self.ask(|_| counted(Vec::new()))
    }

    fn job_log(&self, _: &RepoName, _: JobId) -> Call<'_, LogBody> {
        self.ask(|_| counted(LogBody::NotYet))
    }

    fn agent_session(&self, _: &SessionId) -> Call<'_, AgentSession> {
        self.ask(|_| no())
    }

    fn session_log(&self, _: &SessionId) -> Call<'_, LogBody> {
        self.ask(|_| counted(LogBody::NotYet))
    }

    fn pulls(&self, refs: &[PullRef]) -> Call<'_, Vec<Option<Pull>>> {
        assert!(refs.len() <= 100, "{} in one request", refs.len());
        let refs = refs.to_vec();
        self.ask(move |world| counted(refs.iter().map(|at| world.pulls.get(&at.id).cloned()).collect()))
    }

    fn pulls_of_branch(&self, _: &RepoName, _: &Untrusted) -> Call<'_, Vec<PullRef>> {
        self.ask(|_| counted(Vec::new()))
    }

    fn timeline(&self, _: &RepoName, _: u64, _: Option<Validator>) -> Call<'_, Fetched<Timeline>> {
        self.ask(|_| no())
    }

    fn mark_ready(&self, _: &NodeId) -> Call<'_, ()> {
        self.ask(|_| no())
    }

    fn comment(&self, _: &RepoName, _: u64, _: &str) -> Call<'_, ()> {
        self.ask(|_| no())
    }
}

/// Runs the poller over the fleet for so long, from an empty screen on. What changes in the first minute, while the first
/// picture comes together, is not judged.
pub async fn simulate(plan: Plan, time: Duration) -> Report {
    let start = tokio::time::Instant::now();
    let epoch = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let now: Now = Arc::new(move || epoch + TimeDelta::from_std(start.elapsed()).unwrap());
    let world = Arc::new(Mutex::new(World::new(plan, epoch)));
    let repos = world.lock().unwrap().repos.clone();
    let fleet = Arc::new(Fleet { now: now.clone(), world: world.clone() });
    let (events, mut received) = mpsc::channel::<Event>(1024);
    let desk = Desk { provider: fleet.clone(), now: now.clone(), events, cache: Cache::default() };
    let ledger = Arc::new(Memory::new());
    let context = ops::Context { provider: fleet, ledger, now: now.clone(), who: "op".into(), gate: open_gate() };
    let mut engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
    engine.perform(Effect::Watch(repos));
    let mut report = Report::default();
    let mut before = Budget::default();
    let mut mark = start;
    let end = start + time;
    while mark < end {
        let next = (mark + Duration::from_hours(1)).min(end);
        while let Ok(event) = tokio::time::timeout_at(next, received.recv()).await {
            let Some(Event { at, what: What::Net(net) }) = event else { continue };
            let mut world = world.lock().unwrap();
            match net.result {
                Ok(News::Tasks { tasks, .. }) => tasks.iter().for_each(|task| world.hear(task, at)),
                Ok(News::Task(task)) => world.hear(&task, at),
                _ => {}
            }
        }
        mark = next;
        let budget = world.lock().unwrap().budget;
        report.sent.push(budget.sent - before.sent);
        report.counted.push(budget.counted - before.counted);
        before = budget;
    }
    drop(engine);
    let mut world = world.lock().unwrap();
    let last = now();
    let waiting: Vec<_> = world.untold.values().flatten().map(|at| (*at, last - *at)).collect();
    world.told.extend(waiting);
    let settle = |all: &[(Instant, TimeDelta)], late: TimeDelta| {
        let judged = |at: &Instant| *at - epoch > TimeDelta::minutes(1) && last - *at > late;
        let mut all: Vec<Duration> =
            all.iter().filter(|(at, _)| judged(at)).map(|(_, took)| took.to_std().unwrap()).collect();
        all.sort();
        all
    };
    // What happened just before the end had no time to be told.
    report.changes = settle(&world.told, TimeDelta::minutes(1));
    let unseen: Vec<_> = world.unseen.values().map(|at| (*at, last - *at)).collect();
    world.seen.extend(unseen);
    report.arrivals = settle(&world.seen, TimeDelta::minutes(6));
    report
}

/// A gate that holds nobody back.
fn open_gate() -> ops::Gate {
    ops::Gate::holding(InForce::of(Policy::unlimited()))
}
