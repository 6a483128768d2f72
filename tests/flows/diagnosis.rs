//! Diagnosis: what went wrong is told above the log, on the row, in the detail, and for logs nobody opened.

use std::collections::HashSet;
use std::time::Duration;

use crate::harness::{Flow, Setup};

/// Tasks of the demo that ended badly, and what their logs say.
const BAD: [(&str, &str); 3] = [
    ("Bump chart-kit to 9.0.0", "A set-up step failed"),
    ("Load credit notes in one query", "The last tests were not reached"),
    ("Stop the cache stampede on tenant settings", "It ran out of time"),
];

async fn marked(flow: &Flow) {
    flow.sees("All 4").await;
    flow.keys("Q6z").await;
    // What failed while nobody looked is read a little at a time: two at once, then one in ten minutes, and what fails
    // meanwhile comes before it.
    let (name, _) = BAD[0];
    for _ in 0..20 {
        if flow.text().lines().any(|line| line.contains(name) && line.contains('∴')) {
            return;
        }
        flow.pass(Duration::from_mins(2)).await;
    }
    panic!("no sign on the row of {name}:\n{}", flow.text());
}

#[tokio::test(start_paused = true)]
async fn tasks_that_failed_say_why_though_nobody_opened_their_logs() {
    let flow = Flow::start(160, 60).await;
    marked(&flow).await;
    let logs = |flow: &Flow| flow.requests("GET", "/logs");
    let read = logs(&flow);
    flow.pass(Duration::from_mins(4)).await;
    // Newly failed ones aside, of which the demo has one or two, nothing is read twice.
    assert!(logs(&flow) <= read + 4, "{read} logs read at first, {} later", logs(&flow));
    assert!(read <= 14, "{read} logs read");
    flow.keys("/diagnosis:setup-failed").await;
    flow.press(atc::console::keys::Key::Enter).await;
    let text = flow.until("one row", |text| text.contains("All 1 of ")).await;
    assert!(text.contains("Bump chart-kit"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_log_that_is_opened_begins_with_its_worst_finding() {
    for (name, worst) in BAD {
        let flow = Flow::start(160, 45).await;
        flow.select(name).await;
        flow.keys("l").await;
        let text = flow.until("the finding", |text| text.lines().any(|line| line.starts_with(" ∴ error"))).await;
        assert!(text.lines().any(|line| line.starts_with(" ∴ error") && line.contains(worst)), "{name}: {text}");
        flow.keys("Dd").await;
        let text = flow.sees("found     ∴ error").await;
        assert!(text.contains("→ "), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_found_is_remembered_and_a_restart_reads_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let setup = || Setup { width: 160, height: 60, cache: Some(folder.path().join("cache.db")), ..Setup::default() };
    let logs = |flow: &Flow| -> HashSet<String> {
        let asked = flow.server.requests().into_iter().map(|request| request.path);
        asked.filter(|path| path.contains("/logs")).collect()
    };
    let flow = Flow::with(setup()).await;
    marked(&flow).await;
    flow.pass(Duration::from_mins(3)).await;
    let read = logs(&flow);
    flow.quit().await;
    let flow = Flow::with(setup()).await;
    marked(&flow).await;
    flow.pass(Duration::from_secs(10)).await;
    let again: Vec<String> = logs(&flow).intersection(&read).cloned().collect();
    // The log of the selected task is followed; no other is read twice.
    assert!(again.len() <= 1, "{again:?} read again after a restart");
}
