//! The folder of kept logs.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::domain::{Instant, SessionId};
use crate::runtime::private;
use crate::text::sink;
use crate::transcript::Format;

/// Bytes of a log that are unpacked at most: a small file can claim to be any size.
const LARGEST: u64 = 256 * 1024 * 1024;
const SESSION: &str = ".session.gz";
const JOB: &str = ".job.gz";

/// Where finished logs are kept.
#[derive(Clone, Debug)]
pub struct Kept {
    folder: PathBuf,
    /// Bytes on disk for all of them.
    cap: u64,
}

/// A log that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLog {
    pub format: Format,
    /// When it was written.
    pub at: Instant,
    pub bytes: Vec<u8>,
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) format: Format,
    pub(super) at: Instant,
    pub(super) len: u64,
}

impl Kept {
    /// `None`: nothing is kept.
    pub fn new(state_dir: &Path, megabytes: u32) -> Option<Self> {
        (megabytes > 0).then(|| Self { folder: state_dir.join("logs"), cap: u64::from(megabytes) * 1_000_000 })
    }

    /// Keeps a whole log in place of what was kept of the session before.
    pub fn keep(&self, session: &SessionId, format: Format, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(session, format);
        private::folder(&self.folder)?;
        let temp = self.folder.join(format!(".{}.part", std::process::id()));
        let _ = std::fs::remove_file(&temp);
        let packed = pack(&temp, bytes);
        let fits = packed.as_ref().is_ok_and(|len| *len <= self.cap);
        if !fits {
            let _ = std::fs::remove_file(&temp);
            return packed.map(|_| ());
        }
        std::fs::rename(&temp, &path)?;
        let other = if format == Format::SessionLog { Format::JobLog } else { Format::SessionLog };
        // The session log says more than the job log; what came last is what the service had.
        let _ = std::fs::remove_file(self.path(session, other));
        File::open(&self.folder)?.sync_all()?;
        self.prune(&path)
    }

    /// What was kept of a session.
    pub fn read(&self, session: &SessionId) -> io::Result<Option<KeptLog>> {
        for format in [Format::SessionLog, Format::JobLog] {
            let path = self.path(session, format);
            let found = match std::fs::symlink_metadata(&path) {
                Ok(found) if found.is_file() => found,
                _ => continue,
            };
            let mut bytes = Vec::new();
            MultiGzDecoder::new(File::open(&path)?).take(LARGEST).read_to_end(&mut bytes)?;
            return Ok(Some(KeptLog { format, at: found.modified()?.into(), bytes }));
        }
        Ok(None)
    }

    /// Whose log a file is, where its name tells: most ids can be file names as they are.
    pub(super) fn session_of(&self, entry: &Entry) -> Option<SessionId> {
        let name = entry.path.file_name()?.to_str()?;
        let stem = name.strip_suffix(SESSION).or_else(|| name.strip_suffix(JOB))?;
        let session = SessionId::new(stem.rsplit_once('-')?.0);
        (self.path(&session, entry.format) == entry.path).then_some(session)
    }

    /// All that is kept, newest first.
    pub(super) fn all(&self) -> io::Result<Vec<Entry>> {
        let folder = match std::fs::read_dir(&self.folder) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut all = Vec::new();
        for file in folder {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            let format = match () {
                () if name.starts_with('.') => continue,
                () if name.ends_with(SESSION) => Format::SessionLog,
                () if name.ends_with(JOB) => Format::JobLog,
                () => continue,
            };
            // Gone again while we look: another console dropped it.
            let Ok(found) = std::fs::symlink_metadata(file.path()) else { continue };
            if found.is_file() {
                all.push(Entry { path: file.path(), format, at: found.modified()?.into(), len: found.len() });
            }
        }
        all.sort_by(|a, b| (b.at, &b.path).cmp(&(a.at, &a.path)));
        Ok(all)
    }

    /// Drops the oldest until the rest fits; never `newest`, whatever the clock says of it.
    fn prune(&self, newest: &Path) -> io::Result<()> {
        let all = self.all()?;
        let mut sum = all.iter().find(|entry| entry.path == newest).map_or(0, |entry| entry.len);
        for entry in all.iter().filter(|entry| entry.path != newest) {
            sum += entry.len;
            if sum > self.cap {
                std::fs::remove_file(&entry.path)?;
                sum -= entry.len;
            }
        }
        Ok(())
    }

