//! Reading a log: what follows, what stays, what is asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod finding;
mod folding;

use chrono::{FixedOffset, TimeDelta, TimeZone, Utc};
use serde_json::json;

use super::follow::follow_in;
use super::pointer::mouse_in;
use super::*;
use crate::console::effect::LogWish;
use crate::console::event::{LogNews, LogOrigin, Mouse, MouseKind};
use crate::console::state::settings::Settings;
use crate::console::state::world::Known;
use crate::domain::{Instant, RepoName, Session, SessionId, SourceChoice, State, Task, TaskRef};
use crate::text::Safe;
use crate::transcript::Format;

pub(in crate::console) const PANE: Area = Area { x: 0, y: 0, width: 80, height: 22 };

pub(in crate::console) fn start() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 20, 13, 1, 10).unwrap()
}

fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}

fn session(id: &str, minute: i64) -> Session {
    Session {
        beyond: crate::domain::SessionBeyond::default(),
        id: SessionId::new(id),
        state: State::InProgress,
        name: None,
        prompt: None,
        model: None,
        head_ref: None,
        base_ref: None,
        created_at: start() + seconds(minute * 60),
        updated_at: None,
        completed_at: None,
        usage: None,
        error: None,
        run: None,
    }
}

fn task_ref(id: &str) -> TaskRef {
    TaskRef { repo: "acme/api".parse::<RepoName>().unwrap(), id: crate::domain::TaskId::new(id) }
}

/// A console with one task in the queue, selected; its sessions are these, oldest first.
pub(in crate::console) fn console(sessions: Option<&[&str]>) -> Model {
    let settings =
        Settings { zone: FixedOffset::east_opt(3600).unwrap().into(), stale_after: seconds(60), ..Settings::default() };
    let mut model = Model::new(start() + seconds(100), settings);
    add_task(&mut model, "t1", sessions);
    model.queue.selected = Some(crate::domain::TaskId::new("t1"));
    model.place.focus = crate::console::state::place::Pane::Log;
    model
}

pub(in crate::console) fn add_task(model: &mut Model, id: &str, sessions: Option<&[&str]>) {
    let sessions = sessions.map(|ids| ids.iter().zip(0..).map(|(id, minute)| session(id, minute)).collect());
    let task = Task {
        at: task_ref(id),
        name: "Fix flaky retry test in scheduler".into(),
        state: State::InProgress,
        created_at: start(),
        sessions,
        ..Task::queued(id)
    };
    let known = Known { state_since: start(), sessions_as_of: None, ..Known::new(task, "".into()) };
    model.world.tasks.insert(known);
}

/// One record in which the assistant says something.
pub(in crate::console) fn says(n: i64, text: &str) -> String {
    let record = json!({"id": format!("r{n}"), "created": start().timestamp() + n, "object": "chat.completion.chunk",
        "choices": [{"delta": {"role": "assistant", "content": text}}]});
    format!("data: {record}\n\n")
}

/// A tool call, answered unless `result` is `None`.
pub(in crate::console) fn calls(n: i64, name: &str, arguments: &serde_json::Value, result: Option<&str>) -> String {
    let call = json!({"id": format!("c{n}"), "type": "function", "index": 0,
        "function": {"name": name, "arguments": arguments.to_string()}});
    let record = |at: i64, delta: &serde_json::Value| {
        let record = json!({"id": format!("r{n}"), "created": start().timestamp() + at,
            "object": "chat.completion.chunk", "choices": [{"delta": delta}]});
        format!("data: {record}\n\n")
    };
    let mut log = record(n, &json!({"role": "assistant", "tool_calls": [call.clone()]}));
    if let Some(result) = result {
        log += &record(n + 3, &json!({"tool_calls": [call], "content": result}));
    }
    log
}

pub(in crate::console) fn news_of(session: &str, reset: bool, log: &str) -> LogNews {
    LogNews {
        session: SessionId::new(session),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset,
        bytes: log.as_bytes().to_vec(),
        complete: false,
        because: None,
        choice: SourceChoice::Auto,
        tried: Vec::new(),
        received: log.len() as u64,
    }
}

pub(in crate::console) fn settle(model: &mut Model, pane: Area) -> Vec<Effect> {
    let mut effects = Vec::new();
    follow_in(model, Some(pane), Vec::new(), &mut effects);
    effects
}

