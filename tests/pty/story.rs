//! The main job from end to end: the real binary, its embedded world, a real terminal, and an operator who looks, starts,
//! stops, resizes and leaves.

use std::time::{Duration, Instant};

use crate::harness::{ATC, Spec, Term};

/// The world moves ten times as fast as the clock: fast enough that a cancelled run ends soon, slow enough that the task
/// that is watched is still at work.
const SPEED: &str = "10";

fn rows(screen: &vt100::Screen) -> Vec<String> {
    let (_, cols) = screen.size();
    screen.rows(0, cols.get()).collect()
}

/// The queue's row of a task: panes that name it in their title start with a rule.
fn row(screen: &vt100::Screen, name: &str) -> Option<String> {
    rows(screen).into_iter().find(|row| row.contains(name) && !row.starts_with("──"))
}

fn row_says(t: &Term, name: &str, words: &str) {
    t.wait(&format!("`{name}` as {words}"), |screen| row(screen, name)?.contains(words).then_some(()));
}

/// As a person types: the next key once this one is on the screen. `before` is what already stands there.
fn types(t: &Term, before: &str, words: &str) {
    let mut shown = before.to_owned();
    for c in words.chars() {
        t.press(c.to_string());
        shown.push(c);
        // A blank at the end of a line cannot be told from none.
        t.text(shown.trim_end());
    }
}

/// Leaves one task in the queue and selects it.
fn selects(t: &Term, filter: &str, name: &str) {
    t.send("Q");
    t.send("/");
    types(t, "/", filter);
    t.send("\r");
    t.wait("the filter's line gone", |screen| (!rows(screen).last()?.contains(&format!("/{filter}"))).then_some(()));
    t.send("g");
    t.wait(&format!("`{name}` selected"), |screen| row(screen, name)?.starts_with('▌').then_some(()));
}

/// Says yes to the question `title`. A yes that comes before it can have been read, or right after another key, is not
/// heard, so it is said again after a moment.
fn yes(t: &Term, title: &str) {
    t.text(title);
    let start = Instant::now();
    loop {
        t.send("y");
        let gone = t.within(Duration::from_millis(400), |screen| !screen.contents().contains(title));
        if gone {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{title} stays:\n{}", t.screen().contents());
    }
}

/// The rows of the log's pane, below its rule.
fn log_rows(screen: &vt100::Screen) -> Vec<String> {
    let all = rows(screen).into_iter().skip_while(|row| !row.contains("── Log ·")).skip(1);
    all.take_while(|row| !row.starts_with("──")).collect()
}

fn tasks_of_every_repository_are_there(t: &Term) {
    t.wait("the tasks of every repository", |screen| {
        let text = screen.contents();
        let repos = ["acme/api", "acme/billing", "acme/web", "acme/reports"];
        (text.contains("Queue · All 4") && repos.iter().all(|repo| text.contains(repo))).then_some(())
    });
}

fn a_log_grows(t: &Term) {
    selects(t, "flaky retry", "Fix flaky retry test in scheduler");
    t.send("\r");
    let before = t.wait("the log of a session at work", |screen| {
        let live = screen.contents().contains("live (Copilot API)");
        let rows = log_rows(screen);
        (live && rows.iter().any(|row| row.contains(':'))).then_some(rows)
    });
    t.wait("the log growing", |screen| (log_rows(screen) != before).then_some(()));
}

fn a_task_is_started(t: &Term) {
    // In the log the key means the next hit.
    t.send("Q");
    t.send("n");
    t.text("Fix a flaky test");
    t.send("\r");
    t.text("its full name, as the test runner prints it");
    t.wait("the cursor in the first field", |screen| row(screen, "▌test").map(drop));
    // What is typed shows in the prompt as it grows.
    types(t, "The test `", "retry::deadline");
    t.text("ready to start");
    t.send("\x13");
    yes(t, "Start a task in acme/");
    t.text("started in acme/");
    t.wait("the new task, selected", |screen| {
        let selected = |row: &String| row.starts_with('▌') && ["queued", "running"].iter().any(|w| row.contains(w));
        rows(screen).iter().any(selected).then_some(())
    });
}

fn a_session_is_cancelled(t: &Term) {
    // The evidence of what is wrong with it takes the end of its name.
    let name = "Stop the cache stampede on";
    selects(t, "price lists", name);
    row_says(t, name, "running");
    t.send("x");
    t.text("Cancel this session?");
    yes(t, "Cancel this session?");
    // Accepted is not done: it was asked for, the run ended, the session ended. Each is shown when it is known.
    t.text("requested");
    row_says(t, name, "cancelled");
    t.wait("every step of the cancel", |screen| {
        let text = screen.contents();
        ["requested", "run cancelled", "session ended"].iter().all(|step| text.contains(step)).then_some(())
    });
    t.bytes("what the row said on the way", |raw| raw.contains("cancelling").then_some(()));
}

fn every_size_is_drawn_whole(t: &Term) {
    for (rows, cols, words) in [
        (24, 80, &["6 All", "price lists"][..]),
        (15, 60, &["6 All", "price lists"]),
        (45, 160, &["── Queue", "── Reviews", "── Log", "price lists"]),
    ] {
        t.resize(rows, cols);
        t.wait(&format!("the console at {cols}×{rows}"), |screen| {
            let text = screen.contents();
            words.iter().all(|words| text.contains(words)).then_some(())
        });
        t.answers();
    }
}

#[test]
fn a_person_looks_starts_stops_resizes_and_leaves() {
    let t = Spec::new(ATC, &["demo", "--speed", SPEED]).size(45, 160).start();
    tasks_of_every_repository_are_there(&t);
    a_log_grows(&t);
    a_task_is_started(&t);
    a_session_is_cancelled(&t);
    every_size_is_drawn_whole(&t);
    t.send("q");
    t.restored(0);
}
