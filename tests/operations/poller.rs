//! The poller on virtual time: what it asks, how often, and what it never asks.

use std::sync::Arc;
use std::time::Duration;

use atc::console::event::{Event, Net, News, What};
use atc::domain::{Fault, FaultKind, Source, State};
use atc::ops::cancel::Patience;
use atc::provider::port::{Fetched, PageCursor, TaskPage, Validator};
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, page, repo, session, task};

fn engine(fake: Fake) -> (Engine, Arc<Fake>, mpsc::Receiver<Event>) {
    let fake = Arc::new(fake);
    let (desk, received) = crate::fake::desk(&fake);
    let context = crate::fake::context(&fake, &Arc::default());
    (Engine::spawn(desk, context, Pace::default(), Patience::default()), fake, received)
}

fn drain(received: &mut mpsc::Receiver<Event>) -> Vec<Net> {
    let mut news = Vec::new();
    while let Ok(event) = received.try_recv() {
        if let What::Net(net) = event.what {
            news.push(net);
        }
    }
    news
}

#[tokio::test(start_paused = true)]
async fn a_quiet_repository_is_asked_ever_less_often_and_a_busy_one_every_ten_seconds() {
    // Fresh: after 1, 3, 7 minutes. Quiet for hours: after 2, 6 minutes.
    for (state, hours, least, most) in
        [(State::Completed, 0, 4, 5), (State::Completed, 3, 3, 4), (State::InProgress, 0, 60, 71)]
    {
        let fake = Fake::new(clock());
        let created = (fake.now)() - TimeDelta::hours(hours);
        let only = task("t1", state, created);
        *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(vec![only.clone()])));
        let (mut engine, fake, mut received) = engine(fake);
        engine.perform(atc::console::Effect::Watch(vec![repo()]));
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drain(&mut received);
        }
        let lists = fake.calls("list");
        assert!((least..=most).contains(&lists), "{lists} lists in ten minutes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_ended_is_never_polled_by_itself() {
    let fake = Fake::new(clock());
    let created = (fake.now)() - TimeDelta::hours(3);
    let mut done = task("t1", State::Completed, created);
    *fake.on_list.lock().unwrap() = {
        let done = done.clone();
        Box::new(move |_| Ok(page(vec![done.clone()])))
    };
    done.sessions = Some(vec![session(State::Completed, created, "x")]);
    let at = done.at.clone();
    fake.tasks.lock().unwrap().insert(at.id.clone(), done);
    let (mut engine, fake, mut received) = engine(fake);
    engine.perform(atc::console::Effect::Watch(vec![repo()]));
    engine.perform(atc::console::Effect::Attend { task: Some(at), known: None, log: None, beside: Vec::new() });
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drain(&mut received);
    }
    assert!(fake.calls("task") <= 2, "{} looks at an ended task", fake.calls("task"));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_told_as_a_failure_tried_again_and_recovers() {
    let fake = Fake::new(clock());
    let (now, start) = (fake.now.clone(), (fake.now)());
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        if now() - start < TimeDelta::seconds(60) {
            Err(Fault::new(FaultKind::Offline, "connection refused", "check the network"))
        } else {
            Ok(page(vec![task("t1", State::Queued, start)]))
        }
    });
    let (mut engine, fake, mut received) = engine(fake);
    engine.perform(atc::console::Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_secs(59)).await;
    let news = drain(&mut received);
    let of_list: Vec<&Net> = news.iter().filter(|net| net.source == Source::Tasks(repo())).collect();
    assert!(!of_list.is_empty() && of_list.iter().all(|net| net.result.is_err() && net.next_try.is_some()));
    assert!(fake.calls("list") <= 4, "back-off, not hammering: {}", fake.calls("list"));
    tokio::time::sleep(Duration::from_mins(2)).await;
    let news = drain(&mut received);
    assert!(news.iter().any(|net| matches!(&net.result, Ok(News::Tasks { tasks, .. }) if tasks.len() == 1)));
}

#[tokio::test(start_paused = true)]
async fn a_row_missing_once_stays_and_missing_twice_is_gone() {
    let fake = Fake::new(clock());
    let (now, start) = (fake.now.clone(), (fake.now)());
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let mut tasks = vec![task("stays", State::Completed, start)];
        if now() - start < TimeDelta::seconds(30) {
            tasks.push(task("goes", State::Completed, start));
        }
        Ok(page(tasks))
    });
    let (mut engine, _, mut received) = engine(fake);
    engine.perform(atc::console::Effect::Watch(vec![repo()]));
    let mut gone_at = None;
    for second in 0..1500 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for net in drain(&mut received) {
            if let Ok(News::Gone(ids)) = net.result {
                assert_eq!(ids.len(), 1);
                gone_at.get_or_insert(second);
            }
        }
    }
    // Every look at a list of one page is a whole sweep: those at 60 and at about 180 seconds miss it.
    let gone_at = gone_at.expect("noticed in the end");
    assert!(gone_at > 100, "one whole sweep is not proof");
}

