//! `atc ledger reconcile`: what nobody knows the outcome of, looked for by hand; and plans that were broken off.

use atc::demo::Fault;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::process::Stdio;

use crate::bench::{World, eventually, objects};
use crate::looking::valid;
use crate::program;

const TASKS: &str = "/agents/repos/acme/*/tasks";

/// The service takes the request, and no answer ever comes.
fn lost(world: &World, path: &str) {
    world.faults().add(Fault::on(path).method("POST").cut_after(10).times(1));
}

/// Nothing can be looked for at once.
fn blind(world: &World) {
    world.faults().add(Fault::on(TASKS).method("GET").answer(500, &[], ""));
}

#[test]
fn a_start_whose_answer_was_lost_is_found_again() {
    let world = World::at(200.0);
    blind(&world);
    lost(&world, TASKS);
    let start = world.run(&["start", "--repo", "acme/api", "--json", "--reason", "it cannot wait", "Fix the parser"]);
    assert_eq!(start.code, 6, "{}{}", start.out, start.err);
    let writes = world.written().len();

    let dry = world.run(&["ledger", "reconcile", "--dry-run", "--json"]);
    assert_eq!(dry.code, 6, "{}", dry.err);
    let rows = objects(&dry.out);
    assert!(rows.len() == 1 && rows.iter().all(|row| row["result"] == "open"), "{rows:#?}");
    valid("ledger-reconcile", &rows);

    let failed = world.run(&["ledger", "reconcile", "--json"]);
    assert_eq!(failed.code, 6, "the service is still not there: {}", failed.err);
    assert!(objects(&failed.out).iter().all(|row| row["result"] == "unknown" && row["error"].is_object()));
    valid("ledger-reconcile", &objects(&failed.out));

    world.faults().clear();
    let found = world.run(&["ledger", "reconcile", "--json", "--read-only"]);
    let rows = objects(&found.out);
    assert_eq!(found.code, 0, "{rows:#?}{}", found.err);
    assert!(rows.len() == 1 && rows.iter().all(|row| row["result"] == "confirmed"), "{rows:#?}");
    valid("ledger-reconcile", &rows);
    let task = rows.iter().find(|row| row["action"] == "start").unwrap()["task"].as_str().unwrap().to_owned();
    assert_eq!(world.task(&task)["sessions"][0]["prompt"], "Fix the parser");
    assert_eq!(world.written().len(), writes, "nothing is sent again");
    let again = world.run(&["ledger", "reconcile"]);
    assert_eq!((again.code, again.out.as_str(), again.err.as_str()), (0, "", ""), "there is nothing left");
}

#[test]
fn a_cancel_that_nobody_saw_the_end_of_is_settled_by_its_run() {
    let world = World::at(20.0);
    let id = world.started("One");
    eventually("it began", || world.task(&id)["sessions"][0]["state"] == "in_progress");
    assert_eq!(world.run(&["cancel", "--repo", "acme/api", &id]).code, 0);
    eventually("it ended", || world.task(&id)["state"] == "cancelled");
    let text = world.run(&["ledger", "reconcile"]);
    assert_eq!(text.code, 0, "{}{}", text.out, text.err);
    assert!(text.out.contains("cancel") && text.out.contains("session ended"), "{}", text.out);
    assert_eq!(objects(&world.run(&["ledger", "list", "--unresolved", "--json"]).out), Vec::<Value>::new());
}

#[test]
fn a_plan_that_was_broken_off_goes_on_and_starts_nothing_twice() {
    let world = World::at(1.0);
    let plan = "6f1d9b0e-0d3c-4f5e-9a57-0e6f5d2b1c11";
    let args = |more: &[&'static str]| {
        let args = ["start", "--json", "--plan", plan, "--reason", "the release waits for it", "Bump it"];
        let repos = ["--repo", "acme/api", "--repo", "acme/billing", "--repo", "acme/web"];
        [&args[..], &repos, more].concat()
    };
    let mut command = world.command(&args(&[]));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    eventually("one was sent", || !world.written().is_empty());
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(130));
    let err = String::from_utf8(out.stderr).unwrap();
    assert!(err.contains("not sent; the same command with --plan") && err.contains(plan), "{err}");
    let rows = objects(&String::from_utf8(out.stdout).unwrap());
    assert_eq!(rows.len(), 3, "{rows:#?}");
    let sent = world.written().len();
    assert!(sent < 3, "it was interrupted");
    assert_eq!(rows.iter().filter(|row| row["result"] == "started").count(), sent);
    valid("start", &rows);

    let resumed = world.run(&args(&[]));
    let rows = objects(&resumed.out);
    assert_eq!(resumed.code, 0, "{rows:#?}{}", resumed.err);
    assert!(rows.iter().all(|row| row["result"] == "started" && row["plan"] == plan), "{rows:#?}");
    assert_eq!(rows.iter().filter(|row| row["resumed"] == true).count(), sent);
    valid("start", &rows);
    let mut to: Vec<String> = world.written().iter().map(|request| request.path.clone()).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((to.len(), world.written().len()), (3, 3), "each repository once");

    let other = program::run(&mut world.command(&["start", "--repo", "acme/api", "--plan", plan, "Something else"]));
    assert_eq!(other.code, 5, "{}", other.err);
    assert!(other.err.contains("another prompt"), "{}", other.err);
}

#[test]
fn what_would_hit_every_row_ends_the_plan_and_says_how_to_go_on() {
    let world = World::at(1.0);
    world.faults().add(Fault::on(TASKS).method("POST").answer(401, &[], "{}"));
    let run = world.run(&[
        "start",
        "--json",
        "--reason",
        "the release waits for it",
        "--repo",
        "acme/api",
        "--repo",
        "acme/web",
        "Bump it",
    ]);
    assert_eq!(run.code, 4, "{}{}", run.out, run.err);
    let rows = objects(&run.out);
    assert_eq!(
        (rows[0]["result"].as_str(), rows[1]["result"].as_str()),
        (Some("failed"), Some("not_sent")),
        "{rows:#?}"
    );
    assert!(rows[1]["why"].is_string() && run.err.contains("--plan"), "{}", run.err);
    assert_eq!(world.written().len(), 1);
}
