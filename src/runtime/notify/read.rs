//! What of the inbox was read, kept for the next start and shared with the other consoles here.

use std::path::Path;

use tokio::sync::mpsc;

use crate::console::event::{Event, Local, What};
use crate::domain::{Instant, Now};
use crate::runtime::shared::{Said, Shared};

/// Entries that are remembered as read.
const MOST: usize = 4096;
/// Changes that may wait for the disk.
const WAITING: usize = 256;

type Marks = Vec<(String, Option<Instant>)>;

#[derive(Clone, Debug)]
pub struct ReadMarks {
    queue: Option<mpsc::Sender<Marks>>,
}

impl ReadMarks {
    /// `state_dir` `None`: only this run remembers.
    pub fn new(state_dir: Option<&Path>, events: mpsc::Sender<Event>, now: Now) -> Self {
        let queue = state_dir.map(|folder| {
            let shared = Shared::new(folder, "inbox-read", MOST);
            let (queue, waiting) = mpsc::channel(WAITING);
            tokio::spawn(keep(shared, waiting, events, now));
            queue
        });
        Self { queue }
    }

    /// Writes these down and tells the console what is read. With nothing: only that. Never waits.
    pub fn keep(&self, marks: Marks) {
        if self.queue.as_ref().is_some_and(|queue| queue.try_send(marks).is_err()) {
            tracing::warn!("the disk is slow: some of what was read of the inbox is not kept");
        }
    }
}

/// One change after the other, in their order, each with an answer.
async fn keep(shared: Shared, mut waiting: mpsc::Receiver<Marks>, events: mpsc::Sender<Event>, now: Now) {
    while let Some(marks) = waiting.recv().await {
        let shared = shared.clone();
        let written = tokio::task::spawn_blocking(move || change(&shared, marks)).await;
        let read = match written {
            Ok(Ok(read)) => Some(read),
            Ok(Err(error)) => {
                tracing::warn!(%error, "what was read of the inbox is not kept");
                None
            }
            Err(_) => None,
        };
        let what = What::Local(Local::InboxRead(read));
        if events.send(Event { at: now(), what }).await.is_err() {
            return;
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_one_console_read_another_knows_and_a_restart_does() {
        let dir = tempfile::tempdir().unwrap();
        let shared = || Shared::new(dir.path(), "inbox-read", MOST);
        let at = Instant::UNIX_EPOCH + TimeDelta::microseconds(1_500_700);
        change(&shared(), vec![("a".to_owned(), Some(at)), ("b".to_owned(), Some(at))]).unwrap();
        let read = change(&shared(), vec![("b".to_owned(), None)]).unwrap();
        assert_eq!(read.len(), 1);
        assert!(
            read.iter().all(|(key, read)| key == "a" && *read >= at),
            "what was read then counts as read: {read:?}"
        );
        assert_eq!(change(&shared(), Vec::new()).unwrap(), read);
    }
}
