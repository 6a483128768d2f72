//! Two runs on one cache: what the first learned the second does not ask for, and nobody sees what was kept for another.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use atc::console::Effect;
use atc::console::event::{Event, Local, Net, News, Op, Remembered, What};
use atc::domain::{
    Artifact, Fault, FaultKind, Instant, OwnTasks, Person, PullId, Session, Source, State, Task, TaskId, TaskRef,
    UserId, Viewer,
};
use atc::ops::cancel::Patience;
use atc::provider::port::{Fetched, TaskPage, Validator};
use atc::runtime::cache::{Cache, Place};
use atc::runtime::engine::desk::Desk;
use atc::runtime::engine::{Engine, Pace};
use chrono::TimeDelta;
use tokio::sync::mpsc;

use crate::fake::{Fake, Whose, clock, repo, session, task};

/// One run of a console without its screen. The cache's thread works in real time, which the paused clock must not
/// outrun while it is waited for.
struct Run {
    engine: Engine,
    fake: Arc<Fake>,
    received: mpsc::Receiver<Event>,
    cache: Cache,
}

pub fn still() -> std::sync::mpsc::SyncSender<()> {
    let (hold, until) = std::sync::mpsc::sync_channel::<()>(0);
    tokio::task::spawn_blocking(move || {
        let _ = until.recv();
    });
    hold
}

impl Run {
    /// Starts, and returns with all that was remembered.
    async fn start(fake: Fake, file: &Path) -> (Self, Remembered) {
        let cache = cache(&fake, file);
        let mut run = Self::on(cache, fake);
        let remembered = run.remembers().await;
        (run, remembered)
    }

    /// A picture of so few tasks is told in one part, and before anything else.
    async fn remembers(&mut self) -> Remembered {
        match self.received.recv().await.unwrap().what {
            What::Local(Local::Remembered(part)) => *part,
            other => panic!("before the cache: {other:?}"),
        }
    }

    fn on(cache: Cache, fake: Fake) -> Self {
        Self::paced(cache, fake, Pace::default())
    }

    fn paced(cache: Cache, fake: Fake, pace: Pace) -> Self {
        let fake = Arc::new(fake);
        let (events, received) = mpsc::channel(1024);
        let desk = Desk { provider: fake.clone(), now: fake.now.clone(), events, cache: cache.clone() };
        let context = crate::fake::context(&fake, &Arc::default());
        let mut engine = Engine::spawn(desk, context, pace, Patience::default());
        engine.perform(Effect::Watch(vec![repo()]));
        Self { engine, fake, received, cache }
    }

    async fn pass(&mut self, seconds: u64) -> Vec<What> {
        let mut news = Vec::new();
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            while let Ok(event) = self.received.try_recv() {
                news.push(event.what);
            }
        }
        news
    }

    /// The operator stays on a task for a while.
    async fn look_at(&mut self, id: &str) -> Vec<What> {
        let task = TaskRef { repo: repo(), id: TaskId::new(id) };
        self.engine.perform(Effect::Attend { task: Some(task), known: None, log: None, beside: Vec::new() });
        self.pass(30).await
    }

    async fn end(self) -> Arc<Fake> {
        let _still = still();
        self.cache.finish().await;
        drop(self.engine);
        self.fake
    }
}

fn cache(fake: &Fake, file: &Path) -> Cache {
    let place = Place { file: file.to_owned(), api: "https://api.github.com/".to_owned() };
    Cache::start(place, fake.now.clone())
}

fn tasks(remembered: &Remembered) -> Vec<&Task> {
    remembered.tasks.iter().map(|one| &one.task).collect()
}

/// A service with these tasks, whose details it gives one by one.
fn service(tasks: Vec<Task>, viewer: u64) -> Fake {
    let fake = Fake::new(clock());
    *fake.viewer.lock().unwrap() = Viewer { id: UserId(viewer), login: "mona".into() };
    for task in &tasks {
        let sessions =
            vec![Session { error: Some("it broke".into()), ..session(task.state.clone(), task.created_at, "p") }];
        fake.tasks.lock().unwrap().insert(task.at.id.clone(), Task { sessions: Some(sessions), ..task.clone() });
    }
    *fake.on_list.lock().unwrap() = Box::new(move |_| {
        let page = TaskPage { tasks: tasks.clone(), unreadable: 0, next: None, active_total: None };
        Ok(Fetched::New { value: page, validator: None })
    });
    fake
}

fn at() -> Instant {
    chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap() - TimeDelta::hours(3)
}

fn three() -> Vec<Task> {
    let by = |task: Task| Task { creator: Some(Person { id: UserId(42), login: None }), ..task };
    let mut failed = by(task("failed", State::Failed, at()));
    failed.artifacts.push(Artifact::Pull { id: PullId(9), node: None, state: None });
    vec![by(task("done", State::Completed, at())), failed, by(task("works", State::InProgress, at()))]
}

