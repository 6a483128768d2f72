//! What the log pane looks like, in each state it can be in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use chrono::TimeDelta;
use ratatui::layout::Rect;
use serde_json::json;

use ratatui::style::Color;

use super::*;
use crate::console::event::LogNews;
use crate::console::keys::Intent;
use crate::console::state::log::Times;
use crate::console::update::log::tests::{add_task, calls, console, news_of, press, says, settle, start};
use crate::console::update::log::{news, open_file, search};
use crate::domain::{Fault, FaultKind, Freshness, SessionId, Source};
use crate::transcript::Format;

const SMALL: Area = Area { x: 0, y: 0, width: 80, height: 24 };
const LARGE: Area = Area { x: 0, y: 0, width: 160, height: 20 };

/// A session from set-up to its two stops, with everything a log can hold.
fn log() -> String {
    let numbers =
        |n: usize| (1..=n).map(|i| format!("test retry::case_{i} ... ok")).collect::<Vec<_>>().join("\n") + "\n";
    let view = json!({"path": "/home/runner/work/api/api/src/retry.rs", "view_range": [30, 60]});
    let edit = json!({"path": "/home/runner/work/api/api/src/retry.rs", "old_str": "now", "new_str": "clock"});
    let done = "--- a/x\n+++ b/x\n@@ -41,3 +41,4 @@ fn wait() {\n     let limit = 3;\n-    let now = Instant::now();\n+    let now = clock.now();\n+    let limit = limit + 1;\n";
    let report = json!({"commitMessage": "Hand the clock in", "prDescription":
        "The test read the wall clock.\n\n## Plan\n- [x] reproduce\n- [x] hand the clock **in**\n- [ ] run `cargo test` on all crates"});
    let failing =
        format!("{}\u{1b}[31mtest retry::backs_off ... FAILED\u{1b}[0m\n<exited with exit code 101>", numbers(40));
    [
        calls(0, "run_setup", &json!({"name": "Start 'github-mcp-server' MCP server"}), Some("started\nwith 39 tools")),
        says(4, "I'll reproduce the failure first, then look at how the **clock** is handled in `src/retry.rs`."),
        calls(6, "think", &json!({"thought": "The test fails one time in six.\nSo it depends on time.\nI will look.\nAnd think."}), Some("")),
        calls(8, "view", &view, Some("@@ -1,2 +1,2 @@\n fn wait() {\n }\n")),
        calls(10, "bash", &json!({"command": "cd /home/runner/work/api/api && cargo test -p scheduler retry"}), Some(&failing)),
        calls(20, "grep", &json!({"pattern": "Instant::now", "path": "/home/runner/work/api/api/src"}), Some("src/retry.rs:44")),
        calls(25, "str_replace", &edit, Some(done)),
        calls(30, "bash", &json!({"command": "cargo test -p scheduler"}), Some(&(numbers(118) + "<exited with exit code 0>"))),
        calls(40, "report_progress", &report, Some("pushed")),
        calls(45, "codeql_checker", &json!({}), Some("<info>No alerts.</info>")),
        calls(50, "my_server-odd_tool", &json!({"depth": 3}), Some("{}")),
        says(55, "<error>The model was busy. Trying again.</error>"),
        says(60, "日本語のファイル名 and a long paragraph that has to go on below itself because no terminal is as wide as an agent is talkative, which is why it wraps."),
        calls(90, "bash", &json!({"command": "cargo test --workspace"}), None),
    ]
    .concat()
}

fn read(log: &str, pane: Area) -> Model {
    with(news_of("s1", true, log), pane)
}

fn with(first: LogNews, pane: Area) -> Model {
    let mut model = console(Some(&["s1"]));
    settle(&mut model, pane);
    news(&mut model, first);
    settle(&mut model, pane);
    model
}

fn render(model: &Model, pane: Area) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(pane.x, pane.y, pane.width, pane.height));
    assert_eq!(draw(model, &Theme::default(), pane, &mut buffer), None);
    buffer
}

fn text(model: &Model, pane: Area) -> String {
    let buffer = render(model, pane);
    let row = |y: u16| {
        let mut row = String::new();
        let mut x = 0;
        while x < pane.width {
            let symbol = buffer[(x, y)].symbol();
            row += symbol;
            x += u16::try_from(width::width(symbol).max(1)).unwrap();
        }
        row.trim_end().to_owned()
    };
    (0..pane.height).map(row).collect::<Vec<_>>().join("\n")
}

