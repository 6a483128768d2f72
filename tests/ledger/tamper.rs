//! Any edit of a written ledger shows.

use std::fs;
use std::path::{Path, PathBuf};

use atc::ledger::sqlite::Sqlite;
use atc::ledger::{Chain, Entry, Ledger, Outcome};
use uuid::Uuid;

use crate::make::{at, confirmed, file, intent, is_long, open};

/// A closed ledger of 100 rows: everything is in the one file, nothing in the log.
fn written(folder: &tempfile::TempDir) -> PathBuf {
    let file = file(folder);
    let ledger = open(&file);
    for number in 1..=50 {
        ledger.claim(&intent(number)).unwrap();
        let outcome = if number % 3 == 0 { Outcome::Unknown("reset".into()) } else { confirmed("t1") };
        ledger.record(Uuid::from_u128(number), at(1), &outcome).unwrap();
    }
    drop(ledger);
    assert!(!file.with_file_name("ledger.db-wal").exists());
    file
}

fn edit(file: &Path, statement: &str) {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch("DROP TRIGGER intents_stay; DROP TRIGGER intents_keep").unwrap();
    connection.execute_batch("DROP TRIGGER outcomes_stay; DROP TRIGGER outcomes_keep").unwrap();
    connection.execute_batch(statement).unwrap();
}

#[test]
fn rows_cannot_be_changed_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(&folder);
    let connection = rusqlite::Connection::open(&file).unwrap();
    for statement in [
        "DELETE FROM intents",
        "UPDATE intents SET who = 'x'",
        "DELETE FROM outcomes",
        "UPDATE outcomes SET detail = ''",
    ] {
        let error = connection.execute_batch(statement).unwrap_err();
        assert!(error.to_string().contains("only grows"), "{statement}: {error}");
    }
}

#[test]
fn an_edit_behind_the_programs_back_is_found_at_its_row() {
    for (statement, expected) in [
        ("UPDATE intents SET who = 'eve' WHERE row = 41", 41),
        ("UPDATE intents SET template = NULL WHERE row = 3", 3),
        ("UPDATE intents SET at = '2030-01-01T00:00:00.000000000Z' WHERE row = 5", 5),
        ("UPDATE intents SET at = 'yesterday' WHERE row = 5", 5),
        ("UPDATE intents SET action = 'dance' WHERE row = 7", 7),
        ("UPDATE outcomes SET kind = 'rejected' WHERE row = 2", 2),
        ("UPDATE outcomes SET row = 1000 WHERE row = 100", 100),
        ("UPDATE intents SET row = -1 WHERE row = 1", 1),
        ("DELETE FROM outcomes WHERE row = 50", 50),
        ("DELETE FROM outcomes WHERE row = 100", 100),
        ("UPDATE head SET rows = 99", 101),
        ("UPDATE head SET hash = zeroblob(32)", 101),
        ("DELETE FROM outcomes WHERE row = 100; UPDATE head SET rows = 99", 100),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = written(&folder);
        assert!(matches!(open(&file).verify().unwrap(), Chain::Intact { rows: 100, .. }));
        edit(&file, statement);
        match open(&file).verify().unwrap() {
            Chain::Broken { row, .. } => assert_eq!(row, expected, "{statement}"),
            Chain::Intact { .. } => panic!("not found: {statement}"),
        }
    }
}

/// What a reader of the file can learn: its rows, or that it is damaged.
fn read(file: &Path) -> Option<Vec<Entry>> {
    let ledger = Sqlite::open(file).ok()?;
    matches!(ledger.verify(), Ok(Chain::Intact { .. })).then(|| ledger.recent(usize::MAX).ok()).flatten()
}

/// Flips bytes of a written ledger, one at a time: each flip is reported, or leaves every row as it was.
fn flip_every(stride: usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = written(&folder);
    let (good, rows) = (fs::read(&file).unwrap(), read(&file).unwrap());
    let copy = folder.path().join("copy.db");
    for (place, flip) in (0..good.len()).step_by(stride).zip([0x01, 0xFF, 0x80].into_iter().cycle()) {
        let mut bad = good.clone();
        bad[place] ^= flip;
        fs::write(&copy, &bad).unwrap();
        if let Some(found) = read(&copy) {
            assert!(found == rows, "byte {place} changed the rows unseen");
        }
        for log in ["copy.db-wal", "copy.db-shm"] {
            drop(fs::remove_file(folder.path().join(log)));
        }
    }
}

#[test]
fn a_flipped_byte_is_reported_or_harmless() {
    flip_every(211);
}

#[test]
#[ignore = "every byte of the file: minutes"]
fn any_flipped_byte_is_reported_or_harmless() {
    flip_every(1);
}

#[test]
fn a_tail_cut_off_or_written_over_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(&folder);
    let (good, rows) = (fs::read(&file).unwrap(), read(&file).unwrap());
    for length in (1..=64).chain([511, 4096, 5000, good.len() - 100, good.len() - 1]) {
        fs::write(&file, &good[..good.len() - length]).unwrap();
        assert!(read(&file).is_none_or(|found| found == rows), "{length} bytes cut off");
        let mut garbled = good.clone();
        let at = garbled.len() - length;
        garbled[at..].fill(0xA5);
        fs::write(&file, &garbled).unwrap();
        assert!(read(&file).is_none_or(|found| found == rows), "{length} bytes written over");
    }
}

/// Power lost while the log was being written: its last page is torn. What is left is a state that once was.
#[test]
fn a_torn_log_opens_to_an_earlier_state() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let ledger = open(&file);
    for number in 1..=10 {
        ledger.claim(&intent(number)).unwrap();
    }
    let (main, log) = (fs::read(&file).unwrap(), fs::read(file.with_file_name("ledger.db-wal")).unwrap());
    let mut seen = 0;
    let stride = if is_long() { (log.len() / 5000).max(1) } else { 509 };
    for length in (0..log.len()).step_by(stride) {
        let torn = tempfile::tempdir().unwrap();
        let file = torn.path().join("l.db");
        fs::write(&file, &main).unwrap();
        fs::write(torn.path().join("l.db-wal"), &log[..length]).unwrap();
        let ledger = open(&file);
        let found: Vec<_> = crate::make::numbers(&ledger);
        assert_eq!(found, (1..=found.len() as u128).collect::<Vec<_>>(), "torn at {length}");
        assert!(found.len() >= seen, "torn at {length}");
        seen = found.len();
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { .. }), "torn at {length}");
        ledger.claim(&intent(99)).unwrap();
    }
    assert!(seen >= 9);
}
