//! Automations governed over real sockets: switched, run, edited, created, deleted; and what is never sent.

use std::time::Duration;

use atc::console::event::What;
use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::domain::policy::{InForce, Rule, Says};
use atc::ledger::Ledger as _;
use atc::ledger::port::{Action, Outcome};
use atc::ops::Gate;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Flow, Setup, TOKEN, roomy};

const AUTOMATIONS: &str = "/automations/";

/// Puts the cursor of the automations on the named one, once its detail is read.
async fn on(flow: &Flow, name: &str) {
    flow.sees("All 4").await;
    flow.keys("T").await;
    flow.sees(name).await;
    flow.keys("g").await;
    for _ in 0..40 {
        flow.pass(Duration::from_millis(100)).await;
        if flow.text().lines().any(|line| line.starts_with('▌') && line.contains(name)) {
            // What it says in full is read once the cursor rests on it.
            flow.pass(Duration::from_secs(3)).await;
            return;
        }
        flow.keys("j").await;
    }
    panic!("{name} is not in the list:\n{}", flow.text());
}

/// The question is there, and has been for long enough.
async fn asked(flow: &Flow, question: &str) -> String {
    let text = flow.sees(question).await;
    flow.pass(Duration::from_millis(400)).await;
    text
}

/// What was sent that is no read: method, path and body.
fn writes(flow: &Flow) -> Vec<(String, String, Value)> {
    let sent = flow.server.requests().into_iter().filter(|r| r.method != "GET" && !r.path.contains("graphql"));
    sent.map(|r| (r.method, r.path, serde_json::from_str(&r.body).unwrap_or(Value::Null))).collect()
}

fn last(flow: &Flow) -> (Action, Option<Outcome>) {
    let entry = flow.ledger.recent(1).unwrap().remove(0);
    (entry.intent.action, entry.outcome.map(|(_, outcome)| outcome))
}

/// The label of the field with the keys reads so.
async fn field(flow: &Flow, label: &str) {
    for _ in 0..80 {
        if flow.text().lines().any(|line| line.trim_start().starts_with('▌') && line.contains(label)) {
            return;
        }
        flow.press(Key::Tab).await;
    }
    panic!("no field {label}:\n{}", flow.text());
}

/// Somebody else's request.
async fn elsewhere(flow: &Flow, method: &str, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(flow.server.addr()).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: demo\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let json = answer.split_once("\r\n\r\n").unwrap().1;
    let json = json.get(json.find('{').unwrap()..=json.rfind('}').unwrap()).unwrap();
    serde_json::from_str(json).unwrap_or_else(|why| panic!("{why}: {answer}"))
}

