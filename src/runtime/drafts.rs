//! The prompts and comments being written, kept on disk so that a crash or a lost line loses nothing.
//!
//! One file for each, in the folder `drafts` of the state directory, written whole: temp file, fsync, rename, fsync of
//! the folder. Writes happen off the loop. The first change is written at once; what comes while a write and the short
//! pause after it last is gathered, and only the newest state of each draft counts, so that typing writes some ten
//! files a second at most. What the disk does not take is tried again, and the console says that it is not kept meanwhile.
//!
//! ```text
//! key ──KeepDraft──> gathered ──write──> file ──next start──> list ──chosen──> form
//!                     ^ ^ pause ┘ │        └── started, or thrown away: removed
//!                     └── failed ─┘
//! ```
//!
//! Several consoles may run at once. Each locks a file of its own for as long as it lives and names it in its drafts;
//! another one leaves these alone until the lock is gone, be it by an orderly end or by a crash. Whoever finds such drafts
//! first puts its own name on them: two that start after the same crash share them out, and none writes over the other's.

pub mod sent;

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use super::private;
use crate::console::event::{Event, Local, What};
use crate::console::state::compose::Draft;
use crate::domain::{Fault, FaultKind, Now};

const FOLDER: &str = "drafts";
/// The one file of an earlier layout.
const SINGLE: &str = "draft.json";
/// A prompt is at most some 30,000 characters; a larger file is not ours.
const LARGEST: u64 = 1024 * 1024;
/// So many are listed; older ones stay on disk until there is room.
const MOST: usize = 100;
/// Between two writes.
const PAUSE: Duration = Duration::from_millis(100);
/// After one that failed.
const AGAIN: Duration = Duration::from_secs(2);
/// A console that ends does not listen any more.
const LISTENS: Duration = Duration::from_secs(1);

/// Where the drafts live. Clones are the same console's.
#[derive(Clone, Debug)]
pub struct Drafts {
    state_dir: PathBuf,
    folder: PathBuf,
    /// This console, and the lock that says it lives.
    owner: Uuid,
    lock: Arc<OnceLock<File>>,
}

/// A draft that is nobody else's.
struct Found {
    /// What says when it was written, only to put files in order.
    file: Option<Metadata>,
    owner: Uuid,
    draft: Draft,
}

/// A draft as it stands in its file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Filed<D> {
    /// The console that wrote it last.
    owner: String,
    draft: D,
}

impl Found {
    /// Seconds and nanoseconds.
    fn written(&self) -> (i64, i64) {
        self.file.as_ref().map_or((0, 0), |file| (file.mtime(), file.mtime_nsec()))
    }
}

impl Drafts {
    pub fn new(state_dir: &Path) -> Self {
        let (state_dir, folder) = (state_dir.to_owned(), state_dir.join(FOLDER));
        Self { state_dir, folder, owner: Uuid::new_v4(), lock: Arc::default() }
    }

    /// The drafts that are there and that no other console has, newest first; from now on they are this one's. What cannot
    /// be read is left where it is.
    pub fn read(&self) -> Vec<Draft> {
        self.take_single();
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        // Looking whose they are and taking them is one step, whoever else starts now.
        let turn = File::open(&self.folder).and_then(|folder| folder.lock().map(|()| folder));
        let mut found: Vec<Found> = entries.filter_map(|entry| self.free(&entry.ok()?.path())).collect();
        found.sort_by(|a, b| b.written().cmp(&a.written()).then_with(|| b.draft.id.cmp(&a.draft.id)));
        found.truncate(MOST);
        for free in found.iter().filter(|found| found.owner != self.owner) {
            // Where nothing can be written nobody else can take them either.
            if let Err(error) = self.adopt(free) {
                tracing::warn!(%error, "a draft could not be taken over");
            }
        }
        drop(turn);
        found.into_iter().map(|found| found.draft).collect()
    }

    /// Puts this console's name on it. It is as old as before.
    fn adopt(&self, free: &Found) -> io::Result<()> {
        self.write(&free.draft)?;
        match free.file.as_ref().map(Metadata::modified) {
            Some(at) => File::options().write(true).open(self.path(free.draft.id))?.set_modified(at?),
            None => Ok(()),
        }
    }

    /// The draft of a file if it is whole and nobody else's.
    fn free(&self, path: &Path) -> Option<Found> {
        if path.extension()? != "json" {
            return None;
        }
        let id: Uuid = path.file_stem()?.to_str()?.parse().ok()?;
        let filed: Filed<Draft> = serde_json::from_slice(&contents(path)?).ok()?;
        let owner: Uuid = filed.owner.parse().ok()?;
        if owner != self.owner && self.lives(owner) {
            return None;
        }
        Some(Found { file: std::fs::metadata(path).ok(), owner, draft: Draft { id, ..filed.draft } })
    }

