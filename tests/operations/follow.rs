//! What following a log transfers and passes on: only what the service makes unavoidable, and nothing while nobody looks.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::effect::LogWish;
use atc::console::event::{Event, LogNews, LogOrigin, Net, News, Op, What};
use atc::console::rawlog::{Bytes, From, Wish};
use atc::domain::{
    Artifact, Fault, FaultKind, Happened, LogSource, NodeId, Pull, PullId, PullState, SessionId, Source, SourceChoice,
    State, TaskRef, Timeline, TimelineEvent,
};
use atc::ops::cancel::Patience;
use atc::provider::port::{Fetched, LogBody, TaskPage, Validator};
use atc::runtime::engine::{Engine, Pace};
use atc::runtime::kept::Kept;
use atc::transcript::Format;
use atc::transcript::raw::Place;
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, repo, session, task};

struct Stage {
    fake: Arc<Fake>,
    engine: Engine,
    events: mpsc::Receiver<Event>,
    at: TaskRef,
}

fn wish(source: SourceChoice, opening: u64) -> LogWish {
    LogWish { session: SessionId::new("s1"), source, opening }
}

/// A task with one session in this state and a pull request, and a log that is what `log` holds.
fn stage(folder: &Path, state: State, log: &Arc<Mutex<Vec<u8>>>) -> Stage {
    let fake = Fake::new(clock());
    let created = (fake.now)() - TimeDelta::hours(3);
    let mut known = task("t1", state.clone(), created);
    known.sessions = Some(vec![session(state, created, "x")]);
    known.artifacts = vec![Artifact::Pull { id: PullId(70), node: Some(NodeId::new("PR_70")), state: None }];
    let at = known.at.clone();
    let listed = known.clone();
    fake.tasks.lock().unwrap().insert(at.id.clone(), known);
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let value = TaskPage { tasks: vec![listed.clone()], unreadable: 0, next: None, active_total: None };
        Ok(Fetched::New { value, validator: None })
    });
    let log = Arc::clone(log);
    *fake.on_log.lock().unwrap() = Some(Box::new(move |_| Ok(LogBody::Bytes(log.lock().unwrap().clone()))));
    let now = fake.now.clone();
    *fake.on_pulls.lock().unwrap() = Box::new(move |refs| Ok(refs.iter().map(|_| Some(pull((now)()))).collect()));
    let fake = Arc::new(fake);
    let (desk, received) = crate::fake::desk(&fake);
    let context = crate::fake::context(&fake, &Arc::default());
    let kept = Kept::new(folder, 10);
    let mut engine = Engine::spawn_keeping(desk, context, Pace::default(), Patience::default(), kept);
    engine.perform(Effect::Watch(vec![repo()]));
    Stage { fake, engine, events: received, at }
}

fn pull(at: atc::domain::Instant) -> Pull {
    Pull {
        id: PullId(70),
        node: NodeId::new("PR_70"),
        repo: repo(),
        number: 7,
        title: "x".into(),
        url: "https://github.com/acme/api/pull/7".into(),
        state: PullState::Draft,
        head_ref: "copilot/fix".into(),
        base_ref: "main".into(),
        author: None,
        created_at: at,
        updated_at: at,
        additions: 0,
        deletions: 0,
        review: atc::domain::ReviewDecision::NoRule,
        requested: Vec::new(),
        changes_by: Vec::new(),
        mergeable: atc::domain::Mergeable::Yes,
        checks: None,
        standing: atc::domain::Standing::default(),
    }
}

impl Stage {
    fn attend(&mut self, log: Option<LogWish>) {
        self.engine.perform(Effect::Attend { task: Some(self.at.clone()), known: None, log, beside: Vec::new() });
    }

    async fn pass(&mut self, seconds: u64) -> Vec<Net> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        let mut told = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            if let What::Net(net @ Net { source: Source::Log(_), .. }) = event.what {
                told.push(net);
            }
        }
        told
    }

    async fn record(&mut self) -> atc::console::rawlog::News {
        loop {
            let event = self.events.recv().await.expect("an answer");
            if let What::Op(Op::Record(news)) = event.what {
                return *news;
            }
        }
    }
}

fn logs(told: &[Net]) -> Vec<&LogNews> {
    told.iter().filter_map(|net| if let Ok(News::Log(news)) = &net.result { Some(news) } else { None }).collect()
}

