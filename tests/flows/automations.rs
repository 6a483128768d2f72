//! Automations as the console comes to know them: from the poller, beside the tasks they cause.

use std::time::Duration;

use atc::console::keys::Key;
use atc::demo::Fault;
use atc::ledger::{Kind, Ledger as _, Said, Span};

use crate::harness::{Flow, Setup};

/// Requests about automations, each as its path.
fn asked(flow: &Flow) -> Vec<String> {
    let of_these = flow.server.requests().into_iter().filter(|request| request.path.contains("/automations"));
    of_these.map(|request| request.path).collect()
}

#[tokio::test(start_paused = true)]
async fn a_task_says_what_started_it_on_its_row_in_its_detail_and_to_a_query() {
    let flow = Flow::with(Setup { width: 160, height: 50, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("Q/automation:any").await;
    flow.press(Key::Enter).await;
    // Its tasks name it, and so the list is read soon; without a look at the pane.
    flow.until("a name", |text| text.lines().any(|line| line.contains('↻') && line.contains("by "))).await;
    flow.pass(Duration::from_secs(20)).await;
    flow.keys("g").await;
    flow.keys("d").await;
    let text = flow.until("its detail", |text| text.contains("begun by")).await;
    assert!(text.contains("automation “") && text.contains("UTC"), "{text}");
    flow.press(Key::Esc).await;
    assert!(asked(&flow).iter().all(|path| path.ends_with("/automations")), "{:?}", asked(&flow));
    let origins = flow.ledger.lines(&Span::default(), 100_000).unwrap();
    let origins =
        origins.into_iter().filter(|line| matches!(&line.said, Said::Observed(one) if one.seen.kind == Kind::Origin));
    let mut tasks: Vec<String> = origins.map(|line| format!("{:?}", line.said)).collect();
    let all = tasks.len();
    tasks.sort();
    tasks.dedup();
    assert!(all > 0 && tasks.len() == all, "each origin is recorded once: {all}");
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_pointed_out_waits_in_the_inbox_and_leads_to_its_automation() {
    let flow = Flow::with(Setup { width: 140, height: 50, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("T").await;
    flow.sees("Keep dependencies fresh").await;
    flow.pass(Duration::from_mins(1)).await;
    flow.press(Key::Esc).await;
    flow.keys("I").await;
    let text = flow.until("an entry", |text| text.lines().any(|line| line.contains("↻ automation"))).await;
    let mut entries = text.lines().filter(|line| line.contains("↻ automation"));
    assert!(entries.all(|line| !line.contains("acme/reports")), "there are none to be had: {text}");
    flow.keys("G").await;
    flow.until("the last entry", |text| text.lines().any(|line| line.starts_with('▌') && line.contains("automation")))
        .await;
    flow.press(Key::Enter).await;
    flow.until("its page", |text| !text.contains("── Inbox") && text.contains("write")).await;
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_keeps_the_last_good_one_and_says_so() {
    let flow = Flow::with(Setup { width: 140, height: 50, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("T").await;
    flow.sees("Keep dependencies fresh").await;
    flow.server.faults().add(Fault::on("/agents/repos/acme/api/automations").answer(
        502,
        &[],
        "<html>Bad gateway</html>",
    ));
    flow.keys("r").await;
    let text = flow.until("the failure", |text| text.contains("failed")).await;
    assert!(text.contains("Keep dependencies fresh"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn while_nobody_looks_an_hour_costs_one_request_a_repository() {
    let flow = Flow::with(Setup { width: 80, height: 24, diagnose: false, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.pass(Duration::from_mins(15)).await;
    let first = asked(&flow);
    assert!(first.iter().all(|path| path.ends_with("/automations")) && (4..=8).contains(&first.len()), "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn a_view_asks_for_what_it_must_know_until_its_count_is_whole() {
    let flow = Flow::with(Setup { width: 140, height: 50, diagnose: false, ..Setup::default() }).await;
    flow.sees("All 4").await;
    flow.keys("T1").await;
    flow.until("a first count", |text| text.contains("1 Needs care ") && text.contains("+   2 On")).await;
    // Nobody has looked at the list of all: what the view must know of each is asked for all the same.
    let text = flow.until("all is known", |text| !text.contains("+   2 On") && text.contains("1 Needs care ")).await;
    assert!(text.contains("── Automations · Needs care") && text.contains("Raise the coverage"), "{text}");
    assert!(!text.contains("Keep dependencies fresh"), "nothing is to be said about it: {text}");
    flow.keys("5").await;
    let text = flow.until("the dearest first", |text| text.contains("by cost-month ▾")).await;
    let place = |name: &str| text.find(name).unwrap_or(usize::MAX);
    assert!(place("Raise the coverage") < place("Keep dependencies fresh"), "{text}");
}
