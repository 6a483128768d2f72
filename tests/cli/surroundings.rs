//! Where the verbs run: no terminal, no home, a reader that went away, a checkout; and where nothing may be changed.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bench::{World, objects};
use crate::program::{one_line, run};

const WRITING: [&[&str]; 5] = [
    &["start", "--repo", "acme/api", "Fix the parser"],
    &["cancel", "--repo", "acme/api", "1a2b3c4d"],
    &["retry", "--repo", "acme/api", "1a2b3c4d"],
    &["follow-up", "--repo", "acme/api", "1a2b3c4d", "go on"],
    &["follow-up", "--repo", "acme/api", "1a2b3c4d", "--comment", "go on"],
];

#[test]
fn where_nothing_may_be_changed_a_verb_that_would_is_refused_before_anything() {
    let world = World::at(1.0);
    for args in WRITING {
        let args = [&["--read-only"][..], args].concat();
        let run = world.run(&args);
        assert_eq!((run.code, run.out.as_str()), (5, ""), "{args:?}");
        one_line(&run.err, &["nothing was sent: read-only is on"]);
    }
    assert_eq!(world.asked(), 0, "not even a question");
    let dry = world.run(&["--read-only", "start", "--repo", "acme/api", "--dry-run", "Fix the parser"]);
    assert_eq!(dry.code, 0, "to look is no change: {}", dry.err);
}

#[test]
fn without_a_token_a_verb_says_what_is_missing() {
    let world = World::at(1.0);
    for args in WRITING {
        let run = run(world.command(args).env_remove("ATC_TOKEN"));
        assert_eq!((run.code, run.out.as_str()), (4, ""), "{args:?}: {}", run.err);
    }
    assert_eq!(world.asked(), 0);
}

