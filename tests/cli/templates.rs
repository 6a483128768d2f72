//! `atc template …` through the real program.

use crate::bench::objects;
use crate::program::{atc, run};

const GOOD: &str = "+++\ntitle = \"Good\"\n[[variables]]\nname = \"what\"\nrequired = true\n+++\n\
                    # Goal\n{{ what }}\n# Non-goals\n-\n# Validation\n`make`\n# Pull request\n-\n";

#[test]
fn a_template_is_begun_listed_linted_and_rendered() {
    let home = tempfile::tempdir().unwrap();
    let new = atc(home.path(), &["template", "new", "bump", "--title", "Bump it"]);
    assert_eq!((new.code, new.err.as_str()), (0, ""));
    let again = atc(home.path(), &["template", "new", "bump"]);
    assert_ne!(again.code, 0, "a file that is there is never written over");
    let list = atc(home.path(), &["template", "list"]);
    assert_eq!(list.code, 0);
    assert!(list.out.lines().any(|line| line.starts_with("bump\tBump it\t")), "{}", list.out);
    let json = atc(home.path(), &["template", "list", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(all["templates"].as_array().unwrap().iter().any(|template| template["id"] == "bump"));
    std::fs::write(home.path().join("good.md"), GOOD).unwrap();
    let lint = atc(home.path(), &["template", "lint", "good.md"]);
    assert_eq!(lint.code, 0, "{}{}", lint.out, lint.err);
    let rendered = atc(home.path(), &["template", "render", "good.md", "--var", "what=Tests"]);
    assert_eq!(rendered.code, 0);
    assert!(rendered.out.starts_with("# Goal\nTests\n"), "{}", rendered.out);
    let json = atc(home.path(), &["template", "render", "good.md", "--var", "what=Tests", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(made["prompt"].as_str().unwrap().contains("Tests"));
    drop(objects(""));
}

#[test]
fn a_template_that_is_broken_or_lacks_a_value_is_told_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("good.md"), GOOD).unwrap();
    std::fs::write(home.path().join("bad.md"), "+++\ntitle = 3\n+++\nx\n").unwrap();
    let missing = atc(home.path(), &["template", "render", "good.md"]);
    assert_eq!((missing.code, missing.out.as_str()), (2, ""));
    assert!(missing.err.contains("what") && missing.err.contains("--var"), "{}", missing.err);
    let bad = atc(home.path(), &["template", "lint", "bad.md"]);
    assert_eq!(bad.code, 1);
    assert!(format!("{}{}", bad.out, bad.err).contains("bad.md:2"), "{}{}", bad.out, bad.err);
    let render = atc(home.path(), &["template", "render", "bad.md"]);
    assert_eq!(render.code, 1, "{}", render.err);
    let none = atc(home.path(), &["template", "render", "nothing"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("there is no template"), "{}", none.err);
    let outside = run(&mut crate::program::command(home.path(), &["template", "new", "x", "--here"]));
    assert_eq!(outside.code, 2, "{}", outside.err);
}
