//! The ledger as it is looked at: the lines, a task's history, the numbers.

use atc::console::effect::Effect;
use atc::console::event::{Op, What};
use atc::console::keys::Key;
use atc::console::ledger::{Ask, Charts, Day, News, Row, Told};
use atc::console::state::tone::Tone;
use atc::domain::{Fault, FaultKind, TaskId, TaskRef};
use atc::text::Safe;

use crate::draw::text;
use crate::world::{Console, ago};

fn task(id: &str) -> TaskRef {
    TaskRef { repo: "acme/billing-service".parse().unwrap(), id: TaskId::new(id) }
}

fn row(minutes: i64, title: &str, tone: Tone, id: Option<&str>, detail: &str) -> Row {
    Row {
        at: ago(minutes),
        unresolved: false,
        title: Safe::new(title),
        tone,
        repo: "acme/billing-service".parse().unwrap(),
        task: id.map(task),
        detail: Safe::new(detail),
    }
}

fn some() -> Vec<Row> {
    let open = Row { unresolved: true, ..row(3, "start unknown", Tone::Warn, None, "the line broke") };
    vec![
        open,
        row(1, "PR merged", Tone::Good, Some("t-1"), "was open · #42"),
        row(9, "failed", Tone::Bad, Some("t-2"), "was running · no tests \u{1b}[31m· 3.4 cr"),
        row(30, "start", Tone::Plain, None, "mona · template bugfix · allowed by starts_per_hour · fix it"),
    ]
}

/// What was asked of the ledger last.
fn asked(effects: &[Effect]) -> Option<(u64, Ask)> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Ledger(wish) => Some((wish.id, wish.ask.clone())),
        _ => None,
    })
}

fn tell(console: &mut Console, id: u64, rows: Vec<Row>, more: Option<u64>) -> Vec<Effect> {
    console.happen(What::Op(Op::Ledger(News { id, told: Ok(Told::Page { rows, more }) })))
}

fn open(width: u16, height: u16) -> (Console, u64) {
    let mut console = Console::full(width, height);
    let (id, ask) = asked(&console.keys("A")).unwrap();
    assert_eq!(ask, Ask::Page { query: String::new(), task: None, before: None });
    tell(&mut console, id, some(), None);
    (console, id)
}

#[test]
fn what_is_unresolved_stands_first_and_the_rest_newest_first() {
    let screens: Vec<String> = [(120, 20), (80, 16), (40, 10)].map(|(w, h)| text(&open(w, h).0.model)).into();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn a_key_shows_the_history_of_the_lines_task_and_back_leads_out_step_by_step() {
    let (mut console, _) = open(80, 24);
    let (id, ask) = {
        console.keys("j");
        asked(&console.press(Key::Enter)).unwrap()
    };
    assert_eq!(ask, Ask::Page { query: String::new(), task: Some(task("t-1")), before: None });
    tell(&mut console, id, vec![row(1, "PR merged", Tone::Good, Some("t-1"), "")], None);
    assert!(text(&console.model).contains("history of t-1"), "{}", text(&console.model));
    assert!(asked(&console.keys("q")).is_some(), "all lines are read again");
    assert!(console.model.place.ledger.pane.is_some());
    console.keys("q");
    assert!(console.model.place.ledger.pane.is_none());
}

#[test]
fn an_answer_to_an_earlier_wish_is_dropped() {
    let (mut console, first) = open(80, 24);
    let (second, _) = asked(&console.keys("r")).unwrap();
    assert_ne!(first, second);
    tell(&mut console, first, some(), None);
    assert!(console.model.place.ledger.pane.as_ref().unwrap().rows.is_empty());
    tell(&mut console, second, some(), None);
    assert_eq!(console.model.place.ledger.pane.as_ref().unwrap().rows.len(), 4);
}

#[test]
fn older_lines_are_asked_for_before_they_are_needed_and_only_so_many_are_held() {
    let mut console = Console::full(80, 24);
    let (mut id, _) = asked(&console.keys("A")).unwrap();
    let mut pages = 0;
    for before in (0..100_000_u64).rev() {
        let rows = vec![row(5, "start", Tone::Plain, None, ""); 200];
        tell(&mut console, id, rows, Some(before));
        pages += 1;
        let Some((next, ask)) = asked(&console.keys("G")) else { break };
        assert_eq!(ask, Ask::Page { query: String::new(), task: None, before: Some(before) });
        id = next;
    }
    assert_eq!(pages, 25);
    assert!(text(&console.model).contains("narrow with /"));
}

#[test]
fn the_filter_line_holds_the_query_and_a_new_one_reads_anew() {
    let (mut console, _) = open(80, 24);
    console.keys("/");
    assert_eq!(console.model.line.as_ref().unwrap().text, "ledger ");
    let (id, ask) = {
        console.keys("is:failed");
        asked(&console.press(Key::Enter)).unwrap()
    };
    assert_eq!(ask, Ask::Page { query: "is:failed".into(), task: None, before: None });
    let fault = Fault::new(FaultKind::Invalid, "the ledger knows no “x:”", "correct the query with /");
    console.happen(What::Op(Op::Ledger(News { id, told: Err(fault) })));
    assert!(text(&console.model).contains("knows no"), "{}", text(&console.model));
}

#[test]
fn the_numbers_stand_beside_their_charts() {
    let (mut console, _) = open(100, 24);
    let (id, ask) = asked(&console.keys("s")).unwrap();
    assert_eq!(ask, Ask::Charts { query: String::new() });
    let day =
        |n: u64| Day { name: Safe::new(format!("2026-11-{n:02}")), started: n % 7, finished: n % 5, failed: n % 2 };
    let charts = Charts {
        days: (1..=20).map(day).collect(),
        table: ["all  started  finished", "all       57        40"].map(Safe::new).into(),
    };
    console.happen(What::Op(Op::Ledger(News { id, told: Ok(Told::Charts(Box::new(charts))) })));
    insta::assert_snapshot!(text(&console.model));
    assert!(asked(&console.keys("s")).is_none(), "the lines are still there");
    assert_eq!(console.model.place.ledger.pane.as_ref().unwrap().rows.len(), 4);
}
