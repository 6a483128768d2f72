//! The service as it was: to each question the answer it had at that time of the recording, as late as it was then. What
//! was not asked then is answered with 404 and a word about it; nothing that would change anything is answered at all.
//!
//! ```text
//! question ─> its answers in the recording ─> the one to the last such question before now, or to the next when that one
//!          │                                  was given already ─> 304 where the tag is the same ─> held until it came
//!          └> about pull requests by id, in no heap of that time ─> put together from what was told of each
//! ```
//!
//! Whoever asks the same at the same moments is answered the same at the same moments.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::form::Line;
use super::load::Recording;
use super::tape::mark_of;
use crate::demo::{Addresses, Question, Said, Service};
use crate::domain::{Instant, Now};
use crate::provider::tap::Door;

/// So much earlier than in the recording, in milliseconds, a question may be asked and still be the same one: nobody is as
/// regular as that.
const EARLY: u64 = 1000;
/// Questions that were not recorded, as far as they are remembered.
const MISSES: usize = 200;

pub struct Player {
    lines: Vec<Line>,
    /// The answer with the body of each: another one's where it only said that nothing changed.
    whole: Vec<Option<usize>>,
    /// The answers to a question, in their order.
    by_question: HashMap<String, Vec<usize>>,
    /// What was told of a thing by its id: when, itself, and what stood beside the list.
    by_id: HashMap<String, Vec<(u64, Value, Value)>>,
    /// Origins of the API: addresses under them become ours.
    api: Vec<String>,
    started: Instant,
    now: Now,
    told: Mutex<Told>,
}

/// What was said so far.
#[derive(Debug, Default)]
struct Told {
    /// Answers that were given.
    given: HashSet<usize>,
    missed: Vec<String>,
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player").field("answers", &self.lines.len()).finish_non_exhaustive()
    }
}

impl Player {
    /// `now`: the clock that the recording is played by.
    pub fn new(recording: Recording, now: Now) -> Arc<Self> {
        let started = recording.started;
        let mut player = Self {
            lines: Vec::new(),
            whole: Vec::new(),
            by_question: HashMap::new(),
            by_id: HashMap::new(),
            api: Vec::new(),
            started,
            now,
            told: Mutex::default(),
        };
        for (index, (door, line)) in recording.answers.into_iter().enumerate() {
            let key = question(door, &line.method, &line.ask, line.document.as_deref(), &line.variables);
            player.by_question.entry(key).or_default().push(index);
            if door == Door::Api && !player.api.contains(&line.origin) {
                player.api.push(line.origin.clone());
            }
            player.lines.push(line);
        }
        player.whole = vec![None; player.lines.len()];
        for all in player.by_question.values_mut() {
            // Answers stand in the order they came in.
            all.sort_by_key(|index| player.lines.get(*index).map(Line::asked));
            let has_body = |index: &&usize| player.lines.get(**index).is_some_and(|line| line.status != 304);
            let mut last = all.iter().find(has_body);
            for index in all.iter() {
                last = Some(index).filter(has_body).or(last);
                if let Some(whole) = player.whole.get_mut(*index) {
                    *whole = last.copied();
                }
            }
        }
        for index in 0..player.lines.len() {
            player.learn_ids(index);
        }
        Arc::new(player)
    }

