//! L-33 to L-35, L-36: other programs on the same terminal, and what they and the terminal hand over.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{PATIENCE, Spec, Term};
use crate::service::World;

/// A program of these lines of shell; its path.
pub fn script(folder: &Path, lines: &str) -> String {
    let path = folder.join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The form of a start without a template.
pub fn opens_the_form(t: &Term) {
    t.console();
    t.send("n");
    t.text("Blank prompt");
    t.send("G");
    t.wait("the blank prompt selected", |screen| {
        let mut rows = screen.rows(0, screen.size().1.get());
        rows.any(|row| row.starts_with('▌') && row.contains("Blank prompt")).then_some(())
    });
    t.send("\r");
    t.text("ctrl+e editor");
}

pub fn opens_the_editor(t: &Term) {
    opens_the_form(t);
    t.send("\x05");
}

fn leaves(t: Term) {
    t.answers();
    t.send("\x03");
    t.restored(0);
}

#[test]
fn an_editors_text_comes_back_and_the_terminal_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let editor = script(folder.path(), "echo written elsewhere > \"$1\"");
    let t = Spec::still().env("EDITOR", &editor).start();
    opens_the_editor(&t);
    t.text("written elsewhere");
    leaves(t);
}

#[test]
fn l34_an_editor_that_is_not_there_is_said_so() {
    let t = Spec::still().env("EDITOR", "/nowhere/editor").start();
    opens_the_editor(&t);
    t.text("could not be started");
    leaves(t);
}

#[test]
fn l34_an_editor_that_crashes_leaves_the_text_and_the_console_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    // It leaves the line in disorder, too.
    let editor = script(folder.path(), "stty raw -echo; printf '\\033[?1049h\\033[?1003h'; kill -SEGV $$");
    let t = Spec::still().env("EDITOR", &editor).start();
    opens_the_editor(&t);
    t.text("failed");
    t.console();
    t.answers();
    t.send("\x03");
    // What the editor turned on, the way out turns off.
    let raw = t.end().2;
    let after = |on: &str, off: &str| {
        let text = String::from_utf8_lossy(&raw).into_owned();
        text.rfind(off) > text.rfind(on)
    };
    assert!(after("\x1b[?1003h", "\x1b[?1003l") && after("\x1b[?1049h", "\x1b[?1049l"));
}

#[test]
fn l34_a_line_that_an_editor_left_raw_is_put_in_order_when_it_ended_and_when_it_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let editor = script(folder.path(), "stty raw -echo <&1; kill -9 $$");
    let t = Spec::still().env("EDITOR", &editor).start();
    opens_the_editor(&t);
    t.text("failed");
    t.console();
    leaves(t);
    let editor = script(folder.path(), "stty raw -echo <&1; echo EDITING; exec sleep 600");
    let t = Spec::still().env("EDITOR", &editor).start();
    opens_the_editor(&t);
    t.text("EDITING");
    t.signal(Signal::TERM);
    t.restored(143);
}

#[test]
fn a_signal_ends_the_editor_and_the_console() {
    let folder = tempfile::tempdir().unwrap();
    let editor = script(folder.path(), "echo EDITING; exec sleep 600");
    let t = Spec::still().env("EDITOR", &editor).start();
    opens_the_editor(&t);
    t.text("EDITING");
    t.signal(Signal::TERM);
    t.restored(143);
}

#[test]
fn what_was_saved_in_the_editor_is_kept_when_the_line_drops_or_the_console_is_ended() {
    for signal in [Signal::TERM, Signal::HUP] {
        let (world, folder) = (World::new(), tempfile::tempdir().unwrap());
        let editor = script(folder.path(), "echo an hour of work > \"$1\"; echo EDITING; exec sleep 600");
        let t = world.console().env("EDITOR", &editor).start();
        opens_the_editor(&t);
        t.text("EDITING");
        t.signal(signal);
        t.end();
        let t = world.console().start();
        t.text("unsent prompt was kept");
        t.send("n");
        t.text("an hour of work");
        leaves(t);
    }
}

#[test]
fn l35_a_browser_that_hangs_holds_up_neither_keys_nor_the_end() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("pid");
    let browser = script(folder.path(), &format!("echo $$ > {0}.new; mv {0}.new {0}; exec sleep 600", told.display()));
    let mut t = world.console().env("BROWSER", &browser).size(45, 160).start();
    t.text(" open ─");
    t.settled(Duration::from_millis(500));
    t.send("o");
    let start = Instant::now();
    let id = loop {
        if let Ok(id) = std::fs::read_to_string(&told) {
            break id.trim().parse().unwrap();
        }
        assert!(start.elapsed() < PATIENCE, "no browser:\n{}", t.screen().contents());
        std::thread::yield_now();
    };
    t.answers();
    t.text("Opened https://github.com/");
    t.send("q");
    let status = t.exit();
    // The operator's browser outlives us.
    kill_process(Pid::from_raw(id).unwrap(), Signal::KILL).unwrap();
    assert_eq!(status.code(), Some(0));
    t.restored(0);
}

/// What was pasted, as the editor gets it.
fn pasted(t: &Term, folder: &Path) -> String {
    let copy = folder.join("copy");
    t.send("\x05");
    let start = Instant::now();
    while !copy.exists() {
        assert!(start.elapsed() < PATIENCE, "no editor:\n{}", t.screen().contents());
        std::thread::yield_now();
    }
    std::fs::read_to_string(copy).unwrap()
}

#[test]
fn l36_of_an_honest_paste_of_a_megabyte_all_that_a_prompt_holds_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let editor = script(folder.path(), &format!("cp \"$1\" {0}.new; mv {0}.new {0}", copy.display()));
    let t = Spec::still().env("EDITOR", &editor).size(45, 160).start();
    opens_the_form(&t);
    let lines: Vec<String> =
        (0..16 * 1024).map(|n| format!("line {n:6} – q:quit y n \u{7f} Ctrl-C? {:>29}", n * 7)).collect();
    let text = lines.join("\n");
    assert!(text.len() >= 1 << 20);
    t.send("\x1b[200~");
    for piece in text.as_bytes().chunks(64 * 1024) {
        t.send(piece.iter().map(|byte| if *byte == b'\n' { b'\r' } else { *byte }).collect::<Vec<u8>>());
    }
    t.send("\x1b[201~");
    t.text("characters too many were cut off");
    let found = pasted(&t, folder.path());
    // Whole up to what a prompt holds, and it is said that there was more.
    assert!(found.len() > 60_000, "{} bytes", found.len());
    let sent: Vec<String> = lines.iter().map(|line| line.replace('\u{7f}', "")).collect();
    assert!(sent.join("\n").starts_with(&found), "{found}");
    leaves(t);
}
