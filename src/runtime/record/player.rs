//! The service as it was: to each question the answer it had at that time of the recording. What was not asked then is
//! answered with 404 and a word about it; nothing that would change anything is answered at all.
//!
//! ```text
//! question ─> its answers in the recording ─> the last one before now (or the first) ─> 304 where the tag is the same
//!          └> about pull requests by id ─> put together from what was told of each
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::form::Line;
use super::load::Recording;
use super::tape::mark_of;
use crate::demo::{Addresses, Question, Said, Service};
use crate::domain::{Instant, Now};
use crate::provider::tap::Door;

/// An answer bears the time it came, and its question was asked before: so much later an answer may be and still be the
/// one to a question asked now.
const UNDER_WAY: i64 = 1000;
/// Questions that were not recorded, as far as they are remembered.
const MISSES: usize = 200;

pub struct Player {
    lines: Vec<Line>,
    /// The answers to a question, in their order.
    by_question: HashMap<String, Vec<usize>>,
    /// What was told of a thing by its id: when, itself, and what stood beside the list.
    by_id: HashMap<String, Vec<(u64, Value, Value)>>,
    /// Origins of the API: addresses under them become ours.
    api: Vec<String>,
    started: Instant,
    now: Now,
    missed: Mutex<Vec<String>>,
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
            by_question: HashMap::new(),
            by_id: HashMap::new(),
            api: Vec::new(),
            started,
            now,
            missed: Mutex::default(),
        };
        for (index, (door, line)) in recording.answers.into_iter().enumerate() {
            let key = question(door, &line.method, &line.ask, line.document.as_deref(), &line.variables);
            player.by_question.entry(key).or_default().push(index);
            if door == Door::Api && !player.api.contains(&line.origin) {
                player.api.push(line.origin.clone());
            }
            player.lines.push(line);
        }
        for index in 0..player.lines.len() {
            player.learn_ids(index);
        }
        Arc::new(player)
    }

    /// Questions nobody asked in the recording.
    pub fn missed(&self) -> Vec<String> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    /// Up to when answers may have come.
    fn at(&self) -> u64 {
        let now = ((self.now)() - self.started).num_milliseconds();
        u64::try_from(now.saturating_add(UNDER_WAY)).unwrap_or(0)
    }

    pub fn answer(&self, question: &Question, ours: &Addresses) -> Said {
        let door = match question.service {
            Service::Api => Door::Api,
            Service::Copilot => Door::Copilot,
            Service::Blobs => Door::Storage,
        };
        let body = serde_json::from_slice::<Value>(&question.body).unwrap_or_default();
        let document = body.get("query").and_then(Value::as_str);
        let reads = question.method == "GET" || document.is_some_and(|text| text.trim_start().starts_with("query"));
        if !reads {
            return note(403, "This is a recording: nothing can be changed in it.");
        }
        let variables = body.get("variables").cloned().unwrap_or_default();
        if let Some(ids) = variables.get("ids").and_then(Value::as_array) {
            return self.by_ids(ids);
        }
        let mark = document.map(mark_of);
        let key = self::question(door, &question.method, &question.target, mark.as_deref(), &variables);
        // What changed since some time is the better answer to what changed since another, but any is one.
        let Some(found) = self.find(&key).or_else(|| self.find(&other(&key))) else {
            let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
            if missed.len() < MISSES {
                missed.push(format!("{} {}", question.method, question.target));
            }
            return note(404, "This was not asked when the recording was made, so it is not in it.");
        };
        self.said(found, question, ours)
    }

    /// The answer of its time that has a body, or is a refusal.
    fn find(&self, key: &str) -> Option<usize> {
        let all = self.by_question.get(key)?;
        let now = self.at();
        let ms = |index: &usize| self.lines.get(*index).map_or(u64::MAX, |line| line.ms);
        let before = all.partition_point(|index| ms(index) <= now).max(1);
        let news = |index: &&usize| self.lines.get(**index).is_some_and(|line| line.status != 304);
        let past = all.get(..before).unwrap_or_default();
        past.iter().rev().find(news).or_else(|| all.iter().find(news)).copied()
    }

    fn said(&self, index: usize, question: &Question, ours: &Addresses) -> Said {
        let Some(line) = self.lines.get(index) else { return note(404, "This answer is not in the recording.") };
        if let Some(why) = &line.left_out {
            return note(404, &format!("The body of this answer was not recorded: {why}."));
        }
        let header = |name: &str| line.headers.get(name).and_then(Value::as_str);
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in &line.headers {
            let Some(value) = value.as_str() else { continue };
            let value = match name.as_str() {
                "location" => self.location(value, ours),
                "link" => Some(self.home(value, ours))
                    .filter(|value| value.matches("://").count() == value.matches(ours.api.as_str()).count()),
                _ => Some(value.to_owned()),
            };
            headers.extend(value.map(|value| (name.clone(), value)));
        }
        let same = header("etag").is_some_and(|tag| question.if_none_match.as_deref() == Some(tag));
        if same && line.status == 200 {
            return Said { status: 304, headers, body: Vec::new() };
        }
        let mut body = self.body(index);
        if question.method == "POST" {
            body = session_logs_at_home(body, &ours.copilot);
        }
        Said { status: line.status, headers, body: body.into_bytes() }
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

    /// Pull requests are asked for in heaps, and no heap need be the one of the recording.
    fn by_ids(&self, ids: &[Value]) -> Said {
        let now = self.at();
        let mut data = Map::new();
        let mut nodes = Vec::new();
        for (n, id) in ids.iter().enumerate() {
            let all = id.as_str().and_then(|id| self.by_id.get(id)).map(Vec::as_slice).unwrap_or_default();
            let told = all.iter().rev().find(|(ms, ..)| *ms <= now).or_else(|| all.first());
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
