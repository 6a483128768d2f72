//! What a log must survive and what must come of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::json;

use super::entry::Kind;
use super::facets::{Facet, FacetSet};
use super::testlog::{JOB, answers, call_of, calls, command, raw, read, record, says, session, stops, unnumbered};
use super::{Format, Transcript};

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

#[test]
fn the_outline_tells_what_every_turn_did_and_cost() {
    let transcript = read(&session());
    let (outline, entries) = (transcript.outline(), transcript.entries());
    let turns = outline.turns();
    assert_eq!(turns.len(), 6);
    assert!(turns[0].setup && !turns[1].setup);
    let shape: Vec<_> = turns.iter().map(|turn| (turn.first, turn.calls)).collect();
    assert_eq!(shape, [(0, 1), (1, 2), (4, 1), (5, 1), (6, 0), (7, 0)]);
    let tokens = turns[1].tokens;
    assert_eq!((tokens.input, tokens.cached, tokens.output), (1, 0, 100));
    assert_eq!(outline.took(3).map(|took| took.num_seconds()), Some(20), "until the next began");
    let words: Vec<_> = (0..6).map(|turn| outline.words(turn, entries).unwrap()).collect();
    assert_eq!(words, ["Start MCP server", "I will look.", "src/retry.rs", "cargo test", "All done.", "Fix retry"]);
    assert_eq!((outline.turn_of(0), outline.turn_of(3), outline.turn_of(99)), (Some(0), Some(1), Some(5)));
    assert_eq!(outline.entries(1, entries).len(), 3);
    assert_eq!(outline.entries(6, entries).len(), 0);
}

#[test]
fn facets_count_and_lead_from_one_to_the_next() {
    let transcript = read(&session());
    let facets = transcript.facets();
    let counts: Vec<_> = Facet::ALL.into_iter().map(|facet| (facet.word(), facets.count(facet))).collect();
    assert_eq!(
        counts,
        [
            ("words", 3),
            ("commands", 2),
            ("files", 1),
            ("tests", 1),
            ("reasoning", 0),
            ("progress", 0),
            ("errors", 1),
            ("user", 0),
            ("calls", 4),
            ("setup", 1)
        ]
    );
    assert_eq!((facets.next(0, Facet::Command), facets.next(3, Facet::Command)), (Some(3), Some(5)));
    assert_eq!((facets.next(5, Facet::Command), facets.previous(5, Facet::Command)), (None, Some(3)));
    assert_eq!((facets.from(3, Facet::Command), facets.next(usize::MAX, Facet::Words)), (Some(3), None));
    let either = FacetSet::from(Facet::File).with(Facet::Error);
    assert_eq!(facets.entries(either).collect::<Vec<_>>(), [4, 5]);
    let run = facets.tests_of(5).unwrap();
    assert!(run.is_red() && run.broke, "`1 failed` alone is no summary, but the command ran tests and failed");
    assert_eq!(Facet::of_word("errors"), Some(Facet::Error));
}

#[test]
fn an_answer_that_comes_late_changes_the_facets_of_its_call() {
    let arguments = json!({"command": "cargo test"});
    let mut transcript = Transcript::new(Format::SessionLog);
    transcript.absorb(calls("t", 1, "c", "bash", &arguments).as_bytes());
    assert_eq!((transcript.facets().count(Facet::Tests), transcript.facets().count(Facet::Error)), (0, 0));
    let result = "test result: FAILED. 3 passed; 2 failed; 1 ignored\n<exited with exit code 101>";
    transcript.absorb(answers("t", 2, "c", "bash", &arguments, result).as_bytes());
    let facets = transcript.facets();
    assert_eq!((facets.count(Facet::Tests), facets.count(Facet::Error), facets.count(Facet::Call)), (1, 1, 1));
    let run = facets.tests()[0].1;
    assert_eq!((run.runner, run.passed, run.failed, run.skipped), ("cargo test", 3, 2, 1));
}