/// A run that read the three tasks and looked at one of them has ended; the service the next one finds.
async fn after_a_run(file: &Path) -> Fake {
    let (mut first, _) = Run::start(service(three(), 7), file).await;
    first.pass(60).await;
    first.look_at("done").await;
    first.end().await;
    service(three(), 7)
}

#[tokio::test(start_paused = true)]
async fn what_was_read_ahead_is_in_the_first_picture_and_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let fake = after_a_run(&file).await;
    let ahead = cache(&fake, &file).ahead(vec![repo()]);
    let shown = ahead.first().await.unwrap();
    assert_eq!(tasks(&shown).len(), 3);
    let mut second = Run::on(ahead, fake);
    let first = second.received.recv().await.unwrap().what;
    assert!(!matches!(first, What::Local(Local::Remembered(_))), "it is on the screen already: {first:?}");
    second.look_at("done").await;
    // The poller knows of it all the same.
    assert_eq!(second.end().await.calls("task done"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_came_too_late_for_the_first_is_the_second() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let fake = after_a_run(&file).await;
    let ahead = cache(&fake, &file).ahead(vec![repo()]);
    // Nobody had the patience.
    let mut second = Run::on(ahead, fake);
    assert_eq!(tasks(&second.remembers().await).len(), 3);
    second.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_read_ahead_of_other_repositories_is_no_picture_of_these() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let fake = after_a_run(&file).await;
    let ahead = cache(&fake, &file).ahead(vec!["acme/else".parse().unwrap()]);
    assert!(tasks(&ahead.first().await.unwrap()).is_empty());
    let mut second = Run::on(ahead, fake);
    assert_eq!(tasks(&second.remembers().await).len(), 3);
    second.end().await;
}

#[tokio::test(start_paused = true)]
async fn details_of_ended_tasks_and_logins_are_not_asked_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let (mut first, remembered) = Run::start(service(three(), 7), &file).await;
    assert!(tasks(&remembered).is_empty());
    first.pass(60).await;
    first.look_at("done").await;
    first.look_at("failed").await;
    let fake = first.end().await;
    assert_eq!((fake.calls("task done"), fake.calls("task failed"), fake.calls("user")), (1, 1, 1));

    let (mut second, remembered) = Run::start(service(three(), 7), &file).await;
    let known = tasks(&remembered);
    assert_eq!(known.len(), 3);
    let failed = known.iter().find(|task| task.at.id == TaskId::new("failed")).unwrap();
    assert_eq!(failed.latest_session().unwrap().error, Some("it broke".into()));
    assert!(
        matches!(&remembered.good_at[..], [(source, _)] if *source == Source::Tasks(repo())),
        "{:?}",
        remembered.good_at
    );
    assert_eq!(remembered.people, [Person { id: UserId(42), login: Some("hubot".into()) }]);
    assert_eq!(remembered.viewer.unwrap().id, UserId(7));

    let mut news = second.pass(60).await;
    news.extend(second.look_at("done").await);
    news.extend(second.look_at("failed").await);
    let fake = second.end().await;
    assert_eq!((fake.calls("task done"), fake.calls("task failed"), fake.calls("user")), (0, 0, 0));
    assert_eq!(fake.calls("task works"), 1, "what works is looked into once: its run is found by its session");
    assert!(fake.calls("pulls") > 0, "a pull request of a remembered task is asked for");
    assert!(!news.iter().any(|what| matches!(what, What::Local(Local::Forget))));
}

