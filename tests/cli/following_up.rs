//! `atc retry` and `atc follow-up` against a living server.

use atc::demo::Fault;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::bench::{World, objects, plain};
use crate::harness::{ATC, Spec};

fn last_body(world: &World) -> Value {
    serde_json::from_str(&world.written().pop().unwrap().body).unwrap()
}

/// A task that was started from a template, has its pull request, and was cancelled.
fn ended(world: &World) -> (String, u64) {
    world.file("t.md", "+++\ntitle = \"T\"\nticket = \"OPS-7\"\nbase_ref = \"main\"\n+++\nFix the parser\n");
    let args = ["start", "--repo", "acme/api", "--template", "t.md", "--wait=pr", "--timeout", "60s", "--json"];
    let row = objects(&world.run(&args).out).remove(0);
    let (id, number) = (row["task"].as_str().unwrap().to_owned(), row["pull_request"]["number"].as_u64().unwrap());
    let run = world.run(&["cancel", "--repo", "acme/api", "--wait", "-q", &id]);
    assert_eq!(run.code, 0, "{}", run.err);
    (id, number)
}

#[test]
fn a_retry_is_the_same_prompt_anew_or_another_one() {
    let world = World::at(50.0);
    let (id, _) = ended(&world);
    let again = world.run(&["retry", "--repo", "acme/api", &id, "--json", "--again"]);
    assert_eq!(again.code, 0, "{}", again.err);
    let row = objects(&again.out).remove(0);
    assert_eq!((row["template"].as_str(), row["ticket"].as_str()), (Some("t"), Some("OPS-7")), "{row}");
    assert_eq!(
        (&last_body(&world)["prompt"], &last_body(&world)["base_ref"]),
        (&"Fix the parser".into(), &"main".into())
    );
    let other = world.with_input(
        &["retry", "--repo", "acme/api", &id, "--prompt-file", "-", "--again", "--json"],
        "Fix only the lexer\n",
    );
    assert_eq!(other.code, 0, "{}", other.err);
    assert_eq!(objects(&other.out)[0]["template"], Value::Null, "what was changed is not what the template made");
    assert_eq!(last_body(&world)["prompt"], "Fix only the lexer");
    let writes = world.written().len();
    let edit = world.run(&["retry", "--repo", "acme/api", &id, "--edit"]);
    assert_eq!(edit.code, 2);
    assert!(edit.err.contains("--prompt-file"), "{}", edit.err);
    assert_eq!(world.written().len(), writes);
}

#[test]
fn a_retry_of_work_that_met_a_rate_limit_waits_for_the_time_it_named_or_for_the_configured_one() {
    let world = World::at(50.0);
    let (id, _) = ended(&world);
    let writes = world.written().len();
    // The same task, as it would be had it failed just now.
    let failed = |words: &str| {
        let mut task = world.task(&id);
        let session = task["sessions"].as_array_mut().unwrap().last_mut().unwrap();
        (session["state"], session["error"]) = ("failed".into(), json!({ "message": words }));
        session["completed_at"] = chrono::Utc::now().to_rfc3339().into();
        task["state"] = "failed".into();
        world.faults().clear();
        let path = format!("/agents/repos/acme/api/tasks/{id}");
        let json = [("content-type", "application/json")];
        world.faults().add(Fault::on(&path).method("GET").answer(200, &json, task.to_string()));
    };
    let retry = |more: &[&str]| world.run(&[&["retry", "--repo", "acme/api", &id, "-q", "--again"][..], more].concat());
    failed("Rate limit exceeded, please try again in 40 minutes.");
    let run = retry(&[]);
    assert_eq!((run.code, run.out.as_str()), (5, ""), "{}", run.err);
    assert!(run.err.contains("not before") && !run.err.contains("no time was named"), "{}", run.err);
    failed("Rate limit exceeded.");
    let run = retry(&[]);
    assert_eq!((run.code, run.out.as_str()), (5, ""), "{}", run.err);
    assert!(run.err.contains("no time was named: retry.limited_minutes"), "{}", run.err);
    assert_eq!(retry(&["--dry-run"]).code, 0, "what would be sent may be looked at");
    assert_eq!(world.written().len(), writes, "nothing was sent");
    let mut command = world.command(&["retry", "--repo", "acme/api", &id, "-q", "--again"]);
    let run = crate::program::run(command.env("ATC_RETRY_LIMITED_MINUTES", "0"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("may be held back again"), "never silently: {}", run.err);
    assert_eq!(world.written().len(), writes + 1);
}

#[test]
fn a_retry_is_edited_in_the_operators_editor() {
    let world = World::at(50.0);
    let (id, _) = ended(&world);
    let args = ["retry", "--repo", "acme/api", &id, "--edit", "--yes", "--again"];
    let spec = world.env().iter().fold(Spec::new(ATC, &args), |spec, (name, value)| spec.env(name, value));
    let spec = spec.env("EDITOR", "/bin/sed -i s/parser/printer/");
    let mut spec = spec.size(30, 150);
    spec.env.push(("XDG_STATE_HOME".into(), world.home.path().join("state").to_str().unwrap().into()));
    let mut t = spec.start();
    assert_eq!(t.exit().code(), Some(0));
    assert_eq!(last_body(&world)["prompt"], "Fix the printer");
}

#[test]
fn a_follow_up_is_a_new_task_on_the_same_branch() {
    let world = World::at(200.0);
    let (id, number) = ended(&world);
    let head = world.task(&id)["sessions"][0]["head_ref"].clone();
    let run = world.with_input(&["follow-up", &format!("acme/api#{number}"), "--json"], "Add tests\n");
    assert_eq!(run.code, 0, "{}", run.err);
    let body = last_body(&world);
    assert_eq!((&body["prompt"], &body["head_ref"], &body["base_ref"]), (&json!("Add tests"), &head, &json!("main")));
}

#[test]
fn a_word_to_the_agent_is_a_comment_on_the_pull_request() {
    let world = World::at(200.0);
    let (id, number) = ended(&world);
    let writes = world.written().len();
    let dry = world.run(&["follow-up", "--repo", "acme/api", &id, "--comment", "--dry-run", "add", "tests"]);
    assert_eq!((dry.code, world.written().len()), (0, writes), "{}", dry.err);
    let run = world.run(&["follow-up", "--repo", "acme/api", &id, "--comment", "add", "tests"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_snapshot!("comment_text", plain(&run.out).replace(&number.to_string(), "NUMBER"));
    let sent = world.written().pop().unwrap();
    assert_eq!(sent.path, format!("/repos/acme/api/issues/{number}/comments"));
    assert_eq!(last_body(&world), json!({"body": "@copilot add tests"}));
    let ledger = objects(&world.run(&["ledger", "list", "--json"]).out);
    let line = ledger.iter().find(|line| line["action"] == "comment" && line["what"] == "intent").unwrap();
    assert_eq!((line["pull"].as_u64(), line["task"].as_str()), (Some(number), Some(id.as_str())));
    let intents: Vec<_> = ledger.iter().filter(|line| line["what"] == "intent").collect();
    let acts: Vec<_> = intents.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert!(["start", "comment"].iter().all(|act| acts.contains(act)), "{acts:?}");
    assert!(intents.iter().all(|line| line["login"] == "mona"), "each says on whose authority: {intents:?}");
}

#[test]
fn a_task_without_a_pull_request_takes_no_comment() {
    let world = World::at(1.0);
    let id = world.started("Fix the parser");
    let run = world.run(&["follow-up", "--repo", "acme/api", &id, "--comment", "add tests"]);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("no pull request"), "{}", run.err);
    assert_eq!(world.written().len(), 1);
}
