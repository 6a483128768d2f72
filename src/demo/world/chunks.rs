//! A session's log as the Copilot API serves it: `data: {…}` records with a blank line between them.
//!
//! The text is made anew for each request and is always the same for the same moment, so it only ever grows at its end.

use serde_json::{Value, json};

use super::chance::Chance;
use super::clock::{Tick, WorldClock};
use super::plan::Moment;
use super::script::{Call, Tool, Turn};
use super::session::Session;

/// `None` before the session has started: there is no log yet.
pub fn render(session: &Session, clock: &WorldClock, now: Tick) -> Option<String> {
    if now < session.start {
        return None;
    }
    let until = session.log_end(now);
    let writer = Writer { session, clock, chance: Chance::new(0).of(&session.id, 0), root: root(session) };
    let mut records: Vec<(Tick, Value)> = Vec::new();
    for beat in session.plan.beats.iter().take_while(|beat| beat.at <= until) {
        if let Some(record) = writer.record(beat.what, beat.at) {
            records.push((beat.at, record));
        }
    }
    for (number, (at, text)) in session.notes.iter().enumerate().filter(|(_, (at, _))| *at <= until) {
        records.push((*at, writer.note(number, *at, text)));
    }
    records.sort_by_key(|(at, _)| *at);
    Some(records.iter().map(|(_, record)| format!("data: {record}\n\n")).collect())
}

/// The last thing the agent did, in a few words.
pub fn root(session: &Session) -> String {
    session.fill.apply("/home/runner/work/{{repo}}/{{repo}}")
}

struct Writer<'a> {
    session: &'a Session,
    clock: &'a WorldClock,
    chance: Chance,
    root: String,
}

