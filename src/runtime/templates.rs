//! Template files that change while the console runs: read again when somebody may look, told only if they differ.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::template::{self, Shelf};

/// The folders, and what was told of them last. Clones share it.
#[derive(Clone, Debug)]
pub struct Watch {
    folders: Arc<[PathBuf]>,
    told: Arc<Mutex<Option<Shelf>>>,
}

impl Watch {
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders: folders.into(), told: Arc::default() }
    }

    /// What is there now; `None`: the same as before. Files are compared by what they say, not by their times, which an
    /// editor or a checkout may set as it likes. Reads the disk.
    pub fn news(&self) -> Option<Shelf> {
        // Held while reading: of two that look at once, the one that tells last has read last.
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = template::load(&self.folders);
        if told.as_ref() == Some(&now) {
            return None;
        }
        *told = Some(now.clone());
        Some(now)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    #[test]
    fn only_what_differs_is_told_and_a_broken_file_is_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        let watch = Watch::new(vec![folder.path().to_path_buf()]);
        let shipped = watch.news().unwrap().templates.len();
        assert_eq!(watch.news(), None);

        fs::write(&file, "+++\ntitle = \"A\"\n+++\none").unwrap();
        let at = fs::metadata(&file).unwrap().modified().unwrap();
        assert_eq!(watch.news().unwrap().templates.len(), shipped + 1);
        assert_eq!(watch.clone().news(), None);

        // As long as before, and as old.
        fs::write(&file, "+++\ntitle = \"A\"\n+++\ntwo").unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_modified(at).unwrap();
        assert!(watch.news().unwrap().templates.iter().any(|template| template.body == "two"));

        fs::write(&file, "+++\n").unwrap();
        let broken = watch.news().unwrap();
        assert_eq!((broken.templates.len(), broken.faults.len()), (shipped, 1));
        fs::remove_file(&file).unwrap();
        assert_eq!(watch.news().unwrap().faults, []);
    }
}
