//! The journal: what the program did, for looking after something went wrong. One private file in the state directory,
//! with one older one beside it; no secrets, no escape sequences.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use super::private;
use crate::domain::{Fault, FaultKind, Now};
use crate::text::redact::redact;

/// Bytes after which the journal starts anew.
const LARGEST: u64 = 4 * 1024 * 1024;
const NAME: &str = "atc.log";

/// Starts the journal of this process. Without one the console works all the same, so a failure is a fault to show.
pub fn start(state_dir: &Path, level: LevelFilter, now: Now) -> Result<(), Fault> {
    if level == LevelFilter::OFF {
        return Ok(());
    }
    let fault = |error: &dyn fmt::Display| {
        let what = format!("The journal {} could not be opened: {error}", state_dir.join(NAME).display());
        Fault::new(FaultKind::Local, what, "check the folder's owner and space, or use --log-level off")
    };
    let subscriber = subscriber(state_dir, level, now).map_err(|error| fault(&error))?;
    tracing::subscriber::set_global_default(subscriber).map_err(|error| fault(&error))
}

fn subscriber(state_dir: &Path, level: LevelFilter, now: Now) -> io::Result<impl Subscriber + Send + Sync> {
    private::folder(state_dir)?;
    let journal = Journal::open(state_dir.join(NAME), LARGEST)?;
    let format = tracing_subscriber::fmt().with_ansi(false).with_timer(Time(now)).with_max_level(level);
    Ok(format.with_writer(Mutex::new(journal)).finish())
}

/// The clock of the program instead of the library's own.
struct Time(Now);

impl FormatTime for Time {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        write!(w, "{}", (self.0)().format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }
}

struct Journal {
    path: PathBuf,
    file: File,
    size: u64,
    largest: u64,
}

impl Journal {
    fn open(path: PathBuf, largest: u64) -> io::Result<Self> {
        let file = private::append(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { path, file, size, largest })
    }

    fn start_anew(&mut self) -> io::Result<()> {
        std::fs::rename(&self.path, self.path.with_extension("log.1"))?;
        self.file = private::append(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for Journal {
    /// One call is one line: the formatter writes each whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let safe = redact(&String::from_utf8_lossy(line));
        if self.size + safe.len() as u64 > self.largest {
            self.start_anew()?;
        }
        self.file.write_all(safe.as_bytes())?;
        self.size += safe.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::MetadataExt;
    use std::sync::Arc;

    use super::*;
    use crate::domain::Instant;

    fn now() -> Now {
        Arc::new(|| Instant::UNIX_EPOCH)
    }

    #[test]
    fn lines_carry_the_programs_time_and_no_secret_or_escape() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let subscriber = subscriber(&state, LevelFilter::INFO, now()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(header = "Bearer ghp_CANARY0123456789", title = "\x1b]0;x\x07", "asked");
            tracing::debug!("not this");
        });
        let text = std::fs::read_to_string(state.join(NAME)).unwrap();
        assert!(text.starts_with("1970-01-01T00:00:00.000Z  INFO"), "{text}");
        assert!(text.contains("asked") && !text.contains("not this"), "{text}");
        assert!(!text.contains("CANARY") && !text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&state), mode(&state.join(NAME))), (0o700, 0o600));
    }

    #[test]
    fn a_full_journal_starts_anew_and_keeps_one_older_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(dir.path().join(NAME), 20).unwrap();
        for line in ["first line\n", "second line\n", "third line\n"] {
            journal.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(dir.path().join(NAME)).unwrap(), "third line\n");
        assert_eq!(std::fs::read_to_string(dir.path().join("atc.log.1")).unwrap(), "second line\n");
    }

    #[test]
    fn a_symlink_in_the_journals_place_is_refused_in_words() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/null", dir.path().join(NAME)).unwrap();
        let fault = start(dir.path(), LevelFilter::INFO, now()).unwrap_err();
        assert!(fault.what.contains(NAME) && !fault.next_step.is_empty());
    }

    #[test]
    fn no_journal_at_all_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        start(dir.path(), LevelFilter::OFF, now()).unwrap();
        assert!(!dir.path().join(NAME).exists());
    }
}
