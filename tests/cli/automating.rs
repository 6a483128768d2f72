//! `atc automation` against a living server.

use serde_json::Value;

use crate::bench::{World, objects};
use crate::harness::{ATC, Spec};

const REPOS: [&str; 6] = ["--repo", "acme/api", "--repo", "acme/billing", "--repo", "acme/web"];

fn with(args: &[&'static str]) -> Vec<&'static str> {
    [&["automation"], args, &REPOS].concat()
}

fn rows(world: &World, args: &[&'static str]) -> Vec<Value> {
    let run = world.run(&with(args));
    assert_eq!(run.code, 0, "{args:?}: {}", run.err);
    objects(&run.out)
}

/// One that is switched on and was not run into its limit.
fn one_that_is_on(world: &World) -> Value {
    let all = rows(world, &["list", "--details", "--json"]);
    let fine = |one: &&Value| {
        let reached = one["limit_status"].as_array().is_some_and(|all| all.iter().any(|one| one["reached"] == true));
        one["on"] == true && !reached
    };
    all.iter().find(fine).expect("one that is on").clone()
}

fn arg(value: &Value) -> &'static str {
    value.as_str().unwrap().to_owned().leak()
}

#[test]
fn a_list_tells_as_much_as_was_asked_for_and_no_more_is_read() {
    let world = World::at(1.0);
    let plain = rows(&world, &["list", "--json"]);
    assert!(plain.len() > 3 && plain.iter().all(|one| one["prompt"].is_null() && one["runs"].is_null()));
    assert_eq!(world.asked_of("/automations"), 3);
    let deep = rows(&world, &["list", "--runs", "--json"]);
    assert!(deep.iter().all(|one| one["prompt"].is_string() && one["runs"].is_object()));
    assert!(deep.iter().any(|one| one["next_run"].is_string()), "some run on a schedule");
    let off = deep.iter().find(|one| one["on"] == false && one["off_because"].is_string());
    assert!(off.is_some(), "one was switched off by the service");
    let text = world.run(&with(&["list", "--runs"]));
    assert_eq!(text.code, 0, "{}", text.err);
    let ids = world.run(&with(&["list", "-q"]));
    assert_eq!(ids.out.lines().count(), plain.len());
    assert_eq!(world.written().len(), 0);
}

#[test]
fn a_view_of_the_console_is_a_list_of_what_it_asks_and_what_is_typed_besides() {
    let world = World::at(1.0);
    let ids = |args: &[&'static str]| {
        let run = world.run(&with(&[args, &["-q"]].concat()));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
        run.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let on = ids(&["list", "--view", "on"]);
    assert!(on.len() > 1 && on.len() < ids(&["list"]).len());
    assert_eq!(on, ids(&["list", "state:on"]));
    assert_eq!(ids(&["list", "--view", "On", "trigger:schedule"]), ids(&["list", "state:on trigger:schedule"]));
    let unknown = world.run(&with(&["audit", "--view", "needs-me"]));
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert!(unknown.err.contains("needs-me") && unknown.err.contains("needs-care"), "{}", unknown.err);
}

#[test]
fn a_query_is_asked_with_no_more_requests_than_it_needs() {
    let world = World::at(1.0);
    let all = rows(&world, &["list", "--details", "--runs", "--json"]);
    let names = |rows: &[Value]| -> Vec<String> { rows.iter().map(|one| arg(&one["id"]).to_owned()).collect() };
    let those = |test: &dyn Fn(&Value) -> bool| names(&all.iter().filter(|one| test(one)).cloned().collect::<Vec<_>>());
    let requests = || world.asked_within("/automations");
    let asked = |query: &'static str| {
        let before = requests();
        let found = rows(&world, &["list", query, "--json"]);
        (names(&found), requests() - before)
    };
    let (on, requests) = asked("state:on");
    assert_eq!((on, requests), (those(&|one| one["on"] == true), 3), "the lists tell it");
    let (off, requests) = asked("state:off repository:api");
    let expected = those(&|one| one["on"] == false && one["repo"] == "acme/api");
    assert_eq!((off, requests), (expected, 3));
    let of_api = those(&|one| one["repo"] == "acme/api");
    let (costly, requests) = asked("repository:acme/api -cost:unknown");
    let expected = those(&|one| one["repo"] == "acme/api" && one["usage"]["day_nano_credits"].is_u64());
    assert_eq!((costly, requests), (expected, 3 + of_api.len()), "only these are looked into");
    let (limited, _) = asked("limit:none");
    assert_eq!(limited, those(&|one| one["usage_limits"].as_array().is_some_and(Vec::is_empty)));
    let (failing, _) = asked("success:<100");
    assert_eq!(failing, those(&|one| one["runs"]["success_percent"].as_u64().is_some_and(|good| good < 100)));
    let concerned = |one: &Value, word: &str| {
        one["concerns"].as_array().is_some_and(|all| all.iter().any(|found| found["concern"] == word))
    };
    let (circles, requests) = asked("concern:circle");
    assert_eq!((circles, requests), (those(&|one| concerned(one, "circle")), 3));
    let (any, _) = asked("concern:any");
    assert_eq!(any, those(&|one| one["concerns"].as_array().is_some_and(|all| !all.is_empty())));
    let (mine, _) = asked("user:@me");
    assert_eq!(mine, those(&|one| one["creator"] == "mona"));
    let (none, _) = asked("nothing-is-called-so");
    assert!(none.is_empty());
    let ids = world.run(&with(&["list", "state:on", "-q"]));
    assert_eq!(ids.out.lines().count(), those(&|one| one["on"] == true).len());
    let wrong = world.run(&with(&["list", "stat:on"]));
    assert!(wrong.code == 2 && wrong.err.contains("did you mean state:?"), "{} {}", wrong.code, wrong.err);
    let week = rows(&world, &["calendar", "--quick", "--week", "repository:acme/web", "--json"]);
    assert!(!week.is_empty() && week.iter().all(|run| run["repo"] == "acme/web"));
    let deep = rows(&world, &["list", "--details", "state:off", "--json"]);
    assert!(!deep.is_empty() && deep.iter().all(|one| one["prompt"].is_string()), "what is printed is read too");
}

#[test]
fn your_own_are_listed_without_naming_a_repository() {
    let world = World::at(1.0);
    let own = world.run(&["automation", "list", "--mine", "--json"]);
    assert_eq!(own.code, 0, "{}", own.err);
    let own = objects(&own.out);
    assert!(own.len() > 1 && own.iter().all(|one| one["creator"] == "mona"));
    assert_eq!(world.asked_of("/automations"), 1, "one list for all repositories");
    let here = world.run(&["automation", "list", "--mine", "--repo", "acme/api", "--json"]);
    let here = objects(&here.out);
    assert!(!here.is_empty() && here.len() < own.len() && here.iter().all(|one| one["repo"] == "acme/api"));
}

#[test]
fn what_is_printed_for_programs_is_what_the_schema_says() {
    let world = World::at(1.0);
    let one = one_that_is_on(&world);
    let id = arg(&one["id"]);
    let folder = world.home.path().join("files");
    let folder = folder.to_str().unwrap().to_owned().leak();
    for (verb, args) in [
        ("list", vec!["list", "--runs", "--json"]),
        ("view", vec!["view", id, "--json"]),
        ("runs", vec!["runs", id, "--json"]),
        ("disable", vec!["disable", id, "--dry-run", "--json"]),
        ("export", vec!["export", folder, "--json"]),
        ("diff", vec!["diff", folder, "--json"]),
        ("apply", vec!["apply", folder, "--yes", "--json"]),
        ("calendar", vec!["calendar", "--week", "--json"]),
    ] {
        let run = world.run(&with(&args));
        assert_eq!(run.code, 0, "{verb}: {}", run.err);
        let name = if verb == "apply" { "diff" } else { verb };
        let schema = world.run(&["schema", &format!("automation-{name}")]);
        let schema: Value = serde_json::from_str(&schema.out).unwrap();
        let check = jsonschema::validator_for(&schema).unwrap();
        let all: Vec<Value> =
            if verb == "view" { vec![serde_json::from_str(&run.out).unwrap()] } else { objects(&run.out) };
        assert!(!all.is_empty() || verb == "runs", "{verb}");
        for row in &all {
            assert!(
                check.is_valid(row),
                "{verb}: {:?}",
                check.iter_errors(row).map(|e| e.to_string()).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn one_is_switched_off_and_on_again_once_each_and_by_name_or_the_beginning_of_its_id() {
    let world = World::at(1.0);
    let one = one_that_is_on(&world);
    let (id, name) = (arg(&one["id"]), arg(&one["name"]));
    let dry = world.run(&with(&["disable", name, "--dry-run"]));
    assert!(dry.code == 0 && dry.err.contains("\"enabled\": false") && dry.err.contains("PATCH"), "{}", dry.err);
    assert_eq!(world.written().len(), 0);
    assert_eq!(rows(&world, &["disable", name, "--json"])[0]["result"], "disabled");
    assert_eq!(rows(&world, &["disable", id, "--json"])[0]["result"], "unchanged");
    assert_eq!(rows(&world, &["enable", &id[..8], "--json"])[0]["result"], "enabled");
    let written = world.written();
    assert_eq!(written.len(), 2, "what is so already is not sent");
    assert!(written.iter().all(|one| one.method == "PATCH" && one.body.contains("expected_revision_id")));
    let ledger = world.run(&["ledger", "list"]).out;
    assert!(ledger.contains("automation disable") && ledger.contains("automation enable"), "{ledger}");
    let gone = world.run(&with(&["view", "no such thing"]));
    assert!(gone.code == 1 && gone.err.contains("there is no automation"), "{}", gone.err);
}

#[test]
fn one_is_made_from_a_template_edited_and_deleted_by_its_typed_name() {
    let world = World::at(1.0);
    world.file("t.md", "+++\ntitle = \"T\"\nmodel = \"gpt-5.4\"\n[[variables]]\nname = \"what\"\nrequired = true\n+++\n## Goal\nKeep {{ what }} fresh.\n## Non-goals\nCode stays as it is.\n## Validation\n`make docs`\n## Pull request\nOne line.\n");
    let create = |more: &[&'static str]| {
        let args = [
            "automation",
            "create",
            "--repo",
            "acme/api",
            "--name",
            "Fresh docs",
            "--template",
            "t.md",
            "--var",
            "what=docs",
            "--json",
        ];
        world.run(&[&args[..], more].concat())
    };
    let trigger = r#"interval={"cadence":["weekly"],"day_of_week":1,"hour_utc":6,"minute_utc":0}"#;
    let made = create(&["--trigger", trigger, "--limit", "week=100"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let row = objects(&made.out).remove(0);
    assert_eq!(row["result"], "created", "{row}");
    let sent: Value = serde_json::from_str(&world.written()[0].body).unwrap();
    assert_eq!((&sent["model"], &sent["usage_limits"][0]["limit"]), (&"gpt-5.4".into(), &100_000_000_000_u64.into()));
    assert_eq!(create(&[]).code, 5, "there is one of this name");
    let edit = rows(&world, &["edit", "Fresh docs", "--limit", "day=5", "--json"]);
    assert_eq!((&edit[0]["result"], edit[0]["changes"].as_array().unwrap().len()), (&"changed".into(), 1), "{edit:?}");
    let unasked = world.run(&with(&["delete", "Fresh docs"]));
    assert!(unasked.code == 5 && unasked.err.contains("--name"), "{}", unasked.err);
    assert_eq!(world.run(&with(&["delete", "Fresh docs", "--name", "fresh"])).code, 5);
    assert_eq!(world.written().len(), 2);
    assert_eq!(rows(&world, &["delete", "Fresh docs", "--name", "Fresh docs", "--json"])[0]["result"], "deleted");
    assert_eq!(world.run(&with(&["view", "Fresh docs"])).code, 1);
}

#[test]
fn what_its_prompt_lacks_is_advice_and_a_secret_in_it_is_refused() {
    let world = World::at(1.0);
    let create = |prompt: &'static str| {
        let args = ["automation", "create", "--repo", "acme/api", "--name", "Plain", "--json", prompt];
        world.run(&args)
    };
    let secret = create("Look every week.\nThe key is AKIAABCDEFGHIJKLMNOP.");
    assert_eq!((secret.code, secret.out.as_str(), world.written().len()), (5, "", 0), "{}", secret.err);
    assert!(secret.err.contains("line 2: this looks like an AWS key"), "{}", secret.err);
    let plain = create("Bring the changelog up to date.");
    let row = objects(&plain.out).remove(0);
    assert_eq!((plain.code, &row["result"]), (0, &"created".into()), "{row}{}", plain.err);
    assert_eq!(row["advice"].as_array().unwrap().len(), 4, "each part it lacks: {row}");
}

#[test]
fn a_run_is_followed_to_its_task_or_reported_missing_and_asked_for_once() {
    let world = World::at(60.0);
    let one = one_that_is_on(&world);
    let run = world.run(&with(&["run", arg(&one["id"]), "--json"]));
    let row = objects(&run.out).remove(0);
    match row["result"].as_str().unwrap() {
        "started" => {
            assert_eq!(run.code, 0, "{}", run.err);
            let task = row["task"].as_str().unwrap();
            let runs = rows(&world, &["runs", arg(&one["id"]), "--json"]);
            assert!(runs.iter().any(|run| run["task"] == task && run["automation"] == one["id"]), "{runs:?}");
        }
        // The service loses one now and then.
        "missing" => assert_eq!(run.code, 6, "{}", run.err),
        other => panic!("{other}: {}", run.err),
    }
    assert_eq!(world.written().len(), 1);
}

#[test]
fn what_is_exported_and_applied_again_changes_nothing_and_a_changed_file_is_one_change() {
    let world = World::at(1.0);
    let folder = world.home.path().join("files");
    let name: &'static str = folder.to_str().unwrap().to_owned().leak();
    let written = rows(&world, &["export", name, "--json"]);
    assert!(written.iter().all(|one| one["changed"] == true));
    assert!(rows(&world, &["export", name, "--json"]).iter().all(|one| one["changed"] == false), "a stable order");
    let steps = rows(&world, &["apply", name, "--prune", "--yes", "--json"]);
    assert!(steps.len() > 3 && steps.iter().all(|one| one["step"] == "unchanged"), "{steps:?}");
    assert_eq!(world.written().len(), 0);

    let file = folder.join(written[0]["file"].as_str().unwrap());
    let text = std::fs::read_to_string(&file).unwrap();
    let changed: String = text
        .lines()
        .map(|line| {
            if line.starts_with("enabled") {
                "description = \"new words\"\nenabled = false\n".to_owned()
            } else if line.starts_with("description") {
                String::new()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    std::fs::write(&file, changed).unwrap();
    assert_eq!(world.run(&with(&["diff", name, "--check"])).code, 5);
    let unasked = world.run(&with(&["apply", name]));
    assert!(unasked.code == 5 && unasked.err.contains("--yes"), "{}", unasked.err);
    let applied = rows(&world, &["apply", name, "--yes", "--json"]);
    assert_eq!((applied.len(), &applied[0]["result"]), (1, &"changed".into()), "{applied:?}");
    assert_eq!(world.written().len(), 1);
    assert_eq!(world.run(&with(&["diff", name, "--check"])).code, 0);
    std::fs::write(&file, "repo = \"acme/api\"\nname = 3\n").unwrap();
    let broken = world.run(&with(&["apply", name, "--yes", "--prune"]));
    assert_eq!((broken.code, world.written().len()), (2, 1), "{}", broken.err);
    // What no file names differs where that is asked for.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(world.run(&with(&["diff", name, "--check"])).code, 0);
    assert_eq!(world.run(&with(&["diff", name, "--check", "--prune"])).code, 5);
}

#[test]
fn the_audit_exits_5_on_a_violation_and_0_without_one() {
    let world = World::at(1.0);
    let fine = world.run(&with(&["audit", "--json"]));
    assert_eq!(fine.code, 0, "{}", fine.err);
    assert!(objects(&fine.out).iter().all(|one| one["weight"] == "note"), "{}", fine.out);
    world.policy("[everywhere.automations]\nusage_limit_required = true\nwrite_scopes = [\"trigger\"]\nper_repo = 1\n");
    let bad = world.run(&with(&["audit", "--json"]));
    assert_eq!(bad.code, 5, "{}", bad.err);
    let rows = objects(&bad.out);
    let keys: Vec<&str> =
        rows.iter().filter(|one| one["weight"] == "violates").map(|one| one["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"automations.per_repo"), "{keys:?}");
    assert!(rows.iter().filter(|one| one["weight"] == "violates").all(|one| one["rule"] == "everywhere"));
    assert_eq!(world.written().len(), 0);
}

#[test]
fn where_there_are_none_yet_that_is_said_and_a_door_that_is_read_only_stays_shut() {
    let world = World::at(1.0);
    let nothing = world.run(&["automation", "list", "--repo", "acme/nowhere"]);
    assert!(nothing.code == 1 && nothing.err.contains("not available"), "{}", nothing.err);
    // That a query holds of none of those there are says nothing of what another repository offers.
    let args = ["automation", "list", "--repo", "acme/nowhere", "--repo", "acme/api", "no-such-word"];
    let none_of_them = world.run(&args);
    assert_eq!((none_of_them.code, none_of_them.out.as_str()), (0, ""), "{}", none_of_them.err);
    let shut = world.run(&with(&["enable", "x", "--read-only"]));
    assert_eq!((shut.code, world.written().len()), (5, 0), "{}", shut.err);
}

/// `atc automation edit` on a terminal, with this as the editor; `answers` are typed. The exit code and the last screen.
fn edited(world: &World, which: &str, editor: &str, answers: &[(&str, &str)]) -> (Option<i32>, String) {
    let args = ["automation", "edit", which, "--repo", "acme/web", "--yes"];
    let spec = world.env().iter().fold(Spec::new(ATC, &args), |spec, (name, value)| spec.env(name, value));
    let mut spec = spec.env("EDITOR", editor).size(40, 200);
    spec.env.push(("XDG_STATE_HOME".into(), world.home.path().join("state").to_str().unwrap().into()));
    let mut t = spec.start();
    for (question, answer) in answers {
        t.text(question);
        t.send(answer);
    }
    let code = t.exit().code();
    (code, t.screen().contents())
}

fn script(world: &World, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = world.file("editor.sh", &format!("#!/bin/sh\n{text}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.to_str().unwrap().to_owned()
}

const ODD: &str = "Rotate leaked secrets";

fn view(world: &World, which: &'static str) -> Value {
    let run = world.run(&["automation", "view", which, "--repo", "acme/web", "--json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn what_is_left_unchanged_in_the_editor_sends_nothing() {
    let world = World::at(1.0);
    let (code, screen) = edited(&world, ODD, "/bin/true", &[]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("unchanged") && world.written().is_empty(), "{screen}");
    let (code, screen) = edited(&world, ODD, "/bin/false", &[]);
    assert!(code != Some(0) && screen.contains("the text is unchanged"), "{screen}");
    assert!(world.written().is_empty());
}

#[test]
fn a_diff_shows_the_field_of_a_trigger_that_differs() {
    let world = World::at(1.0);
    let folder = world.home.path().join("files");
    let name: &'static str = folder.to_str().unwrap().to_owned().leak();
    let written = rows(&world, &["export", name, "--json"]);
    let hour = |text: &str| text.lines().find_map(|line| line.strip_prefix("hour_utc = ")?.parse::<u32>().ok());
    let (file, text, hour) = written
        .iter()
        .map(|one| folder.join(one["file"].as_str().unwrap()))
        .map(|file| (file.clone(), std::fs::read_to_string(file).unwrap()))
        .find_map(|(file, text)| hour(&text).map(|hour| (file, text, hour)))
        .expect("one on a schedule");
    let later = (hour + 1) % 24;
    let moved = text.replace(&format!("hour_utc = {hour}"), &format!("hour_utc = {later}"));
    std::fs::write(&file, moved).unwrap();
    let told = world.run(&with(&["diff", name]));
    assert!(told.out.contains(&format!("hour_utc: {hour} → {later}")), "{}", told.out);
}

#[test]
fn what_is_changed_in_the_editor_is_sent_alone_and_what_nobody_knows_survives() {
    let world = World::at(1.0);
    let before = view(&world, ODD);
    let id = arg(&before["id"]);
    let (code, screen) = edited(&world, ODD, "/bin/sed -i /^name/s/leaked/old/", &[]);
    assert_eq!(code, Some(0), "{screen}");
    let sent = world.written();
    assert_eq!(sent.len(), 1);
    let body: serde_json::Map<String, Value> = serde_json::from_str(&sent[0].body).unwrap();
    let fields: Vec<&str> = body.keys().map(String::as_str).collect();
    assert!(sent[0].method == "PATCH" && fields.len() == 2, "{fields:?}");
    assert_eq!(body["name"], "Rotate old secrets");
    assert!(body.contains_key("expected_revision_id"));
    let after = view(&world, id);
    assert_eq!(after["name"], "Rotate old secrets");
    for kept in ["triggers", "other_fields", "usage_limits", "prompt"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert!(!before["other_fields"].as_array().unwrap().is_empty());
}

#[test]
fn a_slip_in_the_editor_is_named_with_its_line_and_what_was_written_is_not_lost() {
    let world = World::at(1.0);
    let slip = "if /bin/grep -q oops \"$1\"; then /bin/sed -i /^oops/d \"$1\"; else \
                /bin/sed -i -e /^name/s/leaked/old/ -e '1i oops = = 1' \"$1\"; fi";
    let editor = script(&world, slip);
    let (code, screen) = edited(&world, ODD, &editor, &[("once more?", "n\r")]);
    assert!(code == Some(2) && screen.contains("line 1"), "{code:?} {screen}");
    assert!(world.written().is_empty());
    let (code, screen) = edited(&world, ODD, &editor, &[("once more?", "y\r")]);
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(world.written().len(), 1);
    let body: Value = serde_json::from_str(&world.written()[0].body).unwrap();
    assert_eq!(body["name"], "Rotate old secrets", "the second editor began with what the first one left");
    let other = script(&world, "/bin/sed -i s/^id.*/id=\\\"x\\\"/ \"$1\"");
    let (code, screen) = edited(&world, "Rotate old secrets", &other, &[("once more?", "n\r")]);
    assert!(code == Some(2) && screen.contains("leave repo and id as they are"), "{screen}");
}
