//! The verbs that read, as the real program: what they print, in every form, and what they ask for it.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::bench::{World, eventually, objects, plain};
use crate::harness::{ATC, Spec};
use crate::program::{atc, command, one_line, run};

const REPO: &[&str] = &["--repo", "acme/api"];

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [REPO, args].concat()
}

/// The schema that the program itself prints for this verb.
fn schema(verb: &str) -> jsonschema::Validator {
    let home = tempfile::tempdir().unwrap();
    let printed = atc(home.path(), &["schema", verb]);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""), "{verb}");
    jsonschema::validator_for(&serde_json::from_str(&printed.out).unwrap()).unwrap()
}

pub fn valid(verb: &str, printed: &[Value]) {
    let schema = schema(verb);
    assert!(!printed.is_empty(), "{verb}: nothing was printed");
    for object in printed {
        let wrong: Vec<String> =
            schema.iter_errors(object).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(wrong.is_empty(), "{verb}: {wrong:#?}\n{object:#}");
        let mut more = object.clone();
        more["undocumented"] = Value::Null;
        assert!(!schema.is_valid(&more), "{verb}: a field that is not in the schema");
    }
}

#[test]
fn a_list_has_a_row_a_task_and_the_columns_that_were_asked_for() {
    let world = World::at(0.001);
    let list = world.run(&with(&["list"]));
    assert_eq!((list.code, list.err.as_str()), (0, ""));
    let rows: Vec<Vec<&str>> = list.out.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() > 5 && rows.iter().all(|row| row.len() == 6), "{}", list.out);
    // An automation bumps a crate every night: which of these tasks there are depends on the time of the day.
    let asked = ["list", "--header", "--columns", "repo,state,name", "--sort", "-name", "--", "-bump"];
    let columns = world.run(&with(&asked));
    let mut lines = columns.out.lines();
    assert_eq!(lines.next(), Some("repo\tstate\tname"));
    insta::assert_snapshot!("list_columns", plain(&columns.out));
    let ids = world.run(&with(&["list", "-q", "--limit", "2"]));
    assert_eq!(ids.out.lines().collect::<Vec<_>>(), [rows[0][0], rows[1][0]]);
}

#[test]
fn a_query_means_what_it_means_in_the_console() {
    let world = World::at(0.001);
    let all = objects(&world.run(&with(&["list", "--json"])).out);
    for (query, holds) in [
        (
            "is:active",
            (|task| ["queued", "in_progress", "waiting_for_user", "idle"].contains(&task["state"].as_str().unwrap()))
                as fn(&Value) -> bool,
        ),
        ("state:completed", |task| task["state"] == "completed"),
        ("-state:completed", |task| task["state"] != "completed"),
    ] {
        let found = world.run(&with(&["list", "--json", "--", query]));
        let mut found: Vec<Value> = objects(&found.out).into_iter().map(|task| task["id"].clone()).collect();
        let mut wanted: Vec<Value> = all.iter().filter(|task| holds(task)).map(|task| task["id"].clone()).collect();
        let by = |a: &Value, b: &Value| a.as_str().cmp(&b.as_str());
        found.sort_by(by);
        wanted.sort_by(by);
        assert_eq!(found, wanted, "{query}");
    }
    let nothing = world.run(&with(&["list", "state:failed", "created:>400w"]));
    assert_eq!((nothing.code, nothing.out.as_str(), nothing.err.as_str()), (0, "", ""));
    let wrong = world.run(&with(&["list", "is:stcuk"]));
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    one_line(&wrong.err, &["stuck"]);
}

