//! What holds for every answer: tokens, versions, limits, conditional requests, headers.

use serde_json::json;

use crate::client::send;
use crate::stage::{BILLING, Stage};

#[tokio::test]
async fn without_a_token_everything_is_a_401_in_githubs_words() {
    let stage = Stage::open().await;
    for target in ["/user", BILLING, "/graphql", "/nothing", "/repos/acme/api"] {
        let answer = send(stage.server.addr(), "GET", target, &[], b"").await.unwrap();
        assert_eq!(answer.status, 401, "{target}");
        assert_eq!(answer.json()["message"], "Requires authentication");
        assert!(answer.json()["documentation_url"].is_string());
    }
    let odd = send(stage.server.addr(), "GET", "/user", &[("Authorization", "Basic x")], b"").await.unwrap();
    assert_eq!((odd.status, odd.json()["message"].as_str().unwrap().to_owned()), (401, "Bad credentials".to_owned()));
}

#[tokio::test]
async fn any_bearer_will_do_and_scopes_are_told_for_the_kinds_that_have_them() {
    let stage = Stage::open().await;
    for (token, scopes) in [("ghp_abc", true), ("gho_abc", true), ("github_pat_abc", false)] {
        let answer = stage.ask("GET", "/user", &[("Authorization", &format!("Bearer {token}"))], "").await;
        assert_eq!((answer.status, answer.header("x-oauth-scopes").is_some()), (200, scopes), "{token}");
    }
    let installation = stage.ask("GET", BILLING, &[("Authorization", "Bearer ghs_abc")], "").await;
    assert_eq!(installation.status, 403);
}

#[tokio::test]
async fn two_versions_are_known_and_others_are_a_400() {
    let stage = Stage::open().await;
    for (version, status) in [("2026-03-10", 200), ("2022-11-28", 200), ("2019-01-01", 400), ("latest", 400)] {
        let answer = stage.ask("GET", "/user", &[("X-GitHub-Api-Version", version)], "").await;
        assert_eq!(answer.status, status, "{version}");
        if status == 200 {
            assert_eq!(answer.header("x-github-api-version-selected"), Some(version));
        }
    }
}

#[tokio::test]
async fn a_known_answer_is_a_304_that_costs_nothing() {
    let stage = Stage::open().await;
    let first = stage.get("/repos/acme/api/pulls/1281").await;
    let tag = first.header("etag").expect("an ETag").to_owned();
    let left = |answer: &crate::client::Answer| answer.header("x-ratelimit-remaining").unwrap().parse::<i64>().unwrap();
    let same = stage.ask("GET", "/repos/acme/api/pulls/1281", &[("If-None-Match", &tag)], "").await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(left(&same), left(&first));
    let other = stage.ask("GET", "/repos/acme/api/pulls/1281", &[("If-None-Match", "W/\"old\"")], "").await;
    assert_eq!((other.status, left(&other)), (200, left(&first) - 1));
}

#[tokio::test]
async fn the_limit_is_counted_per_token_and_resource_and_ends_with_the_hour() {
    let stage = Stage::open().await;
    let mine = [("Authorization", "Bearer mine")];
    let first = stage.ask("GET", "/versions", &mine, "").await;
    assert_eq!(
        (first.header("x-ratelimit-remaining"), first.header("x-ratelimit-resource")),
        (Some("4999"), Some("core"))
    );
    assert_eq!(first.header("x-ratelimit-used"), Some("1"));
    let reset: i64 = first.header("x-ratelimit-reset").unwrap().parse().unwrap();
    assert_eq!(reset - stage.now().timestamp(), 3_600);
    let query = json!({ "query": "{viewer{login}}" }).to_string();
    let graphql = stage.ask("POST", "/graphql", &mine, &query).await;
    assert_eq!(
        (graphql.header("x-ratelimit-resource"), graphql.header("x-ratelimit-remaining")),
        (Some("graphql"), Some("4999"))
    );
    let told = stage.ask("GET", "/rate_limit", &mine, "").await;
    assert_eq!(told.json()["resources"]["core"]["remaining"], 4_999, "asking for the limit is free");
    for _ in 0..4_999 {
        stage.ask("GET", "/versions", &mine, "").await;
    }
    let over = stage.ask("GET", "/user", &mine, "").await;
    assert_eq!((over.status, over.header("x-ratelimit-remaining")), (403, Some("0")));
    assert!(over.json()["message"].as_str().unwrap().contains("rate limit exceeded"));
    assert_eq!(stage.get("/user").await.status, 200, "another token has its own");
    stage.pass(3_601);
    assert_eq!(stage.ask("GET", "/user", &mine, "").await.status, 200);
}

#[tokio::test]
async fn every_answer_says_when_and_which_request_it_was() {
    let stage = Stage::open().await;
    stage.pass(61);
    for target in ["/user", "/nothing", BILLING] {
        let answer = stage.get(target).await;
        assert_eq!(answer.header("date"), Some("Fri, 20 Nov 2026 12:01:01 GMT"), "{target}");
        assert!(answer.header("x-github-request-id").is_some(), "{target}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_a_404_in_json() {
    let stage = Stage::open().await;
    for (method, target) in [
        ("GET", "/nothing"),
        ("GET", "/repos/acme"),
        ("GET", "/repos/else/where"),
        ("POST", "/repos/acme/api/actions/runs"),
        ("DELETE", "/user"),
        ("GET", "/repos/acme/api/actions/runs/1"),
    ] {
        let answer = stage.ask(method, target, &[], "").await;
        assert_eq!((answer.status, answer.json()["message"].clone()), (404, json!("Not Found")), "{method} {target}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused() {
    let stage = Stage::open().await;
    assert_eq!(stage.ask("POST", BILLING, &[], "{").await.status, 400);
    assert_eq!(stage.ask("POST", BILLING, &[], "[1]").await.status, 400);
    let bearer = [("Authorization", "Bearer x"), ("Content-Type", "text/xml")];
    assert_eq!(send(stage.server.addr(), "POST", BILLING, &bearer, b"<x/>").await.unwrap().status, 415);
}
