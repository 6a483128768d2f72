//! What becomes of tasks: recorded once, whoever looks, in the order in which it happened.

use std::sync::Barrier;

use atc::domain::FaultKind;
use atc::ledger::memory::Memory;
use atc::ledger::{Action, Chain, Intent, Kind, Ledger, Line, Observed, Outcome, Said, Seen, Span, Wanted};
use chrono::DateTime;
use uuid::Uuid;

use crate::make::{at, confirmed, file, intent, open, seen, whole};

fn every_ledger(test: impl Fn(&dyn Ledger)) {
    test(&Memory::new());
    let folder = tempfile::tempdir().unwrap();
    test(&open(&file(&folder)));
}

fn records(ledger: &dyn Ledger) -> Vec<Observed> {
    let lines = ledger.lines(&Span { oldest_first: true, ..Span::default() }, usize::MAX).unwrap();
    let record = |line: Line| match line.said {
        Said::Observed(observed) => Some(*observed),
        _ => None,
    };
    lines.into_iter().filter_map(record).collect()
}

fn turns(ledger: &dyn Ledger) -> Vec<(Option<String>, String)> {
    records(ledger).into_iter().map(|record| (record.was, record.seen.became)).collect()
}

fn turn(was: Option<&str>, became: &str) -> (Option<String>, String) {
    (was.map(str::to_owned), became.to_owned())
}

#[test]
fn every_change_is_recorded_once_with_what_was_before() {
    every_ledger(|ledger| {
        for (became, second) in [("queued", 1), ("queued", 2), ("in_progress", 3), ("in_progress", 4), ("failed", 5)] {
            ledger.observe(&[seen("t", became, second)]).unwrap();
        }
        assert_eq!(ledger.observe(&[seen("t", "failed", 6)]).unwrap(), 0);
        let expected = [turn(None, "queued"), turn(Some("queued"), "in_progress"), turn(Some("in_progress"), "failed")];
        assert_eq!(turns(ledger), expected);
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 3, .. }));
    });
}

/// What a service that gave microseconds for milliseconds left behind.
fn far(task: &str) -> Seen {
    let far = DateTime::from_timestamp_millis(1_763_800_000_000_000).unwrap();
    Seen { touched: Some(far), begun: Some(far), since: Some(far), ..seen(task, "queued", 1) }
}

#[test]
fn a_time_beyond_year_9999_is_read_again_and_nothing_waits_for_it() {
    every_ledger(|ledger| {
        ledger.observe(&[far("t"), seen("u", "queued", 1)]).unwrap();
        assert_eq!(ledger.observe(&[seen("t", "failed", 5), seen("u", "failed", 5)]).unwrap(), 2);
        let found = records(ledger);
        assert_eq!((found.len(), found[0].seen.begun), (4, far("t").begun));
        let lines = ledger.lines(&Span::default(), usize::MAX).unwrap();
        let told: Vec<_> = lines.iter().map(atc::ledger::export::json).collect();
        assert!(told.iter().any(|line| line.contains("+57862-")), "{told:?}");
        assert!(matches!(ledger.verify().unwrap(), Chain::Intact { rows: 4, .. }));
    });
}

#[test]
fn what_can_never_be_written_is_told_from_a_disk_that_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder));
    ledger.observe(&[seen("t", "queued", 1)]).unwrap();
    let damage = "DROP TRIGGER observed_keep; UPDATE observed SET at = 'yesterday'";
    rusqlite::Connection::open(file(&folder)).unwrap().execute_batch(damage).unwrap();
    let fault = ledger.observe(&[seen("u", "queued", 2), seen("t", "failed", 2)]).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreadable, "{fault}");
    assert_eq!(ledger.observe(&[seen("u", "queued", 2)]).unwrap(), 1, "nothing of the other was written");
}

#[test]
fn a_console_that_is_behind_adds_nothing() {
    every_ledger(|ledger| {
        ledger.observe(&[seen("t", "queued", 1), seen("t", "completed", 10)]).unwrap();
        // Seen later, but what it shows is older.
        let late = Seen { at: at(20), ..seen("t", "in_progress", 5) };
        assert_eq!(ledger.observe(&[late]).unwrap(), 0);
        assert_eq!(turns(ledger).len(), 2);
    });
}

