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
