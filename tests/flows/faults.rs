//! The service misbehaves: what is known stays, what went wrong is said, and it recovers by itself.

use std::collections::HashSet;
use std::time::Duration;

use atc::demo::Fault;

use crate::harness::Flow;

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_away_leaves_the_last_picture_with_its_failure_and_comes_back() {
    let flow = Flow::start(160, 45).await;
    flow.sees("Migrate billing").await;
    flow.pass(Duration::from_secs(30)).await;
    flow.server.faults().add(Fault::on("/**").hang_up());
    let text = flow.sees("failed 1").await;
    assert!(text.contains("Migrate billing"), "the last good data stays:\n{text}");
    flow.server.faults().clear();
    flow.until("recovery", |text| !text.contains("failed 1")).await;
}

#[tokio::test(start_paused = true)]
async fn an_error_is_never_an_empty_list() {
    for (status, body, words) in [
        (401, r#"{"message":"Bad credentials"}"#, "token"),
        (403, r#"{"message":"Resource not accessible by personal access token"}"#, "scope"),
        (404, r#"{"message":"Not Found"}"#, "acme/"),
        (500, "oops", "500"),
        (200, "<html>Welcome to the hotel</html>", "not"),
        (200, "", "empty"),
        (200, r#"{"total_active_count":0}"#, "tasks"),
        (200, "{", ""),
    ] {
        let flow = Flow::start(100, 28).await;
        flow.server.faults().add(Fault::on("/agents/**").answer(status, &[("content-type", "application/json")], body));
        let text = flow.until("the failure", |text| text.contains("failed 1")).await;
        assert!(text.to_lowercase().contains(&words.to_lowercase()), "{status} {body}: {words} is missing:\n{text}");
        assert!(!text.contains("No tasks"), "{status} looked like success:\n{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_waited_out_and_nothing_is_sent_before_its_end() {
    let flow = Flow::start(160, 45).await;
    flow.sees("Migrate billing").await;
    flow.server.faults().add(Fault::on("/**").answer(
        429,
        &[("retry-after", "120"), ("content-type", "application/json")],
        r#"{"message":"You have exceeded a secondary rate limit"}"#,
    ));
    flow.sees("failed 1").await;
    flow.pass(Duration::from_secs(5)).await;
    // The live log has a limit of its own: the one on the screen may be followed on.
    let sent = |from: usize| -> (usize, HashSet<String>) {
        let all = flow.server.requests();
        let (logs, others): (Vec<_>, Vec<_>) =
            all.iter().skip(from).partition(|r| r.path.starts_with("/agents/sessions/"));
        (others.len(), logs.into_iter().map(|log| log.path.clone()).collect())
    };
    let before = flow.server.requests().len();
    flow.pass(Duration::from_secs(100)).await;
    let (others, logs) = sent(before);
    assert_eq!(others, 0, "not one request before the limit's end");
    assert!(logs.len() <= 1, "no log is read that nobody looks at: {logs:?}");
    flow.server.faults().clear();
    flow.until("recovery", |text| !text.contains("failed 1")).await;
}
