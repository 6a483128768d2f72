//! What is promised of every run.

use std::time::Duration;

use crate::bench::Call;
use crate::runs::{self, LONGEST, Run, SLACK};

fn none(what: &str, is_so: impl Fn(&Run) -> bool) {
    let bad: Vec<String> = runs::all().iter().filter(|run| is_so(run)).map(name).collect();
    assert!(bad.is_empty(), "{what}:\n{}", bad.join("\n"));
}

fn name(run: &Run) -> String {
    format!("{} {} × {:?}", run.case.id, run.case.name, run.call)
}

#[test]
fn every_fault_is_told_as_what_it_is_and_passes() {
    let wrong = runs::all().iter().flat_map(|run| run.wrong.iter().map(move |what| format!("{}: {what}", name(run))));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{} wrong of {} runs:\n\n{}", wrong.len(), runs::all().len(), wrong.join("\n"));
}

#[test]
fn nothing_panics() {
    none("panicked", |run| run.panicked);
}

#[test]
fn an_error_is_never_an_empty_list() {
    none("an empty list shown as success", |run| run.empty_as_success);
}

#[test]
fn nobody_waits_longer_than_fifteen_seconds_for_a_word() {
    none("too long", |run| run.wall > LONGEST + SLACK);
    let longest = runs::all().iter().map(|run| run.wall).max().unwrap_or(Duration::ZERO);
    assert!(
        runs::only().is_some() || longest > Duration::from_secs(10),
        "{longest:?}: not even the black holes were waited for"
    );
}

#[test]
fn no_write_is_ever_repeated() {
    none("more than one POST", |run| run.posts > 1);
    let writes = |run: &&Run| matches!(run.call, Call::Create | Call::Cancel) && run.posts == 1;
    assert!(runs::only().is_some() || runs::all().iter().filter(writes).count() > 80, "the POSTs were not seen");
}

/// A-02 over real sockets; with a killed program and a second console: `tests/operations/ambiguous.rs`.
#[test]
#[ignore = "a thousand starts: a minute or two"]
fn a_thousand_starts_whose_answer_is_lost_make_at_most_one_task_each() {
    let (runs, wrong) = runs::ambiguous(1_000);
    assert!(runs >= 1_000 && wrong.is_empty(), "{runs} runs: {wrong:#?}");
}
