//! What makes the console the operator's own: the lines typed before, how the panes stand, that they were here at all.
//!
//! ```text
//! before the first picture: panes ──> the model          after it: lines ──> the loop
//! effects ──never waits──> [bounded] ──gathered──> one locked change of a file ──> next start, other consoles
//! ```
//!
//! Two small tables in the state directory, for the operator alone; several consoles add to the same ones. What cannot
//! be read is as at a first start, what cannot be written is not kept, and neither is in anybody's way: the journal and
//! `:doctor` know.

use std::path::Path;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::shared::{Said, Shared, Table};
use crate::console::event::{Event, Local, What};
use crate::console::state::history::Which;
use crate::console::state::seat::Seat;
use crate::domain::Now;

/// Changes that may wait for the disk.
const WAITING: usize = 256;
/// How the table of panes is written. One of another version is left alone until something is to be kept.
const VERSION: (&str, &str) = ("version", "1");
/// Somebody was here.
const MET: &str = "met";
/// Words about panes; more are none of ours.
const WORDS: usize = 64;

/// Where all that is kept. Parts that are not to be kept are not there.
#[derive(Clone, Debug, Default)]
pub struct Files {
    lines: Option<Shared>,
    panes: Option<Shared>,
}

impl Files {
    /// `lines`: how many are kept; 0: none.
    pub fn new(state_dir: &Path, lines: usize, panes: bool) -> Self {
        Self {
            lines: (lines > 0).then(|| Shared::new(state_dir, "typed", lines)),
            panes: panes.then(|| Shared::new(state_dir, "panes", WORDS)),
        }
    }

    /// How the panes were left.
    pub fn seat(&self) -> Seat {
        let table = self.panes.as_ref().map(Shared::read).unwrap_or_default();
        let known = ours(&table);
        Seat::read(|name| table.get(name).filter(|_| known).map(|said| said.0.clone()))
    }

    /// Oldest first.
    fn lines(&self) -> Vec<(Which, String)> {
        let table = self.lines.as_ref().map(Shared::read).unwrap_or_default();
        let mut lines: Vec<(i64, Which, String)> = table
            .into_iter()
            .filter_map(|(key, said)| {
                let (which, text) = read(&key)?;
                Some((said.1, which, text))
            })
            .collect();
        lines.sort_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
        lines.into_iter().map(|(_, which, text)| (which, text)).collect()
    }

    /// Nobody was here before, and it is written down that somebody is now.
    fn first_start(&self) -> bool {
        let Some(panes) = &self.panes else { return false };
        let met = |table: &mut Table| {
            let first = !table.contains_key(MET);
            if first {
                table.insert(MET.to_owned(), Said(String::new(), 0));
            }
            first
        };
        panes.change(met).unwrap_or(false)
    }

    fn write(&self, changes: Vec<Change>) -> std::io::Result<()> {
        let mut seat = None;
        let mut lines = Vec::new();
        for change in changes {
            match change {
                Change::Seat(new) => seat = Some(new),
                Change::Line(..) => lines.push(change),
                Change::Forget => lines = vec![change],
            }
        }
        if let (Some(seat), Some(panes)) = (seat, &self.panes) {
            panes.change(|table| put(table, &seat))?;
        }
        if let (false, Some(shared)) = (lines.is_empty(), &self.lines) {
            shared.change(|table| lines.into_iter().for_each(|change| add(table, change)))?;
        }
        Ok(())
    }
}

fn ours(table: &Table) -> bool {
    table.get(VERSION.0).is_some_and(|said| said.0 == VERSION.1)
}

fn put(table: &mut Table, seat: &Seat) {
    if !ours(table) {
        table.retain(|name, _| name == MET);
    }
    let version = (VERSION.0, VERSION.1.to_owned());
    for (name, word) in seat.words().into_iter().chain([version]) {
        table.insert(name.to_owned(), Said(word, 0));
    }
}

fn add(table: &mut Table, change: Change) {
    match change {
        Change::Line(which, text, at) => drop(table.insert(key(which, &text), Said(String::new(), at))),
        Change::Forget => table.clear(),
        Change::Seat(_) => {}
    }
}

fn key(which: Which, text: &str) -> String {
    format!("{}{text}", sign(which))
}

fn sign(which: Which) -> char {
    match which {
        Which::Commands => ':',
        Which::Queries => '/',
        Which::Automations => '@',
    }
}

/// What another program wrote there is no line.
fn read(key: &str) -> Option<(Which, String)> {
    let which = Which::ALL.into_iter().find(|which| key.starts_with(sign(*which)))?;
    let text = key.strip_prefix(sign(which))?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| (which, text.to_owned()))
}

#[derive(Debug)]
enum Change {
    /// With the time it was typed at, in milliseconds.
    Line(Which, String, i64),
    Forget,
    Seat(Seat),
}

/// The writer off the loop.
#[derive(Debug)]
pub struct Keeper {
    queue: mpsc::Sender<Change>,
    task: JoinHandle<()>,
    now: Clock,
    /// No two lines were typed at the same time.
    last: i64,
}

impl Keeper {
    /// Tells the loop what was kept, then writes what comes.
    pub fn spawn(files: Files, events: mpsc::Sender<Event>, now: Now) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(keep(files, waiting, events, now.clone()));
        Self { queue, task, now: Clock(now), last: 0 }
    }

    pub fn line(&mut self, which: Which, text: String) {
        self.last = (self.now.0)().timestamp_millis().max(self.last + 1);
        self.put(Change::Line(which, text, self.last));
    }

    pub fn forget(&self) {
        self.put(Change::Forget);
    }

    pub fn seat(&self, seat: Seat) {
        self.put(Change::Seat(seat));
    }

    fn put(&self, change: Change) {
        if self.queue.try_send(change).is_err() {
            tracing::warn!("the disk is slow: a line or a size is not kept");
        }
    }

    /// Everything is on disk when this returns.
    pub async fn finish(self) {
        drop(self.queue);
        let _ = self.task.await;
    }
}

