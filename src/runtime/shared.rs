//! A small table in the state directory that several consoles change: words with a time, the newest kept.
//!
//! ```text
//! lock ─> read what is there ─> change ─> temp file, sync, rename, sync of the folder ─> unlock
//! ```
//!
//! Nobody's change is lost to another's, and a crash at any moment leaves the table from before or the one from after.
//! Calls block: they belong off the loop. What cannot be read counts as empty, and is written anew.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::private;

/// A table larger than this is none of ours.
const MOST_BYTES: u64 = 4 << 20;

/// A word, and when it was said, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said(pub String, pub i64);

pub type Table = BTreeMap<String, Said>;

#[derive(Clone, Debug)]
pub struct Shared {
    folder: PathBuf,
    name: &'static str,
    /// More entries are not kept: the oldest go.
    most: usize,
}

impl Shared {
    pub fn new(folder: &Path, name: &'static str, most: usize) -> Self {
        Self { folder: folder.to_owned(), name, most }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    /// As it is on the disk.
    pub fn read(&self) -> Table {
        let mut bytes = Vec::new();
        let read = private::read(&self.path()).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
        read.ok().and_then(|_| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Changes it, with all that others wrote before. It is on the disk when this returns.
    pub fn change<R>(&self, change: impl FnOnce(&mut Table) -> R) -> io::Result<R> {
        private::folder(&self.folder)?;
        let lock = private::append(&self.folder.join(format!("{}.lock", self.name)))?;
        lock.lock()?;
        let mut table = self.read();
        let before = table.clone();
        let result = change(&mut table);
        if table != before {
            self.trim(&mut table);
            self.write(&table)?;
        }
        Ok(result)
    }

    fn trim(&self, table: &mut Table) {
        if table.len() <= self.most {
            return;
        }
        let mut times: Vec<i64> = table.values().map(|said| said.1).collect();
        times.sort_unstable();
        let first = times.get(times.len() - self.most).copied().unwrap_or(i64::MIN);
        table.retain(|_, said| said.1 >= first);
        while table.len() > self.most && table.pop_first().is_some() {}
    }

    fn write(&self, table: &Table) -> io::Result<()> {
        let temp = self.folder.join(format!(".{}.new", self.name));
        // Whoever left it was ended while writing; the lock is ours.
        let _ = std::fs::remove_file(&temp);
        let mut file = private::create(&temp)?;
        let written = file.write_all(&serde_json::to_vec(table)?).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| std::fs::rename(&temp, self.path())) {
            let _ = std::fs::remove_file(&temp);
            return Err(error);
        }
        File::open(&self.folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn said(at: i64) -> Said {
        Said("x".to_owned(), at)
    }

    #[test]
    fn two_consoles_keep_what_either_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (Shared::new(dir.path(), "t", 10), Shared::new(dir.path(), "t", 10));
        one.change(|table| table.insert("a".to_owned(), said(1))).unwrap();
        two.change(|table| table.insert("b".to_owned(), said(2))).unwrap();
        assert_eq!(one.read().len(), 2);
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let shared = Shared::new(dir.path(), "t", 1000);
                scope.spawn(move || {
                    for m in 0..10 {
                        shared.change(|table| table.insert(format!("{n} {m}"), said(n))).unwrap();
                    }
                });
            }
        });
        assert_eq!(Shared::new(dir.path(), "t", 1000).read().len(), 80);
    }

    #[test]
    fn the_oldest_go_first_and_garbage_counts_as_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let shared = Shared::new(dir.path(), "t", 3);
        std::fs::write(dir.path().join("t.json"), "{ half").unwrap();
        for n in 0..6 {
            shared.change(|table| table.insert(n.to_string(), said(n))).unwrap();
        }
        assert_eq!(shared.read().into_keys().collect::<Vec<_>>(), ["3", "4", "5"]);
        std::fs::write(dir.path().join(".t.new"), "left by a crash").unwrap();
        shared.change(Table::clear).unwrap();
        assert!(shared.read().is_empty());
    }
}
