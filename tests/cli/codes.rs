//! Every verb and every exit code it can end with, walked: a verb that is not in the table fails the test.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use atc::demo::Fault;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{World, eventually};
use crate::program::{self, Run};

/// Verbs by what they do; from that follows how they can end.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Says what it knows itself.
    Says,
    /// Reads what is on this machine.
    Local,
    /// Reads the ledger, which must be there.
    Ledger,
    /// Asks the service.
    Asks,
    /// Changes something there.
    Writes,
}

use Kind::{Asks, Ledger, Local, Says, Writes};

/// The words behind the verb that let it do what it is for. `TASK`, `AUTOMATION`, `ISSUE` and `FOLDER` stand for some
/// that are there.
const VERBS: &[(&str, Kind, &str)] = &[
    ("list", Asks, "--repo acme/api"),
    ("view", Asks, "--repo acme/api TASK"),
    ("logs", Asks, "--repo acme/api TASK"),
    ("reviews", Asks, "--repo acme/api"),
    ("watch", Asks, "--repo acme/api --once"),
    ("stats", Ledger, ""),
    ("schema", Says, "list"),
    ("completions", Says, "bash"),
    ("man", Says, ""),
    ("start", Writes, "--repo acme/api --again --reason because-it-must-be Fix-it"),
    ("cancel", Writes, "--repo acme/api TASK"),
    ("retry", Writes, "--repo acme/api --again --reason because-it-must-be TASK"),
    ("follow-up", Writes, "--repo acme/api --comment TASK go-on"),
    ("assign", Writes, "--again --reason because-it-must-be ISSUE"),
    ("automation list", Asks, "--repo acme/api"),
    ("automation view", Asks, "--repo acme/api AUTOMATION"),
    ("automation runs", Asks, "--repo acme/api AUTOMATION"),
    ("automation run", Writes, "--repo acme/api --no-wait --reason because-it-must-be AUTOMATION"),
    ("automation enable", Writes, "--repo acme/api --reason because-it-must-be AUTOMATION"),
    ("automation disable", Writes, "--repo acme/api --yes AUTOMATION"),
    (
        "automation create",
        Writes,
        "--repo acme/api --name new --trigger schedule --yes --reason because-it-must-be Do-it",
    ),
    ("automation edit", Writes, "--repo acme/api --set description=other --yes --reason because-it-must-be AUTOMATION"),
    ("automation delete", Writes, "--repo acme/api --yes AUTOMATION"),
    ("automation diff", Asks, "FOLDER --repo acme/api"),
    ("automation audit", Asks, "--repo acme/api"),
    ("automation export", Asks, "FOLDER --repo acme/api"),
    ("automation apply", Writes, "FOLDER --repo acme/api --yes"),
    ("automation calendar", Asks, "--repo acme/api"),
    ("template list", Local, ""),
    ("template lint", Local, ""),
    ("template render", Local, "fix-flaky-test --var test=a::b --preset rust"),
    ("template new", Local, "some-new-one"),
    ("policy check", Local, ""),
    ("policy explain", Local, "acme/api --offline"),
    ("policy example", Says, ""),
    ("ledger list", Ledger, ""),
    ("ledger show", Ledger, "TASK"),
    ("ledger verify", Ledger, ""),
    ("ledger reconcile", Local, ""),
    ("ledger export", Ledger, ""),
    ("ledger stats", Ledger, ""),
    ("doctor", Asks, "--repo acme/api"),
    ("config show", Local, ""),
    ("config path", Local, ""),
    ("config check", Local, ""),
    ("cache path", Local, ""),
    ("cache clear", Local, ""),
];

/// Those that draw: without a terminal they are a wrong use.
const SCREENS: &[(&str, &str)] = &[("demo", ""), ("open", "x.log"), ("record", "x.atc"), ("replay", "x.atc")];

/// Every verb of the program by its words, but those that only hold others.
fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        let path = if path.is_empty() { verb.get_name().to_owned() } else { format!("{path} {}", verb.get_name()) };
        if verb.has_subcommands() { leaves(verb, &path, found) } else { found.push(path) }
    }
}

/// A world in which there is something of everything, and the names of that.
struct Stage {
    world: World,
    names: Vec<(&'static str, String)>,
}

impl Stage {
    fn new() -> Self {
        let world = World::at(0.001);
        let task = world.cast("acme/api", "Rate-limit the public search endpoint");
        let issues = world.get("/repos/acme/api/issues?per_page=100");
        let free =
            |issue: &&serde_json::Value| issue["pull_request"].is_null() && issue["assignees"] == serde_json::json!([]);
        let issue = issues.as_array().unwrap().iter().find(free).unwrap()["number"].to_string();
        let listed = world.run(&["automation", "list", "--repo", "acme/api", "-q", "state:on"]);
        let automation = listed.out.lines().next().expect("one that is on").to_owned();
        let folder = world.home.path().join("automations").to_str().unwrap().to_owned();
        assert_eq!(world.run(&["automation", "export", &folder, "--repo", "acme/api"]).code, 0);
        // The ledger is there, and has something of the task.
        assert_eq!(world.run(&["watch", "--repo", "acme/api", "--once"]).code, 0);
        let names = vec![
            ("TASK", task),
            ("ISSUE", format!("acme/api#{issue}")),
            ("AUTOMATION", automation),
            ("FOLDER", folder),
        ];
        Self { world, names }
    }

