#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use chrono::TimeDelta;

use super::*;
use crate::console::event::{Event, Net, News, What};
use crate::console::keys::{Chord, Context, Key};
use crate::console::state::layout::Size;
use crate::console::state::settings::Settings;
use crate::console::state::tone::Tone;
use crate::console::update::update;
use crate::domain::transition::{On, Rule, Way};
use crate::domain::{Query, Source, State, Task, TaskId};

fn at(seconds: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn repo() -> crate::domain::RepoName {
    "acme/api".parse().unwrap()
}

fn model(rules: Vec<Rule>) -> Model {
    let settings = Settings { repos: vec![repo()], notify: rules, ..Settings::default() };
    let mut model = Model::new(at(1000), settings);
    update(&mut model, Event { at: at(1000), what: What::Resize(Size { width: 80, height: 24 }) });
    model
}

fn task(id: &str, state: State, created: i64, touched: i64) -> Task {
    Task { state, created_at: at(created), updated_at: Some(at(touched)), name: id.into(), ..Task::queued(id) }
}

fn hear(model: &mut Model, now: i64, generation: u64, tasks: Vec<Task>) -> Vec<Effect> {
    let result = Ok(News::Tasks { tasks, unreadable: 0 });
    let net = Net { source: Source::Tasks(repo()), generation, next_try: None, result };
    update(model, Event { at: at(now), what: What::Net(net) })
}

fn press(model: &mut Model, now: i64, chord: Chord) -> Vec<Effect> {
    update(model, Event { at: at(now), what: What::Key(chord) })
}

fn told(effects: &[Effect]) -> Vec<String> {
    let of = |notice: &Notice| {
        let id = notice.transition.task.as_ref().unwrap().raw().to_owned();
        format!("{id} {} {}", notice.transition.turn.kind.word(), notice.by.len())
    };
    let notices = effects.iter().filter_map(|effect| match effect {
        Effect::Notify(notices) => Some(notices),
        _ => None,
    });
    notices.flatten().map(of).collect()
}

fn rule(on: &str) -> Rule {
    Rule { query: Query::default(), on: vec![On::parse(on).unwrap()], by: vec![Way::Bell] }
}

fn kept(effects: &[Effect]) -> Vec<(String, bool)> {
    let marks = effects.iter().filter_map(|effect| match effect {
        Effect::KeepRead(marks) => Some(marks),
        _ => None,
    });
    marks.flatten().map(|(key, at)| (key.clone(), at.is_some())).collect()
}

#[test]
fn what_was_there_at_the_start_is_no_news_and_what_becomes_of_it_is() {
    let mut model = model(vec![rule("failed"), rule("new")]);
    let first = hear(&mut model, 1000, 1, vec![task("a", State::Failed, 1, 10), task("b", State::InProgress, 1, 10)]);
    assert_eq!(told(&first), Vec::<String>::new());
    let second = hear(
        &mut model,
        1010,
        2,
        vec![task("a", State::Failed, 1, 10), task("b", State::Failed, 1, 1005), task("c", State::Queued, 1006, 1006)],
    );
    assert_eq!(told(&second), ["b task.state 1", "c task.new 1"]);
    let third = hear(&mut model, 1020, 3, vec![task("b", State::Failed, 1, 1005)]);
    assert_eq!(told(&third), Vec::<String>::new(), "once");
}

#[test]
fn without_rules_nothing_is_told() {
    let mut model = model(Vec::new());
    hear(&mut model, 1000, 1, vec![task("b", State::InProgress, 1, 10)]);
    assert!(told(&hear(&mut model, 1010, 2, vec![task("b", State::Failed, 1, 1005)])).is_empty());
}

#[test]
fn what_waits_is_listed_oldest_first_and_leaves_when_it_is_dealt_with() {
    let mut model = model(Vec::new());
    let asks = |id, touched| task(id, State::WaitingForUser, 1, touched);
    hear(&mut model, 1000, 1, vec![asks("young", 900), asks("old", 100), task("runs", State::InProgress, 1, 10)]);
    let names = |model: &Model| model.place.inbox.entries.iter().map(|e| e.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(&model), ["old", "young"]);
    assert_eq!(model.place.inbox.unread(), 2);
    hear(&mut model, 1010, 2, vec![asks("young", 900), task("old", State::InProgress, 1, 1005)]);
    assert_eq!(names(&model), ["young"]);
}

#[test]
fn the_cursor_stays_with_its_entry_whatever_comes_above_it() {
    let mut model = model(Vec::new());
    let asks = |id: &str, touched| task(id, State::WaitingForUser, 1, touched);
    hear(&mut model, 1000, 1, vec![asks("b", 500), asks("c", 600)]);
    press(&mut model, 1001, Chord::char('I'));
    assert_eq!(model.context(), Context::Inbox);
    press(&mut model, 1002, Chord::char('j'));
    assert_eq!(model.place.inbox.selected().unwrap().name.as_str(), "c");
    hear(&mut model, 1010, 2, vec![asks("a", 400), asks("b", 500), asks("c", 600)]);
    assert_eq!(model.place.inbox.selected().unwrap().name.as_str(), "c");
    hear(&mut model, 1020, 3, vec![task("b", State::Completed, 1, 1015)]);
    assert_eq!(model.place.inbox.selected().unwrap().name.as_str(), "c");
}

#[test]
fn read_stays_read_until_something_newer_is_asked() {
    let mut model = model(Vec::new());
    let asks = |touched| task("a", State::WaitingForUser, 1, touched);
    hear(&mut model, 1000, 1, vec![asks(500)]);
    press(&mut model, 1001, Chord::char('I'));
    let effects = press(&mut model, 1002, Chord::char(' '));
    assert_eq!(kept(&effects), [("answer acme/api a".to_owned(), true)]);
    assert_eq!(model.place.inbox.unread(), 0);
    press(&mut model, 1003, Chord::char(' '));
    assert_eq!(model.place.inbox.unread(), 1, "unread again");
    press(&mut model, 1004, Chord::char('a'));
    assert_eq!(model.place.inbox.unread(), 0);
    // Answered, and it asks again.
    let effects = hear(&mut model, 1010, 2, vec![task("a", State::InProgress, 1, 1005)]);
    assert_eq!(kept(&effects), [("answer acme/api a".to_owned(), false)], "its mark goes with it");
    hear(&mut model, 1020, 3, vec![asks(1015)]);
    assert_eq!(model.place.inbox.unread(), 1);
}

#[test]
fn what_another_console_has_read_is_read_here() {
    let mut model = model(Vec::new());
    hear(&mut model, 1000, 1, vec![task("a", State::WaitingForUser, 1, 500)]);
    let marks = vec![("answer acme/api a".to_owned(), at(600))];
    let what = What::Local(crate::console::event::Local::InboxRead(Some(marks)));
    update(&mut model, Event { at: at(1001), what });
    assert_eq!(model.place.inbox.unread(), 0);
}

#[test]
fn an_answer_that_was_overtaken_changes_nothing() {
    let mut model = model(Vec::new());
    hear(&mut model, 1000, 1, vec![task("a", State::WaitingForUser, 1, 500)]);
    press(&mut model, 1001, Chord::char('I'));
    let answer = |marks: &[i64]| {
        let marks = marks.iter().map(|seconds| ("answer acme/api a".to_owned(), at(*seconds))).collect();
        What::Local(crate::console::event::Local::InboxRead(Some(marks)))
    };
    press(&mut model, 1002, Chord::char(' '));
    press(&mut model, 1003, Chord::char(' '));
    for (marks, unread) in [(&[][..], 1), (&[1002][..], 1), (&[][..], 1)] {
        update(&mut model, Event { at: at(1004), what: answer(marks) });
        assert_eq!(model.place.inbox.unread(), unread);
    }
    update(&mut model, Event { at: at(1005), what: answer(&[1004]) });
    assert_eq!(model.place.inbox.unread(), 0, "another console read it");
}

#[test]
fn enter_reads_it_and_leads_to_its_log() {
    let mut model = model(Vec::new());
    hear(&mut model, 1000, 1, vec![task("a", State::WaitingForUser, 1, 500)]);
    press(&mut model, 1001, Chord::char('I'));
    let effects = press(&mut model, 1002, Chord::plain(Key::Enter));
    assert_eq!(kept(&effects), [("answer acme/api a".to_owned(), true)]);
    assert_eq!((model.context(), model.queue.selected.clone()), (Context::Log, Some(TaskId::new("a"))));
    assert!(model.place.inbox.pane.is_none());
}

#[test]
fn an_outcome_nobody_knows_is_listed_and_leads_to_its_line() {
    let mut model = model(vec![rule("unresolved")]);
    let row = |seconds| Row {
        at: at(seconds),
        unresolved: true,
        title: Safe::new("start unknown"),
        tone: Tone::Warn,
        repo: repo(),
        task: None,
        detail: Safe::new("the answer was lost"),
    };
    let news = |rows| What::Op(crate::console::event::Op::Unresolved(rows));
    let effects = update(&mut model, Event { at: at(1000), what: news(vec![row(900)]) });
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Notify(_))), "it was there at the start");
    let effects = update(&mut model, Event { at: at(1001), what: news(vec![row(900), row(950)]) });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Notify(told) if told.len() == 1)));
    press(&mut model, 1002, Chord::char('I'));
    assert_eq!(model.place.inbox.entries.len(), 2);
    press(&mut model, 1003, Chord::plain(Key::Enter));
    assert_eq!(model.context(), Context::Ledger);
}

#[test]
fn a_failure_of_last_week_waits_for_nobody() {
    assert!(!inbox::is_past(Ask::Failed, at(0), at(86_400)));
    assert!(inbox::is_past(Ask::Failed, at(0), at(8 * 86_400)));
    assert!(!inbox::is_past(Ask::Answer, at(0), at(80 * 86_400)));
}