#[test]
fn what_a_person_writes_is_not_the_agents_words() {
    let said = json!([{"delta": {"role": "user", "content": "Please also fix the docs."}}]);
    let transcript = read(&record("u", 5, &said));
    assert!(matches!(&transcript.entries()[0].kind, Kind::User(text) if raw(text) == "Please also fix the docs."));
    assert_eq!((transcript.facets().count(Facet::User), transcript.facets().count(Facet::Words)), (1, 0));
}

#[test]
fn a_chunk_that_comes_twice_adds_nothing() {
    let thought = json!({"thought": "First this."});
    let log = session()
        + &calls("t9", 7, "c9", "think", &thought)
        + &answers("t9", 8, "c9", "think", &thought, "It is so.")
        + &record(
            "t10",
            9,
            &json!([{"delta": {"role": "assistant", "content": "OK"}}, {"delta": {"role": "assistant", "content": "OK"}}]),
        );
    let once = read(&log);
    assert_eq!(once.entries().len(), 11, "who says a thing twice in one record says it twice");
    for twice in [log.repeat(2), log.lines().flat_map(|line| [line, "\n", line, "\n"]).collect::<String>()] {
        let transcript = read(&twice);
        assert_eq!(unnumbered(transcript.entries()), unnumbered(once.entries()));
        assert_eq!(transcript.outline(), once.outline());
        let (stats, before) = (transcript.stats(), once.stats());
        assert_eq!((stats.completion_tokens, stats.stops), (before.completion_tokens, before.stops));
        assert_eq!((stats.calls, stats.unanswered), (before.calls, before.unanswered));
    }
}

#[test]
fn a_log_is_held_once() {
    let output = "src/retry.rs:41:  let now = \"clock\".now();\n".repeat(40);
    let patch = "line of a new file, of the usual length\n".repeat(40);
    let turn = |n: i64| {
        let (call, id) = (format!("toolu_{n:020}"), format!("msg_{n:030}"));
        let new = format!("new_{n:030}");
        let (ls, create) = (json!({"command": "ls -la"}), json!({"path": "/tmp/x", "file_text": patch}));
        calls(&id, n, &call, "bash", &ls)
            + &answers(&id, n, &call, "bash", &ls, &output)
            + &calls(&id, n, &new, "create", &create)
            + &answers(&id, n, &new, "create", &create, "@@ -1,0 +1,40 @@\n+line\n")
    };
    let log: String = (1..200).map(turn).collect();
    let transcript = read(&log);
    let share = transcript.held() * 100 / log.len();
    assert!(share < 75, "{share} % of the log");
}

#[test]
fn a_job_log_tells_the_facts_of_its_run() {
    let log = JOB
        .replace(
            "env:\r\n",
            "env:\r\n2026-06-26T12:24:44.3Z   COPILOT_AGENT_START_TIME_SEC: 1782476684\r\n2026-06-26T12:24:44.3Z   COPILOT_AGENT_TIMEOUT_MIN: 59\r\n2026-06-26T12:24:44.3Z   COPILOT_AGENT_RUNTIME_VERSION: runtime-0.4\r\n",
        )
        .replace(
            "a line without a time",
            "2026-06-26T12:25:00Z Proceeding without custom agent.\n2026-06-26T12:25:00Z   COPILOT_AGENT_ACTOR: mallory",
        );
    let mut transcript = Transcript::new(Format::JobLog);
    transcript.absorb(log.as_bytes());
    transcript.finish();
    let facts = transcript.facts();
    assert_eq!(facts.deadline(), Some("2026-06-26T13:23:44Z".parse().unwrap()));
    assert_eq!(facts.runtime_version.as_ref().map(raw), Some("runtime-0.4"));
    assert_eq!(facts.prompt.as_ref().map(raw), Some("Doc master what is your actorid?"));
    assert_eq!((facts.turns, facts.no_custom_agent), (Some(1), true));
    assert_eq!(facts.actor, None, "only the header of a step is believed");
    assert_eq!(facts.branch.as_ref().map(raw), Some("b"));
}

