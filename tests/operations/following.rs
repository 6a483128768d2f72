//! What following a log may cost where there is no live one: the run and its jobs count against the limit like all else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc::console::Effect;
use atc::console::effect::LogWish;
use atc::console::event::{Event, LogNews, LogOrigin, News, What};
use atc::domain::{RunStatus, SessionId, Source, SourceChoice, State};
use atc::ops::cancel::Patience;
use atc::provider::Provider as _;
use atc::provider::port::LogBody;
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, page, repo, run, session, task};

struct Watched {
    fake: Arc<Fake>,
    received: mpsc::Receiver<Event>,
    engine: Engine,
}

/// A console with the log of a task at work open, without a live log.
fn watched(share: f64) -> Watched {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    let busy = task("t1", State::InProgress, start);
    let mut whole = busy.clone();
    whole.sessions = Some(vec![session(State::InProgress, start, "x")]);
    fake.tasks.lock().unwrap().insert(whole.at.id.clone(), whole);
    // Its row keeps moving.
    let now = fake.now.clone();
    let at = busy.at.clone();
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let mut row = busy.clone();
        row.updated_at = Some(now());
        Ok(page(vec![row]))
    });
    *fake.on_branch.lock().unwrap() = Box::new(move |_| Ok(vec![run(11, RunStatus::InProgress, start)]));
    let fake = Arc::new(fake);
    let (desk, received) = crate::fake::desk(&fake);
    let context = crate::fake::context(&fake, &Arc::default());
    let mut engine = Engine::spawn(desk, context, Pace { share, ..Pace::default() }, Patience::default());
    engine.perform(Effect::Watch(vec![repo()]));
    engine.perform(Effect::Attend {
        task: Some(at),
        known: None,
        log: Some(LogWish { session: SessionId::new("s1"), source: SourceChoice::Auto, opening: 1 }),
        beside: Vec::new(),
    });
    Watched { fake, received, engine }
}

impl Watched {
    /// Lets so much time pass; returns when something was told of the log, and when the next look was to be.
    async fn pass(&mut self, seconds: u64) -> Vec<(TimeDelta, Option<TimeDelta>)> {
        let start = (self.fake.now)();
        let mut told = Vec::new();
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            while let Ok(event) = self.received.try_recv() {
                let What::Net(net) = event.what else { continue };
                if matches!(net.source, Source::Log(_)) {
                    told.push((event.at - start, net.next_try.map(|next| next - start)));
                }
            }
        }
        told
    }

    /// Lets so much time pass; returns what was passed on of the log.
    async fn logs(&mut self, seconds: u64) -> Vec<LogNews> {
        let mut all = Vec::new();
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            while let Ok(event) = self.received.try_recv() {
                let What::Net(net) = event.what else { continue };
                if let Ok(News::Log(news)) = net.result {
                    all.push(news);
                }
            }
        }
        all
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_read_by_its_run_stays_inside_the_allowance_with_all_else_and_goes_on() {
    for (share, allowed) in [(0.02, 100), (0.05, 250), (0.2, 1000)] {
        let mut watched = watched(share);
        let mut log = Vec::new();
        let mut hours = std::collections::VecDeque::from([0_u64]);
        for _ in 0..120 {
            log.extend(watched.pass(60).await);
            hours.push_back(watched.fake.budget().counted);
            if hours.len() > 61 {
                hours.pop_front();
            }
            let spent = hours.back().unwrap() - hours.front().unwrap();
            assert!(spent <= allowed, "{spent} in an hour of {allowed} allowed");
        }
        assert!(log.len() >= 12, "it starves: {} looks in two hours at {share}", log.len());
        drop(watched.engine);
    }
}

#[tokio::test(start_paused = true)]
async fn what_counts_is_looked_at_less_often_than_what_does_not() {
    let mut counted = watched(0.2);
    let looks = counted.pass(600).await.len();
    assert!((16..=24).contains(&looks), "{looks} looks at run and jobs in ten minutes");
    let mut live = watched(0.2);
    *live.fake.on_log.lock().unwrap() = Some(Box::new(|_| Ok(LogBody::Bytes(Vec::new()))));
    let looks = live.pass(600).await.len();
    assert!((58..=70).contains(&looks), "{looks} looks at a live log in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_live_log_that_does_not_come_is_waited_for_a_while_and_then_the_next_source_is_shown_until_it_comes() {
    let mut watched = watched(0.2);
    let log = Arc::new(Mutex::new(LogBody::NotYet));
    let there = Arc::clone(&log);
    *watched.fake.on_log.lock().unwrap() = Some(Box::new(move |_| Ok(there.lock().unwrap().clone())));
    let young = watched.logs(110).await;
    let of = |news: &LogNews| (news.origin, news.because.is_some());
    assert_eq!(young.iter().map(of).collect::<Vec<_>>(), [(LogOrigin::CopilotApi, false)], "it has only begun");
    let old = watched.logs(30).await;
    assert_eq!(old.iter().map(of).collect::<Vec<_>>(), [(LogOrigin::JobSteps, true)]);
    let why = old[0].because.as_ref().unwrap();
    assert!(why.contains("session log: the session has no live log yet"), "{why}");
    *log.lock().unwrap() = LogBody::Bytes(b"data: {}\n".to_vec());
    let come = watched.logs(40).await;
    assert_eq!(come.iter().map(of).collect::<Vec<_>>(), [(LogOrigin::CopilotApi, false)], "it came after all");
    assert_eq!(come[0].bytes, b"data: {}\n");
}

#[tokio::test(start_paused = true)]
async fn what_was_cut_off_is_never_all_of_it_and_is_asked_for_until_it_is_whole() {
    let mut watched = watched(0.2);
    let whole = b"data: {\"id\":\"a\"}\n\ndata: {\"id\":\"b\"}\n\n".to_vec();
    let log = Arc::new(Mutex::new(whole[..whole.len() - 6].to_vec()));
    let there = Arc::clone(&log);
    *watched.fake.on_log.lock().unwrap() = Some(Box::new(move |_| Ok(LogBody::Bytes(there.lock().unwrap().clone()))));
    *watched.fake.on_task.lock().unwrap() = Box::new(|task| {
        task.state = State::Completed;
        task.sessions.as_mut().unwrap()[0].state = State::Completed;
    });
    watched.engine.perform(Effect::Refresh);
    let torn = watched.logs(300).await;
    assert!(!torn.is_empty() && torn.iter().all(|news| !news.complete), "{torn:?}");
    log.lock().unwrap().clone_from(&whole);
    let healed = watched.logs(120).await;
    assert!(healed.last().is_some_and(|news| news.complete && news.because.is_none()), "{healed:?}");
}
