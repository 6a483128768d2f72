//! Verbs that need no terminal, and readers that go away.

use std::io::Read;
use std::process::Stdio;

use crate::program::{atc, command, run};

#[test]
fn config_shows_where_everything_is_and_what_it_is() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("c.toml");
    std::fs::write(&file, "repos = [\"a/b\"]\n[ui]\nascii = true\n").unwrap();
    let with = |verb| {
        run(command(home.path(), &["--config", "c.toml", "--host", "acme.ghe.com", "config", verb])
            .env("ATC_READ_ONLY", "true"))
    };
    let show = with("show");
    assert_eq!((show.code, show.err.as_str()), (0, ""));
    for (line, origin) in [
        ("repos = [\"a/b\"]", "config file"),
        ("host = \"acme.ghe.com\"", "--host"),
        ("read_only = true", "ATC_READ_ONLY"),
        ("ascii = true", "config file"),
        ("log_level = \"info\"", "default"),
    ] {
        let found = show.out.lines().find(|found| found.starts_with(line));
        assert!(found.is_some_and(|found| found.contains(origin)), "{line} # {origin}:\n{}", show.out);
    }
    let check = with("check");
    assert_eq!((check.code, check.out.as_str()), (0, "c.toml: all is well\n"));
    let path = with("path");
    assert_eq!(path.code, 0);
    for what in ["config", "templates", "ledger", "journal", "cache", "data"] {
        assert!(path.out.lines().any(|line| line.starts_with(what)), "{what}:\n{}", path.out);
    }
    // A config that shows itself is a config: what `show` prints can be read back.
    std::fs::write(&file, &show.out).unwrap();
    assert_eq!(with("check").code, 0, "{}", show.out);
}

#[test]
fn the_cache_can_be_found_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let path = atc(home.path(), &["cache", "path"]);
    assert_eq!((path.code, path.err.as_str()), (0, ""));
    assert!(path.out.contains("cache.db") && path.out.contains("(not there)"), "{}", path.out);
    let clear = || atc(home.path(), &["cache", "clear"]);
    assert!(clear().out.contains("was not there"));
    let file = path.out.split("  (").next().unwrap().to_owned();
    drop(atc::runtime::cache::store::Store::open(std::path::Path::new(&file), "x").unwrap());
    assert!(atc(home.path(), &["cache", "path"]).out.contains(" KiB)"));
    let cleared = clear();
    assert_eq!((cleared.code, cleared.err.as_str()), (0, ""));
    assert!(cleared.out.contains("is deleted") && !std::path::Path::new(&file).exists());
}

#[test]
fn the_environment_is_never_shown() {
    let home = tempfile::tempdir().unwrap();
    for verb in ["show", "path", "check"] {
        let run = run(command(home.path(), &["config", verb]).env("ATC_TOKEN", "ghp_CANARY0123456789abcdef"));
        assert_eq!(run.code, 0);
        assert!(!run.out.contains("CANARY") && !run.err.contains("CANARY"), "{}{}", run.out, run.err);
    }
}

#[test]
fn help_and_version_are_no_failure() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["help"], &["-h"], &["demo", "--help"], &["help", "config"], &["--version"], &["-V"]]
    {
        let run = atc(home.path(), args);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{args:?}");
        assert!(run.out.contains("Usage: atc") || run.out.starts_with("atc "), "{args:?}: {}", run.out);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["--help"][..], &["config", "show"], &["--frobnicate"]] {
        let mut command = command(home.path(), args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        let mut err = child.stderr.take().unwrap();
        err.read_to_string(&mut said).unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(if args == ["--frobnicate"] { 2 } else { 0 }), "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_that_is_told() {
    let home = tempfile::tempdir().unwrap();
    // Not every container has it.
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let run = run(command(home.path(), &["config", "show"]).stdout(full));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("could not be printed"), "{}", run.err);
}

#[test]
fn a_policy_is_checked_explained_and_begun_without_a_service() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("policy.toml");
    let policy = |args: &[&str]| {
        let args: Vec<&str> = ["policy"].iter().chain(args).copied().collect();
        run(command(home.path(), &args).env("ATC_POLICY_FILE", &file))
    };
    let missing = policy(&["check"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("policy.toml: policy_file: there is no such file"), "{}", missing.err);

    let example = policy(&["example"]);
    std::fs::write(&file, &example.out).unwrap();
    let check = policy(&["check"]);
    assert_eq!(check.code, 0, "{}", check.err);
    assert!(check.out.contains("all is well") && check.out.contains("SHA-256"), "{}", check.out);

    std::fs::write(&file, "[[rule]]\nid = \"team\"\nrepos = [\"acme/*\"]\nmodels = [\"claude-*\"]\n").unwrap();
    let refused = policy(&["explain", "acme/api", "--offline", "--model", "gpt-5", "--json"]);
    assert_eq!((refused.code, refused.err.as_str()), (1, ""));
    let json: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!((&json["verdict"], &json["rule"]), (&"refused".into(), &"team".into()));
    assert!(json["policy"]["rules"][0].as_str().unwrap().contains("acme/*"), "{json}");
    let allowed = policy(&["explain", "acme/api", "--offline", "--model", "claude-opus"]);
    assert_eq!(allowed.code, 0);
    assert!(allowed.out.contains("so far allowed by rule `team`"), "{}", allowed.out);

    std::fs::write(&file, "[all]\nactve = 3\n").unwrap();
    let broken = policy(&["check"]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("policy.toml:2:1: all.actve") && broken.err.contains("active"), "{}", broken.err);
    assert_eq!(policy(&["explain", "acme/api", "--offline"]).code, 1, "nothing may start");
    assert_eq!(policy(&["explain", "acme", "--offline"]).code, 2);
}
