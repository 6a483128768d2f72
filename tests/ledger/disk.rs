//! Disks that are full, read-only or not what they should be: never a panic, never an action without its record.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;

use atc::domain::FaultKind;
use atc::ledger::sqlite::Sqlite;
use atc::ledger::{Chain, Ledger};

use crate::child::{said, writer};
use crate::make::{file, intent, numbers, open};

fn sql(file: &Path, statement: &str) {
    rusqlite::Connection::open(file).unwrap().execute_batch(statement).unwrap();
}

#[test]
#[cfg(unix)]
fn the_ledger_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let ledger = open(&file);
    ledger.claim(&intent(1)).unwrap();
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        assert_eq!(mode(&file.with_file_name(name)), 0o600, "{name}");
    }
    drop(ledger);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    drop(open(&file));
    assert_eq!(mode(&file), 0o600);
}

#[test]
#[cfg(unix)]
fn a_symbolic_link_in_place_of_the_file_is_refused_and_its_target_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("elsewhere"), folder.path().join("ledger.db"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    assert_eq!(Sqlite::open(&link).unwrap_err().kind, FaultKind::Refused);
    assert!(!target.exists());
    fs::write(&target, "mine").unwrap();
    assert_eq!(Sqlite::open(&link).unwrap_err().kind, FaultKind::Refused);
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
}

#[test]
#[cfg(unix)]
fn a_folder_reached_over_a_link_is_fine_and_so_is_an_odd_name() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real %41?#&;");
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, folder.path().join("link")).unwrap();
    let ledger = open(&folder.path().join("link").join("my ledger?mode=ro#.db"));
    ledger.claim(&intent(1)).unwrap();
    assert!(real.join("my ledger?mode=ro#.db").exists());
}

#[test]
fn what_is_not_a_ledger_is_left_alone_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    fs::write(&file, "this is a letter to somebody, not a database, and long enough to be read as a header").unwrap();
    let before = fs::read(&file).unwrap();
    let fault = Sqlite::open(&file).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Local);
    assert!(fault.what.contains("/x"), "{fault}");
    assert_eq!(fs::read(&file).unwrap(), before);

    let other = folder.path().join("other.db");
    sql(&other, "CREATE TABLE bookmarks (url TEXT)");
    let fault = Sqlite::open(&other).unwrap_err();
    assert!(fault.what.contains("no ledger of atc"), "{fault}");

    assert_eq!(Sqlite::open(folder.path()).unwrap_err().kind, FaultKind::Local);
    assert_eq!(Sqlite::open(&file.join("below-a-file").join("l.db")).unwrap_err().kind, FaultKind::Local);
    assert_eq!(Sqlite::open(Path::new("")).unwrap_err().kind, FaultKind::Local);
}

#[test]
fn an_empty_file_becomes_a_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    fs::write(&file, "").unwrap();
    open(&file).claim(&intent(1)).unwrap();
    assert_eq!(numbers(&open(&file)), [1]);
}

#[test]
fn the_ledger_of_a_newer_program_is_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    open(&file).claim(&intent(1)).unwrap();
    sql(&file, "ALTER TABLE intents ADD COLUMN mood TEXT; PRAGMA user_version = 99");
    let ledger = open(&file);
    assert_eq!(ledger.schema_version(), 99);
    assert_eq!(numbers(&ledger), [1]);
    let fault = ledger.claim(&intent(2)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unsupported);
    assert_eq!(ledger.writable().unwrap_err(), fault);
    assert!(fault.what.contains("newer atc") && fault.what.contains("99"), "{fault}");
    assert_eq!(numbers(&ledger), [1]);
}

#[test]
fn a_running_program_stops_writing_when_a_newer_one_changes_the_layout() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let ledger = open(&file);
    ledger.claim(&intent(1)).unwrap();
    sql(&file, "PRAGMA user_version = 99");
    assert_eq!(ledger.claim(&intent(2)).unwrap_err().kind, FaultKind::Unsupported);
    assert_eq!(numbers(&ledger), [1]);
}

#[test]
fn a_ledger_that_cannot_be_opened_refuses_every_action_and_never_looks_empty() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = atc::ledger::open(folder.path());
    assert!(ledger.writable().is_err() && ledger.claim(&intent(1)).is_err());
    assert!(ledger.recent(1).is_err() && ledger.unresolved().is_err() && ledger.verify().is_err());
}

