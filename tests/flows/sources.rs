//! A log is read from one source and then from another, by itself and by hand; its records come as the service sent them.

use std::time::Duration;

use atc::console::keys::Key;
use atc::demo;
use atc::provider::github::CopilotApi;

use crate::harness::{Flow, Setup};

#[tokio::test(start_paused = true)]
async fn where_actions_cannot_be_read_the_pull_requests_timeline_serves_with_both_reasons() {
    let flow = Flow::with(Setup { copilot_api: CopilotApi::Off, ..Setup::default() }).await;
    flow.server.faults().add(demo::Fault::on("/repos/*/*/actions/**").answer(404, &[], "{\"message\":\"Not Found\"}"));
    flow.select("Stream CSV exports").await;
    flow.keys("lz").await;
    flow.sees("pull request timeline").await;
    let text = flow.sees("work started, asked by").await;
    assert!(text.contains("session log: switched off") && text.contains("job log: "), "{text}");
    flow.keys("s").await;
    let text = flow.sees("Where this log is read").await;
    assert!(text.contains("in use"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_source_chosen_by_hand_is_the_only_one_asked_until_automatic_is_chosen_again() {
    // Other logs are not read meanwhile: their requests would be counted, too.
    let flow = Flow::with(Setup { diagnose: false, ..Setup::default() }).await;
    flow.select("Stream CSV exports").await;
    flow.keys("lz").await;
    flow.sees("Copilot API").await;
    flow.keys("sjjjj").await;
    flow.press(Key::Enter).await;
    flow.sees("work finished").await;
    let asked = flow.requests("GET", "/logs");
    flow.pass(Duration::from_mins(2)).await;
    assert_eq!(flow.requests("GET", "/logs"), asked, "no other source is asked");
    flow.keys("sa").await;
    let text = flow.sees("Copilot API").await;
    assert!(!text.contains("pull request timeline"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_record_of_a_timeline_event_is_the_services_own() {
    let flow = Flow::start(160, 45).await;
    flow.select("Stream CSV exports").await;
    flow.keys("lz").await;
    flow.sees("Copilot API").await;
    flow.keys("sjjjj").await;
    flow.press(Key::Enter).await;
    flow.sees("work started").await;
    flow.keys("v").await;
    let text = flow.sees("as served now").await;
    assert!(text.contains("\"node_id\": \""), "{text}");
    flow.keys("G").await;
    flow.sees("\"event\": \"").await;
    flow.press(Key::Esc).await;
    flow.sees("work started").await;
}

#[tokio::test(start_paused = true)]
async fn the_sessions_of_a_task_are_listed_and_the_chosen_one_is_read() {
    let flow = Flow::start(160, 45).await;
    flow.select("Migrate billing to the v3 tax API").await;
    flow.keys("lz").await;
    flow.sees("session 2 of 2").await;
    flow.keys("S").await;
    flow.sees("Sessions of").await;
    flow.keys("j").await;
    flow.press(Key::Enter).await;
    flow.sees("session 1 of 2").await;
    flow.sees("complete").await;
}