#[tokio::test(start_paused = true)]
async fn pages_that_shift_while_being_read_yield_every_task_once() {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    *fake.on_list.lock().unwrap() = Box::new(move |query| {
        let first = query.validator.is_none();
        let ids: [&str; 2] = if first { ["a", "b"] } else { ["b", "c"] };
        let tasks = ids.map(|id| task(id, State::Completed, start)).to_vec();
        let next = first.then(|| PageCursor("2".into()));
        Ok(Fetched::New { value: TaskPage { tasks, unreadable: 0, next, active_total: None }, validator: None })
    });
    let (mut engine, _, mut received) = engine(fake);
    engine.perform(atc::console::Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let news = drain(&mut received);
    let lists = news.into_iter().filter(|net| net.source == Source::Tasks(repo())).map(|net| net.result);
    // The newest page at once, then the whole list.
    let Some(Ok(News::Tasks { tasks, .. })) = lists.last() else { panic!("no list came") };
    let mut ids: Vec<&str> = tasks.iter().map(|task| task.at.id.raw()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn proof_that_nothing_changed_is_passed_on_as_just_that() {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    *fake.on_list.lock().unwrap() = Box::new(move |query| {
        if query.validator.is_some() {
            return Ok(Fetched::Same);
        }
        let value =
            TaskPage { tasks: vec![task("t1", State::Queued, start)], unreadable: 0, next: None, active_total: None };
        Ok(Fetched::New { value, validator: Some(Validator::Tag("\"1\"".into())) })
    });
    let (mut engine, _, mut received) = engine(fake);
    engine.perform(atc::console::Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_secs(25)).await;
    let news = drain(&mut received);
    let lists: Vec<bool> = news
        .iter()
        .filter(|net| net.source == Source::Tasks(repo()))
        .map(|net| matches!(net.result, Ok(News::Same)))
        .collect();
    assert_eq!(lists, [false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn moving_quickly_over_many_rows_asks_for_few_of_them() {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    let tasks: Vec<_> = (0..50).map(|n| task(&format!("t{n}"), State::Completed, start)).collect();
    let rows: Vec<_> = tasks.iter().map(|task| task.at.clone()).collect();
    for task in &tasks {
        let mut whole = task.clone();
        whole.sessions = Some(vec![session(State::Completed, start, "x")]);
        fake.tasks.lock().unwrap().insert(whole.at.id.clone(), whole);
    }
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(tasks.clone())));
    let (mut engine, fake, mut received) = engine(fake);
    engine.perform(atc::console::Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = fake.calls("task");
    for row in rows {
        engine.perform(atc::console::Effect::Attend { task: Some(row), known: None, log: None, beside: Vec::new() });
        tokio::time::sleep(Duration::from_millis(10)).await;
        drain(&mut received);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(fake.calls("task") - before <= 6, "{} details for one sweep of the hand", fake.calls("task") - before);
}

#[tokio::test(start_paused = true)]
async fn a_busy_fleet_is_watched_inside_the_allowance_and_the_selected_task_closely() {
    let fake = Fake::new(clock());
    let (now, start) = (fake.now.clone(), (fake.now)());
    let repos: Vec<atc::domain::RepoName> = (0..8).map(|n| format!("acme/r{n}").parse().unwrap()).collect();
    let working = move |repo: &atc::domain::RepoName, n: usize| {
        let mut working = task(&format!("{repo}-{n}"), State::InProgress, start);
        working.at.repo = repo.clone();
        // Every look finds every row moved: the worst there is.
        working.updated_at = Some(now());
        working
    };
    let listed = working.clone();
    *fake.on_list.lock().unwrap() = Box::new(move |query| {
        let repo = query.repo.clone().unwrap();
        Ok(page((0..6).map(|n| listed(&repo, n)).collect()))
    });
    for repo in &repos {
        for n in 0..6 {
            let mut whole = working(repo, n);
            whole.sessions = Some(vec![session(State::InProgress, start, "x")]);
            fake.tasks.lock().unwrap().insert(whole.at.id.clone(), whole);
        }
    }
    let moved = working.clone();
    *fake.on_task.lock().unwrap() = Box::new(move |task| task.updated_at = moved(&task.at.repo, 0).updated_at);
    *fake.on_branch.lock().unwrap() = Box::new(|_| Ok(Vec::new()));
    let (mut engine, fake, mut received) = engine(fake);
    let attended = working(&repos[0], 0).at;
    engine.perform(atc::console::Effect::Watch(repos));
    engine.perform(atc::console::Effect::Attend {
        task: Some(attended.clone()),
        known: None,
        log: None,
        beside: Vec::new(),
    });
    let mut hours = Vec::new();
    for _ in 0..2 {
        let before = fake.calls.lock().unwrap().len();
        for _ in 0..3600 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drain(&mut received);
        }
        hours.push(fake.calls.lock().unwrap().len() - before);
    }
    assert!(hours.iter().all(|sent| *sent <= 1010), "{hours:?} requests an hour of 1,000 allowed");
    let looks = fake.calls(&format!("task {}", attended.id.raw()));
    assert!(looks >= 150, "the selected task was looked at {looks} times in two hours");
}
