#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::json;

use super::super::Format;
use super::super::testlog::{answers, calls, says, stops};
use super::*;

/// A command and what came of it.
fn ran(call: &str, command: &str, output: &str, exit: i32) -> String {
    let arguments = json!({"command": command});
    let result = format!("{output}\n<exited with exit code {exit}>");
    calls(call, 1_757_413_050, call, "bash", &arguments)
        + &answers(call, 1_757_413_060, call, "bash", &arguments, &result)
}

fn tool(call: &str, name: &str, arguments: &serde_json::Value, result: &str) -> String {
    calls(call, 1_757_413_070, call, name, arguments) + &answers(call, 1_757_413_071, call, name, arguments, result)
}

fn setup(output: &str) -> String {
    let step = json!([{"delta": {"role": "assistant", "content": output, "tool_calls": [
        {"id": "s", "function": {"name": "run_custom_setup_step", "arguments": "{\"name\":\"Install\"}"}}]}}]);
    super::super::testlog::record("s", 1_757_413_024_352, &step)
}

fn edit(call: &str) -> String {
    let arguments = json!({"path": "/home/runner/work/a/a/x.rs", "old_str": "a", "new_str": "b"});
    tool(call, "str_replace", &arguments, "@@ -3 +3 @@\n-a\n+b\n")
}

fn progress(call: &str, output: &str) -> String {
    tool(call, "report_progress", &json!({"commitMessage": "Fix", "prDescription": "- [x] a"}), output)
}

fn summary() -> String {
    stops("end", 1_757_413_091, "<pr_title>Fix</pr_title><pr_description>Why.</pr_description>")
}

const PUSHED: &str =
    "[copilot/fix 1a2b3c4] Fix\n 1 file changed\nTo https://github.com/acme/api\n   1..2  copilot/fix -> copilot/fix";

/// A session in which nothing went wrong.
fn well() -> String {
    edit("e")
        + &ran("t", "cargo test", "test result: ok. 9 passed; 0 failed; 0 ignored", 0)
        + &progress("p", PUSHED)
        + &summary()
}

fn job(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("2026-06-26T12:24:44.1234567Z {line}\n")).collect();
    lines.concat()
}

fn findings_of(format: Format, log: &str, rules: &Rules, ending: Option<Ending>) -> Vec<Finding> {
    let mut transcript = Transcript::new(format);
    let mut diagnosis = Diagnosis::default();
    let change = transcript.absorb(log.as_bytes());
    diagnosis.absorb(rules, &transcript, &change);
    let change = transcript.finish();
    diagnosis.absorb(rules, &transcript, &change);
    diagnosis.end(rules, &transcript, ending);
    diagnosis.findings(rules, &transcript)
}

fn found(format: Format, log: &str) -> Vec<Finding> {
    findings_of(format, log, &Rules::shipped(), Some(Ending::default()))
}

/// Rule, a log it holds for with the words it must show, logs it does not hold for.
type Case = (&'static str, Format, Vec<(String, &'static str)>, Vec<String>);

fn cases() -> Vec<Case> {
    [environment(), service(), result(), end()].concat()
}