pub(in crate::console) fn press(model: &mut Model, pane: Area, intent: Intent) -> Vec<Effect> {
    let mut effects = Vec::new();
    match intent {
        Intent::Record | Intent::Wrap => assert!(super::intent(model, intent, &mut effects)),
        _ => assert!(read(model, Some(pane), intent, &mut effects)),
    }
    follow_in(model, Some(pane), Vec::new(), &mut effects);
    effects
}

fn lines(from: i64, to: i64) -> String {
    (from..to).map(|n| says(n, &format!("entry {n}"))).collect()
}

/// A console that follows a log of so many entries of one row each.
fn reading(entries: i64) -> Model {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, PANE);
    news(&mut model, news_of("s1", true, &lines(0, entries)));
    settle(&mut model, PANE);
    model
}

fn reader(model: &Model) -> &Reader {
    &model.log.shown.as_ref().unwrap().reader
}

fn seen(model: &Model) -> Vec<String> {
    reader(model).rows.iter().map(|row| row.line.text()).collect()
}

fn span(model: &Model) -> (String, String) {
    let seen = seen(model);
    (seen.first().cloned().unwrap_or_default(), seen.last().cloned().unwrap_or_default())
}

fn between(from: i64, to: i64) -> (String, String) {
    (format!("entry {from}"), format!("entry {to}"))
}

fn wish(session: &str, opening: u64) -> LogWish {
    LogWish { session: SessionId::new(session), source: SourceChoice::Auto, opening }
}

/// Attention to the task there is, with all that is known of it.
fn attend(model: &Model, log: Option<LogWish>) -> Effect {
    let known = model.world.tasks.get(&crate::domain::TaskId::new("t1")).map(|known| Box::new(known.task.clone()));
    assert!(known.is_some());
    Effect::Attend { task: Some(task_ref("t1")), known, log, beside: Vec::new() }
}

#[test]
fn the_log_on_the_screen_is_attended_to_once() {
    let mut model = console(Some(&["s1", "s2"]));
    let with_log = attend(&model, Some(wish("s2", 1)));
    assert_eq!(settle(&mut model, PANE), std::slice::from_ref(&with_log), "the latest session");
    assert_eq!(settle(&mut model, PANE), [], "nothing changed");
    let mut effects = Vec::new();
    follow_in(&mut model, None, Vec::new(), &mut effects);
    assert_eq!(effects, [attend(&model, None)], "a log out of sight is not followed");
    assert_eq!(settle(&mut model, PANE), [with_log]);
    model.queue.selected = None;
    assert_eq!(settle(&mut model, PANE), [Effect::Attend { task: None, known: None, log: None, beside: Vec::new() }]);
    assert!(model.log.shown.is_none());
}

#[test]
fn a_task_whose_sessions_are_not_known_is_attended_without_a_log() {
    let mut model = console(None);
    let without = attend(&model, None);
    assert_eq!(settle(&mut model, PANE), [without]);
    add_task(&mut model, "t1", Some(&["s1"]));
    let with_log = attend(&model, Some(wish("s1", 2)));
    assert_eq!(settle(&mut model, PANE), [with_log]);
}

#[test]
fn a_new_session_takes_the_screen_unless_another_was_chosen() {
    let mut model = console(Some(&["s1", "s2"]));
    settle(&mut model, PANE);
    add_task(&mut model, "t1", Some(&["s1", "s2", "s3"]));
    settle(&mut model, PANE);
    let session = |model: &Model| model.log.shown.as_ref().unwrap().session.clone().unwrap().raw().to_owned();
    assert_eq!(session(&model), "s3");
    choose_session(&mut model, SessionId::new("s2"));
    settle(&mut model, PANE);
    assert_eq!(session(&model), "s2");
    add_task(&mut model, "t1", Some(&["s1", "s2", "s3", "s4"]));
    settle(&mut model, PANE);
    assert_eq!(session(&model), "s2", "chosen by hand");
    choose_session(&mut model, SessionId::new("s4"));
    settle(&mut model, PANE);
    assert_eq!(session(&model), "s4");
    add_task(&mut model, "t1", Some(&["s4", "s5"]));
    settle(&mut model, PANE);
    assert_eq!(session(&model), "s5", "at the latest, a newer one is followed again");
}

#[test]
fn another_task_forgets_the_session_chosen_by_hand() {
    let mut model = console(Some(&["s1", "s2"]));
    add_task(&mut model, "t2", Some(&["x1"]));
    settle(&mut model, PANE);
    choose_session(&mut model, SessionId::new("s1"));
    settle(&mut model, PANE);
    model.queue.selected = Some(crate::domain::TaskId::new("t2"));
    settle(&mut model, PANE);
    model.queue.selected = Some(crate::domain::TaskId::new("t1"));
    settle(&mut model, PANE);
    assert_eq!(model.log.shown.as_ref().unwrap().session, Some(SessionId::new("s2")));
}

