//! The cache's file: where it is, that only its owner can read it, opening it, and beginning anew.
//!
//! ```text
//! missing ───────────────> made, 0600 in a folder of 0700
//! ours ──────────────────> used
//! older, torn, not ours ─> removed with its log, made anew
//! newer, a link ─────────> left alone: nothing is cached in this run
//! ```

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::domain::{Fault, FaultKind};
use crate::runtime::private;

/// What this program reads and writes. An older file is begun anew: it can be fetched again.
const VERSION: u32 = 3;
/// `atcC`, in the file's header.
const APPLICATION: u32 = 0x6174_6343;
/// For another console that writes at this moment.
const BUSY: Duration = Duration::from_secs(1);

const LAYOUT: &str = "
    CREATE TABLE hosts (
        host INTEGER PRIMARY KEY,
        api TEXT NOT NULL UNIQUE,
        viewer INTEGER,
        login TEXT
    ) STRICT;
    CREATE TABLE tasks (
        host INTEGER NOT NULL,
        id TEXT NOT NULL,
        repo TEXT NOT NULL,
        touched INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        row TEXT NOT NULL,
        details TEXT,
        diagnosis TEXT,
        UNIQUE (host, id)
    ) STRICT;
    CREATE INDEX tasks_by_repo ON tasks (host, repo, touched);
    CREATE TABLE pulls (
        host INTEGER NOT NULL,
        repo TEXT NOT NULL,
        id INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        row TEXT NOT NULL,
        PRIMARY KEY (host, repo, id)
    ) STRICT;
    CREATE TABLE people (
        host INTEGER NOT NULL,
        id INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        login TEXT NOT NULL,
        PRIMARY KEY (host, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE names (
        host INTEGER NOT NULL,
        id INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (host, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sources (
        host INTEGER NOT NULL,
        source TEXT NOT NULL,
        good_at INTEGER NOT NULL,
        PRIMARY KEY (host, source)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE wholes (
        host INTEGER NOT NULL,
        repo TEXT NOT NULL,
        newest INTEGER NOT NULL,
        whole_at INTEGER,
        pages INTEGER NOT NULL,
        PRIMARY KEY (host, repo)
    ) STRICT, WITHOUT ROWID;
";

/// Opens the file, makes it where it is missing, and begins it anew where it cannot be read.
pub(super) fn open(path: &Path) -> Result<Connection, Fault> {
    let _alone = alone(path)?;
    look_at(path)?;
    match connect(path) {
        Ok(Found::Ours(connection)) => Ok(connection),
        Ok(Found::Newer(version)) => Err(newer(path, version)),
        Ok(Found::Other) => begin_anew(path),
        Err(error) if is_broken(&error) => {
            tracing::warn!(%error, "the cache cannot be read and begins anew");
            begin_anew(path)
        }
        Err(error) => Err(unusable(path, &error)),
    }
}

/// After a connection found the file broken: an empty one.
pub(super) fn reopen(path: &Path) -> Result<Connection, Fault> {
    let _alone = alone(path)?;
    look_at(path)?;
    begin_anew(path)
}

/// Removes the file and what belongs to it. True: there was one. Consoles that have it open go on with what they hold.
pub fn remove(path: &Path) -> Result<bool, Fault> {
    if fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(false);
    }
    let _alone = alone(path)?;
    remove_all(path).map_err(|error| unusable(path, &error))?;
    Ok(true)
}

/// The file, its log and the log's index.
pub fn parts(path: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", ""].map(|end| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    })
}

/// The log goes first: left behind, it would be taken for the new file's.
fn remove_all(path: &Path) -> io::Result<()> {
    for part in parts(path) {
        match fs::remove_file(part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Several consoles may start at the same moment, and one may find the file broken that another has just made: opening
/// and removing are done by one of them at a time.
fn alone(path: &Path) -> Result<File, Fault> {
    const TRIES: u32 = 100;
    let folder = path.parent().unwrap_or(Path::new("."));
    let lock = || -> io::Result<File> {
        private::folder(folder)?;
        let file = private::append(&path.with_extension("lock"))?;
        for _ in 0..TRIES {
            match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(file),
                Err(rustix::io::Errno::WOULDBLOCK) => std::thread::sleep(BUSY / TRIES),
                Err(error) => return Err(error.into()),
            }
        }
        Err(io::Error::new(io::ErrorKind::WouldBlock, "another atc has been opening it for too long"))
    };
    lock().map_err(|error| unusable(folder, &error))
}

/// A file of ours or none. A link may lead anywhere and is left alone.
fn look_at(path: &Path) -> Result<(), Fault> {
    let looked = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => fs::set_permissions(path, Permissions::from_mode(0o600)),
        Ok(_) => Err(io::Error::other("it is a link or a folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => private::create(path).map(drop),
        Err(error) => Err(error),
    };
    looked.map_err(|error| unusable(path, &error))
}

/// What a file turned out to be.
enum Found {
    Ours(Connection),
    Newer(u32),
    /// An older one, or none of ours.
    Other,
}

fn connect(path: &Path) -> rusqlite::Result<Found> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A statement that is kept is planned once.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, u32>(0));
    let tables = number("SELECT count(*) FROM sqlite_master")?;
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    match (application, version) {
        (APPLICATION, VERSION) => {}
        (APPLICATION, newer) if newer > VERSION => return Ok(Found::Newer(newer)),
        (0, 0) if tables == 0 => {}
        _ => return Ok(Found::Other),
    }
    if tables == 0 {
        // Space that is given up goes back to the disk. Said before the first table is made, and only then: to a file that
        // has tables it is a write, which the first picture would wait for.
        connection.execute_batch("PRAGMA auto_vacuum=INCREMENTAL")?;
    }
    connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
    // A cache may lose its last seconds with the power; it must not wait for the disk. What is dropped is wiped: it may
    // be dropped because somebody else looks now.
    connection.execute_batch("PRAGMA synchronous=NORMAL; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON")?;
    if tables == 0 {
        let make = format!(
            "BEGIN IMMEDIATE; {LAYOUT} PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; COMMIT"
        );
        connection.execute_batch(&make)?;
    }
    Ok(Found::Ours(connection))
}

fn begin_anew(path: &Path) -> Result<Connection, Fault> {
    remove_all(path).and_then(|()| private::create(path).map(drop)).map_err(|error| unusable(path, &error))?;
    match connect(path) {
        Ok(Found::Ours(connection)) => Ok(connection),
        Ok(Found::Newer(version)) => Err(newer(path, version)),
        Ok(Found::Other) => Err(unusable(path, &"another program writes to it")),
        Err(error) => Err(unusable(path, &error)),
    }
}

/// The content is at fault, not the disk or the rights: with an empty file all would be well.
pub(super) fn is_broken(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        // `Unknown` is a statement that the tables found do not fit.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown | ErrorCode::TypeMismatch) => {
            true
        }
        Some(_) => false,
        None => true,
    }
}

fn unusable(path: &Path, why: &dyn std::fmt::Display) -> Fault {
    let what = format!("the cache {} cannot be used: {why}", path.display());
    Fault::new(FaultKind::Local, what, "all else works; mend it, or switch it off with cache = false")
}

fn newer(path: &Path, version: u32) -> Fault {
    let what = format!("the cache {} is of a newer atc (layout {version})", path.display());
    Fault::new(FaultKind::Unsupported, what, "all else works; it is left as it is for the newer one")
}
