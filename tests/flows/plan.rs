//! One prompt to several repositories: from the form over the table to as many tasks.

use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::domain::policy::{InForce, Rule, Says};
use atc::ledger::port::Outcome;
use atc::ledger::{Ledger as _, Wanted};
use atc::ops::Gate;

use crate::harness::{Flow, Setup, roomy};

/// Opens the first template, fills it, chooses every repository, and waits for the verdicts.
async fn planned(flow: &Flow) -> String {
    flow.sees("All 4").await;
    flow.keys("n").await;
    flow.sees("Fix a flaky test").await;
    flow.press(Key::Enter).await;
    flow.sees("Prompt").await;
    flow.keys("scheduler::retry").await;
    flow.key(Chord::ctrl('f')).await;
    flow.sees("repositories").await;
    flow.keys("*").await;
    flow.press(Key::Enter).await;
    flow.sees("Plan · Fix a flaky test").await;
    flow.until("every verdict", |text| text.contains("rows: ") && !text.contains("asked about")).await
}

/// Starts what is marked, however the question wants to be answered.
async fn go(flow: &Flow, rows: usize) {
    flow.key(Chord::ctrl('s')).await;
    flow.sees("Each is judged again").await;
    flow.pass(Duration::from_millis(400)).await;
    if rows < 6 {
        flow.keys("y").await;
    } else {
        flow.keys(&rows.to_string()).await;
        flow.press(Key::Enter).await;
    }
}

/// The rows of the table that say this.
fn saying(text: &str, word: &str) -> usize {
    let rows =
        text.lines().skip_while(|line| !line.contains("── Plan")).skip(2).take_while(|line| !line.contains("──"));
    rows.filter(|line| line.contains(word)).count()
}

#[tokio::test(start_paused = true)]
async fn a_prompt_goes_to_every_repository_and_each_row_ends_as_a_task() {
    let flow = Flow::start(160, 45).await;
    let rows = flow.server.repos().len();
    let table = planned(&flow).await;
    assert_eq!(saying(&table, "✓ allowed"), rows, "{table}");
    assert_eq!(flow.requests("POST", "/tasks"), 0, "nothing is sent before the yes");
    go(&flow, rows).await;
    let text = flow.until("the end", |text| text.contains(&format!("rows: {rows} started"))).await;
    assert_eq!(saying(&text, "✓ started"), rows, "{text}");
    assert_eq!(flow.requests("POST", "/tasks"), rows);
    let entries = flow.ledger.recent(100).unwrap();
    let plan = entries[0].intent.plan.unwrap();
    let wanted = Wanted { plan: Some(plan), ..Wanted::default() };
    let of_plan = flow.ledger.find(&wanted, 100).unwrap();
    assert_eq!(of_plan.len(), rows);
    assert!(of_plan.iter().all(|entry| matches!(entry.outcome, Some((_, Outcome::Confirmed(_))))));
    let mut times: Vec<_> = of_plan.iter().map(|entry| entry.intent.at).collect();
    times.sort();
    assert!(times.windows(2).all(|two| two[1] - two[0] >= chrono::TimeDelta::seconds(1)), "{times:?}");
    // Enter leads to the row's own task.
    flow.press(Key::Enter).await;
    let at_row = |text: &str| text.contains("── Queue") && text.lines().any(|line| line.starts_with('▌'));
    let queue = flow.until("the queue", at_row).await;
    let selected = queue.lines().find(|line| line.starts_with('▌')).unwrap();
    assert!(selected.contains("queued") || selected.contains("running"), "{selected}");
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_while_the_operator_is_elsewhere_and_says_how_far_it_is() {
    let flow = Flow::start(160, 45).await;
    let rows = flow.server.repos().len();
    planned(&flow).await;
    go(&flow, rows).await;
    flow.press(Key::Esc).await;
    flow.sees("goes on; :plan brings it back").await;
    flow.until("the count in the header", |text| text.lines().next().unwrap().contains(&format!("plan 2/{rows}")))
        .await;
    flow.keys(":plan").await;
    flow.press(Key::Enter).await;
    flow.until("the end", |text| text.contains(&format!("rows: {rows} started"))).await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_the_middle_loses_nothing_and_the_rest_can_be_sent_when_it_is_mended() {
    let flow = Flow::start(160, 45).await;
    let rows = flow.server.repos().len();
    planned(&flow).await;
    let denied = Fault::on("/agents/repos/*/*/tasks")
        .method("POST")
        .answer(401, &[("content-type", "application/json")], r#"{"message":"Bad credentials"}"#)
        .times(1);
    go(&flow, rows).await;
    flow.until("the first task", |text| saying(text, "✓ started") == 1).await;
    flow.server.faults().add(denied);
    let text = flow.until("the end", |text| text.contains("rows: 1 started")).await;
    assert!(text.contains("1 rejected") && text.contains(&format!("{} not sent", rows - 2)), "{text}");
    assert_eq!(flow.requests("POST", "/tasks"), 2);
    // Its verdicts were asked for anew; the rest goes as rows of the same plan.
    flow.pass(Duration::from_secs(20)).await;
    go(&flow, rows - 1).await;
    flow.until("the end", |text| text.contains(&format!("rows: {rows} started"))).await;
    assert_eq!(flow.requests("POST", "/tasks"), rows + 1);
    let plans: std::collections::HashSet<_> =
        flow.ledger.recent(100).unwrap().iter().map(|entry| entry.intent.plan).collect();
    assert_eq!(plans.len(), 1, "one plan");
}

#[tokio::test(start_paused = true)]
async fn the_gate_closes_after_as_many_rows_as_a_cap_allows() {
    let mut policy = roomy();
    policy.all.insert(0, Rule::everywhere("quiet-hour", Says { starts_per_hour: Some(2), ..Says::default() }));
    let gate = Gate::holding(InForce::of(policy));
    let flow = Flow::with(Setup { width: 160, height: 45, gate, ..Setup::default() }).await;
    let rows = flow.server.repos().len();
    let table = planned(&flow).await;
    assert_eq!(saying(&table, "✓ allowed"), rows, "each by itself may go:\n{table}");
    go(&flow, rows).await;
    let text = flow.until("the end", |text| text.contains("rows: 2 started")).await;
    assert_eq!(saying(&text, "refused at its turn"), rows - 2, "{text}");
    assert!(text.contains("2 of 2 starts in an hour in all (rule `quiet-hour`)"), "{text}");
    assert_eq!(flow.requests("POST", "/tasks"), 2);
}
