//! Seeing only some entries, finding more in a log, and the promise that the text stays where it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::json;

use super::pointer::mouse_in;
use super::tests::{PANE, calls, console, news_of, press, says, settle, start};
use super::*;
use crate::console::event::{Event, Mouse, MouseKind, What};
use crate::console::keys::{Chord, Key};
use crate::console::state::layout::Size;
use crate::console::state::log::facets::bar as bar_of;
use crate::console::update::update;
use crate::transcript::lines::{Options, lines};
use crate::transcript::{Filter, Mode};

/// Entry `n` of a log that has everything: words, commands that end well and badly, edits, thoughts, messages.
fn record(n: i64) -> String {
    match n % 8 {
        0 => calls(n, "bash", &json!({"command": format!("ls {n}")}), Some("one\ntwo\n<exited with exit code 0>")),
        1 => calls(n, "bash", &json!({"command": format!("cargo test {n}")}), Some(&red(n))),
        2 => calls(n, "think", &json!({"thought": format!("thought {n}\nand more\nand more")}), Some("")),
        3 => calls(n, "create", &json!({"path": format!("src/file{n}.rs"), "file_text": "a\nb"}), Some("created")),
        4 => format!(
            "data: {}\n\n",
            json!({"id": format!("u{n}"), "created": start().timestamp() + n, "object": "chat.completion.chunk",
                "choices": [{"delta": {"role": "user", "content": format!("please {n}")}}]})
        ),
        _ => says(n, &format!("entry {n} says a word")),
    }
}

fn red(n: i64) -> String {
    format!("running\ntest result: FAILED. {n} passed; 1 failed; 0 ignored\n<exited with exit code 101>")
}

fn log(entries: i64) -> String {
    (0..entries).map(record).collect()
}

fn reading(entries: i64) -> Model {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, PANE);
    news(&mut model, news_of("s1", true, &log(entries)));
    settle(&mut model, PANE);
    model
}

/// The same, driven by whole events on a screen whose log pane is `PANE`.
fn console_of(entries: i64) -> Model {
    let mut model = console(Some(&["s1"]));
    send(&mut model, What::Resize(Size { width: PANE.width, height: 25 }));
    news(&mut model, news_of("s1", true, &log(entries)));
    send(&mut model, What::Wake);
    assert_eq!(model.place.panes().log.map(|pane| pane.height), Some(PANE.height));
    model
}

fn send(model: &mut Model, what: What) {
    let at = model.now + TimeDelta::milliseconds(34);
    update(model, Event { at, what });
}

fn keys(model: &mut Model, keys: &str) {
    for c in keys.chars() {
        let chord = match c {
            '\n' => Chord::plain(Key::Enter),
            '\u{1b}' => Chord::plain(Key::Esc),
            '\t' => Chord::plain(Key::Tab),
            '\u{12}' => Chord::ctrl('r'),
            '\u{6}' => Chord::ctrl('f'),
            c => Chord::char(c),
        };
        send(model, What::Key(chord));
    }
}

fn shown(model: &Model) -> &Shown {
    model.log.shown.as_ref().unwrap()
}

fn reader(model: &Model) -> &Reader {
    &shown(model).reader
}

/// The entries in sight.
fn in_sight(model: &Model) -> Vec<usize> {
    let mut all: Vec<usize> = reader(model).rows.iter().map(|row| row.at.entry).collect();
    all.dedup();
    all
}

fn note(model: &Model) -> &str {
    model.notes.current.as_ref().map_or("", |note| note.text.as_str())
}

/// The row on the screen of the entry under the cursor.
fn cursor_line(model: &Model) -> usize {
    let reader = reader(model);
    reader.rows.iter().position(|row| row.at.entry == reader.cursor).unwrap()
}

#[test]
fn a_digit_shows_one_kind_of_entry_and_the_same_digit_all_of_them() {
    let mut model = reading(80);
    for (key, facet) in (1..).zip(crate::console::state::log::facets::KEYS) {
        press(&mut model, PANE, Intent::Facet(key));
        let log = &shown(&model).transcript;
        assert!(in_sight(&model).iter().all(|entry| log.facets().of(*entry).has(facet)), "{facet:?}");
        assert_eq!(reader(&model).visible(), Some(log.facets().count(facet)), "{facet:?}");
        press(&mut model, PANE, Intent::Facet(key));
        assert_eq!(reader(&model).visible(), None, "the same key again shows all");
    }
    press(&mut model, PANE, Intent::Facet(2));
    press(&mut model, PANE, Intent::Facet(6));
    press(&mut model, PANE, Intent::Facet(0));
    assert_eq!(reader(&model).visible(), None);
}