    fn words(&self, verb: &str, rest: &str) -> Vec<String> {
        let named = |word: &str| {
            let found = self.names.iter().find(|(name, _)| *name == word);
            found.map_or_else(|| word.to_owned(), |(_, name)| name.clone())
        };
        verb.split(' ').chain(rest.split(' ')).filter(|word| !word.is_empty()).map(named).collect()
    }

    fn command(&self, verb: &str, rest: &str, more: &[&str]) -> Command {
        let words = self.words(verb, rest);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
        self.world.command(&words)
    }
}

fn of(kinds: &[Kind]) -> Vec<(&'static str, &'static str)> {
    VERBS.iter().filter(|(_, kind, _)| kinds.contains(kind)).map(|(verb, _, rest)| (*verb, *rest)).collect()
}

/// Each of them is run and must end with this code. All that do not are told together.
fn walk(code: i32, verbs: &[(&str, &str)], mut run: impl FnMut(&str, &str) -> Run) {
    let mut wrong = Vec::new();
    for (verb, rest) in verbs {
        let run = run(verb, rest);
        // Whoever is told that it went wrong is told why.
        if run.code != code || (code != 0 && run.err.trim().is_empty()) {
            wrong.push(format!("{verb}: {} and not {code}: {}{}", run.code, run.out, run.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_verb_is_in_the_table() {
    let mut all = Vec::new();
    leaves(&atc::cli::args::definition(), "", &mut all);
    let known: Vec<&str> = VERBS.iter().map(|(verb, ..)| *verb).chain(SCREENS.iter().map(|(verb, _)| *verb)).collect();
    for verb in &all {
        assert!(known.contains(&verb.as_str()), "{verb} is not walked");
    }
    assert_eq!(all.len(), known.len(), "one of the table is no verb");
}

#[test]
fn zero_is_what_went_well() {
    let stage = Stage::new();
    walk(0, &of(&[Says, Local, Ledger, Asks]), |verb, rest| program::run(&mut stage.command(verb, rest, &[])));
}

#[test]
fn one_is_what_went_wrong() {
    let stage = Stage::new();
    stage.world.faults().add(Fault::on("**").answer(500, &[("content-type", "application/json")], "{}"));
    walk(1, &of(&[Asks]), |verb, rest| program::run(&mut stage.command(verb, rest, &[])));
    // Where there is no ledger its verbs do not take that for an empty one.
    let nowhere = stage.world.home.path().join("nowhere.db");
    walk(1, &of(&[Ledger]), |verb, rest| program::run(stage.command(verb, rest, &[]).env("ATC_LEDGER", &nowhere)));
}

#[test]
fn two_is_a_wrong_use() {
    let stage = Stage::new();
    let asked = stage.world.asked();
    let mut all = of(&[Says, Local, Ledger, Asks, Writes]);
    all.extend(SCREENS);
    walk(2, &all, |verb, rest| program::run(&mut stage.command(verb, rest, &["--frobnicate"])));
    walk(2, SCREENS, |verb, rest| program::run(&mut stage.command(verb, rest, &[])));
    assert_eq!(stage.world.asked(), asked, "and nobody was asked");
}

#[test]
fn four_is_a_token_that_is_missing_or_refused() {
    let stage = Stage::new();
    let all = of(&[Asks, Writes]);
    walk(4, &all, |verb, rest| program::run(stage.command(verb, rest, &[]).env_remove("ATC_TOKEN")));
    walk(4, &all, |verb, rest| program::run(stage.command(verb, rest, &[]).env("ATC_TOKEN", "gho_rejected")));
    assert_eq!(stage.world.written().len(), 0);
}

#[test]
fn five_is_what_may_not_be_done() {
    let stage = Stage::new();
    let asked = stage.world.asked();
    walk(5, &of(&[Writes]), |verb, rest| program::run(&mut stage.command(verb, rest, &["--read-only"])));
    assert_eq!(stage.world.asked(), asked, "and nobody was asked");
}

#[test]
fn six_is_a_change_whose_answer_never_came() {
    let stage = Stage::new();
    for method in ["POST", "PATCH", "DELETE"] {
        for path in ["/agents/**", "/repos/**"] {
            stage.world.faults().add(Fault::on(path).method(method).hang_up());
        }
    }
    walk(6, &of(&[Writes]), |verb, rest| program::run(&mut stage.command(verb, rest, &[])));
}

/// All at once, so that the service is silent for all of them together.
#[test]
fn a_hundred_and_thirty_is_an_interrupt_whatever_the_service_does() {
    let stage = Stage::new();
    stage.world.faults().add(Fault::on("**").delay(Duration::from_secs(600)));
    let mut wrong = Vec::new();
    for some in of(&[Asks, Writes]).chunks(5) {
        let begun: Vec<(&str, Child)> = some
            .iter()
            .map(|(verb, rest)| {
                let asked = stage.world.asked();
                let mut command = stage.command(verb, rest, &[]);
                let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
                eventually("it asks", || stage.world.asked() > asked);
                (*verb, child)
            })
            .collect();
        for (_, child) in &begun {
            kill_process(Pid::from_child(child), Signal::INT).unwrap();
        }
        for (verb, child) in begun {
            use std::os::unix::process::ExitStatusExt as _;
            let out = child.wait_with_output().unwrap();
            // What does not listen is ended by the signal itself, which a shell calls the same.
            let code = out.status.code().or_else(|| out.status.signal().map(|signal| 128 + signal));
            if code != Some(130) {
                wrong.push(format!("{verb}: {code:?}: {}", String::from_utf8_lossy(&out.stderr)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(stage.world.written().len(), 0, "nothing was sent");
}
