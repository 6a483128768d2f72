//! The traps of a log, from its bytes to the screen: each is one way in which a log was read wrong somewhere.
//!
//! The names begin with the trap's number in the wire contract. Traps that are about other things than reading a log are
//! held where those things are.

use atc::console::event::{Local, LogNews, LogOrigin, News, What};
use atc::console::keys::Key;
use atc::domain::{Instant, SessionId, Source, SourceChoice};
use atc::text::Safe;
use atc::transcript::{Format, Kind};
use chrono::{TimeZone, Utc};
use serde_json::{Value, json};

use crate::draw::text;
use crate::world::Console;

/// A console on whose screen the log of one running session stands alone.
struct Desk {
    console: Console,
}

impl Desk {
    fn new() -> Self {
        let mut console = Console::full(100, 28);
        console.select("retry");
        console.keys("l");
        Self { console }
    }

    fn hear(&mut self, reset: bool, complete: bool, format: Format, bytes: &[u8]) {
        let session = SessionId::new("s-retry");
        let news = LogNews {
            session: session.clone(),
            origin: if format == Format::JobLog { LogOrigin::JobLog } else { LogOrigin::CopilotApi },
            format,
            reset,
            bytes: bytes.to_vec(),
            complete,
            because: None,
            choice: SourceChoice::Auto,
            tried: Vec::new(),
            received: 0,
        };
        self.console.good(Source::Log(session), News::Log(news));
    }

    fn more(&mut self, bytes: &str) {
        self.hear(false, false, Format::SessionLog, bytes.as_bytes());
    }

    fn reads(bytes: &str) -> Self {
        let mut desk = Self::new();
        desk.hear(true, false, Format::SessionLog, bytes.as_bytes());
        desk
    }

    fn screen(&self) -> String {
        text(&self.console.model)
    }

    fn entries(&self) -> &[atc::transcript::Entry] {
        self.console.model.log.shown.as_ref().unwrap().transcript.entries()
    }

    fn stats(&self) -> atc::transcript::decode::Stats {
        *self.console.model.log.shown.as_ref().unwrap().transcript.stats()
    }

    fn times(&self) -> Vec<Instant> {
        self.entries().iter().filter_map(|entry| entry.at).collect()
    }
}

fn record(id: &str, created: i64, delta: &Value, finish: &str) -> String {
    let choice = json!([{"delta": delta, "finish_reason": finish}]);
    let record = json!({"id": id, "created": created, "object": "chat.completion.chunk", "choices": choice});
    format!("data: {record}\n\n")
}

fn says(id: &str, text: &str) -> String {
    record(id, 1_757_413_049, &json!({"role": "assistant", "content": text}), "tool_calls")
}

fn call(id: &str, command: &str) -> Value {
    json!([{"id": id, "type": "function", "index": 0,
        "function": {"name": "bash", "arguments": json!({"command": command}).to_string()}}])
}

fn calls(id: &str, command: &str) -> String {
    record(id, 1_757_413_050, &json!({"role": "assistant", "tool_calls": call(id, command)}), "tool_calls")
}

fn answers(id: &str, command: &str, result: &str) -> String {
    record(id, 1_757_413_055, &json!({"tool_calls": call(id, command), "content": result}), "tool_calls")
}

#[test]
fn w3_a_time_in_milliseconds_and_one_in_seconds_are_the_same_morning() {
    let setup = json!({"role": "assistant", "content": "ready", "tool_calls":
        [{"id": "s", "index": 0, "function": {"name": "run_setup", "arguments": "{\"name\":\"Start\"}"}}]});
    let desk = Desk::reads(&(record("s", 1_757_413_024_352, &setup, "tool_calls") + &says("a", "words")));
    let at = |millis: i64| Utc.timestamp_millis_opt(millis).unwrap();
    assert_eq!(desk.times(), [at(1_757_413_024_352), at(1_757_413_049_000)]);
    assert!(desk.screen().contains("10:17:04") && desk.screen().contains("10:17:29"), "{}", desk.screen());
}

