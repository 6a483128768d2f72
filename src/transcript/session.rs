//! Session logs: `data: {json}` records to entries.
//!
//! A tool call and its result are records of their own that share the call's id; results come in any order and may
//! come before the call. A record that repeats what was said replaces it, and one that comes a second time, however much
//! later, adds nothing. Nothing here decides that a session ended: "stop" is counted and the log goes on.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, RandomState};

use super::decode::Log;
use super::entry::Kind;
use super::record::{Call, Choice, Record, Text};
use super::tools;
use crate::domain::Instant;

/// What must be remembered between records. Ids and texts are remembered as their hashes: they are in the entries or in
/// the log, and are not held a second time.
#[derive(Clone, Debug, Default)]
pub(super) struct SessionLog {
    hasher: RandomState,
    calls: HashMap<u64, Made>,
    /// Turns begun, texts said, tokens and ends counted.
    before: HashSet<u64>,
    /// The texts of the record read last.
    said: Said,
}

/// A call that was made.
#[derive(Clone, Copy, Debug)]
struct Made {
    /// Where its entry is.
    index: usize,
    answered: bool,
}

/// The texts of one record, to know them again when the record is repeated with more.
#[derive(Clone, Debug, Default)]
struct Said {
    record: u64,
    /// Entry, length and hash of each, in order.
    texts: Vec<(usize, usize, u64)>,
}

/// Who speaks in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Tool,
    Agent,
    User,
}

/// The record that is being read.
struct Reading {
    /// `None`: it has no id, and cannot be known again.
    id: Option<u64>,
    at: Option<Instant>,
    /// Texts of it that were read.
    texts: usize,
}

impl SessionLog {
    pub(super) fn line(&mut self, log: &mut Log, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let json = line.strip_prefix("data:").map(str::trim).filter(|json| !json.is_empty() && *json != "[DONE]");
        let Some(json) = json else {
            log.stats.ignored += 1;
            return;
        };
        match Record::read(json) {
            Some(record) if record.is_chunk() => self.record(log, record),
            Some(_) => log.stats.ignored += 1,
            None => log.broken(line),
        }
    }

    fn record(&mut self, log: &mut Log, record: Record<'_>) {
        log.stats.records += 1;
        let at = record.at();
        let id = record.id.as_ref().filter(|id| !id.0.is_empty()).map(|id| self.hasher.hash_one(&*id.0));
        if id.is_none() || id != Some(self.said.record) {
            self.said = Said { record: id.unwrap_or(0), texts: Vec::new() };
        }
        if record.choices.iter().any(|choice| role(choice) != Role::Tool) && self.is_new(id, "turn") {
            log.outline.begin(log.entries.len(), record.choices.iter().all(is_setup), at);
        }
        if let Some(tokens) = record.usage.as_ref().map(super::record::Usage::tokens)
            && self.is_new(id, "usage")
        {
            log.stats.completion_tokens = log.stats.completion_tokens.saturating_add(tokens.output);
            log.outline.spent(tokens);
        }
        if record.choices.iter().any(|c| c.finish_reason.as_ref().is_some_and(|r| r.0 == "stop"))
            && self.is_new(id, "stop")
        {
            log.stats.stops += 1;
        }
        if let Some(model) = &record.model {
            log.facts.model_seen(&model.0);
        }
        let mut reading = Reading { id, at, texts: 0 };
        for choice in record.choices {
            self.choice(log, choice, &mut reading);
        }
    }

    pub(super) fn held(&self) -> usize {
        self.calls.capacity() * size_of::<(u64, Made)>() + self.before.capacity() * size_of::<u64>()
    }

    /// True the first time that this is so of this record.
    fn is_new(&mut self, id: Option<u64>, what: impl Hash) -> bool {
        id.is_none_or(|id| self.before.insert(self.hasher.hash_one((id, what))))
    }

