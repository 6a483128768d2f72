//! The queue as a list: order, filter, selection, what is new.

use atc::console::Effect;
use atc::console::event::{Mouse, MouseKind, News, What};
use atc::console::keys::Key;
use atc::console::state::layout::Size;
use atc::console::state::place::Pane;
use atc::domain::{Column, Source, State, Task, TaskId};

use crate::draw::{lines, text};
use crate::world::{Console, every_state, repo, task};

fn rows(console: &Console) -> Vec<&str> {
    console.model.listed().map(|known| known.task.at.id.raw()).collect()
}

fn selected(console: &Console) -> &str {
    console.model.queue.selected.as_ref().map_or("", TaskId::raw)
}

fn tasks(console: &mut Console, tasks: Vec<Task>) {
    console.good(Source::Tasks(repo("api")), News::Tasks { tasks, unreadable: 0 });
}

/// `count` running tasks, the first touched last.
fn many(count: i64) -> Console {
    let mut console = Console::new(80, 24);
    let all = (0..count).map(|n| task(&format!("t{n:04}"), "api", &format!("Task {n}"), State::InProgress, n + 1, n));
    let all = all.collect();
    tasks(&mut console, all);
    console
}

#[test]
fn every_column_sorts_both_ways_and_ties_keep_their_order() {
    let mut console = Console::full(80, 24);
    for column in Column::ALL {
        console.keys(&format!(":sort {}", column.word()));
        console.press(Key::Enter);
        assert_eq!(console.model.queue.order().by, column);
        let forward: Vec<String> = rows(&console).iter().map(ToString::to_string).collect();
        console.keys("S");
        console.keys("S");
        assert_eq!(rows(&console), forward, "{column:?}");
    }
    console.keys(":sort creator");
    console.press(Key::Enter);
    let by_one_person: Vec<_> = rows(&console)[..12].to_vec();
    let created = |id: &&str| console.model.world.tasks.get(&TaskId::new(*id)).unwrap().task.created_at;
    assert!(by_one_person.is_sorted_by_key(|id| (std::cmp::Reverse(created(id)), *id)), "{by_one_person:?}");
}

#[test]
fn by_default_what_wants_a_person_comes_first() {
    let console = Console::full(80, 24);
    let rows = rows(&console);
    assert_eq!(rows[..2], ["migrate-tax", "ghost"]);
    // A task being cancelled keeps its place among the running ones: it must not move under the operator's hand.
    let state = |id: &str| &console.model.world.tasks.get(&TaskId::new(id)).unwrap().task.state;
    let running = rows.iter().position(|id| *state(id) == State::InProgress && *id != "ghost").unwrap();
    let queued = rows.iter().position(|id| *state(id) == State::Queued).unwrap();
    assert!((running..queued).contains(&rows.iter().position(|id| *id == "stop-me").unwrap()));
    assert_eq!(rows.last(), Some(&"logo"));
}

#[test]
fn sorted_by_age_the_newest_task_comes_first_whatever_was_touched_since() {
    let mut console = Console::full(80, 24);
    console.keys("s");
    let tasks = &console.model.world.tasks;
    let created = |id: &&str| std::cmp::Reverse(tasks.get(&TaskId::new(*id)).unwrap().task.created_at);
    assert!(rows(&console).is_sorted_by_key(created), "{:?}", rows(&console));
}

#[test]
fn what_the_rows_are_sorted_by_is_seen_however_narrow_the_screen_is() {
    for (column, shown) in [("creator", "by mona"), ("agent", "tax-migrator"), ("cost", "3.4 cr"), ("sessions", "×2")]
    {
        let mut console = Console::full(80, 24);
        console.keys(&format!(":sort {column}"));
        console.press(Key::Enter);
        console.select("migrate-tax");
        let all = lines(&crate::draw::buffer(&console.model, &atc::console::view::Theme::default()));
        let row = all.iter().find(|line| line.starts_with('▌')).unwrap();
        assert!(row.contains(shown), "{column}: {row}");
    }
}

