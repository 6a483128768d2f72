//! `atc cancel` against a living server.

use std::process::Stdio;

use atc::demo::Fault;
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{World, eventually, objects, plain};
use crate::harness::{ATC, Spec};

/// A task whose run can be found: it has begun.
fn at_work(world: &World, prompt: &str) -> String {
    let id = world.started(prompt);
    eventually("it began", || world.task(&id)["sessions"][0]["state"] == "in_progress");
    id
}

/// What is at work in the demo's first repository.
fn active(world: &World) -> Vec<String> {
    let list = world.get("/agents/repos/acme/api/tasks?per_page=100&state=in_progress,queued");
    list["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_cancel_is_requested_and_with_wait_it_is_seen_to_its_end() {
    let world = World::at(20.0);
    let (first, second) = (at_work(&world, "One"), at_work(&world, "Two"));
    let text = world.run(&["cancel", "--repo", "acme/api", &first]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert_snapshot!("cancel_text", plain(&text.out));
    let json = world.run(&["cancel", "--repo", "acme/api", "--wait", "--json", &second[..13]]);
    assert_eq!(json.code, 0, "{}", json.err);
    assert_snapshot!("cancel_json", plain(&serde_json::to_string_pretty(&objects(&json.out)).unwrap()));
    assert_eq!(world.task(&second)["state"], "cancelled");
    // There is nothing left to do, and that is no failure.
    let writes = world.written().len();
    let ended = world.run(&["cancel", "--repo", "acme/api", &second, "--json"]);
    assert_eq!((ended.code, objects(&ended.out)[0]["result"].as_str()), (0, Some("already_ended")));
    assert_eq!(world.written().len(), writes);
    let ledger = world.run(&["ledger", "list", "--json"]).out;
    assert_eq!(
        objects(&ledger).iter().filter(|line| line["action"] == "cancel" && line["what"] == "intent").count(),
        2
    );
}

#[test]
fn ids_come_from_the_input_each_with_its_result_and_the_worst_is_the_exit_code() {
    let world = World::at(20.0);
    let (first, second) = (at_work(&world, "One"), at_work(&world, "Two"));
    let input = format!("# stuck since noon\n\n{first}\nffffffff-0000-0000-0000-000000000000\n  {second}  \n{first}\n");
    let run = world.with_input(&["cancel", "--repo", "acme/api", "-", "--json"], &input);
    let rows = objects(&run.out);
    assert_eq!(rows.len(), 3, "twice is once: {rows:#?}");
    assert_eq!(rows.iter().filter(|row| row["result"] == "requested").count(), 2);
    assert_eq!(rows.iter().filter(|row| row["result"] == "failed").count(), 1);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("ffffffff"), "{}", run.err);
    let empty = world.with_input(&["cancel", "-"], "# nothing\n");
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
}

#[test]
fn many_need_a_yes_and_more_than_a_batch_are_refused() {
    let world = World::at(1.0);
    let six: Vec<String> = (0..6).map(|number| world.started(&format!("Work {number}"))).collect();
    let writes = world.written().len();
    let args: Vec<&str> = ["cancel", "--repo", "acme/api"].into_iter().chain(six.iter().map(String::as_str)).collect();
    let refused = world.run(&args);
    assert_eq!((refused.code, refused.out.as_str()), (5, ""));
    assert!(refused.err.contains("6 tasks would be cancelled") && refused.err.contains("--yes"), "{}", refused.err);
    let more: Vec<String> = (0..16).map(|number| world.started(&format!("More {number}"))).collect();
    let all: Vec<&str> = args.into_iter().chain(more.iter().map(String::as_str)).chain(["--yes"]).collect();
    let refused = world.run(&all);
    assert_eq!(refused.code, 5);
    assert!(refused.err.contains("22 tasks are more than the 20"), "{}", refused.err);
    assert_eq!(world.written().len(), writes + 16);
}

#[test]
fn on_a_terminal_many_take_the_repositorys_name() {
    let world = World::at(1.0);
    let six: Vec<String> = (0..6).map(|number| world.started(&format!("Work {number}"))).collect();
    let args: Vec<&str> = ["cancel", "--repo", "acme/api"].into_iter().chain(six.iter().map(String::as_str)).collect();
    let ask = |answer: &str| {
        let spec = world.env().iter().fold(Spec::new(ATC, &args), |spec, (name, value)| spec.env(name, value));
        let mut t = spec.size(30, 150).start();
        t.text("Cancel these 6 tasks?");
        t.text("(acme/api):");
        t.send(answer);
        t.exit().code()
    };
    let writes = world.written().len();
    assert_eq!(ask("y\r"), Some(5), "a yes is too little");
    assert_eq!(ask("\x04"), Some(5), "the end of the input is no yes");
    assert_eq!(world.written().len(), writes);
}

#[test]
fn what_nobody_answered_is_not_said_to_be_accepted_whether_it_is_waited_for_or_not() {
    let world = World::at(20.0);
    let id = at_work(&world, "One");
    world.faults().add(Fault::on("/repos/acme/api/actions/runs/*/cancel").method("POST").hang_up());
    for wait in [&[][..], &["--wait", "--timeout", "2s"]] {
        let args = [&["cancel", "--repo", "acme/api", "--json"], wait, &[id.as_str()]].concat();
        let run = world.run(&args);
        let row = objects(&run.out).remove(0);
        assert_eq!((run.code, row["result"].as_str()), (6, Some("unknown")), "{row}");
        assert!(row["error"]["what"].as_str().unwrap().contains("may or may not have arrived"), "{row}");
        assert!(run.err.contains("connection closed") && run.err.contains("atc ledger reconcile"), "{}", run.err);
        assert!(!run.err.contains("accepted") && !row["what"].as_str().unwrap().contains("accepted"), "{row}");
    }
    world.faults().clear();
    // Seen to end, it does not matter who asked for it.
    assert_eq!(world.run(&["cancel", "--repo", "acme/api", "--wait", &id]).code, 0);
}

#[test]
fn force_is_the_other_request() {
    let world = World::at(20.0);
    let id = at_work(&world, "One");
    let run = world.run(&["cancel", "--repo", "acme/api", "--force", "-q", &id]);
    assert_eq!((run.code, run.out.trim()), (0, id.as_str()), "{}", run.err);
    assert!(world.written().last().unwrap().path.ends_with("/force-cancel"));
}

#[test]
fn to_interrupt_the_waiting_takes_nothing_back_and_says_so() {
    broken_off(Signal::INT, 130);
}

#[test]
fn a_line_that_drops_while_it_waits_loses_nothing() {
    broken_off(Signal::HUP, 129);
}

fn broken_off(signal: Signal, code: i32) {
    let world = World::at(1.0);
    let id = active(&world).into_iter().find(|id| world.task(id)["state"] == "in_progress").unwrap();
    let mut command = world.command(&["cancel", "--repo", "acme/api", "--wait", "--json", &id]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    eventually("it was requested", || world.written().iter().any(|request| request.path.ends_with("/cancel")));
    kill_process(Pid::from_child(&child), signal).unwrap();
    let out = child.wait_with_output().unwrap();
    let err = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(code), "{err}");
    assert!(err.contains("what was requested stays requested"), "{err}");
    let rows = objects(&String::from_utf8(out.stdout).unwrap());
    assert!(["requested", "run_ended"].contains(&rows[0]["result"].as_str().unwrap()), "{rows:?}");
    // Nobody saw it end: it stays open, and the console takes up the watching when it starts.
    let unresolved = objects(&world.run(&["ledger", "list", "--unresolved", "--json"]).out);
    assert_eq!(unresolved.len(), 1, "{unresolved:?}");
    assert!(unresolved[0]["detail"].as_str().unwrap().contains("accepted (202)"), "{unresolved:?}");
}

/// A run of the demo's cast that ignores every cancel but a forced one.
#[test]
fn a_stubborn_run_is_said_to_run_on_and_obeys_only_force() {
    let world = World::at(20.0);
    let id = world.cast("acme/api", "Rate-limit the public search endpoint");
    let plain = world.run(&["cancel", "--repo", "acme/api", "--wait", "--timeout", "2s", "--json", &id]);
    let row = objects(&plain.out).remove(0);
    assert_eq!((plain.code, row["result"].as_str()), (7, Some("stubborn")), "{row}");
    assert!(plain.err.contains("--force"), "{}", plain.err);
    let forced = world.run(&["cancel", "--repo", "acme/api", "--wait", "--timeout", "9s", "--force", "--json", &id]);
    let row = objects(&forced.out).remove(0);
    assert_eq!((forced.code, row["result"].as_str(), &row["force"]), (0, Some("cancelled"), &true.into()), "{row}");
    let asked: Vec<String> = world.written().iter().map(|request| request.path.clone()).collect();
    assert!(asked[0].ends_with("/cancel") && asked[1].ends_with("/force-cancel") && asked.len() == 2, "{asked:?}");
}

/// Its run is gone, and the session never hears of it.
#[test]
fn a_session_left_behind_by_its_run_is_said_to_be_an_orphan() {
    let world = World::at(20.0);
    let id = at_work(&world, "One");
    let task = world.task(&id);
    let stays = Fault::on(&format!("/agents/repos/acme/api/tasks/{id}")).method("GET");
    world.faults().add(stays.answer(200, &[("content-type", "application/json")], task.to_string()));
    let run = world.run(&["cancel", "--repo", "acme/api", "--wait", "--timeout", "2s", "--json", &id]);
    let row = objects(&run.out).remove(0);
    assert_eq!((run.code, row["result"].as_str()), (7, Some("orphaned")), "{row}{}", run.err);
    assert!(row["what"].as_str().unwrap().contains("frees itself at"), "{row}");
    let ledger = world.run(&["ledger", "list", "--json"]).out;
    let end = |line: &serde_json::Value| line["detail"].as_str().is_some_and(|detail| detail.contains("orphaned"));
    assert!(objects(&ledger).iter().any(end), "what was seen is written down: {ledger}");
}
