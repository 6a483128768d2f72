#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use super::args::TemplateVerb;
use super::*;
use crate::cli::{Command, Exit, parse};

const GOOD: &str = "+++\ntitle = \"Good\"\n[[variables]]\nname = \"what\"\nrequired = true\n\
                    [[variables]]\nname = \"n\"\nkind = \"integer\"\ndefault = 3\n[presets.many]\nn = 9\n+++\n\
                    # Goal\n{{ what }}\n# Non-goals\n-\n# Validation\n`make {{ n }}`\n# Pull request\n-\n";

/// A checkout with a folder for the operator's own beside it.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["own", "checkout/.git", "checkout/.atc/templates", "checkout/src"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        Self(dir)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    fn places(&self) -> Vec<PathBuf> {
        vec![self.path("own"), self.path("checkout/.atc/templates")]
    }

    fn run(&self, line: &str) -> Answer {
        let words = ["atc", "template"].into_iter().chain(line.split_whitespace());
        let Command::Template { verb, .. } = parse(words).unwrap_or_else(|refusal| panic!("{}", refusal.text)) else {
            panic!("no template command")
        };
        answer(&verb, &self.places(), Some(&self.path("checkout/src")))
    }

    fn json(&self, line: &str) -> serde_json::Value {
        match self.run(line).out {
            Printed::Json(value) => value,
            other => panic!("{other:?}"),
        }
    }
}