#[test]
fn until_all_is_read_or_a_key_is_pressed_the_cursor_stands_on_the_first_row() {
    let waits = || task("waits", "billing", "Waits", State::WaitingForUser, 9, 9);
    let works = || task("works", "api", "Works", State::InProgress, 5, 5);
    let empty = || News::Tasks { tasks: vec![], unreadable: 0 };
    let billing = || News::Tasks { tasks: vec![waits()], unreadable: 0 };
    let mut console = Console::new(80, 24);
    tasks(&mut console, vec![works()]);
    assert_eq!(selected(&console), "works");
    console.good(Source::Tasks(repo("billing")), billing());
    assert_eq!(selected(&console), "waits", "nobody chose the other one");
    console.good(Source::Tasks(repo("web")), empty());
    console.good(Source::Tasks(repo("reports")), empty());
    tasks(&mut console, vec![task("works", "api", "Works", State::WaitingForUser, 5, 0)]);
    assert_eq!(rows(&console), ["works", "waits"]);
    assert_eq!(selected(&console), "waits", "from then on it stays with its task");

    let mut console = Console::new(80, 24);
    tasks(&mut console, vec![works()]);
    console.keys("r");
    console.good(Source::Tasks(repo("billing")), billing());
    assert_eq!(selected(&console), "works", "the operator was here first");
}

#[test]
fn an_answer_that_touches_a_task_within_the_minute_moves_no_row() {
    let mut console = Console::full(80, 24);
    let before: Vec<String> = rows(&console).iter().map(ToString::to_string).collect();
    let mut again = every_state().into_iter().find(|t| t.at.id.raw() == "notes").unwrap();
    again.updated_at = again.updated_at.map(|at| at + chrono::TimeDelta::seconds(40));
    console.good(Source::Tasks(repo("web")), News::Tasks { tasks: vec![again], unreadable: 0 });
    assert_eq!(rows(&console), before);
}

#[test]
fn the_selection_stays_on_its_task_while_rows_move() {
    let mut console = many(50);
    console.keys("jjjjj");
    assert_eq!(selected(&console), "t0005");
    let mut touched = task("t0020", "api", "Task 20", State::Failed, 21, 0);
    touched.updated_at = Some(crate::world::now());
    tasks(&mut console, vec![touched, task("zz", "api", "New", State::Queued, 0, 0)]);
    assert_eq!(selected(&console), "t0005");
    assert_eq!(rows(&console)[console.model.queue.index], "t0005");
}

#[test]
fn rows_above_do_not_move_what_the_eye_is_on() {
    let mut console = many(50);
    console.press(Key::PageDown);
    console.press(Key::PageDown);
    let line = |c: &Console| {
        lines(&crate::draw::buffer(&c.model, &atc::console::view::Theme::default()))
            .iter()
            .position(|l| l.starts_with('▌'))
    };
    let before = line(&console);
    let new = (0..5).map(|n| task(&format!("new{n}"), "api", "New", State::Queued, 0, 0)).collect();
    tasks(&mut console, new);
    assert_eq!(line(&console), before);
}

#[test]
fn when_the_selected_task_vanishes_the_row_that_took_its_place_is_selected() {
    let mut console = many(5);
    console.keys("jj");
    console.good(Source::Tasks(repo("api")), News::Gone(vec![TaskId::new("t0002")]));
    assert_eq!(selected(&console), "t0003");
    console.keys("G");
    console.good(Source::Tasks(repo("api")), News::Gone(vec![TaskId::new("t0004")]));
    assert_eq!(selected(&console), "t0003");
    let rest = ["t0000", "t0001", "t0003"].map(TaskId::new).to_vec();
    console.good(Source::Tasks(repo("api")), News::Gone(rest));
    assert_eq!(console.model.queue.selected, None);
}

#[test]
fn the_filter_follows_every_key_and_wants_all_words() {
    for (typed, expected) in [
        ("flaky", vec!["retry"]),
        ("FLAKY scheduler", vec!["retry"]),
        ("acme/web", vec!["notes", "docs", "e2e", "logo"]),
        ("needs you", vec!["migrate-tax"]),
        ("tax-migrator", vec!["migrate-tax"]),
        ("#1290", vec!["retry"]),
        ("cancelling", vec!["stop-me"]),
        ("mona billing", vec!["migrate-tax", "fuzz"]),
        ("hibernating", vec!["hibernate"]),
        ("flaky zebra", vec![]),
    ] {
        let mut console = Console::full(80, 24);
        console.keys("/");
        console.keys(typed);
        assert_eq!(rows(&console), expected, "{typed}");
        console.press(Key::Enter);
        assert_eq!(rows(&console), expected, "kept: {typed}");
        console.press(Key::Esc);
        assert_eq!(rows(&console).len(), 13, "esc clears it: {typed}");
    }
}

