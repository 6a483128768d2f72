//! The poller through the console's day: nobody looks, the machine sleeps, the line breaks, a task ends, a name is missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{BudgetNews, Event, Net, News, Op, What};
use atc::domain::{
    Artifact, Fault, FaultKind, Now, Person, PullId, RepoName, Source, State, Task, TaskId, UserId, Viewer,
};
use atc::ops::cancel::Patience;
use atc::provider::Provider;
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, clock, page, repo, session, task};

struct Stage {
    engine: Engine,
    fake: Arc<Fake>,
    received: mpsc::Receiver<Event>,
}

impl Stage {
    fn new(fake: Fake, pace: Pace) -> Self {
        let fake = Arc::new(fake);
        let (desk, received) = crate::fake::desk(&fake);
        let context = crate::fake::context(&fake, &Arc::default());
        let engine = Engine::spawn(desk, context, pace, Patience::default());
        Self { engine, fake, received }
    }

    /// Lets so much time pass; returns the news of it.
    async fn pass(&mut self, seconds: u64) -> Vec<Net> {
        let mut news = Vec::new();
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            while let Ok(event) = self.received.try_recv() {
                if let What::Net(net) = event.what {
                    news.push(net);
                }
            }
        }
        news
    }

    /// What was told of it last, if anything was.
    fn cost(&mut self) -> Option<BudgetNews> {
        let mut told = None;
        while let Ok(event) = self.received.try_recv() {
            if let What::Op(Op::Budget(budget)) = event.what {
                told = Some(budget);
            }
        }
        told
    }

    /// Requests of this kind in so much time.
    async fn asked(&mut self, verb: &str, seconds: u64) -> usize {
        let before = self.fake.calls(verb);
        self.pass(seconds).await;
        self.fake.calls(verb) - before
    }
}

/// A provider with these tasks in its one list, as they are now.
fn listing(now: Now, tasks: impl Fn() -> Vec<Task> + Send + Sync + 'static) -> Fake {
    let fake = Fake::new(now);
    let tasks = Arc::new(tasks);
    let listed = tasks.clone();
    *fake.on_list.lock().unwrap() = Box::new(move |_| Ok(page(listed())));
    for mut whole in tasks() {
        whole.sessions = Some(vec![session(whole.state.clone(), whole.created_at, "x")]);
        fake.tasks.lock().unwrap().insert(whole.at.id.clone(), whole);
    }
    *fake.on_branch.lock().unwrap() = Box::new(|_| Ok(Vec::new()));
    fake
}

#[tokio::test(start_paused = true)]
async fn with_no_repository_named_the_own_tasks_are_the_queue() {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    *fake.on_own.lock().unwrap() = Box::new(move |_| Ok(page(vec![task("mine", State::InProgress, start)])));
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(Vec::new()));
    let news = stage.pass(60).await;
    let told = news.iter().filter(|net| net.source == Source::OwnTasks && net.result.is_ok()).count();
    assert!((6..=8).contains(&told), "{told} looks in a minute");
    assert_eq!(stage.fake.calls("list"), 0);
}

