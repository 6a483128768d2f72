//! From what becomes of a task to somebody who knows it: the bell, the inbox, the evidence.

use std::time::Duration;

use atc::console::keys::Key;
use atc::domain::Query;
use atc::domain::transition::{On, Rule, Way};

use crate::harness::{Flow, Setup};

fn bell_on(words: &[&str]) -> Vec<Rule> {
    let on = words.iter().map(|word| On::parse(word).unwrap()).collect();
    vec![Rule { query: Query::default(), on, by: vec![Way::Bell] }]
}

fn rung(flow: &Flow) -> usize {
    String::from_utf8_lossy(&flow.paper.sheet().rung).matches('\u{7}').count()
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_rings_and_waits_in_the_inbox_until_its_evidence_was_seen() {
    let notify = bell_on(&["failed", "timed_out"]);
    let flow = Flow::with(Setup { notify, width: 160, height: 45, ..Setup::default() }).await;
    flow.sees("All 4").await;
    assert_eq!(rung(&flow), 0, "what had failed before is no news");
    for _ in 0..60 {
        if rung(&flow) > 0 {
            break;
        }
        flow.pass(Duration::from_mins(1)).await;
    }
    assert!(rung(&flow) > 0, "nothing rang:\n{}", flow.text());
    flow.keys("QI").await;
    let text = flow.until("a diagnosed failure", |text| text.contains("failed, diagnosed")).await;
    let at = text.lines().position(|line| line.contains("failed, diagnosed")).unwrap();
    let first = text.lines().position(|line| line.starts_with("── Inbox")).unwrap() + 1;
    flow.keys("g").await;
    flow.keys(&"j".repeat(at - first)).await;
    flow.press(Key::Enter).await;
    let shown = |text: &str| text.lines().any(|line| line.contains("1 of ") && line.contains(" → "));
    flow.until("the evidence", shown).await;
    flow.keys("QI").await;
    let text = flow.sees("── Inbox").await;
    let line = text.lines().find(|line| line.contains("failed, diagnosed")).unwrap();
    assert!(text.lines().any(|line| line.contains("failed, diagnosed") && !line.contains('•')), "{line}");
}