/// Bytes transferred by looks that brought nothing, one for each.
fn same(told: &[Net]) -> Vec<u64> {
    told.iter()
        .filter_map(|net| if let Ok(News::LogSame(look)) = &net.result { Some(look.received) } else { None })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn of_a_log_that_grows_the_tail_alone_is_passed_on_and_every_byte_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(Mutex::new(vec![b'x'; 10_000]));
    let mut stage = stage(dir.path(), State::InProgress, &log);
    stage.attend(Some(wish(SourceChoice::Auto, 1)));
    let told = stage.pass(60).await;
    let first = logs(&told);
    assert_eq!((first.len(), first[0].bytes.len(), first[0].received, first[0].reset), (1, 10_000, 10_000, true));
    let unchanged = same(&told);
    assert!(unchanged.len() >= 5 && unchanged.iter().all(|bytes| *bytes == 10_000), "{unchanged:?}");
    log.lock().unwrap().extend(b"more\n");
    let told = stage.pass(15).await;
    let grown = logs(&told);
    assert_eq!(
        (grown.len(), &grown[0].bytes[..], grown[0].received, grown[0].reset),
        (1, &b"more\n"[..], 10_005, false)
    );
}

#[tokio::test(start_paused = true)]
async fn a_log_out_of_sight_or_of_a_stopped_console_costs_nothing_and_coming_back_only_the_tail() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(Mutex::new(b"one\n".to_vec()));
    let mut stage = stage(dir.path(), State::InProgress, &log);
    stage.attend(Some(wish(SourceChoice::Auto, 1)));
    stage.pass(30).await;
    stage.attend(None);
    stage.pass(1).await;
    let before = stage.fake.calls("log");
    log.lock().unwrap().extend(b"two\n");
    stage.pass(600).await;
    assert_eq!(stage.fake.calls("log"), before, "nobody looks");
    stage.attend(Some(wish(SourceChoice::Auto, 1)));
    let told = stage.pass(5).await;
    assert_eq!((&logs(&told)[0].bytes[..], logs(&told)[0].reset), (&b"two\n"[..], false), "what was read stays read");
    stage.engine.pause(true);
    stage.pass(30).await;
    let before = stage.fake.calls("log");
    stage.pass(600).await;
    assert_eq!(stage.fake.calls("log"), before, "the console is stopped");
    stage.engine.pause(false);
    stage.pass(5).await;
    assert!(stage.fake.calls("log") > before);
    stage.attend(Some(wish(SourceChoice::Auto, 2)));
    let told = stage.pass(5).await;
    assert_eq!(
        (&logs(&told)[0].bytes[..], logs(&told)[0].reset),
        (&b"one\ntwo\n"[..], true),
        "another opening holds nothing yet"
    );
}

fn event(n: usize) -> TimelineEvent {
    TimelineEvent {
        at: None,
        what: Happened::WorkStarted,
        by: Some("mona".into()),
        app: None,
        text: None,
        record: format!("{{\"n\":{n}}}").as_str().into(),
    }
}

/// A timeline of so many events, with a tag.
fn timeline(stage: &Stage, count: &Arc<AtomicUsize>) {
    let count = Arc::clone(count);
    *stage.fake.on_timeline.lock().unwrap() = Box::new(move |known| {
        let count = count.load(Ordering::SeqCst);
        let validator = Some(Validator::Tag(count.to_string().into()));
        if known == validator {
            return Ok(Fetched::Same);
        }
        let events = (0..count).map(event).collect();
        Ok(Fetched::New { value: Timeline { events, ..Timeline::default() }, validator })
    });
}

#[tokio::test(start_paused = true)]
async fn a_timeline_that_did_not_change_transfers_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut stage = stage(dir.path(), State::InProgress, &Arc::default());
    let count = Arc::new(AtomicUsize::new(2));
    timeline(&stage, &count);
    stage.attend(Some(wish(SourceChoice::Only(LogSource::Timeline), 1)));
    let told = stage.pass(120).await;
    let news = *logs(&told).last().unwrap();
    assert_eq!((news.origin, news.bytes.split(|byte| *byte == b'\n').count() - 1), (LogOrigin::Timeline, 2));
    assert!(!same(&told).is_empty() && same(&told).iter().all(|bytes| *bytes == 0), "{:?}", same(&told));
    let looks = stage.fake.calls("timeline");
    assert!((4..=12).contains(&looks), "{looks} looks at what seldom changes, in two minutes");
    count.store(3, Ordering::SeqCst);
    let told = stage.pass(60).await;
    let grown = logs(&told);
    assert_eq!((grown.len(), grown[0].reset), (1, false));
    assert_eq!(grown[0].bytes.split(|byte| *byte == b'\n').count(), 2, "the new event alone");
}