#[test]
fn what_is_under_the_cursor_keeps_its_row_when_others_go_and_come_back() {
    let mut model = reading(200);
    press(&mut model, PANE, Intent::PageUp);
    press(&mut model, PANE, Intent::PageUp);
    press(&mut model, PANE, Intent::PreviousEntry);
    press(&mut model, PANE, Intent::Next(Facet::Command));
    press(&mut model, PANE, Intent::Next(Facet::Command));
    let (entry, line, rows) = (reader(&model).cursor, cursor_line(&model), reader(&model).rows.clone());
    assert!(line > 0);
    press(&mut model, PANE, Intent::Facet(1));
    assert_eq!((reader(&model).cursor, cursor_line(&model)), (entry, line));
    press(&mut model, PANE, Intent::Facet(1));
    assert_eq!((reader(&model).cursor, cursor_line(&model)), (entry, line));
    assert_eq!(reader(&model).rows, rows, "and everything is as it was");
    // A command is no file: the nearest file takes the row.
    press(&mut model, PANE, Intent::Facet(2));
    assert!(reader(&model).cursor.abs_diff(entry) <= 8, "{} for {entry}", reader(&model).cursor);
    assert_eq!(cursor_line(&model), line);
}

#[test]
fn the_end_is_followed_within_a_filter_and_only_what_can_be_seen_counts_as_new() {
    let mut model = reading(80);
    press(&mut model, PANE, Intent::Facet(1));
    assert!(reader(&model).follow);
    news(&mut model, news_of("s1", false, &(record(80) + &record(85))));
    settle(&mut model, PANE);
    assert_eq!(reader(&model).cursor, 80, "the last command, not the last entry");
    press(&mut model, PANE, Intent::Up);
    assert!(!reader(&model).follow);
    news(&mut model, news_of("s1", false, &(88..96).map(record).collect::<String>()));
    settle(&mut model, PANE);
    assert_eq!(reader(&model).unseen, 2, "of eight entries two are commands");
    press(&mut model, PANE, Intent::Facet(0));
    assert_eq!(reader(&model).unseen, 8);
    press(&mut model, PANE, Intent::Facet(6));
    assert_eq!(reader(&model).unseen, 1);
    press(&mut model, PANE, Intent::Bottom);
    assert_eq!((reader(&model).unseen, reader(&model).follow), (0, true));
}

#[test]
fn an_entry_comes_in_sight_when_its_result_makes_it_one_of_the_kind() {
    let mut model = reading(8);
    let pending = calls(20, "bash", &json!({"command": "make"}), None);
    let done = calls(20, "bash", &json!({"command": "make"}), Some("no\n<exited with exit code 2>"));
    press(&mut model, PANE, Intent::Facet(6));
    assert_eq!(in_sight(&model), [1]);
    news(&mut model, news_of("s1", false, &pending));
    settle(&mut model, PANE);
    assert_eq!(in_sight(&model), [1]);
    news(&mut model, news_of("s1", false, done.split_once("\n\n").unwrap().1));
    settle(&mut model, PANE);
    assert_eq!(in_sight(&model), [1, 8]);
}

#[test]
fn a_log_that_is_replaced_is_filtered_anew() {
    let mut model = reading(80);
    press(&mut model, PANE, Intent::Facet(2));
    news(&mut model, news_of("s1", true, &log(20)));
    settle(&mut model, PANE);
    assert_eq!(in_sight(&model), [3, 11, 19]);
}

#[test]
fn where_nothing_is_let_through_every_key_is_survived_and_the_way_back_is_there() {
    let mut model = console_of(5);
    keys(&mut model, "&files\n");
    news(&mut model, news_of("s1", true, &says(1, "nothing else")));
    keys(&mut model, "jkgG[]eEcCiIuU{} aFwnNyt");
    for _ in 0..3 {
        send(&mut model, What::Key(Chord::plain(Key::PageUp)));
        send(&mut model, What::Key(Chord::plain(Key::PageDown)));
    }
    assert!(reader(&model).rows.is_empty());
    keys(&mut model, "t0");
    assert_eq!(in_sight(&model), [0]);
}

