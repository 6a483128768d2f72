//! What verbs that act print for programs, each checked against the schema the program itself prints for it.

use atc::demo::Fault;
use serde_json::Value;

use crate::bench::{World, eventually, objects};
use crate::looking::valid;
use crate::program::Run;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

fn one(run: &Run) -> Vec<Value> {
    vec![serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err))]
}

#[test]
fn a_start_in_every_way_it_ends_is_what_its_schema_says() {
    let world = World::at(200.0);
    let start = |args: &[&str]| {
        let run = world.run(&[&["start", "--json", "--repo", "acme/api"], args].concat());
        (run.code, objects(&run.out))
    };
    let mut seen = Vec::new();
    for (args, code, result) in [
        (&["One"][..], 0, Some("started")),
        (&["One"], 5, Some("refused")),
        (&["--wait=pr", "--timeout", "60s", "Two"], 0, Some("started")),
        (&["--once-per", "1d", "--key", "k", "Three"], 0, Some("started")),
        (&["--once-per", "1d", "--key", "k", "Three"], 0, Some("skipped")),
        (&["--dry-run", "Four"], 0, None),
        (&["--dry-run", "--repo", "acme/web", "Four"], 0, None),
    ] {
        let (is, rows) = start(args);
        assert_eq!(is, code, "{args:?}: {rows:?}");
        assert_eq!(rows[0].get("result").and_then(Value::as_str), result, "{args:?}");
        seen.extend(rows);
    }
    world.faults().add(
        Fault::on("/agents/repos/acme/api/tasks").method("POST").answer(422, JSON, r#"{"message":"no"}"#).times(1),
    );
    let (code, rows) = start(&["Five"]);
    assert_eq!((code, rows[0]["result"].as_str()), (1, Some("failed")), "{rows:?}");
    seen.extend(rows);
    valid("start", &seen);
    let kinds = |field: &str| seen.iter().filter(|row| !row[field].is_null()).count();
    assert!(kinds("error") >= 2 && kinds("pull_request") == 1 && kinds("since") == 1, "{seen:#?}");
}

#[test]
fn a_retry_a_follow_up_and_an_assignment_are_what_their_schemas_say() {
    let world = World::at(200.0);
    let run = world.run(&["start", "--repo", "acme/api", "--wait=pr", "--timeout", "60s", "-q", "Fix the parser"]);
    let id = run.out.trim().to_owned();
    let of = |args: &[&str]| objects(&world.run(&[args, &["--repo", "acme/api", "--json"]].concat()).out);
    valid("retry", &of(&["retry", &id, "--again", "--dry-run"]));
    valid("retry", &of(&["retry", &id, "--again"]));
    valid("follow-up", &of(&["follow-up", &id, "--again", "and", "the", "lexer"]));
    valid("follow-up", &of(&["follow-up", &id, "--dry-run", "--again", "and", "the", "printer"]));
    let said = of(&["follow-up", &id, "--comment", "please"]);
    assert_eq!(said[0]["result"], "commented", "{said:?}");
    valid("follow-up", &said);
    valid("follow-up", &of(&["follow-up", &id, "--comment", "--dry-run", "please"]));
    let issues = world.get("/repos/acme/api/issues?per_page=100");
    let free = |issue: &&Value| issue["pull_request"].is_null() && issue["assignees"] == serde_json::json!([]);
    let number = issues.as_array().unwrap().iter().find(free).unwrap()["number"].to_string();
    valid("assign", &of(&["assign", &number, "--dry-run"]));
    valid("assign", &of(&["assign", &number]));
    let refused = of(&["assign", &number]);
    assert_eq!(refused[0]["result"], "refused");
    valid("assign", &refused);
}

#[test]
fn a_cancel_in_every_way_it_ends_is_what_its_schema_says() {
    let world = World::at(20.0);
    let id = world.started("One");
    eventually("it began", || world.task(&id)["sessions"][0]["state"] == "in_progress");
    let of = |args: &[&str]| objects(&world.run(&[&["cancel", "--repo", "acme/api", "--json"], args].concat()).out);
    let all = [of(&[&id]), of(&["--wait", &id]), of(&[&id]), of(&["ffffffff-0000-0000-0000-000000000000"])].concat();
    assert!(all.iter().any(|row| row["task"].is_null()) && all.iter().any(|row| row["result"] == "already_ended"));
    valid("cancel", &all);
}

#[test]
fn the_ledger_the_policy_the_templates_and_the_doctor_print_what_their_schemas_say() {
    let world = World::at(200.0);
    world.started("One");
    world.run(&[
        "start",
        "--repo",
        "acme/api",
        "--repo",
        "acme/web",
        "--reason",
        "the release waits",
        "--again",
        "-q",
        "Two",
    ]);
    world.run(&["watch", "--repo", "acme/api", "--once"]);
    // However many states were seen by then: the more, the slower this machine is.
    let listed = objects(&world.run(&["ledger", "list", "--limit", "100000", "--json"]).out);
    for what in ["intent", "outcome", "state"] {
        assert!(listed.iter().any(|line| line["what"] == what), "{what} is missing");
    }
    valid("ledger-list", &listed);
    valid("ledger-export", &objects(&world.run(&["ledger", "export"]).out));
    let id = listed.iter().find_map(|line| line["task"].as_str()).unwrap();
    valid("ledger-show", &objects(&world.run(&["ledger", "show", "--json", id]).out));
    valid("ledger-verify", &one(&world.run(&["ledger", "verify", "--json"])));
    valid("ledger-stats", &one(&world.run(&["ledger", "stats", "--json"])));
    valid("policy-explain", &one(&world.run(&["policy", "explain", "acme/api", "--json"])));
    valid("policy-explain", &one(&world.run(&["policy", "explain", "acme/api", "--offline", "--json"])));
    valid("doctor", &one(&world.run(&["doctor", "--repo", "acme/api", "--json"])));
    world.file(".config/atc/templates/broken.md", "+++\ntitle = 3\n+++\n");
    valid("template-list", &one(&world.run(&["template", "list", "--json"])));
    valid("template-lint", &one(&world.run(&["template", "lint", "--json"])));
    let render = ["template", "render", "fix-flaky-test", "--var", "test=a::b", "--preset", "rust", "--json"];
    valid("template-render", &one(&world.run(&render)));
}

#[test]
fn the_prompt_of_a_start_that_is_asked_about_tells_the_same_work() {
    let world = World::at(1.0);
    let id = world.started("Fix the parser");
    world.file("p.md", "Fix the parser\n");
    let asked =
        |args: &[&str]| one(&world.run(&[&["policy", "explain", "acme/api", "--json"], args].concat())).remove(0);
    assert_eq!(asked(&[])["duplicates"], serde_json::json!([]));
    let same = asked(&["--prompt-file", "p.md"]);
    assert!(same["duplicates"][0].as_str().unwrap().contains(&id), "{same}");
    let input = world.with_input(&["policy", "explain", "acme/api", "--prompt-file", "-"], "Fix the parser\n");
    assert!(input.out.contains("duplicate") && input.out.contains(&id), "{}{}", input.out, input.err);
    assert_eq!(world.written().len(), 1);
}

#[test]
fn what_the_service_says_beyond_what_is_known_is_told_on() {
    let world = World::at(0.001);
    let id = world.cast("acme/api", "Fix flaky retry test in scheduler");
    let mut task = world.task(&id);
    task["mood"] = serde_json::json!({"now": "fine"});
    task["artifacts"]
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({"provider": "github", "type": "issue", "data": {"id": 7}}));
    task["sessions"][0]["reasoning_effort"] = "high".into();
    task["sessions"][0]["agent_slug"] = "copilot-swe-agent".into();
    task["sessions"][0]["resource_number"] = 41.into();
    task["sessions"][0]["tempo"] = 3.into();
    world.faults().add(Fault::on(&format!("/agents/repos/acme/api/tasks/{id}")).answer(200, JSON, task.to_string()));
    let seen = one(&world.run(&["view", "--repo", "acme/api", "--json", &id]));
    valid("view", &seen);
    let view = &seen[0];
    assert_eq!(view["other"], serde_json::json!({"mood": {"now": "fine"}}), "{view:#}");
    assert_eq!(view["other_artifacts"][0]["type"], "issue");
    assert_eq!(view["owner_id"], task["owner"]["id"]);
    assert_eq!(view["creator_type"], task["creator_type"]);
    let session = &view["sessions"][0];
    let told = ["reasoning_effort", "agent_slug", "resource_number"].map(|field| session[field].to_string());
    assert_eq!(told, ["\"high\"", "\"copilot-swe-agent\"", "41"]);
    assert_eq!(session["other"]["tempo"], 3);
}

#[test]
fn a_pull_request_says_what_it_waits_for() {
    let world = World::at(0.001);
    let rows = objects(&world.run(&["reviews", "--repo", "acme/api", "--json"]).out);
    valid("reviews", &rows);
    let checks: Vec<&Value> =
        rows.iter().flat_map(|row| row["pull_request"]["checks_by_name"].as_array().unwrap()).collect();
    assert!(checks.iter().any(|check| check["name"].is_string() && check["required"].is_boolean()), "{rows:#?}");
    let task = rows.iter().find(|row| row["blocked_on"] != Value::Null).unwrap()["task"].as_str().unwrap();
    let view = one(&world.run(&["view", "--repo", "acme/api", "--json", task]));
    valid("view", &view);
    assert!(view[0]["waits"]["on"].is_string() && view[0]["pull_request"]["head"].is_string(), "{:#}", view[0]);
}
