//! Several logs at a time: each has its own follower, and what stays in sight is not read anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::effect::{Heard, LogWish};
use atc::console::event::{Event, LogNews, LogOrigin, News, Op, What};
use atc::console::state::found::{Line, Progress};
use atc::domain::{SessionId, SourceChoice, State, Task};
use atc::ops::cancel::Patience;
use atc::provider::port::LogBody;
use atc::runtime::engine::{Engine, Pace};
use atc::runtime::kept::Kept;
use atc::transcript::Format;
use atc::transcript::search::Pattern;
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
    Heard { log: wish(task), task: task.clone(), glance }
}

fn wish(task: &Task) -> LogWish {
    let session = task.sessions.as_ref().unwrap()[0].id.clone();
    LogWish { session, source: SourceChoice::Auto, opening: 1 }
}

impl Stage {
    fn new() -> Self {
        Self::keeping(None)
    }

    fn keeping(kept: Option<Kept>) -> Self {
        let fake = Fake::new(clock());
        let logs = Arc::new(Mutex::new(Logs::default()));
        let served = Arc::clone(&logs);
        *fake.on_log.lock().unwrap() = Some(Box::new(move |session: &SessionId| {
            let mut logs = served.lock().unwrap();
            *logs.asked.entry(session.raw().to_owned()).or_default() += 1;
            Ok(LogBody::Bytes(logs.bodies.get(session.raw()).cloned().unwrap_or_default()))
        }));
        let fake = Arc::new(fake);
        let (desk, received) = crate::fake::desk(&fake);
        let context = crate::fake::context(&fake, &Arc::default());
        let engine = Engine::spawn_keeping(desk, context, Pace::default(), Patience::default(), kept);
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
        let log = read.map(wish);
        self.engine.perform(Effect::Attend { task: read.map(|task| task.at.clone()), known: None, log, beside });
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

    /// The news of a search until it is through.
    async fn found(&mut self) -> (Vec<Line>, Option<Progress>) {
        let (mut lines, mut progress) = (Vec::new(), None);
        while progress.is_none() {
            let event = self.received.recv().await.unwrap();
            if let What::Op(Op::Grep(news)) = event.what {
                lines.extend(news.lines);
                progress = news.progress;
            }
        }
        (lines, progress)
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

fn kept_logs(folder: &std::path::Path) -> Kept {
    let kept = Kept::new(folder, 10).unwrap();
    let job = |text: &str| format!("2026-11-20T13:00:00.0000000Z {text}\n");
    let first = (0..300).map(|n| job(&format!("needle {n}"))).collect::<String>();
    kept.keep(&SessionId::new("s-one"), Format::JobLog, first.as_bytes()).unwrap();
    kept.keep(&SessionId::new("s/two"), Format::JobLog, job("a needle, too").as_bytes()).unwrap();
    kept
}

#[tokio::test]
async fn all_kept_logs_are_looked_through_and_the_session_is_told_where_the_file_tells_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::keeping(Some(kept_logs(folder.path())));
    stage.engine.perform(Effect::Grep(Some((1, Box::new(Pattern::new("needle").unwrap())))));
    let (lines, progress) = stage.found().await;
    assert_eq!(progress, Some(Progress::Done { logs: 2, unreadable: 0 }));
    assert_eq!(lines.len(), 301);
    let of_one = lines.iter().filter(|line| line.log.session == Some(SessionId::new("s-one")));
    assert_eq!(of_one.map(|line| line.number).collect::<Vec<_>>(), (1..=300).collect::<Vec<_>>());
    assert!(lines.iter().any(|line| line.log.session.is_none() && line.text.raw_for_match().contains("too")));
}

#[tokio::test]
async fn a_search_that_is_not_wanted_any_more_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::keeping(Some(kept_logs(folder.path())));
    let pattern = || Box::new(Pattern::new("needle").unwrap());
    stage.engine.perform(Effect::Grep(Some((1, pattern()))));
    stage.engine.perform(Effect::Grep(None));
    let (lines, _) = stage.found().await;
    assert!(lines.len() < 301, "{}", lines.len());
}

#[tokio::test]
async fn where_nothing_is_kept_the_search_says_so() {
    let mut stage = Stage::new();
    stage.engine.perform(Effect::Grep(Some((1, Box::new(Pattern::new("needle").unwrap())))));
    let (_, progress) = stage.found().await;
    assert!(matches!(&progress, Some(Progress::Failed(why)) if why.contains("keep_logs_mb")), "{progress:?}");
}

#[tokio::test]
async fn what_is_kept_of_a_session_is_read_without_asking_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::keeping(Some(kept_logs(folder.path())));
    for (session, there) in [("s/two", true), ("s-three", false)] {
        stage.engine.perform(Effect::ReadKept(SessionId::new(session)));
        let net = loop {
            if let What::Net(net) = stage.received.recv().await.unwrap().what {
                break net;
            }
        };
        match net.result {
            Ok(News::Log(news)) => {
                assert!(there && news.complete && matches!(news.origin, LogOrigin::Kept { .. }));
                assert!(news.bytes.ends_with(b"a needle, too\n"));
            }
            other => assert!(!there && other.is_err(), "{other:?}"),
        }
    }
    assert_eq!(stage.fake.calls("log"), 0);
}
