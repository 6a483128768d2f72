//! Several logs at a time: each has its own follower, and what stays in sight is not read anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::effect::Heard;
use atc::console::event::{Event, LogNews, News, What};
use atc::domain::{SessionId, State, Task};
use atc::ledger::memory::Memory;
use atc::ops;
use atc::ops::cancel::Patience;
use atc::provider::port::LogBody;
use atc::runtime::cache::Cache;
use atc::runtime::engine::desk::Desk;
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, session, task};

/// What each session's log holds now, and how often it was asked for.
#[derive(Default)]
struct Logs {
    bodies: HashMap<String, Vec<u8>>,
    asked: HashMap<String, usize>,
}

struct Stage {
    engine: Engine,
    logs: Arc<Mutex<Logs>>,
    received: mpsc::Receiver<Event>,
    fake: Arc<Fake>,
}

fn heard(task: &Task, glance: bool) -> Heard {
    Heard { session: task.sessions.as_ref().unwrap()[0].id.clone(), task: task.clone(), glance }
}

impl Stage {
    fn new() -> Self {
        let fake = Fake::new(clock());
        let logs = Arc::new(Mutex::new(Logs::default()));
        let served = Arc::clone(&logs);
        *fake.on_log.lock().unwrap() = Some(Box::new(move |session: &SessionId| {
            let mut logs = served.lock().unwrap();
            *logs.asked.entry(session.raw().to_owned()).or_default() += 1;
            Ok(LogBody::Bytes(logs.bodies.get(session.raw()).cloned().unwrap_or_default()))
        }));
        let fake = Arc::new(fake);
        let (events, received) = mpsc::channel(4096);
        let desk = Desk { provider: fake.clone(), now: fake.now.clone(), events, cache: Cache::default() };
        let context = ops::Context {
            provider: fake.clone(),
            ledger: Arc::new(Memory::new()),
            now: fake.now.clone(),
            who: "op".into(),
        };
        let engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
        Self { engine, logs, received, fake }
    }

    fn task(&self, id: &str, state: State) -> Task {
        let created = (self.fake.now)() - TimeDelta::hours(1);
        let mut task = task(id, state.clone(), created);
        task.sessions = Some(vec![session(state, created, "x")]);
        for session in task.sessions.iter_mut().flatten() {
            session.id = SessionId::new(format!("s-{id}"));
        }
        self.fake.tasks.lock().unwrap().insert(task.at.id.clone(), task.clone());
        task
    }

    fn write(&self, session: &str, text: &str) {
        let mut logs = self.logs.lock().unwrap();
        logs.bodies.entry(session.to_owned()).or_default().extend(text.bytes());
    }

    fn attend(&mut self, read: Option<&Task>, beside: Vec<Heard>) {
        let log = read.map(|task| task.sessions.as_ref().unwrap()[0].id.clone());
        self.engine.perform(Effect::Attend { task: read.map(|task| task.at.clone()), log, beside });
    }

    /// Lets time pass; the news of logs that came.
    async fn pass(&mut self, time: Duration) -> Vec<LogNews> {
        tokio::time::sleep(time).await;
        let mut news = Vec::new();
        while let Ok(event) = self.received.try_recv() {
            if let What::Net(net) = event.what
                && let Ok(News::Log(log)) = net.result
            {
                news.push(log);
            }
        }
        news
    }

    fn asked(&self, session: &str) -> usize {
        self.logs.lock().unwrap().asked.get(session).copied().unwrap_or(0)
    }
}

