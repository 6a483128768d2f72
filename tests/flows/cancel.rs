//! Stopping what is stuck: asked, verified, and never called cancelled before it is.

use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::domain::policy::{InForce, Mode, Rule, Says, StopSays};
use atc::ledger::Ledger as _;
use atc::ledger::port::{Action, Outcome};

use crate::harness::{Flow, Setup, roomy};

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

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_the_end_of_the_program_is_seen_to_its_end_by_the_next_run_and_not_sent_again() {
    let flow = Flow::start(100, 28).await;
    flow.select("Rate-limit the public search endpoint").await;
    flow.sees("in progress").await;
    flow.keys("x").await;
    flow.sees("Cancel this session?").await;
    flow.pass(Duration::from_millis(300)).await;
    flow.keys("y").await;
    flow.sees("requested").await;
    let ledger = flow.ledger.clone();
    flow.keys("q").await;
    flow.sees("Quit now?").await;
    assert_eq!(ledger.unresolved().unwrap().len(), 1, "accepted is not done");
    let sent = flow.requests("POST", "cancel");

    let flow = Flow::with(Setup { width: 100, height: 28, ..flow.broken_off() }).await;
    flow.select("Rate-limit the public search endpoint").await;
    flow.until("it is still told", |_| flow.row("Rate-limit").contains("cancelling")).await;
    flow.keys("K").await;
    let text = flow.sees("an earlier run of the program").await;
    assert!(text.contains("requested") && text.contains("202, accepted"), "{text}");
    // This run obeys only when it is forced, and nobody forces it: it is seen to work on.
    flow.sees("still running").await;
    assert_eq!(flow.requests("POST", "cancel"), sent, "nothing fires by itself");
    assert_eq!(ledger.unresolved().unwrap().len(), 1);
}

/// A policy under which what is silent is stopped, or said to be.
fn stops(mode: Mode) -> atc::ops::Gate {
    let mut policy = roomy();
    let stop = StopSays { after_minutes: Some(5), mode: Some(mode), ..StopSays::default() };
    policy.everywhere.insert(0, Rule::everywhere("everywhere", Says { stop, ..Says::default() }));
    atc::ops::Gate::holding(InForce::of(policy))
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_of_a_rule_names_what_it_would_stop_and_touches_nothing() {
    let flow = Flow::with(Setup { width: 120, height: 28, gate: stops(Mode::DryRun), ..Setup::default() }).await;
    let text = flow.sees("would be stopped (dry run) by rule everywhere").await;
    assert!(text.contains("no sign of progress for"), "{text}");
    flow.keys("K").await;
    flow.sees("would stop").await;
    assert_eq!(flow.requests("POST", "cancel"), 0);
    let entry = flow.ledger.recent(10).unwrap().pop().unwrap();
    assert_eq!(entry.intent.granted.unwrap().verdict, "dry run");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_acts_is_not_heard_in_a_read_only_console() {
    let read_only = Setup { read_only: true, gate: stops(Mode::Act), ..Setup::default() };
    let flow = Flow::with(read_only).await;
    flow.sees("Migrate billing").await;
    flow.pass(Duration::from_mins(8)).await;
    assert_eq!(flow.requests("POST", "cancel"), 0);
    assert!(flow.ledger.recent(10).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_acts_stops_one_and_sees_it_to_its_end() {
    let flow = Flow::with(Setup { width: 120, height: 28, gate: stops(Mode::Act), ..Setup::default() }).await;
    flow.sees("is being stopped by rule everywhere").await;
    flow.keys("K").await;
    let text = flow.until("its request", |text| text.contains("202, accepted")).await;
    assert!(text.contains("rule everywhere at"), "{text}");
    assert_eq!(flow.requests("POST", "/cancel"), 1);
    let entry = flow.ledger.recent(10).unwrap().pop().unwrap();
    assert_eq!(entry.intent.granted.unwrap().verdict, "stopped by rule");
}

#[tokio::test(start_paused = true)]
async fn a_comment_to_the_agent_is_written_once_and_its_new_session_stands_under_the_task() {
    let flow = Flow::start(110, 45).await;
    flow.select("Migrate billing").await;
    flow.sees("#1288").await;
    flow.keys("f").await;
    flow.sees("comment on acme/billing#1288").await;
    flow.keys("use half-even rounding").await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Write this comment on acme/billing#1288?").await;
    flow.pass(Duration::from_millis(300)).await;
    assert_eq!(flow.requests("POST", "/comments"), 0);
    flow.keys("y").await;
    flow.sees("written on acme/billing#1288").await;
    assert_eq!(flow.requests("POST", "/issues/1288/comments"), 1);
    let entry = flow.ledger.recent(1).unwrap().remove(0);
    assert_eq!((entry.intent.action, entry.intent.pull), (Action::Comment, Some(1288)));
    assert!(matches!(entry.outcome, Some((_, Outcome::Confirmed(_)))));
    flow.keys("d").await;
    let text = flow.until("the agent's work", |text| text.contains("the agent began")).await;
    assert!(text.contains("“@copilot use half-even rounding”") && text.contains("→ session 3"), "{text}");
}
