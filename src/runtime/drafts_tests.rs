//! What is kept, what is found again, and that no moment to be killed at loses any of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::BufRead;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::*;

fn draft(nth: u128, prompt: &str) -> Draft {
    Draft { id: Uuid::from_u128(nth), prompt: prompt.to_owned(), ..Draft::default() }
}

fn prompts(drafts: &Drafts) -> Vec<String> {
    drafts.read().into_iter().map(|draft| draft.prompt).collect()
}

fn keeper(drafts: Drafts) -> (Keeper, mpsc::Receiver<Event>) {
    let (events, told) = mpsc::channel(8);
    (Keeper::spawn(drafts, events, Arc::new(|| crate::domain::Instant::UNIX_EPOCH)), told)
}

async fn told(events: &mut mpsc::Receiver<Event>) -> Result<(), Fault> {
    match events.recv().await.unwrap().what {
        What::Local(Local::DraftsKept(kept)) => kept,
        other => panic!("{other:?}"),
    }
}

#[test]
fn several_drafts_are_kept_each_in_a_file_for_the_operator_alone() {
    let dir = tempfile::tempdir().unwrap();
    let drafts = Drafts::new(dir.path());
    assert_eq!(drafts.read(), []);
    for (nth, prompt) in [(1, "one"), (2, "two"), (1, "one more")] {
        drafts.write(&draft(nth, prompt)).unwrap();
    }
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&drafts.folder), 0o700);
    assert_eq!(mode(&drafts.path(Uuid::from_u128(1))), 0o600);
    let (after, mut found) = (Drafts::new(dir.path()), drafts.read());
    assert_eq!(after.read(), [], "this console still has them");
    found.sort_by_key(|draft| draft.id);
    assert_eq!(found, [draft(1, "one more"), draft(2, "two")]);
    drafts.remove(Uuid::from_u128(2)).unwrap();
    drafts.remove(Uuid::from_u128(2)).unwrap();
    drop(drafts);
    // A child that another test starts at this moment holds every lock until it has become its program.
    for _ in 0..200_000 {
        if !prompts(&after).is_empty() {
            break;
        }
        std::thread::yield_now();
    }
    assert_eq!(prompts(&after), ["one more"], "its lock went with it");
}

#[test]
fn of_two_consoles_that_start_after_a_crash_one_has_the_drafts_and_the_other_cannot_destroy_them() {
    let dir = tempfile::tempdir().unwrap();
    let gone = Drafts::new(dir.path());
    for (nth, age) in [(1, 5_000), (2, 9_000)] {
        gone.write(&draft(nth, &nth.to_string())).unwrap();
        let file = File::options().write(true).open(gone.path(Uuid::from_u128(nth))).unwrap();
        file.set_modified(file.metadata().unwrap().modified().unwrap() - Duration::from_secs(age)).unwrap();
    }
    // As a kill leaves it: the lock is free, and its file is there.
    gone.release();
    let all: Vec<Vec<String>> = std::thread::scope(|scope| {
        let start = || {
            let drafts = Drafts::new(dir.path());
            let found = prompts(&drafts);
            (drafts, found)
        };
        let started: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        // All of them live until the last has looked.
        let started: Vec<_> = started.into_iter().map(|one| one.join().unwrap()).collect();
        started.iter().map(|(_, found)| found.clone()).collect()
    });
    assert_eq!(all.concat(), ["1", "2"], "each is had once, the newest first: {all:?}");
}

#[test]
fn the_newest_comes_first_and_what_is_no_draft_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let drafts = Drafts::new(dir.path());
    for nth in 1..=3 {
        drafts.write(&draft(nth, &nth.to_string())).unwrap();
        let file = File::options().write(true).open(drafts.path(Uuid::from_u128(nth))).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written + Duration::from_secs(1_000 * u64::try_from(nth % 3).unwrap())).unwrap();
    }
    let torn = drafts.path(Uuid::from_u128(9));
    std::fs::write(&torn, "{\"owner\":").unwrap();
    std::fs::write(drafts.folder.join("notes.json"), "{}").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", drafts.path(Uuid::from_u128(8))).unwrap();
    assert_eq!(prompts(&drafts), ["2", "1", "3"]);
    assert!(torn.exists());
}

#[test]
fn the_one_file_of_an_earlier_layout_is_taken_over_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(SINGLE), "{\"prompt\":\"old\"}").unwrap();
    let drafts = Drafts::new(dir.path());
    assert_eq!(prompts(&drafts), ["old"]);
    assert_eq!(prompts(&drafts), ["old"]);
    assert!(!dir.path().join(SINGLE).exists() && !drafts.read()[0].id.is_nil());
}

