//! Answers of the service: merged by id, late ones dropped, failures beside the last good data.

use atc::console::Effect;
use atc::console::event::{Net, News, Op, What};
use atc::console::keys::Key;
use atc::domain::{Person, Source, State, TaskId, UserId};
use chrono::TimeDelta;

use crate::draw::text;
use crate::world::{Console, ago, every_state, now, refused, repo, task, with_session};

fn known<'a>(console: &'a Console, id: &str) -> &'a atc::domain::Task {
    &console.model.world.tasks.get(&TaskId::new(id)).unwrap().task
}

#[test]
fn a_late_answer_is_dropped() {
    let mut console = Console::new(80, 24);
    let net = |generation, name: &str| {
        let tasks = vec![task("a", "api", name, State::Queued, 5, 5)];
        let result = Ok(News::Tasks { tasks, unreadable: 0 });
        What::Net(Net { source: Source::Tasks(repo("api")), generation, next_try: None, result })
    };
    console.happen(net(2, "second"));
    console.happen(net(1, "first"));
    assert_eq!(known(&console, "a").name, "second".into());
    console.happen(net(2, "second page"));
    assert_eq!(known(&console, "a").name, "second page".into());
}

#[test]
fn an_older_picture_of_a_task_does_not_replace_a_newer_one() {
    let mut console = Console::new(80, 24);
    let newer = task("a", "api", "A", State::Completed, 50, 1);
    let older = with_session(task("a", "api", "A", State::InProgress, 50, 20), "Do it.");
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![newer], unreadable: 0 });
    console.good(Source::Task(TaskId::new("a")), News::Task(Box::new(older)));
    assert_eq!(known(&console, "a").state, State::Completed);
    assert!(known(&console, "a").sessions.is_some(), "what only the older one knew is kept");
}

#[test]
fn a_list_without_sessions_keeps_those_that_are_known() {
    let mut console = Console::full(80, 24);
    let mut thin = every_state().remove(1);
    thin.sessions = None;
    thin.updated_at = Some(now());
    thin.state = State::Completed;
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![thin], unreadable: 0 });
    assert!(known(&console, "retry").sessions.is_some());
    console.select("retry");
    assert!(!text(&console.model).contains("differs"), "sessions of an older answer are late, not of another opinion");
}

#[test]
fn task_and_session_that_disagree_are_both_told() {
    let mut console = Console::new(80, 24);
    let mut odd = with_session(task("a", "api", "A", State::Failed, 50, 1), "Do it.");
    odd.sessions.as_mut().unwrap()[0].state = State::InProgress;
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![odd], unreadable: 0 });
    let screen = text(&console.model);
    assert!(screen.contains("the task says failed, its session running"), "{screen}");
    assert!(screen.contains("✗ failed"), "the task's state counts");
}

#[test]
fn proof_that_nothing_changed_draws_nothing() {
    let mut console = Console::full(80, 24);
    console.select("retry");
    console.good(Source::Task(TaskId::new("retry")), News::Same);
    console.model.dirty = false;
    for source in [Source::Viewer, Source::Pulls, Source::Tasks(repo("api")), Source::Task(TaskId::new("retry"))] {
        console.at += TimeDelta::seconds(1);
        console.good(source, News::Same);
    }
    let tasks = every_state().into_iter().filter(|t| t.at.repo == repo("api")).collect();
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    let budget = console.model.world.budget;
    console.happen(What::Op(Op::Budget(budget)));
    console.happen(What::Focus(true));
    assert!(!console.model.dirty);
    console.good(Source::Tasks(repo("api")), News::Gone(vec![TaskId::new("retry")]));
    assert!(console.model.dirty);
}

#[test]
fn a_failure_stands_beside_the_last_good_data() {
    let mut console = Console::full(80, 24);
    console.bad(Source::Tasks(repo("api")), refused());
    let screen = text(&console.model);
    assert!(screen.contains("acme/api failed 14:03: token refused"), "{screen}");
    assert!(screen.contains("Fix flaky retry") && screen.contains("1 source fails"), "{screen}");
    console.bad(Source::Tasks(repo("web")), refused());
    let screen = text(&console.model);
    assert!(screen.contains("2 sources fail") && screen.contains("acme/api (+1) failed 14:03"), "{screen}");
    console.good(Source::Tasks(repo("api")), News::Same);
    console.good(Source::Tasks(repo("web")), News::Same);
    assert!(!text(&console.model).contains("fail "));
}

