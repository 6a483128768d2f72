//! Files of earlier layouts: read as they are, and brought to the present one without a row changed.

use std::path::Path;

use atc::ledger::chain::{ROOT, Row, link};
use atc::ledger::export::hex;
use atc::ledger::{Chain, Intent, Ledger, Wanted};
use uuid::Uuid;

use crate::make::{at, confirmed, numbers, open, seen, whole};

/// Written down as it was, hashes and all.
const FIRST: &str = include_str!("first.sql");
/// The first row of a ledger, reckoned from the second layout's description alone.
const SECOND_ROW: &str = "777e572c421ad642a360aa0387b27363647c574565d58784c6ee6b587922062b";

fn first(file: &Path) {
    rusqlite::Connection::open(file).unwrap().execute_batch(FIRST).unwrap();
}

#[test]
fn an_old_file_is_brought_to_the_present_layout_and_its_rows_still_verify() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    first(&file);
    let ledger = open(&file);
    assert_eq!(ledger.schema_version(), 4);
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
fn an_old_row_that_was_given_a_new_field_no_longer_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    first(&file);
    drop(open(&file));
    let forge = "DROP TRIGGER intents_keep; UPDATE intents SET ticket = 'OPS-1' WHERE row = 3";
    rusqlite::Connection::open(&file).unwrap().execute_batch(forge).unwrap();
    assert!(matches!(open(&file).verify().unwrap(), Chain::Broken { row: 3, .. }));
}

/// A file as the second layout left it: what came later is not there.
fn second(file: &Path) {
    let ledger = open(file);
    for number in 1..=3 {
        ledger.claim(&Intent { plan: None, ..whole(number) }).unwrap();
    }
    drop(ledger);
    let back = "DROP INDEX observed_origins; DROP INDEX intents_by_plan; ALTER TABLE intents DROP COLUMN plan;
                DROP INDEX intents_by_key; ALTER TABLE intents DROP COLUMN once_key; PRAGMA user_version = 2";
    rusqlite::Connection::open(file).unwrap().execute_batch(back).unwrap();
}

#[test]
fn a_file_without_plans_and_keys_is_brought_to_the_present_layout_and_its_rows_still_verify() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    second(&file);
    let ledger = open(&file);
    assert_eq!(ledger.schema_version(), 4);
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 3, .. }));
    ledger.claim(&whole(9)).unwrap();
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 4, .. }));
    let wanted = Wanted { plan: whole(9).plan, ..Wanted::default() };
    assert_eq!(
        ledger.find(&wanted, 9).unwrap().iter().map(|entry| entry.intent.clone()).collect::<Vec<_>>(),
        [whole(9)]
    );
    assert_eq!(ledger.number(&wanted).unwrap(), 1);
    let keyed = Intent { key: Some("nightly".into()), ..whole(10) };
    assert_eq!(ledger.claim_once(&keyed, at(0)).unwrap(), None);
    assert_eq!(ledger.recent(1).unwrap().remove(0).intent, keyed);
    drop(ledger);
    // The key is part of what is proved.
    let forge = "DROP TRIGGER intents_keep; UPDATE intents SET once_key = 'weekly' WHERE row = 5";
    rusqlite::Connection::open(&file).unwrap().execute_batch(forge).unwrap();
    assert!(matches!(open(&file).verify().unwrap(), Chain::Broken { row: 5, .. }));
}

#[test]
fn a_row_of_the_second_layout_is_hashed_as_it_was_then() {
    let bare = Row::Intent(&Intent { plan: None, ..whole(1) });
    assert_eq!(hex(link(&ROOT, 1, bare)), SECOND_ROW);
    assert_ne!(link(&ROOT, 1, bare), link(&ROOT, 1, Row::Intent(&whole(1))), "a plan is covered, too");
}

#[test]
fn an_old_row_that_was_made_a_plans_no_longer_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("l.db");
    second(&file);
    drop(open(&file));
    let forge =
        "DROP TRIGGER intents_keep; UPDATE intents SET plan = x'00112233445566778899aabbccddeeff' WHERE row = 2";
    rusqlite::Connection::open(&file).unwrap().execute_batch(forge).unwrap();
    assert!(matches!(open(&file).verify().unwrap(), Chain::Broken { row: 2, .. }));
}