#[tokio::test(start_paused = true)]
async fn every_log_in_sight_is_followed_and_what_left_is_not() {
    let mut stage = Stage::new();
    let (a, b, c) =
        (stage.task("a", State::InProgress), stage.task("b", State::InProgress), stage.task("c", State::InProgress));
    for session in ["s-a", "s-b", "s-c"] {
        stage.write(session, "one\n");
    }
    let beside = vec![heard(&b, false), heard(&c, false)];
    stage.attend(Some(&a), beside);
    let news = stage.pass(Duration::from_secs(5)).await;
    for session in ["s-a", "s-b", "s-c"] {
        assert!(
            news.iter().any(|n| n.session.raw() == session && n.reset && n.bytes == b"one\n"),
            "{session}: {news:?}"
        );
    }
    stage.attend(Some(&a), Vec::new());
    stage.pass(Duration::from_secs(1)).await;
    let before = stage.asked("s-b");
    stage.pass(Duration::from_mins(5)).await;
    assert_eq!(stage.asked("s-b"), before, "it is not in sight any more");
    assert!(stage.asked("s-a") > 20);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_only_changes_its_place_goes_on_where_it_was() {
    let mut stage = Stage::new();
    let (a, b) = (stage.task("a", State::InProgress), stage.task("b", State::InProgress));
    stage.write("s-a", "one\n");
    stage.attend(Some(&a), Vec::new());
    stage.pass(Duration::from_secs(5)).await;
    let beside = vec![heard(&a, false)];
    stage.attend(Some(&b), beside);
    stage.write("s-a", "two\n");
    let news = stage.pass(Duration::from_secs(15)).await;
    let of_a: Vec<_> = news.iter().filter(|news| news.session.raw() == "s-a").collect();
    assert!(of_a.iter().all(|news| !news.reset), "{of_a:?}");
    assert_eq!(of_a.iter().flat_map(|news| news.bytes.clone()).collect::<Vec<_>>(), b"two\n");
}

#[tokio::test(start_paused = true)]
async fn a_glance_is_rare_and_passes_on_the_end_of_a_log_and_never_all_of_a_long_one() {
    let mut stage = Stage::new();
    let task = stage.task("a", State::InProgress);
    let long: String =
        (0..4_000).fold(String::new(), |log, n| log + &format!("line {n} of a log that is long already\n"));
    stage.write("s-a", &long);
    let beside = vec![heard(&task, true)];
    stage.attend(None, beside);
    let first = stage.pass(Duration::from_secs(5)).await;
    let [news] = first.as_slice() else { panic!("{} pieces of news", first.len()) };
    assert!(news.bytes.len() <= 64 * 1024 && news.bytes.starts_with(b"line "), "{}", news.bytes.len());
    assert!(news.bytes.ends_with(b"line 3999 of a log that is long already\n"));
    stage.pass(Duration::from_mins(10)).await;
    assert!(stage.asked("s-a") <= 20, "{} looks in ten minutes", stage.asked("s-a"));

    // Hours later no more than a few windows of it have to be held.
    let mut held = 0;
    let mut most = 0;
    for n in 0..40 {
        stage.write("s-a", &format!("{n} {}\n", "x".repeat(20_000)));
        for news in stage.pass(Duration::from_mins(1)).await {
            held = if news.reset { news.bytes.len() } else { held + news.bytes.len() };
            most = most.max(held);
        }
    }
    assert!(most < 400 * 1024, "{most} bytes held");
}

#[tokio::test(start_paused = true)]
async fn a_log_beside_is_complete_when_its_session_is_known_to_have_ended() {
    let mut stage = Stage::new();
    let mut task = stage.task("a", State::InProgress);
    stage.write("s-a", "one\n");
    let beside = vec![heard(&task, false)];
    stage.attend(None, beside);
    let news = stage.pass(Duration::from_secs(5)).await;
    assert!(news.iter().all(|news| !news.complete));
    task.state = State::Completed;
    for session in task.sessions.iter_mut().flatten() {
        session.state = State::Completed;
    }
    let beside = vec![heard(&task, false)];
    stage.attend(None, beside);
    let news = stage.pass(Duration::from_secs(30)).await;
    assert!(news.iter().any(|news| news.complete), "{news:?}");
    let asked = stage.asked("s-a");
    stage.pass(Duration::from_mins(30)).await;
    assert_eq!(stage.asked("s-a"), asked, "nothing more will come");
}
