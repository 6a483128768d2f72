//! Restarts of a console with 5,000 tasks: what it asks for again, and that nothing is missed meanwhile.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{Event, Local, Net, News, What};
use atc::domain::{Fault, FaultKind, Now, State, Task, UserId, Viewer};
use atc::ops::cancel::Patience;
use atc::provider::port::{Fetched, PageCursor, TaskPage, TaskQuery};
use atc::runtime::cache::store::Store;
use atc::runtime::cache::{Cache, Place};
use atc::runtime::engine::desk::Desk;
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::cache::still;
use crate::fake::{Fake, clock, repo, session, task};

const API: &str = "https://api.github.com/";
const PER_PAGE: usize = 100;

/// A service with one list, which outlives the consoles.
#[derive(Clone)]
struct Service {
    now: Now,
    rows: Arc<Mutex<BTreeMap<String, Task>>>,
    /// This page, counted from 0, does not come.
    breaks_at: Option<usize>,
    unreadable: u32,
    viewer: u64,
}

impl Service {
    /// All ended, but for one that has waited at the end of the list for weeks.
    fn of(count: i64) -> Self {
        let now = clock();
        let at = now() - TimeDelta::days(1);
        let mut rows: BTreeMap<String, Task> = (0..count - 1)
            .map(|n| (format!("t{n}"), task(&format!("t{n}"), State::Completed, at - TimeDelta::minutes(n))))
            .collect();
        rows.insert("waits".into(), task("waits", State::WaitingForUser, at - TimeDelta::weeks(9)));
        Self { now, rows: Arc::new(Mutex::new(rows)), breaks_at: None, unreadable: 0, viewer: 7 }
    }

    fn set(&self, id: &str, state: State) {
        self.rows.lock().unwrap().insert(id.to_owned(), task(id, state, (self.now)()));
    }

    fn remove(&self, id: &str) {
        self.rows.lock().unwrap().remove(id);
    }

    fn ids(&self) -> HashSet<String> {
        self.rows.lock().unwrap().keys().cloned().collect()
    }

    fn page(&self, number: usize) -> Result<Fetched<TaskPage>, Fault> {
        if self.breaks_at == Some(number) {
            return Err(Fault::new(FaultKind::Server, "500", "wait"));
        }
        let mut all: Vec<Task> = self.rows.lock().unwrap().values().cloned().collect();
        all.sort_by_key(|task| std::cmp::Reverse(task.touched_at()));
        let next = ((number + 1) * PER_PAGE < all.len()).then(|| PageCursor((number + 1).to_string().as_str().into()));
        let tasks: Vec<Task> = all.into_iter().skip(number * PER_PAGE).take(PER_PAGE).collect();
        let unreadable = if number == 0 { self.unreadable } else { 0 };
        Ok(Fetched::New { value: TaskPage { tasks, unreadable, next, active_total: None }, validator: None })
    }

    fn provider(&self) -> Fake {
        let fake = Fake::new(self.now.clone());
        *fake.viewer.lock().unwrap() = Viewer { id: UserId(self.viewer), login: "mona".into() };
        let service = self.clone();
        *fake.on_list.lock().unwrap() = Box::new(move |query: TaskQuery| {
            service.page(query.validator.map_or(0, |cursor| cursor.tag().unwrap().raw_for_match().parse().unwrap()))
        });
        for row in self.rows.lock().unwrap().values() {
            let sessions = Some(vec![session(row.state.clone(), row.created_at, "p")]);
            fake.tasks.lock().unwrap().insert(row.at.id.clone(), Task { sessions, ..row.clone() });
        }
        *fake.on_branch.lock().unwrap() = Box::new(|_| Ok(Vec::new()));
        fake
    }
}

/// One run of a console, without its screen.
struct Run {
    engine: Engine,
    fake: Arc<Fake>,
    received: mpsc::Receiver<Event>,
    cache: Cache,
    /// What is on the screen, with the states.
    shown: BTreeMap<String, State>,
}

impl Run {
    fn start(service: &Service, file: &Path) -> Self {
        let fake = Arc::new(service.provider());
        let (events, received) = mpsc::channel(1024);
        let place = Place { file: file.to_owned(), api: API.to_owned() };
        let cache = Cache::start(place, fake.now.clone());
        let desk = Desk { provider: fake.clone(), now: fake.now.clone(), events, cache: cache.clone() };
        let context = crate::fake::context(&fake, &Arc::default());
        let mut engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
        engine.perform(Effect::Watch(vec![repo()]));
        Self { engine, fake, received, cache, shown: BTreeMap::new() }
    }

    /// Waits for the picture that was kept, however slow the disk is. Nothing is asked before all of it is told.
    async fn picture(&mut self) -> usize {
        let _still = still();
        while self.fake.calls("") == 0 {
            tokio::task::yield_now().await;
        }
        while let Ok(event) = self.received.try_recv() {
            self.take(event);
        }
        self.shown.len()
    }

    fn take(&mut self, event: Event) {
        match event.what {
            What::Local(Local::Remembered(part)) => {
                let tasks = part.tasks.into_iter().map(|one| one.task);
                self.shown.extend(tasks.map(|task| (task.at.id.raw().to_owned(), task.state)));
            }
            What::Local(Local::Forget) => self.shown.clear(),
            What::Net(Net { result: Ok(News::Tasks { tasks, .. }), .. }) => {
                self.shown.extend(tasks.into_iter().map(|task| (task.at.id.raw().to_owned(), task.state)));
            }
            What::Net(Net { result: Ok(News::Gone(ids)), .. }) => {
                for id in &ids {
                    self.shown.remove(id.raw());
                }
            }
            _ => {}
        }
    }