#[test]
fn views_hold_what_they_say() {
    for (view, expected) in [
        ("1", vec!["migrate-tax", "ghost"]),
        ("3", vec!["ghost", "chrono"]),
        ("4", vec!["e2e", "fuzz"]),
        ("5", vec!["pager"]),
    ] {
        let mut console = Console::full(80, 24);
        console.keys(view);
        assert_eq!(rows(&console), expected, "{view:?}");
        assert_eq!(console.model.queue.count(console.model.queue.views.at), expected.len());
    }
}

#[test]
fn what_changed_is_marked_until_it_was_looked_at() {
    let mut console = many(5);
    console.keys("g");
    assert!(!text(&console.model).contains('•'), "the first reading is no news");
    tasks(&mut console, vec![task("t0003", "api", "Task 3", State::WaitingForUser, 4, 3)]);
    assert!(text(&console.model).lines().any(|l| l.contains("needs you") && l.contains("• Task 3")));
    assert_eq!(console.model.queue.tally().changed, 1);
    console.select("t0003");
    assert!(!text(&console.model).contains('•'));
    assert_eq!(console.model.queue.tally().changed, 0);
}

#[test]
fn a_task_that_appears_later_is_marked_as_new() {
    let mut console = many(3);
    console.at += chrono::TimeDelta::minutes(1);
    let mut new = task("fresh", "api", "Fresh", State::Queued, 0, 0);
    new.created_at = console.at;
    tasks(&mut console, vec![new]);
    assert!(console.model.world.tasks.get(&TaskId::new("fresh")).unwrap().changed);
}

#[test]
fn time_in_state_counts_from_the_change_that_was_seen() {
    let mut console = Console::new(80, 24);
    tasks(&mut console, vec![task("a", "api", "A", State::Queued, 30, 30)]);
    assert_eq!(console.model.world.tasks.get(&TaskId::new("a")).unwrap().state_since, crate::world::ago(30));
    tasks(&mut console, vec![task("a", "api", "A", State::InProgress, 30, 10)]);
    assert_eq!(console.model.world.tasks.get(&TaskId::new("a")).unwrap().state_since, crate::world::ago(10));
    tasks(&mut console, vec![task("a", "api", "A", State::InProgress, 30, 1)]);
    assert_eq!(console.model.world.tasks.get(&TaskId::new("a")).unwrap().state_since, crate::world::ago(10));
}

#[test]
fn pages_are_as_long_as_the_pane() {
    let mut console = many(100);
    let page = usize::from(console.model.place.panes().queue.unwrap().height) - 1;
    console.press(Key::PageDown);
    assert_eq!(console.model.queue.index, page - 1);
    console.happen(What::Resize(Size { width: 80, height: 40 }));
    console.keys("g");
    console.press(Key::PageDown);
    let page = usize::from(console.model.place.panes().queue.unwrap().height) - 1;
    assert_eq!(console.model.queue.index, page - 1);
    console.keys("G");
    assert_eq!(console.model.queue.index, 99);
}

#[test]
fn clicks_and_wheel_steps_go_where_the_pointer_is() {
    let mut console = Console::full(160, 45);
    let at = |kind, column, row| What::Mouse(Mouse { kind, column, row });
    let panes = console.model.place.panes();
    let (queue, reviews) = (panes.queue.unwrap(), panes.reviews.unwrap());
    console.happen(at(MouseKind::Click, 5, queue.y + 3));
    assert_eq!(console.model.queue.index, 2);
    console.happen(at(MouseKind::Click, 5, reviews.y + 2));
    assert_eq!((console.model.place.focus, console.model.reviews.index), (Pane::Reviews, 1));
    let before = console.model.queue.top;
    console.happen(at(MouseKind::WheelDown, 5, queue.y + 3));
    assert!(console.model.queue.top >= before);
    assert_eq!(console.model.place.focus, Pane::Reviews, "the wheel takes no focus");
}

#[test]
fn a_wheel_step_takes_the_selection_along_only_at_the_edge() {
    let mut console = many(100);
    let row = console.model.place.panes().queue.unwrap().y + 2;
    let wheel = |kind| What::Mouse(Mouse { kind, column: 5, row });
    console.happen(wheel(MouseKind::WheelDown));
    assert_eq!((console.model.queue.top, console.model.queue.index), (3, 3));
    console.happen(wheel(MouseKind::WheelUp));
    assert_eq!((console.model.queue.top, console.model.queue.index), (0, 3));
}