    fn choice(&mut self, log: &mut Log, choice: Choice<'_>, reading: &mut Reading) {
        let role = role(&choice);
        let delta = choice.delta;
        let mut content = delta.content.map(|content| content.0);
        if let Some(reasoning) = delta.reasoning_text.filter(|reasoning| !reasoning.0.trim().is_empty()) {
            self.say(log, reading, &reasoning.0, |text| Kind::Reasoning(text.trim().into()));
        }
        let calls = delta.tool_calls.unwrap_or_default();
        let answers = role == Role::Tool || matches!(calls.as_slice(), [only] if self.comes_complete(only));
        match content.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) if role == Role::User => {
                self.say(log, reading, text, |text| Kind::User(text.trim().into()));
            }
            Some(text) if calls.is_empty() || !answers => self.say(log, reading, text, tools::said),
            _ => {}
        }
        let last = calls.len().saturating_sub(1);
        for (n, call) in calls.into_iter().enumerate() {
            let result = if !answers {
                None
            } else if n == last {
                content.take()
            } else {
                content.clone()
            };
            self.call(log, call, reading, result, role == Role::Tool);
        }
    }

    /// The content beside this call is its result although an assistant says it: a set-up step, or a call known already.
    fn comes_complete(&self, call: &Call<'_>) -> bool {
        let known = |id: &Text<'_>| self.calls.contains_key(&self.hasher.hash_one(&*id.0));
        call.kind.is_none() || call.id.as_ref().is_some_and(known)
    }

    fn say(&mut self, log: &mut Log, reading: &mut Reading, text: &str, kind: fn(&str) -> Kind) {
        let position = reading.texts;
        reading.texts += 1;
        let hash = self.hasher.hash_one(text);
        let before = self.said.texts.get(position).copied();
        let grown =
            before.filter(|(_, len, old)| text.get(..*len).is_some_and(|start| self.hasher.hash_one(start) == *old));
        match grown {
            // The same record again: with the same text, or with more of it.
            Some((_, len, _)) if len == text.len() => {}
            Some((index, ..)) => {
                if let Some(entry) = log.change(index) {
                    entry.kind = kind(text);
                }
                if let Some(said) = self.said.texts.get_mut(position) {
                    *said = (index, text.len(), hash);
                }
                self.is_new(reading.id, (position, hash));
            }
            None if self.is_new(reading.id, (position, hash)) => {
                self.said.texts.push((log.push(reading.at, kind(text)), text.len(), hash));
            }
            None => {}
        }
    }

    /// `result`: what the tool gave back, empty while it runs; `plain`: the record has no role, so that even an empty
    /// result is one.
    fn call(&mut self, log: &mut Log, call: Call<'_>, reading: &Reading, result: Option<Cow<'_, str>>, plain: bool) {
        let key = match call.id.as_ref().filter(|id| !id.0.is_empty()) {
            Some(id) => self.hasher.hash_one(&*id.0),
            None => self.hasher.hash_one((reading.id, call.index.unwrap_or_default())),
        };
        let known = self.calls.get(&key).copied();
        let made = known.unwrap_or_else(|| {
            log.stats.calls += 1;
            log.stats.unanswered += 1;
            let name = call.function.name.as_ref().map_or("", |name| &*name.0);
            let arguments = call.function.arguments.as_ref().map_or("", |arguments| &*arguments.0);
            let index = log.push(reading.at, tools::call(name, arguments));
            log.outline.called();
            Made { index, answered: false }
        });
        let result = result.filter(|result| !result.is_empty() || (plain && known.is_some()));
        let answered = result.is_some();
        if let Some(result) = result
            && let Some(entry) = log.change(made.index)
        {
            entry.ended_at = entry.ended_at.or(reading.at);
            tools::answer(entry, result);
            log.outline.answered(made.index, reading.at);
            log.stats.unanswered -= u64::from(!made.answered);
        }
        self.calls.insert(key, Made { answered: made.answered || answered, ..made });
    }
}

fn role(choice: &Choice<'_>) -> Role {
    match choice.delta.role.as_ref().map(|role| &*role.0) {
        None => Role::Tool,
        Some("user") => Role::User,
        Some(_) => Role::Agent,
    }
}

fn is_setup(choice: &Choice<'_>) -> bool {
    let calls = choice.delta.tool_calls.as_deref().unwrap_or_default();
    let setup = |call: &Call<'_>| {
        matches!(call.function.name.as_ref().map(|name| &*name.0), Some("run_setup" | "run_custom_setup_step"))
    };
    !calls.is_empty() && calls.iter().all(setup)
}
