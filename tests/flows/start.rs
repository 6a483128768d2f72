//! New work: from a template to a task that runs.

use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::domain::policy::{InForce, Key as Limit, Rule, Says};
use atc::ledger::Ledger as _;
use atc::ledger::port::Outcome;
use atc::ops::Gate;

use crate::harness::{Flow, Setup, roomy};

/// Opens the first template, fills what must be filled, and asks for the start.
async fn compose(flow: &Flow) {
    flow.sees("All 4").await;
    flow.keys("n").await;
    flow.sees("Fix a flaky test").await;
    flow.press(Key::Enter).await;
    flow.sees("Prompt").await;
    flow.keys("scheduler::retry").await;
    flow.sees("ready to start").await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Start").await;
    flow.pass(Duration::from_millis(400)).await;
}

#[tokio::test(start_paused = true)]
async fn a_template_becomes_a_task_that_runs() {
    let flow = Flow::start(160, 45).await;
    compose(&flow).await;
    assert_eq!(flow.requests("POST", "/tasks"), 0, "nothing is sent before the yes");
    flow.keys("y").await;
    flow.sees("started in acme/").await;
    assert_eq!(flow.requests("POST", "/tasks"), 1);
    let request =
        flow.server.requests().into_iter().find(|r| r.method == "POST" && r.path.ends_with("/tasks")).unwrap();
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert!(body["prompt"].as_str().unwrap().contains("scheduler::retry"));
    assert!(matches!(flow.ledger.recent(1).unwrap()[0].outcome, Some((_, Outcome::Confirmed(_)))));
    let queue = flow
        .until("the new task", |text| text.lines().any(|line| line.starts_with('▌') && line.contains("queued")))
        .await;
    assert!(queue.contains("Queue"), "{queue}");
    flow.until("it runs", |text| text.lines().any(|line| line.starts_with('▌') && line.contains("running"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_says_that_it_may_have_happened_and_nothing_is_sent_again() {
    let flow = Flow::start(160, 45).await;
    compose(&flow).await;
    flow.server.faults().add(Fault::on("/agents/repos/*/*/tasks").method("POST").hang_up());
    flow.keys("y").await;
    flow.until("an honest word", |text| text.contains("may have") || text.contains("started in")).await;
    flow.pass(Duration::from_mins(1)).await;
    assert_eq!(flow.requests("POST", "/tasks"), 1, "never again by itself");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stays_in_the_form_with_its_reason() {
    let flow = Flow::start(160, 45).await;
    compose(&flow).await;
    flow.server.faults().add(Fault::on("/agents/repos/*/*/tasks").method("POST").answer(
        403,
        &[("content-type", "application/json")],
        r#"{"message":"Resource not accessible by personal access token"}"#,
    ));
    flow.keys("y").await;
    let text = flow.sees("not started").await;
    assert!(text.contains("scheduler::retry"), "the prompt is still there:\n{text}");
    assert!(matches!(flow.ledger.recent(1).unwrap()[0].outcome, Some((_, Outcome::Rejected(_)))));
}

#[tokio::test(start_paused = true)]
async fn the_gate_refuses_with_rule_and_number_and_nothing_is_sent() {
    // The demo's viewer has more at work than the defaults allow.
    let setup = Setup { width: 160, height: 45, gate: Gate::holding(InForce::default()), ..Setup::default() };
    let flow = Flow::with(setup).await;
    flow.sees("All 4").await;
    flow.keys("n").await;
    flow.sees("Fix a flaky test").await;
    flow.press(Key::Enter).await;
    flow.sees("Prompt").await;
    flow.keys("scheduler::retry").await;
    flow.sees("of 3 active in all (rule `defaults`)").await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("not started: refused").await;
    assert_eq!(flow.requests("POST", "/tasks"), 0);
    assert!(flow.ledger.recent(1).unwrap().is_empty(), "a refusal is no intent");
}

#[tokio::test(start_paused = true)]
async fn a_typed_reason_opens_a_gate_that_asks_for_one_and_stays_in_the_ledger() {
    let mut policy = roomy();
    let says = Says { open_pulls: Some(0), reason_beyond: Some(vec![Limit::OpenPulls]), ..Says::default() };
    policy.everywhere.insert(0, Rule::everywhere("reviews", says));
    let gate = Gate::holding(InForce::of(policy));
    let flow = Flow::with(Setup { width: 160, height: 45, gate, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("n").await;
    flow.sees("Fix a flaky test").await;
    flow.press(Key::Enter).await;
    flow.sees("Prompt").await;
    flow.keys("scheduler::retry").await;
    flow.sees("needs a reason").await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Why? Kept in the ledger").await;
    flow.pass(Duration::from_millis(400)).await;
    flow.keys("the release waits for it").await;
    flow.press(Key::Enter).await;
    flow.sees("started in acme/").await;
    let granted = flow.ledger.recent(1).unwrap().remove(0).intent.granted.unwrap();
    assert_eq!((granted.verdict.as_str(), granted.rule.as_str()), ("reason", "reviews"));
    assert_eq!(granted.reason.as_deref(), Some("the release waits for it"));
}
