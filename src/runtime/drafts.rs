//! The draft of a prompt being written, kept on disk so that a crash or a lost line loses at most a few keys.
//!
//! One file, written whole: temp file, fsync, rename, fsync of the folder. Writes happen off the loop, one at a time, and
//! only the newest state counts.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tokio::sync::watch;

use super::private;
use crate::console::state::compose::Draft;

const FILE: &str = "draft.json";
/// A prompt is at most some 30,000 characters; a larger file is not ours.
const LARGEST: u64 = 1024 * 1024;

/// Where the draft lives.
#[derive(Clone, Debug)]
pub struct Drafts {
    folder: PathBuf,
}

impl Drafts {
    pub fn new(state_dir: &Path) -> Self {
        Self { folder: state_dir.to_owned() }
    }

    /// The draft left behind, if there is a readable one.
    pub fn read(&self) -> Option<Draft> {
        let path = self.folder.join(FILE);
        let found = std::fs::symlink_metadata(&path).ok()?;
        if !found.is_file() || found.len() > LARGEST {
            return None;
        }
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Keeps the draft, or forgets it.
    pub fn write(&self, draft: Option<&Draft>) -> io::Result<()> {
        let path = self.folder.join(FILE);
        let Some(draft) = draft else {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        private::folder(&self.folder)?;
        let text = serde_json::to_vec(draft).map_err(io::Error::other)?;
        let temp = self.folder.join(format!(".{FILE}.{}", std::process::id()));
        let _ = std::fs::remove_file(&temp);
        let mut file = private::create(&temp)?;
        let written = file.write_all(&text).and_then(|()| file.sync_all());
        if let Err(error) = written {
            let _ = std::fs::remove_file(&temp);
            return Err(error);
        }
        std::fs::rename(&temp, &path)?;
        File::open(&self.folder)?.sync_all()
    }

    /// A writer off the loop. Dropping the sender lets it finish its last write and end.
    pub fn keeper(self) -> (watch::Sender<Option<Draft>>, tokio::task::JoinHandle<()>) {
        let (newest, mut wanted) = watch::channel(None);
        let task = tokio::spawn(async move {
            while wanted.changed().await.is_ok() {
                let draft: Option<Draft> = wanted.borrow_and_update().clone();
                let drafts = self.clone();
                let written = tokio::task::spawn_blocking(move || drafts.write(draft.as_ref())).await;
                if let Ok(Err(error)) = written {
                    tracing::warn!(%error, "the draft could not be kept");
                }
            }
        });
        (newest, task)
    }
}
