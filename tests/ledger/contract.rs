//! One suite for every implementation of the port.

use atc::domain::{Fault, FaultKind};
use atc::ledger::memory::{Memory, On};
use atc::ledger::{Action, Chain, Intent, Ledger, Outcome, Seen, Span, Wanted};
use uuid::Uuid;

use crate::make::{at, confirmed, file, intent, numbers, open, seen, whole};

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
        let found = ledger.recent(Action::ALL.len()).unwrap();
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

/// A start of a key at a second of the day.
fn keyed(number: u128, second: i64, key: &str) -> Intent {
    Intent { action: Action::Start, at: at(second), key: Some(key.to_owned()), ..intent(number) }
}

#[test]
fn of_one_key_one_is_claimed_in_a_time_and_the_others_are_told_which() {
    every_ledger(|ledger| {
        assert_eq!(ledger.claim_once(&keyed(1, 100, "a"), at(50)).unwrap(), None);
        let used = ledger.claim_once(&keyed(2, 120, "a"), at(70)).unwrap().expect("used");
        assert_eq!(used.intent, keyed(1, 100, "a"));
        assert_eq!(
            ledger.claim_once(&keyed(3, 120, "a"), at(100)).unwrap().expect("with its first instant").intent.id,
            used.intent.id
        );
        assert_eq!(ledger.claim_once(&keyed(4, 120, "b"), at(70)).unwrap(), None, "another key");
        let elsewhere = Intent { repo: "acme/other".parse().unwrap(), ..keyed(5, 120, "a") };
        assert_eq!(ledger.claim_once(&elsewhere, at(70)).unwrap(), None, "another repository");
        assert_eq!(ledger.claim_once(&keyed(6, 160, "a"), at(101)).unwrap(), None, "its time is over");
        assert_eq!(numbers(ledger), [1, 4, 5, 6]);
        assert_eq!(
            ledger.claim_once(&keyed(6, 300, "a"), at(290)).unwrap_err().kind,
            FaultKind::Conflict,
            "the same intent"
        );
    });
}

#[test]
fn a_repository_typed_in_another_case_is_the_same_one_and_is_given_back_as_it_was_typed() {
    every_ledger(|ledger| {
        assert_eq!(ledger.claim_once(&keyed(1, 100, "a"), at(50)).unwrap(), None);
        let shouted = |number, second| Intent { repo: "ACME/Billing".parse().unwrap(), ..keyed(number, second, "a") };
        assert_eq!(ledger.claim_once(&shouted(2, 120), at(70)).unwrap().expect("used").intent.id, Uuid::from_u128(1));
        ledger.claim(&shouted(3, 130)).unwrap();
        ledger.observe(&[seen("t", "queued", 131)]).unwrap();
        let again = Seen { repo: "Acme/BILLING".parse().unwrap(), ..seen("t", "queued", 132) };
        assert_eq!(ledger.observe(std::slice::from_ref(&again)).unwrap(), 0, "it was seen before");
        let further = Seen { became: "in_progress".to_owned(), touched: Some(at(133)), ..again };
        assert_eq!(ledger.observe(&[further]).unwrap(), 1);
        for name in ["acme/billing", "ACME/BILLING"] {
            let wanted = Wanted { repo: Some(name.parse().unwrap()), ..Wanted::default() };
            assert_eq!(ledger.number(&wanted).unwrap(), 2, "{name}");
            let typed: Vec<_> =
                ledger.find(&wanted, 9).unwrap().iter().map(|entry| entry.intent.repo.to_string()).collect();
            assert_eq!(typed, ["ACME/Billing", "acme/billing"]);
            let span = Span { repo: Some(name.parse().unwrap()), ..Span::default() };
            assert_eq!(ledger.lines(&span, 9).unwrap().len(), 4, "{name}");
        }
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 4, .. }));
    });
}

#[test]
fn what_was_rejected_uses_up_nothing_and_what_nobody_knows_does() {
    every_ledger(|ledger| {
        for (number, outcome) in
            [(1, Outcome::Rejected("422".into())), (2, Outcome::Unknown("reset".into())), (3, confirmed("t"))]
        {
            let key = format!("k{number}");
            assert_eq!(ledger.claim_once(&keyed(number, 10, &key), at(0)).unwrap(), None);
            ledger.record(Uuid::from_u128(number), at(11), &outcome).unwrap();
            let next = ledger.claim_once(&keyed(number + 10, 20, &key), at(0)).unwrap();
            assert_eq!(next.is_some(), number != 1, "{outcome:?}");
            assert_eq!(
                next.and_then(|entry| entry.outcome).map(|(_, outcome)| outcome),
                (number != 1).then_some(outcome)
            );
        }
    });
}

#[test]
fn of_eight_that_claim_a_key_at_once_one_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    for round in 0..10 {
        let start = std::sync::Barrier::new(8);
        let first: Vec<bool> = std::thread::scope(|scope| {
            let claim = |number: u128| {
                let (start, file) = (&start, &file);
                move || {
                    // Each as a program of its own would.
                    let ledger = open(file);
                    start.wait();
                    ledger.claim_once(&keyed(number, 10, &format!("k{round}")), at(0)).unwrap().is_none()
                }
            };
            let all: Vec<_> = (0..8).map(|number| scope.spawn(claim(round * 8 + number + 1))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(first.iter().filter(|first| **first).count(), 1, "round {round}");
    }
    assert!(matches!(open(&file).verify().unwrap(), Chain::Intact { rows: 10, .. }));
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