#[test]
fn the_filter_line_is_in_force_while_it_is_typed_and_giving_it_up_brings_everything_back() {
    let mut model = console_of(200);
    keys(&mut model, "kkk");
    let before = reader(&model).rows.clone();
    keys(&mut model, "&errors");
    assert!(reader(&model).filter().unwrap().is_just(Facet::Error));
    keys(&mut model, " path:nowhere");
    assert_eq!(reader(&model).visible(), Some(0));
    keys(&mut model, "\u{1b}");
    if model.line.is_some() {
        keys(&mut model, "\u{1b}");
    }
    assert_eq!(reader(&model).filter(), None);
    assert_eq!(reader(&model).rows, before);
    // Accepted, it is what the next line begins with.
    keys(&mut model, "&commands errors\n");
    assert_eq!(reader(&model).visible(), Some(25));
    keys(&mut model, "&");
    assert_eq!(model.line.as_ref().unwrap().text, "commands errors");
    keys(&mut model, "\u{1b}\u{1b}");
    assert_eq!(model.line.as_ref().map(|line| line.text.clone()), None);
}

#[test]
fn what_is_wrong_with_the_filter_keeps_the_line_open_and_says_where() {
    let mut model = console_of(40);
    keys(&mut model, "&errors re:(\n");
    let line = model.line.as_ref().unwrap();
    let wrong = line.wrong.as_ref().unwrap();
    assert_eq!((wrong.at.clone(), wrong.what.as_str()), (10..11, "unclosed group"));
    assert!(reader(&model).filter().unwrap().text().starts_with("errors"), "what is understood is in force");
    keys(&mut model, "x)\n");
    assert!(model.line.is_none());
}

#[test]
fn a_word_of_the_filter_is_completed() {
    let mut model = console_of(40);
    keys(&mut model, "&rea\t");
    assert_eq!(model.line.as_ref().unwrap().text, "reasoning");
    assert!(reader(&model).filter().unwrap().is_just(Facet::Reasoning));
}

#[test]
fn going_back_closes_the_outline_then_the_filter_and_only_then_the_log() {
    let mut model = console_of(40);
    keys(&mut model, "1t");
    keys(&mut model, "\u{1b}");
    assert!(!shown(&model).outline && reader(&model).visible().is_some());
    keys(&mut model, "\u{1b}");
    assert!(reader(&model).visible().is_none());
    assert_eq!(model.place.focus, crate::console::state::place::Pane::Log);
    keys(&mut model, "\u{1b}");
    assert_eq!(model.place.focus, crate::console::state::place::Pane::Queue);
}

#[test]
fn a_search_becomes_a_filter_and_goes_on_among_what_it_lets_through() {
    let mut model = console_of(200);
    keys(&mut model, "/cargo test 1\u{6}");
    assert!(model.line.is_none());
    let expected = (0..200).filter(|n| n % 8 == 1 && n.to_string().starts_with('1')).count();
    assert_eq!(reader(&model).visible(), Some(expected));
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), expected);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..expected {
        seen.insert(reader(&model).cursor);
        keys(&mut model, "n");
    }
    assert_eq!(seen.len(), expected);
}

#[test]
fn hits_that_a_filter_hides_are_neither_counted_nor_walked() {
    let mut model = console_of(80);
    keys(&mut model, "/ 1\n");
    let all = reader(&model).search.as_ref().unwrap().hits().len();
    keys(&mut model, "1");
    let search = reader(&model).search.as_ref().unwrap();
    assert!(search.hits().len() < all && !search.hits().is_empty());
    assert_eq!(search.hidden(), all - search.hits().len());
    for _ in 0..20 {
        keys(&mut model, "n");
        let (cursor, log) = (reader(&model).cursor, &shown(&model).transcript);
        assert!(log.facets().of(cursor).has(Facet::Command));
    }
    keys(&mut model, "2n");
    assert!(note(&model).contains("0 shows all"), "{}", note(&model));
    keys(&mut model, "0");
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), all);
}