/// A file system that takes no more: the child may write files up to a size, and the write that goes beyond fails as
/// it does on a full disk. One round for each of many sizes, so that the failure meets every kind of write.
#[test]
#[cfg(unix)]
fn a_full_disk_refuses_the_claim_and_keeps_every_acknowledged_one() {
    let mut refused = 0;
    for blocks in (0..400).step_by(16) {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!(r#"trap "" XFSZ; ulimit -f {blocks}; exec "$0" "$@""#)]);
        shell.arg(std::env::current_exe().unwrap());
        let mut child = writer(&mut shell, &file, 0);
        let lines: Vec<_> = said(BufReader::new(child.stdout.take().unwrap()), "claimed").collect();
        child.wait().unwrap();
        refused += usize::from(!lines.is_empty());
        let ledger = open(&file);
        let there: Vec<_> = numbers(&ledger).iter().map(u128::to_string).collect();
        assert!(there.len() <= lines.len() + 1 && there.starts_with(&lines), "{blocks}: {there:?} {lines:?}");
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { .. }), "{blocks}");
        // With room again it goes on.
        ledger.claim(&intent(1_000_000)).unwrap();
    }
    assert!(refused > 5, "the limits were too tight to get to a claim");
}

/// A disk that says it could not keep what was written, at the n-th time it is asked to: the claim is refused, and what
/// was acknowledged before is there.
#[test]
#[cfg(target_os = "linux")]
#[ignore = "needs strace, and a system that lets it trace"]
fn a_disk_that_fails_to_keep_refuses_the_claim_and_keeps_every_acknowledged_one() {
    let mut refused = 0;
    for nth in 1..=40 {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
        strace.args(["-e", &format!("inject=fsync,fdatasync:error=EIO:when={nth}")]);
        strace.arg(std::env::current_exe().unwrap());
        let mut child = writer(&mut strace, &file, 0);
        let mut claimed: Vec<String> = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            if line.contains("fault ") {
                refused += 1;
                break;
            }
            claimed.extend(line.split_once("claimed ").map(|(_, number)| number.to_owned()));
            // The fault has met a write nobody waits for. A writer that nobody listens to any more ends.
            if claimed.len() > 60 {
                break;
            }
        }
        child.wait().unwrap();
        let ledger = open(&file);
        let there: Vec<_> = numbers(&ledger).iter().map(u128::to_string).collect();
        assert!(there.starts_with(&claimed), "{nth}: {there:?} {claimed:?}");
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { .. }), "{nth}");
        ledger.claim(&intent(1_000_000)).unwrap();
    }
    assert!(refused > 10, "{refused} refused: the faults met no claim");
}

/// As somebody who may not write there. The superuser may write everywhere, so the child becomes nobody first.
#[test]
#[cfg(unix)]
fn a_home_that_cannot_be_written_is_read_and_every_claim_refused() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    open(&file).claim(&intent(1)).unwrap();
    let home = file.parent().unwrap();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(folder.path(), 0o755);
    set(home, 0o555);
    set(&file, 0o444);
    let program = folder.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    set(&program, 0o755);
    let mut child = Command::new(&program);
    child
        .args(["disk::look_only", "--exact", "--ignored", "--nocapture"])
        .env("LEDGER_TEST_LOOK_HERE", &file)
        .current_dir("/");
    if rustix::process::geteuid().is_root() {
        child.uid(65_534).gid(65_534);
    }
    // A child that another test starts at this moment holds the copy open for writing until it has become its own program.
    let output = loop {
        match child.output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => break output.unwrap(),
        }
    };
    set(home, 0o755);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(numbers(&open(&file)), [1]);
}

/// Not a test: what the child of the one above does.
#[test]
#[ignore = "runs only as a child of another test"]
fn look_only() {
    let Some(file) = std::env::var_os("LEDGER_TEST_LOOK_HERE") else { return };
    let file = Path::new(&file);
    let ledger = open(file);
    assert_eq!(numbers(&ledger), [1]);
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 1, .. }));
    let fault = ledger.claim(&intent(2)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Local);
    assert_eq!(ledger.writable().unwrap_err(), fault);
    assert!(fault.what.contains("cannot be written"), "{fault}");
    assert!(Sqlite::open(&file.with_file_name("new.db")).is_err());
}
