//! The table of the fault run, and the line about it in the README.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::bench::Call;
use crate::clocks;
use crate::runs::{self, Run};

const TABLE: &str = "tests/faults/README.md";

/// Rounded up so far that neither a retry's jitter nor a busy machine shows.
fn rounded(wall: Duration) -> &'static str {
    match wall.as_millis() {
        0..=6_000 => "6 s",
        _ => "15 s",
    }
}

fn table() -> String {
    let mut out = String::from(
        "# The fault run\n\n\
         Written by `ATC_UPDATE_DOCS=1 cargo test --test faults`; `cargo test` fails where it differs.\n\n\
         A reader that fails says how and after how many requests; *reads on* is an answer that is taken as it is. Of a\n\
         start whose answer is lost, *found* and *unknown* stand for a service that did it and one that did not (or\n\
         cannot be read). Of a cancel, *seen to end* and *seen to go on* likewise: what became of it is read, never\n\
         guessed. *not sent* is a request that never left. *Longest* is the time to a word on the screen, rounded up.\n\n\
         | id | what goes wrong | list | detail | log | start | cancel | longest |\n|---|---|---|---|---|---|---|---|\n",
    );
    let runs = runs::all();
    for of_case in runs.chunk_by(|a, b| std::ptr::eq(a.case, b.case)) {
        let case = of_case[0].case;
        let word = |call| of_case.iter().find(|run| run.call == call).map_or("–", |run| run.word.as_str());
        let words: Vec<&str> = Call::ALL.into_iter().map(word).collect();
        let longest = of_case.iter().map(|run| run.wall).max().unwrap_or_default();
        let _ = writeln!(out, "| {} | {} | {} | {} |", case.id, case.name, words.join(" | "), rounded(longest));
    }
    out.push_str("\n## Clocks\n\nThe list is refused by a limit; when is it asked for again?\n\n");
    out.push_str("| id | what the clock does | asked again after |\n|---|---|---|\n");
    for clock in clocks::CLOCKS {
        let _ = writeln!(out, "| {} | {} | {} s |", clock.id, clock.name, clock.wait);
    }
    out.push_str("\n## Elsewhere\n\n| id | where |\n|---|---|\n");
    for (id, place) in ELSEWHERE {
        let _ = writeln!(out, "| {id} | {place} |");
    }
    out
}

/// Cases that are no fault of one answer.
const ELSEWHERE: &[(&str, &str)] = &[
    ("H-13", "a proxy that wants a password: `proxy.rs`, in a process of its own, for its environment"),
    ("H-62", "everything down for long, and what is sent meanwhile: `outage.rs`"),
    ("H-75 – H-80", "paging drift: the poller's tests"),
    ("H-81 – H-88, H-90", "log streams: `logs.rs`"),
    ("H-89", "tool results out of order: the transcript's tests"),
];

fn summary() -> String {
    let runs = runs::all();
    let count = |is_so: fn(&Run) -> bool| runs.iter().filter(|run| is_so(run)).count();
    let cases = runs.chunk_by(|a, b| std::ptr::eq(a.case, b.case)).count();
    let longest = runs.iter().map(|run| run.wall).max().unwrap_or_default();
    format!(
        "| cases | runs | panics | empty lists shown as success | POSTs sent twice | longest wait for a word |\n\
         |---|---|---|---|---|---|\n| {cases} | {} | {} | {} | {} | {} |\n",
        runs.len(),
        count(|run| run.panicked),
        count(|run| run.empty_as_success),
        count(|run| run.posts > 1),
        rounded(longest)
    )
}

fn keep_equal(name: &str, change: impl Fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let found = fs::read_to_string(&path).unwrap_or_default();
    let generated = change(&found);
    if std::env::var_os("ATC_UPDATE_DOCS").is_some() {
        fs::write(path, generated).unwrap();
        return;
    }
    let differs = found.lines().zip(generated.lines()).find(|(found, generated)| found != generated);
    assert!(
        found == generated,
        "{name} is not what the fault run says; `ATC_UPDATE_DOCS=1 cargo test --test faults` writes it anew: {differs:?}"
    );
}

#[test]
fn the_table_is_that_of_the_last_run() {
    if runs::only().is_some() {
        // A part of the run is no table.
        return;
    }
    keep_equal(TABLE, |_| table());
    keep_equal("README.md", |found| {
        let (begin, end) = ("<!-- faults:begin -->\n", "<!-- faults:end -->");
        let start = found.find(begin).expect("a marker") + begin.len();
        let stop = found.find(end).expect("a marker");
        format!("{}{}{}", &found[..start], summary(), &found[stop..])
    });
}
