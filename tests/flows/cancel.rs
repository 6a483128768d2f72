//! Stopping what is stuck: asked, verified, and never called cancelled before it is.

use std::time::Duration;

use atc::console::keys::Key;
use atc::ledger::Ledger as _;
use atc::ledger::port::{Action, Outcome};

use crate::harness::{Flow, Setup};

#[tokio::test(start_paused = true)]
async fn a_cancel_is_shown_as_it_really_goes() {
    let flow = Flow::start(160, 45).await;
    flow.select("Fix flaky retry test in scheduler").await;
    flow.sees("in progress").await;
    flow.keys("x").await;
    let asked = flow.sees("Cancel this session?").await;
    for words in ["acme/api", "Fix flaky retry test in scheduler", "No"] {
        assert!(asked.contains(words), "the question names {words}:\n{asked}");
    }
    flow.pass(Duration::from_millis(300)).await;
    assert_eq!(flow.requests("POST", "/cancel"), 0, "nothing is sent before the answer");
    flow.keys("y").await;
    flow.until("cancelling", |_| flow.row("Fix flaky retry test").contains("cancelling")).await;
    flow.until("the request", |text| text.contains("requested")).await;
    assert!(!flow.row("Fix flaky retry test").contains("cancelled"), "a 202 is not a fact");
    flow.until("the end", |_| flow.row("Fix flaky retry test").contains("cancelled")).await;
    let text = flow.sees("session ended").await;
    assert!(text.contains("requested") && text.contains("run cancelled"), "{text}");
    assert_eq!(flow.requests("POST", "/cancel"), 1);
    let entry = flow.ledger.recent(1).unwrap().remove(0);
    assert_eq!(entry.intent.action, Action::Cancel);
    assert!(matches!(entry.outcome, Some((_, Outcome::Confirmed(_)))));
}

#[tokio::test(start_paused = true)]
async fn no_is_the_default_and_keys_too_early_are_not_heard() {
    let flow = Flow::start(80, 24).await;
    flow.select("Fix flaky retry test").await;
    flow.keys("x").await;
    flow.sees("Cancel this session?").await;
    flow.keys("y").await;
    flow.sees("Cancel this session?").await;
    flow.pass(Duration::from_millis(400)).await;
    flow.press(Key::Enter).await;
    flow.until("the question gone", |text| !text.contains("Cancel this session?")).await;
    flow.pass(Duration::from_secs(5)).await;
    assert_eq!(flow.requests("POST", "/cancel"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_read_only_console_sends_nothing_but_reads() {
    let flow = Flow::with(Setup { read_only: true, ..Setup::default() }).await;
    flow.select("Fix flaky retry test").await;
    for keys in ["x", "y", "R", "f", "n"] {
        flow.keys(keys).await;
        flow.pass(Duration::from_millis(400)).await;
        flow.press(Key::Esc).await;
    }
    let writes = flow.server.requests().iter().filter(|r| r.method != "GET" && r.path != "/graphql").count();
    assert_eq!(writes, 0);
}

#[tokio::test(start_paused = true)]
async fn an_orphan_is_named_with_the_time_it_frees_itself() {
    let flow = Flow::start(160, 45).await;
    flow.select("Remove the N+1 query").await;
    flow.until("an orphan", |_| flow.row("Remove the N+1 query").contains("orphaned")).await;
    flow.keys("x").await;
    flow.sees("run is already gone").await;
    assert_eq!(flow.requests("POST", "/cancel"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_obey_is_offered_force_as_a_second_decision() {
    let flow = Flow::start(160, 45).await;
    flow.select("Rate-limit the public search endpoint").await;
    flow.sees("in progress").await;
    flow.keys("x").await;
    flow.sees("Cancel this session?").await;
    flow.pass(Duration::from_millis(300)).await;
    flow.keys("y").await;
    flow.sees("requested").await;
    flow.pass(Duration::from_secs(100)).await;
    assert!(!flow.row("Rate-limit").contains("cancelled"), "{}", flow.row("Rate-limit"));
    assert_eq!((flow.requests("POST", "/cancel"), flow.requests("POST", "/force-cancel")), (1, 0));
    flow.keys("x").await;
    flow.sees("Force-cancel this run?").await;
    flow.pass(Duration::from_millis(300)).await;
    flow.keys("y").await;
    flow.until("the end", |_| flow.row("Rate-limit").contains("cancelled")).await;
    assert_eq!(flow.requests("POST", "/force-cancel"), 1);
}
