//! `SQLite`'s errors in the operator's words.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::domain::{Fault, FaultKind};

/// `doing` completes "could not …".
pub(super) fn from_sqlite(file: &Path, doing: &str, error: &rusqlite::Error) -> Fault {
    let (why, next) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ("the disk is full", "free some space, then try again"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("another program holds it", "try again; if it stays, look who has the file open")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
            "it cannot be written",
            "check the file's owner and mode, or name another file with `ledger` in the config",
        ),
        Some(ErrorCode::CannotOpen) => (
            "it cannot be opened",
            "check the folder's owner and mode, or name another file with `ledger` in the config",
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            ("it is damaged", "move the file away to start a new ledger, and keep it for recovery")
        }
        Some(ErrorCode::SystemIoFailure) => ("the disk reports an error", "check the disk; nothing was sent"),
        _ => ("it does not hold what it should", "move the file away to start a new ledger, and keep it for recovery"),
    };
    Fault::new(FaultKind::Local, format!("could not {doing} the ledger {}: {why} ({error})", file.display()), next)
}

/// Whether it is what is written, or what it is written after, that cannot be taken: another try ends the same.
pub(super) fn is_of_content(error: &rusqlite::Error) -> bool {
    use ErrorCode::{ConstraintViolation, TooBig, TypeMismatch};
    matches!(error.sqlite_error_code(), None | Some(ConstraintViolation | TooBig | TypeMismatch))
}

pub(super) fn from_io(path: &Path, doing: &str, error: &io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("could not {doing} {}: {error}", path.display()),
        "check the path, its owner and mode, or name another file with `ledger` in the config",
    )
}
