//! New work: from a template to a task that runs.

use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::ledger::Ledger as _;
use atc::ledger::port::Outcome;

use crate::harness::Flow;

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
