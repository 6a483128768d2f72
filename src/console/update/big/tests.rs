//! Reading a large log through windows is reading it whole: the same keys show the same rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::format_collect, clippy::naive_bytecount)]

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::console::event::{Event, Local, Mouse, MouseKind, What};
use crate::console::keys::{Chord, Key};
use crate::console::state::layout::Size;
use crate::console::update::update;
use crate::transcript::{index, search, window};

/// A console on a log, and the runtime's part of it played by hand.
struct Desk {
    model: Model,
    bytes: Vec<u8>,
    log: u64,
    /// Wishes are left unanswered while this is set.
    slow: Vec<Wish>,
    is_slow: bool,
    wishes: Vec<Wish>,
    /// Bytes of a window on either side: fewer than in earnest, so that a short log has many.
    most: u64,
}

fn record(id: usize, words: &str) -> String {
    let words = serde_json::to_string(words).unwrap();
    format!(
        r#"data: {{"id":"r{id}","created":1757413001,"object":"chat.completion.chunk","choices":[{{"delta":{{"role":"assistant","content":{words}}}}}]}}"#
    )
}

fn command(id: usize, output: &str) -> String {
    let part = |role: &str, content: &str| {
        let content = serde_json::to_string(content).unwrap();
        format!(
            r#"data: {{"id":"c{id}","object":"chat.completion.chunk","choices":[{{"delta":{{{role}"content":{content},"tool_calls":[{{"id":"k{id}","type":"function","index":0,"function":{{"name":"bash","arguments":"{{\"command\":\"make t{id}\"}}"}}}}]}}}}]}}"#
        )
    };
    format!("{}\n\n{}", part(r#""role":"assistant","#, ""), part("", output))
}

/// Some hundred kilobytes, with entries of one row and of hundreds.
fn log(entries: usize) -> Vec<u8> {
    let mut all = String::new();
    for n in 0..entries {
        let entry = match n % 7 {
            0 => record(n, &format!("Entry {n} says a word.\n\nAnd another one in a paragraph of its own.")),
            1 => command(
                n,
                &format!(
                    "{}<exited with exit code 0>",
                    (0..n % 90).map(|at| format!("output {at} of the command\n")).collect::<String>()
                ),
            ),
            2 => command(
                n,
                &format!(
                    "{}<exited with exit code 1>",
                    (0..30).map(|at| format!("failed {n} in {at}\n")).collect::<String>()
                ),
            ),
            3 => record(n, &(0..n % 200).map(|at| format!("word {at} of one long line ")).collect::<String>()),
            _ => record(n, &format!("line {n}")),
        };
        all.push_str(&entry);
        all.push_str("\n\n");
    }
    all.into_bytes()
}

impl Desk {
    fn new(bytes: Vec<u8>, is_window: bool) -> Self {
        let model = super::super::log::tests::console(None);
        let mut desk =
            Self { model, bytes, log: 1, slow: Vec::new(), is_slow: false, wishes: Vec::new(), most: 12_000 };
        // What has no key of its own has one here.
        let own =
            "[keys.log]\n\"alt+z\" = \"center-line\"\n\"alt+t\" = \"line-to-top\"\n\"alt+b\" = \"line-to-bottom\"\n";
        let changes = crate::keys::file::read_text(own).0;
        desk.model.settings.keymap = crate::keys::Keymap::build(crate::keys::Preset::Default, &changes).0;
        // The facets have a row of their own where a log is held whole.
        desk.send(What::Resize(Size { width: 80, height: 24 + u16::from(!is_window) }));
        let (len, format) = (desk.bytes.len() as u64, Format::SessionLog);
        let name = Safe::new("big.log");
        let local = if is_window {
            Local::BigLog(News { log: 1, what: Told::Opened { name, format, len, window: None } })
        } else {
            Local::LogFile { name, format, bytes: desk.bytes.clone() }
        };
        desk.send(What::Local(local));
        desk
    }

    fn send(&mut self, what: What) {
        let at = self.model.now;
        let effects = update(&mut self.model, Event { at, what });
        for effect in effects {
            if let Effect::BigLog(wish) = effect {
                self.wishes.push(wish.clone());
                if self.is_slow { self.slow.push(wish) } else { self.answer(wish) }
            }
        }
    }

    fn tell(&mut self, what: Told) {
        self.send(What::Local(Local::BigLog(News { log: self.log, what })));
    }

    fn answer(&mut self, wish: Wish) {
        let (bytes, len, format) = (self.bytes.clone(), self.bytes.len() as u64, Format::SessionLog);
        match wish {
            Wish::Window { request, plan } => {
                let plan = Plan { least: 2000, most: self.most, ..plan };
                let window = window::read(&bytes[..], format, len, plan).unwrap();
                self.tell(Told::Window { request, result: Ok(Box::new(window)) });
            }
            Wish::Search { search, pattern, from } => {
                let mut told = Vec::new();
                search::scan(
                    &bytes[..],
                    (format, len),
                    &pattern,
                    from,
                    || true,
                    |found| {
                        told.push(found);
                        ControlFlow::Continue(())
                    },
                )
                .unwrap();
                for found in told {
                    self.tell(Told::Found { search, found });
                }
            }
            Wish::Next { search, pattern, from, forward } => {
                let find = if forward {
                    search::next(&bytes[..], (format, len), &pattern, from, || false)
                } else {
                    search::previous(&bytes[..], (format, len), &pattern, from, || false)
                };
                self.tell(Told::Hit { search, hit: find.unwrap() });
            }
            Wish::EndSearch | Wish::Save { .. } | Wish::Lines { .. } => {}
        }
    }

    fn catch_up(&mut self) {
        self.is_slow = false;
        while let Some(wish) = self.slow.pop() {
            self.slow.clear();
            self.answer(wish);
        }
    }

    fn count(&mut self) {
        let mut told = Vec::new();
        let from = self.shown().big.as_ref().unwrap().index.passed();
        index::count(&self.bytes[..], from, self.bytes.len() as u64, 1, |counted| {
            told.push(counted);
            ControlFlow::Continue(())
        })
        .unwrap();
        for counted in told {
            self.tell(Told::Counted(counted));
        }
    }

    fn press(&mut self, key: Key) {
        self.send(What::Key(Chord::plain(key)));
    }

    fn keys(&mut self, keys: &str) {
        keys.chars().for_each(|key| self.press(if key == '\r' { Key::Enter } else { Key::Char(key) }));
    }

    fn shown(&self) -> &Shown {
        self.model.log.shown.as_ref().unwrap()
    }

    fn rows(&self) -> Vec<String> {
        self.shown().reader.rows.iter().map(|row| row.line.text()).collect()
    }

    /// The words of the entry under the cursor.
    fn cursor(&self) -> String {
        let entry = &self.shown().transcript.entries()[self.shown().reader.cursor];
        entry.kind.texts()[0].raw_for_match().chars().take(40).collect()
    }

    fn rule(&self) -> String {
        use ratatui::buffer::Buffer;
        use ratatui::layout::Rect;
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
        let theme = crate::console::view::Theme::default();
        crate::console::view::draw(&self.model, &theme, &mut buffer);
        (0..80).map(|x| buffer[(x, 1)].symbol().to_owned()).collect()
    }
}

/// Steps whose meaning is the same however the log is held.
const STEPS: &str = "jjkkjkfbfbfbgG[]   aweEF\u{1}\u{2}\u{3}\u{4}\u{5}";

fn step(desk: &mut Desk, step: char) {
    let wheel = |kind| What::Mouse(Mouse { kind, column: 5, row: 8 });
    match step {
        'f' => desk.press(Key::PageDown),
        'b' => desk.press(Key::PageUp),
        '\u{1}' => desk.send(wheel(MouseKind::WheelUp)),
        '\u{2}' => desk.send(wheel(MouseKind::WheelDown)),
        '\u{3}' => desk.send(What::Key(Chord::alt(Key::Char('z')))),
        '\u{4}' => desk.send(What::Key(Chord::alt(Key::Char('t')))),
        '\u{5}' => desk.send(What::Key(Chord::alt(Key::Char('b')))),
        key => desk.press(Key::Char(key)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_keys_show_what_they_show_of_a_log_that_is_held_whole(
        steps in proptest::collection::vec(prop::sample::select(STEPS.chars().collect::<Vec<_>>()), 1..60),
        entries in prop_oneof![Just(400usize), 1usize..60],
    ) {
        let bytes = log(entries);
        let (mut whole, mut window) = (Desk::new(bytes.clone(), false), Desk::new(bytes, true));
        for (at, key) in steps.iter().enumerate() {
            step(&mut whole, *key);
            step(&mut window, *key);
            prop_assert_eq!(whole.rows(), window.rows(), "after {:?}", &steps[..=at]);
            prop_assert_eq!(whole.cursor(), window.cursor(), "after {:?}", &steps[..=at]);
            prop_assert_eq!(whole.shown().reader.follow, window.shown().reader.follow);
        }
    }

    #[test]
    fn keys_pressed_while_a_window_is_on_its_way_are_not_lost(steps in "[jkfb]{1,30}") {
        let bytes = log(400);
        let (mut whole, mut window) = (Desk::new(bytes.clone(), false), Desk::new(bytes, true));
        for key in "gffffffffff".chars() {
            step(&mut whole, key);
            step(&mut window, key);
        }
        window.is_slow = true;
        for key in steps.chars() {
            step(&mut whole, key);
            step(&mut window, key);
        }
        window.catch_up();
        prop_assert_eq!(whole.rows(), window.rows());
    }
}

#[test]
fn a_log_is_read_from_end_to_end_and_back() {
    let bytes = log(300);
    let (mut whole, mut window) = (Desk::new(bytes.clone(), false), Desk::new(bytes, true));
    for key in ['k', 'j'] {
        let mut last = Vec::new();
        while last != window.rows() {
            last = window.rows();
            for _ in 0..15 {
                step(&mut whole, key);
                step(&mut window, key);
            }
            assert_eq!(whole.rows(), window.rows());
        }
    }
    assert!(window.shown().reader.follow && window.shown().big.as_ref().unwrap().is_last());
}

#[test]
fn a_window_asked_for_ahead_is_asked_for_once() {
    let mut desk = Desk::new(log(400), true);
    desk.keys("gjjjj");
    desk.is_slow = true;
    desk.wishes.clear();
    for _ in 0..200 {
        desk.press(Key::Char('j'));
    }
    let windows = desk.wishes.iter().filter(|wish| matches!(wish, Wish::Window { .. })).count();
    assert_eq!(windows, 1);
    assert_eq!(desk.shown().big.as_ref().unwrap().waiting.len(), WAITING);
    desk.send(What::Wake);
    assert_eq!(desk.wishes.iter().filter(|wish| matches!(wish, Wish::Window { .. })).count(), 1);
}

#[test]
fn line_numbers_are_unknown_until_they_are_counted_and_then_exact() {
    let mut desk = Desk::new(log(400), true);
    assert!(desk.rule().contains("line ~/~ 100%"), "{}", desk.rule());
    desk.keys(":200\r");
    assert!(desk.model.line.as_ref().unwrap().fault.as_ref().unwrap().contains("not counted yet"));
    desk.press(Key::Esc);
    desk.count();
    let lines = desk.bytes.iter().filter(|byte| **byte == b'\n').count();
    desk.keys(":201\r");
    assert!(desk.rule().contains(&format!("line 201/{},{:03}", lines / 1000, lines % 1000)), "{}", desk.rule());
    let start = desk.shown().transcript.entries()[desk.shown().reader.cursor].id;
    assert_eq!(desk.bytes[..usize::try_from(start).unwrap()].iter().filter(|byte| **byte == b'\n').count(), 200);
    desk.keys(":0%\r");
    assert_eq!(desk.cursor(), "Entry 0 says a word.\n\nAnd another one in");
    desk.keys(&format!(":{}\r", lines + 2));
    assert!(desk.model.line.as_ref().unwrap().fault.as_ref().unwrap().contains("the log has"));
}

#[test]
fn a_search_goes_through_the_whole_log_from_hit_to_hit() {
    let mut desk = Desk::new(log(400), true);
    desk.count();
    desk.keys("g/failed 3\r");
    assert!(desk.rule().contains("hit 1/"), "{}", desk.rule());
    assert!(desk.cursor().contains("make t30"), "{}", desk.cursor());
    let away = |desk: &mut Desk, key: &str| {
        let here = desk.cursor();
        (0..40).find(|_| {
            desk.keys(key);
            desk.cursor() != here
        })
    };
    // Ten rows of each are in sight, and all of them hold it.
    assert_eq!(away(&mut desk, "n"), Some(9));
    assert!(desk.cursor().contains("make t37") && desk.rule().contains("hit 2/16"), "{}", desk.rule());
    assert_eq!((away(&mut desk, "N"), away(&mut desk, "N")), (Some(0), Some(9)));
    // Before the first comes the last.
    assert!(desk.cursor().contains("make t394") && desk.rule().contains("hit 16/16"), "{}", desk.rule());
    away(&mut desk, "n");
    assert!(desk.cursor().contains("make t30"), "{}", desk.cursor());
    desk.keys("/no such words\r");
    assert!(desk.rule().contains("no hit"), "{}", desk.rule());
}

#[test]
fn giving_up_a_search_goes_back_to_where_it_began() {
    let mut desk = Desk::new(log(399), true);
    desk.keys("gffff");
    (0..5).for_each(|_| desk.press(Key::PageDown));
    let (rows, cursor) = (desk.rows(), desk.shown().reader.follow);
    desk.keys("/line 39");
    assert_ne!(desk.rows(), rows);
    desk.press(Key::Esc);
    assert_eq!((desk.rows(), desk.shown().reader.follow), (rows, cursor));
    desk.keys("G/Entry 0 ");
    assert!(!desk.shown().reader.follow);
    desk.press(Key::Esc);
    assert!(desk.shown().reader.follow && desk.rows().last().unwrap().contains("line 398"));
}

#[test]
fn the_end_is_followed_while_the_file_grows_and_news_are_counted_while_it_is_not() {
    let mut desk = Desk::new(log(400), true);
    desk.count();
    let grow = |desk: &mut Desk, words: &str| {
        desk.bytes.extend(format!("{}\n", record(9000, words)).bytes());
        let len = desk.bytes.len() as u64;
        desk.tell(Told::Grew { len, settled: true });
        desk.count();
    };
    grow(&mut desk, "the newest words");
    assert!(desk.rows().last().unwrap().contains("the newest words"));
    desk.keys("kkkkkkkkkk");
    let rows = desk.rows();
    grow(&mut desk, "newer words");
    grow(&mut desk, "the very newest words");
    assert_eq!(desk.rows(), rows);
    assert!(desk.rule().contains("paused, 2 new lines"), "{}", desk.rule());
    desk.keys("G");
    assert!(desk.rows().last().unwrap().contains("the very newest words"));
}

#[test]
fn news_of_a_file_that_was_replaced_are_dropped() {
    let mut desk = Desk::new(log(400), true);
    desk.keys("g");
    let rows = desk.rows();
    desk.is_slow = true;
    desk.keys("G");
    let late = desk.slow.pop().unwrap();
    desk.is_slow = false;
    desk.bytes = log(49);
    desk.log = 2;
    let len = desk.bytes.len() as u64;
    desk.tell(Told::Opened { name: Safe::new("big.log"), format: Format::SessionLog, len, window: None });
    assert!(desk.model.notes.current.as_ref().unwrap().text.contains("replaced"));
    assert!(desk.rows().last().unwrap().contains("line 48") && desk.rows() != rows);
    let shown = desk.rows();
    desk.log = 1;
    desk.answer(late);
    assert_eq!(desk.rows(), shown);
}

#[test]
fn a_read_that_failed_is_told_and_not_tried_again_by_itself() {
    let mut desk = Desk::new(log(400), true);
    desk.keys("g");
    desk.is_slow = true;
    (0..4).for_each(|_| desk.press(Key::PageDown));
    let Some(Wish::Window { request, .. }) = desk.slow.pop() else { panic!("nothing was asked for") };
    desk.slow.clear();
    let fault = crate::domain::Fault::new(crate::domain::FaultKind::Local, "the disk is gone", "plug it in");
    desk.tell(Told::Window { request, result: Err(fault) });
    assert!(desk.model.notes.current.as_ref().unwrap().text.contains("the disk is gone"));
    desk.send(What::Wake);
    assert!(desk.slow.is_empty());
    // The next key tries again.
    desk.is_slow = false;
    desk.press(Key::PageDown);
    assert!(desk.shown().big.as_ref().unwrap().asked.is_none() && desk.rows().len() == 21);
}

#[test]
fn a_key_whose_window_is_still_to_come_draws_nothing_until_it_is_late() {
    let mut desk = Desk::new(log(400), true);
    desk.keys("g");
    desk.is_slow = true;
    desk.model.dirty = false;
    desk.press(Key::Char('G'));
    assert!(!desk.model.dirty, "nothing changed yet");
    let wake = crate::console::update::next_wake(&desk.model).unwrap();
    desk.model.now = wake;
    desk.send(What::Wake);
    assert!(desk.model.dirty && desk.rule().contains("reading …"), "{}", desk.rule());
    desk.catch_up();
    assert!(desk.shown().reader.follow && !desk.rule().contains("reading"), "{}", desk.rule());
}

#[test]
fn a_screen_taller_than_the_first_window_is_filled() {
    let mut desk = Desk::new(log(400), true);
    desk.most = 100_000;
    desk.send(What::Resize(Size { width: 160, height: 120 }));
    let len = desk.bytes.len() as u64;
    let plan = Plan { lines: 6, least: 1, ..Plan::first() };
    let window = Some(Box::new(window::read(&desk.bytes[..], Format::SessionLog, len, plan).unwrap()));
    desk.is_slow = true;
    desk.tell(Told::Opened { name: Safe::new("big.log"), format: Format::SessionLog, len, window });
    assert!(desk.rows().len() < 117, "{}", desk.rows().len());
    desk.catch_up();
    assert_eq!(desk.rows().len(), 117);
}

#[test]
fn entries_of_one_line_are_hits_of_their_own() {
    let mut bytes = log(100);
    let both = r#"data: {"id":"b","object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","content":"I mention zebras","tool_calls":[{"id":"kb","type":"function","index":0,"function":{"name":"bash","arguments":"{\"command\":\"feed zebras\"}"}}]}}]}"#;
    bytes.extend(format!("{both}\n\n").bytes());
    bytes.extend(log(100));
    let mut desk = Desk::new(bytes, true);
    desk.count();
    desk.keys("g/zebras\r");
    assert_eq!(desk.cursor(), "I mention zebras");
    let line = desk.rule();
    desk.keys("n");
    assert_eq!((desk.cursor().as_str(), desk.rule()), ("feed zebras", line), "the same line");
    desk.keys("N");
    assert_eq!(desk.cursor(), "I mention zebras");
    desk.keys("N");
    assert_eq!(desk.cursor(), "feed zebras", "round the whole log");
}