/// A clock has no words for itself.
struct Clock(Now);

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a clock")
    }
}

async fn keep(files: Files, mut waiting: mpsc::Receiver<Change>, events: mpsc::Sender<Event>, now: Now) {
    let from = files.clone();
    let read = tokio::task::spawn_blocking(move || (from.lines(), from.first_start())).await;
    let (lines, first) = read.unwrap_or_default();
    let told = [(!lines.is_empty()).then_some(Local::Lines(lines)), first.then_some(Local::FirstStart)];
    for local in told.into_iter().flatten() {
        // Whoever does not listen any more has something to be written all the same.
        let _ = events.send(Event { at: now(), what: What::Local(local) }).await;
    }
    let mut failed = false;
    while let Some(change) = waiting.recv().await {
        let mut changes = vec![change];
        while let Ok(more) = waiting.try_recv() {
            changes.push(more);
        }
        let to = files.clone();
        let written = tokio::task::spawn_blocking(move || to.write(changes)).await;
        // A disk that takes nothing is told once, not with every key.
        if let Ok(Err(error)) = &written
            && !failed
        {
            tracing::warn!(%error, "what was typed and how the panes stand is not kept");
        }
        failed = matches!(written, Ok(Err(_)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;

    use super::*;
    use crate::domain::Instant;

    fn files(dir: &Path) -> Files {
        Files::new(dir, 100, true)
    }

    fn line(text: &str, at: i64) -> Change {
        Change::Line(Which::Commands, text.to_owned(), at)
    }

    fn texts(files: &Files) -> Vec<String> {
        files.lines().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn two_consoles_lose_none_of_each_others_lines_and_the_newest_comes_last() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (files(dir.path()), files(dir.path()));
        one.write(vec![line("zoom", 1), line("view Stuck", 3)]).unwrap();
        two.write(vec![line("sort age", 2), line("zoom", 4)]).unwrap();
        assert_eq!(texts(&one), ["sort age", "view Stuck", "zoom"]);
        one.write(vec![line("a", 5), Change::Forget, line("b", 6)]).unwrap();
        assert_eq!(texts(&two), ["b"]);
        let mode = std::fs::metadata(dir.path().join("typed.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn no_more_lines_are_kept_than_asked_for_and_with_none_there_is_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let few = Files::new(dir.path(), 2, false);
        few.write((0..9).map(|n| line(&n.to_string(), n)).collect()).unwrap();
        assert_eq!(texts(&few), ["7", "8"]);
        let dir = tempfile::tempdir().unwrap();
        let none = Files::new(dir.path(), 0, false);
        none.write(vec![line("zoom", 1), Change::Seat(Seat { zoomed: true, ..Seat::default() })]).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(!none.first_start());
    }

    #[test]
    fn panes_come_back_as_they_were_left_and_another_version_or_garbage_is_a_first_start() {
        let dir = tempfile::tempdir().unwrap();
        let kept = files(dir.path());
        let seat = Seat { zoomed: true, columns: Some(true), queue_extra: -2, reviews_extra: 4, ..Seat::default() };
        kept.write(vec![Change::Seat(Seat::default()), Change::Seat(seat.clone())]).unwrap();
        assert_eq!(files(dir.path()).seat(), seat);
        let file = dir.path().join("panes.json");
        let newer = std::fs::read_to_string(&file).unwrap().replace("[\"1\",0]", "[\"2\",0]");
        std::fs::write(&file, newer).unwrap();
        assert_eq!(kept.seat(), Seat::default());
        kept.write(vec![Change::Seat(seat.clone())]).unwrap();
        assert_eq!(kept.seat(), seat);
        for garbage in ["", "{", "[]", "{\"zoomed\":[\"maybe\",0],\"version\":[\"1\",0]}", "\0\0"] {
            std::fs::write(&file, garbage).unwrap();
            assert_eq!(kept.seat(), Seat::default(), "{garbage:?}");
        }
    }

    #[test]
    fn a_first_start_is_one_only_once_and_only_where_that_can_be_written_down() {
        let dir = tempfile::tempdir().unwrap();
        assert!(files(dir.path()).first_start());
        assert!(!files(dir.path()).first_start());
        files(dir.path()).write(vec![Change::Seat(Seat::default())]).unwrap();
        assert!(!files(dir.path()).first_start(), "what is kept later takes nothing from it");
        assert!(!files(&dir.path().join("panes.json")).first_start(), "no folder can be there");
    }

    #[tokio::test]
    async fn what_was_typed_is_told_at_the_next_start_and_on_disk_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let now: Now = Arc::new(|| Instant::UNIX_EPOCH);
        let (events, mut heard) = mpsc::channel(8);
        let mut keeper = Keeper::spawn(files(dir.path()), events.clone(), now.clone());
        keeper.line(Which::Commands, "zoom".to_owned());
        keeper.line(Which::Queries, "is:stuck".to_owned());
        keeper.seat(Seat { zoomed: true, ..Seat::default() });
        keeper.finish().await;
        assert!(matches!(heard.recv().await.unwrap().what, What::Local(Local::FirstStart)));
        Keeper::spawn(files(dir.path()), events, now).finish().await;
        let What::Local(Local::Lines(lines)) = heard.recv().await.unwrap().what else { unreachable!() };
        assert_eq!(lines, [(Which::Commands, "zoom".to_owned()), (Which::Queries, "is:stuck".to_owned())]);
        assert!(heard.try_recv().is_err());
        assert!(files(dir.path()).seat().zoomed);
    }
}
