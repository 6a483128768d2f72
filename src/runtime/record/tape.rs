//! Writes a recording while the console runs, in a thread of its own: nobody waits for the disk. What the thread cannot
//! keep up with is counted as lost, and a full file ends the recording, not the console.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use chrono::SecondsFormat;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::form::{ANSWERS, End, HEADERS, Head, LINE, Line, VERSION, door_word};
use super::names;
use super::scrub::{self, Counts};
use crate::domain::{Fault, FaultKind, Instant, Now, RepoName};
use crate::provider::tap::{Door, Heard};
use crate::provider::{Prefix, Tap};
use crate::runtime::private;
use crate::runtime::save;

/// Answers that may wait for the thread.
const WAITING: usize = 256;

/// What is recorded, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    pub file: PathBuf,
    /// The web host.
    pub host: String,
    /// What such tokens begin with.
    pub token_kind: &'static str,
    pub repos: Vec<RepoName>,
    pub anonymous: bool,
    /// Bytes the file may have.
    pub cap: u64,
}

/// What became of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub answers: usize,
    pub bytes: u64,
    pub counts: Counts,
    /// Answers the thread could not keep up with.
    pub lost: usize,
    pub full: bool,
    /// Names that were given others.
    pub names: usize,
    /// Why it broke off.
    pub failed: Option<String>,
}

impl Summary {
    /// What was recorded and what was taken out of it.
    pub fn words(&self, file: &Path) -> String {
        let Counts { secrets, addresses, bodies, headers } = self.counts;
        let mut words = format!(
            "Recorded {} answers in {} ({} bytes). Taken out: every request header, {headers} headers of answers, secrets in \
             {secrets} texts, the keys of {addresses} addresses, {bodies} bodies that are no text",
            self.answers,
            file.display(),
            self.bytes,
        );
        if self.names > 0 {
            words.push_str(&format!("; {} names were replaced", self.names));
        }
        words.push_str(". What people and agents wrote is in it: look through it before you hand it on.");
        if self.full {
            words.push_str(" It was full before the end: --max-mb makes room for more.");
        }
        if self.lost > 0 {
            words.push_str(&format!(" {} answers came faster than the disk took them, and are missing.", self.lost));
        }
        if let Some(why) = &self.failed {
            words.push_str(&format!(" It broke off: {why}."));
        }
        words
    }
}

enum Said {
    Answer(Instant, Box<Heard>),
    End,
}

/// The tap that records.
#[derive(Debug)]
pub struct Recorder {
    sender: SyncSender<Said>,
    lost: AtomicUsize,
    now: Ticking,
    thread: Mutex<Option<JoinHandle<Summary>>>,
}

/// The clock, which has nothing to show.
struct Ticking(Now);

impl std::fmt::Debug for Ticking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Now")
    }
}