#[test]
fn news_of_another_session_is_ignored() {
    let mut model = reading(3);
    news(&mut model, news_of("s9", true, &lines(0, 50)));
    assert_eq!(model.log.shown.as_ref().unwrap().transcript.entries().len(), 3);
}

#[test]
fn it_opens_at_the_end_and_follows() {
    let mut model = reading(100);
    assert_eq!(span(&model), between(80, 99));
    news(&mut model, news_of("s1", false, &lines(100, 105)));
    settle(&mut model, PANE);
    assert_eq!(span(&model), between(85, 104));
}

#[test]
fn scrolling_up_pauses_counts_what_is_new_and_the_end_resumes() {
    let mut model = reading(100);
    press(&mut model, PANE, Intent::Up);
    assert_eq!(span(&model), between(79, 98));
    news(&mut model, news_of("s1", false, &lines(100, 107)));
    settle(&mut model, PANE);
    assert_eq!(span(&model), between(79, 98), "the text does not move");
    assert_eq!(reader(&model).unseen, 7);
    for _ in 0..7 {
        press(&mut model, PANE, Intent::Down);
        assert!(!reader(&model).follow);
    }
    press(&mut model, PANE, Intent::Down);
    assert!(reader(&model).follow);
    assert_eq!((span(&model), reader(&model).unseen), (between(87, 106), 0));
}

#[test]
fn paging_keeps_one_row_in_sight_and_stops_at_the_ends() {
    let mut model = reading(100);
    press(&mut model, PANE, Intent::PageUp);
    assert_eq!(span(&model), between(61, 80));
    press(&mut model, PANE, Intent::Top);
    assert_eq!(span(&model), between(0, 19));
    press(&mut model, PANE, Intent::Up);
    assert_eq!(span(&model), between(0, 19));
    press(&mut model, PANE, Intent::PageDown);
    assert_eq!(span(&model), between(19, 38));
    press(&mut model, PANE, Intent::Bottom);
    assert_eq!(span(&model), between(80, 99));
}

#[test]
fn a_log_shorter_than_its_pane_follows_whatever_is_pressed() {
    let mut model = reading(3);
    for intent in [Intent::Up, Intent::PageUp, Intent::Top, Intent::Down, Intent::PageDown, Intent::Bottom] {
        press(&mut model, PANE, intent);
        assert!(reader(&model).follow, "{intent:?}");
        assert_eq!(span(&model), between(0, 2));
    }
}

#[test]
fn a_result_that_arrives_above_does_not_move_the_text() {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, PANE);
    let ls = json!({"command": "ls"});
    let log = calls(0, "bash", &ls, None) + &lines(1, 60);
    news(&mut model, news_of("s1", true, &log));
    settle(&mut model, PANE);
    press(&mut model, PANE, Intent::PageUp);
    let before = seen(&model);
    let answer = calls(0, "bash", &ls, Some("a\nb\nc\n<exited with exit code 1>"));
    let (_, answer) = answer.split_at(answer.find("\n\n").unwrap() + 2);
    news(&mut model, news_of("s1", false, answer));
    settle(&mut model, PANE);
    assert_eq!(seen(&model), before);
    press(&mut model, PANE, Intent::Top);
    assert_eq!(seen(&model)[..4], ["$ ls", "a", "b", "c"]);
}

#[test]
fn a_log_that_is_replaced_leaves_the_reader_where_they_were() {
    let mut model = reading(100);
    press(&mut model, PANE, Intent::PageUp);
    let before = span(&model);
    news(&mut model, news_of("s1", true, &lines(0, 100)));
    settle(&mut model, PANE);
    assert_eq!(span(&model), before);
    news(&mut model, news_of("s1", true, &lines(0, 5)));
    settle(&mut model, PANE);
    assert_eq!(span(&model).1, "entry 4", "a log that shrank shows what there is");
}

fn with_output() -> Model {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, PANE);
    let output = (0..30).map(|n| format!("out {n}")).collect::<Vec<_>>().join("\n");
    let log = lines(0, 10) + &calls(10, "bash", &json!({"command": "make"}), Some(&output)) + &lines(20, 40);
    news(&mut model, news_of("s1", true, &log));
    settle(&mut model, PANE);
    model
}