#[test]
fn where_tasks_come_from_is_told_the_newest_first_and_of_one_service_alone() {
    every_ledger(|ledger| {
        let origin = |task: &str, by: &str, second| Seen { kind: Kind::Origin, ..seen(task, by, second) };
        ledger
            .observe(&[origin("t", "automation:a", 1), seen("t", "queued", 2), origin("u", "automation:b", 3)])
            .unwrap();
        let elsewhere = Seen { host: "acme.ghe.com".into(), ..origin("v", "automation:c", 4) };
        ledger.observe(std::slice::from_ref(&elsewhere)).unwrap();
        let host = seen("t", "queued", 1).host;
        let said = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(task, by)| ((*task).to_owned(), (*by).to_owned())).collect()
        };
        assert_eq!(ledger.origins(&host, 9).unwrap(), said(&[("u", "automation:b"), ("t", "automation:a")]));
        assert_eq!(ledger.origins(&host, 1).unwrap(), said(&[("u", "automation:b")]));
        assert_eq!(ledger.origins(&elsewhere.host, 9).unwrap(), said(&[("v", "automation:c")]));
    });
}

#[test]
fn what_is_learned_of_an_ended_task_later_is_recorded_too_and_only_once() {
    every_ledger(|ledger| {
        let bare = seen("t", "failed", 5);
        let full = Seen {
            reason: Some("no tests \u{1b}[2J".into()),
            nano_credits: Some(i64::MAX.cast_unsigned()),
            premium_requests: Some(0.33),
            model: Some("gpt-5.4".into()),
            session: Some("s".into()),
            run: Some(u64::MAX),
            since: Some(at(4)),
            ..bare.clone()
        };
        assert_eq!(ledger.observe(&[bare.clone(), full.clone(), bare, full.clone()]).unwrap(), 2);
        assert_eq!(records(ledger)[1], Observed { seen: full, was: Some("failed".into()), step: 2 });
        let costs = |nano| Seen { nano_credits: Some(nano), ..seen("u", "in_progress", 1) };
        assert_eq!(ledger.observe(&[costs(1), costs(2)]).unwrap(), 1, "what a task at work costs so far is no news");
    });
}

#[test]
fn tasks_kinds_repositories_and_hosts_are_kept_apart() {
    every_ledger(|ledger| {
        let one = seen("t", "queued", 1);
        let all = [
            one.clone(),
            Seen { kind: Kind::Pull, ..one.clone() },
            Seen { host: "octo.ghe.com".into(), ..one.clone() },
            Seen { repo: "acme/other".parse().unwrap(), ..one.clone() },
            Seen { task: "u".into(), ..one },
        ];
        assert_eq!(ledger.observe(&all).unwrap(), 5);
        assert_eq!(ledger.observe(&all).unwrap(), 0);
    });
}

#[test]
fn eight_consoles_on_one_file_record_each_change_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let start = Barrier::new(8);
    let news: u64 = std::thread::scope(|scope| {
        let look = || {
            start.wait();
            let ledger = open(&file);
            let all = [("queued", 1), ("in_progress", 2), ("waiting_for_user", 3), ("completed", 4)];
            let tell = |(became, second)| ledger.observe(&[seen("t", became, second), seen("u", became, second)]);
            all.into_iter().map(|look| tell(look).unwrap()).sum::<u64>()
        };
        let all: Vec<_> = (0..8).map(|_| scope.spawn(look)).collect();
        all.into_iter().map(|look| look.join().unwrap()).sum()
    });
    let ledger = open(&file);
    let found = records(&ledger);
    assert_eq!(found.len() as u64, news);
    for task in ["t", "u"] {
        let of: Vec<_> = found.iter().filter(|record| record.seen.task == task).collect();
        assert!(of.is_sorted_by_key(|record| record.seen.touched), "never backwards");
        assert!(of.windows(2).all(|two| two[1].was.as_ref() == Some(&two[0].seen.became)), "no gap");
        assert!(of.windows(2).all(|two| two[1].seen.became != two[0].seen.became), "no change twice");
        assert_eq!(of.last().unwrap().seen.became, "completed");
    }
    assert!(matches!(ledger.verify().unwrap(), Chain::Intact { .. }));
}

/// Two starts, one cancel, and what became of the first task.
fn story(ledger: &dyn Ledger) {
    ledger.claim(&whole(1)).unwrap();
    ledger.record(Uuid::from_u128(1), at(2), &confirmed("t")).unwrap();
    ledger.observe(&[seen("t", "queued", 3), seen("else", "queued", 4)]).unwrap();
    ledger.claim(&Intent { at: at(5), repo: "acme/other".parse().unwrap(), ..intent(2) }).unwrap();
    ledger.claim(&Intent { task: Some("t".into()), action: Action::Cancel, at: at(6), ..intent(3) }).unwrap();
    ledger.record(Uuid::from_u128(3), at(7), &confirmed("4711")).unwrap();
    ledger.record(Uuid::from_u128(2), at(8), &Outcome::Rejected("422".into())).unwrap();
}

