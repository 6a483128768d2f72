//! `atc assign` against a living server.

use serde_json::{Value, json};

use crate::bench::{World, objects};

/// An open issue of a repository that nobody is in charge of.
fn issue(world: &World) -> u64 {
    let listed = world.get("/repos/acme/api/issues?per_page=100");
    let free = |issue: &&Value| issue["pull_request"].is_null() && issue["assignees"] == json!([]);
    listed.as_array().unwrap().iter().find(free).expect("a free issue")["number"].as_u64().unwrap()
}

#[test]
fn an_issue_is_assigned_once_and_its_task_is_told() {
    let world = World::at(50.0);
    let number = issue(&world);
    let name = format!("acme/api#{number}");
    let dry = world.run(&["assign", &name, "--dry-run", "--json", "keep", "the", "API"]);
    assert_eq!(dry.code, 0, "{}", dry.err);
    assert_eq!(objects(&dry.out)[0]["request"]["agent_assignment"]["custom_instructions"], "keep the API");
    assert!(dry.err.contains("allowed"), "{}", dry.err);
    assert_eq!(world.written().len(), 0);

    let run = world.run(&["assign", &name, "keep", "the", "API", "--base", "main", "--json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let row = objects(&run.out).remove(0);
    assert_eq!(row["result"], "assigned", "{row}");
    let task = world.task(row["task"].as_str().expect("a task"));
    assert_eq!(task["id"], row["task"]);
    let written = world.written();
    assert_eq!(written.len(), 1);
    assert!(written[0].path.ends_with(&format!("/issues/{number}/assignees")));
    assert_eq!(serde_json::from_str::<Value>(&written[0].body).unwrap(), row["request"]);

    let again = world.run(&["assign", &name]);
    assert_eq!(again.code, 5, "it is at work on it already: {}", again.out);
    assert!(again.err.contains("assigned"), "{}", again.err);
    let dry = world.run(&["assign", &name, "--dry-run", "--json"]);
    assert_eq!((dry.code, objects(&dry.out)[0]["result"].as_str()), (5, Some("dry_run")), "as sending it: {}", dry.err);
    assert!(dry.err.contains("assigned"), "{}", dry.err);
    assert_eq!(world.written().len(), 1);
}

#[test]
fn what_names_no_issue_and_what_may_not_be_done_is_refused() {
    let world = World::at(1.0);
    for wrong in ["x", "acme/api", "#0", "12"] {
        let run = world.run(&["assign", wrong]);
        assert_eq!(run.code, 2, "{wrong}: {}", run.err);
    }
    let run = world.run(&["assign", "acme/api#1", "--read-only"]);
    assert_eq!((run.code, world.written().len()), (5, 0), "{}", run.err);
}