#[test]
fn variables_are_believed_in_the_header_of_a_step_alone() {
    for (head, believed) in [("Run agent", true), ("COPILOT vars", false)] {
        let log = format!(
            "2026-06-26T12:24:44.1Z ##[group]{head}\n2026-06-26T12:24:44.1Z \u{1b}[36;1menv:\u{1b}[0m\n2026-06-26T12:24:44.1Z   COPILOT_AGENT_ACTOR: early\n2026-06-26T12:24:44.1Z env:\n2026-06-26T12:24:44.1Z   COPILOT_AGENT_ACTOR: mona\n2026-06-26T12:24:44.1Z ##[endgroup]\n"
        );
        let mut transcript = Transcript::new(Format::JobLog);
        transcript.absorb(log.as_bytes());
        assert_eq!(transcript.facts().actor.as_ref().map(raw), believed.then_some("mona"));
    }
}

#[test]
fn the_beginning_of_a_prompt_is_better_than_none() {
    let log = "2026-06-26T12:24:44.1Z [cca-engine] Problem statement (812 chars, source=job): Fix the clock.\n2026-06-26T12:24:44.1Z It runs backwards\n2026-06-26T12:24:44.1Z since May...\n2026-06-26T12:24:44.1Z [cca-engine] Created new session abc\n";
    let mut transcript = Transcript::new(Format::JobLog);
    transcript.absorb(log.as_bytes());
    let facts = transcript.facts();
    assert_eq!(facts.prompt.as_ref().map(raw), Some("Fix the clock.\nIt runs backwards\nsince May"));
    assert!(facts.prompt_cut);
    assert_eq!(facts.session.as_ref().map(raw), Some("abc"));
}

#[test]
fn the_turns_of_a_job_log_have_their_tokens() {
    let transcript = {
        let mut transcript = Transcript::new(Format::JobLog);
        transcript.absorb(JOB.as_bytes());
        transcript.finish();
        transcript
    };
    let turns = transcript.outline().turns();
    let shape: Vec<_> =
        turns.iter().map(|turn| (turn.setup, turn.calls, turn.tokens.input, turn.tokens.output)).collect();
    assert_eq!(shape, [(true, 0, 0, 0), (false, 2, 10, 32), (false, 0, 0, 0)]);
    assert_eq!(transcript.outline().took(1).map(|took| took.num_seconds()), Some(5));
}

#[test]
fn a_part_of_a_log_has_the_facets_and_turns_of_its_entries() {
    let whole = read(&session());
    for (start, end) in [(0, 8), (3, 6), (5, 6), (2, 2), (6, 99), (9, 12)] {
        let mut part = whole.clone();
        let ids: Vec<u64> = (100..).take(8).collect();
        part.cut(start..end, &ids);
        let count = end.min(8).saturating_sub(start);
        assert_eq!(part.entries().len(), count, "{start}..{end}");
        for (index, entry) in part.entries().iter().enumerate() {
            assert_eq!(entry.kind, whole.entries()[start + index].kind);
            assert_eq!(entry.id, 100 + index as u64);
            assert_eq!(part.facets().of(index), whole.facets().of(start + index));
            assert_eq!(part.facets().tests_of(index), whole.facets().tests_of(start + index));
            let turn =
                |log: &Transcript, index| log.outline().turn_of(index).map(|turn| log.outline().turns()[turn].at);
            assert_eq!(turn(&part, index), turn(&whole, start + index));
        }
        for facet in Facet::ALL {
            assert_eq!(part.facets().count(facet), part.facets().entries(facet).count(), "{facet:?}");
        }
        assert_eq!(part.facets().next(count, Facet::Call), None);
    }
}
