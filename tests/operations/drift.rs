//! Lists that move while they are read: rows inserted, deleted and touched between any two pages.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::domain::{Instant, State, Task, TaskId};
use atc::provider::port::{Fetched, PageCursor, TaskPage};
use atc::runtime::engine::list_state::ListState;
use atc::runtime::engine::sweep::{Ask, Depth, Found, sweep};
use chrono::TimeDelta;

use crate::fake::{Fake, clock, repo, task};

const PER_PAGE: usize = 50;
const WHOLES: Duration = Duration::from_mins(30);

/// The list as the service has it.
struct Service {
    rows: HashMap<TaskId, Instant>,
    now: Instant,
    made: u64,
    mutations: u64,
    chance: u64,
    /// It holds still.
    quiet: bool,
}

impl Service {
    fn roll(&mut self, sides: u64) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) % sides
    }

    fn insert(&mut self) {
        self.made += 1;
        self.rows.insert(TaskId::new(format!("t{}", self.made)), self.now);
    }

    fn any(&mut self) -> TaskId {
        loop {
            let made = self.made;
            let id = TaskId::new(format!("t{}", 1 + self.roll(made)));
            if self.rows.contains_key(&id) {
                return id;
            }
        }
    }

    /// Several of them may happen within one second.
    fn mutate(&mut self) {
        self.mutations += 1;
        let passed = self.roll(2);
        self.now += TimeDelta::seconds(i64::try_from(passed).unwrap());
        let (roll, some) = (self.roll(10), self.any());
        match roll {
            0..3 => self.insert(),
            3..6 if self.rows.len() > 300 => {
                self.rows.remove(&some);
            }
            _ => drop(self.rows.insert(some, self.now)),
        }
    }

    fn page(&self, number: usize) -> TaskPage {
        let mut rows: Vec<(&TaskId, &Instant)> = self.rows.iter().collect();
        rows.sort_by(|a, b| (b.1, b.0).cmp(&(a.1, a.0)));
        let shown = rows.iter().skip(number * PER_PAGE).take(PER_PAGE);
        let tasks = shown.map(|(id, at)| row(id, **at)).collect();
        let more = rows.len() > (number + 1) * PER_PAGE;
        let next = more.then(|| PageCursor((number + 1).to_string().as_str().into()));
        TaskPage { tasks, unreadable: 0, next, active_total: None }
    }
}

fn row(id: &TaskId, at: Instant) -> Task {
    task(id.raw(), State::Completed, at)
}

/// The service, and what a console knows of it.
struct Stage {
    fake: Fake,
    service: Arc<Mutex<Service>>,
    list: ListState,
    known: HashMap<TaskId, Instant>,
    /// How many whole sweeps have missed a row since it was last seen.
    missed: HashMap<TaskId, u32>,
}

impl Stage {
    fn new(seed: u64) -> Self {
        let fake = Fake::new(clock());
        let start = (fake.now)();
        let mut service =
            Service { rows: HashMap::new(), now: start, made: 0, mutations: 0, chance: seed, quiet: false };
        for _ in 0..450 {
            let passed = service.roll(3);
            service.now += TimeDelta::seconds(i64::try_from(passed).unwrap());
            service.insert();
        }
        let service = Arc::new(Mutex::new(service));
        *fake.on_list.lock().unwrap() = {
            let service = service.clone();
            Box::new(move |query| {
                let mut service = service.lock().unwrap();
                let number = query.validator.map_or(0, |page| page.tag().unwrap().raw_for_match().parse().unwrap());
                for _ in 0..if service.quiet { 0 } else { service.roll(8) } {
                    service.mutate();
                }
                Ok(Fetched::New { value: service.page(number), validator: None })
            })
        };
        Self { fake, service, list: ListState::default(), known: HashMap::new(), missed: HashMap::new() }
    }

    async fn read(&mut self) {
        let now = tokio::time::Instant::now();
        let depth = self.list.depth(Some(WHOLES), now);
        let found = sweep(&self.fake, &Ask::of(Some(repo()), depth, None)).await.unwrap();
        let Found::Some(swept) = &found else { panic!("no rows") };
        let mut seen = HashSet::new();
        assert!(swept.tasks.iter().all(|task| seen.insert(&task.at.id)), "a row twice");
        let before = std::mem::take(&mut self.known);
        let known = before.iter().map(|(id, at)| (id, *at));
        let gone = self.list.absorb(&found, depth, known, 0.0, now);
        self.known = before;
        for task in &swept.tasks {
            let touched = self.known.entry(task.at.id.clone()).or_insert(task.touched_at());
            *touched = (*touched).max(task.touched_at());
        }
        for id in self.known.keys() {
            if seen.contains(id) {
                self.missed.remove(id);
            } else if depth == Depth::Whole {
                *self.missed.entry(id.clone()).or_default() += 1;
            }
        }
        let service = self.service.lock().unwrap();
        for id in gone {
            assert!(!service.rows.contains_key(&id), "{id:?} lives and was called gone");
            assert!(self.missed[&id] >= 2, "{id:?} was called gone by the first sweep that missed it");
            self.known.remove(&id);
        }
    }

    async fn whole(&mut self) {
        tokio::time::advance(WHOLES).await;
        self.read().await;
    }

    fn missing(&self) -> Vec<TaskId> {
        let service = self.service.lock().unwrap();
        service.rows.keys().filter(|id| !self.known.contains_key(id)).cloned().collect()
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_mutations_between_pages_lose_nothing_and_bury_nobody_alive() {
    let mut mutations = 0;
    for seed in 0..20 {
        let mut stage = Stage::new(seed);
        for _ in 0..10 {
            stage.whole().await;
            stage.read().await;
            stage.read().await;
        }
        stage.service.lock().unwrap().quiet = true;
        stage.whole().await;
        assert_eq!(stage.missing(), [], "after a whole sweep in peace everything is there");
        for _ in 0..4 {
            stage.whole().await;
        }
        let service = stage.service.lock().unwrap();
        let ghosts: Vec<_> = stage.known.keys().filter(|id| !service.rows.contains_key(id)).collect();
        assert!(ghosts.is_empty(), "what was deleted is gone in the end: {ghosts:?}");
        mutations += service.mutations;
    }
    assert!(mutations >= 10_000, "{mutations}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_leads_in_circles_or_ends_with_an_empty_page_ends_the_sweep() {
    for (circle, expected) in [(true, false), (false, true)] {
        let fake = Fake::new(clock());
        let start = (fake.now)();
        *fake.on_list.lock().unwrap() = Box::new(move |query| {
            let first = query.validator.is_none();
            let tasks = if first { vec![task("a", State::Completed, start)] } else { Vec::new() };
            let next = (first || circle).then(|| PageCursor("2".into()));
            Ok(Fetched::New { value: TaskPage { tasks, unreadable: 0, next, active_total: None }, validator: None })
        });
        let found = sweep(&fake, &Ask::of(Some(repo()), Depth::Whole, None)).await.unwrap();
        let Found::Some(swept) = found else { panic!("no rows") };
        assert_eq!((swept.tasks.len(), swept.whole), (1, expected));
        assert_eq!(fake.calls("list") + fake.calls("more"), 2);
    }
}
