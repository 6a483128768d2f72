//! Logs for tests, record by record.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::{Value, json};

use super::entry::{Command, Entry, Kind};
use super::{Format, Transcript};

pub(super) fn record(id: &str, created: i64, choices: &Value) -> String {
    let record =
        json!({"id": id, "created": created, "model": "m", "object": "chat.completion.chunk", "choices": choices});
    format!("data: {record}\n\n")
}

pub(super) fn says(id: &str, created: i64, text: &str) -> String {
    record(id, created, &json!([{"delta": {"role": "assistant", "content": text}, "finish_reason": "tool_calls"}]))
}

pub(super) fn call_of(call: &str, name: &str, arguments: &Value) -> Value {
    json!({"id": call, "type": "function", "index": 0, "function": {"name": name, "arguments": arguments.to_string()}})
}

pub(super) fn calls(id: &str, created: i64, call: &str, name: &str, arguments: &Value) -> String {
    let call = call_of(call, name, arguments);
    record(id, created, &json!([{"delta": {"role": "assistant", "tool_calls": [call]}, "finish_reason": "tool_calls"}]))
}

pub(super) fn answers(id: &str, created: i64, call: &str, name: &str, arguments: &Value, result: &str) -> String {
    let call = call_of(call, name, arguments);
    record(id, created, &json!([{"delta": {"tool_calls": [call], "content": result}, "finish_reason": "tool_calls"}]))
}

pub(super) fn stops(id: &str, created: i64, text: &str) -> String {
    record(id, created, &json!([{"delta": {"role": "assistant", "content": text}, "finish_reason": "stop"}]))
}

pub(super) fn read(log: &str) -> Transcript {
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(log.as_bytes());
    transcript.finish();
    transcript
}

pub(super) fn command(entry: &Entry) -> &Command {
    match &entry.kind {
        Kind::Command(command) => command,
        other => panic!("not a command: {other:?}"),
    }
}

pub(super) fn raw(text: &crate::text::Untrusted) -> &str {
    text.raw_for_match()
}

/// A session of the kind the service keeps: set-up, words, calls answered out of order, an edit, a failure, two stops.
pub(super) fn session() -> String {
    let ls = json!({"command": "cd /home/runner/work/api/api && ls", "description": "List", "sessionId": "main"});
    let test = json!({"command": "cargo test"});
    let view = json!({"path": "/home/runner/work/api/api/src/retry.rs", "view_range": [1, 15]});
    let edit = json!({"path": "/home/runner/work/api/api/src/retry.rs", "old_str": "a", "new_str": "b"});
    let setup = json!([{"delta": {"role": "assistant", "content": "ready\n- tool", "tool_calls": [
        {"id": "s1", "index": 0, "function": {"name": "run_setup", "arguments": "{\"name\":\"Start MCP server\"}"}}
    ]}, "finish_reason": "tool_calls"}]);
    let turn = json!({"id": "t1", "created": 1_757_413_049, "object": "chat.completion.chunk",
    "usage": {"completion_tokens": 100, "prompt_tokens": 1, "total_tokens": 101, "prompt_tokens_details": {"cached_tokens": 0}},
    "choices": [
        {"delta": {"role": "assistant", "content": "I will look."}, "finish_reason": "tool_calls"},
        {"delta": {"role": "assistant", "tool_calls": [call_of("c1", "view", &view)]}, "finish_reason": "tool_calls"},
        {"delta": {"role": "assistant", "tool_calls": [call_of("c2", "bash", &ls)]}, "finish_reason": "tool_calls"},
    ]});
    [
        record("s1", 1_757_413_024_352, &setup),
        format!("data: {turn}\n\n"),
        answers("t1", 1_757_413_051, "c2", "bash", &ls, "src\n<exited with exit code 0>"),
        answers("t1", 1_757_413_052, "c1", "view", &view, "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n fn a() {}\n \n"),
        calls("t2", 1_757_413_060, "c3", "str_replace", &edit),
        answers("t2", 1_757_413_061, "c3", "str_replace", &edit, "--- a/x\n+++ b/x\n@@ -4,2 +4,2 @@\n k\n-a\n+b\n"),
        calls("t3", 1_757_413_070, "c4", "bash", &test),
        answers("t3", 1_757_413_080, "c4", "bash", &test, "1 failed\n<exited with exit code 101>"),
        stops("t4", 1_757_413_090, "All done."),
        stops("t5", 1_757_413_091, "<pr_title>Fix retry</pr_title><pr_description>Clock.</pr_description>"),
    ]
    .concat()
}

pub(super) const JOB: &str = "\u{feff}2026-06-26T12:24:44.1234567Z ##[group]Run agent\r
2026-06-26T12:24:44.2000000Z \u{1b}[36;1mecho \"::error title=Copilot Error::not this one\"\u{1b}[0m\r
2026-06-26T12:24:44.2000000Z   COPILOT_AGENT_PROMPT: bm90IHRoaXM=\r
2026-06-26T12:24:44.3000000Z env:\r
2026-06-26T12:24:44.3000000Z   COPILOT_AGENT_PROMPT: RG9jIG1hc3RlciB3aGF0IGlzIHlvdXIgYWN0b3JpZD8=\r
2026-06-26T12:24:44.4000000Z ##[endgroup]\r
2026-06-26T12:24:45.0000000Z   [cca-engine] Job 1-2-x: action=fix trigger=false repo=o/r branch=b\r
2026-06-26T12:24:46.0000000Z [cca-engine] turn=1 assistant.turn_start\r
2026-06-26T12:24:47.0000000Z [cca-engine] turn=1 tool.execution_start: bash — cargo te…\r
2026-06-26T12:24:47.5000000Z [cca-engine] turn=1 tool.execution_start: bash — ls\r
2026-06-26T12:24:49.0000000Z [cca-engine] turn=1 tool.execution_complete: bash success=false\r
2026-06-26T12:24:50.0000000Z [cca-engine] turn=1 tool.execution_complete: bash success=true\r
2026-06-26T12:24:50.5000000Z [cca-engine] turn=1 assistant.usage: model=m input=10 output=32\r
2026-06-26T12:24:51.0000000Z [cca-engine] turn=9 something nobody knows\r
2026-06-26T12:24:52.0000000Z [cca-engine] Main session complete after 1 turns\r
2026-06-26T12:24:53.0000000Z [cca-engine] PR: \"Fix retry\"\r
2026-06-26T12:24:54.0000000Z ##[error]Process completed with exit code 1.\r
2026-06-26T12:24:55.0000000Z ::error title=Copilot Error::No quota left\r
a line without a time";

/// Entries without the numbers of their lines: what is read of another place in a log has others.
pub(super) fn unnumbered(entries: &[Entry]) -> Vec<Entry> {
    entries.iter().map(|entry| Entry { lines: super::Lines::default(), ..entry.clone() }).collect()
}
