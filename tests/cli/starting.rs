//! `atc start` against a living server: what is printed in every form, what is sent, and the exit codes.

use std::process::Stdio;

use atc::demo::Fault;
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::bench::{World, eventually, objects, plain};
use crate::harness::{ATC, Spec};
use crate::program;

#[test]
fn a_start_is_one_row_one_object_or_one_id() {
    let world = World::at(1.0);
    let text = world.run(&["start", "--repo", "acme/api", "Fix", "the", "parser"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert_snapshot!("start_text", plain(&text.out));
    let json =
        world.run(&["start", "--repo", "acme/api", "--base", "main", "--model", "gpt-5.4", "--json", "Fix the lexer"]);
    assert_eq!(json.code, 0);
    assert_snapshot!("start_json", plain(&serde_json::to_string_pretty(&objects(&json.out)).unwrap()));
    let quiet = world.run(&["start", "--repo", "acme/api", "-q", "--no-pull-request", "Fix the printer"]);
    assert_eq!((quiet.code, plain(&quiet.out).as_str()), (0, "ID\n"));
    let bodies: Vec<serde_json::Value> =
        world.written().iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect();
    assert_eq!(
        bodies,
        [
            json!({"prompt": "Fix the parser", "create_pull_request": true}),
            json!({"prompt": "Fix the lexer", "model": "gpt-5.4", "create_pull_request": true, "base_ref": "main"}),
            json!({"prompt": "Fix the printer", "create_pull_request": false}),
        ]
    );
    let ledger = world.run(&["ledger", "list", "--json"]).out;
    assert_eq!(objects(&ledger).iter().filter(|line| line["outcome"] == "confirmed").count(), 3, "{ledger}");
}

#[test]
fn a_prompt_comes_from_words_a_file_the_input_or_a_template() {
    let world = World::at(1.0);
    world.file("prompt.md", "From a file\n\n");
    world.file("t.md", "+++\ntitle = \"T\"\nbase_ref = \"main\"\nmodel = \"gpt-5.4\"\n[[variables]]\nname = \"what\"\nrequired = true\n[presets.tests]\nwhat = \"tests\"\n+++\nWrite {{ what }}\n");
    for (args, input) in [
        (&["start", "--repo", "acme/api", "--prompt-file", "prompt.md"][..], ""),
        (&["start", "--repo", "acme/api", "-"], "From the\u{200b} input\n"),
        (&["start", "--repo", "acme/api", "--template", "t.md", "--var", "what=docs"], ""),
        (&["start", "--repo", "acme/api", "--template", "t.md", "--preset", "tests", "--model", "m"], ""),
    ] {
        let run = world.with_input(args, input);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        assert_eq!(run.err.is_empty(), !input.contains('\u{200b}'), "what is left out is told: {}", run.err);
    }
    let sent: Vec<String> = world.written().iter().map(|request| request.body.clone()).collect();
    assert_snapshot!("start_prompts", sent.join("\n"));
}

#[test]
fn what_cannot_be_meant_is_a_wrong_use_and_nothing_is_sent() {
    let world = World::at(1.0);
    world.file("t.md", "+++\ntitle = \"T\"\nrepos = [\"acme/web\"]\n[[variables]]\nname = \"what\"\nrequired = true\n+++\n{{ what }}\n");
    for (args, words) in [
        (&["start", "--repo", "acme/api"][..], "there is no prompt"),
        (&["start", "--repo", "acme/api", " "], "the prompt is empty"),
        (&["start", "Fix"], "no repository"),
        (&["start", "--repo", "acme/api", "--head", "x", "Fix"], "--head needs --base"),
        (&["start", "--repo", "acme/api", "--base", "a b", "Fix"], "--base is not a branch name"),
        (&["start", "--repo", "acme/api", "--prompt-file", "none.md"], "none.md"),
        (&["start", "--repo", "acme/api", "--template", "none"], "no template"),
        (&["start", "--repo", "acme/web", "--template", "t.md"], "what"),
        (&["start", "--repo", "acme/web", "--template", "t.md", "--var", "wat=x"], "no variable wat"),
        (&["start", "--repo", "acme/api", "--template", "t.md", "--var", "what=x"], "is not for acme/api"),
        (&["start", "--repo", "acme/api", "--timeout", "5s", "Fix"], "--wait"),
        (&["start", "--repo", "acme/api", "--once-per", "1d", "Fix"], "--key"),
        (&["start", "--repo", "acme/api", "--here", "Fix"], "no checkout"),
        (&["start", "--repo", "acme/api", "--template", "t.md", "Fix"], "cannot be used with"),
    ] {
        let run = world.run(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}: {}", run.err);
        assert!(run.err.contains(words), "{args:?}: {}", run.err);
    }
    assert_eq!(world.written().len(), 0);
}

#[test]
fn without_a_terminal_what_would_be_asked_is_refused_and_the_flag_is_named() {
    let world = World::at(1.0);
    world.started("Fix the parser");
    let again = world.run(&["start", "--repo", "acme/api", "Fix the parser"]);
    assert_eq!(again.code, 5);
    assert!(again.err.contains("the same prompt is task") && again.err.contains("give --again"), "{}", again.err);
    world.policy("[all]\nactive = 90\n[everywhere]\nactive = 90\nopen_pulls = 1\n");
    let reason = world.run(&["start", "--repo", "acme/api", "Something else"]);
    assert_eq!(reason.code, 5);
    assert!(reason.err.contains("open PRs") && reason.err.contains("--reason TEXT"), "{}", reason.err);
    let short = world.run(&["start", "--repo", "acme/api", "--reason", "because", "Something else"]);
    assert!(short.code == 5 && short.err.contains("at least 10"), "{}", short.err);
    assert_eq!(world.written().len(), 1);
    let given = world.run(&["start", "--repo", "acme/api", "--reason", "the release waits for it", "Something else"]);
    assert_eq!((given.code, given.err.as_str()), (0, ""));
    world.policy("[all]\nactive = 1\n");
    let refused = world.run(&["start", "--repo", "acme/api", "--json", "One more"]);
    assert_eq!(refused.code, 5);
    assert_eq!(objects(&refused.out)[0]["result"], "refused");
    world.policy("[all]\nactve = 1\n");
    assert_eq!(world.run(&["start", "--repo", "acme/api", "One more"]).code, 5, "a broken policy lets nothing start");
    assert_eq!(world.written().len(), 2);
}

#[test]
fn several_repositories_have_a_result_each_and_the_worst_is_the_exit_code() {
    let world = World::at(1.0);
    let run = world.run(&[
        "start",
        "--repo",
        "acme/api",
        "--repo",
        "acme/nowhere",
        "--repo",
        "acme/web",
        "--json",
        "--reason",
        "the release waits",
        "Bump it",
    ]);
    assert_eq!(run.code, 1, "{}", run.err);
    let rows = objects(&run.out);
    let results: Vec<_> =
        rows.iter().map(|row| (row["repo"].as_str().unwrap(), row["result"].as_str().unwrap())).collect();
    assert_eq!(results, [("acme/api", "started"), ("acme/nowhere", "failed"), ("acme/web", "started")]);
    assert!(run.err.contains("acme/nowhere"), "{}", run.err);
}

#[test]
fn a_repository_typed_twice_in_two_cases_is_one() {
    let world = World::at(1.0);
    let run = world.run(&["start", "--repo", "acme/api", "--repo", "ACME/Api", "--json", "Bump it"]);
    let rows = objects(&run.out);
    assert_eq!((run.code, rows.len(), &rows[0]["repo"]), (0, 1, &json!("acme/api")), "{rows:#?}");
    let shouted = world.run(&["start", "--repo", "ACME/API", "Bump it"]);
    assert_eq!((shouted.code, world.written().len()), (5, 1), "the same prompt there: {}", shouted.err);
    for name in ["acme/api", "Acme/API"] {
        let lines = objects(&world.run(&["ledger", "list", "--json", "--repo", name]).out);
        assert!(lines.iter().any(|line| line["what"] == "intent"), "{name}: {lines:?}");
    }
}

/// The request of a dry run is the one that is sent; six ways to ask for it, and none of them sends or records anything.
#[test]
fn a_dry_run_shows_the_exact_request_and_sends_nothing() {
    let world = World::at(1.0);
    let known = world.started("Known work");
    world.file("t.md", "+++\ntitle = \"T\"\nticket = \"OPS-7\"\ncustom_agent = \"fixer\"\n[[variables]]\nname = \"what\"\ndefault = \"it\"\n+++\nDo {{ what }}\n");
    let rows = world.run(&["ledger", "list", "--json"]).out.lines().count();
    let cases: [(&str, &[&str], i32); 6] = [
        ("plain", &["Fix \"this\""], 0),
        (
            "everything",
            &["--base", "main", "--head", "copilot/x", "--model", "m", "--agent", "a", "--no-pull-request", "Go on"],
            0,
        ),
        ("template", &["--template", "t.md", "--var", "what=that"], 0),
        ("duplicate", &["Known work"], 5),
        ("several", &["--repo", "acme/web", "Both"], 0),
        ("refused", &["Refused"], 5),
    ];
    for (name, args, code) in cases {
        if name == "refused" {
            world.policy("[all]\nactive = 1\n");
        }
        let args: Vec<&str> = ["start", "--dry-run", "--repo", "acme/api"].iter().chain(args).copied().collect();
        let text = world.run(&args);
        assert_eq!(text.code, code, "{name}: {}", text.err);
        assert!(!text.out.contains("demo\n") && text.out.contains("authorization: Bearer ***"), "{name}: {}", text.out);
        assert_snapshot!(format!("dry_run_{name}"), plain(&text.out));
        let json = world.run(&[args.as_slice(), &["--json"]].concat());
        assert_eq!(json.code, code, "{name}");
        assert!(
            objects(&json.out).iter().all(|row| row["dry_run"] == true && row["would_start"] == (code == 0)),
            "{name}"
        );
    }
    assert_eq!(world.written().len(), 1, "only {known}");
    assert_eq!(world.run(&["ledger", "list", "--json"]).out.lines().count(), rows);
}

#[test]
fn a_dry_run_that_would_be_refused_says_why_in_every_form() {
    let world = World::at(1.0);
    world.policy("[all]\nactive = 1\n");
    for form in ["-q", "--json"] {
        let run = world.run(&["start", "--repo", "acme/api", "--dry-run", form, "Fix it"]);
        assert_eq!((run.code, run.out.is_empty()), (5, form == "-q"), "{}", run.err);
        assert!(run.err.contains("atc: acme/api: ") && run.err.contains("active"), "{form}: {}", run.err);
    }
}

#[test]
fn a_token_that_is_not_accepted_is_what_is_told_of_a_start_that_it_keeps_from_being_judged() {
    let world = World::at(1.0);
    world.faults().add(Fault::on("/**").answer(401, &[], "{}"));
    for form in [&["--json"][..], &["-q"], &["--dry-run", "-q"], &["--dry-run"]] {
        let run = world.run(&[&["start", "--repo", "acme/api", "Fix it"], form].concat());
        assert_eq!(run.code, 4, "{form:?}: {}", run.err);
        assert!(run.err.contains("not accepted") && !run.err.contains("reason"), "{form:?}: {}", run.err);
    }
    assert_eq!(world.written().len(), 0);
}

#[test]
fn what_a_dry_run_shows_is_what_is_sent() {
    let world = World::at(1.0);
    let args = ["start", "--repo", "acme/api", "--base", "main", "--json", "Fix the parser"];
    let shown = objects(&world.run(&[&args[..], &["--dry-run"]].concat()).out).remove(0)["request"].clone();
    assert_eq!(world.run(&args).code, 0);
    let sent = world.written().remove(0);
    assert_eq!(shown["method"], sent.method.as_str());
    assert_eq!(shown["url"], format!("{}{}", world.url(), sent.path));
    assert_eq!(shown["body"], serde_json::from_str::<serde_json::Value>(&sent.body).unwrap());
    let mut others: Vec<&str> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
    for (name, value) in shown["headers"].as_object().unwrap() {
        let found = sent.header(name).unwrap_or_else(|| panic!("{name} is not sent"));
        assert!(name == "authorization" || found == value, "{name}: {found} is not {value}");
        others.retain(|other| other != name);
    }
    others.sort_unstable();
    assert_eq!(others, ["accept-encoding", "content-length", "host"], "nothing else is said but how it is carried");
}

#[test]
fn waiting_ends_with_the_pull_request_or_with_the_task() {
    let world = World::at(200.0);
    let pull = world.run(&["start", "--repo", "acme/api", "--wait=pr", "--timeout", "60s", "--json", "Fix the parser"]);
    assert_eq!(pull.code, 0, "{}", pull.err);
    let row = objects(&pull.out).remove(0);
    assert_eq!(row["waited"], "reached");
    assert!(row["pull_request"]["number"].as_u64().is_some(), "{row}");
    assert_eq!(pull.err, "", "progress is for people who look on");
}

#[test]
fn a_task_that_ends_badly_while_it_is_waited_for_is_seven() {
    let world = World::at(1.0);
    let mut command = world.command(&["start", "--repo", "acme/api", "--wait", "Fix the parser"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = until_started(&world);
    eventually("there is something to cancel", || {
        world.run(&["cancel", "--repo", "acme/api", "--wait", &id]).code == 0
    });
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(7), "{}", String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stderr).contains("cancelled"));
}

/// The id of the first task that was started, as soon as it is recorded.
fn until_started(world: &World) -> String {
    let mut id = None;
    eventually("something was started", || {
        let lines = objects(&world.run(&["ledger", "list", "--json"]).out);
        let started = lines.iter().find(|line| line["outcome"] == "confirmed" && line["action"] == "start");
        id = started.map(|line| line["detail"].as_str().unwrap().to_owned());
        id.is_some()
    });
    id.unwrap()
}

#[test]
fn to_interrupt_waiting_cancels_nothing_and_says_so() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let world = World::at(1.0);
        let mut command = world.command(&["start", "--repo", "acme/api", "--wait", "--json", "Fix the parser"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let id = until_started(&world);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(code));
        let err = String::from_utf8(out.stderr).unwrap();
        assert!(err.contains("goes on; nothing was cancelled"), "{err}");
        let row = objects(&String::from_utf8(out.stdout).unwrap()).remove(0);
        assert_eq!((row["task"].as_str(), row["waited"].as_str()), (Some(id.as_str()), Some("interrupted")));
        assert_eq!(world.written().len(), 1, "the start alone");
        assert!(["queued", "in_progress"].contains(&world.task(&id)["state"].as_str().unwrap()));
    }
}

#[test]
fn when_the_time_to_wait_is_up_the_task_goes_on() {
    let world = World::at(1.0);
    let run = world.run(&["start", "--repo", "acme/api", "--wait", "--timeout", "1s", "--json", "Fix the parser"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("the time to wait is up") && run.err.contains("nothing was cancelled"), "{}", run.err);
    assert_eq!(objects(&run.out)[0]["waited"], "timed_out");
}

#[test]
fn of_eight_starts_under_one_key_one_happens() {
    let world = World::at(1.0);
    let args =
        ["start", "--repo", "acme/api", "--once-per", "1d", "--key", "release-notes", "--json", "Write the notes"];
    let all: Vec<_> =
        (0..8).map(|_| world.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()).collect();
    let all: Vec<_> = all.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let rows: Vec<_> =
        all.iter().map(|out| objects(&String::from_utf8(out.stdout.clone()).unwrap()).remove(0)).collect();
    let count = |result: &str| rows.iter().filter(|row| row["result"] == result).count();
    assert_eq!((count("started"), count("skipped")), (1, 7), "{rows:#?}");
    assert!(all.iter().all(|out| out.status.code() == Some(0)));
    assert_eq!(world.written().len(), 1);
    let later = world.run(&args);
    assert_eq!(later.code, 0);
    assert!(later.err.contains("skipped: already started at"), "{}", later.err);
    let id = rows.iter().find(|row| row["result"] == "started").unwrap()["task"].as_str().unwrap();
    assert!(later.err.contains(id), "which one is named: {}", later.err);
    assert_eq!(objects(&later.out)[0]["skipped"], true);
    let dry = world.run(&[&args[..], &["--dry-run"]].concat());
    let row = objects(&dry.out).remove(0);
    assert_eq!((&row["skipped"], &row["would_start"]), (&true.into(), &false.into()), "{row}");
    assert_eq!((dry.code, dry.err.as_str()), (0, ""), "what is skipped is not refused");
    // Another key, and another repository, are other starts.
    for other in [["--key", "other", "--repo", "acme/api"], ["--key", "release-notes", "--repo", "acme/web"]] {
        let args = [&["start", "--once-per", "1d", "-q", "--again", "Write the notes"][..], &other].concat();
        assert_eq!(plain(&world.run(&args).out), "ID\n", "{other:?}");
    }
}

#[test]
fn on_a_terminal_it_asks_and_the_answer_is_no_unless_it_is_yes() {
    let world = World::at(1.0);
    let spec = |args: &[&str]| {
        world.env().iter().fold(Spec::new(ATC, args), |spec, (name, value)| spec.env(name, value)).size(30, 150).start()
    };
    let mut t = spec(&["start", "--repo", "acme/api", "Fix the parser"]);
    t.text("allowed by rule");
    t.text("Start this task in acme/api? [y/N]");
    t.send("\r");
    assert_eq!(t.exit().code(), Some(5));
    assert_eq!(world.written().len(), 0);
    let mut t = spec(&["start", "--repo", "acme/api", "Fix the parser"]);
    t.text("[y/N]");
    t.send("y\r");
    t.text("repository");
    t.text("started");
    assert_eq!(t.exit().code(), Some(0));
    assert_eq!(world.written().len(), 1);
    let mut t = spec(&["start", "--repo", "acme/api", "--yes", "Another"]);
    assert_eq!(t.exit().code(), Some(0));
    // Interrupted while it asks: nothing is sent.
    let mut t = spec(&["start", "--repo", "acme/api", "A third"]);
    t.text("[y/N]");
    t.send("\x03");
    assert_eq!(t.exit().code(), Some(130));
    assert_eq!(world.written().len(), 2);
}

#[test]
fn colour_is_asked_for_and_never_in_json() {
    let world = World::at(1.0);
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = world.command(&[&["start", "--repo", "acme/api", "--again"], args].concat());
        let out = command.envs(env.iter().copied()).output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    assert!(run(&["--color", "always", "x1"], &[]).contains("\x1b[32mstarted\x1b[0m"));
    assert!(!run(&["--color", "always", "--json", "x2"], &[]).contains('\x1b'));
    assert!(!run(&["--color", "always", "-q", "x3"], &[]).contains('\x1b'));
    assert!(!run(&["x4"], &[]).contains('\x1b'), "a pipe");
}

#[test]
fn a_start_that_nobody_could_record_is_not_sent() {
    let world = World::at(1.0);
    let ledger = world.file("ledger.db", "this is no ledger");
    let run = program::run(
        world.command(&["start", "--repo", "acme/api", "Fix the parser"]).env("ATC_LEDGER", ledger.to_str().unwrap()),
    );
    assert_eq!(run.code, 5, "{}", run.err);
    assert_eq!(world.written().len(), 0);
}