#[tokio::test(start_paused = true)]
async fn one_is_switched_off_and_on_again_each_time_once_and_both_are_in_the_ledger() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    flow.keys("x").await;
    let text = asked(&flow, "Switch off “Keep dependencies fresh” in acme/api?").await;
    assert!(text.contains("nothing runs by it any more") && text.contains("allowed by rule"), "{text}");
    assert!(writes(&flow).is_empty(), "nothing before the yes");
    flow.keys("y").await;
    flow.sees("“Keep dependencies fresh” is off").await;
    assert_eq!(last(&flow).0, Action::AutomationDisable);
    flow.keys("x").await;
    asked(&flow, "Switch on “Keep dependencies fresh” in acme/api?").await;
    flow.keys("y").await;
    flow.sees("“Keep dependencies fresh” is on; next run").await;
    let sent = writes(&flow);
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent.iter().all(|(method, ..)| method == "PATCH"));
    assert_ne!(sent[0].2["expected_revision_id"], sent[1].2["expected_revision_id"], "each pins what was seen");
    assert!(matches!(last(&flow), (Action::AutomationEnable, Some(Outcome::Confirmed(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_run_is_accepted_first_and_its_task_is_joined_when_it_is_there() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    flow.keys("R").await;
    flow.sees("Run “Keep dependencies fresh” in acme/api").await;
    flow.key(Chord::ctrl('s')).await;
    let text = asked(&flow, "Run “Keep dependencies fresh” in acme/api now?").await;
    assert!(text.contains("runs as manual"), "{text}");
    flow.keys("y").await;
    let accepted = flow.sees("was accepted; its task is being looked for").await;
    assert!(!accepted.contains("“Keep dependencies fresh” runs:"), "{accepted}");
    flow.sees("“Keep dependencies fresh” runs: ").await;
    let sent = writes(&flow);
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].1.ends_with("/tasks") && sent[0].2 == json!({"event": "manual"}), "{sent:?}");
    assert!(matches!(last(&flow), (Action::AutomationRun, Some(Outcome::Confirmed(_)))), "joined to its task");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_comes_to_nothing_is_reported_missing_and_never_sent_again() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    // The wish is taken, and nothing is made of it.
    flow.server.faults().add(Fault::on("/agents/repos/*/*/automations/*/tasks").method("POST").answer(202, &[], "{}"));
    flow.keys("R").await;
    flow.sees("Run “Keep dependencies fresh” in acme/api").await;
    flow.key(Chord::ctrl('s')).await;
    asked(&flow, "now?").await;
    flow.keys("y").await;
    flow.sees("was accepted").await;
    flow.sees("no task of “Keep dependencies fresh” was seen").await;
    assert_eq!(flow.requests("POST", AUTOMATIONS), 1, "never again by itself");
    assert!(matches!(last(&flow), (Action::AutomationRun, Some(Outcome::Unknown(_)))));
}

#[tokio::test(start_paused = true)]
async fn an_edit_sends_the_one_field_that_was_changed() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    flow.keys("e").await;
    flow.sees("Change “Keep dependencies fresh” in acme/api").await;
    flow.until("what is offered", |text| !text.contains("asking what is offered")).await;
    field(&flow, "model").await;
    flow.keys("-fast").await;
    flow.sees("\"model\": \"claude-sonnet-4.6-fast\"").await;
    flow.key(Chord::ctrl('s')).await;
    let text = asked(&flow, "Change “Keep dependencies fresh” in acme/api?").await;
    assert!(text.contains("model: claude-sonnet-4.6 → claude-sonnet-4.6-fast"), "{text}");
    flow.keys("y").await;
    flow.sees("“Keep dependencies fresh” was changed").await;
    let sent = writes(&flow);
    assert_eq!(sent.len(), 1);
    let keys: Vec<&String> = sent[0].2.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["model", "expected_revision_id"], "{sent:?}");
    assert!(matches!(last(&flow), (Action::AutomationEdit, Some(Outcome::Confirmed(_)))));
}

#[tokio::test(start_paused = true)]
async fn a_stale_edit_is_refused_with_both_versions_and_can_be_gone_on_with() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    flow.keys("e").await;
    flow.until("what is offered", |text| text.contains("Change “") && !text.contains("asking what is offered")).await;
    field(&flow, "description").await;
    flow.keys(" Mine.").await;
    // Meanwhile somebody else changes it, through the same door.
    let all = elsewhere(&flow, "GET", "/agents/repos/acme/api/automations", "").await;
    let one = all["automations"].as_array().unwrap().iter().find(|one| one["name"] == "Keep dependencies fresh");
    let door = format!("/agents/repos/acme/api/automations/{}", one.unwrap()["id"].as_str().unwrap());
    let changed = elsewhere(&flow, "PATCH", &door, "{\"model\": \"gpt-5.2\"}").await;
    assert_eq!(changed["model"], "gpt-5.2");
    let before = writes(&flow).len();
    flow.key(Chord::ctrl('s')).await;
    asked(&flow, "Change “Keep dependencies fresh” in acme/api?").await;
    flow.keys("y").await;
    let text = asked(&flow, "was edited since you saw it").await;
    assert!(text.contains("as you saw it") && text.contains("claude-sonnet-4.6") && text.contains("gpt-5.2"), "{text}");
    assert_eq!(writes(&flow).len(), before, "nothing was sent over it");
    flow.keys("y").await;
    flow.sees("what you changed stands over the new one").await;
    flow.key(Chord::ctrl('s')).await;
    asked(&flow, "Change “Keep dependencies fresh” in acme/api?").await;
    flow.keys("y").await;
    flow.sees("“Keep dependencies fresh” was changed").await;
    let (_, _, body) = writes(&flow).pop().unwrap();
    assert!(body.get("model").is_none() && body["description"].as_str().unwrap().ends_with("Mine."), "{body}");
}