    /// The id is a stranger's: what can be read of it, and a hash that tells two ids apart whatever they hold.
    fn path(&self, session: &SessionId, format: Format) -> PathBuf {
        let hash = Sha256::digest(session.raw());
        let hash = hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        let end = if format == Format::SessionLog { SESSION } else { JOB };
        self.folder.join(format!("{}-{hash:016x}{end}", sink::file_name(session.raw())))
    }
}

fn pack(temp: &Path, bytes: &[u8]) -> io::Result<u64> {
    let mut packed = GzEncoder::new(private::create(temp)?, Compression::fast());
    packed.write_all(bytes)?;
    let file = packed.finish()?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::MetadataExt;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn kept(dir: &Path, cap: u64) -> Kept {
        Kept { cap, ..Kept::new(dir, 1).unwrap() }
    }

    /// Sets the time a file was written at.
    fn written(kept: &Kept, session: &str, second: u64) {
        let path = kept.path(&SessionId::new(session), Format::SessionLog);
        File::open(path).unwrap().set_modified(UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }

    /// Bytes that cannot be compressed.
    fn noise(seed: u32, len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut block = Sha256::digest(seed.to_be_bytes());
        while out.len() < len {
            out.extend_from_slice(&block);
            block = Sha256::digest(block);
        }
        out.truncate(len);
        out
    }

    #[test]
    fn a_kept_log_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(dir.path(), 1_000_000);
        let id = SessionId::new("../../s\u{1b}[1m/é");
        assert_eq!(kept.read(&id).unwrap(), None);
        kept.keep(&id, Format::JobLog, b"job\n").unwrap();
        kept.keep(&id, Format::SessionLog, b"data: {}\n").unwrap();
        let log = kept.read(&id).unwrap().unwrap();
        assert_eq!((log.format, &log.bytes[..]), (Format::SessionLog, &b"data: {}\n"[..]));
        let folder = dir.path().join("logs");
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(files.len(), 1, "one log of a session");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&files[0].path())), (0o700, 0o600));
    }

    #[test]
    fn ids_that_read_alike_are_two_logs() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(dir.path(), 1_000_000);
        for (id, words) in [("a/b", "one"), ("a:b", "two")] {
            kept.keep(&SessionId::new(id), Format::SessionLog, words.as_bytes()).unwrap();
        }
        assert_eq!(kept.read(&SessionId::new("a/b")).unwrap().unwrap().bytes, b"one");
        assert_eq!(kept.read(&SessionId::new("a:b")).unwrap().unwrap().bytes, b"two");
    }

    #[test]
    fn the_oldest_goes_when_there_is_no_room() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(dir.path(), 3500);
        for (second, id) in [(30, "c"), (10, "a"), (20, "b")] {
            kept.keep(&SessionId::new(id), Format::SessionLog, &noise(second, 1000)).unwrap();
            written(&kept, id, second.into());
        }
        kept.keep(&SessionId::new("d"), Format::SessionLog, &noise(4, 1000)).unwrap();
        let there = |id: &str| kept.read(&SessionId::new(id)).unwrap().is_some();
        assert_eq!(["a", "b", "c", "d"].map(there), [false, true, true, true]);
        // One that would not fit alone is not kept, and costs the others nothing.
        kept.keep(&SessionId::new("e"), Format::SessionLog, &noise(5, 9000)).unwrap();
        assert_eq!(["b", "c", "d", "e"].map(there), [true, true, true, false]);
        assert!(std::fs::read_dir(dir.path().join("logs")).unwrap().count() == 3, "no scrap is left");
    }

    #[test]
    fn other_files_in_the_folder_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let kept = kept(dir.path(), 100);
        std::fs::create_dir(dir.path().join("logs")).unwrap();
        let mine = dir.path().join("logs/notes.txt");
        std::fs::write(&mine, "x".repeat(5000)).unwrap();
        kept.keep(&SessionId::new("a"), Format::SessionLog, b"words").unwrap();
        assert!(mine.exists() && kept.all().unwrap().len() == 1);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_zero_megabytes_keep_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Kept::new(dir.path(), 0).is_none());
        let kept = kept(dir.path(), 1_000_000);
        let id = SessionId::new("a");
        kept.keep(&id, Format::SessionLog, b"words").unwrap();
        std::fs::write(kept.path(&id, Format::SessionLog), "no gzip at all").unwrap();
        kept.read(&id).unwrap_err();
    }
}
