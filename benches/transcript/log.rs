//! Session logs of any size, made of the records the contract describes: always the same ones for the same size.

use serde_json::{Value, json};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }
}

const LINES: [&str; 8] = [
    "   Compiling scheduler v0.4.1 (/home/runner/work/api/api/crates/scheduler)",
    "test retry::tests::a_retry_waits_for_the_clock ... ok",
    "\u{1b}[1m\u{1b}[32m    Finished\u{1b}[0m `test` profile [unoptimized + debuginfo] target(s) in 9.31s",
    "src/retry.rs:41:        let now = clock.now(); // \"now\" as the caller sees it",
    "\tmodified:   crates/scheduler/src/retry.rs",
    "-rw-r--r-- 1 runner runner 18422 Sep 11 13:35 Cargo.lock",
    "warning: unused variable: `deadline` — consider `_deadline`",
    "",
];

/// One session being written.
pub struct Writer {
    dice: Dice,
    at: i64,
    turn: usize,
    pub text: String,
}

impl Writer {
    pub fn new() -> Self {
        Self { dice: Dice(7), at: 1_757_597_734, turn: 0, text: String::new() }
    }

    fn lines(&mut self, most: usize) -> String {
        let count = 1 + self.dice.roll(most);
        let lines: Vec<_> = (0..count).filter_map(|_| LINES.get(self.dice.roll(LINES.len())).copied()).collect();
        lines.join("\n")
    }

    fn record(&mut self, id: &str, choices: Value, usage: Option<Value>) {
        self.at += 1 + i64::try_from(self.dice.roll(9)).unwrap_or(0);
        let mut record = json!({
            "choices": choices, "created": self.at, "id": id, "model": "claude-sonnet-4",
            "object": "chat.completion.chunk",
        });
        if let (Some(usage), Some(record)) = (usage, record.as_object_mut()) {
            record.insert("usage".to_owned(), usage);
        }
        self.text.push_str(&format!("data: {record}\n\n"));
    }

    /// Words, one or two calls, and the answers in either order.
    pub fn turn(&mut self) {
        self.turn += 1;
        let id = format!("msg_vrtx_{:032}", self.turn);
        let words = "I'll reproduce the failure first, then look at how the clock is handled in `retry.rs`.";
        let mut choices =
            vec![json!({"delta": {"role": "assistant", "content": words}, "finish_reason": "tool_calls"})];
        let mut calls = Vec::new();
        for n in 0..=self.dice.roll(2) {
            let (name, arguments, result) = self.tool();
            let call = json!({
                "function": {"arguments": arguments.to_string(), "name": name},
                "id": format!("toolu_vrtx_{:020}_{n}", self.turn), "type": "function", "index": 0,
            });
            choices.push(json!({
                "delta": {"role": "assistant", "tool_calls": [call.clone()]}, "finish_reason": "tool_calls",
            }));
            calls.push((call, result));
        }
        let usage = json!({
            "completion_tokens": 249, "prompt_tokens": 17583, "total_tokens": 17832,
            "prompt_tokens_details": {"cached_tokens": 12861},
        });
        self.record(&id, Value::Array(choices), Some(usage));
        if self.turn.is_multiple_of(2) {
            calls.reverse();
        }
        for (call, result) in calls {
            let answer = json!([{"finish_reason": "tool_calls", "delta": {"tool_calls": [call], "content": result}}]);
            self.record(&id, answer, None);
        }
    }

    fn tool(&mut self) -> (&'static str, Value, String) {
        match self.dice.roll(10) {
            0..4 => {
                let command = "cd /home/runner/work/api/api && cargo test -p scheduler \"retry\" 2>&1 | tail -40";
                let arguments = json!({
                    "command": command, "description": "Run the tests of the scheduler", "sessionId": "main",
                    "async": false,
                });
                let output = self.lines(60);
                let end = "test result: ok. 118 passed; 0 failed; 2 ignored\n<exited with exit code 0>";
                ("bash", arguments, format!("{output}\n{end}"))
            }
            4..7 => {
                let path = "/home/runner/work/api/api/crates/scheduler/src/retry.rs";
                let text = self.lines(90);
                let diff = format!("\ndiff --git a/x b/x\nindex 0..0\n--- a/x\n+++ b/x\n@@ -1,90 +1,90 @@\n{text}\n");
                ("view", json!({"path": path, "view_range": [1, 90]}), diff)
            }
            7..9 => {
                let path = "/home/runner/work/api/api/crates/scheduler/src/retry.rs";
                let (old, new) = (self.lines(12), self.lines(16));
                let sign = |sign: char, text: &str| {
                    text.lines().fold(String::new(), |all, line| format!("{all}{sign}{line}\n"))
                };
                let diff = format!(
                    "\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -41,12 +41,16 @@\n{}{}",
                    sign('-', &old),
                    sign('+', &new)
                );
                ("str_replace", json!({"path": path, "old_str": old, "new_str": new}), diff)
            }
            _ => {
                let body = "## Plan\n\n- [x] Reproduce the failure\n- [x] Hand the clock in\n- [ ] Update the notes\n";
                let arguments = json!({"commitMessage": "Hand the clock in", "prDescription": body});
                ("report_progress", arguments, self.lines(9))
            }
        }
    }
}

/// A session log of at least so many bytes.
pub fn session(bytes: usize) -> String {
    let mut writer = Writer::new();
    while writer.text.len() < bytes {
        writer.turn();
    }
    writer.text
}
