//! What holds after any events, at any size.

use atc::console::event::{Mouse, MouseKind, News, What};
use atc::console::keys::{Chord, Key};
use atc::console::state::layout::Size;
use atc::console::view::Theme;
use atc::domain::{Source, State, TaskId};
use atc::text::Untrusted;
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::draw::buffer;
use crate::world::{Console, refused, repo, task, with_pull, with_session};

#[derive(Clone, Debug)]
enum Step {
    Key(Chord),
    Resize(u16, u16),
    Mouse(u8, u16, u16),
    Paste(String),
    Task(u8, u8, String),
    Gone(u8),
    Fail(u8),
    Wait(u16),
}

fn key() -> impl Strategy<Value = Chord> {
    let named = prop_oneof![
        Just(Key::Enter),
        Just(Key::Esc),
        Just(Key::Tab),
        Just(Key::BackTab),
        Just(Key::Backspace),
        Just(Key::Delete),
        Just(Key::Up),
        Just(Key::Down),
        Just(Key::Left),
        Just(Key::Right),
        Just(Key::Home),
        Just(Key::End),
        Just(Key::PageUp),
        Just(Key::PageDown),
    ];
    prop_oneof![
        4 => proptest::char::range(' ', '~').prop_map(Chord::char),
        3 => named.prop_map(Chord::plain),
        1 => proptest::char::range('a', 'z').prop_map(Chord::ctrl),
        1 => any::<char>().prop_map(Chord::char),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => key().prop_map(Step::Key),
        1 => (0..200_u16, 0..80_u16).prop_map(|(w, h)| Step::Resize(w, h)),
        2 => (0..3_u8, 0..200_u16, 0..80_u16).prop_map(|(k, x, y)| Step::Mouse(k, x, y)),
        1 => ".{0,40}".prop_map(Step::Paste),
        4 => (0..30_u8, 0..9_u8, ".{0,60}").prop_map(|(id, state, name)| Step::Task(id, state, name)),
        1 => (0..30_u8).prop_map(Step::Gone),
        1 => (0..4_u8).prop_map(Step::Fail),
        2 => (0..600_u16).prop_map(Step::Wait),
    ]
}

fn state(n: u8) -> State {
    let words =
        ["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "timed_out", "cancelled", "odd"];
    State::parse(words[usize::from(n)])
}

fn take(console: &mut Console, step: Step) {
    let name = |n: u8| ["billing", "api", "web", "reports"][usize::from(n % 4)];
    match step {
        Step::Key(chord) => {
            console.happen(What::Key(chord));
        }
        Step::Resize(width, height) => {
            console.happen(What::Resize(Size { width, height }));
        }
        Step::Mouse(kind, column, row) => {
            let kind = [MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown][usize::from(kind)];
            console.happen(What::Mouse(Mouse { kind, column, row }));
        }
        Step::Paste(text) => {
            console.happen(What::Paste(Untrusted::from(text)));
        }
        Step::Task(id, n, text) => {
            let mut new = task(&format!("t{id}"), name(id), &text, state(n), i64::from(id) + 1, i64::from(n));
            if id % 2 == 0 {
                new = with_session(new, &text);
            }
            if id % 3 == 0 {
                new = with_pull(new, u64::from(id));
            }
            let news = News::Tasks { tasks: vec![new], unreadable: u32::from(n) };
            console.good(Source::Tasks(repo(name(id))), news);
        }
        Step::Gone(id) => {
            console.good(Source::Tasks(repo(name(id))), News::Gone(vec![TaskId::new(format!("t{id}"))]));
        }
        Step::Fail(n) => console.bad(Source::Tasks(repo(name(n))), refused()),
        Step::Wait(seconds) => console.wait(TimeDelta::seconds(i64::from(seconds))),
    }
}

/// What must hold whatever happened.
fn holds(console: &mut Console) {
    same_as_from_scratch(console);
    let console = &*console;
    let model = &console.model;
    let queue = &model.queue;
    match &queue.selected {
        Some(id) => {
            let row = queue.rows.get(queue.index).and_then(|row| model.known_at(*row));
            assert_eq!(row.map(|known| &known.task.at.id), Some(id), "the selection is a row");
        }
        None => assert!(queue.rows.is_empty(), "rows without a selection"),
    }
    if let Some(area) = model.place.panes().queue {
        let shown = queue.top..queue.top + area.body_rows().max(1);
        assert!(queue.rows.is_empty() || shown.contains(&queue.index), "{} outside {shown:?}", queue.index);
    }
    for theme in [Theme::default(), Theme::mono().in_ascii()] {
        let screen = buffer(model, &theme);
        for cell in &screen.content {
            let symbol = cell.symbol();
            assert!(!symbol.is_empty() && !symbol.chars().any(char::is_control), "{symbol:?}");
        }
    }
    if let Some(wake) = console.wake() {
        assert!(wake > console.at);
    }
}

/// What was kept from update to update is what looking at every task anew finds.
fn same_as_from_scratch(console: &mut Console) {
    let kept = |console: &Console| {
        let queue = &console.model.queue;
        let counts = queue.roster.counts.clone();
        (queue.rows.clone(), queue.headings.clone(), queue.tally(), counts, queue.recheck_at, queue.index)
    };
    let before = kept(console);
    console.model.queue.due = true;
    console.happen(What::Wake);
    assert_eq!(kept(console), before);
}

fn walk(mut console: Console, steps: Vec<Step>) {
    for (n, step) in steps.into_iter().enumerate() {
        take(&mut console, step);
        if n % 10 == 0 {
            holds(&mut console);
        }
    }
    holds(&mut console);
}

proptest! {
    // A trace of a thousand steps costs half a second where nothing is optimised: a thousand of them are for the night.
    #![proptest_config(ProptestConfig {
        cases: if std::env::var_os("ATC_LONG").is_some() { 1000 } else { 16 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_thousand_events_break_the_console(steps in prop::collection::vec(step(), 1000)) {
        walk(Console::full(100, 35), steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// As many walks as are asked for, each as long as it takes to come somewhere.
    #[test]
    fn no_thousand_walks_break_the_console(steps in prop::collection::vec(step(), 1..50)) {
        walk(Console::full(80, 24), steps);
    }

    #[test]
    fn a_draw_fits_any_size(width in 0..200_u16, height in 0..80_u16, keys in "[1-6QlpbdzM?/:xL+\\-Gjv *{}]{0,6}") {
        let mut console = Console::full(width, height);
        console.keys(&keys);
        holds(&mut console);
    }
}