#[test]
fn a_reader_that_went_away_and_an_input_that_is_closed_are_no_failure() {
    let world = World::at(1.0);
    for form in ["--json", "--quiet", "--color=never"] {
        let mut command = world.command(&["start", "--repo", "acme/api", "--again", form, "Fix the parser"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert_eq!((out.status.code(), out.stderr.as_slice()), (Some(0), &b""[..]), "{form}");
    }
    let closed = Command::new("/bin/sh")
        .args(["-c", "exec \"$0\" start --repo acme/api --again -q closed <&-", crate::harness::ATC])
        .env_clear()
        .envs(world.env())
        .env("HOME", world.home.path())
        .output()
        .unwrap();
    assert_eq!(closed.status.code(), Some(0), "{}", String::from_utf8_lossy(&closed.stderr));
    let nothing = world.run(&["start", "--repo", "acme/api", "-"]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_could_not_be_printed_is_a_failure_that_is_told() {
    // Not every container has it.
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let world = World::at(1.0);
    let run = run(world.command(&["start", "--repo", "acme/api", "--json", "Fix the parser"]).stdout(full));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("could not be printed"), "{}", run.err);
    assert_eq!(world.written().len(), 1, "it was started all the same, and the ledger knows");
}

#[test]
fn without_a_home_nothing_is_sent_and_the_reason_is_told() {
    let world = World::at(1.0);
    // A file where the home should be: nobody, root included, can make a folder in it.
    let file = world.file("not-a-folder", "");
    let start = ["start", "--repo", "acme/api", "Fix the parser"];
    let lost = run(world.command(&start).env("HOME", &file));
    assert_eq!(lost.code, 5, "{}", lost.out);
    assert!(lost.err.contains("nothing was sent: the ledger could not record"), "{}", lost.err);
    // Looking needs no home: there is no configuration in it, and that is all.
    let look = run(world.command(&["list", "--repo", "acme/api", "--limit", "1"]).env("HOME", &file));
    assert_eq!(look.code, 0, "{}", look.err);
    let with_reason = [&start[..], &["--reason", "the release waits for it"]].concat();
    let refused = run(world.command(&with_reason).env("XDG_STATE_HOME", &file));
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert!(refused.err.contains("nothing was sent: the ledger could not record"), "{}", refused.err);
    assert_eq!(world.written().len(), 0);
    // Without the variable the folders may still be named one by one.
    let mut command = world.command(&["start", "--repo", "acme/api", "-q", "Fix the parser"]);
    command.env_remove("HOME");
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
        command.env(name, world.home.path().join(name));
    }
    let fine = run(&mut command);
    assert_eq!((fine.code, fine.err.as_str()), (0, ""));
    assert!(world.home.path().join("XDG_STATE_HOME/atc/ledger.db").exists());
}

fn git(directory: &Path, arguments: &[&str]) {
    let out = Command::new("git")
        .args(["-c", "user.name=Mona", "-c", "user.email=mona@example.com", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(out.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// A checkout whose `origin` is called as on the service; what is behind it is a folder.
fn checkout(world: &World) -> std::path::PathBuf {
    let (there, here) = (world.home.path().join("there"), world.home.path().join("here"));
    fs::create_dir_all(&there).unwrap();
    fs::create_dir_all(&here).unwrap();
    git(&there, &["init", "-q", "--bare"]);
    git(&here, &["init", "-q"]);
    fs::write(here.join("a"), "a").unwrap();
    git(&here, &["add", "a"]);
    git(&here, &["commit", "-qm", "one"]);
    git(&here, &["remote", "add", "origin", there.to_str().unwrap()]);
    git(&here, &["push", "-qu", "origin", "main"]);
    git(&here, &["remote", "set-url", "origin", "git@github.com:acme/api.git"]);
    here
}

#[test]
fn a_start_from_the_checkout_takes_its_repository_and_branch_and_names_what_is_not_pushed() {
    let world = World::at(1.0);
    let here = checkout(&world);
    let path = std::env::var("PATH").unwrap();
    let start = |args: &[&str]| {
        let args = [&["start", "--dry-run", "--json", "Fix it"][..], args].concat();
        run(world.command(&args).current_dir(&here).env("PATH", &path))
    };
    let request = |args: &[&str]| {
        let run = start(args);
        let row = objects(&run.out).into_iter().next().unwrap_or_else(|| panic!("{}", run.err));
        (row["repo"].as_str().unwrap().to_owned(), row["request"]["body"].clone(), run.err)
    };
    let (repo, body, err) = request(&["--here"]);
    assert_eq!(
        (repo.as_str(), body.get("base_ref"), err.as_str()),
        ("acme/api", None, ""),
        "the default branch is no choice"
    );
    git(&here, &["checkout", "-qb", "topic"]);
    assert!(start(&["--here"]).err.contains("topic is not at origin"));
    // As if it had been pushed: nothing else is asked of the checkout.
    git(&here, &["update-ref", "refs/remotes/origin/topic", "HEAD"]);
    let (_, body, _) = request(&["--here"]);
    assert_eq!((body["base_ref"].as_str(), body.get("head_ref")), (Some("topic"), None));
    let (_, body, _) = request(&["--here=head"]);
    assert_eq!((body["base_ref"].as_str(), body["head_ref"].as_str()), (Some("main"), Some("topic")));
    fs::write(here.join("a"), "changed").unwrap();
    fs::write(here.join("b"), "new").unwrap();
    git(&here, &["add", "b"]);
    git(&here, &["commit", "-qm", "two"]);
    let (_, _, err) = request(&["--here"]);
    one_line(&err, &["1 file changed and 1 commit not pushed: the agent will not see them"]);
    git(&here, &["checkout", "-q", "main"]);
    let send = |args: &[&str]| {
        let args = [&["start", "Fix it", "-q", "--here"][..], args].concat();
        run(world.command(&args).current_dir(&here).env("PATH", &path))
    };
    let refused = send(&[]);
    assert_eq!((refused.code, refused.out.as_str()), (5, ""));
    assert!(refused.err.contains("1 file changed:") && refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(world.written().len(), 0);
    let sent = send(&["--yes"]);
    assert_eq!(sent.code, 0, "{}", sent.err);
    let other = send(&["--repo", "acme/web"]);
    assert!(other.code == 2 && other.err.contains("checkout of acme/api"), "{}", other.err);
}