/// What the machine lacked.
fn environment() -> Vec<Case> {
    let session = Format::SessionLog;
    vec![
        (
            "missing-tool",
            session,
            vec![
                (
                    ran("c", "just test", "bash: line 1: just: command not found", 127) + &well(),
                    "just is not installed",
                ),
                (
                    ran("c", "python -m pytest", "/usr/bin/python: No module named pytest", 1) + &well(),
                    "pytest is not installed",
                ),
                (
                    ran("c", "./x", "/usr/bin/env: ‘node’: No such file or directory", 127) + &well(),
                    "node is not installed",
                ),
                (
                    ran("c", "cargo nextest run", "error: no such command: `nextest`", 101) + &well(),
                    "nextest is not installed",
                ),
            ],
            vec![
                ran("c", "cat log", "the word: user not found in list", 0) + &well(),
                tool("v", "view", &json!({"path": "x"}), "bash: just: command not found") + &well(),
                ran("c", "./run", "config: No such file or directory", 1) + &well(),
            ],
        ),
        (
            "setup-failed",
            session,
            vec![(setup("npm ci\nnpm ERR! code E401") + &well(), "A set-up step failed")],
            vec![
                setup("MCP server started successfully\n- get_commit") + &well(),
                ran("c", "npm ci", "npm ERR! code E401", 1) + &well(),
            ],
        ),
        (
            "step-failed",
            Format::JobLog,
            vec![(
                job(&["##[group]Run npm ci", "##[endgroup]", "##[error]Process completed with exit code 7."]),
                "exit code 7",
            )],
            vec![job(&["echo Process completed with exit code 7.", "##[error]Something else"])],
        ),
        (
            "firewall",
            session,
            vec![
                (
                    ran("c", "curl https://repo.example", "curl: (6) Could not resolve host: repo.example", 6)
                        + &well(),
                    "blocked repo.example",
                ),
                (
                    says("w", 1, "I was blocked:\n- `cdn.example.org`: `node install.mjs` (dns block)") + &well(),
                    "blocked",
                ),
                (
                    ran("c", "npm ci", "npm error getaddrinfo ENOTFOUND registry.example", 1) + &well(),
                    "blocked registry.example",
                ),
            ],
            vec![says("w", 1, "The firewall of the class Street is three metres high.") + &well()],
        ),
    ]
}

/// What the service refused.
fn service() -> Vec<Case> {
    let session = Format::SessionLog;
    vec![
        (
            "rate-limited",
            session,
            vec![
                (ran("c", "gh pr list", "HTTP 403: API rate limit exceeded for user ID 1.", 1) + &well(), "rate limit"),
                (says("w", 1, "<error>You have exceeded a secondary rate limit</error>"), "rate limit"),
            ],
            vec![
                tool("v", "view", &json!({"path": "limits.md"}), "API rate limit exceeded") + &well(),
                edit("x") + &well(),
            ],
        ),
        (
            "model-error",
            session,
            vec![
                (says("w", 1, "<error>The model claude-sonnet-4 is unavailable</error>") + &well(), "model"),
                (says("w", 1, "<error>CAPIError: 503 Service Unavailable</error>") + &well(), "model"),
            ],
            vec![
                says("w", 1, "The model failed validation, so I changed its fields.") + &well(),
                says("w", 1, "<error>The branch is gone</error>") + &well(),
            ],
        ),
    ]
}

/// What came of the work.
fn result() -> Vec<Case> {
    let session = Format::SessionLog;
    vec![
        (
            "tests-red",
            session,
            vec![(well() + &ran("r", "cargo test", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101), "red")],
            vec![
                ran("r", "cargo test", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101) + &well(),
                well() + &ran("g", "git log", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 0),
                ran("r", "cargo test", "error: Could not resolve host: index.crates.io", 101) + &summary(),
            ],
        ),
        (
            "tests-broken",
            session,
            vec![
                (ran("r", "cargo test 2>&1", "error[E0425]: cannot find value", 101) + &summary(), "not reached"),
                (ran("r", "cargo test", "error: Could not resolve host: crates.io", 101) + &summary(), "not reached"),
            ],
            vec![
                ran("r", "cargo test", "error[E0425]: cannot find value", 101) + &well(),
                well() + &ran("r", "cargo test", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101),
            ],
        ),
        (
            "push-failed",
            session,
            vec![(
                progress(
                    "q",
                    " ! [rejected]        copilot/fix -> copilot/fix (fetch first)\nerror: failed to push some refs",
                ) + &well(),
                "refused",
            )],
            vec![ran("c", "cat notes", "when it says ! [rejected] then pull", 0) + &well()],
        ),
        (
            "not-pushed",
            session,
            vec![
                (well() + &edit("late"), "not pushed"),
                (edit("e") + &progress("p", "error: failed to push some refs") + &summary(), "not pushed"),
            ],
            vec![
                well(),
                edit("e") + &ran("c", "git commit -am x && git push", "1..2  fix -> fix", 0),
                says("w", 1, "Only words."),
            ],
        ),
        (
            "nothing-pushed",
            session,
            vec![(says("w", 1, "Here is what I found."), "Nothing was pushed")],
            vec![well(), edit("e")],
        ),
    ]
}