#[tokio::test(start_paused = true)]
async fn an_ended_task_that_moved_meanwhile_is_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let (mut first, _) = Run::start(service(three(), 7), &file).await;
    first.pass(60).await;
    first.look_at("done").await;
    first.look_at("failed").await;
    first.end().await;
    let mut moved = three();
    moved[0].updated_at = Some(at() + TimeDelta::hours(1));
    let (mut second, _) = Run::start(service(moved, 7), &file).await;
    second.pass(60).await;
    second.look_at("done").await;
    second.look_at("failed").await;
    let fake = second.end().await;
    assert_eq!((fake.calls("task done"), fake.calls("task failed")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_task_the_service_no_longer_lists_goes_when_two_sweeps_agree() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let (mut first, _) = Run::start(service(three()[..2].to_vec(), 7), &file).await;
    first.pass(60).await;
    first.end().await;
    let (mut second, remembered) = Run::start(service(three()[1..2].to_vec(), 7), &file).await;
    assert_eq!(tasks(&remembered).len(), 2);
    let is_gone = |what: &What| matches!(what, What::Net(Net { result: Ok(News::Gone(ids)), .. }) if *ids == [TaskId::new("done")]);
    assert!(!second.pass(60).await.iter().any(is_gone), "one sweep is not proof");
    assert!(second.pass(900).await.iter().any(is_gone));
    second.end().await;
    let (third, remembered) = Run::start(service(Vec::new(), 7), &file).await;
    assert_eq!(tasks(&remembered).len(), 1, "from the disk too");
    third.end().await;
}

#[tokio::test(start_paused = true)]
async fn another_viewer_sees_nothing_of_what_was_kept_and_it_leaves_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let (mut first, _) = Run::start(service(three(), 7), &file).await;
    first.pass(60).await;
    first.end().await;

    let (mut second, remembered) = Run::start(service(three()[..1].to_vec(), 8), &file).await;
    assert_eq!(tasks(&remembered).len(), 3, "nobody knows yet who looks");
    let mut news = second.pass(60).await;
    news.extend(second.look_at("done").await);
    let forgotten = news.iter().position(|what| matches!(what, What::Local(Local::Forget))).expect("forgotten");
    let listed_again = |what: &What| matches!(what, What::Net(Net { result: Ok(News::Tasks { .. }), .. }));
    assert!(news[forgotten..].iter().any(listed_again), "everything is asked anew");
    let fake = second.end().await;
    assert_eq!(fake.calls("task done"), 1, "with this token's eyes");

    let (third, remembered) = Run::start(service(Vec::new(), 8), &file).await;
    let left: Vec<_> = tasks(&remembered).iter().map(|task| task.at.id.raw().to_owned()).collect();
    assert_eq!(left, ["done"]);
    assert_eq!(remembered.viewer.unwrap().id, UserId(8));
    third.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_another_viewer_was_told_before_it_was_known_who_looks_is_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let (mut first, _) = Run::start(service(three(), 7), &file).await;
    first.pass(60).await;
    first.end().await;

    let fake = service(three(), 8);
    *fake.on_own.lock().unwrap() = Box::new(|query| {
        let page = TaskPage { tasks: vec![task("mine", State::InProgress, at())], ..TaskPage::default() };
        let new = Fetched::New { value: page, validator: Some(Validator::Tag("1".into())) };
        Ok(if query.validator.is_some() { Fetched::Same } else { new })
    });
    *fake.whose.lock().unwrap() = Whose::Refused;
    let mut second = Run::paced(cache(&fake, &file), fake, Pace { own_tasks: OwnTasks::Always, ..Pace::default() });
    second.remembers().await;
    let own = |what: &What| {
        let What::Net(Net { source: Source::OwnTasks, result, .. }) = what else { return false };
        matches!(result, Ok(News::Tasks { .. }))
    };
    assert_eq!(second.pass(30).await.iter().filter(|what| own(what)).count(), 1);
    *second.fake.whose.lock().unwrap() = Whose::Asked;
    second.engine.perform(Effect::Refresh);
    let news = second.pass(60).await;
    let forgotten = news.iter().position(|what| matches!(what, What::Local(Local::Forget))).expect("forgotten");
    assert!(news[forgotten..].iter().any(own), "the list is the same as before, but the console has forgotten it");
    second.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_failing_service_says_is_not_kept_and_the_picture_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.db");
    let (mut first, _) = Run::start(service(three(), 7), &file).await;
    first.pass(60).await;
    first.end().await;
    let broken = service(Vec::new(), 7);
    *broken.on_list.lock().unwrap() = Box::new(|_| Err(Fault::new(FaultKind::Server, "500", "wait")));
    let (mut second, _) = Run::start(broken, &file).await;
    second.pass(120).await;
    second.end().await;
    let (third, remembered) = Run::start(service(Vec::new(), 7), &file).await;
    assert_eq!(tasks(&remembered).len(), 3);
    third.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_cannot_be_opened_is_said_once_and_all_else_works() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("a-file");
    std::fs::write(&in_the_way, "").unwrap();
    let fake = Arc::new(service(three(), 7));
    let (events, mut received) = mpsc::channel(1024);
    let place = Place { file: in_the_way.join("cache.db"), api: "x".to_owned() };
    let desk =
        Desk { provider: fake.clone(), now: fake.now.clone(), events, cache: Cache::start(place, fake.now.clone()) };
    let context = crate::fake::context(&fake, &Arc::default());
    let mut engine = Engine::spawn(desk, context, Pace::default(), Patience::default());
    engine.perform(Effect::Watch(vec![repo()]));
    let first = received.recv().await.unwrap().what;
    assert!(matches!(&first, What::Op(Op::Note { bad: false, text }) if text.contains("cache")), "{first:?}");
    loop {
        if let What::Net(Net { result: Ok(News::Tasks { tasks, .. }), .. }) = received.recv().await.unwrap().what {
            return assert_eq!(tasks.len(), 3);
        }
    }
}
