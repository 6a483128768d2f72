//! What went wrong, on the log, on the row, in the detail and in queries.

use std::sync::Arc;

use atc::console::Effect;
use atc::console::event::{Local, LogNews, LogOrigin, News, What};
use atc::console::keys::Key;
use atc::console::state::place::Pane;
use atc::console::view::Theme;
use atc::domain::diagnosed::Found;
use atc::domain::{Diagnosed, SessionId, Severity, Source, State, TaskId};
use atc::transcript::{Format, Rules, RunFacts, Transcript};
use chrono::TimeDelta;
use serde_json::json;

use crate::draw::{styled, text};
use crate::world::{Console, ago, every_state};

fn rules(own: &str) -> What {
    What::Local(Local::Rules(Arc::new(Rules::shipped().with_file("mine.toml", own))))
}

fn record(id: &str, delta: &serde_json::Value) -> String {
    let created = ago(94).timestamp();
    format!("data: {}\n\n", json!({ "id": id, "created": created, "choices": [{ "delta": delta, "index": 0 }] }))
}

fn says(id: &str, words: &str) -> String {
    record(id, &json!({ "role": "assistant", "content": words }))
}

/// A command with what it gave back.
fn runs(id: &str, command: &str, output: &str) -> String {
    let arguments = json!({ "command": command }).to_string();
    let call = json!([{ "function": { "name": "bash", "arguments": arguments }, "index": 0, "id": id }]);
    record(id, &json!({ "role": "assistant", "content": output, "tool_calls": call }))
}

/// A log of a failed session: no ripgrep, a host that is blocked, and tests that stay red.
fn red() -> String {
    [
        says("a", "I'll look for the flaky test first."),
        runs("b", "rg -n flaky", "bash: line 1: rg: command not found\n<exited with exit code 127>"),
        runs("c", "npx playwright install", "getaddrinfo ENOTFOUND cdn.example\n<exited with exit code 1>"),
        runs("d", "cargo test", "test retry ... FAILED\ntest result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n<exited with exit code 101>"),
        says("e", "Two tests still fail."),
    ]
    .concat()
}

fn log(console: &mut Console, session: &str, bytes: &str, complete: bool) {
    let session = SessionId::new(session);
    let news = LogNews {
        choice: atc::domain::SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
        session: session.clone(),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset: true,
        bytes: bytes.as_bytes().to_vec(),
        complete,
        because: None,
    };
    console.good(Source::Log(session), News::Log(news));
}

/// A console that reads the log of the failed task `e2e`.
fn reading(width: u16, height: u16) -> Console {
    let mut console = Console::full(width, height);
    console.happen(rules(""));
    console.select("e2e");
    console.keys("lz");
    log(&mut console, "s-e2e", &red(), true);
    console
}

fn first_line(console: &Console) -> String {
    text(&console.model).lines().find(|line| line.contains('∴')).unwrap_or_default().trim().to_owned()
}

fn found(rule: &str, severity: Severity) -> Found {
    Found {
        rule: rule.into(),
        severity,
        title: "It broke".into(),
        next: "mend it".into(),
        line: "it is broken".into(),
        count: 1,
    }
}

fn told(console: &mut Console, id: &str, found: Vec<Found>) {
    let told = Diagnosed::new(SessionId::new(format!("s-{id}")), 0, found);
    let id = TaskId::new(id);
    let news = News::Diagnosis { task: id.clone(), told: Some(Box::new(told)), facts: None };
    console.good(Source::Diagnosis(id), news);
}