#[test]
fn a_search_is_a_text_or_an_expression_and_stays_what_it_was() {
    let mut model = console_of(80);
    keys(&mut model, "/cargo.test\n");
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 0);
    keys(&mut model, "/cargo.test [0-9]$\u{12}");
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 2, "1 and 9");
    keys(&mut model, "\n/");
    assert_eq!(model.log.mode, Mode::Regex);
    keys(&mut model, "ls (1|2)6");
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 1, "16");
    // Half an expression keeps what was found, and says where it is not whole.
    keys(&mut model, "(");
    assert_eq!(model.line.as_ref().unwrap().wrong.as_ref().map(|wrong| wrong.at.clone()), Some(9..10));
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 1);
    keys(&mut model, "\n");
    assert!(model.line.is_some(), "and is not accepted");
}

#[test]
fn an_expression_that_finds_nothing_at_all_everywhere_ends() {
    let mut model = console_of(40);
    keys(&mut model, "/\u{12}z*");
    assert!(model.line.as_ref().unwrap().wrong.is_none());
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 0);
    keys(&mut model, "\nnnNN");
    assert!(note(&model).contains("nothing found"));
}

#[test]
fn jumps_go_to_calls_files_messages_and_turns_and_say_when_there_is_none() {
    let mut model = reading(80);
    press(&mut model, PANE, Intent::Top);
    for (next, previous, at) in [
        (Intent::Next(Facet::File), Intent::Previous(Facet::File), [3, 11]),
        (Intent::Next(Facet::User), Intent::Previous(Facet::User), [4, 12]),
        (Intent::NextError, Intent::PreviousError, [1, 9]),
        (Intent::Next(Facet::Call), Intent::Previous(Facet::Call), [1, 3]),
        (Intent::NextTurn, Intent::PreviousTurn, [1, 2]),
    ] {
        press(&mut model, PANE, Intent::Top);
        press(&mut model, PANE, next);
        assert_eq!(reader(&model).cursor, at[0], "{next:?}");
        press(&mut model, PANE, next);
        assert_eq!(reader(&model).cursor, at[1], "{next:?}");
        press(&mut model, PANE, previous);
        assert_eq!(reader(&model).cursor, at[0], "{previous:?}");
        press(&mut model, PANE, Intent::Top);
        model.notes.current = None;
        press(&mut model, PANE, previous);
        assert!(note(&model).contains("further up"), "{previous:?}: {}", note(&model));
        for _ in 0..90 {
            press(&mut model, PANE, next);
        }
        assert!(note(&model).contains("further down"), "{next:?}: {}", note(&model));
    }
}

#[test]
fn jumps_pass_over_what_a_filter_hides_and_say_when_that_is_all_there_is() {
    let mut model = reading(80);
    press(&mut model, PANE, Intent::Facet(1));
    press(&mut model, PANE, Intent::Top);
    press(&mut model, PANE, Intent::NextError);
    assert_eq!(reader(&model).cursor, 1);
    press(&mut model, PANE, Intent::Next(Facet::User));
    assert!(note(&model).contains("0 shows all"), "{}", note(&model));
    press(&mut model, PANE, Intent::NextEntry);
    assert_eq!(reader(&model).cursor, 8);
    press(&mut model, PANE, Intent::PreviousEntry);
    press(&mut model, PANE, Intent::PreviousEntry);
    assert_eq!(reader(&model).cursor, 0);
}

#[test]
fn the_outline_moves_the_log_and_the_log_the_outline() {
    let mut model = console_of(80);
    keys(&mut model, "t");
    assert_eq!(shown(&model).turn(), Some(79));
    keys(&mut model, "kk");
    assert_eq!((shown(&model).turn(), reader(&model).cursor), (Some(77), 77));
    keys(&mut model, "g");
    assert_eq!((shown(&model).turn(), reader(&model).cursor), (Some(0), 0));
    keys(&mut model, "jjj");
    assert_eq!(reader(&model).rows.first().map(|row| row.at.entry), Some(3), "the turn stands at the top");
    // A narrow pane is all outline: a click goes to the turn it is on.
    let parts = shown(&model).parts(PANE);
    assert_eq!(parts.outline.map(|area| area.width), Some(PANE.width));
    let area = parts.outline.unwrap();
    mouse_in(&mut model, PANE, Mouse { kind: MouseKind::Click, column: 9, row: area.y + 1 + 7 });
    settle(&mut model, PANE);
    assert_eq!(shown(&model).turn(), Some(7));
    mouse_in(&mut model, PANE, Mouse { kind: MouseKind::WheelDown, column: 9, row: area.y + 2 });
    assert_eq!(shown(&model).turn(), Some(10));
    keys(&mut model, "\n");
    assert!(!shown(&model).outline);
    keys(&mut model, "2tj");
    assert_eq!(reader(&model).cursor, 19, "turns of which nothing can be seen are passed over");
}