/// How it ended.
fn end() -> Vec<Case> {
    let session = Format::SessionLog;
    let engine = "[cca-engine] turn=1 tool.execution_start: bash — ls";
    vec![
        (
            "timed-out",
            Format::JobLog,
            vec![
                (
                    job(&[
                        "##[error]The job running on runner GitHub Actions 3 has exceeded the maximum execution time of 59 minutes.",
                    ]),
                    "out of time",
                ),
                (
                    job(&[
                        "##[group]Run agent",
                        "env:",
                        "  COPILOT_AGENT_START_TIME_SEC: 1782473000",
                        "  COPILOT_AGENT_TIMEOUT_MIN: 59",
                        "##[endgroup]",
                        engine,
                    ]),
                    "out of time",
                ),
            ],
            vec![job(&[
                "##[group]Run agent",
                "env:",
                "  COPILOT_AGENT_START_TIME_SEC: 1782476684",
                "  COPILOT_AGENT_TIMEOUT_MIN: 59",
                "##[endgroup]",
                engine,
            ])],
        ),
        (
            "command-running",
            session,
            vec![(well() + &calls("z", 9, "z", "bash", &json!({"command": "sleep 9999"})), "while a call ran")],
            vec![well()],
        ),
        ("no-summary", session, vec![(edit("e") + &progress("p", PUSHED), "<pr_title> is missing")], vec![well()]),
    ]
}

#[test]
fn every_rule_holds_where_it_should_and_nowhere_else() {
    let mut seen: Vec<_> = Rules::shipped().rules().iter().map(|rule| rule.id.clone()).collect();
    for (rule, format, holds, other) in cases() {
        seen.retain(|id| *id != rule.into());
        for (log, words) in holds {
            let findings = found(format, &log);
            let finding = findings.iter().find(|finding| finding.rule == rule.into());
            let finding = finding.unwrap_or_else(|| panic!("{rule} does not hold: {findings:?}\n{log}"));
            assert!(finding.title.contains(words), "{rule}: {:?} without {words:?}", finding.title);
        }
        for log in other {
            let findings = found(format, &log);
            assert!(findings.iter().all(|finding| finding.rule != rule.into()), "{rule}: {findings:?}\n{log}");
        }
    }
    assert_eq!(seen, [], "every rule that is shipped has its cases");
}

#[test]
fn a_session_that_went_well_has_no_diagnosis() {
    assert_eq!(found(Format::SessionLog, &well()), []);
}

#[test]
fn a_session_that_runs_is_not_judged_by_its_end() {
    let log = edit("e") + &ran("r", "cargo test", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101);
    assert_eq!(findings_of(Format::SessionLog, &log, &Rules::shipped(), None), []);
    assert!(found(Format::SessionLog, &log).len() >= 3);
}

#[test]
fn a_list_of_steps_says_nothing_of_what_the_agent_did() {
    let steps = job(&["copilot: success", "Set up job: success", "Processing request: success"]);
    assert_eq!(found(Format::JobLog, &steps), []);
    let late = findings_of(Format::JobLog, &steps, &Rules::shipped(), Some(Ending { timed_out: true }));
    assert_eq!(late.iter().map(|finding| finding.rule.clone()).collect::<Vec<_>>(), ["timed-out".into()]);
}

