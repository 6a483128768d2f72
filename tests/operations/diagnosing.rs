//! Logs that nobody opened are read once, one at a time, where a task ended badly; never more than that.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{News, What};
use atc::domain::{Diagnosed, Fault, FaultKind, SessionId, Severity, State, Task};
use atc::ops::cancel::Patience;
use atc::provider::port::LogBody;
use atc::runtime::engine::diagnose::Bench;
use atc::runtime::engine::{Engine, Pace};
use atc::runtime::kept::Kept;
use atc::runtime::rules::Rulebook;
use chrono::TimeDelta;

use crate::fake::{Fake, clock, page, repo, session, task};

const RED: &str = concat!(
    r#"data: {"choices":[{"delta":{"role":"assistant","content":"test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n<exited with exit code 101>","tool_calls":[{"function":{"name":"bash","arguments":"{\"command\":\"cargo test\"}"},"index":0,"id":"b"}]},"index":0}]}"#,
    "\n\n"
);

/// A console's engine over these tasks, watched for a while. Gives back what was told, and the provider.
struct Watch {
    fake: Arc<Fake>,
    told: Vec<Diagnosed>,
}

struct Fleet<'a> {
    tasks: Vec<Task>,
    bench: Option<Bench>,
    kept: Option<&'a Path>,
    time: Duration,
}

fn ended(id: u32, state: State, hours: u32) -> Task {
    let fake_now = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let created = fake_now - TimeDelta::hours(hours.into());
    let mut known = task(&format!("t{id:03}"), state.clone(), created);
    let mut of = session(state, created, "x");
    of.id = SessionId::new(format!("s{id:03}"));
    known.sessions = Some(vec![of]);
    known
}

async fn watch(desk: Fleet<'_>, mut log: impl FnMut() -> Result<LogBody, Fault> + Send + 'static) -> Watch {
    let fake = Fake::new(clock());
    let listed: Vec<Task> = desk.tasks.iter().map(|task| Task { sessions: None, ..task.clone() }).collect();
    *fake.tasks.lock().unwrap() = desk.tasks.into_iter().map(|task| (task.at.id.clone(), task)).collect();
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(listed.clone())));
    *fake.on_log.lock().unwrap() = Some(Box::new(move |_| log()));
    let fake = Arc::new(fake);
    let (engine_desk, mut received) = crate::fake::desk(&fake);
    let context = crate::fake::context(&fake, &Arc::default());
    let kept = desk.kept.and_then(|folder| Kept::new(folder, 10));
    let bench = desk.bench.map(|bench| Bench { kept: kept.clone(), ..bench });
    let pace = Pace::default();
    let mut engine = Engine::spawn_diagnosing(engine_desk, context, pace, Patience::default(), kept, bench);
    engine.perform(Effect::Watch(vec![repo()]));
    let end = tokio::time::Instant::now() + desk.time;
    let mut told = Vec::new();
    while tokio::time::Instant::now() < end {
        // Real threads judge the logs: they get their turn before the clock moves on.
        tokio::time::sleep(Duration::from_millis(200)).await;
        std::thread::yield_now();
        while let Ok(event) = received.try_recv() {
            if let What::Net(net) = event.what
                && let Ok(News::Diagnosis { told: Some(diagnosed), .. }) = net.result
            {
                told.push(*diagnosed);
            }
        }
    }
    Watch { fake, told }
}

fn desk(tasks: Vec<Task>) -> Fleet<'static> {
    Fleet { tasks, bench: Some(Bench::default()), kept: None, time: Duration::from_mins(40) }
}

#[tokio::test(start_paused = true)]
async fn each_task_that_ended_badly_is_read_once() {
    let tasks = vec![
        ended(1, State::Failed, 2),
        ended(2, State::TimedOut, 3),
        ended(3, State::Cancelled, 4),
        ended(4, State::Completed, 1),
        ended(5, State::InProgress, 1),
        ended(6, State::Failed, 24 * 5),
    ];
    let watch = watch(desk(tasks), || Ok(LogBody::Bytes(RED.into()))).await;
    let mut told: Vec<_> = watch.told.iter().map(|told| (told.session.raw(), told.severity())).collect();
    told.sort_unstable();
    assert_eq!(told, ["s001", "s002", "s003"].map(|id| (id, Some(Severity::Error))));
    // One after the other, each with its details first.
    let calls = watch.fake.calls.lock().unwrap().clone();
    let mut own =
        calls.iter().filter(|call| *call == "log" || ["task t001", "task t002", "task t003"].contains(&call.as_str()));
    for _ in 0..3 {
        assert!(own.next().unwrap().starts_with("task"), "{calls:?}");
        assert_eq!(own.next().unwrap(), "log", "{calls:?}");
    }
    assert_eq!(own.next(), None);
}