#[test]
fn a_click_on_a_facet_is_its_key() {
    let mut model = reading(80);
    let bar = shown(&model).parts(PANE).bar.unwrap();
    let item = bar_of(shown(&model), bar).into_iter().find(|item| item.key == 2).unwrap();
    let click = Mouse { kind: MouseKind::Click, column: item.area.x + 1, row: bar.y };
    mouse_in(&mut model, PANE, click);
    assert!(reader(&model).filter().unwrap().is_just(Facet::File));
    mouse_in(&mut model, PANE, click);
    assert!(reader(&model).filter().is_none());
}

/// A log of so many entries of about so many bytes.
fn long(entries: i64, bytes: usize) -> Model {
    let mut model = console(Some(&["s1"]));
    send(&mut model, What::Resize(Size { width: PANE.width, height: 25 }));
    let filler = "lorem ipsum ".repeat(bytes / 12);
    let log: String = (0..entries).map(|n| says(n, &format!("{filler} entry {n}"))).collect();
    news(&mut model, news_of("s1", true, &log));
    send(&mut model, What::Wake);
    model
}

#[test]
fn a_long_log_is_searched_a_piece_at_a_time_and_counted_right() {
    let mut model = long(9000, 1200);
    keys(&mut model, "kk/\u{12}entry [0-9]*7\\b");
    let entries = shown(&model).transcript.entries().len();
    let search = reader(&model).search.as_ref().unwrap();
    let first = search.percent(shown(&model).transcript.entries());
    assert!(first.is_some_and(|percent| percent < 20), "a key does not wait for the whole log: {first:?}");
    assert_eq!(model.place.wake, Some(model.now + TimeDelta::milliseconds(1)), "it goes on by itself");
    let mut wakes = 0;
    while reader(&model).is_busy(shown(&model).transcript.entries()) {
        // News come in between.
        if wakes == 3 {
            news(&mut model, news_of("s1", false, &(says(9000, "entry 9007") + &says(9001, "entry 9008"))));
        }
        send(&mut model, What::Wake);
        wakes += 1;
        assert!(wakes < 60);
    }
    assert_eq!(reader(&model).search.as_ref().unwrap().hits().len(), 901);
    assert_eq!(shown(&model).transcript.entries().len(), entries + 2);
    keys(&mut model, "\n");
    assert!(reader(&model).search.as_ref().unwrap().current().is_some());
}

#[test]
fn a_filter_that_reads_texts_is_in_force_when_all_of_the_log_was_read_and_not_before() {
    let mut model = long(9000, 1200);
    keys(&mut model, "&re:\"entry [0-9]*7\\b\"\n");
    let before = in_sight(&model);
    assert!(reader(&model).visible().is_none() && reader(&model).sifting(shown(&model).transcript.entries()).is_some());
    let mut wakes = 0;
    while reader(&model).is_busy(shown(&model).transcript.entries()) {
        assert_eq!(in_sight(&model), before);
        send(&mut model, What::Wake);
        wakes += 1;
        assert!(wakes < 60);
    }
    assert_eq!(reader(&model).visible(), Some(900));
    assert!(in_sight(&model).iter().all(|entry| entry % 10 == 7));
}