#[tokio::test(start_paused = true)]
async fn sources_are_left_in_their_order_each_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let mut stage = stage(dir.path(), State::Completed, &Arc::default());
    let gone = |_: &SessionId| Err(Fault::new(FaultKind::Gone, "the log has expired", "nothing"));
    *stage.fake.on_log.lock().unwrap() = Some(Box::new(gone));
    *stage.fake.on_branch.lock().unwrap() = Box::new(|_| Ok(Vec::new()));
    timeline(&stage, &Arc::new(AtomicUsize::new(2)));
    stage.attend(Some(wish(SourceChoice::Auto, 1)));
    let told = stage.pass(60).await;
    let news = *logs(&told).last().expect("a log");
    assert_eq!(news.origin, LogOrigin::Timeline);
    let tried: Vec<LogSource> = news.tried.iter().map(|tried| tried.source).collect();
    assert_eq!(tried, [LogSource::SessionLog, LogSource::JobLog, LogSource::JobSteps]);
    let why = news.because.clone().unwrap();
    assert!(why.contains("session log: the log has expired") && why.contains("job log: no run"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_source_chosen_by_hand_is_asked_alone_whatever_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let mut stage = stage(dir.path(), State::InProgress, &Arc::new(Mutex::new(b"data: {}\n".to_vec())));
    *stage.fake.on_branch.lock().unwrap() = Box::new(|_| Ok(Vec::new()));
    stage.attend(Some(wish(SourceChoice::Only(LogSource::JobSteps), 1)));
    let told = stage.pass(30).await;
    let news = logs(&told)[0];
    assert_eq!((news.origin, news.bytes.len()), (LogOrigin::JobSteps, 0));
    assert!(news.because.as_ref().unwrap().contains("no run of it is known"));
    assert_eq!(stage.fake.calls("log"), 0, "no other source was asked");
    stage.attend(Some(wish(SourceChoice::Only(LogSource::Kept), 2)));
    let told = stage.pass(5).await;
    assert!(told.iter().any(|net| net.result.as_ref().is_err_and(|fault| fault.what.contains("no copy of this log"))));
}

#[tokio::test(start_paused = true)]
async fn a_record_is_read_again_at_the_service_or_in_the_kept_copy() {
    let dir = tempfile::tempdir().unwrap();
    let log = Arc::new(Mutex::new(b"data: {\"n\":1}\n\ndata: {\"n\":2}\n\n".to_vec()));
    let mut stage = stage(dir.path(), State::Completed, &log);
    stage.attend(Some(wish(SourceChoice::Auto, 1)));
    stage.pass(30).await;
    let of = |complete| Bytes {
        task: stage.fake.tasks.lock().unwrap().get(&stage.at.id).cloned(),
        log: wish(SourceChoice::Auto, 1),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        complete,
    };
    let lines = |request| Wish::Lines { request, place: Place::Numbers { first: 3, last: 3, all: false } };
    let (live, whole) = (of(false), of(true));
    stage.engine.perform(Effect::RawLog(Box::new(live), lines(7)));
    let news = stage.record().await;
    let (raw, from) = news.result.unwrap();
    assert_eq!((news.request, raw.lines[0].text.raw_for_match()), (7, "data: {\"n\":2}"));
    assert!(matches!(from, From::Served(_)) && news.received == 30, "{from:?} {}", news.received);
    let looks = stage.fake.calls("log");
    stage.engine.perform(Effect::RawLog(Box::new(whole.clone()), lines(8)));
    let news = stage.record().await;
    assert!(matches!(news.result, Ok((_, From::Kept(_)))) && news.received == 0);
    assert_eq!(stage.fake.calls("log"), looks, "what is kept is not asked for again");
    let to = dir.path().join("out.raw");
    stage.engine.perform(Effect::RawLog(Box::new(whole), Wish::Save { to: to.to_string_lossy().into_owned() }));
    let saved = loop {
        let event = stage.events.recv().await.unwrap();
        if let What::Op(Op::Note { bad, text }) = event.what {
            break (bad, text);
        }
    };
    assert!(!saved.0 && saved.1.contains("30 bytes"), "{saved:?}");
    assert_eq!(std::fs::read(&to).unwrap(), *log.lock().unwrap());
}