/// The style of every cell whose symbol begins the given text.
fn style_of(model: &Model, pane: Area, find: &str) -> Style {
    let buffer = render(model, pane);
    for y in 0..pane.height {
        for x in 0..pane.width {
            let here: String = (x..pane.width).map(|x| buffer[(x, y)].symbol()).collect();
            if here.starts_with(find) {
                return buffer[(x, y)].style();
            }
        }
    }
    panic!("{find:?} is not on the screen");
}

fn failed(model: &mut Model, good_at: Option<chrono::TimeDelta>) {
    let fault = Fault::new(FaultKind::Authentication, "token refused", "see :doctor");
    let freshness = Freshness {
        good_at: good_at.map(|s| start() + s),
        fault: Some(fault),
        failed_at: Some(start() + TimeDelta::seconds(60)),
        ..Freshness::default()
    };
    model.world.freshness.insert(Source::Log(SessionId::new("s1")), freshness);
}

#[test]
fn following() {
    insta::assert_snapshot!("following_80x24", text(&read(&log(), SMALL), SMALL));
    insta::assert_snapshot!("following_160x20", text(&read(&log(), LARGE), LARGE));
}

#[test]
fn scrolled() {
    for (name, pane) in [("scrolled_80x24", SMALL), ("scrolled_160x20", LARGE)] {
        let mut model = read(&log(), pane);
        press(&mut model, pane, Intent::Top);
        news(&mut model, news_of("s1", false, &says(95, "one more")));
        settle(&mut model, pane);
        insta::assert_snapshot!(name, text(&model, pane));
    }
}

#[test]
fn opened() {
    for (name, pane) in [("opened_80x24", SMALL), ("opened_160x20", LARGE)] {
        let mut model = read(&log(), pane);
        press(&mut model, pane, Intent::FoldAll);
        press(&mut model, pane, Intent::Top);
        insta::assert_snapshot!(name, text(&model, pane));
    }
}

#[test]
fn unwrapped() {
    let mut model = read(&log(), SMALL);
    press(&mut model, SMALL, Intent::Wrap);
    insta::assert_snapshot!("unwrapped_80x24", text(&model, SMALL));
}

#[test]
fn failed_with_a_log_and_without() {
    let mut model = read(&log(), SMALL);
    failed(&mut model, Some(TimeDelta::zero()));
    insta::assert_snapshot!("failed_80x24", text(&model, SMALL));
    settle(&mut model, LARGE);
    insta::assert_snapshot!("failed_160x20", text(&model, LARGE));
    let mut model = console(Some(&["s1"]));
    settle(&mut model, SMALL);
    failed(&mut model, None);
    insta::assert_snapshot!("failed_empty_80x24", text(&model, SMALL));
}

#[test]
fn stale() {
    for (name, pane) in [("stale_80x24", SMALL), ("stale_160x20", LARGE)] {
        let mut model = read(&log(), pane);
        let mut freshness = Freshness::default();
        freshness.good(model.now, None);
        model.world.freshness.insert(Source::Log(SessionId::new("s1")), freshness);
        model.now += TimeDelta::seconds(130);
        insta::assert_snapshot!(name, text(&model, pane));
    }
}

#[test]
fn empty_for_every_reason() {
    let mut seen = String::new();
    let mut show = |what: &str, model: &Model| {
        let pane = Area { height: 6, ..SMALL };
        seen += &format!("{what}:\n{}\n", text(model, pane));
    };
    let mut model = console(None);
    settle(&mut model, SMALL);
    show("sessions not known", &model);
    let fault = Fault::new(FaultKind::Permission, "the token may not read acme/api", "see :doctor");
    let source = Source::Task(crate::domain::TaskId::new("t1"));
    model.world.freshness.entry(source).or_default().failed(start(), fault, None);
    show("sessions refused", &model);
    let mut model = console(Some(&[]));
    settle(&mut model, SMALL);
    show("no session", &model);
    let id = crate::domain::TaskId::new("t1");
    model.world.tasks.get_mut(&id).unwrap().task.state = State::Queued;
    show("queued", &model);
    let mut model = console(Some(&["s1"]));
    settle(&mut model, SMALL);
    show("loading", &model);
    news(&mut model, news_of("s1", true, ""));
    show("nothing written", &model);
    news(&mut model, LogNews { complete: true, ..news_of("s1", true, "") });
    show("ended without a log", &model);
    model.queue.selected = None;
    settle(&mut model, SMALL);
    show("nothing selected", &model);
    insta::assert_snapshot!("empty", seen);
}