#[test]
fn the_evidence_is_the_line_and_the_worst_comes_first() {
    let output = "building\nbash: line 1: just: command not found\ndone";
    let log = ran("a", "just build", output, 0)
        + &ran("b", "just test", output, 127)
        + &well()
        + &ran("r", "cargo test", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101);
    let findings = found(Format::SessionLog, &log);
    let rules: Vec<_> = findings.iter().map(|finding| finding.rule.raw_for_match()).collect();
    assert_eq!(rules, ["tests-red", "missing-tool"]);
    assert_eq!((findings[1].evidence.entry, findings[1].count), (0, 2));
    assert_eq!(findings[1].evidence.line, "bash: line 1: just: command not found".into());
    assert_eq!(findings[0].evidence.line, "cargo test".into());
}

#[test]
fn what_a_log_says_cannot_act_through_a_title() {
    let log = ran("a", "x", "curl: (6) Could not resolve host: \u{1b}]0;pwned\u{7}evil\u{202e}.example", 6) + &well();
    let findings = found(Format::SessionLog, &log);
    let title = &findings.first().unwrap().title;
    assert!(!title.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{title:?}");
}

#[test]
fn a_rule_of_ones_own_can_ask_for_tags_and_tools() {
    let own = r#"
[[rule]]
id = "changelog"
title = "No <changelog> was given"
severity = "warning"
next = "ask for it"
in = ["words", "summary"]
absent = '<changelog>'

[[rule]]
id = "scan"
title = "The scan found {1}"
severity = "error"
next = "look"
tool = "codeql_checker"
part = "output"
pattern = '(\d+) alerts?'
"#;
    let rules = Rules::default().with_file("mine.toml", own);
    assert_eq!(rules.faults(), []);
    let scan = tool("q", "codeql_checker", &json!({}), "<info>Found 3 alerts.</info>");
    let ids = |log: &str| -> Vec<String> {
        let findings = findings_of(Format::SessionLog, log, &rules, Some(Ending::default()));
        findings.iter().map(|finding| format!("{}: {}", finding.rule.raw_for_match(), finding.title)).collect()
    };
    assert_eq!(ids(&(scan.clone() + &well())), ["scan: The scan found 3", "changelog: No <changelog> was given"]);
    assert_eq!(ids(&(ran("c", "x", "3 alerts", 0) + &says("w", 9, "<changelog>x</changelog>"))), Vec::<String>::new());
}

#[test]
fn piece_by_piece_or_at_once_the_findings_are_the_same() {
    let log: String = cases()
        .into_iter()
        .filter(|case| case.1 == Format::SessionLog)
        .flat_map(|case| case.2)
        .map(|(log, _)| log)
        .collect();
    let rules = Rules::shipped();
    let mut transcript = Transcript::new(Format::SessionLog);
    let mut diagnosis = Diagnosis::default();
    for piece in log.as_bytes().chunks(97) {
        let change = transcript.absorb(piece);
        diagnosis.absorb(&rules, &transcript, &change);
    }
    let change = transcript.finish();
    diagnosis.absorb(&rules, &transcript, &change);
    diagnosis.end(&rules, &transcript, Some(Ending::default()));
    let pieces = diagnosis.findings(&rules, &transcript);
    assert_eq!(pieces, found(Format::SessionLog, &log));
    assert!(pieces.len() > 5, "{pieces:?}");
}

#[test]
fn a_find_in_the_middle_of_a_character_is_shown_with_its_whole_line() {
    let own = "[[rule]]\nid = \"a\"\ntitle = \"{1}\"\nseverity = \"note\"\nnext = \"x\"\npattern = '(.b.)'\n";
    let rules = Rules::default().with_file("mine.toml", own);
    let log = says("w", 1, "before\näbé\nafter");
    let finding = findings_of(Format::SessionLog, &log, &rules, None).remove(0);
    assert_eq!(finding.evidence.line, "äbé".into());
    assert!(finding.title.contains('b'), "{:?}", finding.title);
}