fn text(answer: &Answer) -> String {
    match &answer.out {
        Printed::Text(text) => text.clone(),
        Printed::Rows(listed, broken) => {
            let lines: Vec<String> = super::verbs::rows(listed, true).into_iter().chain(broken.clone()).collect();
            lines.join("\n")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_later_place_wins_by_id_and_says_what_it_replaced() {
    let world = World::new();
    world.write("own/good.md", GOOD);
    world.write("own/small-change.md", &GOOD.replace("\"Good\"", "\"Mine\""));
    world.write("checkout/.atc/templates/good.md", &GOOD.replace("\"Good\"", "\"Ours\""));
    let shelf = load(&world.places());
    assert_eq!(shelf.faults, []);
    let origins: Vec<_> = shelf.templates.iter().map(|t| (t.id.as_str(), t.title.as_str())).collect();
    assert!(origins.contains(&("good", "Ours")) && origins.contains(&("small-change", "Mine")), "{origins:?}");
    assert_eq!(shelf.templates.len(), 4);
    let good = shelf.templates.iter().find(|t| t.id == "good").unwrap();
    assert_eq!(good.replaces.as_deref(), Some(&*world.path("own/good.md").display().to_string()));
    let list = world.run("list");
    let list = text(&list);
    let line = list.lines().find(|line| line.starts_with("small-change")).unwrap();
    assert!(line.ends_with("replaces shipped"), "{line}");
}

#[test]
fn one_broken_file_is_listed_with_line_and_reason_and_stops_no_other() {
    let world = World::new();
    world.write("own/good.md", GOOD);
    world.write("own/broken.md", "+++\ntitle = \"T\"\ncolour = 1\n+++\nx");
    world.write("own/again.md", &GOOD.replace("title", "id = \"good\"\ntitle"));
    world.write("own/notes.txt", "no template");
    fs::create_dir(world.path("own/folder.md")).unwrap();
    fs::write(world.path("own/latin.md"), b"+++\ntitle = \"\xff\"\n+++\n").unwrap();
    let list = world.run("list");
    assert_eq!(list.exit, Exit::Done);
    let has = |what: &str| text(&list).lines().any(|line| line.starts_with("broken") && line.contains(what));
    assert!(has("broken.md:3: ") && has("colour") && has("folder.md: this is not a file"), "{}", text(&list));
    assert!(has("latin.md") && has("the id `good` is that of"), "{}", text(&list));
    assert!(text(&list).contains("Good"));
    let list = world.json("list --json");
    assert_eq!(list["templates"].as_array().unwrap().len(), 4);
    assert_eq!(list["broken"].as_array().unwrap().len(), 4);
    assert_eq!(list["broken"][0]["line"], 3);
    assert_eq!(list["templates"][2]["hash"].as_str().unwrap().len(), 64);
}

#[test]
fn lint_names_file_line_severity_and_reason_and_fails_on_errors_alone() {
    let world = World::new();
    assert_eq!(world.run("lint").exit, Exit::Done, "what is shipped is right");
    world.write("own/idle.md", &GOOD.replace("[presets", "[[variables]]\nname = \"idle\"\n[presets"));
    let idle = world.run("lint");
    assert_eq!((idle.exit, idle.complaint.as_deref()), (Exit::Done, None));
    assert!(
        text(&idle).contains("idle.md:11: warning: ") && text(&idle).contains("unused-variable"),
        "{}",
        text(&idle)
    );
    world.write("own/bad.md", &GOOD.replace("# Goal\n", "{{ nobody }}\n"));
    world.write("own/broken.md", "+++\n");
    let bad = world.run("lint");
    assert_eq!(bad.exit, Exit::Failed);
    assert!(text(&bad).contains("bad.md:13: error: `nobody`") && text(&bad).contains("no-goal"), "{}", text(&bad));
    assert!(text(&bad).contains("broken.md:1: error: "), "{}", text(&bad));
    assert!(bad.complaint.unwrap().starts_with("3 errors and 1 warning in 6 templates — "));
    let json = world.json("lint --json");
    assert_eq!((&json["errors"], &json["warnings"]), (&3.into(), &1.into()));
    assert!(json["findings"].as_array().unwrap().iter().all(|f| f["line"].is_u64() && f["file"].is_string()));

    let one = format!("lint {}", world.path("own/idle.md").display());
    assert_eq!(world.run(&one).exit, Exit::Done, "only what is named");
    assert_eq!(world.run(&format!("lint {}", world.path("own").display())).exit, Exit::Failed);
    let none = world.run(&format!("lint {}", world.path("own/none.md").display()));
    assert_eq!(none.exit, Exit::Failed);
    for (id, expected) in [("idle", "unused-variable"), ("broken", "broken.md:1: error: "), ("no-such", "no template")]
    {
        let told = world.run(&format!("lint {id}"));
        assert!(text(&told).contains(expected) && !text(&told).contains("bad.md"), "{id}: {}", text(&told));
    }
}

#[test]
fn render_takes_the_preset_then_the_values_and_names_what_is_wrong() {
    let world = World::new();
    world.write("own/good.md", GOOD);
    let bare = world.run("render good --var what=it");
    assert!(text(&bare).starts_with("# Goal\nit\n") && text(&bare).contains("make 3"), "{}", text(&bare));
    assert!(text(&world.run("render good --var what=a=b --preset many")).contains("a=b\n"));
    assert!(text(&world.run("render good --var what=it --preset many")).contains("make 9"));
    assert!(text(&world.run("render good --preset many --var what=it --var n=4")).contains("make 4"));
    let file = format!("render {} --var what=it", world.path("own/good.md").display());
    assert_eq!(text(&world.run(&file)), text(&bare));
    let json = world.json("render good --json --var what=it");
    assert_eq!(json["prompt"].as_str(), Some(text(&bare).as_str()));
    assert_eq!((&json["values"]["n"], &json["create_pull_request"]), (&"3".into(), &true.into()));
    assert_eq!(json["findings"], serde_json::json!([]));
    for (line, says) in [
        ("render good", "what is required"),
        ("render good --var what=it --var n=many --var odd=1", "n must be a whole number; odd is no variable"),
        ("render good --var what=it --preset few", "no preset few — give many"),
        ("render nobody", "small-change"),
    ] {
        let answer = world.run(line);
        assert_eq!((answer.exit, &answer.out), (Exit::Usage, &Printed::Nothing), "{line}");
        assert!(answer.complaint.as_ref().unwrap().contains(says), "{line}: {:?}", answer.complaint);
    }
}

#[test]
fn new_writes_a_template_that_lints_and_never_writes_over_one() {
    let world = World::new();
    assert_eq!(world.run("new fix-login").exit, Exit::Done);
    assert_eq!(world.run("new fix-login --here").exit, Exit::Done);
    let lint = world.run("lint");
    assert_eq!(lint.exit, Exit::Done, "{lint:?}");
    assert!(text(&world.run("list")).contains("Fix login"));
    let file = world.path("own/fix-login.md");
    fs::write(&file, "mine").unwrap();
    let again = world.run("new fix-login");
    assert_eq!(again.exit, Exit::Failed);
    assert!(again.complaint.unwrap().contains("is there already"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    for bad in ["../up", "a/b", ".hidden", "é"] {
        assert_eq!(world.run(&format!("new {bad}")).exit, Exit::Usage, "{bad}");
    }
    let verb = TemplateVerb::New { id: "x".into(), title: None, here: true };
    assert_eq!(answer(&verb, &world.places(), Some(Path::new("/"))).exit, Exit::Usage, "no checkout");
}
