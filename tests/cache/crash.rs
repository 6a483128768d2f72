//! Killed at any moment, written by many at once: what was written is there, and the file opens.

use std::io::{BufReader, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Barrier;

use crate::child::{WRITE_FROM, WRITE_HERE, said, writer};
use crate::make::{file, keep, kept, open};

/// Not a test: what the killed process does. It says each number once it is written.
#[test]
#[ignore = "runs only as a child of the other tests"]
fn write_until_killed() {
    let Some(file) = std::env::var_os(WRITE_HERE) else { return };
    let from: u64 = std::env::var(WRITE_FROM).unwrap().parse().unwrap();
    let mut out = std::io::stdout();
    let mut store = match atc::runtime::cache::store::Store::open(Path::new(&file), crate::make::API) {
        Ok(store) => store,
        Err(fault) => return writeln!(out, "refused {fault}").unwrap(),
    };
    for number in from.. {
        let page = [crate::make::viewer(), atc::runtime::cache::store::Keep::Tasks(vec![crate::make::task(number)])];
        if let Err(error) = store.write(&page, crate::make::TODAY) {
            return writeln!(out, "refused {error}").unwrap();
        }
        writeln!(out, "kept {number}").unwrap();
    }
}

#[test]
fn a_killed_console_loses_nothing_that_was_written_and_the_file_opens() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let mut written = Vec::new();
    for round in 0..20_u64 {
        let mut child = writer(&mut Command::new(std::env::current_exe().unwrap()), &file, round * 100_000);
        let mut lines = said(BufReader::new(child.stdout.take().unwrap()), "kept");
        written.extend(lines.by_ref().take(usize::try_from(round % 7 * 3 + 1).unwrap()));
        child.kill().unwrap();
        written.extend(lines);
        child.wait().unwrap();
        let there = kept(&open(&file));
        let lost: Vec<_> = written.iter().filter(|n| there.binary_search(&n.parse().unwrap()).is_err()).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?}");
    }
}

#[test]
fn consoles_that_start_at_the_same_moment_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    let start = Barrier::new(4);
    std::thread::scope(|scope| {
        for console in 0..4_u64 {
            let (start, file) = (&start, &file);
            scope.spawn(move || {
                start.wait();
                let mut store = open(file);
                for n in 0..20 {
                    keep(&mut store, [console * 1000 + n, 7777]);
                }
                assert!(kept(&store).len() > 20);
            });
        }
    });
    assert_eq!(kept(&open(&file)).len(), 81);
}

#[test]
fn consoles_that_find_the_file_broken_at_the_same_moment_end_up_with_one_that_works() {
    for round in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        keep(&mut open(&file), 0..50);
        std::fs::write(&file, format!("round {round}: no database at all")).unwrap();
        let start = Barrier::new(4);
        std::thread::scope(|scope| {
            for console in 0..4_u64 {
                let (start, file) = (&start, &file);
                scope.spawn(move || {
                    start.wait();
                    let mut store = open(file);
                    keep(&mut store, [console]);
                    assert!(kept(&store).contains(&console));
                });
            }
        });
        assert_eq!(kept(&open(&file)), [0, 1, 2, 3], "round {round}");
    }
}