#[test]
fn the_worst_finding_is_the_first_line_of_a_log() {
    for (width, height) in [(80, 24), (160, 45)] {
        let console = reading(width, height);
        insta::assert_snapshot!(format!("log_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
}

#[test]
fn d_goes_from_evidence_to_evidence_and_says_what_to_do() {
    let mut console = reading(100, 30);
    let mut seen = Vec::new();
    for _ in 0..6 {
        console.keys("D");
        let shown = console.model.log.shown.as_ref().unwrap();
        assert!(!shown.reader.follow, "the evidence stays in sight");
        let screen = text(&console.model);
        let number = first_line(&console).split(" of ").next().unwrap().chars().last().unwrap();
        assert!(screen.lines().rev().take(2).any(|line| line.contains(" → ")), "{screen}");
        seen.push((number, shown.reader.cursor));
    }
    assert_eq!(seen, [('1', 3), ('2', 1), ('3', 2), ('4', 4), ('5', 4), ('1', 3)]);
}

#[test]
fn evidence_that_a_fold_hides_is_opened() {
    let mut console = Console::full(100, 24);
    console.happen(rules(""));
    console.select("e2e");
    console.keys("lz");
    let lines = "a line of the output\n".repeat(200);
    let output = format!("{lines}getaddrinfo ENOTFOUND cdn.example\n{lines}<exited with exit code 1>");
    let all = [says("a", "Start."), runs("b", "npm ci", &output), says("c", &"more words\n\n".repeat(60))].concat();
    log(&mut console, "s-e2e", &all, true);
    assert!(!text(&console.model).contains("ENOTFOUND cdn.example\n"));
    let at = |console: &Console| console.model.log.shown.as_ref().unwrap().judged.told().unwrap().1.evidence.entry;
    console.keys("D");
    while at(&console) != 1 {
        console.keys("D");
    }
    let screen = text(&console.model);
    let below = screen.lines().skip(3).any(|line| line.contains("ENOTFOUND cdn.example"));
    assert!(below, "{screen}");
}

#[test]
fn only_the_words_of_a_running_log_are_judged_and_the_end_when_it_comes() {
    let mut console = Console::full(100, 30);
    console.happen(rules(""));
    console.select("retry");
    console.keys("lz");
    log(&mut console, "s-retry", &red(), false);
    assert!(first_line(&console).contains("rg is not installed"), "{}", text(&console.model));
    // The state of the task says that it has ended, and then the log that this was all.
    let mut ended = every_state().into_iter().find(|task| task.at.id == TaskId::new("retry")).unwrap();
    ended.state = State::Failed;
    ended.updated_at = Some(ago(0));
    console.good(Source::Task(ended.at.id.clone()), News::Task(Box::new(ended.clone())));
    assert!(first_line(&console).contains("rg is not installed"));
    console.effects.clear();
    log(&mut console, "s-retry", &red(), true);
    assert!(first_line(&console).contains("The last tests that ran were red"), "{}", text(&console.model));
    let kept = console.effects.iter().filter_map(|effect| match effect {
        Effect::KeepDiagnosis(at, told) => Some((at.id.raw(), told.severity())),
        _ => None,
    });
    assert_eq!(kept.collect::<Vec<_>>(), [("retry", Some(Severity::Error))]);
    // It works again: nothing of its end is final any more.
    ended.state = State::InProgress;
    ended.updated_at = Some(ago(-1));
    for session in ended.sessions.iter_mut().flatten() {
        session.state = State::InProgress;
    }
    console.good(Source::Task(ended.at.id.clone()), News::Task(Box::new(ended)));
    assert!(first_line(&console).contains("rg is not installed"), "{}", text(&console.model));
}

#[test]
fn a_log_that_starts_anew_is_judged_anew() {
    let mut console = reading(100, 30);
    log(&mut console, "s-e2e", &says("a", "All is well.").replace("All", "<pr_title>x</pr_title> All"), true);
    let screen = text(&console.model);
    assert!(!screen.contains("red") && !screen.contains("installed"), "{screen}");
}

#[test]
fn rules_that_come_after_the_log_judge_it_all_the_same() {
    let mut console = Console::full(100, 30);
    console.select("e2e");
    console.keys("lz");
    log(&mut console, "s-e2e", &red(), true);
    assert_eq!(first_line(&console), "");
    console.keys("D");
    assert!(text(&console.model).contains("not read yet"));
    console.happen(rules(""));
    assert!(first_line(&console).contains("The last tests that ran were red"));
}

#[test]
fn the_line_above_does_not_move_the_text_of_a_reader_who_paused() {
    let mut console = Console::full(100, 30);
    console.happen(rules(""));
    console.select("retry");
    console.keys("lz");
    let calm: String = (0..100).map(|n| says(&format!("n{n}"), &format!("step {n} is done"))).collect();
    log(&mut console, "s-retry", &calm, false);
    console.keys("kkkkk");
    let rows = |console: &Console| -> Vec<(usize, String)> {
        let screen = text(&console.model);
        let lines = screen.lines().enumerate().filter(|(_, line)| line.contains("step"));
        lines.map(|(y, line)| (y, line.trim_start_matches('▌').trim().to_owned())).collect()
    };
    let before = rows(&console);
    let more = LogNews {
        choice: atc::domain::SourceChoice::Auto,
        tried: Vec::new(),
        received: 0,
        session: SessionId::new("s-retry"),
        origin: LogOrigin::CopilotApi,
        format: Format::SessionLog,
        reset: false,
        bytes: runs("z", "rg x", "bash: rg: command not found\n<exited with exit code 127>").into_bytes(),
        complete: false,
        because: None,
    };
    console.good(Source::Log(SessionId::new("s-retry")), News::Log(more));
    assert!(first_line(&console).contains("rg is not installed"));
    let after = rows(&console);
    assert!(before.len() > 20 && after.len() + 1 >= before.len());
    assert!(after.iter().all(|row| before.contains(row)), "{before:?}\n{after:?}");
}

#[test]
fn a_row_has_the_sign_and_the_detail_the_evidence_and_what_to_do() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = reading(width, height);
        console.keys("Q");
        let row = text(&console.model).lines().find(|line| line.contains("Make the end")).unwrap().to_owned();
        assert!(row.contains('∴'), "{row}");
        insta::assert_snapshot!(format!("row_{width}x{height}"), styled(&console.model, &Theme::default()));
        console.keys("d");
        insta::assert_snapshot!(format!("detail_{width}x{height}"), styled(&console.model, &Theme::default()));
    }
}

#[test]
fn a_note_and_a_clean_log_put_no_sign_on_a_row() {
    let mut console = Console::full(160, 45);
    told(&mut console, "pager", vec![found("nothing-pushed", Severity::Note)]);
    told(&mut console, "logo", vec![]);
    assert!(!text(&console.model).contains('∴'));
    console.select("pager");
    console.keys("d");
    assert!(text(&console.model).contains("∴ note It broke"));
}

#[test]
fn what_needs_a_person_now_comes_before_what_went_wrong() {
    let mut console = Console::full(160, 45);
    let sign = |console: &Console| {
        let screen = text(&console.model);
        let row = screen.lines().find(|line| line.contains("Replace moment")).unwrap().to_owned();
        (row.contains('▲'), row.contains('∴'))
    };
    told(&mut console, "chrono", vec![found("firewall", Severity::Warning)]);
    assert_eq!(sign(&console), (true, false));
}

#[test]
fn a_query_asks_for_what_was_found() {
    let mut console = Console::full(160, 45);
    told(&mut console, "e2e", vec![found("tests-red", Severity::Error), found("firewall", Severity::Warning)]);
    told(&mut console, "fuzz", vec![found("firewall", Severity::Warning)]);
    told(&mut console, "pager", vec![found("nothing-pushed", Severity::Note)]);
    told(&mut console, "docs", vec![]);
    for (query, expected) in [
        ("diagnosis:firewall", vec!["e2e", "fuzz"]),
        ("diagnosis:tests-*", vec!["e2e"]),
        ("diagnosis:any", vec!["e2e", "fuzz", "pager"]),
        ("diagnosis:warning", vec!["e2e", "fuzz"]),
        ("diagnosis:error", vec!["e2e"]),
        ("diagnosis:none", vec!["docs"]),
        ("diagnosis:unknown state:failed", vec![]),
        ("-diagnosis:unknown", vec!["docs", "e2e", "fuzz", "pager"]),
    ] {
        console.keys(&format!(":filter {query}"));
        console.press(Key::Enter);
        let mut rows: Vec<_> = console.model.listed().map(|known| known.task.at.id.raw().to_owned()).collect();
        rows.sort();
        assert_eq!(rows, expected, "{query}");
    }
}

#[test]
fn rules_are_completed_in_a_query() {
    let mut console = Console::full(160, 45);
    console.happen(rules(
        "[[rule]]\nid = \"fire-drill\"\ntitle = \"x\"\nseverity = \"note\"\nnext = \"x\"\npattern = 'x'\n",
    ));
    console.keys("/diagnosis:fire");
    let screen = text(&console.model);
    assert!(screen.contains("firewall") && screen.contains("fire-drill"), "{screen}");
}

#[test]
fn a_rule_that_cannot_be_used_is_named_with_file_and_line() {
    let mut console = Console::full(160, 45);
    console.happen(rules("[[rule]]\nid = \"x\"\n\n[[rule]]\nid = \"y\"\n"));
    let screen = text(&console.model);
    assert!(screen.contains("mine.toml:1: missing field") && screen.contains("1 more"), "{screen}");
}

#[test]
fn a_rule_that_matches_everything_is_bounded() {
    let mut console = Console::full(100, 30);
    let rule = |n: u32| {
        format!(
            "[[rule]]\nid = \"r{n}\"\ntitle = \"{{1}}\"\nseverity = \"error\"\nnext = \"x\"\npattern = '(?s)(.*)'\n"
        )
    };
    console.happen(rules(&(0..100).map(rule).collect::<String>()));
    console.select("e2e");
    console.keys("lz");
    let long: String = (0..3000).map(|n| says(&format!("n{n}"), &"words ".repeat(20))).collect();
    log(&mut console, "s-e2e", &long, true);
    assert!(first_line(&console).starts_with("∴ error words words"), "{}", first_line(&console));
    let known = &console.model.world.diagnosed[&SessionId::new("s-e2e")];
    assert_eq!(known.found().len(), 16);
    assert!(known.found().iter().all(|found| found.count == 1000 && found.line.len() <= 200));
    assert_eq!(console.model.log.shown.as_ref().unwrap().judged.findings().len(), 102);
}

#[test]
fn evidence_cannot_act_on_the_terminal() {
    let evil = "\u{1b}]0;title\u{7}\u{1b}[31mbash: \u{202e}rg: command not found\u{9b}2J";
    let mut console = Console::full(160, 45);
    console.happen(rules(
        "[[rule]]\nid = \"\\u001b[2Jx\"\ntitle = \"{1}\\u001b[2J\"\nseverity = \"error\"\nnext = \"\\u009b1m\"\npattern = '(.*not found.*)'\n",
    ));
    console.select("e2e");
    console.keys("lz");
    log(&mut console, "s-e2e", &runs("a", "rg", evil), true);
    for keys in ["", "D", "Q", "d"] {
        console.keys(keys);
        let screen = text(&console.model);
        assert!(screen.contains('∴'), "{screen}");
        let acts = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!screen.contains(acts), "{screen:?}");
    }
}