#[test]
fn a_click_opens_and_the_wheel_scrolls() {
    let mut model = with_output();
    press(&mut model, PANE, Intent::Top);
    mouse_in(&mut model, PANE, Mouse { kind: MouseKind::Click, column: 20, row: 12 });
    settle(&mut model, PANE);
    assert_eq!(seen(&model)[11], "out 0", "row 10 of the text is row 12 of the pane");
    mouse_in(&mut model, PANE, Mouse { kind: MouseKind::WheelDown, column: 20, row: 5 });
    settle(&mut model, PANE);
    assert_eq!(seen(&model)[0], "entry 3");
    mouse_in(&mut model, PANE, Mouse { kind: MouseKind::Click, column: 20, row: 200 });
    mouse_in(&mut model, PANE, Mouse { kind: MouseKind::Click, column: 20, row: 0 });
}

#[test]
fn the_words_under_the_cursor_are_copied() {
    let mut model = with_output();
    press(&mut model, PANE, Intent::Top);
    assert_eq!(press(&mut model, PANE, Intent::Copy), [Effect::Copy("entry 0".into())]);
}

#[test]
fn a_file_stands_alone_and_asks_for_nothing() {
    let mut model = console(Some(&["s1"]));
    model.place.log_only = true;
    open_file(&mut model, Safe::new("session.log"), Format::SessionLog, lines(0, 5).trim_end().as_bytes());
    assert_eq!(settle(&mut model, PANE), []);
    assert_eq!(span(&model), between(0, 4));
    assert_eq!(next_wake(&model), None);
}

#[test]
fn where_a_file_stands_alone_what_would_change_something_says_so_and_not_that_read_only_was_asked_for() {
    let mut model = console(None);
    (model.place.log_only, model.settings.read_only) = (true, true);
    for intent in [Intent::Retry, Intent::Cancel, Intent::FollowUp] {
        crate::console::update::actions::run(&mut model, intent, &mut Vec::new());
        let said = model.notes.current.take().unwrap().text;
        assert!(said.starts_with("a saved log is all that is open here"), "{intent:?}: {said:?}");
    }
}

#[test]
fn a_still_log_wakes_for_what_reads_differently_and_no_sooner() {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, PANE);
    let log = calls(95, "bash", &json!({"command": "make"}), None);
    news(&mut model, news_of("s1", true, &log));
    settle(&mut model, PANE);
    // The call is 5 s old, the news just came: the call's clock reads differently at 10 s.
    assert_eq!(next_wake(&model), Some(start() + seconds(105)));
    model.log.shown.as_mut().unwrap().complete = true;
    assert_eq!(next_wake(&model), None);
}

#[test]
fn any_keys_in_any_order_keep_a_sound_picture() {
    let intents = [
        Intent::Up,
        Intent::Down,
        Intent::PageUp,
        Intent::PageDown,
        Intent::Top,
        Intent::Bottom,
        Intent::Fold,
        Intent::FoldAll,
        Intent::Follow,
        Intent::Wrap,
        Intent::NextEntry,
        Intent::PreviousEntry,
        Intent::NextError,
        Intent::PreviousError,
        Intent::NextHit,
        Intent::PreviousHit,
        Intent::Record,
        Intent::Copy,
    ];
    let mut model = with_output();
    let mut seed = 1u64;
    for n in 0..4000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let roll = usize::try_from(seed >> 33).unwrap();
        let pane = Area { width: [3, 20, 80, 200][roll % 4], height: [1, 2, 7, 30][roll / 4 % 4], ..PANE };
        match roll % 23 {
            20 => news(&mut model, news_of("s1", roll % 7 == 0, &lines(100 + n, 103 + n))),
            21 => drop(search(&mut model, ["out", "entry 1", ""][roll % 3], roll % 2 == 0)),
            22 => {
                let row = u16::try_from(roll % 40).unwrap();
                mouse_in(&mut model, pane, Mouse { kind: MouseKind::Click, column: 5, row });
            }
            i => drop(press(&mut model, pane, intents[i % intents.len()])),
        }
        settle(&mut model, pane);
        let shown = model.log.shown.as_ref().unwrap();
        let (rows, height) = (&shown.reader.rows, usize::from(shown.text_area(pane).height));
        assert!(rows.len() <= height);
        assert!(height == 0 || !rows.is_empty(), "something is in sight");
        assert!(rows.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert!(shown.reader.cursor < shown.transcript.entries().len());
    }
}
