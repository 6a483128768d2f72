//! Killed at any moment, written by many at once: what was acknowledged is there, once, and the chain holds.

use std::collections::BTreeSet;
use std::io::{BufReader, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;

use atc::ledger::{Chain, Ledger};
use uuid::Uuid;

use crate::child::{WRITE_FROM, WRITE_HERE, said, writer};
use crate::make::{at, confirmed, file, intent, numbers, open, rounds};

/// Not a test: what the killed process does. It says each number once it is acknowledged.
#[test]
#[ignore = "runs only as a child of the other tests"]
fn write_until_killed() {
    let Some(file) = std::env::var_os(WRITE_HERE) else { return };
    let from: u128 = std::env::var(WRITE_FROM).unwrap().parse().unwrap();
    let ledger = open(Path::new(&file));
    let mut out = std::io::stdout();
    for number in from.. {
        if let Err(fault) = ledger.claim(&intent(number)) {
            writeln!(out, "fault {fault}").unwrap();
            return;
        }
        writeln!(out, "claimed {number}").unwrap();
        ledger.record(Uuid::from_u128(number), at(1), &confirmed("t")).unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let mut acknowledged = BTreeSet::new();
    for round in 0..u128::from(rounds(20, 1000)) {
        let mut child = writer(&mut Command::new(std::env::current_exe().unwrap()), &file, round * 100_000);
        let mut lines = said(BufReader::new(child.stdout.take().unwrap()), "claimed");
        // Killed after another number of writes every time, at whatever point of the next one it has reached.
        acknowledged.extend(lines.by_ref().take(usize::try_from(round % 7 * 3 + 1).unwrap()));
        child.kill().unwrap();
        acknowledged.extend(lines);
        child.wait().unwrap();
        let ledger = open(&file);
        let there: BTreeSet<_> = numbers(&ledger).iter().map(u128::to_string).collect();
        assert!(acknowledged.is_subset(&there), "round {round} lost {:?}", acknowledged.difference(&there));
        // At most one per kill was written without anybody having heard of it.
        assert!(there.len() - acknowledged.len() <= usize::try_from(round).unwrap() + 1);
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { .. }), "round {round}");
    }
}

#[test]
fn eight_writers_on_a_new_file_lose_and_double_nothing() {
    for _ in 0..rounds(2, 25) {
        eight_writers();
    }
}

fn eight_writers() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for writer in 0..8_u128 {
            let (start, file) = (&start, &file);
            scope.spawn(move || {
                start.wait();
                let ledger = open(file);
                for number in writer * 1000..writer * 1000 + 15 {
                    ledger.claim(&intent(number)).unwrap();
                    ledger.record(Uuid::from_u128(number), at(1), &confirmed("t")).unwrap();
                }
            });
        }
    });
    let ledger = open(&file);
    let mut found = numbers(&ledger);
    found.sort_unstable();
    let expected: Vec<_> = (0..8).flat_map(|writer| writer * 1000..writer * 1000 + 15).collect();
    assert_eq!(found, expected);
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 240, .. }));
}

#[test]
fn of_many_who_claim_the_same_action_one_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let start = Barrier::new(4);
    let won: usize = std::thread::scope(|scope| {
        let claim = || {
            // Opened at the same moment too; a thread that failed before the others wait would leave them waiting.
            start.wait();
            usize::from(open(&file).claim(&intent(1)).is_ok())
        };
        let all: Vec<_> = (0..4).map(|_| scope.spawn(claim)).collect();
        all.into_iter().map(|claim| claim.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
}