    /// Questions nobody asked in the recording.
    pub fn missed(&self) -> Vec<String> {
        self.told().missed.clone()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn_ids(&mut self, index: usize) {
        let Some(line) = self.lines.get(index).filter(|line| line.status == 200 && line.after.is_none()) else {
            return;
        };
        let Some(ids) = line.variables.get("ids").and_then(Value::as_array) else { return };
        let Ok(body) = serde_json::from_str::<Value>(&line.text) else { return };
        for (n, id) in ids.iter().enumerate() {
            let (Some(id), Some(node)) = (id.as_str(), body.pointer(&format!("/data/nodes/{n}"))) else { continue };
            let beside = body.pointer(&format!("/data/r{n}")).cloned().unwrap_or_default();
            self.by_id.entry(id.to_owned()).or_default().push((line.ms, node.clone(), beside));
        }
    }

    /// How far the recording is.
    fn at(&self) -> u64 {
        u64::try_from(((self.now)() - self.started).num_milliseconds()).unwrap_or(0)
    }

    /// What is said to a question, and when: an answer takes as long as it took.
    pub fn answer(&self, question: &Question, ours: &Addresses) -> (Said, Instant) {
        let now = (self.now)();
        let door = match question.service {
            Service::Api => Door::Api,
            Service::Copilot => Door::Copilot,
            Service::Blobs => Door::Storage,
        };
        let body = serde_json::from_slice::<Value>(&question.body).unwrap_or_default();
        let document = body.get("query").and_then(Value::as_str);
        let reads = question.method == "GET" || document.is_some_and(|text| text.trim_start().starts_with("query"));
        if !reads {
            return (note(403, "This is a recording: nothing can be changed in it."), now);
        }
        let variables = body.get("variables").cloned().unwrap_or_default();
        let mark = document.map(mark_of);
        let key = self::question(door, &question.method, &question.target, mark.as_deref(), &variables);
        let at = self.at();
        if let Some(ids) = variables.get("ids").and_then(Value::as_array)
            && !self.is_due(&key, at)
        {
            return (self.by_ids(ids, at), now);
        }
        // What changed since some time is the better answer to what changed since another, but any is one.
        let found = self.find(&key, at).or_else(|| self.find(&other(&key), at));
        let Some((index, line)) = found.and_then(|index| Some((index, self.lines.get(index)?))) else {
            let mut told = self.told();
            if told.missed.len() < MISSES {
                told.missed.push(format!("{} {}", question.method, question.target));
            }
            return (note(404, "This was not asked when the recording was made, so it is not in it."), now);
        };
        let held = i64::try_from(line.ms).ok().filter(|_| line.asked() <= at + EARLY);
        let until = held.and_then(|ms| self.started.checked_add_signed(TimeDelta::milliseconds(ms)));
        (self.said(index, line, question, ours), until.unwrap_or(now))
    }

    /// This was asked about now.
    fn is_due(&self, key: &str, at: u64) -> bool {
        let all = self.by_question.get(key).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|index| self.lines.get(*index)).any(|line| line.asked().abs_diff(at) <= EARLY)
    }

    /// The answer to the last such question before now. Where it was given already: to one asked at that same moment, or
    /// to one that was about to be asked.
    fn find(&self, key: &str, at: u64) -> Option<usize> {
        let all = self.by_question.get(key)?;
        let asked = |index: &usize| self.lines.get(*index).map_or(u64::MAX, Line::asked);
        let before = all.partition_point(|index| asked(index) <= at).max(1);
        let (past, next) = all.split_at_checked(before)?;
        let last = past.last()?;
        let mut told = self.told();
        let same = past.iter().rev().take_while(|index| asked(index) == asked(last)).count();
        let fresh = past.iter().skip(before - same).find(|index| !told.given.contains(index));
        let early = || next.first().filter(|index| asked(index) <= at + EARLY);
        let found = *fresh.or_else(early).unwrap_or(last);
        told.given.insert(found);
        Some(found)
    }

    fn said(&self, index: usize, line: &Line, question: &Question, ours: &Addresses) -> Said {
        let whole = self.whole.get(index).copied().flatten().and_then(|at| Some((at, self.lines.get(at)?)));
        let Some((at, whole)) = whole else { return note(404, "The body of this answer is not in the recording.") };
        if let Some(why) = &whole.left_out {
            return note(404, &format!("The body of this answer was not recorded: {why}."));
        }
        let tag = line.headers.get("etag").or_else(|| whole.headers.get("etag")).and_then(Value::as_str);
        let asks_again = tag.is_some() && question.if_none_match.as_deref() == tag;
        if asks_again && (line.status == 304 || whole.status == 200) {
            return Said { status: 304, headers: self.headers(&line.headers, ours), body: Vec::new() };
        }
        let mut headers = whole.headers.clone();
        headers.extend(line.headers.clone());
        let mut body = self.body(at);
        if question.method == "POST" {
            body = session_logs_at_home(body, &ours.copilot);
        }
        Said { status: whole.status, headers: self.headers(&headers, ours), body: body.into_bytes() }
    }