    /// Does the console of this lock still run? The lock of one that is gone is removed.
    fn lives(&self, owner: Uuid) -> bool {
        let path = self.lock_path(owner);
        let Ok(file) = private::read(&path) else { return false };
        match file.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => true,
            Ok(()) | Err(std::fs::TryLockError::Error(_)) => {
                let _ = std::fs::remove_file(&path);
                false
            }
        }
    }

    fn lock_path(&self, owner: Uuid) -> PathBuf {
        self.folder.join(format!("{owner}.lock"))
    }

    fn path(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// The draft of the earlier layout becomes one of these.
    fn take_single(&self) {
        let path = self.state_dir.join(SINGLE);
        let draft = contents(&path).and_then(|bytes| serde_json::from_slice::<Draft>(&bytes).ok());
        if let Some(draft) = draft
            && self.write(&Draft { id: Uuid::new_v4(), ..draft }).is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }

    /// Keeps the draft. It is on disk when this returns.
    pub fn write(&self, draft: &Draft) -> io::Result<()> {
        private::folder(&self.state_dir)?;
        private::folder(&self.folder)?;
        self.claim()?;
        let text = serde_json::to_vec(&Filed { owner: self.owner.to_string(), draft })?;
        let temp = self.folder.join(format!(".{}.{}", draft.id, self.owner));
        let _ = std::fs::remove_file(&temp);
        let mut file = private::create(&temp)?;
        let written = file.write_all(&text).and_then(|()| file.sync_all());
        let written = written.and_then(|()| std::fs::rename(&temp, self.path(draft.id)));
        if let Err(error) = written {
            let _ = std::fs::remove_file(&temp);
            return Err(error);
        }
        File::open(&self.folder)?.sync_all()
    }

    /// Forgets the draft.
    pub fn remove(&self, id: Uuid) -> io::Result<()> {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The lock that says this console lives, before its first draft names it.
    fn claim(&self) -> io::Result<()> {
        if self.lock.get().is_none() {
            let file = private::append(&self.lock_path(self.owner))?;
            file.try_lock()?;
            let _ = self.lock.set(file);
        }
        Ok(())
    }

    /// The lock is of no use any more.
    fn release(&self) {
        if self.lock.get().is_some() {
            let _ = std::fs::remove_file(self.lock_path(self.owner));
        }
    }
}

fn contents(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    private::read(path).ok()?.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= LARGEST).then_some(bytes)
}

/// The writer off the loop.
#[derive(Debug)]
pub struct Keeper {
    board: Arc<Board>,
    task: JoinHandle<Result<(), Fault>>,
}

/// What is still to be written: the newest state of each draft, however many keys made it.
#[derive(Debug, Default)]
struct Board {
    wanted: Mutex<Wanted>,
    news: Notify,
    closing: Notify,
}

#[derive(Debug, Default)]
struct Wanted {
    batch: Batch,
    closed: bool,
}

/// Drafts as they are now; `None`: to be forgotten.
type Batch = BTreeMap<Uuid, Option<Draft>>;

impl Board {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, id: Uuid, state: Option<Draft>) {
        self.wanted().batch.insert(id, state);
        self.news.notify_one();
    }

    fn take(&self) -> Wanted {
        let mut wanted = self.wanted();
        Wanted { batch: std::mem::take(&mut wanted.batch), closed: wanted.closed }
    }

    /// What was not written is still wanted, unless something newer is.
    fn put_back(&self, unkept: Batch) {
        let batch = &mut self.wanted().batch;
        for (id, state) in unkept {
            batch.entry(id).or_insert(state);
        }
    }
}

impl Keeper {
    /// Tells `events` when drafts cannot be written, and when they can again.
    pub fn spawn(drafts: Drafts, events: mpsc::Sender<Event>, now: Now) -> Self {
        let board = Arc::new(Board::default());
        Self { board: board.clone(), task: tokio::spawn(keep(drafts, board, events, now)) }
    }

    pub fn keep(&self, draft: Draft) {
        self.board.put(draft.id, Some(draft));
    }

    pub fn forget(&self, id: Uuid) {
        self.board.put(id, None);
    }

    /// Everything is on disk when this returns, or the fault says why it is not.
    pub async fn finish(self) -> Result<(), Fault> {
        self.board.wanted().closed = true;
        self.board.news.notify_one();
        self.board.closing.notify_one();
        self.task.await.unwrap_or(Ok(()))
    }
}

async fn keep(drafts: Drafts, board: Arc<Board>, events: mpsc::Sender<Event>, now: Now) -> Result<(), Fault> {
    let mut kept = Ok(());
    loop {
        let Wanted { batch, closed } = board.take();
        let idle = batch.is_empty();
        if !idle {
            let to = drafts.clone();
            let written = tokio::task::spawn_blocking(move || write_all(&to, batch)).await;
            let (unkept, written) = written.unwrap_or_else(|_| (Batch::new(), Ok(())));
            board.put_back(unkept);
            let written = written.map_err(|error| not_kept(&drafts, &error));
            // A full disk is told once, not with every key.
            if written != kept {
                kept = written;
                if let Err(fault) = &kept {
                    tracing::warn!(%fault);
                }
                let what = What::Local(Local::DraftsKept(kept.clone()));
                let _ = timeout(LISTENS, events.send(Event { at: now(), what })).await;
            }
        }
        match (idle, closed) {
            (true, true) => break,
            (false, true) if kept.is_err() => break,
            (false, true) => {}
            (true, false) => board.news.notified().await,
            (false, false) => {
                let pause = if kept.is_ok() { PAUSE } else { AGAIN };
                drop(timeout(pause, board.closing.notified()).await);
            }
        }
    }
    drafts.release();
    kept
}

/// One that fails does not stop the others. What failed, and the first fault.
fn write_all(drafts: &Drafts, batch: Batch) -> (Batch, io::Result<()>) {
    let (mut unkept, mut all) = (Batch::new(), Ok(()));
    for (id, state) in batch {
        let written = match &state {
            Some(draft) => drafts.write(draft),
            None => drafts.remove(id),
        };
        if written.is_err() {
            unkept.insert(id, state);
        }
        all = all.and(written);
    }
    (unkept, all)
}

fn not_kept(drafts: &Drafts, error: &io::Error) -> Fault {
    let what = format!("drafts cannot be written to {}: {error}", drafts.folder.display());
    Fault::new(
        FaultKind::Local,
        what,
        "make room or check the folder's owner; until then they last as long as atc runs",
    )
}

#[cfg(test)]
#[path = "drafts_tests.rs"]
mod tests;
