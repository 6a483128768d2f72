//! Session logs: `data: {json}` records to entries.
//!
//! A tool call and its result are records of their own that share the call's id; results come in any order and may
//! come before the call. A record that repeats what was said replaces it. Nothing here decides that a session ended:
//! "stop" is counted and the log goes on.

use std::collections::HashMap;

use super::decode::Log;
use super::entry::Kind;
use super::record::{Call, Choice, Record};
use super::tools;
use crate::domain::Instant;
use crate::text::Untrusted;

/// What must be remembered between records.
#[derive(Clone, Debug, Default)]
pub(super) struct SessionLog {
    calls: HashMap<Box<str>, Made>,
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
    record: String,
    /// Entry and text of each, in order.
    texts: Vec<(usize, Untrusted)>,
    counted: bool,
}

impl SessionLog {
    pub(super) fn line(&mut self, log: &mut Log, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let Some(json) = line.strip_prefix("data:").map(str::trim) else {
            log.stats.ignored += 1;
            return;
        };
        if json.is_empty() || json == "[DONE]" {
            log.stats.ignored += 1;
            return;
        }
        match Record::read(json) {
            Some(record) if record.is_chunk() => self.record(log, &record),
            Some(_) => log.stats.ignored += 1,
            None => log.broken(line),
        }
    }

    fn record(&mut self, log: &mut Log, record: &Record<'_>) {
        log.stats.records += 1;
        let id = record.id.as_ref().map_or("", |id| &*id.0);
        if id.is_empty() || id != self.said.record {
            self.said = Said { record: id.to_owned(), ..Said::default() };
        }
        if let Some(tokens) = record.usage.as_ref().and_then(|usage| usage.completion_tokens)
            && !std::mem::replace(&mut self.said.counted, true)
        {
            log.stats.completion_tokens += tokens;
        }
        if record.choices.iter().any(|c| c.finish_reason.as_ref().is_some_and(|r| r.0 == "stop")) {
            log.stats.stops += 1;
        }
        let at = record.at();
        let mut texts = 0;
        for choice in &record.choices {
            self.choice(log, choice, at, &mut texts);
        }
    }

    /// `texts`: how many texts of this record came before.
    fn choice(&mut self, log: &mut Log, choice: &Choice<'_>, at: Option<Instant>, texts: &mut usize) {
        let delta = &choice.delta;
        let content = delta.content.as_ref().map(|c| &*c.0);
        if let Some(reasoning) = delta.reasoning_text.as_ref().map(|r| &*r.0).filter(|r| !r.trim().is_empty()) {
            self.say(log, at, texts, reasoning, |text| Kind::Reasoning(text.trim().into()));
        }
        let calls = delta.tool_calls.as_deref().unwrap_or_default();
        let answers = delta.role.is_none() || matches!(calls, [only] if self.comes_complete(only));
        match content.filter(|text| !text.trim().is_empty()) {
            Some(text) if calls.is_empty() || !answers => self.say(log, at, texts, text, tools::said),
            _ => {}
        }
        for call in calls {
            let result = if answers { content } else { None };
            self.call(log, call, at, result, delta.role.is_none());
        }
    }

    /// The content beside this call is its result although an assistant says it: a set-up step, or a call known already.
    fn comes_complete(&self, call: &Call<'_>) -> bool {
        call.kind.is_none() || call.id.as_ref().is_some_and(|id| self.calls.contains_key(&*id.0))
    }

    fn say(&mut self, log: &mut Log, at: Option<Instant>, texts: &mut usize, text: &str, kind: fn(&str) -> Kind) {
        let position = *texts;
        *texts += 1;
        match self.said.texts.get_mut(position) {
            // The same record again: with the same text, or with more of it.
            Some((index, old)) if text.starts_with(old.raw_for_match()) => {
                if text.len() > old.len() {
                    *old = text.into();
                    if let Some(entry) = log.change(*index) {
                        entry.kind = kind(text);
                    }
                }
            }
            _ => {
                let index = log.push(at, kind(text));
                self.said.texts.push((index, text.into()));
            }
        }
    }

    /// `result`: what the tool gave back, empty while it runs; `plain`: the record has no role, so that even an empty
    /// result is one.
    fn call(&mut self, log: &mut Log, call: &Call<'_>, at: Option<Instant>, result: Option<&str>, plain: bool) {
        let name = call.function.name.as_ref().map_or("", |name| &*name.0);
        let arguments = call.function.arguments.as_ref().map_or("", |arguments| &*arguments.0);
        let id = match call.id.as_ref().map(|id| &*id.0).filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => format!("{}/{}", self.said.record, call.index.unwrap_or_default()),
        };
        let known = self.calls.get(id.as_str()).copied();
        let made = known.unwrap_or_else(|| {
            log.stats.calls += 1;
            log.stats.unanswered += 1;
            Made { index: log.push(at, tools::call(name, arguments)), answered: false }
        });
        let result = result.filter(|result| !result.is_empty() || (plain && known.is_some()));
        if let Some(result) = result
            && let Some(entry) = log.change(made.index)
        {
            entry.ended_at = entry.ended_at.or(at);
            tools::answer(entry, result);
            log.stats.unanswered -= u64::from(!made.answered);
        }
        self.calls.insert(id.into(), Made { answered: made.answered || result.is_some(), ..made });
    }
}
