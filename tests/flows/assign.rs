//! An issue becomes a task: chosen, assigned, looked for, found.

use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::domain::policy::InForce;
use atc::ledger::Ledger as _;
use atc::ledger::port::{Action, Outcome};
use atc::ops::Gate;

use crate::harness::{Flow, Setup};

const ASSIGNEES: &str = "/issues/412/assignees";

/// Goes to the form about acme/api#412, writes instructions and asks for the assignment.
async fn ask(flow: &Flow) {
    flow.sees("All 4").await;
    flow.keys(":issue acme/api").await;
    flow.press(Key::Enter).await;
    flow.sees("backs_off_until_deadline").await;
    flow.keys("412").await;
    flow.sees("1 of 2 open").await;
    flow.press(Key::Enter).await;
    flow.sees("Instructions besides").await;
    flow.keys("Only in the gateway.").await;
    flow.sees("ready to assign").await;
    flow.pass(Duration::from_secs(1)).await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Assign the agent to acme/api#412?").await;
    flow.pass(Duration::from_millis(400)).await;
}

fn outcome(flow: &Flow) -> Option<Outcome> {
    flow.ledger.recent(1).unwrap().pop()?.outcome.map(|(_, outcome)| outcome)
}

#[tokio::test(start_paused = true)]
async fn an_issue_is_assigned_and_its_task_is_selected_when_it_is_there() {
    let flow = Flow::start(160, 45).await;
    ask(&flow).await;
    assert_eq!(flow.requests("POST", ASSIGNEES), 0, "nothing is sent before the yes");
    flow.keys("y").await;
    flow.sees("acme/api#412 assigned; looking for its pull request").await;
    let sent = flow.server.requests().into_iter().find(|r| r.method == "POST" && r.path.ends_with(ASSIGNEES)).unwrap();
    let body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(body["agent_assignment"]["custom_instructions"], "Only in the gateway.");
    flow.sees("acme/api#412 is worked on").await;
    flow.until("its row", |text| text.lines().any(|line| line.starts_with('▌') && line.contains("backs_off_until")))
        .await;
    let entry = flow.ledger.recent(1).unwrap().remove(0);
    assert_eq!(entry.intent.action, Action::Assign);
    let Some((_, Outcome::Confirmed(task))) = entry.outcome else { panic!("{entry:?}") };
    assert!(!task.starts_with('#'), "joined to its task: {task}");
    assert_eq!(flow.requests("POST", ASSIGNEES), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_read_from_the_issue_and_nothing_is_sent_again() {
    let flow = Flow::start(160, 45).await;
    ask(&flow).await;
    flow.server.faults().add(Fault::on("/repos/*/*/issues/*/assignees").method("POST").hang_up());
    flow.keys("y").await;
    flow.sees("may have been assigned").await;
    assert!(matches!(outcome(&flow), Some(Outcome::Unknown(_))));
    flow.pass(Duration::from_mins(1)).await;
    assert_eq!(flow.requests("POST", ASSIGNEES), 1, "never again by itself");
}

#[tokio::test(start_paused = true)]
async fn a_pull_request_that_does_not_come_is_said_to_take_longer() {
    let flow = Flow::start(160, 45).await;
    let json = [("content-type", "application/json")];
    flow.server.faults().add(Fault::on("/repos/*/*/issues/412/timeline").answer(200, &json, "[]"));
    ask(&flow).await;
    flow.keys("y").await;
    flow.sees("acme/api#412 assigned; looking for its pull request").await;
    flow.pass(Duration::from_secs(55)).await;
    assert!(flow.text().contains("looking for its pull request"), "as long as it is looked for:\n{}", flow.text());
    flow.sees("not seen yet after 60 s").await;
    assert_eq!(outcome(&flow), Some(Outcome::Confirmed("#412".into())));
}

#[tokio::test(start_paused = true)]
async fn an_issue_whose_timeline_cannot_be_read_is_not_assigned_without_a_word_about_it() {
    let flow = Flow::start(160, 45).await;
    ask(&flow).await;
    flow.server.faults().add(Fault::on("/repos/*/*/issues/412/timeline").answer(502, &[], ""));
    flow.keys("y").await;
    flow.sees("its pull requests by the agent are not known").await;
    assert_eq!(flow.requests("POST", ASSIGNEES), 0);
}

#[tokio::test(start_paused = true)]
async fn the_gate_refuses_an_assignment_as_it_refuses_a_start() {
    // The demo's viewer has more at work than the defaults allow.
    let setup = Setup { width: 160, height: 45, gate: Gate::holding(InForce::default()), ..Setup::default() };
    let flow = Flow::with(setup).await;
    flow.sees("All 4").await;
    flow.keys(":issue acme/api#412").await;
    flow.press(Key::Enter).await;
    flow.sees("of 3 active in all (rule `defaults`)").await;
    flow.pass(Duration::from_secs(2)).await;
    flow.key(Chord::ctrl('s')).await;
    flow.sees("not assigned: refused").await;
    assert_eq!(flow.requests("POST", ASSIGNEES), 0);
    assert!(flow.ledger.recent(1).unwrap().is_empty(), "a refusal is no intent");
}

#[tokio::test(start_paused = true)]
async fn branches_are_asked_for_when_a_field_names_one_and_again_when_they_are_old() {
    let flow = Flow::start(160, 45).await;
    flow.sees("All 4").await;
    flow.keys(":issue acme/api#412").await;
    flow.press(Key::Enter).await;
    flow.sees("ready to assign").await;
    assert_eq!(flow.requests("GET", "/branches"), 0, "not before the field that names one");
    flow.press(Key::Tab).await;
    flow.press(Key::Tab).await;
    flow.sees("main, next · ").await;
    assert_eq!(flow.requests("GET", "/branches"), 1);
    flow.pass(Duration::from_mins(5)).await;
    flow.press(Key::BackTab).await;
    flow.press(Key::Tab).await;
    flow.pass(Duration::from_secs(3)).await;
    assert_eq!(flow.requests("GET", "/branches"), 2, "known, but old");
    flow.sees("main, next · ").await;
}