#[test]
fn w4_results_find_their_calls_whatever_order_they_come_in() {
    let log = [
        calls("one", "first"),
        calls("two", "second"),
        answers("two", "second", "of the second\n<exited with exit code 0>"),
        answers("one", "first", "of the first\n<exited with exit code 1>"),
    ];
    let desk = Desk::reads(&log.concat());
    let outputs: Vec<_> = desk
        .entries()
        .iter()
        .map(|entry| match &entry.kind {
            Kind::Command(command) => (command.command.raw_for_match(), command.exit),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(outputs, [("first", Some(1)), ("second", Some(0))]);
    let screen = desk.screen();
    let row =
        |text: &str| screen.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}\n{screen}"));
    assert!(row("$ first") < row("of the first") && row("of the first") < row("$ second"));
    assert!(row("$ second") < row("of the second"));
}

#[test]
fn w5_a_stop_is_not_the_end_and_what_follows_is_still_read() {
    let stop = record("z", 1_757_413_060, &json!({"role": "assistant", "content": "All done."}), "stop");
    let mut desk = Desk::reads(&(says("a", "words") + &stop));
    assert!(desk.screen().contains("following") && !desk.screen().contains("complete"), "{}", desk.screen());
    desk.more(&says("b", "and one more thing"));
    assert!(desk.screen().contains("and one more thing"));
    desk.hear(false, true, Format::SessionLog, b"");
    assert!(desk.screen().contains("complete"), "only the session's end is");
}

#[test]
fn w6_a_log_that_shrank_or_was_replaced_is_read_anew_without_a_double_and_without_a_fall() {
    let long: String = (0..80).map(|n| says(&format!("r{n}"), &format!("entry {n}"))).collect();
    for keys in ["", "kkkk", "g", "7", "/", "t"] {
        let mut desk = Desk::reads(&long);
        desk.console.keys(keys);
        let short = says("r0", "entry 0") + &says("r1", "entry 1");
        desk.hear(true, false, Format::SessionLog, short.as_bytes());
        assert_eq!(desk.entries().len(), 2, "after {keys:?}");
        if keys == "/" || keys == "t" {
            desk.console.press(Key::Esc);
        }
        let screen = desk.screen();
        assert_eq!(screen.matches("entry 0").count(), 1, "after {keys:?}\n{screen}");
        assert!(screen.contains("entry 1") && !screen.contains("entry 2"), "after {keys:?}\n{screen}");
    }
}

#[test]
fn w7_half_a_line_waits_for_the_rest_of_it_wherever_it_was_cut() {
    let log = says("a", "die Nachtigall — é") + &calls("b", "ls");
    for cut in 1..log.len() {
        let bytes = log.as_bytes();
        let mut desk = Desk::new();
        for (reset, part) in [(true, &bytes[..cut]), (false, &bytes[cut..])] {
            desk.hear(reset, false, Format::SessionLog, part);
            assert_eq!(desk.stats().broken, 0, "cut at {cut}");
        }
        assert_eq!(desk.entries().len(), 2, "cut at {cut}");
    }
}

#[test]
fn w8_lines_that_are_no_records_are_passed_over_and_counted() {
    let log = format!("event: message\n: keep-alive\n{}data: [DONE]\nnonsense\n", says("a", "words"));
    let desk = Desk::reads(&log);
    assert_eq!((desk.entries().len(), desk.stats().ignored, desk.stats().broken), (1, 4, 0));
}

#[test]
fn w9_calls_that_are_no_list_and_arguments_that_are_broken_are_shown_as_they_came() {
    let odd =
        record("a", 1, &json!({"role": "assistant", "content": "still here", "tool_calls": "none"}), "tool_calls");
    let arguments = json!([{"id": "b", "type": "function", "index": 0,
        "function": {"name": "bash", "arguments": "{\"command\": \"ls -"}}]);
    let broken = record("b", 2, &json!({"role": "assistant", "tool_calls": arguments}), "tool_calls");
    let mut desk = Desk::reads(&(odd + &broken + "data: {\"half\n\n" + &says("c", "and after it")));
    desk.console.keys("a");
    let screen = desk.screen();
    for text in ["still here", "ls -", "unreadable record", "and after it", "1 unreadable"] {
        assert!(screen.contains(text), "{text}\n{screen}");
    }
}

#[test]
fn w18_a_job_log_takes_the_place_of_the_session_log_when_it_comes_and_says_which_it_is() {
    let mut desk = Desk::reads(&says("a", "live words"));
    assert!(desk.screen().contains("Copilot API"));
    let job = "2026-06-26T12:24:44.1234567Z ##[group]Run agent\n2026-06-26T12:24:45.0Z of the job\n";
    desk.hear(true, true, Format::JobLog, job.as_bytes());
    desk.console.keys("a");
    let screen = desk.screen();
    assert!(screen.contains("job log") && screen.contains("of the job") && !screen.contains("live words"), "{screen}");
}

#[test]
fn w28_a_job_log_without_a_prompt_is_read_and_the_prompt_is_not_made_up() {
    let job = "\u{feff}2026-06-26T12:24:44.1Z ##[group]Run agent\r\n2026-06-26T12:24:44.2Z env:\r\n\
        2026-06-26T12:24:44.3Z   COPILOT_AGENT_TIMEOUT_MIN: 59\r\n2026-06-26T12:24:44.4Z   COPILOT_AGENT_PR_NUMBER:\r\n\
        2026-06-26T12:24:44.5Z ##[endgroup]\r\n2026-06-26T12:24:45.0Z [cca-engine] turn=1 assistant.turn_start\r\n";
    let mut desk = Desk::new();
    desk.hear(true, true, Format::JobLog, job.as_bytes());
    let facts = desk.console.model.log.shown.as_ref().unwrap().transcript.facts();
    assert!(facts.prompt.is_none());
    assert!(!desk.entries().is_empty() && desk.stats().broken == 0);
}

#[test]
fn w29_nothing_a_log_holds_reaches_the_terminal_as_anything_but_text() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2Ja\u{202e}b\u{9b}31mc\u{200b}d\u{1b}[8mhidden\rover";
    let log = says("a", &format!("# {evil}\n| {evil} | b |\n|---|---|\n| [{evil}](http://{evil}) | c |"))
        + &calls("b", evil)
        + &answers("b", evil, evil)
        + &record("u", 3, &json!({"role": "user", "content": evil}), "stop");
    let mut desk = Desk::reads(&log);
    for key in ["a", "1", "0", "t", "T", "T"] {
        desk.console.keys(key);
        let screen = desk.screen();
        let acts = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{200b}' | '\u{202e}' | '\u{9b}'));
        assert!(!screen.contains(acts), "after {key}: {screen:?}");
    }
}

#[test]
fn w33_a_text_that_comes_again_with_more_is_one_text() {
    let mut desk = Desk::reads(&says("a", "The plan"));
    desk.more(&says("a", "The plan is to wait"));
    desk.more(&says("a", "The plan is to wait"));
    let screen = desk.screen();
    assert_eq!((desk.entries().len(), screen.matches("The plan").count()), (1, 1), "{screen}");
    assert!(screen.contains("The plan is to wait"));
}

#[test]
fn w35_a_session_whose_id_is_no_uuid_is_read_like_any_other() {
    let mut desk = Desk::reads(&says("a", "words"));
    let name = Safe::new("s1a2b3c4-not-hexadecimal.log");
    let bytes = says("s1a2b3c4-not-hexadecimal", "of the file").into_bytes();
    desk.console.happen(What::Local(Local::LogFile { name, format: Format::SessionLog, bytes }));
    assert!(desk.screen().contains("of the file"));
}
