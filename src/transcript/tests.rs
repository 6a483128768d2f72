//! What a log must survive and what must come of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use serde_json::json;

use super::entry::Kind;
use super::testlog::{answers, call_of, calls, command, raw, read, record, says, stops};
use super::{Format, Transcript};

/// A session of the kind the service keeps: set-up, words, calls answered out of order, an edit, a failure, two stops.
fn session() -> String {
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

#[test]
fn a_whole_session_reads_as_what_happened() {
    let transcript = read(&session());
    let entries = transcript.entries();
    assert_eq!(entries.len(), 8);
    assert!(matches!(&entries[0].kind, Kind::Setup { name, output: Some(out) }
        if raw(name) == "Start MCP server" && raw(out) == "ready\n- tool"));
    assert!(matches!(&entries[1].kind, Kind::Text(text) if raw(text) == "I will look."));
    assert!(matches!(&entries[2].kind, Kind::View { path, lines: Some((1, 15)), output: Some(out) }
        if raw(path) == "src/retry.rs" && raw(out) == "fn a() {}\n"));
    assert_eq!((command(&entries[3]).exit, command(&entries[3]).output.as_ref().map(raw)), (Some(0), Some("src")));
    assert!(
        matches!(&entries[4].kind, Kind::Edit(edit) if (edit.diff.added, edit.diff.removed, edit.done) == (1, 1, true))
    );
    assert!(entries[5].is_error() && !entries[3].is_error());
    assert_eq!(entries[5].took().map(|t| t.num_seconds()), Some(10));
    assert!(matches!(&entries[6].kind, Kind::Text(text) if raw(text) == "All done."));
    assert!(matches!(&entries[7].kind, Kind::PullSummary { title, .. } if raw(title) == "Fix retry"));
    let stats = transcript.stats();
    assert_eq!((stats.records, stats.calls, stats.unanswered, stats.stops), (10, 5, 0, 2));
    assert_eq!((stats.completion_tokens, stats.ignored, stats.broken), (100, 0, 0));
    assert!(entries.iter().enumerate().all(|(i, entry)| entry.id == i as u64));
}

#[test]
fn times_in_milliseconds_and_in_seconds_are_both_right() {
    let transcript = read(&session());
    let at = |i: usize| transcript.entries()[i].at.map(|at| at.timestamp_millis());
    assert_eq!(at(0), Some(1_757_413_024_352));
    assert_eq!(at(1), Some(1_757_413_049_000));
}

#[test]
fn results_find_their_calls_in_any_order_even_before_them() {
    let a = json!({"command": "a"});
    let b = json!({"command": "b"});
    let parts = [
        calls("t", 1, "ca", "bash", &a),
        calls("t", 1, "cb", "bash", &b),
        answers("t", 2, "ca", "bash", &a, "of a"),
        answers("t", 2, "cb", "bash", &b, "of b"),
    ];
    for order in [[0, 1, 2, 3], [0, 1, 3, 2], [0, 2, 1, 3], [2, 0, 3, 1], [3, 2, 1, 0]] {
        let log: String = order.iter().map(|i| parts[*i].as_str()).collect();
        let transcript = read(&log);
        assert_eq!(transcript.entries().len(), 2, "{order:?}");
        assert_eq!(transcript.stats().unanswered, 0);
        for entry in transcript.entries() {
            let command = command(entry);
            let said = command.output.as_ref().map(raw).unwrap();
            assert_eq!(said, format!("of {}", raw(&command.command)), "{order:?}");
        }
    }
}

#[test]
fn a_stop_is_not_the_end() {
    let log = stops("a", 1, "First summary.") + &says("b", 2, "More work.") + &stops("c", 3, "Second.");
    let transcript = read(&log);
    assert_eq!((transcript.entries().len(), transcript.stats().stops), (3, 2));
}

#[test]
fn half_a_record_waits_for_its_other_half() {
    let log = session();
    let (start, rest) = log.split_at(log.len() / 2);
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(start.as_bytes());
    let half = transcript.entries().len();
    assert_eq!(transcript.stats().broken, 0, "half a record is not a broken one");
    let change = transcript.absorb(rest.as_bytes());
    assert_eq!(change.added, transcript.entries().len() - half);
    assert_eq!(transcript.entries(), read(&log).entries());
}

#[test]
fn a_record_without_a_newline_is_read_at_the_end() {
    let log = says("a", 1, "words");
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(log.trim_end().as_bytes());
    assert!(transcript.entries().is_empty());
    assert_eq!(transcript.finish().added, 1);
}

#[test]
fn lines_that_are_no_records_are_ignored_and_counted() {
    let log = format!("event: x\n: keep-alive\n\ndata: [DONE]\nid: 3\r\n{}retry\n", says("a", 1, "words"));
    let transcript = read(&log);
    assert_eq!((transcript.entries().len(), transcript.stats().ignored), (1, 5));
    assert_eq!(transcript.stats().broken, 0);
    let other = r#"data: {"object":"chat.completion","choices":[{"delta":{"role":"assistant","content":"x"}}]}"#;
    assert_eq!((read(other).entries().len(), read(other).stats().ignored), (0, 1));
}

#[test]
fn a_record_that_cannot_be_read_is_shown_and_counted() {
    let log = format!("data: {{\"id\": oops\n\n{}", says("a", 1, "words"));
    let transcript = read(&log);
    assert_eq!(transcript.stats().broken, 1);
    assert!(matches!(&transcript.entries()[0].kind, Kind::Broken(line) if raw(line).contains("oops")));
    assert!(matches!(&transcript.entries()[1].kind, Kind::Text(_)));
}

#[test]
fn broken_arguments_and_calls_that_are_no_list_survive() {
    let odd = r#"data: {"id":"a","object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","tool_calls":{"x":1}}}]}"#;
    let broken = r#"data: {"id":"b","object":"chat.completion.chunk","choices":[{"delta":{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"bash","arguments":"{\"command\": \"ls"}}]}}]}"#;
    let transcript = read(&format!("{odd}\n{broken}\n"));
    let inputs: Vec<&str> = transcript
        .entries()
        .iter()
        .map(|entry| match &entry.kind {
            Kind::Tool { input, .. } => raw(input),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(inputs, ["{\"x\":1}", "{\"command\": \"ls"]);
    assert_eq!(transcript.stats().broken, 0);
}

#[test]
fn a_call_without_a_result_is_pending_until_it_comes() {
    let arguments = json!({"command": "sleep 9"});
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(calls("t", 1, "c", "bash", &arguments).as_bytes());
    assert!(transcript.entries()[0].kind.is_pending());
    assert_eq!(transcript.stats().unanswered, 1);
    let change = transcript.absorb(answers("t", 2, "c", "bash", &arguments, "").as_bytes());
    assert_eq!((change.added, change.updated), (0, vec![0]));
    assert!(!transcript.entries()[0].kind.is_pending(), "an empty result is a result");
    assert_eq!(transcript.stats().unanswered, 0);
}

#[test]
fn a_set_up_step_without_output_still_runs() {
    let step = |content: &str| {
        record(
            "s",
            1_757_413_024_352,
            &json!([{"delta": {"role": "assistant", "content": content, "tool_calls": [
            {"id": "s", "function": {"name": "run_setup", "arguments": "{\"name\":\"Start\"}"}}]}}]),
        )
    };
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(step("").as_bytes());
    assert!(transcript.entries()[0].kind.is_pending());
    transcript.absorb(step("up").as_bytes());
    assert_eq!(transcript.entries().len(), 1);
    assert!(!transcript.entries()[0].kind.is_pending());
}

#[test]
fn a_text_that_is_repeated_with_more_is_one_text() {
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(says("a", 1, "I will").as_bytes());
    let change = transcript.absorb(says("a", 1, "I will look.").as_bytes());
    assert_eq!(change.updated, [0]);
    transcript.absorb(says("a", 1, "I will look.").as_bytes());
    assert_eq!(transcript.entries().len(), 1);
    assert!(matches!(&transcript.entries()[0].kind, Kind::Text(text) if raw(text) == "I will look."));
    transcript.absorb(says("b", 1, "I will look.").as_bytes());
    assert_eq!(transcript.entries().len(), 2, "another record may say the same");
}

#[test]
fn a_thought_is_not_printed_twice() {
    let thought = json!({"thought": "First this.\nThen that."});
    let log =
        calls("t", 1, "c", "think", &thought) + &answers("t", 2, "c", "think", &thought, "First this.\nThen that.");
    let transcript = read(&log);
    assert_eq!(transcript.entries().len(), 1);
    assert!(matches!(&transcript.entries()[0].kind, Kind::Reasoning(text) if raw(text) == "First this.\nThen that."));
}

#[test]
fn reasoning_comes_before_the_tool() {
    let call = call_of("c", "bash", &json!({"command": "ls"}));
    let log = record("t", 1, &json!([{"delta": {"role": "assistant", "reasoning_text": "Hm.", "tool_calls": [call]}}]));
    let transcript = read(&log);
    assert!(matches!(&transcript.entries()[0].kind, Kind::Reasoning(text) if raw(text) == "Hm."));
    assert!(matches!(&transcript.entries()[1].kind, Kind::Command(_)));
}

#[test]
fn words_beside_a_call_are_words_and_not_its_result() {
    let call = call_of("c", "bash", &json!({"command": "ls"}));
    let log = record("t", 1, &json!([{"delta": {"role": "assistant", "content": "Listing.", "tool_calls": [call]}}]));
    let transcript = read(&log);
    assert!(matches!(&transcript.entries()[0].kind, Kind::Text(text) if raw(text) == "Listing."));
    assert!(transcript.entries()[1].kind.is_pending());
}

#[test]
fn a_line_of_any_length_costs_bounded_memory() {
    let mut transcript = Transcript::new(Format::SessionLog);
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..70 {
        transcript.absorb(&chunk);
        assert!(transcript.partial_bytes() <= 65 << 20);
    }
    transcript.absorb(b"\n");
    transcript.absorb(says("a", 1, "words").as_bytes());
    assert_eq!((transcript.entries().len(), transcript.stats().broken), (2, 1));
}

const JOB: &str = "\u{feff}2026-06-26T12:24:44.1234567Z ##[group]Run agent\r
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

#[test]
fn a_job_log_reads_as_a_timeline() {
    let mut transcript = Transcript::new(Format::JobLog);
    transcript.absorb(JOB.as_bytes());
    transcript.finish();
    let entries = transcript.entries();
    assert!(matches!(&entries[0].kind, Kind::Setup { name, output: Some(out) }
        if raw(name) == "Run agent" && raw(out).contains("not this one")));
    assert_eq!(entries[0].at.map(|at| at.timestamp_subsec_micros()), Some(123_456));
    assert!(matches!(&entries[1].kind, Kind::Line(text) if raw(text).contains("action=fix")));
    assert_eq!(raw(&command(&entries[2]).command), "cargo te…");
    assert!(entries[2].is_error(), "the oldest of the same name is answered first");
    assert_eq!(entries[2].took().map(|t| t.num_seconds()), Some(2));
    assert!(!entries[3].is_error() && !entries[3].kind.is_pending());
    assert!(matches!(&entries[4].kind, Kind::Line(text) if raw(text).contains("nobody knows")));
    assert!(matches!(&entries[6].kind, Kind::PullSummary { title, .. } if raw(title) == "Fix retry"));
    assert!(matches!(&entries[7].kind, Kind::Error(text) if raw(text).starts_with("Process")));
    assert!(matches!(&entries[8].kind, Kind::Error(text) if raw(text) == "No quota left"));
    assert!(matches!(&entries[9].kind, Kind::Line(text) if raw(text) == "a line without a time"));
    let stats = transcript.stats();
    assert_eq!((stats.calls, stats.unanswered, stats.completion_tokens, stats.stops), (2, 0, 32, 1));
    assert_eq!(transcript.facts().prompt.as_ref().map(raw), Some("Doc master what is your actorid?"));
}

#[test]
fn a_job_log_without_a_prompt_is_read_all_the_same() {
    let log = JOB.replace("RG9jIG1hc3RlciB3aGF0IGlzIHlvdXIgYWN0b3JpZD8=", "");
    let mut transcript = Transcript::new(Format::JobLog);
    transcript.absorb(log.as_bytes());
    transcript.finish();
    assert_eq!(transcript.facts().prompt, None);
    assert_eq!(transcript.entries().len(), 10);
}

#[test]
fn control_characters_in_a_job_log_are_decoded_whole_however_the_bytes_are_cut() {
    let log = "2026-06-26T12:24:44.1234567Z a\u{9b}31mb\u{1b}]0;t\u{7}c\n";
    let mut whole = Transcript::new(Format::JobLog);
    whole.absorb(log.as_bytes());
    for at in 0..log.len() {
        let mut cut = Transcript::new(Format::JobLog);
        let (start, rest) = log.as_bytes().split_at(at);
        cut.absorb(start);
        cut.absorb(rest);
        assert_eq!(cut.entries(), whole.entries(), "cut at {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn how_the_bytes_are_cut_makes_no_difference(cuts in prop::collection::vec(0usize..6000, 0..12)) {
        for (format, log) in [(Format::SessionLog, session()), (Format::JobLog, JOB.to_owned())] {
            let mut whole = Transcript::new(format);
            whole.absorb(log.as_bytes());
            whole.finish();
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (log.len() + 1)).collect();
            cuts.sort_unstable();
            let mut pieces = Transcript::new(format);
            let mut from = 0;
            for cut in cuts.into_iter().chain([log.len()]) {
                pieces.absorb(&log.as_bytes()[from..cut]);
                from = cut;
            }
            pieces.finish();
            prop_assert_eq!(pieces.entries(), whole.entries());
            prop_assert_eq!(pieces.stats(), whole.stats());
        }
    }

    #[test]
    fn any_bytes_at_all_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..600), json in any::<String>()) {
        for format in [Format::SessionLog, Format::JobLog] {
            let mut transcript = Transcript::new(format);
            transcript.absorb(b"data: ");
            transcript.absorb(&bytes);
            transcript.absorb(format!("\ndata: {{\"choices\":[{{\"delta\":{{\"tool_calls\":{json:?}}}}}]}}\n").as_bytes());
            transcript.finish();
        }
    }
}