impl Writer<'_> {
    fn record(&self, what: Moment, at: Tick) -> Option<Value> {
        let script = &self.session.script;
        match what {
            Moment::Setup(index) => {
                let setup = script.setups.get(index)?;
                Some(self.setup(index, at, &setup.name, &setup.output))
            }
            Moment::Turn(index) => Some(self.turn(index, script.turns.get(index)?, at)),
            Moment::Result { turn, call } => {
                let wanted = script.turns.get(turn)?.calls.get(call)?;
                Some(self.result(turn, call, wanted, at))
            }
            Moment::Metadata => Some(self.metadata(at)),
        }
    }

    fn fill(&self, text: &str) -> String {
        self.session.fill.apply(text)
    }

    fn message_id(&self, turn: usize) -> String {
        format!("msg_vrtx_{}", self.chance.of("message", turn as u64).word(22))
    }

    /// Set-up steps come whole, with a time in milliseconds.
    fn setup(&self, index: usize, at: Tick, name: &str, output: &str) -> Value {
        let id = self.chance.of("setup", index as u64).uuid();
        let arguments = json!({ "name": self.fill(name) }).to_string();
        json!({
            "id": id,
            "choices": [{
                "delta": {
                    "content": self.fill(output),
                    "role": "assistant",
                    "tool_calls": [{ "function": { "name": "run_setup", "arguments": arguments }, "index": 0, "id": id }],
                },
                "finish_reason": "tool_calls",
                "index": 0,
            }],
            "created": self.clock.unix_millis(at),
            "model": "",
            "object": "chat.completion.chunk",
        })
    }

    fn turn(&self, index: usize, turn: &Turn, at: Tick) -> Value {
        let finish = if turn.closing { "stop" } else { "tool_calls" };
        let mut choices = Vec::new();
        let (say, reason) = (self.fill(&turn.say), self.fill(&turn.reason));
        if !say.is_empty() || !reason.is_empty() {
            let mut delta = json!({ "role": "assistant", "content": say });
            if let (false, Some(delta)) = (reason.is_empty(), delta.as_object_mut()) {
                delta.insert("reasoning_text".to_owned(), reason.into());
            }
            choices.push(json!({ "delta": delta, "finish_reason": finish }));
        }
        for (number, call) in turn.calls.iter().enumerate() {
            let delta = json!({ "role": "assistant", "tool_calls": [self.call(index, number, call)] });
            choices.push(json!({ "delta": delta, "finish_reason": finish }));
        }
        self.finished(&self.message_id(index), at, &choices, Some(self.usage(index, turn)))
    }

    fn call(&self, turn: usize, number: usize, call: &Call) -> Value {
        let id = format!("toolu_vrtx_{}", self.chance.of("call", (turn * 100 + number) as u64).word(22));
        let (name, arguments) = self.arguments(call);
        json!({ "function": { "arguments": arguments, "name": name }, "id": id, "type": "function", "index": 0 })
    }

    fn arguments(&self, call: &Call) -> (String, String) {
        let body = self.fill(&call.body);
        let path = |path: &str| format!("{}/{}", self.root, self.fill(path));
        let (name, arguments) = match &call.tool {
            Tool::Bash { about, .. } => {
                let arguments = json!({ "command": command(&body), "description": self.fill(about), "sessionId": "main", "async": false });
                ("bash", arguments)
            }
            Tool::View { path: at, lines: Some((from, to)) } => {
                ("view", json!({ "path": path(at), "view_range": [from, to] }))
            }
            Tool::View { path: at, lines: None } => ("view", json!({ "path": path(at) })),
            Tool::Edit { name, path: at } => {
                let (old, new) = (side(&body, '-'), side(&body, '+'));
                (*name, json!({ "path": path(at), "old_str": old, "new_str": new }))
            }
            Tool::Create { path: at } => ("create", json!({ "path": path(at), "file_text": body })),
            Tool::Think => ("think", json!({ "thought": body })),
            Tool::Progress { message } => {
                ("report_progress", json!({ "commitMessage": self.fill(message), "prDescription": body }))
            }
            Tool::CodeQl => ("codeql_checker", json!({})),
            Tool::Ask => ("ask_user", json!({ "question": body })),
            Tool::Other { name, arguments } => return (name.clone(), self.fill(arguments)),
        };
        (name.to_owned(), arguments.to_string())
    }

    fn result(&self, turn: usize, number: usize, call: &Call, at: Tick) -> Value {
        let choice = json!({
            "finish_reason": "tool_calls",
            "delta": { "tool_calls": [self.call(turn, number, call)], "content": self.output(call) },
        });
        self.finished(&self.message_id(turn), at, &[choice], None)
    }

    fn output(&self, call: &Call) -> String {
        let body = self.fill(&call.body);
        match &call.tool {
            Tool::Bash { exit, .. } => {
                format!("{}\n<exited with exit code {exit}>", output(&body))
            }
            Tool::View { path, lines } => {
                let path = format!("{}/{}", self.root, self.fill(path));
                let count = body.lines().count();
                let (from, span) = lines.map_or((1, count as u64), |(from, to)| (from, to.saturating_sub(from) + 1));
                let text: String = body.lines().map(|line| format!(" {line}\n")).collect();
                format!("{}@@ -{from},{span} +{from},{span} @@\n{text}", header(&path, false))
            }
            Tool::Edit { path, .. } => {
                let path = format!("{}/{}", self.root, self.fill(path));
                format!("{}{body}\n", header(&path, false))
            }
            Tool::Create { path } => {
                let path = format!("{}/{}", self.root, self.fill(path));
                let count = body.lines().count();
                let text: String = body.lines().map(|line| format!("+{line}\n")).collect();
                format!("{}@@ -1,0 +1,{count} @@\n{text}", header(&path, true))
            }
            Tool::Progress { .. } => self.pushed(),
            Tool::Think | Tool::CodeQl | Tool::Other { .. } => body,
            Tool::Ask => String::new(),
        }
    }

    fn pushed(&self) -> String {
        let branch = &self.session.branch;
        self.fill(&format!(
            "$ git push -v origin {branch}\nPushing to https://github.com/{{{{nwo}}}}\nTo https://github.com/{{{{nwo}}}}\n   {}..{}  {branch} -> {branch}\nupdating local tracking ref 'refs/remotes/origin/{branch}'\n\nProgress reported successfully.",
            self.chance.of("from", 0).hex(7),
            self.chance.of("to", 0).hex(7),
        ))
    }

    fn metadata(&self, at: Tick) -> Value {
        let script = &self.session.script;
        let text = format!(
            "<pr_title>\n{}\n</pr_title>\n\n<pr_description>\n{}\n</pr_description>",
            self.fill(&script.pr_title),
            self.fill(&script.pr_body)
        );
        let choice = json!({ "delta": { "role": "assistant", "content": text }, "finish_reason": "stop" });
        let id = format!("msg_vrtx_{}", self.chance.of("metadata", 0).word(22));
        self.finished(&id, at, &[choice], None)
    }

    fn note(&self, number: usize, at: Tick, text: &str) -> Value {
        let text = format!("A new comment came in while I work:\n\n> {text}\n\nI'll take it into account.");
        let choice = json!({ "delta": { "role": "assistant", "content": text }, "finish_reason": "tool_calls" });
        let id = format!("msg_vrtx_{}", self.chance.of("note", number as u64).word(22));
        self.finished(&id, at, &[choice], None)
    }

    fn finished(&self, id: &str, at: Tick, choices: &[Value], usage: Option<Value>) -> Value {
        let mut record = json!({
            "choices": choices,
            "created": self.clock.unix_seconds(at),
            "id": id,
            "model": plain_model(&self.session.model),
            "object": "chat.completion.chunk",
        });
        if let (Some(usage), Some(record)) = (usage, record.as_object_mut()) {
            record.insert("usage".to_owned(), usage);
        }
        record
    }

    /// The context grows with every turn, most of it read from the cache.
    fn usage(&self, index: usize, turn: &Turn) -> Value {
        let written =
            (turn.say.len() + turn.reason.len() + turn.calls.iter().map(|call| call.body.len()).sum::<usize>()) / 4
                + 40;
        let read =
            14_200 + index * 612 + usize::try_from(self.chance.of("tokens", index as u64).below(400)).unwrap_or(0);
        json!({
            "completion_tokens": written,
            "prompt_tokens": read,
            "prompt_tokens_details": { "cached_tokens": read.saturating_sub(730) },
            "total_tokens": read + written,
        })
    }
}

