//! Finished logs are kept, and shown when the service has them no more.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atc::console::Effect;
use atc::console::effect::LogWish;
use atc::console::event::{LogNews, LogOrigin, Net, News, What};
use atc::domain::{Fault, FaultKind, SessionId, SourceChoice, State};
use atc::ops::cancel::Patience;
use atc::provider::port::{Fetched, LogBody, TaskPage};
use atc::runtime::engine::{Engine, Pace};
use atc::runtime::kept::Kept;
use atc::transcript::Format;
use atc::transcript::search::Pattern;
use chrono::TimeDelta;

use crate::fake::{Fake, clock, repo, session, task};

const LOG: &[u8] = b"data: {\"choices\":[]}\n";

/// Looks at the log of a task for a while; gives back what was told of it.
async fn look(
    folder: &Path,
    state: State,
    mut log: impl FnMut() -> Result<LogBody, Fault> + Send + 'static,
) -> Vec<Net> {
    let fake = Fake::new(clock());
    let created = (fake.now)() - TimeDelta::hours(3);
    let mut known = task("t1", state.clone(), created);
    known.sessions = Some(vec![session(state, created, "x")]);
    let at = known.at.clone();
    let listed = known.clone();
    fake.tasks.lock().unwrap().insert(at.id.clone(), known);
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let value = TaskPage { tasks: vec![listed.clone()], unreadable: 0, next: None, active_total: None };
        Ok(Fetched::New { value, validator: None })
    });
    *fake.on_log.lock().unwrap() = Some(Box::new(move |_| log()));
    let fake = Arc::new(fake);
    let (desk, mut received) = crate::fake::desk(&fake);
    let context = crate::fake::context(&fake, &Arc::default());
    let kept = Kept::new(folder, 10);
    let mut engine = Engine::spawn_keeping(desk, context, Pace::default(), Patience::default(), kept);
    engine.perform(Effect::Watch(vec![repo()]));
    engine.perform(Effect::Attend {
        task: Some(at),
        known: None,
        log: Some(LogWish { session: SessionId::new("s1"), source: SourceChoice::Auto, opening: 1 }),
        beside: Vec::new(),
    });
    tokio::time::sleep(Duration::from_mins(3)).await;
    let mut told = Vec::new();
    while let Ok(event) = received.try_recv() {
        if let What::Net(net @ Net { source: atc::domain::Source::Log(_), .. }) = event.what {
            told.push(net);
        }
    }
    told
}

fn last_log(told: &[Net]) -> Option<&LogNews> {
    told.iter().rev().find_map(|net| match &net.result {
        Ok(News::Log(news)) => Some(news),
        _ => None,
    })
}

fn bytes(told: &[Net]) -> Vec<u8> {
    let logs = told.iter().filter_map(|net| match &net.result {
        Ok(News::Log(news)) => Some(&news.bytes),
        _ => None,
    });
    logs.flatten().copied().collect()
}

fn gone() -> Result<LogBody, Fault> {
    Err(Fault::new(FaultKind::Gone, "the log is gone", "nothing brings it back"))
}

fn kept(folder: &Path) -> Option<Vec<u8>> {
    Some(Kept::new(folder, 10).unwrap().read(&SessionId::new("s1")).unwrap()?.bytes)
}

#[tokio::test(start_paused = true)]
async fn a_finished_log_outlives_the_service() {
    let dir = tempfile::tempdir().unwrap();
    let told = look(dir.path(), State::Completed, || Ok(LogBody::Bytes(LOG.to_vec()))).await;
    assert_eq!(last_log(&told).unwrap().origin, LogOrigin::CopilotApi);
    assert_eq!(kept(dir.path()).as_deref(), Some(LOG));

    let told = look(dir.path(), State::Completed, gone).await;
    let news = last_log(&told).expect("the kept copy");
    assert!(matches!(news.origin, LogOrigin::Kept { .. }), "{:?}", news.origin);
    assert_eq!((news.format, &bytes(&told)[..], news.complete), (Format::SessionLog, LOG, true));
    assert!(news.because.as_ref().unwrap().contains("no more"));
}

#[tokio::test(start_paused = true)]
async fn a_log_that_still_grows_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    look(dir.path(), State::InProgress, || Ok(LogBody::Bytes(LOG.to_vec()))).await;
    assert_eq!(kept(dir.path()), None);
}

#[tokio::test(start_paused = true)]
async fn without_a_kept_copy_the_fault_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let told = look(dir.path(), State::Completed, gone).await;
    assert!(last_log(&told).is_none());
    assert!(told.iter().any(|net| net.result.as_ref().is_err_and(|fault| fault.kind == FaultKind::Gone)));
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_does_not_bring_the_kept_copy_out() {
    let dir = tempfile::tempdir().unwrap();
    look(dir.path(), State::Completed, || Ok(LogBody::Bytes(LOG.to_vec()))).await;
    let offline = || Err(Fault::new(FaultKind::Offline, "no connection", "look at the network"));
    let told = look(dir.path(), State::Completed, offline).await;
    assert!(last_log(&told).is_none());
}

/// A kept log of four gigabytes without an end of line. On the disk it is a few megabytes.
fn endless(folder: &Path) {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b'x'; 1 << 20]).unwrap();
    std::fs::create_dir(folder.join("logs")).unwrap();
    std::fs::write(folder.join("logs/endless.job.gz"), packed.finish().unwrap().repeat(4096)).unwrap();
}

#[test]
fn who_quits_does_not_wait_for_a_search_in_the_kept_logs() {
    let folder = tempfile::tempdir().unwrap();
    endless(folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let fake = Arc::new(Fake::new(clock()));
        let (desk, _received) = crate::fake::desk(&fake);
        let context = crate::fake::context(&fake, &Arc::default());
        let kept = Kept::new(folder.path(), 10);
        let mut engine = Engine::spawn_keeping(desk, context, Pace::default(), Patience::default(), kept);
        engine.perform(Effect::Grep(Some((1, Box::new(Pattern::new("nowhere").unwrap())))));
        tokio::time::sleep(Duration::from_millis(300)).await;
        engine.finish().await;
    });
    // It waits for its threads.
    let begun = tokio::time::Instant::now();
    drop(runtime);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}