#[test]
fn the_same_failure_again_is_drawn_once() {
    let mut console = Console::full(80, 24);
    console.bad(Source::Tasks(repo("api")), refused());
    console.model.dirty = false;
    console.at += TimeDelta::seconds(5);
    console.bad(Source::Tasks(repo("api")), refused());
    assert!(!console.model.dirty);
}

#[test]
fn items_that_could_not_be_read_are_counted_where_the_others_stand() {
    let mut console = Console::full(120, 24);
    let tasks = every_state().into_iter().filter(|t| t.at.repo == repo("api")).collect();
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 2 });
    assert!(text(&console.model).contains("2 unreadable"));
}

#[test]
fn pages_of_one_sweep_add_up_what_could_not_be_read() {
    let mut console = Console::new(120, 24);
    for (generation, unreadable, total) in [(1, 2, 2), (1, 1, 3), (2, 1, 1)] {
        let result = Ok(News::Tasks { tasks: vec![], unreadable });
        let source = Source::Tasks(repo("api"));
        console.happen(What::Net(Net { source, generation, next_try: None, result }));
        assert_eq!(console.model.world.unreadable[&Source::Tasks(repo("api"))], total);
    }
}

#[test]
fn a_login_that_becomes_known_is_shown_and_found() {
    let mut console = Console::full(160, 24);
    console.good(Source::Viewer, News::Person(Person { id: UserId(77), login: Some("hubot".into()) }));
    assert!(text(&console.model).contains("by hubot"));
    console.keys("/hubot");
    assert!(console.model.listed().map(|known| &known.task.at.id).eq([&TaskId::new("hibernate")]));
}

#[test]
fn a_repository_taken_off_the_list_takes_its_tasks_along() {
    let mut console = Console::full(80, 24);
    console.keys(":repo remove acme/api");
    let effects = console.press(Key::Enter);
    let [Effect::Watch(repos)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(repos.len(), 3);
    assert!(console.model.world.tasks.values().all(|k| k.task.at.repo != repo("api")));
    let tasks = vec![task("late", "api", "Late", State::Queued, 1, 1)];
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
    assert!(!console.model.world.tasks.contains_key(&TaskId::new("late")), "an answer still under way is not shown");
}

#[test]
fn a_started_task_is_in_the_queue_at_once_and_selected() {
    let mut console = Console::full(80, 24);
    console.keys("/zebra");
    console.press(Key::Enter);
    let new = task("brand-new", "api", "Brand new", State::Queued, 0, 0);
    let request = uuid::Uuid::nil();
    console.happen(What::Op(Op::Started { request, result: Ok(Box::new(new)) }));
    assert_eq!(console.model.queue.selected, Some(TaskId::new("brand-new")));
    assert!(text(&console.model).contains("started in acme/api: Brand new"));
    console.happen(What::Op(Op::Started { request, result: Err(refused()) }));
    console.wait(TimeDelta::seconds(30));
    assert!(text(&console.model).contains("not started: token refused — run `gh auth login`"));
}

#[test]
fn a_stuck_task_says_since_when_and_why() {
    let mut console = Console::full(80, 24);
    console.select("chrono");
    let screen = text(&console.model);
    assert!(
        screen.lines().any(|l| l.starts_with("▌ ● running") && l.contains("▲"))
            && screen.contains("no sign of work for 22m"),
        "{screen}"
    );
    let mut queued = task("axum", "api", "Bump axum to 0.9", State::Queued, 11, 11);
    queued.created_at = ago(11);
    console.good(Source::Tasks(repo("api")), News::Gone(vec![TaskId::new("axum")]));
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks: vec![queued], unreadable: 0 });
    console.select("axum");
    assert!(text(&console.model).contains("queued for 11m"));
}
