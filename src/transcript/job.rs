//! Actions job logs: time-stamped lines to entries.
//!
//! Groups become folded steps, errors are told apart, and the agent's engine lines become the timeline of what it did:
//! which tools, in which turn, how they ended. The engine lines are not documented: one that is not understood is a
//! plain line.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use chrono::DateTime;

use super::decode::Log;
use super::entry::{Command, Kind};
use super::facts::RunFacts;
use super::tools;
use crate::domain::Instant;
use crate::text::Untrusted;

const ENGINE: &str = "[cca-engine] ";
const PROMPT: &str = "  COPILOT_AGENT_PROMPT: ";

#[derive(Clone, Debug, Default)]
pub(super) struct JobLog {
    /// The step header that is open: its entry and its lines so far.
    group: Option<Group>,
    /// Tools of the engine that run, by turn and name; the oldest is answered first.
    running: HashMap<(u32, Box<str>), VecDeque<usize>>,
    prompt: Option<Untrusted>,
    facts: RunFacts,
}

#[derive(Clone, Debug)]
struct Group {
    index: usize,
    text: String,
    /// Variables are only read below `env:`: a script may print what looks like one.
    env: bool,
}

impl JobLog {
    pub(super) fn prompt(&self) -> Option<&Untrusted> {
        self.prompt.as_ref()
    }

    pub(super) fn facts(&self) -> &RunFacts {
        &self.facts
    }

    pub(super) fn line(&mut self, log: &mut Log, line: &str) {
        let (at, text) = split_time(line);
        if line.is_empty() {
            return;
        }
        log.stats.records += 1;
        if let Some(name) = text.strip_prefix("##[group]") {
            self.close(log, at);
            let index = log.push(at, Kind::Setup { name: name.into(), output: None });
            self.group = Some(Group { index, text: String::new(), env: false });
        } else if text == "##[endgroup]" {
            self.close(log, at);
        } else if self.group.is_some() && !text.starts_with("##[error]") {
            self.inside(text);
        } else if let Some(event) = text.trim_start().strip_prefix(ENGINE) {
            self.engine(log, at, text, event.trim());
        } else {
            log.push(at, plain(text));
        }
    }

    /// A line of a step header.
    fn inside(&mut self, text: &str) {
        let Some(group) = &mut self.group else { return };
        if group.env {
            self.facts.variable(text);
        }
        if text == "env:" {
            group.env = true;
        } else if !text.starts_with("  ") {
            group.env = false;
        } else if let Some(value) = text.strip_prefix(PROMPT).filter(|_| group.env && self.prompt.is_none()) {
            let bytes = base64::engine::general_purpose::STANDARD.decode(value.trim());
            self.prompt = bytes.ok().filter(|b| !b.is_empty()).map(|bytes| Untrusted::from_bytes(&bytes));
        }
        if !group.text.is_empty() {
            group.text.push('\n');
        }
        group.text.push_str(text);
    }

    fn close(&mut self, log: &mut Log, at: Option<Instant>) {
        if let Some(group) = self.group.take()
            && let Some(entry) = log.change(group.index)
        {
            entry.ended_at = at;
            tools::answer(entry, &group.text);
        }
    }

    pub(super) fn finish(&mut self, log: &mut Log) {
        self.close(log, None);
    }

    /// `line`: as it came; `event`: what follows the engine's prefix.
    fn engine(&mut self, log: &mut Log, at: Option<Instant>, line: &str, event: &str) {
        if let Some(title) = event.strip_prefix("PR: ") {
            let title = title.trim().trim_matches('"');
            log.push(at, Kind::PullSummary { title: title.into(), body: Untrusted::default() });
        } else if let Some((turn, event)) = turn(event) {
            self.turn(log, at, line, turn, event);
        } else {
            log.stats.stops += u64::from(event.starts_with("Main session complete"));
            log.push(at, plain(line));
        }
    }

    fn turn(&mut self, log: &mut Log, at: Option<Instant>, line: &str, turn: u32, event: &str) {
        let (word, rest) = event.split_once(": ").unwrap_or((event, ""));
        match word {
            // The frame of a turn says nothing that its tools do not.
            "assistant.turn_start" | "assistant.turn_end" | "session.idle" => log.stats.ignored += 1,
            "assistant.usage" => {
                let tokens = rest.split_whitespace().find_map(|field| field.strip_prefix("output=")?.parse().ok());
                log.stats.completion_tokens += tokens.unwrap_or(0u64);
                log.stats.ignored += 1;
            }
            "tool.execution_start" => {
                let (name, preview) = rest.split_once(" — ").unwrap_or((rest, ""));
                let name = name.trim();
                let index = log.push(at, started(name, preview.trim()));
                log.stats.calls += 1;
                log.stats.unanswered += 1;
                self.running.entry((turn, name.into())).or_default().push_back(index);
            }
            "tool.execution_complete" => {
                let (name, success) = rest.split_once(' ').unwrap_or((rest, ""));
                let open = self.running.get_mut(&(turn, name.into())).and_then(VecDeque::pop_front);
                let Some(entry) = open.and_then(|index| log.change(index)) else {
                    log.push(at, plain(line));
                    return;
                };
                entry.ended_at = at;
                entry.failed = success.contains("success=false");
                tools::answer(entry, "");
                log.stats.unanswered -= 1;
            }
            _ => {
                log.push(at, plain(line));
            }
        }
    }
}

/// A tool of which only the name and the beginning of its argument are told.
fn started(name: &str, preview: &str) -> Kind {
    match name {
        "bash" | "powershell" if !preview.is_empty() => {
            Kind::Command(Command { command: preview.into(), ..Command::default() })
        }
        "view" if !preview.is_empty() => {
            Kind::View { path: tools::short_path(&preview.into()), lines: None, output: None }
        }
        "grep" | "rg" | "glob" if !preview.is_empty() => Kind::Search { query: preview.into(), output: None },
        _ => tools::other(name, preview.into()),
    }
}

/// A line that is only a line, unless the runner marks it as an error.
fn plain(text: &str) -> Kind {
    let marked = text.strip_prefix("##[error]").or_else(|| {
        let rest = text.strip_prefix("::error")?;
        Some(rest.split_once("::").map_or(rest, |(_, message)| message))
    });
    match marked {
        Some(message) => Kind::Error(message.trim().into()),
        None => Kind::Line(text.into()),
    }
}

/// `turn=3 rest`.
fn turn(event: &str) -> Option<(u32, &str)> {
    let (turn, rest) = event.strip_prefix("turn=")?.split_once(' ')?;
    Some((turn.parse().ok()?, rest))
}

/// The time before the first space, where there is one.
fn split_time(line: &str) -> (Option<Instant>, &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let looks = word.len() >= 20 && word.ends_with('Z') && word.starts_with(|c: char| c.is_ascii_digit());
    match looks.then(|| DateTime::parse_from_rfc3339(word).ok()).flatten() {
        Some(at) => (Some(at.to_utc()), rest),
        None => (None, line),
    }
}
