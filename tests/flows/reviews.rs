//! From workflows that wait to an approval, all of it by hand and none of it a merge.

use std::time::Duration;

use atc::console::keys::{Chord, Key};
use atc::demo::Fault;
use atc::ledger::Ledger as _;
use atc::ledger::port::{Action, Outcome};

use crate::harness::{Flow, Setup};

/// Puts the reviews' cursor on a pull request.
async fn on(flow: &Flow, number: &str) {
    flow.sees("All 4").await;
    flow.keys("pz").await;
    flow.sees(number).await;
    flow.keys("g").await;
    for _ in 0..60 {
        flow.pass(Duration::from_millis(100)).await;
        let text = flow.text();
        if text.lines().any(|line| line.starts_with('▌') && line.contains(number)) {
            return;
        }
        flow.keys("j").await;
    }
    panic!("{number} is not in the list:\n{}", flow.text());
}

async fn confirm(flow: &Flow, question: &str) {
    flow.sees(question).await;
    flow.pass(Duration::from_millis(400)).await;
}

#[tokio::test(start_paused = true)]
async fn workflows_are_let_run_the_checks_pass_and_it_is_approved_at_the_commit_that_was_seen() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "#2035").await;
    flow.sees("waits on workflow approval").await;
    flow.keys("w").await;
    confirm(&flow, "Let the workflows of acme/web#2035 run?").await;
    assert_eq!(flow.requests("POST", "/approve"), 0, "nothing before the yes");
    flow.keys("y").await;
    flow.sees("let one workflow run").await;
    assert_eq!(flow.requests("POST", "/approve"), 1);
    flow.press(Key::Enter).await;
    flow.sees("not completed").await;
    flow.until("the checks pass", |text| text.contains("✓ 14") && text.contains("your review is asked for")).await;
    let page = flow.sees("* 13 required").await;
    assert!(page.contains("files") && page.contains("owners"), "{page}");
    flow.keys("a").await;
    confirm(&flow, "Approve acme/web#2035?").await;
    flow.keys("y").await;
    flow.press(Key::Enter).await;
    flow.pass(Duration::from_secs(1)).await;
    assert_eq!(flow.requests("POST", "/reviews"), 0, "a letter is not its number");
    flow.press(Key::Backspace).await;
    flow.keys("#2035").await;
    flow.press(Key::Enter).await;
    flow.sees("approved acme/web#2035 at ").await;
    flow.sees("mona approved").await;
    let posts = flow.server.requests().into_iter().filter(|r| r.method != "GET" && !r.path.contains("graphql"));
    let posts: Vec<String> = posts.map(|r| r.path).collect();
    assert_eq!(posts.len(), 2, "{posts:?}");
    let entries = flow.ledger.recent(5).unwrap();
    let acts: Vec<Action> = entries.iter().map(|entry| entry.intent.action).collect();
    assert_eq!(acts, [Action::Approve, Action::ApproveRun]);
    assert!(entries.iter().all(|entry| matches!(entry.outcome, Some((_, Outcome::Confirmed(_))))));
    assert!(entries.iter().all(|entry| entry.intent.pull == Some(2035)));
}

#[tokio::test(start_paused = true)]
async fn the_diff_and_the_log_of_a_failed_check_are_one_key_away() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "#1284").await;
    flow.keys("D").await;
    let diff = flow.sees("Diff of acme/api#1284").await;
    assert!(!diff.is_empty());
    flow.sees("@@ -").await;
    flow.keys("]").await;
    flow.sees(" 2/").await;
    flow.press(Key::Esc).await;
    flow.sees("waits on checks").await;
    flow.keys("e").await;
    let log = flow.sees("clippy of acme/api#1284").await;
    assert!(log.contains("Log"), "{log}");
    flow.press(Key::Esc).await;
    flow.sees("waits on checks").await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stays_on_the_page_and_a_lost_answer_is_not_claimed() {
    let flow = Flow::start(120, 45).await;
    on(&flow, "#1284").await;
    flow.press(Key::Enter).await;
    flow.sees("waits on").await;
    flow.keys("v").await;
    flow.keys("nobody-here").await;
    flow.press(Key::Enter).await;
    confirm(&flow, "Ask for a review of acme/api#1284?").await;
    flow.keys("y").await;
    let text = flow.sees("is not a collaborator").await;
    assert!(text.contains("refused"), "{text}");
    flow.server.faults().add(Fault::on("/repos/*/*/issues/*/comments").method("POST").hang_up());
    flow.keys("c").await;
    flow.sees("Comment · acme/api#1284").await;
    flow.keys("thank you").await;
    flow.press(Key::Enter).await;
    flow.keys("for the tests").await;
    flow.key(Chord::ctrl('s')).await;
    confirm(&flow, "Comment on acme/api#1284?").await;
    flow.keys("y").await;
    flow.sees("it may have happened, and does not show").await;
    assert_eq!(flow.requests("POST", "/comments"), 1, "never again by itself");
    let entry = flow.ledger.recent(1).unwrap().remove(0);
    assert!(matches!(entry.outcome, Some((_, Outcome::Unknown(_)))));
    assert!(entry.intent.request.contains(r"thank you\nfor the tests"), "{}", entry.intent.request);
    flow.keys("c").await;
    let text = flow.sees("for the tests").await;
    assert!(text.contains("thank you"), "not lost: {text}");
}

#[tokio::test(start_paused = true)]
async fn read_only_has_none_of_it_and_asks_one_question_for_all_pull_requests() {
    let flow = Flow::with(Setup { width: 120, height: 45, read_only: true, ..Setup::default() }).await;
    on(&flow, "#2035").await;
    flow.keys("waxmvc").await;
    flow.press(Key::Enter).await;
    flow.keys("waxmvc").await;
    flow.key(Chord::char('D')).await;
    flow.keys("wac").await;
    flow.pass(Duration::from_secs(5)).await;
    let writes = flow.server.requests().into_iter().filter(|r| r.method != "GET" && !r.path.contains("graphql"));
    assert_eq!(writes.count(), 0);
    let mutations = flow.server.requests().into_iter().filter(|r| r.body.contains("mutation"));
    assert_eq!(mutations.count(), 0);
    let asked = flow.server.requests().into_iter().filter(|r| r.body.contains("\"ids\"")).map(|r| r.body);
    let ids = asked.map(|body| {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["variables"]["ids"].as_array().unwrap().len()
    });
    let ids: Vec<usize> = ids.collect();
    assert!(ids.iter().max().unwrap() > &10, "one question for many of them: {ids:?}");
}