#[tokio::test(start_paused = true)]
async fn one_is_created_once_its_prompt_is_worth_it_and_deleted_by_its_name() {
    let flow = Flow::start(160, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    flow.keys("n").await;
    flow.sees("New automation in acme/api").await;
    flow.until("what is offered", |text| !text.contains("asking what is offered")).await;
    field(&flow, "name").await;
    flow.keys("Tidy up").await;
    // Two before the name, and before the first of all is the prompt.
    for _ in 0..3 {
        flow.press(Key::BackTab).await;
    }
    flow.burst(vec![What::Paste("## Goal\nA tidy repository.".into())]).await;
    flow.sees("not ready: no heading `Non-goals`").await;
    let rest = "\n## Non-goals\nNothing else.\n## Validation\n`cargo test`\n## Pull request\nSay why.\n";
    flow.burst(vec![What::Paste(rest.into())]).await;
    flow.until("ready", |text| !text.contains("not ready")).await;
    flow.key(Chord::ctrl('s')).await;
    let text = asked(&flow, "Create “Tidy up” in acme/api?").await;
    assert!(
        text.contains("set off by hand only") && text.contains("prompt: "),
        "its lint and what sets it off: {text}"
    );
    flow.keys("y").await;
    flow.sees("“Tidy up” was created in acme/api").await;
    let (method, path, body) = writes(&flow).pop().unwrap();
    assert!(method == "POST" && path.ends_with("/automations"), "{path}");
    assert_eq!((&body["name"], &body["write_scope"]), (&json!("Tidy up"), &json!("trigger")));
    assert!(matches!(last(&flow), (Action::AutomationCreate, Some(Outcome::Confirmed(_)))));
    flow.until("its row", |text| text.lines().any(|line| line.starts_with('▌') && line.contains("Tidy up"))).await;
    flow.pass(Duration::from_secs(3)).await;
    flow.keys("D").await;
    asked(&flow, "Delete “Tidy up” in acme/api?").await;
    flow.keys("y").await;
    flow.press(Key::Enter).await;
    flow.pass(Duration::from_secs(1)).await;
    assert_eq!(flow.requests("DELETE", AUTOMATIONS), 0, "a letter is not its name");
    flow.press(Key::Backspace).await;
    flow.keys("Tidy up").await;
    flow.press(Key::Enter).await;
    flow.sees("“Tidy up” in acme/api was deleted").await;
    assert_eq!(flow.requests("DELETE", AUTOMATIONS), 1);
    flow.until("its row gone", |text| !text.lines().any(|line| line.starts_with('▌') && line.contains("Tidy up")))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_and_a_missing_right_is_named() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "Keep dependencies fresh").await;
    let door = "/agents/repos/*/*/automations/*";
    flow.server.faults().add(Fault::on(door).method("PATCH").answer(403, &[], "{\"message\":\"no\"}").times(1));
    flow.keys("x").await;
    asked(&flow, "Switch off “").await;
    flow.keys("y").await;
    flow.sees("could not switch off “Keep dependencies fresh” in acme/api, which takes a right").await;
    assert!(matches!(last(&flow), (Action::AutomationDisable, Some(Outcome::Rejected(_)))));
    flow.server.faults().add(Fault::on(door).method("PATCH").hang_up());
    flow.keys("x").await;
    asked(&flow, "Switch off “").await;
    flow.keys("y").await;
    flow.sees("it may have happened, and does not show").await;
    assert_eq!(flow.requests("PATCH", AUTOMATIONS), 2, "never again by itself");
    assert!(matches!(last(&flow), (Action::AutomationDisable, Some(Outcome::Unknown(_)))));
}

#[tokio::test(start_paused = true)]
async fn what_the_policy_refuses_is_told_with_its_rule_and_leaves_no_trace() {
    let mut policy = roomy();
    let says = Says { active: Some(0), ..Says::default() };
    policy.everywhere.insert(0, Rule::everywhere("nothing-now", says));
    let gate = Gate::holding(InForce::of(policy));
    let flow = Flow::with(Setup { width: 120, height: 45, gate, ..Setup::default() }).await;
    on(&flow, "Keep dependencies fresh").await;
    flow.keys("R").await;
    flow.sees("Run “Keep dependencies fresh” in acme/api").await;
    flow.key(Chord::ctrl('s')).await;
    let text = flow.sees("nothing was sent: ").await;
    assert!(text.contains("nothing-now"), "{text}");
    flow.pass(Duration::from_secs(2)).await;
    assert!(writes(&flow).is_empty() && flow.ledger.recent(1).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn read_only_sends_none_of_it() {
    let flow = Flow::with(Setup { width: 120, height: 45, read_only: true, ..Setup::default() }).await;
    on(&flow, "Keep dependencies fresh").await;
    for keys in ["x", "R", "e", "n", "D"] {
        flow.keys(keys).await;
        flow.pass(Duration::from_millis(500)).await;
        flow.keys("y").await;
        flow.press(Key::Enter).await;
        flow.key(Chord::ctrl('s')).await;
        flow.press(Key::Esc).await;
        flow.keys("T").await;
    }
    flow.pass(Duration::from_secs(5)).await;
    assert!(writes(&flow).is_empty());
    assert!(flow.ledger.recent(1).unwrap().is_empty());
}