    async fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            while let Ok(event) = self.received.try_recv() {
                self.take(event);
            }
        }
    }

    /// Requests for pages of the list so far.
    fn pages(&self) -> usize {
        self.fake.calls("list") + self.fake.calls("more")
    }

    fn ids(&self) -> HashSet<String> {
        self.shown.keys().cloned().collect()
    }

    async fn end(self) -> Arc<Fake> {
        let _still = still();
        self.cache.finish().await;
        drop(self.engine);
        self.fake
    }
}

/// A console reads all of it once, and ends.
async fn read_once(service: &Service, file: &Path) -> usize {
    let mut run = Run::start(service, file);
    run.picture().await;
    run.pass(60).await;
    let pages = run.pages();
    run.end().await;
    pages
}

#[tokio::test(start_paused = true)]
async fn a_restart_with_five_thousand_tasks_asks_for_the_news_and_misses_nothing_of_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let service = Service::of(5000);
    let before = read_once(&service, &file).await;
    assert!(before > 50, "{before} pages");

    tokio::time::advance(Duration::from_mins(10)).await;
    service.set("t10", State::Failed);
    service.set("t4900", State::InProgress);
    service.set("new", State::Queued);
    service.remove("t20");
    let mut run = Run::start(&service, &file);
    assert_eq!(run.picture().await, 5000, "as it was left");
    run.pass(5).await;
    assert_eq!(run.pages(), 1, "one page has all the news; without the mark it were {before}");
    let state = |id: &str| run.shown.get(id).cloned();
    assert_eq!(state("t10"), Some(State::Failed));
    assert_eq!(state("t4900"), Some(State::InProgress));
    assert_eq!(state("new"), Some(State::Queued));
    run.pass(30).await;
    assert_eq!(run.fake.calls("task waits"), 1, "what works is looked into, however deep it lies");
    assert!(run.pages() < 10, "{}", run.pages());
    // The list is read whole at its pace, and what two readings miss is gone.
    run.pass(45 * 60).await;
    assert_eq!(run.ids(), service.ids());
    run.end().await;
    let mut run = Run::start(&service, &file);
    run.picture().await;
    assert_eq!(run.ids(), service.ids(), "on the disk too");
    run.end().await;
}

#[tokio::test(start_paused = true)]
async fn more_news_than_a_page_holds_is_read_to_its_end_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let service = Service::of(1000);
    read_once(&service, &file).await;
    tokio::time::advance(Duration::from_mins(5)).await;
    (0..350).for_each(|n| service.set(&format!("t{}", n * 2), State::Cancelled));
    let mut run = Run::start(&service, &file);
    run.picture().await;
    run.pass(5).await;
    let told = run.shown.values().filter(|state| **state == State::Cancelled).count();
    assert_eq!((told, run.pages()), (350, 4));
    run.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_whole_list_is_read_at_its_own_pace_whatever_starts_and_ends_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let service = Service::of(1000);
    read_once(&service, &file).await;
    let mut whole = Vec::new();
    for minutes in (5..=70).step_by(5) {
        let mut run = Run::start(&service, &file);
        run.picture().await;
        run.pass(240).await;
        if run.fake.calls("more") > 0 {
            whole.push(minutes);
        }
        run.end().await;
        tokio::time::advance(Duration::from_mins(1)).await;
    }
    assert!(matches!(whole[..], [25..=35, 55..=65]), "once in half an hour: after {whole:?} minutes");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_was_not_read_or_kept_whole_is_read_again() {
    let whole = Service::of(1000);
    let cases = [
        ("broke off", Service { breaks_at: Some(7), ..whole.clone() }),
        ("a row could not be read", Service { unreadable: 1, ..whole.clone() }),
        ("another viewer's", Service { viewer: 8, ..whole.clone() }),
    ];
    for (what, first) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache.db");
        read_once(&first, &file).await;
        let again = read_once(&whole, &file).await;
        assert!(again >= 10, "{what}: {again} pages");
    }
}

#[tokio::test(start_paused = true)]
async fn rows_the_disk_has_lost_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let service = Service::of(1000);
    read_once(&service, &file).await;
    let spoil = |sql: &str| rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
    spoil("UPDATE tasks SET row = 'x' WHERE id = 't900'");
    let again = read_once(&service, &file).await;
    assert!(again >= 10, "{again} pages");
    let store = Store::open(&file, API).unwrap();
    assert_eq!(store.tasks(&repo(), |_| true).unwrap(), 0, "and mended");
    assert!(store.mark(&repo()).unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_is_none_to_count_the_pace_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let service = Service::of(1000);
    read_once(&service, &file).await;
    let now = service.now.clone();
    let back = Service { now: Arc::new(move || now() - TimeDelta::hours(3)), ..service };
    let again = read_once(&back, &file).await;
    assert!(again >= 10, "{again} pages");
}

#[tokio::test(start_paused = true)]
async fn who_ends_between_the_two_readings_that_miss_a_task_finds_it_gone_soon_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let service = Service::of(300);
    read_once(&service, &file).await;
    service.remove("t250");
    let mut run = Run::start(&service, &file);
    run.picture().await;
    tokio::time::advance(Duration::from_mins(30)).await;
    while run.fake.calls("more") == 0 {
        run.pass(1).await;
    }
    run.end().await;
    let mut run = Run::start(&service, &file);
    run.picture().await;
    assert!(run.ids().contains("t250"), "one reading is no proof");
    run.pass(300).await;
    assert_eq!(run.ids(), service.ids());
    run.end().await;
}
