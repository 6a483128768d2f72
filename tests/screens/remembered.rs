//! The picture of an earlier run: there at once, with its age, and never above what the service says.

use atc::console::event::{Local, News, Remembered, RememberedTask, What};
use atc::domain::{Instant, NodeId, PullRef, Source, State, Task, TaskId, UserId, Viewer};
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, ago, every_state, now, pull, refused, repo, task, with_pull};

fn remembered(tasks: Vec<Task>, good_at: Instant) -> Remembered {
    let one = |task: Task| {
        let sessions_as_of = task.sessions.is_some().then(|| task.touched_at());
        RememberedTask { task, sessions_as_of, diagnosed: None }
    };
    let sources = ["billing", "api", "web", "reports"].map(|name| (Source::Tasks(repo(name)), good_at));
    Remembered { tasks: tasks.into_iter().map(one).collect(), good_at: sources.into(), ..Remembered::default() }
}

fn recall(console: &mut Console, part: Remembered) {
    console.happen(What::Local(Local::Remembered(Box::new(part))));
}

fn answer(console: &mut Console, name: &str, tasks: Vec<Task>) {
    console.good(Source::Tasks(repo(name)), News::Tasks { tasks, unreadable: 0 });
}

#[test]
fn the_old_rows_stand_there_with_their_age_until_each_list_is_answered() {
    let mut console = Console::new(80, 24);
    recall(&mut console, remembered(every_state(), ago(120)));
    let screen = text(&console.model);
    assert!(screen.contains("Migrate billing to the v3") && screen.contains("stale 2h"), "{screen}");
    for name in ["billing", "api", "web"] {
        answer(&mut console, name, vec![]);
    }
    let screen = text(&console.model);
    assert!(screen.contains("acme/reports stale 2h"), "one list is still old:\n{screen}");
    answer(&mut console, "reports", vec![]);
    assert!(!text(&console.model).contains("stale"));
}

#[test]
fn a_picture_of_seconds_ago_is_not_fresh_either() {
    let mut console = Console::new(80, 24);
    recall(&mut console, remembered(every_state(), now() - TimeDelta::seconds(20)));
    assert!(text(&console.model).contains("stale 20s"), "{}", text(&console.model));
    let wake = console.wake().unwrap();
    assert!(wake <= now() + TimeDelta::seconds(10), "its age goes on");
    console.bad(Source::Tasks(repo("api")), refused());
    assert!(text(&console.model).contains("failed 14:03"), "a failure is told, the rows stay");
    assert!(text(&console.model).contains("Fix flaky retry"));
}

#[test]
fn whatever_the_service_says_is_newer_than_what_was_remembered() {
    let mut console = Console::new(80, 24);
    recall(
        &mut console,
        remembered(vec![task("a", "api", "From a clock that ran ahead", State::Failed, 50, -90)], ago(9)),
    );
    answer(&mut console, "api", vec![task("a", "api", "As it is", State::InProgress, 50, 40)]);
    let known = &console.model.world.tasks.get(&TaskId::new("a")).unwrap();
    assert_eq!((known.task.name.clone(), known.task.state.clone()), ("As it is".into(), State::InProgress));
    // From here on the usual rule holds: an older answer changes nothing.
    answer(&mut console, "api", vec![task("a", "api", "Late", State::Failed, 50, 45)]);
    assert_eq!(console.model.world.tasks.get(&TaskId::new("a")).unwrap().task.name, "As it is".into());
}

#[test]
fn what_was_remembered_never_replaces_an_answer() {
    let mut console = Console::new(80, 24);
    answer(&mut console, "api", vec![task("a", "api", "As it is", State::Completed, 50, 40)]);
    let mut part = remembered(vec![task("a", "api", "As it was", State::Failed, 50, 30)], ago(1));
    part.viewer = Some(Viewer { id: UserId(5), login: "hubot".into() });
    console.good(Source::Viewer, News::Viewer(Viewer { id: UserId(9), login: "octocat".into() }));
    recall(&mut console, part);
    assert_eq!(console.model.world.tasks.get(&TaskId::new("a")).unwrap().task.name, "As it is".into());
    assert_eq!(console.model.world.viewer.as_ref().unwrap().id, UserId(9));
    let freshness = &console.model.world.freshness[&Source::Tasks(repo("api"))];
    assert!(!freshness.remembered && freshness.good_at == Some(now()));
}

