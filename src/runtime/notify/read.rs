//! What of the inbox was read, kept for the next start and shared with the other consoles here.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::console::event::{Event, Local, What};
use crate::domain::{Instant, Now};
use crate::runtime::shared::{Said, Shared};

/// Entries that are remembered as read.
const MOST: usize = 4096;

#[derive(Clone)]
pub struct ReadMarks {
    /// `None`: only this run remembers.
    shared: Option<Shared>,
    events: mpsc::Sender<Event>,
    now: Now,
    /// One change after the other, in their order.
    turn: Arc<Mutex<()>>,
}

impl std::fmt::Debug for ReadMarks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadMarks").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl ReadMarks {
    pub fn new(state_dir: Option<&Path>, events: mpsc::Sender<Event>, now: Now) -> Self {
        Self {
            shared: state_dir.map(|folder| Shared::new(folder, "inbox-read", MOST)),
            events,
            now,
            turn: Arc::default(),
        }
    }

    /// Writes these down and tells the console what is read. With nothing: only that.
    pub fn keep(&self, marks: Vec<(String, Option<Instant>)>) {
        let Some(shared) = self.shared.clone() else { return };
        let this = self.clone();
        // Taken here, so that what was marked first is written first.
        let turn = Arc::clone(&self.turn).try_lock_owned();
        tokio::spawn(async move {
            let _turn = match turn {
                Ok(turn) => turn,
                Err(_) => this.turn.clone().lock_owned().await,
            };
            let written = tokio::task::spawn_blocking(move || change(&shared, marks)).await;
            match written {
                Ok(Ok(read)) => {
                    let what = What::Local(Local::InboxRead(read));
                    let _ = this.events.send(Event { at: (this.now)(), what }).await;
                }
                Ok(Err(error)) => tracing::warn!(%error, "what was read of the inbox is not kept"),
                Err(_) => {}
            }
        });
    }
}

fn change(shared: &Shared, marks: Vec<(String, Option<Instant>)>) -> std::io::Result<Vec<(String, Instant)>> {
    let table = if marks.is_empty() {
        shared.read()
    } else {
        shared.change(|table| {
            for (key, at) in marks {
                match at {
                    Some(at) => table.insert(key, Said(String::new(), at.timestamp_millis())),
                    None => table.remove(&key),
                };
            }
            table.clone()
        })?
    };
    // To the next whole millisecond: what was read at an instant is read.
    let at = |said: &Said| Instant::from_timestamp_millis(said.1.saturating_add(1));
    Ok(table.iter().filter_map(|(key, said)| Some((key.clone(), at(said)?))).collect())
}
