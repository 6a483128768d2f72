//! The open file: its bytes, what it was when it was opened, and its first picture.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use crate::transcript::Format;
use crate::transcript::source::Bytes;
use crate::transcript::window::{self, Plan, Window};

/// A file up to this size is held whole: facets, outline and diagnosis look at all of it. A larger one is read by windows.
pub const WHOLE: u64 = 4 * 1024 * 1024;
/// Bytes taken from what is no file (a pipe), which cannot be read by offset.
const PIPE: u64 = 64 * 1024 * 1024;
/// The first picture waits so long for the disk at most.
const PATIENCE: Duration = Duration::from_millis(40);
/// Bytes at the end that prove that a file only grew.
const PROOF: u64 = 64;

/// A file that can be read at any offset.
#[derive(Debug)]
pub struct FileBytes(File);

impl Bytes for FileBytes {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut have = 0;
        while let Some(rest) = buffer.get_mut(have..).filter(|rest| !rest.is_empty()) {
            match self.0.read_at(rest, offset + have as u64) {
                Ok(0) => break,
                Ok(read) => have += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(have)
    }
}

/// The file as far as it is in memory. What is not is an error, and never waited for.
#[cfg(target_os = "linux")]
#[derive(Debug)]
struct Cached<'a>(&'a FileBytes);

#[cfg(target_os = "linux")]
impl Bytes for Cached<'_> {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        use rustix::io::ReadWriteFlags;
        let mut have = 0;
        while let Some(rest) = buffer.get_mut(have..).filter(|rest| !rest.is_empty()) {
            let mut rest = [io::IoSliceMut::new(rest)];
            match rustix::io::preadv2(&self.0.0, &mut rest, offset + have as u64, ReadWriteFlags::NOWAIT)? {
                0 => break,
                read => have += read,
            }
        }
        Ok(have)
    }
}

/// A log file as it is now. A new one takes its place when it grows or is replaced.
#[derive(Clone, Debug)]
pub struct LogFile {
    /// Counts openings: a file that was replaced is another.
    pub log: u64,
    pub bytes: Arc<FileBytes>,
    pub format: Format,
    pub len: u64,
    identity: (u64, u64),
    /// The bytes before `len`.
    proof: Vec<u8>,
}

impl LogFile {
    /// `None`: no file but a pipe or a device.
    pub fn open(path: &Path, log: u64) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        let found = file.metadata()?;
        if found.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !found.is_file() {
            return Ok(None);
        }
        let mut new = Self {
            log,
            bytes: Arc::new(FileBytes(file)),
            format: Format::JobLog,
            len: found.len(),
            identity: (found.dev(), found.ino()),
            proof: Vec::new(),
        };
        let mut head = vec![0; 64 * 1024];
        let read = new.bytes.read_at(0, &mut head)?;
        new.format = guess(head.get(..read).unwrap_or_default());
        new.proof = new.tail(new.len)?;
        Ok(Some(new))
    }

    /// The bytes before `end` that are kept as proof.
    fn tail(&self, end: u64) -> io::Result<Vec<u8>> {
        let start = end.saturating_sub(PROOF);
        let mut tail = vec![0; usize::try_from(end - start).unwrap_or_default()];
        let read = self.bytes.read_at(start, &mut tail)?;
        tail.truncate(read);
        Ok(tail)
    }

    /// What the file at `path` has become.
    pub fn look(&self, path: &Path) -> io::Result<Became> {
        let found = std::fs::metadata(path)?;
        let same = (found.dev(), found.ino()) == self.identity && found.len() >= self.len;
        if !same || self.tail(self.len)? != self.proof {
            return Ok(LogFile::open(path, self.log + 1)?.map_or(Became::Same, Became::Other));
        }
        if found.len() == self.len {
            return Ok(Became::Same);
        }
        let mut grown = self.clone();
        grown.len = found.len();
        grown.proof = grown.tail(grown.len)?;
        Ok(Became::Longer(grown))
    }

    pub fn read(&self, plan: Plan) -> io::Result<Window> {
        window::read(&*self.bytes, self.format, self.len, plan)
    }

    /// The bytes from `start` to the end as it was.
    pub fn rest(&self, start: u64) -> io::Result<Vec<u8>> {
        let mut rest = vec![0; usize::try_from(self.len.saturating_sub(start)).unwrap_or_default()];
        let read = self.bytes.read_at(start, &mut rest)?;
        rest.truncate(read);
        Ok(rest)
    }

    /// Its last line has no newline yet.
    pub fn ends_in_half_a_line(&self) -> bool {
        self.proof.last().is_some_and(|byte| *byte != b'\n')
    }

    pub fn is_whole(&self) -> bool {
        self.len <= WHOLE
    }
}

