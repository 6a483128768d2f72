//! One suite for every implementation of the port.

use atc::domain::{Fault, FaultKind};
use atc::ledger::memory::{Memory, On};
use atc::ledger::{Action, Chain, Intent, Ledger, Outcome};
use uuid::Uuid;

use crate::make::{at, confirmed, file, intent, numbers, open, whole};

/// Runs a test on a new, empty ledger of every kind.
fn every_ledger(test: impl Fn(&dyn Ledger)) {
    test(&Memory::new());
    let folder = tempfile::tempdir().unwrap();
    test(&open(&file(&folder)));
}

#[test]
fn a_claim_is_given_back_whole() {
    every_ledger(|ledger| {
        let full = Intent { task: Some("t/1\u{202e}".to_owned()), action: Action::Cancel, ..whole(1) };
        let bare = Intent { prompt_hash: None, template: None, request: String::new(), ..intent(2) };
        ledger.claim(&full).unwrap();
        ledger.claim(&bare).unwrap();
        let found = ledger.recent(10).unwrap();
        assert_eq!(found.iter().map(|entry| &entry.intent).collect::<Vec<_>>(), [&bare, &full]);
        assert!(found.iter().all(|entry| entry.outcome.is_none()));
    });
}

#[test]
fn every_action_and_every_outcome_survives_the_round_trip() {
    every_ledger(|ledger| {
        for (number, action) in (1..).zip(Action::ALL) {
            ledger.claim(&Intent { action, ..intent(number) }).unwrap();
        }
        let outcomes = [confirmed("t1"), Outcome::Rejected("422 \u{1b}[31m".into()), Outcome::Unknown("reset".into())];
        for (number, outcome) in (1..).zip(&outcomes) {
            ledger.record(Uuid::from_u128(number), at(100), outcome).unwrap();
        }
        let found = ledger.recent(10).unwrap();
        assert_eq!(found.iter().rev().map(|entry| entry.intent.action).collect::<Vec<_>>(), Action::ALL);
        let recorded: Vec<_> = found.into_iter().rev().filter_map(|entry| entry.outcome).collect();
        assert_eq!(recorded, outcomes.map(|outcome| (at(100), outcome)));
    });
}

#[test]
fn the_same_action_cannot_be_claimed_twice() {
    every_ledger(|ledger| {
        ledger.claim(&intent(1)).unwrap();
        assert_eq!(ledger.claim(&intent(1)).unwrap_err().kind, FaultKind::Conflict);
        assert_eq!(numbers(ledger), [1]);
    });
}

#[test]
fn an_outcome_needs_a_claim() {
    every_ledger(|ledger| {
        let fault = ledger.record(Uuid::from_u128(9), at(1), &confirmed("t")).unwrap_err();
        assert_eq!(fault.kind, FaultKind::NotFound);
        assert_eq!(ledger.recent(10).unwrap(), []);
    });
}

#[test]
fn a_final_outcome_stays() {
    every_ledger(|ledger| {
        for (number, last) in [(1, confirmed("t")), (2, Outcome::Rejected("no".into()))] {
            let id = Uuid::from_u128(number);
            ledger.claim(&intent(number)).unwrap();
            ledger.record(id, at(1), &last).unwrap();
            for next in [confirmed("other"), Outcome::Unknown("?".into()), last.clone()] {
                assert_eq!(ledger.record(id, at(2), &next).unwrap_err().kind, FaultKind::Conflict);
            }
            assert_eq!(ledger.recent(1).unwrap()[0].outcome, Some((at(1), last)));
        }
    });
}

#[test]
fn an_unknown_outcome_is_unresolved_until_it_is_known() {
    every_ledger(|ledger| {
        for number in 1..=3 {
            ledger.claim(&intent(number)).unwrap();
        }
        let open_ones =
            || -> Vec<u128> { ledger.unresolved().unwrap().iter().map(|entry| entry.intent.id.as_u128()).collect() };
        assert_eq!(open_ones(), [1, 2, 3]);
        let id = Uuid::from_u128(2);
        ledger.record(id, at(10), &Outcome::Unknown("timeout".into())).unwrap();
        ledger.record(id, at(11), &Outcome::Unknown("still".into())).unwrap();
        assert_eq!(ledger.unresolved().unwrap()[1].outcome, Some((at(11), Outcome::Unknown("still".into()))));
        ledger.record(id, at(12), &confirmed("t9")).unwrap();
        assert_eq!(open_ones(), [1, 3]);
        assert_eq!(ledger.recent(2).unwrap()[1].outcome, Some((at(12), confirmed("t9"))));
    });
}

#[test]
fn order_is_the_order_of_writing_even_when_the_clock_steps_back() {
    every_ledger(|ledger| {
        for (number, second) in [(1, 100), (2, 50), (3, 75)] {
            ledger.claim(&Intent { at: at(second), ..intent(number) }).unwrap();
        }
        assert_eq!(numbers(ledger), [1, 2, 3]);
        assert_eq!(ledger.recent(2).unwrap()[0].intent.id.as_u128(), 3);
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 3, .. }));
    });
}

#[test]
fn counting_takes_the_kind_and_the_window_with_its_first_instant() {
    every_ledger(|ledger| {
        for (number, action) in [(10, Action::Start), (20, Action::Cancel), (30, Action::Start), (40, Action::Start)] {
            ledger.claim(&Intent { action, ..intent(number) }).unwrap();
        }
        ledger.record(Uuid::from_u128(30), at(50), &Outcome::Rejected("422".into())).unwrap();
        assert_eq!(ledger.count(Action::Start, at(30)).unwrap(), 2);
        assert_eq!(ledger.count(Action::Start, at(0)).unwrap(), 3);
        assert_eq!(ledger.count(Action::Cancel, at(21)).unwrap(), 0);
    });
}

#[test]
fn all_kinds_chain_the_same_rows_to_the_same_end() {
    let heads = std::cell::RefCell::new(Vec::new());
    every_ledger(|ledger| {
        assert_eq!(ledger.verify().unwrap(), Chain::Intact { rows: 0, head: [0; 32] });
        for number in 1..=20 {
            let claimed = if number % 2 == 0 { whole(number) } else { intent(number) };
            ledger.claim(&claimed).unwrap();
            ledger.record(Uuid::from_u128(number), at(1), &confirmed("t")).unwrap();
        }
        ledger.writable().unwrap();
        heads.borrow_mut().push(ledger.verify().unwrap());
    });
    let heads = heads.into_inner();
    assert!(matches!(heads[0], Chain::Intact { rows: 40, .. }));
    assert_eq!(heads[0], heads[1]);
}

#[test]
fn a_faulty_memory_ledger_fails_once_per_fault_and_as_told() {
    let disk = || Fault::new(FaultKind::Local, "the disk is full", "free some space");
    let ledger = Memory::new();
    ledger.fail_next(On::Claim, disk());
    assert_eq!(ledger.claim(&intent(1)).unwrap_err(), disk());
    assert_eq!(numbers(&ledger), []);
    ledger.claim(&intent(1)).unwrap();
    ledger.fail_after_next(On::Record, disk());
    assert_eq!(ledger.record(Uuid::from_u128(1), at(1), &confirmed("t")).unwrap_err(), disk());
    assert_eq!(ledger.unresolved().unwrap(), []);
    ledger.fail_next(On::Read, disk());
    assert_eq!(ledger.recent(1).unwrap_err(), disk());
    ledger.close(Some(disk()));
    assert_eq!(ledger.writable().unwrap_err(), disk());
    assert_eq!(ledger.claim(&intent(2)).unwrap_err(), disk());
    assert_eq!(numbers(&ledger), [1]);
}