#[tokio::test(start_paused = true)]
async fn where_repositories_are_named_own_tasks_elsewhere_are_shown_only_on_demand() {
    for (own_tasks, expected) in [(atc::domain::OwnTasks::Auto, 0), (atc::domain::OwnTasks::Always, 1)] {
        let now = clock();
        let start = now();
        let fake = listing(now, Vec::new);
        *fake.on_own.lock().unwrap() = Box::new(move |_| {
            let mut elsewhere = task("mine", State::InProgress, start);
            elsewhere.at.repo = "me/notes".parse().unwrap();
            Ok(page(vec![elsewhere]))
        });
        let mut stage = Stage::new(fake, Pace { own_tasks, ..Pace::default() });
        let repos: Vec<RepoName> = vec![repo(), "acme/web".parse().unwrap()];
        stage.engine.perform(Effect::Watch(repos));
        let news = stage.pass(5).await;
        let own = news.iter().filter(|net| net.source == Source::OwnTasks);
        let tasks: usize =
            own.map(|net| if let Ok(News::Tasks { tasks, .. }) = &net.result { tasks.len() } else { 0 }).sum();
        assert_eq!(tasks, expected, "{own_tasks:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn own_tasks_are_never_asked_for_against_the_operators_wish() {
    let pace = Pace { own_tasks: atc::domain::OwnTasks::Never, ..Pace::default() };
    let mut stage = Stage::new(Fake::new(clock()), pace);
    stage.engine.perform(Effect::Watch(Vec::new()));
    stage.pass(600).await;
    assert_eq!(stage.fake.calls("own"), 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_looking_means_a_third_of_the_requests_and_a_look_asks_what_is_due() {
    let now = clock();
    let start = now();
    let mut stage = Stage::new(listing(now, move || vec![task("t1", State::InProgress, start)]), Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    let before = stage.asked("list", 300).await;
    stage.engine.perform(Effect::Focus(false));
    stage.pass(30).await;
    let away = stage.asked("list", 300).await;
    assert!((30..=36).contains(&before) && (9..=12).contains(&away), "{before} and {away}");
    stage.pass(12).await;
    stage.engine.perform(Effect::Focus(true));
    assert_eq!(stage.asked("list", 1).await, 1, "what is due by now is asked once, at once");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_while_suspended_and_the_overdue_once_after_it() {
    let now = clock();
    let start = now();
    let mut stage = Stage::new(listing(now, move || vec![task("t1", State::InProgress, start)]), Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    stage.pass(60).await;
    stage.engine.pause(true);
    stage.pass(1).await;
    let before = stage.fake.calls.lock().unwrap().len();
    stage.pass(3600).await;
    assert_eq!(stage.fake.calls.lock().unwrap().len(), before);
    stage.engine.pause(false);
    assert_eq!(stage.asked("list", 2).await, 1);
}

/// A clock that can be set, or that goes on while the machine sleeps.
fn jumping() -> (Now, Arc<AtomicI64>) {
    let (steady, jump) = (clock(), Arc::new(AtomicI64::new(0)));
    let by = jump.clone();
    (Arc::new(move || steady() + TimeDelta::seconds(by.load(Ordering::SeqCst))), jump)
}

#[tokio::test(start_paused = true)]
async fn after_a_sleep_of_the_machine_the_overdue_is_asked_within_a_minute_and_once() {
    let (now, jump) = jumping();
    let start = now() - TimeDelta::hours(5);
    let mut stage = Stage::new(listing(now, move || vec![task("t1", State::Completed, start)]), Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    stage.pass(1500).await;
    // Just asked: the next look is five minutes away.
    while stage.asked("list", 1).await == 0 {}
    jump.store(8 * 3600, Ordering::SeqCst);
    assert_eq!(stage.asked("list", 70).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_neither_stops_the_poller_nor_makes_it_hurry() {
    for by in [-3600, 3600, -26 * 3600, 26 * 3600] {
        let (now, jump) = jumping();
        let start = now();
        let mut stage = Stage::new(listing(now, move || vec![task("t1", State::InProgress, start)]), Pace::default());
        stage.engine.perform(Effect::Watch(vec![repo()]));
        stage.pass(100).await;
        jump.store(by, Ordering::SeqCst);
        let looks = stage.asked("list", 300).await;
        assert!((30..=38).contains(&looks), "{looks} looks after the clock was set by {by} s");
        let at = (stage.fake.now)();
        for net in stage.pass(60).await {
            let wait = net.next_try.map(|next| next - at).unwrap_or_default();
            assert!(wait >= TimeDelta::zero() && wait <= TimeDelta::hours(1), "next try in {wait}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ends_unwatched_is_looked_into_once_and_one_that_had_ended_never() {
    let now = clock();
    let (start, at) = (now(), now.clone());
    let tasks = move || {
        let ended = at() - start > TimeDelta::seconds(60);
        let mut ends = task("ends", if ended { State::Completed } else { State::InProgress }, start);
        ends.updated_at = Some(if ended { start + TimeDelta::seconds(60) } else { start });
        vec![ends, task("old", State::Failed, start - TimeDelta::hours(9))]
    };
    let fake = listing(now, tasks.clone());
    *fake.on_task.lock().unwrap() = Box::new(move |whole| {
        let now = tasks().into_iter().find(|task| task.at.id == whole.at.id).unwrap();
        (whole.state, whole.updated_at) = (now.state, now.updated_at);
    });
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    assert_eq!(stage.asked("task ends", 50).await, 1, "at work: once at the first sight");
    assert_eq!(stage.asked("task ends", 1200).await, 1, "ended: once");
    assert_eq!(stage.fake.calls("task old"), 0);
}

#[tokio::test(start_paused = true)]
async fn when_the_line_works_again_everything_is_asked_without_waiting_out_its_back_off() {
    let now = clock();
    let (start, at) = (now(), now.clone());
    let broken = move || {
        let since = at() - start;
        since > TimeDelta::seconds(60) && since < TimeDelta::seconds(1500)
    };
    let fake = Fake::new(now);
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        if broken() {
            return Err(Fault::new(FaultKind::Offline, "connection refused", "check the network"));
        }
        Ok(page(vec![task("t1", State::Completed, start)]))
    });
    let repos: Vec<RepoName> = (0..12).map(|n| format!("acme/r{n}").parse().unwrap()).collect();
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(repos.clone()));
    stage.pass(1490).await;
    let outage = stage.fake.calls("list");
    assert!(outage < 12 * 20, "{outage} tries of twelve lists in 24 minutes");
    let mut answered = std::collections::HashSet::new();
    for net in stage.pass(140).await {
        if net.result.is_ok() {
            answered.insert(net.source);
        }
    }
    assert!(repos.iter().all(|repo| answered.contains(&Source::Tasks(repo.clone()))), "{answered:?}");
}

#[tokio::test(start_paused = true)]
async fn a_time_the_service_named_is_waited_for_over_a_thousand_limits() {
    let now = clock();
    let (start, at) = (now(), now.clone());
    let deadline = Arc::new(std::sync::Mutex::new(start));
    let early = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let fake = Fake::new(now);
    let (until, too_early) = (deadline.clone(), early.clone());
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let mut until = until.lock().unwrap();
        if at() < *until {
            too_early.fetch_add(1, Ordering::SeqCst);
        }
        *until = at() + TimeDelta::seconds(30);
        Err(Fault::new(FaultKind::RateLimited, "429", "wait").retry_at(*until))
    });
    let mut stage = Stage::new(fake, Pace { share: 1.0, ..Pace::default() });
    stage.engine.perform(Effect::Watch(vec![repo()]));
    stage.pass(33 * 1010).await;
    let limits = stage.fake.calls("list");
    assert!(limits >= 1000, "{limits} limits");
    assert_eq!(early.load(Ordering::SeqCst), 0, "requests before the deadline");
}

#[tokio::test(start_paused = true)]
async fn a_name_is_asked_for_once_however_many_rows_it_has_and_one_that_is_missing_slowly() {
    let now = clock();
    let start = now() - TimeDelta::hours(2);
    let fake = listing(now, move || {
        (0..90)
            .map(|n| {
                let mut row = task(&format!("t{n}"), State::Completed, start);
                row.creator = Some(Person { id: UserId(if n % 2 == 0 { 1 } else { 2 }), login: None });
                row
            })
            .collect()
    });
    *fake.on_user.lock().unwrap() = Box::new(|id| match id {
        UserId(1) => Ok(Viewer { id, login: "mona".into() }),
        _ => Err(Fault::new(FaultKind::NotFound, "an organisation", "nothing")),
    });
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    stage.pass(6 * 3600).await;
    assert_eq!(stage.fake.calls("user 1"), 1);
    let vain = stage.fake.calls("user 2");
    assert!((3..=6).contains(&vain), "{vain} questions in six hours about somebody without a login");
}

#[tokio::test(start_paused = true)]
async fn any_number_of_pull_requests_is_asked_about_a_hundred_at_a_time() {
    let now = clock();
    let start = now() - TimeDelta::hours(2);
    let fake = listing(now, move || {
        (0..95)
            .map(|n| {
                let mut row = task(&format!("t{n}"), State::Completed, start);
                row.artifacts =
                    (0..3).map(|m| Artifact::Pull { id: PullId(n * 3 + m), node: None, state: None }).collect();
                row
            })
            .collect()
    });
    let most = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = most.clone();
    *fake.on_pulls.lock().unwrap() = Box::new(move |refs| {
        seen.lock().unwrap().push(refs.len());
        Ok(vec![None; refs.len()])
    });
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    stage.pass(600).await;
    assert_eq!(*most.lock().unwrap(), [100, 100, 85], "once each: none of them is visible");
}

#[tokio::test(start_paused = true)]
async fn a_settled_pull_request_whose_task_is_touched_is_asked_about_again_at_the_pace_of_all() {
    let now = clock();
    let start = now() - TimeDelta::hours(2);
    let touched = Arc::new(std::sync::Mutex::new(start));
    let at = touched.clone();
    let fake = listing(now.clone(), move || {
        let artifacts = vec![Artifact::Pull { id: PullId(1), node: None, state: None }];
        vec![Task { artifacts, updated_at: Some(*at.lock().unwrap()), ..task("t", State::Completed, start) }]
    });
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    stage.pass(600).await;
    assert_eq!(stage.fake.calls("pulls"), 1, "it is not visible, and that is that");
    *touched.lock().unwrap() = now();
    stage.engine.perform(Effect::Refresh);
    assert_eq!(stage.asked("pulls", 600).await, 1, "it may have been reopened");
    let mut most = 0;
    for _ in 0..20 {
        *touched.lock().unwrap() = now();
        stage.engine.perform(Effect::Refresh);
        most += stage.asked("pulls", 10).await;
    }
    assert!((2..=5).contains(&most), "{most} in 200 seconds: not with every touch");
}

#[tokio::test(start_paused = true)]
async fn half_a_list_is_shown_and_the_fault_of_the_other_half_told() {
    let fake = Fake::new(clock());
    let start = (fake.now)();
    *fake.on_list.lock().unwrap() = Box::new(move |query| {
        if query.validator.is_some() {
            return Err(Fault::new(FaultKind::Server, "502", "wait"));
        }
        let tasks = vec![task("a", State::Completed, start)];
        let next = Some(atc::provider::port::PageCursor("2".into()));
        let value = atc::provider::port::TaskPage { tasks, unreadable: 0, next, active_total: None };
        Ok(atc::provider::port::Fetched::New { value, validator: None })
    });
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    let news = stage.pass(5).await;
    let list: Vec<&Net> = news.iter().filter(|net| net.source == Source::Tasks(repo())).collect();
    assert!(matches!(&list[0].result, Ok(News::Tasks { tasks, .. }) if tasks.len() == 1));
    let last = list.last().unwrap();
    assert!(last.result.is_err() && last.next_try.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_left_and_selected_again_is_told_again() {
    let now = clock();
    let start = now();
    let mut stage = Stage::new(listing(now, move || vec![task("t1", State::InProgress, start)]), Pace::default());
    let at = task("t1", State::InProgress, start).at;
    stage.engine.perform(Effect::Watch(vec![repo()]));
    let mut newest = 0;
    for _ in 0..4 {
        stage.engine.perform(Effect::Attend { task: Some(at.clone()), known: None, log: None, beside: Vec::new() });
        let news = stage.pass(25).await;
        let source = Source::Task(TaskId::new("t1"));
        let generations: Vec<u64> = news.iter().filter(|net| net.source == source).map(|net| net.generation).collect();
        assert!(!generations.is_empty() && generations.iter().all(|n| *n > newest), "{generations:?} after {newest}");
        newest = generations.into_iter().max().unwrap();
        stage.engine.perform(Effect::Attend { task: None, known: None, log: None, beside: Vec::new() });
        stage.pass(1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_it_costs_is_told() {
    let now = clock();
    let start = now();
    let fake = listing(now, move || vec![task("t1", State::InProgress, start)]);
    let mut stage = Stage::new(fake, Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_mins(1)).await;
    let told = stage.cost().expect("told");
    assert_eq!(told.allowed, 1000);
    assert_eq!(told.spent, stage.fake.calls.lock().unwrap().len() as u64);
    assert_eq!(told.more.sent, told.spent);
}

#[tokio::test(start_paused = true)]
async fn what_others_asked_is_told_without_waiting_for_the_next_poll() {
    let mut stage = Stage::new(listing(clock(), Vec::new), Pace::default());
    stage.engine.perform(Effect::Watch(vec![repo()]));
    tokio::time::sleep(Duration::from_mins(20)).await;
    let before = stage.cost().expect("told").spent;
    stage.engine.pause(true);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(stage.cost(), None, "nobody asks anything");
    let _ = stage.fake.user(UserId(7)).await;
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(stage.cost().expect("told").spent, before + 1);
}
