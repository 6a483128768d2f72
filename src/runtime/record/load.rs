//! Reads a recording. It comes from somebody else: nothing in it is believed before it was looked at.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use chrono::TimeDelta;

use super::form::{ANSWERS, End, Head, LINE, Line, MOST_MB, VERSION, door};
use crate::domain::{Fault, FaultKind, Instant, RepoName};
use crate::provider::tap::Door;
use crate::text::{Safe, Untrusted};

/// A recording as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    pub started: Instant,
    /// The web host, if it is one.
    pub host: String,
    pub token_kind: String,
    pub repos: Vec<RepoName>,
    pub anonymous: bool,
    pub answers: Vec<(Door, Line)>,
    /// What is to be said of it: it breaks off, it was full.
    pub notes: Vec<Safe>,
}

impl Recording {
    /// When its last answer came.
    pub fn ends(&self) -> Option<Instant> {
        let last = self.answers.iter().map(|(_, line)| line.ms).max()?;
        self.started.checked_add_signed(TimeDelta::try_milliseconds(i64::try_from(last).ok()?)?)
    }
}

pub fn load(file: &Path) -> Result<Recording, Fault> {
    let cannot = |why: String| {
        let what = format!("{} cannot be replayed: {why}", file.display());
        Fault::new(FaultKind::Local, what, "give a file that `atc record` wrote")
    };
    let open = File::open(file).and_then(|open| Ok((open.metadata()?, open)));
    let (about, open) = open.map_err(|error| cannot(error.to_string()))?;
    if !about.is_file() {
        return Err(cannot("it is not a file".to_owned()));
    }
    if about.len() > (MOST_MB + 1) << 20 {
        return Err(cannot(format!("it is larger than {MOST_MB} MB")));
    }
    read(BufReader::new(open)).map_err(cannot)
}

/// The same from anywhere.
pub fn read(mut from: impl BufRead) -> Result<Recording, String> {
    let mut buffer = Vec::new();
    if !next(&mut from, &mut buffer)? {
        return Err("it is empty".to_owned());
    }
    let mut recording = head(&buffer)?;
    let mut end = None;
    let mut number = 1;
    while next(&mut from, &mut buffer)? {
        number += 1;
        if end.is_some() {
            return Err(format!("line {number}: there is more after its end"));
        }
        if let Ok(found) = serde_json::from_slice::<End>(&buffer)
            && found.end
        {
            end = Some(found);
            continue;
        }
        match serde_json::from_slice::<Line>(&buffer) {
            Ok(line) => recording.take(line).map_err(|why| format!("line {number}: {why}"))?,
            // A line that was being written when the machine went off.
            Err(_) if from.fill_buf().is_ok_and(<[u8]>::is_empty) && !buffer.ends_with(b"\n") => break,
            Err(error) => return Err(format!("line {number}: this is no answer ({})", why(&error))),
        }
    }
    match end {
        None => recording.notes.push(Safe::new("The recording breaks off: it was not ended in order")),
        Some(end) if end.answers != recording.answers.len() => {
            return Err(format!("it says it has {} answers and has {}", end.answers, recording.answers.len()));
        }
        Some(end) if end.full => recording.notes.push(Safe::new("The recording was full before its end")),
        Some(_) => {}
    }
    if recording.answers.is_empty() {
        return Err("there is not one answer in it".to_owned());
    }
    Ok(recording)
}

/// One line with its end. `false`: there is none.
fn next(from: &mut impl BufRead, buffer: &mut Vec<u8>) -> Result<bool, String> {
    buffer.clear();
    let read = from.take(LINE + 1).read_until(b'\n', buffer).map_err(|error| error.to_string())?;
    if u64::try_from(read).unwrap_or(u64::MAX) > LINE {
        return Err(format!("a line is longer than {} MB", LINE >> 20));
    }
    Ok(read > 0)
}

/// What is wrong with a line of JSON, without a word of it.
fn why(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => "it breaks off".to_owned(),
        serde_json::error::Category::Data => {
            format!("something in it is not what belongs there, column {}", error.column())
        }
        _ => format!("it is not JSON, column {}", error.column()),
    }
}

fn head(line: &[u8]) -> Result<Recording, String> {
    let version = serde_json::from_slice::<serde_json::Value>(line).ok();
    let version = version.as_ref().and_then(|head| head.get("atc_recording")).and_then(serde_json::Value::as_u64);
    match version {
        None => return Err("it is no recording of atc".to_owned()),
        Some(found) if found > u64::from(VERSION) => {
            return Err(format!("it is of format {found}, and this atc reads up to {VERSION}: take a newer atc"));
        }
        Some(0) => return Err("it is of a format that never was".to_owned()),
        Some(_) => {}
    }
    let head: Head = serde_json::from_slice(line).map_err(|error| format!("line 1: {}", why(&error)))?;
    let started =
        chrono::DateTime::parse_from_rfc3339(&head.started).map_err(|_| "its start is not a time".to_owned())?;
    let repos: Result<Vec<RepoName>, _> = head.repos.iter().take(1000).map(|repo| repo.parse()).collect();
    let kinds = crate::text::redact::TOKEN_PREFIXES;
    Ok(Recording {
        started: started.to_utc(),
        host: Untrusted::from(head.host).show_line().to_string(),
        token_kind: kinds.into_iter().find(|kind| *kind == head.token_kind).unwrap_or_default().to_owned(),
        repos: repos.map_err(|_| "it names a repository that cannot be one".to_owned())?,
        anonymous: head.anonymous,
        answers: Vec::new(),
        notes: Vec::new(),
    })
}

impl Recording {
    fn take(&mut self, line: Line) -> Result<(), String> {
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        let Some(door) = door(&line.door) else { return Err("it names no door there is".to_owned()) };
        if self.answers.len() >= ANSWERS {
            return Err("there are too many answers".to_owned());
        }
        if !(200..=599).contains(&line.status) {
            return Err("its status is none".to_owned());
        }
        if !line.ask.starts_with('/') || !plain(&line.ask) || line.ask.len() > 8192 {
            return Err("its address is none".to_owned());
        }
        if !plain(&line.origin) || !["http://", "https://"].iter().any(|scheme| line.origin.starts_with(scheme)) {
            return Err("its host is none".to_owned());
        }
        if !matches!(line.method.as_str(), "GET" | "POST" | "PATCH" | "PUT" | "DELETE") {
            return Err("its method is none".to_owned());
        }
        if line.after.is_some_and(|before| before >= self.answers.len()) {
            return Err("it goes on from an answer that is not before it".to_owned());
        }
        let shown = |value: &serde_json::Value| {
            value
                .as_str()
                .is_some_and(|text| text.len() <= 8192 && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()))
        };
        if !line.headers.iter().all(|(name, value)| super::form::HEADERS.contains(&name.as_str()) && shown(value)) {
            return Err("it has a header that is not kept in recordings, or one that is no text".to_owned());
        }
        self.answers.push((door, line));
        Ok(())
    }
}
