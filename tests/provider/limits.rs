//! Limits of the service, places in flight, gaps between writes, read-only.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use atc::domain::{FaultKind, JobId, NodeId, PullId, PullRef, RunId, UserId};
use atc::provider::Provider;
use atc::provider::github::{GitHub, Limits, Options};
use atc::provider::port::{Budget, TaskQuery};
use serde_json::json;

use crate::server::{Reply, Server, Step, answer, json as reply};
use crate::support::{fault, github, granted, kind, options, repo, short, time};
use crate::world;

#[tokio::test]
async fn a_limit_is_named_waited_out_and_nothing_is_sent_before_its_end() {
    for (answered, seconds) in [
        (reply_pair(429, &[("retry-after", "30")]), 30),
        (reply_pair(429, &[("retry-after", "Fri, 06 Nov 2026 08:51:07 GMT")]), 90),
        (reply_pair(429, &[("retry-after", "garbage")]), 60),
        (reply_pair(429, &[("retry-after", "-7")]), 60),
        (reply_pair(429, &[("retry-after", "1000000000000")]), 900),
        (reply_pair(429, &[("retry-after", "0")]), 1),
        (reply_pair(429, &[]), 60),
        (reply_pair(403, &[("retry-after", "30")]), 30),
        (reply_pair(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1793955077")]), 101),
        (reply_pair(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1")]), 60),
    ] {
        let (status, headers) = answered.clone();
        let server = Server::start(move |_, _| {
            let body = json!({"message": "You have exceeded a secondary rate limit"});
            headers.iter().fold(reply(status, &body), |answer, (name, value)| answer.with(name, *value))
        })
        .await;
        let github = github(&server);
        let limited = fault(github.tasks(&TaskQuery::default()).await);
        assert_eq!(limited.kind, FaultKind::RateLimited, "{answered:?}");
        let at = time("2026-11-06T08:49:37Z") + chrono::TimeDelta::seconds(seconds);
        assert_eq!(limited.retry_at, Some(at), "{answered:?}");
        for _ in 0..5 {
            let still = fault(github.viewer().await);
            assert_eq!(still.kind, FaultKind::RateLimited);
            assert!(still.retry_at.is_some());
        }
        assert_eq!(
            kind(github.start(&granted()).await),
            FaultKind::RateLimited,
            "a refused write is no unknown outcome"
        );
        assert_eq!(server.count(), 1, "{answered:?}");
    }
}

type Pairs = Vec<(&'static str, &'static str)>;

fn reply_pair(status: u16, headers: &[(&'static str, &'static str)]) -> (u16, Pairs) {
    (status, headers.to_vec())
}

#[tokio::test]
async fn a_403_for_want_of_permission_closes_nothing() {
    let server = Server::start(|_, _| {
        reply(403, &json!({"message": "Resource not accessible by personal access token"}))
            .with("x-ratelimit-remaining", "4000")
    })
    .await;
    let github = github(&server);
    for _ in 0..2 {
        assert_eq!(kind(github.tasks(&TaskQuery::default()).await), FaultKind::Permission);
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_spent_graphql_budget_leaves_rest_alone_and_a_secondary_limit_does_not() {
    for (remaining, rest_goes_on) in [("0", true), ("100", false)] {
        let server = Server::start(move |seen, _| match seen.path() {
            "/graphql" => {
                reply(200, &json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}))
                    .with("x-ratelimit-remaining", remaining)
                    .with("x-ratelimit-reset", "1793955077")
            }
            _ => reply(200, &json!({"id": 7, "login": "mona"})),
        })
        .await;
        let github = github(&server);
        let pull = PullRef { repo: repo(), id: PullId(1), node: Some(NodeId::new("PR_1")) };
        for _ in 0..2 {
            assert_eq!(kind(github.pulls(std::slice::from_ref(&pull)).await), FaultKind::RateLimited);
        }
        assert_eq!(server.count(), 1);
        assert_eq!(github.viewer().await.is_ok(), rest_goes_on, "{remaining}");
    }
}

#[tokio::test]
async fn a_limit_against_haste_inside_a_200_closes_what_the_403_closes_and_longer_each_time() {
    const WORDS: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    let in_errors = json!({"errors": [{"message": WORDS}]});
    let in_body = json!({"message": WORDS, "documentation_url": "https://docs.github.com"});
    for (status, body) in [(200, in_errors), (200, in_body.clone()), (403, in_body)] {
        let sent = body.clone();
        let server = Server::start(move |_, nth| {
            let answer = reply(status, &sent).with("x-ratelimit-remaining", "4000");
            if nth == 0 { answer.with("retry-after", "1") } else { answer }
        })
        .await;
        let github = github(&server);
        let pull = [PullRef { repo: repo(), id: PullId(1), node: Some(NodeId::new("PR_1")) }];
        for (nth, seconds) in [(1, 1), (2, 120)] {
            let limited = fault(github.pulls(&pull).await);
            assert_eq!(limited.kind, FaultKind::RateLimited, "{status} {body}");
            let at = time("2026-11-06T08:49:37Z") + chrono::TimeDelta::seconds(seconds);
            assert_eq!(limited.retry_at, Some(at), "{status} {body}");
            assert_eq!(kind(github.viewer().await), FaultKind::RateLimited, "it counts REST, too");
            assert_eq!(server.count(), nth, "{status} {body}");
            tokio::time::sleep(Duration::from_millis(1050)).await;
        }
    }
}

#[tokio::test]
async fn the_budget_is_what_the_newest_answer_said() {
    let server = Server::start(|_, nth| {
        let answer = reply(200, &json!({"id": 7, "login": "mona"}))
            .with("x-ratelimit-limit", "5000")
            .with("x-ratelimit-remaining", (4999 - nth).to_string())
            .with("x-ratelimit-reset", "1793955077");
        if nth == 2 { answer.with("x-ratelimit-resource", "search") } else { answer }
    })
    .await;
    let github = github(&server);
    assert_eq!(github.budget(), Budget::default());
    for _ in 0..3 {
        github.viewer().await.unwrap();
    }
    let budget = github.budget();
    assert_eq!((budget.limit, budget.remaining), (Some(5000), Some(4998)), "another resource's numbers are not ours");
    assert_eq!(budget.reset_at, Some(time("2026-11-06T08:51:17Z")));
    assert_eq!((budget.sent, budget.counted, budget.in_flight), (3, 3, 0));
}

#[tokio::test]
async fn at_most_four_requests_are_in_flight() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counter, peak) = (now.clone(), most.clone());
    let server = Server::start(move |_, _| {
        let running = counter.fetch_add(1, Ordering::SeqCst) + 1;
        peak.fetch_max(running, Ordering::SeqCst);
        let counter = counter.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(15)).await;
            counter.fetch_sub(1, Ordering::SeqCst);
        });
        let mut steps = vec![Step::Wait(Duration::from_millis(20))];
        steps.extend(Reply::from(reply(200, &json!({"id": 7, "login": "mona"}))).0);
        Reply(steps)
    })
    .await;
    let github = github(&server);
    let all = (0..20).map(|n| github.user(UserId(n + 1)));
    for user in futures_util::future::join_all(all).await {
        user.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 4);
    assert_eq!(github.budget().in_flight, 0);
}