#[test]
fn job_log() {
    let log = "2026-06-26T12:24:44.1234567Z ##[group]Run agent\n2026-06-26T12:24:44.2Z env:\n2026-06-26T12:24:44.3Z   A: b\n\
        2026-06-26T12:24:44.4Z ##[endgroup]\n2026-06-26T12:24:45.0Z [cca-engine] turn=1 tool.execution_start: bash — cargo te…\n\
        2026-06-26T12:24:49.0Z [cca-engine] turn=1 tool.execution_complete: bash success=false\n\
        2026-06-26T12:24:50.0Z \u{1b}[32mPushed\u{1b}[0m to copilot/fix\n2026-06-26T12:24:51.0Z ##[error]Process completed with exit code 1.\n";
    let mut first = news_of("s1", true, log);
    first.format = Format::JobLog;
    first.origin = LogOrigin::JobLog;
    first.complete = true;
    first.because = Some(Safe::new("the session log was refused (403); this is the job's own log"));
    for (name, pane) in
        [("job_log_80x24", Area { height: 10, ..SMALL }), ("job_log_160x20", Area { height: 10, ..LARGE })]
    {
        let again = LogNews { bytes: first.bytes.clone(), because: first.because.clone(), ..news_of("s1", true, "") };
        let again = LogNews { format: Format::JobLog, origin: LogOrigin::JobLog, complete: true, ..again };
        insta::assert_snapshot!(name, text(&with(again, pane), pane));
    }
}

#[test]
fn hostile_text_is_only_text() {
    let evil = "\u{1b}]0;owned\u{7}title \u{1b}[2J\u{202e}txt.exe\u{9b}31mred\u{1b}[8mhidden\u{1b}[0m\r\nover\rwritten \u{200b}zero";
    let mut log = says(1, evil) + &says(2, &format!("# {evil}\n- [x] {evil}\n```\n{evil}"));
    log += &calls(3, "bash", &json!({"command": evil, "description": evil}), Some(evil));
    log += &calls(4, "create", &json!({"path": evil, "file_text": evil}), Some(evil));
    log += &calls(5, evil, &json!({evil: evil}), Some(evil));
    log += &calls(6, "report_progress", &json!({"commitMessage": evil, "prDescription": evil}), Some(evil));
    log += &says(7, &format!("<pr_title>{evil}</pr_title><pr_description>{evil}</pr_description>"));
    log += &format!("data: {{{evil}\n");
    let pane = Area { height: 60, ..SMALL };
    let mut model = with(LogNews { because: Some(Safe::new(evil)), ..news_of("s1", true, &log) }, pane);
    add_task(&mut model, "t1", Some(&["s1"]));
    model.world.tasks.get_mut(&crate::domain::TaskId::new("t1")).unwrap().task.name = evil.into();
    press(&mut model, pane, Intent::FoldAll);
    let seen = text(&model, pane);
    let acts = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{200b}' | '\u{202e}'));
    assert!(!seen.contains(acts), "{seen:?}");
    insta::assert_snapshot!("hostile_80x60", seen);
}

#[test]
fn which_session_is_shown_is_told_however_long_the_name_is() {
    let mut model = console(Some(&["s1", "s2"]));
    if let Some(known) = model.world.tasks.get_mut(&crate::domain::TaskId::new("t1")) {
        known.task.name = "A task with a name that no rule of eighty columns can hold beside anything else".into();
    }
    settle(&mut model, SMALL);
    news(&mut model, news_of("s2", true, &log()));
    settle(&mut model, SMALL);
    let screen = text(&model, SMALL);
    assert!(screen.starts_with("── Log · acme/api · A task"), "{screen}");
    assert!(screen.lines().next().is_some_and(|rule| rule.contains("session 2 of 2")), "{screen}");
}

#[test]
fn only_one_kind() {
    for (name, pane) in [
        ("tests_80x24", SMALL),
        ("tests_160x45", Area { height: 45, ..LARGE }),
        ("tests_160x10", Area { height: 10, ..LARGE }),
        ("tests_40x10", Area { width: 40, height: 10, ..SMALL }),
    ] {
        let mut model = read(&log(), pane);
        press(&mut model, pane, Intent::Facet(3));
        insta::assert_snapshot!(name, text(&model, pane));
    }
}

#[test]
fn nothing_of_a_kind() {
    let pane = Area { height: 18, ..SMALL };
    let mut model = read(&log(), pane);
    press(&mut model, pane, Intent::Facet(8));
    insta::assert_snapshot!("nothing_80x18", text(&model, pane));
}

#[test]
fn the_outline() {
    for (name, pane) in [
        ("outline_80x24", SMALL),
        ("outline_160x45", Area { height: 45, ..LARGE }),
        ("outline_40x10", Area { width: 40, height: 10, ..SMALL }),
    ] {
        let mut model = read(&log(), pane);
        press(&mut model, pane, Intent::Outline);
        press(&mut model, pane, Intent::Top);
        press(&mut model, pane, Intent::Down);
        press(&mut model, pane, Intent::Down);
        insta::assert_snapshot!(name, text(&model, pane));
    }
}