/// `sweagent-capi:claude-sonnet-4.5[ReasoningEffort=medium]` → `claude-sonnet-4.5`.
pub fn plain_model(wire: &str) -> &str {
    let plain = wire.rsplit_once(':').map_or(wire, |(_, name)| name);
    plain.split_once('[').map_or(plain, |(name, _)| name)
}

fn command(body: &str) -> String {
    body.lines().map_while(|line| line.strip_prefix("$ ")).collect::<Vec<_>>().join("\n")
}

fn output(body: &str) -> String {
    body.lines().skip_while(|line| line.starts_with("$ ")).collect::<Vec<_>>().join("\n")
}

/// One side of a diff: its context lines and its own.
fn side(diff: &str, mark: char) -> String {
    let lines = diff.lines().filter(|line| !line.starts_with("@@"));
    lines.filter_map(|line| line.strip_prefix([' ', mark])).collect::<Vec<_>>().join("\n")
}

fn header(path: &str, new: bool) -> String {
    let (mode, from) = if new {
        ("create file mode 100644\nindex 0000000..0000000".to_owned(), "a/dev/null".to_owned())
    } else {
        ("index 0000000..0000000 100644".to_owned(), format!("a{path}"))
    };
    format!("\ndiff --git a{path} b{path}\n{mode}\n--- {from}\n+++ b{path}\n")
}