#[test]
fn a_low_pane_keeps_its_rows_for_the_log() {
    let mut console = reading(80, 24);
    let shown = console.model.log.shown.as_ref().unwrap();
    let pane = |height| atc::console::state::layout::Area { x: 0, y: 0, width: 80, height };
    assert_eq!((shown.finding_row(pane(4)), shown.finding_row(pane(5))), (None, Some(1)));
    console.model.place.focus = Pane::Queue;
}

#[test]
fn the_facts_of_a_job_log_are_told_with_their_source() {
    let job = "2026-11-20T10:53:00.0000000Z ##[group]Run echo hi\n\
        2026-11-20T10:53:00.0000000Z env:\n\
        2026-11-20T10:53:00.0000000Z   COPILOT_AGENT_START_TIME_SEC: 1795171980\n\
        2026-11-20T10:53:00.0000000Z   COPILOT_AGENT_TIMEOUT_MIN: 59\n\
        2026-11-20T10:53:00.0000000Z   COPILOT_AGENT_RUNTIME_VERSION: 3.14.2\n\
        2026-11-20T10:53:00.0000000Z   COPILOT_AGENT_PROMPT: RG9jIG1hc3Rlcg==\n\
        2026-11-20T10:53:00.0000000Z ##[endgroup]\n\
        2026-11-20T10:53:01.0000000Z Proceeding without custom agent.\n\
        2026-11-20T10:53:02.0000000Z [cca-engine] Main session complete after 12 turns\n";
    let mut log = Transcript::new(Format::JobLog);
    log.absorb(job.as_bytes());
    for (width, height) in [(80, 24), (160, 45)] {
        let mut console = Console::full(width, height);
        let mut task = every_state().into_iter().find(|task| task.at.id == TaskId::new("e2e")).unwrap();
        for session in task.sessions.iter_mut().flatten() {
            session.prompt = None;
            session.completed_at = Some(ago(149));
        }
        task.updated_at = Some(ago(1));
        console.good(Source::Task(task.at.id.clone()), News::Task(Box::new(task)));
        let facts: RunFacts = log.facts().clone();
        let told = Diagnosed::new(SessionId::new("s-e2e"), 0, []);
        let news =
            News::Diagnosis { task: TaskId::new("e2e"), told: Some(Box::new(told)), facts: Some(Box::new(facts)) };
        console.good(Source::Diagnosis(TaskId::new("e2e")), news);
        console.select("e2e");
        console.keys("d");
        insta::assert_snapshot!(format!("facts_{width}x{height}"), text(&console.model));
    }
}

#[test]
fn a_running_log_says_how_much_of_its_time_is_used_and_wakes_for_it() {
    let mut console = Console::full(160, 45);
    console.select("retry");
    console.keys("lz");
    log(&mut console, "s-retry", &says("a", "Working."), false);
    assert!(text(&console.model).contains("12m of 59m"), "{}", text(&console.model));
    let end = console.at + TimeDelta::seconds(70);
    while console.at < end {
        console.at = console.wake().unwrap();
        console.happen(What::Wake);
    }
    assert!(text(&console.model).contains("13m of 59m"), "{}", text(&console.model));
}