    /// As they were, with addresses that lead to us.
    fn headers(&self, recorded: &Map<String, Value>, ours: &Addresses) -> Vec<(String, String)> {
        let ours_alone = |value: &String| value.matches("://").count() == value.matches(ours.api.as_str()).count();
        let header = |(name, value): (&String, &Value)| {
            let value = value.as_str()?;
            let value = match name.as_str() {
                "location" => self.location(value, ours),
                "link" => Some(self.home(value, ours)).filter(ours_alone),
                _ => Some(value.to_owned()),
            };
            Some((name.clone(), value?))
        };
        recorded.iter().filter_map(header).collect()
    }

    /// The whole body of an answer that goes on from others.
    fn body(&self, index: usize) -> String {
        let mut parts = Vec::new();
        let mut at = Some(index);
        while let Some(line) = at.and_then(|index| self.lines.get(index)) {
            parts.push(line.text.as_str());
            at = line.after;
        }
        parts.into_iter().rev().collect()
    }

    /// An address of the API, at ours.
    fn home(&self, value: &str, ours: &Addresses) -> String {
        self.api.iter().fold(value.to_owned(), |value, origin| value.replace(origin.as_str(), &ours.api))
    }

    /// Where a redirect leads: never out of the recording.
    fn location(&self, value: &str, ours: &Addresses) -> Option<String> {
        if let Some((origin, path)) =
            self.api.iter().find_map(|origin| Some((origin, value.strip_prefix(origin.as_str())?)))
            && (path.is_empty() || path.starts_with(['/', '?']))
            && !origin.is_empty()
        {
            return Some(format!("{}{path}", ours.api));
        }
        match value.split_once("://") {
            Some((_, rest)) => {
                Some(format!("{}{}", ours.blobs, rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")))
            }
            None => Some(value.to_owned()).filter(|value| value.starts_with('/') && !value.starts_with("//")),
        }
    }

    /// Pull requests that are asked for in a heap that is none of the recording.
    fn by_ids(&self, ids: &[Value], at: u64) -> Said {
        let mut data = Map::new();
        let mut nodes = Vec::new();
        for (n, id) in ids.iter().enumerate() {
            let all = id.as_str().and_then(|id| self.by_id.get(id)).map(Vec::as_slice).unwrap_or_default();
            let told = all.iter().rev().find(|(ms, ..)| *ms <= at + EARLY).or_else(|| all.first());
            let (node, beside) =
                told.map_or((Value::Null, Value::Null), |(_, node, beside)| (node.clone(), beside.clone()));
            nodes.push(node);
            data.insert(format!("r{n}"), beside);
        }
        data.insert("nodes".to_owned(), Value::Array(nodes));
        let body = json!({ "data": data }).to_string().into_bytes();
        Said { status: 200, headers: vec![json_type()], body }
    }
}

fn json_type() -> (String, String) {
    ("content-type".to_owned(), "application/json; charset=utf-8".to_owned())
}

fn note(status: u16, words: &str) -> Said {
    let body = json!({ "message": words, "status": status.to_string() }).to_string().into_bytes();
    Said { status, headers: vec![json_type()], body }
}

/// Where session logs are said to be: here, and never on the network.
fn session_logs_at_home(body: String, home: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(&body) else { return body };
    let Some(Value::String(address)) = value.pointer_mut("/data/viewer/copilotEndpoints/api") else { return body };
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    *address = format!("{home}{}", rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default());
    value.to_string()
}

/// Stands where the time stood.
const SINCE: &str = "~since";

/// The same question without a time.
fn other(key: &str) -> String {
    key.replacen(SINCE, "", 1).replace("&&", "&").replace("& ", " ").replace("?&", "?")
}

/// What tells one question from another. That there is a time since which is part of it, the time is not: it moves with the
/// clock.
fn question(door: Door, method: &str, target: &str, document: Option<&str>, variables: &Value) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut parts: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| if part.starts_with("since=") { SINCE } else { part })
        .collect();
    parts.sort_unstable();
    format!("{door:?} {method} {path}?{} {} {variables}", parts.join("&"), document.unwrap_or_default())
}