#[test]
fn what_a_row_says_can_be_asked_for_though_only_its_run_or_the_ledger_knows_it() {
    let world = World::at(0.001);
    let ids = |query: &str| {
        let found = world.run(&with(&["list", "-q", "--", query]));
        assert_eq!((found.code, found.err.as_str()), (0, ""), "{query}");
        found.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let orphans = ids("state:orphaned");
    assert!(!orphans.is_empty(), "the demo has one");
    for query in ["is:orphaned", "orphaned"] {
        assert_eq!(ids(query), orphans, "{query}");
    }
    let running = ids("state:running");
    assert!(!running.is_empty() && orphans.iter().all(|one| !running.contains(one)), "{running:?}");
    // A cancel that was asked for and has no end yet.
    let cancel = world.run(&with(&["cancel", &running[0]]));
    assert_eq!(cancel.code, 0, "{}", cancel.err);
    assert_eq!(ids("state:cancelling"), [running[0].as_str()]);
    assert!(!ids("state:running").contains(&running[0]));
    let shown = objects(&world.run(&with(&["list", "--json", "--", "state:cancelling"])).out);
    assert_eq!((&shown[0]["condition"], &shown[0]["state"]), (&"cancelling".into(), &"in_progress".into()));
    let view = objects(&world.run(&with(&["view", "--json", &running[0]])).out);
    assert_eq!(view[0]["condition"], "cancelling");
}

#[test]
fn a_view_of_the_console_is_a_list_with_its_query_its_order_and_its_columns() {
    let world = World::at(0.001);
    let lines = |args: &[&str]| {
        let list = world.run(&with(&[&["list"], args].concat()));
        assert_eq!((list.code, list.err.as_str()), (0, ""), "{args:?}");
        list.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    // Without a configuration there are the six of every console.
    let done = lines(&["--view", "Done"]);
    assert!(done.len() > 1);
    assert_eq!(done, lines(&["state:completed"]));
    assert_eq!(lines(&["--view", "needs me", "-q"]), lines(&["-q", "--view", "needs-me"]));
    let file = world.file(
        "views.toml",
        "[[views]]\nname = \"Old work\"\nquery = \"state:completed\"\nsort = \"age reverse\"\ncolumns = [\"agent\", \"state\"]\n",
    );
    let config = ["--config", file.to_str().unwrap()];
    let of_view = |more: &[&str]| lines(&[&config, &["--view", "old-work"], more].concat());
    let written = lines(&["state:completed", "--sort", "-age", "--columns", "id,state,age,agent,name"]);
    assert_eq!(of_view(&[]), written);
    assert_eq!(of_view(&["--sort", "age", "-q", "updated:<1s"]), lines(&["-q", "state:completed", "updated:<1s"]));
    assert!(of_view(&["-q"]).len() > of_view(&["-q", "--", "-n"]).len(), "what is typed must hold, too");
    assert!(of_view(&["--columns", "id"]).iter().all(|line| !line.contains('\t')));
    let unknown = world.run(&with(&[&config[..], &["list", "--view", "needs-me"]].concat()));
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    one_line(&unknown.err, &["needs-me", "old-work"]);
}

#[test]
fn what_is_printed_as_json_is_what_the_schema_says() {
    let world = World::at(0.001);
    let list = objects(&world.run(&with(&["list", "--json", "--join"])).out);
    valid("list", &list);
    assert!(list.iter().any(|task| task["run"]["id"].is_u64() && task["pull_request"]["number"].is_u64()), "joined");
    assert!(list.iter().all(|task| task["sessions_current"] == true && task["cost"].is_object()));
    let id = list[0]["id"].as_str().unwrap().to_owned();
    let view = world.run(&with(&["view", &id, "--json"]));
    valid("view", &objects(&view.out));
    // What a log says is not what the program says: it may tell of panics.
    let log = world.command(&with(&["logs", &id, "--format", "jsonl"])).output().unwrap();
    valid("logs", &objects(&String::from_utf8(log.stdout).unwrap()));
    valid("reviews", &objects(&world.run(&with(&["reviews", "--json", "--all"])).out));
    valid("reviews", &objects(&world.run(&with(&["reviews", "--json", "--owners"])).out));
    for verb in ["show", "path", "check"] {
        valid(&format!("config-{verb}"), &objects(&world.run(&["config", verb, "--json"]).out));
    }
    // The ledger is made by whoever writes to it.
    world.run(&with(&["start", "--again", "-q", "Count me"]));
    valid("stats", &objects(&world.run(&["stats", "--json"]).out));
}

#[test]
fn a_list_costs_a_request_a_page_and_a_question_for_the_pull_requests() {
    let world = World::at(0.001);
    for (args, most) in [
        (&["list", "-q"][..], 1),
        (&["list"][..], 2),
        (&["list", "--json"][..], 1),
        (&["list", "-q", "is:mine"][..], 2),
    ] {
        let before = world.asked();
        assert_eq!(world.run(&with(args)).code, 0);
        assert!(world.asked() - before <= most, "{args:?}: {}", world.asked() - before);
    }
}

#[test]
fn a_repository_that_fails_is_said_and_the_others_are_printed() {
    let world = World::at(0.001);
    let list = world.run(&["--repo", "acme/api", "--repo", "acme/nothing", "list", "-q"]);
    assert_eq!(list.code, 1);
    assert!(!list.out.is_empty());
    one_line(&list.err, &["acme/nothing", "404"]);
    let refused = run(world.command(&with(&["list"])).env_remove("ATC_TOKEN"));
    assert_eq!((refused.code, refused.out.as_str()), (4, ""));
}

#[test]
fn what_is_kept_is_printed_without_a_token_and_without_a_request() {
    let world = World::at(0.001);
    let cached = |args: &[&str]| run(world.command(&with(args)).env_remove("ATC_TOKEN"));
    let empty = cached(&["list", "--cached"]);
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    one_line(&empty.err, &["nothing", "is kept"]);
    assert_eq!(world.run(&with(&["watch", "--once"])).code, 0, "which keeps what it reads");
    let kept = cached(&["list", "--cached", "-q"]);
    assert_eq!(kept.code, 0);
    assert!(kept.out.lines().count() > 5, "{}", kept.out);
    one_line(&kept.err, &["as it was", "nothing was asked"]);
    let id = kept.out.lines().next().unwrap();
    let beginning = &id[..8];
    let offered = cached(&["complete", "--", "atc", "view", beginning]);
    assert!(offered.out.starts_with(&format!("{id}\t")), "{}", offered.out);
    assert_eq!(cached(&["complete", "--", "atc", "list", "--repo", "acme/a"]).out, "acme/api\n");
    // Told by its token: what the watch left behind, unanswered, may arrive after its end.
    assert_eq!(world.asked_without_token(), 0, "nothing was asked");
}

#[test]
fn a_view_tells_everything_in_words() {
    let world = World::at(0.001);
    let id = world.run(&with(&["list", "-q", "state:timed_out"])).out.lines().next().unwrap().to_owned();
    let view = world.run(&with(&["view", &id]));
    assert_eq!((view.code, view.err.as_str()), (0, ""));
    for word in [" task ", " session ", " run ", " branch ", " sessions ", " prompt ", &id] {
        assert!(view.out.contains(word), "{word}:\n{}", view.out);
    }
    assert_eq!(world.run(&with(&["view", "0000000000"])).code, 1);
}

#[test]
fn a_log_is_printed_in_every_form_and_only_what_it_is_asked_about() {
    let world = World::at(0.001);
    let id = world.run(&with(&["list", "-q", "state:completed"])).out.lines().next().unwrap().to_owned();
    let text = world.run(&with(&["logs", &id]));
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(text.out.lines().count() > 10 && !text.out.contains("data: {"));
    let md = world.run(&with(&["logs", &id, "--format", "md"]));
    assert!(md.out.lines().any(|line| line.starts_with("### ")), "{}", md.out);
    let all = objects(&world.run(&with(&["logs", &id, "--format", "jsonl"])).out);
    let commands = objects(&world.run(&with(&["logs", &id, "--format", "jsonl", "--facet", "commands"])).out);
    assert!(!commands.is_empty() && commands.len() < all.len());
    assert!(commands.iter().all(|entry| entry["facets"].as_array().unwrap().contains(&"commands".into())));
    let raw = world.command(&with(&["logs", &id, "--format", "raw"])).output().unwrap();
    assert!(raw.stdout.starts_with(b"data: {") || raw.stdout.starts_with(b"20"), "the bytes as they came");
    let session = all_sessions(&world, &id)[0].clone();
    assert_eq!(world.run(&with(&["logs", &session])).out, text.out, "by the session's id");
    let steps = world.run(&with(&["logs", &id, "--source", "steps"]));
    assert_eq!(steps.code, 0, "{}", steps.err);
    assert_ne!(steps.out, text.out);
}

fn all_sessions(world: &World, id: &str) -> Vec<String> {
    let task = world.get(&format!("/agents/repos/acme/api/tasks/{id}"));
    task["sessions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_log_is_followed_to_its_end_each_entry_once() {
    let world = World::at(400.0);
    let id = world.started("Fix the parser");
    let followed = world.run(&with(&["logs", &id, "--follow", "--format", "jsonl"]));
    assert_eq!(followed.code, 0, "{}", followed.err);
    let ids: Vec<u64> = objects(&followed.out).iter().map(|entry| entry["id"].as_u64().unwrap()).collect();
    let wanted: Vec<u64> = (0..ids.len() as u64).collect();
    assert_eq!(ids, wanted);
    let whole = world.run(&with(&["logs", &id, "--format", "jsonl"]));
    assert_eq!(objects(&followed.out).len(), objects(&whole.out).len(), "nothing is missing at the end");
}

#[test]
fn reviews_are_in_the_order_of_the_pane() {
    let world = World::at(0.001);
    let reviews = objects(&world.run(&with(&["reviews", "--json"])).out);
    let order = ["me", "ready", "workflow_approval", "nobody", "reviewer", "checks", "conflict", "agent", "unknown"];
    let place = |one: &Value| order.iter().position(|whom| one["blocked_on"] == *whom).expect("a known word");
    assert!(reviews.iter().map(place).is_sorted(), "{reviews:?}");
    let text = world.run(&with(&["reviews"]));
    assert_eq!((text.code, text.out.lines().count()), (0, reviews.len()), "{}", text.err);
    let all = objects(&world.run(&with(&["reviews", "--json", "--all"])).out);
    assert!(all.len() > reviews.len());
    assert!(reviews.iter().all(|one| one["owned_by"].is_null()) && world.asked_of("/files") == 0, "not unasked");
}

#[test]
fn reviews_name_the_owners_of_what_was_changed_where_that_is_asked() {
    let world = World::at(0.001);
    let reviews = objects(&world.run(&with(&["reviews", "--json", "--owners"])).out);
    assert!(reviews.iter().all(|one| one["owned_by"]["error"].is_null()), "{reviews:#?}");
    let owned: Vec<&Value> = reviews.iter().filter(|one| one["owned_by"]["owners"][0]["files"].is_u64()).collect();
    assert!(!owned.is_empty(), "{reviews:#?}");
    for one in owned {
        let by = &one["owned_by"];
        assert_eq!((&by["file"], &by["more_files"]), (&".github/CODEOWNERS".into(), &false.into()));
        assert_eq!(by["files"], one["pull_request"]["changed_files"]);
        assert!(by["owners"][0]["name"].as_str().unwrap().starts_with('@'), "{by}");
    }
    let bases: HashSet<String> = reviews
        .iter()
        .map(|one| format!("{} {}", one["pull_request"]["repo"], one["pull_request"]["base_ref"]))
        .collect();
    assert_eq!(world.asked_of("/contents/.github/CODEOWNERS"), bases.len(), "an owners file is read once");
}

#[test]
fn watch_says_when_a_file_it_goes_by_is_broken_and_when_it_is_mended() {
    let world = World::at(1.0);
    let rules = world.file("diagnosis.toml", "");
    let mut command = world.command(&["watch", "--repo", "acme/api"]);
    command.env("ATC_DIAGNOSIS_FILE", &rules).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut watch = command.spawn().unwrap();
    let mut said = BufReader::new(watch.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut hears = |words: &[&str]| {
        let heard = said.by_ref().find(|line| words.iter().all(|word| line.contains(word)));
        assert!(heard.is_some(), "{words:?} was never said");
    };
    world.policy("[all]\nactve = 1\n");
    hears(&["actve", "nothing may start"]);
    std::fs::write(&rules, "[[rule]]\nid = 3\n").unwrap();
    hears(&["diagnosis.toml:", "the rules read last are gone on with"]);
    std::fs::write(&rules, "").unwrap();
    hears(&["the rules for logs are in order again"]);
    world.policy("[all]\nactive = 1\n");
    hears(&["the policy is in order again"]);
    rustix::process::kill_process(rustix::process::Pid::from_child(&watch), rustix::process::Signal::INT).unwrap();
    assert_eq!(watch.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_that_goes_away_is_no_failure_of_any_of_them() {
    let world = World::at(0.001);
    for args in [&["list"][..], &["list", "--json"], &["reviews"], &["man"], &["schema", "list"]] {
        let mut child = world.command(&with(args)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!((out.status.code(), out.stderr.as_slice()), (Some(0), &b""[..]), "{args:?}");
    }
}

#[test]
fn without_a_home_what_needs_none_works() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["man"][..], &["completions", "bash"], &["schema", "watch"], &["complete", "--", "atc", "li"]] {
        let run = run(command(home.path(), args).env_remove("HOME"));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
        assert!(!run.out.is_empty(), "{args:?}");
    }
}

#[test]
fn the_scripts_of_the_shells_are_what_they_were() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = atc(home.path(), &["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.out.contains("complete --"), "{shell}");
    }
}

#[test]
fn a_transition_is_one_line_as_soon_as_it_is_seen_and_a_signal_ends_it() {
    let world = World::at(60.0);
    let mut watch = world.command(&with(&["watch"])).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let schema = schema("watch");
    let mut told = Vec::new();
    while told.len() < 3 {
        let object: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert!(schema.is_valid(&object), "{object:#}");
        assert_eq!(object["repo"], "acme/api");
        told.push(object);
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&watch), rustix::process::Signal::INT).unwrap();
    drop(lines);
    assert_eq!(watch.wait().unwrap().code(), Some(130));
}

#[test]
fn watch_tells_whom_the_configuration_names_without_a_screen() {
    let world = World::at(1.0);
    let told = world.home.path().join("told");
    let rules = format!(
        "[poll]\nactive_seconds = 2\nidle_seconds = 2\nslowest_seconds = 2\n\
         [notify]\ncommand = ['/bin/cp', '/dev/null', '{}']\n\
         [[notify.rules]]\nquery = 'repository:acme/api'\non = ['new']\nby = ['command']\n",
        told.display()
    );
    let config = world.file("config.toml", &rules);
    let args = ["watch", "--repo", "acme/api", "--config", config.to_str().unwrap()];
    let mut watch = world.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    eventually("it has read the list, and reads it again", || world.asked_of("/agents/repos/acme/api/tasks") > 1);
    assert!(!told.exists(), "what was there already is no news");
    let id = world.started("Something new");
    let is_it = |line: &String| line.contains("task.new") && line.contains(&id);
    lines.by_ref().map_while(Result::ok).find(is_it).expect("a line of it");
    eventually("somebody was told", || told.exists());
    rustix::process::kill_process(rustix::process::Pid::from_child(&watch), rustix::process::Signal::INT).unwrap();
    assert_eq!(watch.wait().unwrap().code(), Some(130));
}

#[test]
fn what_was_missed_between_two_looks_is_told_by_the_second() {
    let world = World::at(600.0);
    let first = world.run(&with(&["watch", "--once"]));
    assert_eq!(first.code, 0, "{}", first.err);
    // What moves while it reads is told; what was there already is no news.
    let told = objects(&first.out);
    assert!(told.iter().all(|moved| moved["kind"] != "task.new" && moved["missed"] == false), "{told:#?}");
    let id = world.started("Something new");
    let second = objects(&world.run(&with(&["watch", "--once"])).out);
    let new: Vec<&Value> = second.iter().filter(|moved| moved["kind"] == "task.new").collect();
    assert!(new.iter().any(|moved| moved["task"] == id.as_str()), "{second:#?}");
}

#[test]
fn a_pull_request_that_was_opened_between_two_looks_is_told_by_the_second() {
    let world = World::at(600.0);
    assert_eq!(world.run(&with(&["watch", "--once"])).code, 0);
    let id = world.started("Something new");
    eventually("it names a pull request", || {
        world.task(&id)["artifacts"].as_array().is_some_and(|all| all.iter().any(|artifact| artifact["type"] == "pull"))
    });
    let told = objects(&world.run(&with(&["watch", "--once"])).out);
    let is_it = |moved: &&Value| moved["kind"] == "pull.new" && moved["task"] == id.as_str();
    assert_eq!(told.iter().filter(is_it).count(), 1, "{told:#?}");
    let again = objects(&world.run(&with(&["watch", "--once"])).out);
    assert!(!again.iter().any(|moved| is_it(&moved)), "{again:#?}");
}

#[test]
fn a_task_in_json_is_what_it_was() {
    let world = World::at(0.001);
    let list = world.run(&with(&["list", "--json", "--join", "--limit", "1", "state:completed", "pr:merged"]));
    assert_eq!((list.code, list.err.as_str()), (0, ""));
    let task = &objects(&list.out)[0];
    insta::assert_snapshot!("list_json", plain(&serde_json::to_string_pretty(task).unwrap()));
}

#[test]
fn where_nothing_can_be_written_reading_goes_on() {
    let world = World::at(0.001);
    let in_the_way = world.file("in-the-way", "");
    let run = |args: &[&str]| {
        let mut command = world.command(&with(args));
        for name in ["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
            command.env(name, in_the_way.join("x"));
        }
        run(&mut command)
    };
    let id = run(&["list", "-q", "state:completed"]).out.lines().next().unwrap().to_owned();
    for args in [&["list"][..], &["view", &id], &["logs", &id], &["reviews"], &["watch", "--once"]] {
        let run = run(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        assert!(args[0] == "watch" || !run.out.is_empty(), "{args:?}");
    }
}

#[test]
fn to_interrupt_following_stops_the_reading_and_nothing_else() {
    let world = World::at(1.0);
    let id = world.started("Fix the parser");
    let written = world.written().len();
    let follow = world.command(&with(&["logs", &id, "--follow", "--source", "steps"]));
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 143)] {
        let mut follow =
            program_again(&follow).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let asked = world.asked();
        crate::bench::eventually("it asks for the log", || world.asked() > asked + 2);
        rustix::process::kill_process(rustix::process::Pid::from_child(&follow), signal).unwrap();
        assert_eq!(follow.wait().unwrap().code(), Some(code));
    }
    assert_eq!(world.written().len(), written, "nothing was cancelled");
    assert_eq!(world.task(&id)["state"].as_str().map(|state| state == "cancelled"), Some(false));
}

/// The same program with the same arguments and environment.
fn program_again(of: &std::process::Command) -> std::process::Command {
    let mut again = std::process::Command::new(of.get_program());
    again.args(of.get_args()).env_clear();
    again.envs(of.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = of.get_current_dir() {
        again.current_dir(folder);
    }
    again
}

#[test]
fn the_bytes_of_a_log_are_refused_on_a_terminal_unless_they_are_forced() {
    let world = World::at(0.001);
    let id = world.run(&with(&["list", "-q", "state:completed"])).out.lines().next().unwrap().to_owned();
    let on = |args: &[&str]| {
        let spec = Spec::new(ATC, args);
        world.env().iter().fold(spec, |spec, (name, value)| spec.env(name, value)).size(30, 150).start()
    };
    let mut t = on(&["--repo", "acme/api", "logs", &id, "--format", "raw"]);
    t.text("--force");
    assert_eq!(t.exit().code(), Some(5));
    let mut t = on(&["--repo", "acme/api", "list", "state:completed"]);
    t.wait("an aligned table with its headings", |screen| {
        let rows: Vec<String> = screen.rows(0, 150).collect();
        let heads = rows.iter().find(|row| row.starts_with("id "))?;
        let column = heads.find("repo")?;
        let under = rows.iter().find(|row| row.starts_with(&id))?;
        under.get(column..)?.starts_with("acme/api").then_some(())
    });
    assert_eq!(t.exit().code(), Some(0));
}

mod exposition {
    //! A strict reader of the text format of Prometheus, written from its description.

    use std::collections::{BTreeMap, BTreeSet};

    use regex::Regex;

    pub fn check(text: &str) -> BTreeMap<String, f64> {
        let name = Regex::new("^[a-z][a-z0-9_]*$").unwrap();
        let sample = Regex::new(r#"^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*)\})? (\S+)$"#).unwrap();
        let (mut types, mut helped, mut series) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let mut current = String::new();
        assert!(text.ends_with('\n'), "the last line is ended");
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (metric, help) = rest.split_once(' ').unwrap();
                assert!(name.is_match(metric) && !help.trim().is_empty(), "{line}");
                assert!(helped.insert(metric.to_owned()), "{metric}: helped twice");
                metric.clone_into(&mut current);
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (metric, of) = rest.split_once(' ').unwrap();
                assert_eq!(metric, current, "its type follows its help");
                assert!(["counter", "gauge", "histogram"].contains(&of), "{line}");
                assert_eq!(of == "counter", metric.ends_with("_total"), "{metric} is a {of}");
                assert!(types.insert(metric.to_owned(), of.to_owned()).is_none(), "{metric}: typed twice");
            } else {
                let found = sample.captures(line).unwrap_or_else(|| panic!("no sample: {line:?}"));
                let of = types.get(&current).unwrap_or_else(|| panic!("a sample before its type: {line}"));
                let allowed = match of.as_str() {
                    "histogram" => {
                        ["_bucket", "_sum", "_count"].iter().any(|end| found[1] == format!("{current}{end}"))
                    }
                    _ => found[1] == current,
                };
                assert!(allowed, "{line} stands under {current}");
                let value: f64 = found[3].parse().unwrap();
                assert!(of == "gauge" || value >= 0.0, "{line}");
                let key = line.rsplit_once(' ').unwrap().0.to_owned();
                assert!(series.insert(key, value).is_none(), "twice: {line}");
            }
        }
        series
    }
}

#[test]
fn the_metrics_are_what_prometheus_reads() {
    let world = World::at(0.001);
    let file = world.home.path().join("atc.prom");
    let path = file.to_str().unwrap();
    assert_eq!(world.run(&with(&["watch", "--once", "--metrics", path])).code, 0);
    let text = std::fs::read_to_string(&file).unwrap();
    let series = exposition::check(&text);
    let listed = objects(&world.run(&with(&["list", "--json", "state:completed"])).out).len();
    let listed: f64 = u32::try_from(listed).unwrap().into();
    let completed = "atc_tasks{repo=\"acme/api\",state=\"completed\"}";
    assert!((series[completed] - listed).abs() < 0.5, "{text}");
    assert!(series["atc_last_success_timestamp_seconds"] > 1e9);
    assert!(series["atc_api_requests_total"] >= 2.0);
    if let Ok(mut promtool) = std::process::Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    {
        use std::io::Write as _;
        promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let out = promtool.wait_with_output().unwrap();
        assert!(
            out.status.success(),
            "{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    }
    // A file is no folder on any machine, whoever runs this; that a path does not exist would be a guess.
    let below = format!("{path}/atc.prom");
    let nowhere = world.run(&with(&["watch", "--once", "--metrics", &below]));
    assert_eq!((nowhere.code, nowhere.out.as_str()), (1, ""));
    one_line(&nowhere.err, &[&below, "cannot be written"]);
}

#[test]
fn metrics_replace_nothing_but_a_file() {
    use std::os::unix::fs::FileTypeExt as _;

    let world = World::at(0.001);
    let at = |name: &str| world.home.path().join(name);
    std::fs::write(at("kept.prom"), "kept\n").unwrap();
    std::os::unix::fs::symlink(at("kept.prom"), at("link")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, at("pipe"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    std::os::unix::fs::symlink("/dev/null", at("null")).unwrap();
    let asked = world.asked();
    for (file, is) in [
        (at("link"), "a symbolic link"),
        (at("pipe"), "a pipe"),
        (at("null"), "a symbolic link"),
        (at(""), "a folder"),
        ("/dev/null".into(), "a device"),
        ("-".into(), "the standard output"),
    ] {
        let file = file.to_str().unwrap();
        let run = world.run(&with(&["watch", "--once", "--metrics", file]));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{file}: {}", run.err);
        one_line(&run.err, &[file, is]);
    }
    assert_eq!(world.asked(), asked, "nothing is asked before");
    assert!(std::fs::symlink_metadata(at("link")).unwrap().is_symlink());
    assert!(std::fs::symlink_metadata(at("pipe")).unwrap().file_type().is_fifo());
    assert_eq!(std::fs::read_to_string(at("kept.prom")).unwrap(), "kept\n");
}
