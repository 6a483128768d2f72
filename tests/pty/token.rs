//! A token that only `gh` knows, and `gh` takes its time: what the last run kept is on the screen meanwhile.

use std::os::unix::fs::PermissionsExt;

use crate::harness::Term;
use crate::service::World;

/// A path on which `gh` does this.
fn gh(world: &World, does: &str) -> String {
    let folder = world.home.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let program = folder.join("gh");
    std::fs::write(&program, format!("#!/bin/sh\n{does}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// A console that was here before, and now has nothing but a `gh` that does this.
fn once_more(world: &World, does: &str) -> Term {
    let t = world.console().start();
    t.text("All 1");
    t.send("q");
    t.restored(0);
    world.console().without("ATC_TOKEN").env("PATH", &gh(world, does)).start()
}

#[test]
fn what_the_last_run_kept_is_shown_while_gh_is_asked_for_the_token() {
    let world = World::new();
    let t = once_more(&world, "while [ ! -e go ]; do sleep 0.05; done; echo gho_demo1234567890");
    let asked = world.asked();
    t.text("All 1");
    t.text("is still being asked for the token");
    assert_eq!(world.asked(), asked, "nothing is asked without a token");
    std::fs::write(world.home.path().join("go"), "").unwrap();
    t.wait("the service's answers", |_| (world.asked() > asked).then_some(()));
    // Together they would be taken for a paste.
    t.send(":");
    t.wait("the line", |screen| (!screen.hide_cursor()).then_some(()));
    t.send("doctor");
    t.text(":doctor");
    t.send("\r");
    t.text("Doctor · oauth token");
    t.send("\x1b");
    t.text("All 1");
    t.send("q");
    t.restored(0);
}

#[test]
fn who_does_not_want_to_wait_for_gh_leaves() {
    let world = World::new();
    let t = once_more(&world, "exec sleep 60");
    t.text("All 1");
    t.send("q");
    t.restored(0);
}

#[test]
fn where_gh_has_no_token_the_terminal_is_given_back_and_one_line_says_what_to_do() {
    let world = World::new();
    let t = once_more(&world, "exit 1");
    t.bytes("what to do", |raw| raw.contains("gh auth login").then_some(()));
    t.restored(4);
}

#[test]
fn who_was_never_here_and_has_no_token_sees_one_line_and_leaves_nothing_kept() {
    let world = World::new();
    let gh = gh(&world, "exit 1");
    for _ in 0..2 {
        let t = world.console().without("ATC_TOKEN").env("PATH", &gh).start();
        let (status, _, raw) = t.end();
        assert_eq!(status.code(), Some(4));
        let raw = String::from_utf8_lossy(&raw);
        assert!(raw.contains("gh auth login") && !raw.contains("\x1b[?1049h"), "{raw:?}");
    }
}
