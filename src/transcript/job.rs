//! Actions job logs: time-stamped lines to entries.
//!
//! Groups become folded steps, errors are told apart, and the agent's engine lines become the timeline of what it did:
//! which tools, in which turn, how they ended. The engine lines are not documented: one that is not understood is a
//! plain line.

use std::collections::{HashMap, VecDeque};

use chrono::DateTime;

use super::decode::Log;
use super::entry::{Command, Kind};
use super::outline::Tokens;
use super::tools;
use crate::domain::Instant;
use crate::text::Untrusted;

const ENGINE: &str = "[cca-engine] ";
/// The log tells some five hundred characters of it.
const LONGEST_PROBLEM: usize = 8 * 1024;

#[derive(Clone, Debug, Default)]
pub(super) struct JobLog {
    /// The step header that is open: its entry and its lines so far.
    group: Option<Group>,
    /// Tools of the engine that run, by turn and name; the oldest is answered first.
    running: HashMap<(u32, Box<str>), VecDeque<usize>>,
    /// The turn read last.
    turn: Option<u32>,
    /// The problem statement, while its lines go on.
    problem: Option<String>,
}

#[derive(Clone, Debug)]
struct Group {
    index: usize,
    text: String,
    /// A step's header, and within it below `env:`: a script may print what looks like a variable.
    header: bool,
    env: bool,
}

impl JobLog {
    pub(super) fn line(&mut self, log: &mut Log, line: &str) {
        let (at, text) = split_time(line);
        if line.is_empty() {
            return;
        }
        log.stats.records += 1;
        if let Some(name) = text.strip_prefix("##[group]") {
            self.close(log, at);
            let index = log.push(at, Kind::Setup { name: name.into(), output: None });
            let header = name.starts_with("Run ");
            self.group = Some(Group { index, text: String::new(), header, env: false });
        } else if text == "##[endgroup]" {
            self.close(log, at);
        } else if self.group.is_some() && !text.starts_with("##[error]") {
            self.inside(log, text);
        } else if let Some(event) = text.trim_start().strip_prefix(ENGINE) {
            self.problem_ends(log);
            self.engine(log, at, text, event.trim());
        } else {
            self.problem_goes_on(log, text);
            if text.trim() == "Proceeding without custom agent." {
                log.facts.no_custom_agent = true;
            }
            log.push(at, plain(text));
        }
    }

    /// A line of a step header.
    fn inside(&mut self, log: &mut Log, text: &str) {
        let Some(group) = &mut self.group else { return };
        if text == "env:" {
            group.env = group.header;
        } else if !text.starts_with("  ") {
            group.env = false;
        } else if group.env {
            log.facts.variable(text);
        }
        if !group.text.is_empty() {
            group.text.push('\n');
        }
        group.text.push_str(text);
    }

    /// `Problem statement (812 chars, source=job): …` goes on in lines without the engine's prefix.
    fn problem_goes_on(&mut self, log: &mut Log, text: &str) {
        let Some(problem) = &mut self.problem else { return };
        problem.push('\n');
        problem.push_str(text);
        if problem.len() > LONGEST_PROBLEM {
            self.problem_ends(log);
        }
    }

    fn problem_ends(&mut self, log: &mut Log) {
        if let Some(problem) = self.problem.take() {
            let text = problem.trim_end();
            let whole = text.strip_suffix("...").or_else(|| text.strip_suffix('…'));
            log.facts.problem(whole.unwrap_or(text), whole.is_some());
        }
    }

    fn close(&mut self, log: &mut Log, at: Option<Instant>) {
        if let Some(group) = self.group.take()
            && let Some(entry) = log.change(group.index)
        {
            entry.ended_at = at;
            tools::answer(entry, group.text.into());
        }
    }

    pub(super) fn finish(&mut self, log: &mut Log) {
        self.problem_ends(log);
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
            log.facts.engine(event);
            if let Some((_, text)) = event.split_once("): ").filter(|(head, _)| head.starts_with("Problem statement ("))
            {
                self.problem = Some(text.to_owned());
            }
            log.push(at, plain(line));
        }
    }

    fn turn(&mut self, log: &mut Log, at: Option<Instant>, line: &str, turn: u32, event: &str) {
        let (word, rest) = event.split_once(": ").unwrap_or((event, ""));
        // A prompt is told with the number of the turn before it.
        if word != "user.message" && self.turn.replace(turn) != Some(turn) {
            log.outline.begin(log.entries.len(), false, at);
        }
        match word {
            // The frame of a turn says nothing that its tools do not.
            "assistant.turn_start" | "assistant.turn_end" | "session.idle" => log.stats.ignored += 1,
            "assistant.usage" => {
                let count = |name| rest.split_whitespace().find_map(|field| field.strip_prefix(name)?.parse().ok());
                let tokens = Tokens {
                    input: count("input=").unwrap_or(0),
                    output: count("output=").unwrap_or(0),
                    ..Tokens::default()
                };
                log.stats.completion_tokens = log.stats.completion_tokens.saturating_add(tokens.output);
                log.outline.spent(tokens);
                log.stats.ignored += 1;
            }
            // Its words are not in the log.
            "user.message" => {
                log.push(at, Kind::User(format!("({rest})").into()));
            }
            "tool.execution_start" => {
                let (name, preview) = rest.split_once(" — ").unwrap_or((rest, ""));
                let name = name.trim();
                let index = log.push(at, started(name, preview.trim()));
                log.stats.calls += 1;
                log.stats.unanswered += 1;
                log.outline.called();
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
                tools::answer(entry, "".into());
                entry.failed = success.contains("success=false");
                let index = usize::try_from(entry.id).unwrap_or(usize::MAX);
                log.outline.answered(index, at);
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
        "view" if !preview.is_empty() => Kind::View { path: tools::short_path(preview), lines: None, output: None },
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