impl Tap for Recorder {
    fn heard(&self, heard: Heard) {
        let said = Said::Answer((self.now.0)(), Box::new(heard));
        if let Err(TrySendError::Full(_)) = self.sender.try_send(said) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Recorder {
    /// Makes the file. One that is there already is not written over.
    pub fn start(plan: Plan, now: Now) -> Result<Arc<Self>, Fault> {
        let cannot = |error: &dyn std::fmt::Display| {
            let what = format!("{} cannot be recorded to: {error}", plan.file.display());
            Fault::new(FaultKind::Local, what, "choose another name or place")
        };
        if std::fs::symlink_metadata(&plan.file).is_ok() {
            return Err(cannot(&"it is there already and is not written over"));
        }
        let start = now();
        let path = if plan.anonymous { named(&plan.file) } else { plan.file.clone() };
        let file = private::create(&path).map_err(|error| cannot(&error))?;
        let mut tape = Tape {
            file,
            start,
            cap: plan.cap,
            bodies: HashMap::new(),
            summary: Summary::default(),
            grows_anywhere: !plan.anonymous,
        };
        tape.put(&Head {
            atc_recording: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            started: start.to_rfc3339_opts(SecondsFormat::Millis, true),
            host: plan.host.clone(),
            token_kind: plan.token_kind.to_owned(),
            repos: plan.repos.iter().map(|repo| repo.as_str().to_owned()).collect(),
            anonymous: plan.anonymous,
        });
        let (sender, heard) = sync_channel(WAITING);
        let work = move || {
            let mut summary = tape.run(&heard);
            if plan.anonymous {
                finish_names(&path, &plan.file, &mut summary);
            }
            summary
        };
        let thread = std::thread::Builder::new().name("record".to_owned()).spawn(work);
        let thread = Mutex::new(Some(thread.map_err(|error| {
            Fault::new(FaultKind::Local, format!("no thread to record in: {error}"), "free some memory and try again")
        })?));
        Ok(Arc::new(Self { sender, lost: AtomicUsize::new(0), now: Ticking(now), thread }))
    }

    /// Ends the recording; everything heard is in the file when this returns.
    pub fn finish(&self) -> Summary {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.sender.send(Said::End);
        let summary = thread.and_then(|thread| thread.join().ok()).unwrap_or_default();
        Summary { lost: self.lost.load(Ordering::Relaxed), ..summary }
    }
}

/// Where the names still stand, until they are replaced. It goes then.
fn named(file: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(".named");
    file.with_file_name(name)
}

fn finish_names(named: &Path, file: &Path, summary: &mut Summary) {
    let replaced = std::fs::read_to_string(named).map_err(|error| error.to_string()).and_then(|text| {
        let (text, names) = names::replace(&text);
        let written = save::save(file, |out| out.write_all(text.as_bytes())).map_err(|fault| fault.what.to_string())?;
        Ok((names, written))
    });
    let _ = std::fs::remove_file(named);
    match replaced {
        Ok((names, bytes)) => (summary.names, summary.bytes) = (names, bytes),
        Err(why) => summary.failed = Some(why),
    }
}

/// The last body of a question.
struct Body {
    answer: usize,
    prefix: Prefix,
    /// It ended with a line.
    whole_lines: bool,
}

struct Tape {
    file: File,
    start: Instant,
    cap: u64,
    bodies: HashMap<String, Body>,
    summary: Summary,
    /// A body may be cut anywhere: no name that is looked for later is torn by it.
    grows_anywhere: bool,
}

/// The room that is left for the last line.
const END_ROOM: u64 = 256;

impl Tape {
    fn run(mut self, heard: &Receiver<Said>) -> Summary {
        while let Ok(Said::Answer(at, heard)) = heard.recv() {
            self.answer(at, *heard);
        }
        let end = End { end: true, answers: self.summary.answers, full: self.summary.full };
        (self.summary.full, self.cap) = (false, u64::MAX);
        self.put(&end);
        self.summary.full = end.full;
        self.summary
    }

    /// Writes a line, if there is room for it. `false`: there is not.
    fn put(&mut self, line: &impl serde::Serialize) -> bool {
        if self.summary.full || self.summary.failed.is_some() {
            return false;
        }
        let Ok(mut bytes) = serde_json::to_vec(line) else { return false };
        bytes.push(b'\n');
        let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if len > LINE || self.summary.bytes.saturating_add(len).saturating_add(END_ROOM) > self.cap {
            self.summary.full = true;
            return false;
        }
        match self.file.write_all(&bytes) {
            Ok(()) => self.summary.bytes += len,
            Err(error) => self.summary.failed = Some(error.to_string()),
        }
        self.summary.failed.is_none()
    }

    fn answer(&mut self, at: Instant, heard: Heard) {
        if self.summary.full || self.summary.failed.is_some() || self.summary.answers >= ANSWERS {
            return;
        }
        let counts = &mut self.summary.counts;
        let mut query = heard.query.as_deref().map(scrub::query).unwrap_or_default();
        if heard.door == Door::Storage {
            // There the query is the key.
            query = "".into();
        }
        let ask = if query.is_empty() { heard.path.clone() } else { format!("{}?{query}", heard.path) };
        let (document, mut variables) = match heard.asked {
            Some((document, variables)) => (Some(mark_of(&document)), variables),
            None => (None, Value::Null),
        };
        scrub::json(&mut variables, counts);
        let mut headers = Map::new();
        for (name, value) in &heard.headers {
            if HEADERS.contains(&name.as_str()) {
                let own = name != "location" || value.starts_with(&heard.origin) || value.starts_with('/');
                let value =
                    if name == "location" { scrub::location(value, own, counts) } else { scrub::text(value, counts) };
                headers.insert(name.clone(), Value::String(value));
            } else {
                counts.headers += 1;
            }
        }
        let (text, left_out) = match scrub::body(&heard.body, counts) {
            Ok(text) => (text, None),
            Err(why) => (String::new(), Some(why)),
        };
        let ms = u64::try_from((at - self.start).num_milliseconds()).unwrap_or(0);
        let mut line = Line {
            ms,
            took: u64::try_from(heard.waited.as_millis()).unwrap_or(0),
            door: door_word(heard.door).to_owned(),
            origin: heard.origin,
            method: heard.method.to_owned(),
            ask,
            document,
            variables,
            status: heard.status,
            headers,
            after: None,
            text,
            left_out,
        };
        let key = format!("{} {} {} {:?} {}", line.door, line.method, line.ask, line.document, line.variables);
        let body = Body {
            answer: self.summary.answers,
            prefix: Prefix::of(line.text.as_bytes()),
            whole_lines: line.text.ends_with('\n'),
        };
        if let Some(known) = self.bodies.get(&key)
            && let Some(more) = known.prefix.end_in(line.text.as_bytes()).and_then(|end| line.text.get(end..))
            && (more.is_empty() || known.whole_lines || self.grows_anywhere)
        {
            line.after = Some(known.answer);
            line.text = more.to_owned();
        }
        if self.put(&line) {
            self.summary.answers += 1;
            if !body.prefix.is_empty() {
                self.bodies.insert(key, body);
            }
        }
    }
}

/// Which document it is: the first half of its hash.
pub fn mark_of(document: &str) -> String {
    let hash = Sha256::digest(document.as_bytes());
    hash.iter().take(16).fold(String::new(), |out, byte| out + &format!("{byte:02x}"))
}