#[test]
fn enter_opens_the_log_and_a_review_leads_to_its_task() {
    let mut console = Console::full(80, 24);
    console.select("migrate-tax");
    console.press(Key::Enter);
    assert_eq!(console.model.place.focus, Pane::Log);
    console.press(Key::Esc);
    console.keys("gp");
    let index = console
        .model
        .reviews
        .rows
        .iter()
        .position(|row| row.key().is_some_and(|(repo, _)| repo.name() == "billing"))
        .unwrap();
    for _ in 0..index {
        if console.model.reviews.index == index {
            break;
        }
        console.keys("j");
    }
    console.keys("l");
    assert_eq!((console.model.place.focus, selected(&console)), (Pane::Log, "migrate-tax"));
}

#[test]
fn addresses_and_branches_are_the_services_own() {
    let mut console = Console::full(80, 24);
    console.select("retry");
    let url = "https://github.com/acme/api/agents/tasks/retry";
    assert_eq!(console.keys("o"), [Effect::Open(url.into())]);
    assert_eq!(console.keys("y"), [Effect::Copy(url.into())]);
    assert_eq!(console.keys("Y"), [Effect::Copy("copilot/retry".into())]);
    console.select("axum");
    assert_eq!(console.keys("Y"), []);
    assert!(console.model.notes.current.as_ref().unwrap().bad);
    console.keys("pg");
    assert_eq!(console.keys("o"), [Effect::Open("https://github.com/acme/billing/pull/1288".into())]);
}

#[test]
fn panes_change_size_as_far_as_there_is_room_and_no_wish_is_kept_beyond() {
    let mut console = Console::full(160, 45);
    let height = |c: &Console| c.model.place.panes().queue.unwrap().height;
    let before = height(&console);
    for _ in 0..100 {
        console.keys("+");
    }
    let most = height(&console);
    assert!(most > before);
    console.keys("-");
    assert_eq!(height(&console), most - 1);
}

#[test]
fn the_view_of_what_needs_you_holds_as_many_as_the_header_says() {
    let mut console = Console::full(80, 24);
    console.keys("1");
    assert_eq!(rows(&console).len(), console.model.queue.count(0));
    assert!(text(&console.model).contains("◆ 1 needs you") && text(&console.model).contains("Needs me 2 of"));
}

#[test]
fn the_first_match_takes_the_cursor_when_the_filter_hides_its_row() {
    let mut console = Console::full(80, 24);
    console.keys("G");
    assert_eq!(console.model.selected().map(|k| &k.task.at.id), console.model.listed().last().map(|k| &k.task.at.id));
    console.keys("/running");
    assert!(rows(&console).len() > 1);
    assert_eq!(console.model.selected().map(|k| &k.task.at.id), console.model.listed().next().map(|k| &k.task.at.id));
}

#[test]
fn a_filter_that_is_given_up_after_the_list_moved_leaves_the_cursor_on_its_task() {
    let mut console = many(60);
    console.keys(&"j".repeat(40));
    let before = selected(&console).to_owned();
    console.keys("/");
    let new = task("new", "billing", "Just begun", State::WaitingForUser, 0, 0);
    console.good(Source::Task(new.at.id.clone()), News::Task(Box::new(new)));
    console.press(Key::Backspace);
    assert!(console.model.line.is_none());
    let row = console.model.queue.rows[console.model.queue.index];
    assert_eq!(console.model.known_at(row).map(|known| known.task.at.id.raw()), Some(&*before));
    assert_eq!(selected(&console), before);
}

#[test]
fn a_filter_that_is_given_up_leaves_the_cursor_where_it_was() {
    let mut console = many(60);
    console.keys(&"j".repeat(40));
    let before = (selected(&console).to_owned(), console.model.queue.index, console.model.queue.top);
    assert!(before.2 > 0, "the list is scrolled");
    for typed in ["", "no such task", "59"] {
        console.keys("/");
        console.keys(typed);
        assert_eq!(selected(&console) == before.0, typed.is_empty(), "the best match has the cursor meanwhile");
        while console.model.line.is_some() {
            console.press(Key::Esc);
        }
        let after = (selected(&console).to_owned(), console.model.queue.index, console.model.queue.top);
        assert_eq!(after, before, "{typed:?}");
        assert_eq!(
            console.model.log.shown.as_ref().and_then(|log| log.task.as_ref()).map(TaskId::raw),
            Some(&*before.0)
        );
    }
    console.keys("/59");
    console.press(Key::Enter);
    assert_eq!(selected(&console), "t0059", "one that is accepted keeps its match");
}
