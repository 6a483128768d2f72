//! The cache as the rest of the program holds it: tells what to keep without waiting, asks once for what was kept.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};

use super::keeper::{self, Word};
use super::store::{Keep, Mark};
use crate::console::event::{News, Remembered};
use crate::domain::{Diagnosed, Fault, Instant, Now, RepoName, Source, TaskRef, Viewer};

/// Answers that may wait for the disk.
const WAITING: usize = 256;
/// The parts of a large picture wait for the screen, not in memory.
const PARTS: usize = 2;
/// The last writes get so long when the console ends.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// Where to keep what.
#[derive(Clone, Debug)]
pub struct Place {
    pub file: PathBuf,
    /// The API's address: what two of them say is never mixed.
    pub api: String,
}

/// A part of what an earlier run knew.
#[derive(Debug, Default)]
pub struct Part {
    /// For the screen.
    pub shown: Remembered,
    /// Names behind the service's own ids of repositories; with the first part.
    pub names: Vec<(u64, RepoName)>,
    /// With the last part: the lists that were told whole, and up to where.
    pub wholes: Vec<(RepoName, Mark)>,
    /// Why nothing is cached.
    pub fault: Option<Fault>,
    /// The next part is on its way.
    pub more: bool,
    /// It is on the screen already.
    pub seen: bool,
}

/// What an earlier run knew, part by part as it is read. Ends when all was told.
#[derive(Debug)]
pub struct Parts {
    /// Looked at already, and not yet taken.
    first: Option<Part>,
    rest: mpsc::Receiver<Part>,
}

impl Parts {
    pub async fn recv(&mut self) -> Option<Part> {
        match self.first.take() {
            Some(part) => Some(part),
            None => self.rest.recv().await,
        }
    }
}

/// Asked for before there is anybody to take it up.
#[derive(Debug)]
struct Ahead {
    repos: Vec<RepoName>,
    parts: Parts,
}

/// A way to the keeper of the cache. The default keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    words: Option<mpsc::Sender<Word>>,
    lost: Arc<AtomicU64>,
    ahead: Arc<Mutex<Option<Ahead>>>,
}

impl Cache {
    /// Starts the keeper on a thread of its own. Nothing of the disk is touched here.
    pub fn start(place: Place, now: Now) -> Self {
        let (words, heard) = mpsc::channel(WAITING);
        let lost = Arc::default();
        let counted = Arc::clone(&lost);
        let thread = std::thread::Builder::new().name("cache".to_owned());
        match thread.spawn(move || keeper::keep(&place, &now, heard, &counted)) {
            Ok(_) => Self { words: Some(words), lost, ahead: Arc::default() },
            Err(error) => {
                tracing::warn!(%error, "nothing is cached: no thread");
                Self::default()
            }
        }
    }

    /// Keeps what is worth keeping of an answer. Never waits: while the disk is slow the cache falls behind.
    pub fn keep(&self, source: &Source, news: &News, at: Instant) {
        match news {
            News::Tasks { tasks, .. } | News::AutomationRuns { tasks: Some(tasks), .. } => {
                self.tell(|| Keep::Tasks(tasks.clone()));
            }
            News::Task(task) => self.tell(|| Keep::Tasks(vec![(**task).clone()])),
            News::Gone(ids) => self.tell(|| Keep::Gone(ids.clone())),
            News::Pulls(pulls) => self.tell(|| Keep::Pulls(pulls.clone())),
            News::Person(person) if person.login.is_some() => self.tell(|| Keep::Person(person.clone())),
            News::Same
            | News::Viewer(_)
            | News::Person(_)
            | News::Run { .. }
            | News::AutomationRuns { tasks: None, .. }
            | News::Automations(_)
            | News::Automation(_)
            | News::Log(_)
            | News::LogSame(_)
            | News::Diagnosis { .. } => {}
        }
        if matches!(source, Source::Tasks(_) | Source::Pulls) {
            self.tell(|| Keep::Good(source.clone(), at));
        }
    }

    /// Keeps what the log of a task's latest session was found to say.
    pub fn keep_diagnosis(&self, task: &TaskRef, diagnosed: &Diagnosed) {
        self.tell(|| Keep::Diagnosis(task.id.clone(), diagnosed.clone()));
    }

    /// With what was kept before this a repository's list is kept whole.
    pub fn keep_whole(&self, repo: &RepoName, mark: Mark) {
        self.tell(|| Keep::Whole(repo.clone(), mark));
    }

    /// A list that is kept whole is so up to this touch.
    pub fn keep_further(&self, repo: &RepoName, newest: Instant) {
        self.tell(|| Keep::Further(repo.clone(), newest));
    }

    /// Keeps the name behind a repository's id.
    pub fn keep_name(&self, id: u64, name: &RepoName) {
        self.tell(|| Keep::Name(id, name.clone()));
    }

    /// Where there is no room nothing is made.
    fn tell(&self, keep: impl FnOnce() -> Keep) {
        let Some(words) = &self.words else { return };
        if let Ok(room) = words.try_reserve() {
            room.send(Word::Keep(keep()));
        } else if self.lost.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!("the cache falls behind: the disk is slow");
        }
    }

    /// Has what an earlier run knew of these repositories read now: it will be asked for in a moment.
    #[must_use]
    pub fn ahead(self, repos: Vec<RepoName>) -> Self {
        let Some(words) = &self.words else { return self };
        let (tell, rest) = mpsc::channel(PARTS);
        if words.try_send(Word::Recall { repos: repos.clone(), tell }).is_ok() {
            let ahead = Ahead { repos, parts: Parts { first: None, rest } };
            return Self { ahead: Arc::new(Mutex::new(Some(ahead))), ..self };
        }
        self
    }

    /// The first part of what is read ahead, for the first picture; whoever takes all of it up is told that it has been
    /// seen. Waits for the disk, and may be broken off. `None`: nothing is read ahead, or nothing was kept.
    pub async fn first(&self) -> Option<Remembered> {
        let mut ahead = self.ahead.lock().await;
        let Parts { first, rest } = &mut ahead.as_mut()?.parts;
        let part = first.insert(rest.recv().await?);
        part.seen = part.fault.is_none();
        part.seen.then(|| part.shown.clone())
    }

    /// What an earlier run knew of these repositories, in parts, the first at once.
    pub async fn recall(&self, repos: Vec<RepoName>) -> Parts {
        if let Some(ahead) = self.ahead.lock().await.take()
            && ahead.repos == repos
        {
            return ahead.parts;
        }
        let (tell, rest) = mpsc::channel(PARTS);
        if let Some(words) = &self.words {
            let _ = words.send(Word::Recall { repos, tell }).await;
        }
        Parts { first: None, rest }
    }

    /// Who looks: what is kept belongs to this viewer, and what was kept for another one goes. Before this nothing is
    /// written. Waits for its turn: this word must not be lost.
    pub async fn belongs_to(&self, viewer: &Viewer) {
        if let Some(words) = &self.words {
            let _ = words.send(Word::Keep(Keep::Viewer(viewer.clone()))).await;
        }
    }

    /// Lets the last writes reach the disk, unless that takes too long.
    pub async fn finish(&self) {
        let Some(words) = &self.words else { return };
        let (done, written) = oneshot::channel();
        let last = async {
            let _ = words.send(Word::End(done)).await;
            let _ = written.await;
        };
        let _ = tokio::time::timeout(LAST_WRITES, last).await;
    }
}