#[tokio::test(start_paused = true)]
async fn of_many_only_the_newest_twenty_are_read() {
    let tasks: Vec<Task> = (0..200).map(|n| ended(n, State::Failed, 1 + n / 4)).collect();
    let day = Fleet { time: Duration::from_hours(8), ..desk(tasks) };
    let watch = watch(day, || Ok(LogBody::Bytes(RED.into()))).await;
    assert_eq!(watch.told.len(), 20);
    let newest = watch.told.iter().all(|told| told.session.raw() < "s020");
    assert!(newest, "{:?}", watch.told.iter().map(|told| told.session.raw()).collect::<Vec<_>>());
    // Each costs its details and its log.
    assert_eq!((watch.fake.calls("log"), watch.fake.calls("task")), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn what_ended_while_nobody_looked_costs_two_requests_at_once_and_then_one_now_and_then() {
    for (minutes, most) in [(9, 2), (35, 5)] {
        let tasks: Vec<Task> = (0..200).map(|n| ended(n, State::Failed, 1 + n / 4)).collect();
        let while_ = Fleet { time: Duration::from_mins(minutes), ..desk(tasks) };
        let watch = watch(while_, || Ok(LogBody::Bytes(RED.into()))).await;
        assert!((2..=most).contains(&watch.fake.calls("task")), "{} in {minutes} minutes", watch.fake.calls("task"));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_where_nothing_failed_or_nobody_wants_it() {
    let completed = (0..200).map(|n| ended(n, State::Completed, 1)).collect();
    let watched = watch(desk(completed), || Ok(LogBody::Bytes(RED.into()))).await;
    assert_eq!((watched.fake.calls("log"), watched.fake.calls("task")), (0, 0));
    let off = Fleet { bench: None, ..desk(vec![ended(1, State::Failed, 1)]) };
    let watched = watch(off, || Ok(LogBody::Bytes(RED.into()))).await;
    assert_eq!((watched.fake.calls("log"), watched.fake.calls("task")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_gone_is_not_asked_for_again_and_one_that_fails_three_times_neither() {
    let gone = || Err(Fault::new(FaultKind::Gone, "the log is gone", "nothing brings it back"));
    let watched = watch(desk(vec![ended(1, State::Failed, 2)]), gone).await;
    assert_eq!((watched.fake.calls("log"), watched.told.len()), (1, 0));
    let broken = || Err(Fault::new(FaultKind::Server, "it broke", "try again"));
    let slow = Fleet { time: Duration::from_hours(1), ..desk(vec![ended(1, State::Failed, 2)]) };
    let watched = watch(slow, broken).await;
    assert_eq!(watched.fake.calls("log"), 3);
}

#[tokio::test(start_paused = true)]
async fn the_next_is_read_after_one_that_cannot_be() {
    let count = Arc::new(AtomicUsize::new(0));
    let log = move || match count.fetch_add(1, Ordering::Relaxed) {
        0..3 => Err(Fault::new(FaultKind::Server, "it broke", "try again")),
        _ => Ok(LogBody::Bytes(RED.into())),
    };
    let slow =
        Fleet { time: Duration::from_hours(1), ..desk(vec![ended(1, State::Failed, 2), ended(2, State::Failed, 3)]) };
    let watched = watch(slow, log).await;
    assert_eq!(watched.told.iter().map(|told| told.session.raw()).collect::<Vec<_>>(), ["s002"]);
}

#[tokio::test(start_paused = true)]
async fn a_kept_log_is_read_from_disk_and_one_that_was_read_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let with = || Fleet { kept: Some(dir.path()), ..desk(vec![ended(1, State::Failed, 2)]) };
    let first = watch(with(), || Ok(LogBody::Bytes(RED.into()))).await;
    assert_eq!((first.fake.calls("log"), first.told.len()), (1, 1));
    let kept = Kept::new(dir.path(), 10).unwrap().read(&SessionId::new("s001")).unwrap().unwrap();
    assert_eq!(kept.bytes, RED.as_bytes());
    let again = watch(with(), || Ok(LogBody::Bytes(RED.into()))).await;
    assert_eq!((again.fake.calls("log"), again.told.len()), (0, 1));
    assert_eq!(again.told, first.told);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_on_the_screen_is_not_read_again() {
    let fake = Fake::new(clock());
    let known = ended(1, State::Failed, 2);
    let (at, listed) = (known.at.clone(), Task { sessions: None, ..known.clone() });
    fake.tasks.lock().unwrap().insert(at.id.clone(), known);
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(vec![listed.clone()])));
    *fake.on_log.lock().unwrap() = Some(Box::new(|_| Ok(LogBody::Bytes(RED.into()))));
    let fake = Arc::new(fake);
    let (desk, _received) = crate::fake::desk(&fake);
    let context = crate::fake::context(&fake, &Arc::default());
    let bench = Some(Bench { rules: Rulebook::default(), ..Bench::default() });
    let mut engine = Engine::spawn_diagnosing(desk, context, Pace::default(), Patience::default(), None, bench);
    let told = Diagnosed::new(SessionId::new("s001"), 0, []);
    engine.perform(Effect::KeepDiagnosis(at, Box::new(told)));
    engine.perform(Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(fake.calls("log"), 0);
}