/// What became of a file.
#[derive(Debug)]
pub enum Became {
    Same,
    Longer(LogFile),
    /// It shrank, or another stands in its place.
    Other(LogFile),
}

/// Session-log records start with `data:`; a job log's lines with a time.
fn guess(head: &[u8]) -> Format {
    let is_record = |line: &[u8]| line.trim_ascii_start().starts_with(b"data:");
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.split(|byte| *byte == b'\n').any(is_record) { Format::SessionLog } else { Format::JobLog }
}

/// A file that was opened, with what can be shown of it at once.
#[derive(Debug)]
pub enum Begun {
    /// Held whole. `file`: where more may come from; a pipe gives no more.
    Whole { format: Format, bytes: Vec<u8>, file: Option<LogFile> },
    /// Its end; `None`: the disk takes its time.
    Window { file: LogFile, window: Option<Box<Window>> },
}

/// Opens a log.
pub fn begin(path: &Path) -> io::Result<Begun> {
    let Some(file) = LogFile::open(path, 1)? else {
        let mut bytes = Vec::new();
        File::open(path)?.take(PIPE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > PIPE {
            return Err(io::Error::other("more than 64 MB from what is no file; save it to one first"));
        }
        return Ok(Begun::Whole { format: guess(&bytes), bytes, file: None });
    };
    if file.is_whole() {
        let bytes = file.rest(0)?;
        return Ok(Begun::Whole { format: file.format, bytes, file: Some(file) });
    }
    // Nearly always the end is in memory.
    #[cfg(target_os = "linux")]
    if let Ok(window) = window::read(&Cached(&file.bytes), file.format, file.len, Plan::first()) {
        return Ok(Begun::Window { file, window: Some(Box::new(window)) });
    }
    // From a cold disk it may take a while: the frame is drawn without it then.
    let (tell, told) = mpsc::sync_channel(1);
    let reader = file.clone();
    std::thread::spawn(move || drop(tell.send(reader.read(Plan::first()))));
    let window = told.recv_timeout(PATIENCE).ok().transpose()?.map(Box::new);
    Ok(Begun::Window { file, window })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use super::*;

    #[test]
    fn growth_is_told_from_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        let file = LogFile::open(&path, 1).unwrap().unwrap();
        assert!(matches!(file.look(&path).unwrap(), Became::Same));
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"three\n").unwrap();
        let Became::Longer(file) = file.look(&path).unwrap() else { panic!("it grew") };
        assert_eq!((file.len, file.log, file.rest(8).unwrap()), (14, 1, b"three\n".to_vec()));
        // Written anew in place, longer than before.
        std::fs::write(&path, "another\nlog altogether\n").unwrap();
        assert!(matches!(file.look(&path).unwrap(), Became::Other(new) if new.log == 2 && new.len == 23));
        std::fs::write(&path, "x\n").unwrap();
        assert!(matches!(file.look(&path).unwrap(), Became::Other(_)));
        // Another file under the same name with the same bytes at its end.
        let beside = dir.path().join("beside");
        std::fs::write(&beside, "one\ntwo\nthree\n").unwrap();
        std::fs::rename(&beside, &path).unwrap();
        assert!(matches!(file.look(&path).unwrap(), Became::Other(_)));
        std::fs::remove_file(&path).unwrap();
        file.look(&path).unwrap_err();
    }

    #[test]
    fn records_are_known_by_their_beginning() {
        assert_eq!(guess(b"\n: comment\ndata: {}\n"), Format::SessionLog);
        assert_eq!(guess(b"\xef\xbb\xbfdata: {}\n"), Format::SessionLog);
        assert_eq!(guess(b"2026-09-09T10:00:00.0000000Z data: no\n"), Format::JobLog);
        assert_eq!(guess(b""), Format::JobLog);
    }

    #[test]
    fn a_small_file_is_held_and_a_large_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "one\n").unwrap();
        assert!(matches!(begin(&path).unwrap(), Begun::Whole { bytes, file: Some(_), .. } if bytes == b"one\n"));
        let line = "2026-09-09T10:00:00.0000000Z words\n";
        let lines = usize::try_from(WHOLE).unwrap() / line.len() + 1;
        std::fs::write(&path, line.repeat(lines)).unwrap();
        let Begun::Window { file, window } = begin(&path).unwrap() else { panic!("it is large") };
        assert_eq!(file.len, window.unwrap().frame.range.end);
        begin(dir.path()).unwrap_err();
    }
}
