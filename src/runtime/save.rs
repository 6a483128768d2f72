//! Writing a file the operator asked for: for the operator alone (0600), whole or not at all, never over another file.
//!
//! ```text
//! new temporary file beside it ─> written ─> synced ─> linked under its name (refused where that exists) ─> folder synced
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::private;
use crate::config::Paths;
use crate::domain::{Fault, FaultKind};

/// Writes the file by way of `write`; returns how many bytes it has.
pub fn save(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<u64, Fault> {
    attempt(path, write).map_err(|error| {
        let exists = error.kind() == io::ErrorKind::AlreadyExists;
        let what = if exists {
            format!("{} is there already and is not written over", path.display())
        } else {
            format!("{} could not be written: {error}", path.display())
        };
        Fault::new(FaultKind::Local, what, if exists { "choose another name" } else { "choose another place" })
    })
}

fn attempt(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<u64> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temp = folder.join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
    let _ = std::fs::remove_file(&temp);
    let written = fill(&temp, write).and_then(|len| {
        // A link is refused where the name exists, a rename is not.
        std::fs::hard_link(&temp, path).map(|()| len)
    });
    let _ = std::fs::remove_file(&temp);
    let len = written?;
    File::open(folder)?.sync_all()?;
    Ok(len)
}

fn fill(temp: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<u64> {
    let mut file = BufWriter::with_capacity(256 * 1024, private::create(temp)?);
    write(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// A path as it was typed: `~/` is the home directory.
pub fn typed(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

pub fn home() -> Option<PathBuf> {
    Paths::find().ok().map(|paths| paths.home)
}

/// What is said of a file that was written.
pub fn said(path: &Path, len: u64) -> String {
    match len {
        0..10_000 => format!("saved {}: {len} bytes", path.display()),
        10_000..10_000_000 => format!("saved {}: {} KB", path.display(), len / 1000),
        _ => format!("saved {}: {} MB", path.display(), len / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_saved_file_is_whole_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.md");
        assert_eq!(save(&path, |to| to.write_all(b"words\n")).unwrap(), 6);
        assert_eq!(std::fs::read(&path).unwrap(), b"words\n");
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_written_over_and_the_fault_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.md");
        std::fs::write(&path, "mine").unwrap();
        let fault = save(&path, |to| to.write_all(b"words")).unwrap_err();
        assert!(fault.what.contains("is there already"), "{fault}");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        save(&link, |to| to.write_all(b"words")).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn what_fails_half_way_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        save(&path, |to| to.write_all(b"half").and(Err(io::Error::other("the log went away")))).unwrap_err();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        save(&dir.path().join("no/folder.txt"), |to| to.write_all(b"x")).unwrap_err();
    }

    #[test]
    fn a_tilde_is_the_home_directory() {
        assert_eq!(typed("~/a.md", Some(Path::new("/home/mona"))), Path::new("/home/mona/a.md"));
        assert_eq!(typed("a~/b", Some(Path::new("/home/mona"))), Path::new("a~/b"));
    }
}
