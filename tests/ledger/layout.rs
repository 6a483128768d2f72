//! A file of the first layout: read as it is, and brought to the present one without a row changed.

use std::path::Path;

use atc::ledger::{Chain, Intent, Ledger};
use uuid::Uuid;

use crate::make::{at, confirmed, numbers, open, seen, whole};

/// Written down as it was, hashes and all.
const FIRST: &str = include_str!("first.sql");

fn first(file: &Path) {
    rusqlite::Connection::open(file).unwrap().execute_batch(FIRST).unwrap();
}

#[test]
fn an_old_file_is_brought_to_the_present_layout_and_its_rows_still_verify() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    first(&file);
    let ledger = open(&file);
    assert_eq!(ledger.schema_version(), 3);
    assert_eq!(numbers(&ledger), [1, 2, 3]);
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 6, .. }));
    let old = ledger.recent(1).unwrap().remove(0).intent;
    assert_eq!((old.task.as_deref(), &old.granted, &old.prompt), (Some("t-1"), &None, &None));
    // It goes on in the same chain.
    ledger.claim(&whole(9)).unwrap();
    ledger.record(Uuid::from_u128(2), at(9), &confirmed("t-2")).unwrap();
    assert_eq!(ledger.observe(&[seen("t-2", "queued", 1)]).unwrap(), 1);
    drop(ledger);
    let again = open(&file);
    assert!(matches!(again.verify().unwrap(), Chain::Intact { rows: 9, .. }));
    assert_eq!(again.recent(1).unwrap()[0].intent, whole(9));
}

#[test]
fn a_file_of_the_second_layout_gets_room_for_keys_and_its_rows_still_verify() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    open(&file).claim(&whole(1)).unwrap();
    let back = "DROP INDEX intents_by_key; ALTER TABLE intents DROP COLUMN once_key; PRAGMA user_version = 2";
    rusqlite::Connection::open(&file).unwrap().execute_batch(back).unwrap();
    let ledger = open(&file);
    assert_eq!(ledger.schema_version(), 3);
    let keyed = Intent { key: Some("nightly".into()), ..whole(2) };
    assert_eq!(ledger.claim_once(&keyed, at(0)).unwrap(), None);
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 2, .. }));
    let found: Vec<_> = ledger.recent(2).unwrap().into_iter().map(|entry| entry.intent).collect();
    assert_eq!(found, [keyed, whole(1)]);
    drop(ledger);
    // The key is part of what is proved.
    let forge = "DROP TRIGGER intents_keep; UPDATE intents SET once_key = 'weekly' WHERE row = 2";
    rusqlite::Connection::open(&file).unwrap().execute_batch(forge).unwrap();
    assert!(matches!(open(&file).verify().unwrap(), Chain::Broken { row: 2, .. }));
}

#[test]
fn an_old_row_that_was_given_a_new_field_no_longer_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    first(&file);
    drop(open(&file));
    let forge = "DROP TRIGGER intents_keep; UPDATE intents SET ticket = 'OPS-1' WHERE row = 3";
    rusqlite::Connection::open(&file).unwrap().execute_batch(forge).unwrap();
    assert!(matches!(open(&file).verify().unwrap(), Chain::Broken { row: 3, .. }));
}