/// The rows in sight, made from nothing but the log, the filter and what is folded.
fn from_scratch(model: &Model, pane: Area) -> Vec<(usize, usize, String)> {
    let shown = shown(model);
    let sheet = shown.sheet(pane, model.log.wrap);
    let (entries, facets) = (shown.transcript.entries(), shown.transcript.facets());
    let all = Filter::default();
    let filter = shown.reader.filter().unwrap_or(&all);
    let mut rows = Vec::new();
    for (index, entry) in entries.iter().enumerate().filter(|(i, entry)| filter.holds(entry, facets.of(*i))) {
        let options = Options { width: sheet.width, folded: shown.reader.is_folded(entry.id), wrap: sheet.wrap };
        rows.extend(lines(entry, options).iter().enumerate().map(|(row, line)| (index, row, line.text())));
    }
    let top = shown.reader.rows.first().map(|row| (row.at.entry, row.at.row));
    let height = usize::from(sheet.height);
    let start = match top {
        _ if shown.reader.follow => rows.len().saturating_sub(height),
        Some(top) => rows.iter().position(|(entry, row, _)| (*entry, *row) == top).expect("the top row is one of them"),
        None => 0,
    };
    rows.into_iter().skip(start).take(height).collect()
}

fn seen(model: &Model) -> Vec<(usize, usize, String)> {
    reader(model).rows.iter().map(|row| (row.at.entry, row.at.row, row.line.text())).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Press(Intent),
    Filter(&'static str),
    Search(&'static str),
    Grow(u8),
    Answer,
    Anew(u8),
    Pane(u16, u16),
}

fn step() -> impl Strategy<Value = Step> {
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
        Intent::PreviousHit,
        Intent::NextHit,
        Intent::Next(Facet::Call),
        Intent::Previous(Facet::File),
        Intent::NextTurn,
        Intent::PreviousTurn,
        Intent::Outline,
        Intent::Facet(1),
        Intent::Facet(2),
        Intent::Facet(6),
        Intent::Facet(0),
    ];
    let filters = ["", "commands", "-commands", "errors,files", "entry", "re:[37]$", "path:file1", "user words"];
    prop_oneof![
        6 => proptest::sample::select(intents.to_vec()).prop_map(Step::Press),
        2 => proptest::sample::select(filters.to_vec()).prop_map(Step::Filter),
        1 => proptest::sample::select(vec!["", "entry", "test 1", "more"]).prop_map(Step::Search),
        2 => (1u8..20).prop_map(Step::Grow),
        1 => Just(Step::Answer),
        1 => (0u8..60).prop_map(Step::Anew),
        1 => (proptest::sample::select(vec![20u16, 80, 130]), 2u16..30).prop_map(|(w, h)| Step::Pane(w, h)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_the_rows_in_sight_are_those_of_a_fresh_layout_and_growth_moves_none(
        steps in proptest::collection::vec(step(), 1..40),
        entries in 0i64..120,
    ) {
        let mut model = reading(entries);
        let (mut pane, mut next) = (PANE, entries);
        for step in steps {
            let before = seen(&model);
            let paused = !reader(&model).follow;
            let grows = matches!(step, Step::Grow(_));
            match step.clone() {
                Step::Press(intent) => drop(press(&mut model, pane, intent)),
                Step::Filter(text) => drop(facets::typed(&mut model, text)),
                Step::Search(text) => drop(search(&mut model, text, true)),
                Step::Grow(count) => {
                    let more: String = (next..next + i64::from(count)).map(record).collect();
                    next += i64::from(count);
                    news(&mut model, news_of("s1", false, &more));
                }
                Step::Answer => {
                    let call = calls(next + 1000, "bash", &json!({"command": "make"}), Some("no\n<exited with exit code 2>"));
                    let (call, answer) = call.split_once("\n\n").unwrap();
                    next += 1;
                    news(&mut model, news_of("s1", false, &format!("{call}\n\n")));
                    settle(&mut model, pane);
                    news(&mut model, news_of("s1", false, answer));
                }
                Step::Anew(count) => {
                    next = i64::from(count);
                    news(&mut model, news_of("s1", true, &log(next)));
                }
                Step::Pane(width, height) => pane = Area { width, height, ..PANE },
            }
            settle(&mut model, pane);
            prop_assert_eq!(seen(&model), from_scratch(&model, pane), "after {:?}", step);
            if grows && paused && !before.is_empty() {
                let after = seen(&model);
                prop_assert_eq!(&after[..before.len().min(after.len())], &before[..], "growth moved the text");
            }
            let reader = reader(&model);
            prop_assert!(reader.rows.is_empty() || reader.is_visible(reader.cursor));
        }
    }
}
