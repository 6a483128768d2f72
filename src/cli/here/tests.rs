#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::process::Command as Program;

use proptest::prelude::*;

use super::*;

/// git as the tests use it: nobody's own configuration plays a part.
fn run(directory: &Path, arguments: &[&str]) {
    let done = Program::new("git")
        .args(["-c", "user.name=Mona", "-c", "user.email=mona@example.com", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A checkout of a repository beside it, on `main`.
fn checkout() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (there, here) = (dir.path().join("there"), dir.path().join("here"));
    fs::create_dir_all(&there).unwrap();
    fs::create_dir_all(&here).unwrap();
    run(&there, &["init", "-q", "--bare"]);
    run(&here, &["init", "-q"]);
    fs::write(here.join("a"), "a\n").unwrap();
    run(&here, &["add", "a"]);
    run(&here, &["commit", "-qm", "one"]);
    run(&here, &["remote", "add", "origin", there.to_str().unwrap()]);
    run(&here, &["push", "-qu", "origin", "main"]);
    dir
}

#[tokio::test]
async fn a_clean_checkout_has_nothing_the_agent_would_not_see() {
    let dir = checkout();
    let here = dir.path().join("here");
    let found = ask(&here).await.unwrap();
    assert_eq!((found.changed, found.unpushed, found.unseen()), (0, 0, None));
    assert_eq!(found.at_origin.unwrap().raw_for_match(), "main");
}

#[tokio::test]
async fn changes_and_commits_that_were_not_pushed_are_counted_and_nothing_is_pushed() {
    let dir = checkout();
    let here = dir.path().join("here");
    run(&here, &["checkout", "-qb", "feature/x"]);
    let fresh = ask(&here).await.unwrap();
    assert_eq!(fresh.branch.as_ref().unwrap().raw_for_match(), "feature/x");
    assert_eq!(fresh.at_origin, None, "it was never pushed");
    run(&here, &["push", "-q", "origin", "feature/x"]);
    for name in ["b", "c"] {
        fs::write(here.join(name), name).unwrap();
        run(&here, &["add", name]);
        run(&here, &["commit", "-qm", name]);
    }
    fs::rename(here.join("b"), here.join("b2")).unwrap();
    fs::write(here.join("a"), "changed").unwrap();
    let before = fs::read(dir.path().join("there/refs/heads/feature/x")).unwrap();
    let found = ask(&here).await.unwrap();
    assert_eq!(found.at_origin.as_ref().unwrap().raw_for_match(), "feature/x", "found without an upstream");
    assert_eq!((found.changed, found.unpushed), (3, 2), "changed, gone and new");
    assert_eq!(
        found.unseen().unwrap().as_str(),
        "3 files changed and 2 commits not pushed: the agent will not see them"
    );
    assert_eq!(fs::read(dir.path().join("there/refs/heads/feature/x")).unwrap(), before);
    run(&here, &["checkout", "-q", "--detach"]);
    assert_eq!(ask(&here).await.unwrap().branch, None);
}

#[tokio::test]
async fn nothing_that_a_hostile_configuration_names_is_run() {
    let dir = checkout();
    let here = dir.path().join("here");
    let canary = dir.path().join("ran");
    let program = dir.path().join("evil.sh");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\ncat\n", canary.display())).unwrap();
    Program::new("chmod").arg("+x").arg(&program).status().unwrap();
    let program = program.to_str().unwrap();
    fs::write(here.join(".gitattributes"), "* filter=evil\n").unwrap();
    fs::create_dir_all(here.join(".git/hooks")).unwrap();
    for hook in ["post-index-change", "fsmonitor-watchman"] {
        fs::copy(program, here.join(".git/hooks").join(hook)).unwrap();
    }
    for (key, value) in [
        ("core.fsmonitor", program),
        ("filter.evil.clean", program),
        ("filter.evil.process", program),
        ("filter.evil.required", "true"),
        ("core.pager", program),
        ("alias.status", &format!("!{program}")),
    ] {
        run(&here, &["config", key, value]);
    }
    // As old as the index, so that only its content tells whether it changed.
    fs::write(here.join("a"), "b\n").unwrap();
    let found = ask(&here).await.unwrap();
    assert!(found.changed >= 1);
    assert!(!canary.exists(), "a program of the repository was run");
}

#[tokio::test]
async fn a_folder_that_is_no_checkout_is_a_fault_with_a_way_on() {
    let dir = tempfile::tempdir().unwrap();
    let fault = ask(dir.path()).await.unwrap_err();
    assert!(fault.what.contains("git could not say"), "{fault}");
}

proptest! {
    #[test]
    fn any_answer_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[12u?#! a-z.\\x00]{0,200}") {
        let _ = parsed(&bytes);
        let found = parsed(text.as_bytes());
        prop_assert!(found.changed <= text.len());
    }
}