fn rows(ledger: &dyn Ledger, span: &Span, limit: usize) -> Vec<u64> {
    ledger.lines(span, limit).unwrap().iter().map(|line| line.row).collect()
}

#[test]
fn lines_come_in_the_order_of_writing_page_by_page_from_either_end() {
    every_ledger(|ledger| {
        story(ledger);
        assert_eq!(rows(ledger, &Span::default(), 3), [8, 7, 6]);
        assert_eq!(rows(ledger, &Span { before: Some(6), ..Span::default() }, 3), [5, 4, 3]);
        let onwards = Span { oldest_first: true, after: Some(6), ..Span::default() };
        assert_eq!(rows(ledger, &onwards, 9), [7, 8]);
        assert_eq!(rows(ledger, &Span { since: Some(at(5)), until: Some(at(8)), ..Span::default() }, 9), [7, 6, 5]);
        let other = Span { repo: Some("acme/other".parse().unwrap()), ..Span::default() };
        assert_eq!(rows(ledger, &other, 9), [8, 5]);
    });
}

#[test]
fn the_history_of_a_task_has_its_start_its_life_and_what_was_done_to_it() {
    every_ledger(|ledger| {
        story(ledger);
        let history = Span { task: Some("t".into()), oldest_first: true, ..Span::default() };
        assert_eq!(rows(ledger, &history, 9), [1, 2, 3, 6, 7]);
        let lines = ledger.lines(&history, 9).unwrap();
        assert!(matches!(&lines[1].said, Said::Outcome(intent, ..) if **intent == whole(1)));
    });
}

#[test]
fn intents_are_found_and_counted_by_any_part_of_them() {
    every_ledger(|ledger| {
        story(ledger);
        let all = Wanted::default();
        let wanted = [
            (Wanted::starts(at(0)), 1),
            (Wanted { not_rejected: false, ..Wanted::starts(at(0)) }, 2),
            (Wanted { id: Some(whole(1).id), ..all.clone() }, 1),
            (Wanted { id: Some(uuid::Uuid::from_u128(0xdead)), ..all.clone() }, 0),
            (Wanted { repo: Some("acme/billing".parse().unwrap()), ..all.clone() }, 2),
            (Wanted { who: Some("mona".into()), ..all.clone() }, 3),
            (Wanted { who: Some("eve".into()), ..all.clone() }, 0),
            (Wanted { prompt_hash: Some([7; 32]), until: Some(at(6)), ..all.clone() }, 2),
            (Wanted { ticket: Some("OPS-12".into()), ..all.clone() }, 1),
            (Wanted { template: Some("bugfix".into()), action: Some(Action::Cancel), ..all.clone() }, 1),
            (Wanted { task: Some("t".into()), ..all.clone() }, 2),
            (Wanted { unresolved: true, ..all.clone() }, 0),
            (all, 3),
        ];
        for (wanted, expected) in wanted {
            assert_eq!(ledger.number(&wanted).unwrap(), expected, "{wanted:?}");
            let found = ledger.find(&wanted, 10).unwrap();
            assert_eq!(found.len() as u64, expected, "{wanted:?}");
            assert!(found.iter().all(|entry| wanted.holds(entry)));
        }
    });
}

#[test]
fn an_edited_record_is_found_at_its_row() {
    for (edit, row) in [("became = 'failed'", 3), ("nano_credits = 5", 3), ("at = '2030-01-01T00:00:00.000000000Z'", 3)]
    {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        story(&open(&file));
        let connection = rusqlite::Connection::open(&file).unwrap();
        let refused = connection.execute_batch(&format!("UPDATE observed SET {edit}")).unwrap_err();
        assert!(refused.to_string().contains("only grows"), "{refused}");
        assert!(connection.execute_batch("DELETE FROM observed").is_err());
        let forge = format!("DROP TRIGGER observed_keep; UPDATE observed SET {edit} WHERE row = {row}");
        connection.execute_batch(&forge).unwrap();
        assert!(matches!(open(&file).verify().unwrap(), Chain::Broken { row: found, .. } if found == row), "{edit}");
    }
}