#[tokio::test(start_paused = true)]
async fn the_last_state_of_every_draft_is_on_disk_at_the_end_and_what_was_forgotten_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (keeper, _told) = keeper(Drafts::new(dir.path()));
    for key in 0..500 {
        keeper.keep(draft(1, &format!("one {key}")));
        keeper.keep(draft(2, "two"));
        if key % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    keeper.forget(Uuid::from_u128(2));
    keeper.keep(draft(3, "three"));
    keeper.finish().await.unwrap();
    let others = std::fs::read_dir(dir.path().join(FOLDER)).unwrap().count();
    assert_eq!(others, 2, "no temp file and no lock is left");
    let mut left = prompts(&Drafts::new(dir.path()));
    left.sort();
    assert_eq!(left, ["one 499", "three"]);
}

#[tokio::test(start_paused = true)]
async fn a_change_waits_for_no_other_and_a_storm_of_keys_is_few_writes() {
    let dir = tempfile::tempdir().unwrap();
    let drafts = Drafts::new(dir.path());
    let (keeper, _told) = keeper(drafts.clone());
    keeper.keep(draft(1, "first"));
    while prompts(&drafts) != ["first"] {
        tokio::task::yield_now().await;
    }
    // While the pause after it lasts nothing is written, then the newest alone.
    for key in 0..100 {
        keeper.keep(draft(1, &format!("key {key}")));
        tokio::time::sleep(Duration::from_micros(10)).await;
    }
    assert_eq!(prompts(&drafts), ["first"]);
    tokio::time::sleep(PAUSE).await;
    while prompts(&drafts) != ["key 99"] {
        tokio::task::yield_now().await;
    }
    keeper.finish().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_the_disk_does_not_take_is_told_once_and_written_as_soon_as_it_does() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join(FOLDER);
    std::fs::write(&in_the_way, "no folder").unwrap();
    let drafts = Drafts::new(dir.path());
    let (keeper, mut events) = keeper(drafts.clone());
    for key in 0..50 {
        keeper.keep(draft(1, &format!("one {key}")));
        keeper.keep(draft(2, "two"));
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
    let fault = told(&mut events).await.unwrap_err();
    assert!(fault.what.contains("drafts"), "{fault}");
    assert!(events.try_recv().is_err(), "once");
    std::fs::remove_file(&in_the_way).unwrap();
    told(&mut events).await.unwrap();
    let mut there = prompts(&drafts);
    there.sort();
    assert_eq!(there, ["one 49", "two"], "the newest of each, without another key");
    keeper.finish().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_console_that_ends_without_having_kept_a_draft_says_so() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FOLDER), "no folder").unwrap();
    let (keeper, events) = keeper(Drafts::new(dir.path()));
    drop(events);
    keeper.keep(draft(1, "lost"));
    assert!(keeper.finish().await.unwrap_err().what.contains("drafts cannot be written"));
}

const CHILD: &str = "ATC_TEST_DRAFTS_IN";

/// Writes until it is killed and says after each write what is on disk. Not a test by itself: the next one runs it.
#[test]
fn a_writer_to_be_killed() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let drafts = Drafts::new(Path::new(&dir));
    let mut out = io::stdout().lock();
    for nth in 0_u64.. {
        let text = format!("{nth} {}", "x".repeat(usize::try_from(nth % 7).unwrap() * 4_000));
        drafts.write(&draft(u128::from(nth % 3), &text)).unwrap();
        writeln!(out, "\nkept {nth}").unwrap();
    }
}

/// Kills a writer at some moment; the drafts that are left are whole and none is older than what was said to be kept.
fn killed_after(lines: u64) {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "runtime::drafts::tests::a_writer_to_be_killed", "--nocapture", "--test-threads=1"])
        .env(CHILD, dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let kept = |line: &String| line.strip_prefix("kept ").and_then(|nth| nth.parse::<u64>().ok());
    let seen = said.by_ref().filter_map(|line| kept(&line)).find(|nth| *nth >= lines);
    child.kill().unwrap();
    let last = said.filter_map(|line| kept(&line)).last().or(seen).expect("it wrote");
    child.wait().unwrap();

    let drafts = Drafts::new(dir.path()).read();
    assert_eq!(drafts.len(), 3, "all are whole, and free though their console was killed");
    for draft in drafts {
        let nth: u64 = draft.prompt.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(draft.prompt.len() - nth.to_string().len() - 1, usize::try_from(nth % 7).unwrap() * 4_000);
        // The newest kept one of this draft, or one that was on its way.
        let newest = last - (last + 3 - u64::try_from(draft.id.as_u128()).unwrap()) % 3;
        assert!(nth >= newest, "{nth} is older than {newest}");
    }
}

#[test]
fn a_kill_at_any_moment_loses_no_draft_that_was_kept() {
    let rounds = if std::env::var_os("ATC_LONG").is_some() { 300 } else { 20 };
    for round in 0..rounds {
        killed_after(3 + round % 60 * 5);
    }
}
