//! The file itself: where it may be, who may read it, and opening it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::fault::{from_io, from_sqlite};
use crate::domain::{Fault, FaultKind};

const BUSY: Duration = Duration::from_secs(5);

/// Makes folder and file where they are missing, and gives the path with the folder's links resolved. Links in the
/// folder are the operator's own arrangement; the file itself must not be one.
pub(super) fn prepare(file: &Path) -> Result<PathBuf, Fault> {
    let name = file.file_name().ok_or_else(|| not_a_file(file))?;
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    make_folder(folder).map_err(|error| from_io(folder, "make the folder", &error))?;
    let path = fs::canonicalize(folder).map_err(|error| from_io(folder, "find the folder", &error))?.join(name);
    match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_symlink() => Err(Fault::new(
            FaultKind::Refused,
            format!("the ledger {} is a symbolic link", path.display()),
            "name the real file with `ledger` in the config",
        )),
        Ok(meta) if !meta.is_file() => Err(not_a_file(&path)),
        Ok(meta) => {
            close_to_others(&path, &meta);
            if meta.len() > 0 && !has_header(&path).map_err(|error| from_io(&path, "read the ledger", &error))? {
                return Err(not_a_ledger(&path));
            }
            Ok(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => match make_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(from_io(&path, "make the ledger", &error))
            }
            // Another console was faster; it makes the same file.
            _ => Ok(path),
        },
        Err(error) => Err(from_io(&path, "look at the ledger", &error)),
    }
}

fn not_a_file(path: &Path) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("the ledger {} is not a file", path.display()),
        "name a file with `ledger` in the config",
    )
}

/// `SQLite` itself takes a file shorter than a header for an empty database and would start anew in it.
fn has_header(path: &Path) -> io::Result<bool> {
    use io::Read;
    let mut start = Vec::new();
    fs::File::open(path)?.take(100).read_to_end(&mut start)?;
    Ok(start.len() == 100 && start.starts_with(b"SQLite format 3\0"))
}

fn not_a_ledger(path: &Path) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("{} is no ledger of atc, or what is left of one", path.display()),
        "move the file away, or name another file with `ledger` in the config",
    )
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn make_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// A file that came from a backup or another program. That it cannot be changed shows when it is written to.
#[cfg(unix)]
fn close_to_others(path: &Path, meta: &fs::Metadata) {
    use std::os::unix::fs::PermissionsExt;
    if meta.permissions().mode() & 0o077 != 0 {
        drop(fs::set_permissions(path, fs::Permissions::from_mode(0o600)));
    }
}

#[cfg(not(unix))]
fn close_to_others(_: &Path, _: &fs::Metadata) {}

/// A connection that can read the file's first page. It can write unless [`Connection::is_readonly`] says otherwise.
pub(super) fn connect(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let usual = try_connect(path, path.as_os_str().as_encoded_bytes(), flags | OpenFlags::SQLITE_OPEN_READ_WRITE);
    match usual {
        Err(_) if !has_unmerged_rows(path) => {
            // In a folder that cannot be written there is no place for the index of the write-ahead log. Without a log
            // to read the file is complete by itself.
            let uri = uri(path);
            let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            try_connect(path, uri.as_bytes(), flags).or(usual)
        }
        other => other,
    }
}

/// A connection that writes nothing.
pub(super) fn connect_to_read(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true).map_err(|error| from_sqlite(path, "open", &error))?;
    Ok(connection)
}

fn try_connect(path: &Path, name: &[u8], flags: OpenFlags) -> Result<Connection, Fault> {
    let name = std::str::from_utf8(name).map_err(|_| not_a_file(path))?;
    let connect = || {
        let connection = Connection::open_with_flags(name, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // A plan holds for whatever it is asked with: otherwise SQLite makes a new one each time a kept statement is used,
        // which takes ten times as long as the answer.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch(
            "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON; PRAGMA synchronous=FULL; PRAGMA fullfsync=ON;",
        )?;
        connection.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
        Ok(connection)
    };
    connect().map_err(|error| from_sqlite(path, "open", &error))
}

fn has_unmerged_rows(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|meta| meta.len() > 0)
}

fn uri(path: &Path) -> String {
    use std::fmt::Write;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(char::from(*byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// The write-ahead log is switched on once and stays on in the file. Two consoles that start on a new file at the same
/// moment get in each other's way here, and `SQLite` does not always wait for this lock by itself.
pub(super) fn keep_a_log(connection: &Connection) -> rusqlite::Result<()> {
    const TRIES: u32 = 100;
    connection.busy_timeout(Duration::ZERO)?;
    let mut tries = 1;
    let result = loop {
        match connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get::<_, String>(0)) {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => break Ok(()),
            Ok(_) if tries >= TRIES => break Err(rusqlite::Error::InvalidQuery),
            Err(error) if tries >= TRIES || error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
                break Err(error);
            }
            _ => {}
        }
        tries += 1;
        std::thread::sleep(BUSY / TRIES);
    };
    connection.busy_timeout(BUSY)?;
    result
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_kept_statement_is_planned_once_whatever_it_is_asked_with() {
        let dir = tempfile::tempdir().unwrap();
        let on = connect(&prepare(&dir.path().join("ledger.db")).unwrap()).unwrap();
        on.execute_batch("CREATE TABLE t (a, b); CREATE INDEX of_one ON t (a) WHERE b = 1").unwrap();
        for n in 0..3 {
            let mut kept = on.prepare_cached("SELECT a FROM t WHERE a = ?1 AND b = ?2").unwrap();
            assert!(!kept.exists([n, n]).unwrap());
            assert_eq!(kept.get_status(StatementStatus::RePrepare), 0);
        }
    }
}
