//! What joining many tasks asks of the service, and how fast.

use std::time::Duration;

use atc::cli::voice::{Form, Voice};
use atc::console::event::News;
use atc::console::state::settings::Settings;
use atc::domain::{Order, Query, RunStatus, Source, State, TaskRef};
use atc::runtime::engine::Pace;
use atc::runtime::engine::diagnose::Bench;
use atc::runtime::look::{Gathered, Seat};
use tokio::time::Instant as Tick;

use crate::fake::{Fake, clock, repo, run, session, task};

/// So many tasks of one repository, known from its list alone.
fn listed(fake: &Fake, count: usize) -> (Gathered, Vec<TaskRef>) {
    let start = (fake.now)();
    let mut tasks = Vec::new();
    for n in 0..count {
        let listed = task(&format!("t{n}"), State::Completed, start);
        let mut whole = listed.clone();
        whole.sessions = Some(vec![session(State::Completed, start, "x")]);
        fake.tasks.lock().unwrap().insert(whole.at.id.clone(), whole);
        tasks.push(listed);
    }
    *fake.on_branch.lock().unwrap() = Box::new(move |_| Ok(vec![run(11, RunStatus::Completed, start)]));
    let voice =
        Voice { form: Form::Text, out_is_terminal: false, err_is_terminal: false, in_is_terminal: false, brush: None };
    let settings = Settings { repos: vec![repo()], ..Settings::default() };
    let (bench, now) = (Bench::default(), fake.now.clone());
    let seat = Seat { settings, cache: None, bench, diagnose: false, now, voice, pace: Pace::default() };
    let mut gathered = Gathered::new(&seat, Query::default(), Order::default());
    let named = tasks.iter().map(|task| task.at.clone()).collect();
    gathered.tell(Source::Tasks(repo()), News::Tasks { tasks, unreadable: 0 });
    (gathered, named)
}

/// Joins so many tasks; returns the requests it took, and how long.
async fn joined(count: usize) -> (usize, Duration) {
    let fake = Fake::new(clock());
    let (mut gathered, tasks) = listed(&fake, count);
    let (before, start) = (fake.calls(""), Tick::now());
    gathered.read_sessions(&fake, &tasks).await;
    gathered.read_runs(&fake, &tasks).await;
    assert!(gathered.faults.is_empty(), "{:?}", gathered.faults);
    (fake.calls("") - before, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn hundreds_of_tasks_are_joined_at_a_pace_that_the_service_bears_for_long() {
    let (requests, time) = joined(500).await;
    assert_eq!(requests, 1500, "the task, its run and the run's jobs");
    // The first sixty go out at once, for which nobody has to wait; the others twelve a second.
    let paced = Duration::from_mins(2);
    assert!(time + Duration::from_secs(1) >= paced && time < paced * 2, "{requests} requests in {time:?}");
}

#[tokio::test(start_paused = true)]
async fn a_screenful_of_tasks_is_joined_at_once() {
    let (requests, time) = joined(20).await;
    assert_eq!(requests, 60);
    assert!(time < Duration::from_secs(1), "{time:?}");
}