#[tokio::test]
async fn writes_go_one_at_a_time_with_a_gap_between() {
    let gap = Duration::from_millis(60);
    let server = Server::start(|_, _| {
        let mut steps = vec![Step::Wait(Duration::from_millis(20))];
        steps.extend(Reply::from(reply(202, &json!({}))).0);
        Reply(steps)
    })
    .await;
    let limits = Limits { write_gap: gap, ..short() };
    let github = GitHub::new(Options { limits, ..options(&server.base()) }).unwrap();
    let repo = repo();
    let all = (1..=3).map(|n| github.cancel_run(&repo, RunId(n), false));
    for result in futures_util::future::join_all(all).await {
        result.unwrap();
    }
    let seen = server.seen();
    for pair in seen.windows(2) {
        assert!(pair[1].at - pair[0].at >= gap + Duration::from_millis(15), "{:?}", pair[1].at - pair[0].at);
    }
}

#[tokio::test]
async fn read_only_lets_every_read_pass_and_no_write() {
    let server = Server::start(|seen, _| match seen.path() {
        "/graphql" => reply(200, &json!({"data": {"nodes": [null]}})),
        path if path.ends_with("/logs") => answer(200, "log"),
        _ => reply(200, &world::list(&[])),
    })
    .await;
    let github = GitHub::new(Options { read_only: true, ..options(&server.base()) }).unwrap();
    let pull = PullRef { repo: repo(), id: PullId(1), node: Some(NodeId::new("PR_1")) };
    github.tasks(&TaskQuery::default()).await.unwrap();
    github.job_log(&repo(), JobId(1)).await.unwrap();
    github.pulls(&[pull]).await.unwrap();
    let reads = server.count();
    assert_eq!(reads, 3);
    assert_eq!(kind(github.start(&granted()).await), FaultKind::Refused);
    assert_eq!(kind(github.cancel_run(&repo(), RunId(1), false).await), FaultKind::Refused);
    assert_eq!(kind(github.cancel_run(&repo(), RunId(1), true).await), FaultKind::Refused);
    assert_eq!(kind(github.mark_ready(&NodeId::new("PR_1")).await), FaultKind::Refused);
    assert_eq!(kind(github.comment(&repo(), 1, "x").await), FaultKind::Refused);
    assert_eq!(server.count(), reads);
}

#[tokio::test]
async fn an_asked_for_poll_interval_is_kept_for_that_address() {
    let server =
        Server::start(|_, _| reply(200, &json!({"id": 7, "login": "mona"})).with("x-poll-interval", "1")).await;
    let github = github(&server);
    github.viewer().await.unwrap();
    github.user(UserId(7)).await.unwrap();
    github.viewer().await.unwrap();
    let seen = server.seen();
    assert!(seen[2].at - seen[0].at >= Duration::from_millis(990));
}