#[test]
fn nobody_can_say_that_a_remembered_task_is_stuck() {
    let mut console = Console::new(80, 24);
    let silent = || task("a", "api", "Silent", State::InProgress, 300, 240);
    recall(&mut console, remembered(vec![silent()], ago(240)));
    assert_eq!(console.model.queue.tally().stuck, 0);
    assert!(!text(&console.model).contains('▲'), "{}", text(&console.model));
    answer(&mut console, "api", vec![silent()]);
    assert_eq!(console.model.queue.tally().stuck, 1);
    assert!(text(&console.model).contains('▲'));
}

#[test]
fn the_cursor_stays_on_the_first_row_until_the_service_has_answered() {
    let mut console = Console::new(80, 24);
    recall(&mut console, remembered(vec![task("old", "api", "Old", State::Completed, 50, 40)], ago(30)));
    assert_eq!(console.model.queue.selected, Some(TaskId::new("old")));
    answer(&mut console, "web", vec![task("new", "web", "New", State::WaitingForUser, 5, 1)]);
    assert_eq!(console.model.queue.selected, Some(TaskId::new("new")), "what wants a person is at the top");
    assert!(console.model.world.tasks.get(&TaskId::new("new")).unwrap().task.created_at > ago(30));
}

#[test]
fn what_changed_or_was_created_since_is_marked() {
    let mut console = Console::new(80, 24);
    let selected = || task("sel", "api", "Selected", State::WaitingForUser, 50, 40);
    let before = || task("before", "api", "Before", State::Completed, 50, 40);
    let ended = |state| task("ended", "api", "Ended", state, 50, 10);
    recall(&mut console, remembered(vec![selected(), before(), ended(State::InProgress)], ago(30)));
    let since = task("since", "api", "Since", State::Completed, 5, 1);
    let tasks = vec![selected(), before(), ended(State::Failed), since];
    answer(&mut console, "api", tasks);
    let changed = |id: &str| console.model.world.tasks.get(&TaskId::new(id)).unwrap().changed;
    assert_eq!((changed("before"), changed("ended"), changed("since")), (false, true, true));
}

#[test]
fn a_large_picture_comes_in_parts_and_its_pulls_with_the_last() {
    let mut console = Console::new(160, 24);
    for n in 0..5 {
        let mut one = task(&format!("t{n}"), "api", "One of many", State::Completed, 50, 40);
        one = with_pull(one, n);
        recall(&mut console, remembered(vec![one], ago(30)));
        assert_eq!(console.model.queue.rows.len() as u64, n + 1);
    }
    let mut last = Remembered::default();
    let pull = pull(3, "api", 1290, "One of many");
    last.pulls = vec![(PullRef { repo: repo("api"), id: pull.id, node: None }, pull)];
    recall(&mut console, last);
    assert!(text(&console.model).contains("#1290"));
    console.keys("/1290");
    assert_eq!(console.model.queue.rows.len(), 1, "its number is found");
}

#[test]
fn what_is_not_watched_is_not_taken_up() {
    let mut console = Console::new(80, 24);
    recall(&mut console, remembered(vec![task("a", "other", "Elsewhere", State::Completed, 50, 40)], ago(30)));
    assert!(console.model.world.tasks.is_empty());
}

#[test]
fn of_another_viewers_picture_nothing_stays() {
    let mut console = Console::new(160, 45);
    let mut part = remembered(every_state(), ago(120));
    let pull = pull(2, "api", 1290, "Fix flaky retry test in scheduler");
    part.pulls = vec![(PullRef { repo: repo("api"), id: pull.id, node: Some(NodeId::new("PR_2")) }, pull)];
    part.viewer = Some(Viewer { id: UserId(5), login: "hubot".into() });
    recall(&mut console, part);
    assert!(text(&console.model).contains("#1290"));
    console.good(Source::Viewer, News::Viewer(Viewer { id: UserId(9), login: "octocat".into() }));
    console.happen(What::Local(Local::Forget));
    let screen = text(&console.model);
    assert!(!screen.contains("retry") && !screen.contains("1290") && screen.contains("loading"), "{screen}");
    assert!(console.model.queue.selected.is_none());
    answer(&mut console, "api", vec![task("a", "api", "Theirs", State::Completed, 50, 40)]);
    assert!(text(&console.model).contains("Theirs"));
}