#[test]
fn times_and_a_table() {
    let table = "The figures, see [the run](https://github.com/acme/api/actions/runs/1):\n\n| crate | tests | took |\n\
        |---|---:|---|\n| `scheduler` | 118 | **9.8 s** |\n| retry | 6 | 0.4 s |\n\n> quoted";
    let log = log() + &says(4000, table);
    for (name, times) in [("since_80x24", Times::Since), ("gap_80x24", Times::Gap)] {
        let mut model = read(&log, SMALL);
        model.log.times = times;
        insta::assert_snapshot!(name, text(&model, SMALL));
    }
}

#[test]
fn without_the_signs_of_unicode() {
    let pane = Area { height: 45, ..LARGE };
    let mut model = read(&log(), pane);
    press(&mut model, pane, Intent::Facet(3));
    press(&mut model, pane, Intent::Outline);
    let mut buffer = Buffer::empty(Rect::new(0, 0, pane.width, pane.height));
    draw(&model, &Theme::mono().in_ascii(), pane, &mut buffer);
    crate::console::view::safe::to_ascii(&mut buffer);
    let rows = buffer.content().chunks(usize::from(pane.width));
    let rows = rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned());
    let screen = rows.collect::<Vec<_>>().join("\n");
    assert!(screen.chars().all(|c| c.is_ascii() || c.is_alphabetic()), "{screen}");
    insta::assert_snapshot!("ascii_160x45", screen);
}

#[test]
fn narrow() {
    let pane = Area { width: 40, height: 12, ..SMALL };
    insta::assert_snapshot!("narrow_40x12", text(&read(&log(), pane), pane));
}

#[test]
fn a_file() {
    let mut model = console(None);
    model.place.log_only = true;
    open_file(&mut model, Safe::new("session-2026-11-20.log"), Format::SessionLog, log().as_bytes());
    settle(&mut model, SMALL);
    insta::assert_snapshot!("file_80x24", text(&model, SMALL));
}

#[test]
fn a_search_counts_and_marks_its_hits() {
    let mut model = read(&log(), SMALL);
    search(&mut model, "clock", true);
    settle(&mut model, SMALL);
    insta::assert_snapshot!("search_80x24", text(&model, SMALL));
    assert!(style_of(&model, SMALL, "clock is").add_modifier.contains(Modifier::REVERSED));
    let mut model = read(&log(), SMALL);
    search(&mut model, "nowhere", false);
    settle(&mut model, SMALL);
    assert!(text(&model, SMALL).contains("no hit"));
}

#[test]
fn a_kind_is_told_by_the_colour_of_its_first_word() {
    let mut model = read(&log(), Area { height: 100, ..SMALL });
    let pane = Area { height: 100, ..SMALL };
    settle(&mut model, pane);
    for (find, colour) in [
        ("$ cargo", Color::Cyan),
        ("view src", Color::LightBlue),
        ("edit src", Color::LightBlue),
        ("progress Hand", Color::Green),
        ("error The", Color::LightRed),
        ("exit 101", Color::LightRed),
        ("exit 0", Color::Green),
        ("+     let now", Color::Green),
        ("−     let now", Color::LightRed),
        ("test retry::backs_off", Color::LightRed),
    ] {
        assert_eq!(style_of(&model, pane, find).fg, Some(colour), "{find}");
    }
    assert!(style_of(&model, pane, "The test fails").add_modifier.contains(Modifier::ITALIC | Modifier::DIM));
    assert!(style_of(&model, pane, "14:01:14").add_modifier.contains(Modifier::DIM));
}

#[test]
fn without_colour_only_attributes_are_left() {
    let pane = Area { height: 100, ..SMALL };
    let model = read(&log(), pane);
    let theme = Theme::mono().in_ascii();
    let mut buffer = Buffer::empty(Rect::new(0, 0, pane.width, pane.height));
    draw(&model, &theme, pane, &mut buffer);
    assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}

#[test]
fn every_size_is_survived() {
    let mut model = read(&log(), SMALL);
    model.log.shown.as_mut().unwrap().because = Some(Safe::new("because of this"));
    for width in 0..90 {
        for height in [0, 1, 2, 3, 5, 24] {
            let pane = Area { x: 0, y: 0, width, height };
            settle(&mut model, pane);
            let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
            draw(&model, &Theme::default(), pane, &mut buffer);
        }
    }
}
