//! Every documented answer, at many moments of the world's life, against the description.

use serde_json::Value;

use crate::openapi::spec;
use crate::stage::{REPOS, Stage};

/// Asks, checks the status and the body against the slice.
async fn conforms(stage: &Stage, target: &str) -> Value {
    let answer = stage.get(target).await;
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    let path = target.split('?').next().unwrap();
    let body = known_states(&answer.text());
    if let Err(faults) = spec().check_response("GET", path, 200, body.as_bytes()) {
        panic!("{target}: {faults:#?}");
    }
    answer.json()
}

/// One task has a state word no client knows yet; that is the one place where the demo leaves the description on purpose.
fn known_states(body: &str) -> String {
    body.replace("\"state\":\"paused\"", "\"state\":\"idle\"")
}

async fn everything(stage: &Stage) {
    for target in ["/user", "/users/okafor", "/user/480938", "/rate_limit", "/meta"] {
        conforms(stage, target).await;
    }
    conforms(stage, "/agents/tasks?per_page=100").await;
    for repo in REPOS {
        let base = format!("/repos/{repo}");
        for tail in [
            "",
            "/branches?per_page=100",
            "/issues?state=all&per_page=100",
            "/copilot/cloud-agent/configuration",
            "/contents/.github/agents",
        ] {
            conforms(stage, &format!("{base}{tail}")).await;
        }
        for archived in [false, true] {
            let list =
                conforms(stage, &format!("/agents/repos/{repo}/tasks?per_page=100&is_archived={archived}")).await;
            for task in list["tasks"].as_array().unwrap() {
                conforms(stage, &format!("/agents/repos/{repo}/tasks/{}", task["id"].as_str().unwrap())).await;
            }
        }
        let runs = conforms(stage, &format!("{base}/actions/runs?per_page=100")).await;
        for run in runs["workflow_runs"].as_array().unwrap().iter().step_by(3) {
            conforms(stage, &format!("{base}/actions/runs/{}", run["id"])).await;
            conforms(stage, &format!("{base}/actions/runs/{}/jobs", run["id"])).await;
        }
        let pulls = conforms(stage, &format!("{base}/pulls?state=all&per_page=100")).await;
        for pull in pulls.as_array().unwrap() {
            let (number, sha) = (&pull["number"], pull["head"]["sha"].as_str().unwrap());
            conforms(stage, &format!("{base}/pulls/{number}")).await;
            conforms(stage, &format!("{base}/pulls/{number}/reviews")).await;
            conforms(stage, &format!("{base}/pulls/{number}/requested_reviewers")).await;
            conforms(stage, &format!("{base}/commits/{sha}/check-runs")).await;
            conforms(stage, &format!("{base}/issues/{number}/comments")).await;
        }
        conforms(stage, &format!("{base}/commits/main/status")).await;
        conforms(stage, &format!("{base}/commits/main/check-runs")).await;
    }
    conforms(stage, "/repos/acme/billing/codeowners/errors").await;
    conforms(stage, "/repos/acme/billing/contents/.github/agents/tax-migrator.md").await;
}

#[tokio::test]
async fn every_documented_answer_fits_the_description_when_the_world_opens() {
    everything(&Stage::open().await).await;
}

#[tokio::test]
async fn every_documented_answer_fits_the_description_while_the_world_lives() {
    let stage = Stage::with(11, 5.0).await;
    for seconds in [7, 40, 300] {
        stage.pass(seconds);
        everything(&stage).await;
    }
}

#[tokio::test]
async fn errors_fit_the_description_too() {
    let stage = Stage::open().await;
    for (target, status) in [
        ("/agents/repos/acme/api/tasks?per_page=0", 422),
        ("/agents/repos/acme/api/tasks?state=lost", 422),
        ("/agents/repos/acme/api/tasks/nowhere", 404),
        ("/agents/tasks?since=yesterday", 422),
        ("/repos/acme/api/pulls?state=lost", 422),
        ("/repos/acme/api/pulls/999999", 404),
        ("/repos/acme/api/issues/999999", 404),
        ("/repos/acme/nothing", 404),
        ("/repos/acme/api/contents/nothing", 404),
        ("/users/nobody", 404),
        ("/user/1", 404),
    ] {
        let answer = stage.get(target).await;
        assert_eq!(answer.status, status, "{target}");
        let path = target.split('?').next().unwrap();
        assert_eq!(spec().check_response("GET", path, status, &answer.body), Ok(()), "{target}");
    }
}

#[tokio::test]
async fn what_writes_answer_with_fits_the_description() {
    use serde_json::json;
    let stage = Stage::open().await;
    let cases = [
        ("POST", "/agents/repos/acme/api/tasks", json!({ "prompt": "Say hello" }), 201),
        ("POST", "/agents/repos/acme/api/tasks", json!({ "model": "x" }), 422),
        ("POST", "/repos/acme/api/issues/412/comments", json!({ "body": "Seen again today." }), 201),
        ("POST", "/repos/acme/api/issues/412/comments", json!({}), 422),
        ("POST", "/repos/acme/api/issues", json!({ "title": "A new one", "labels": ["bug"] }), 201),
        ("PATCH", "/repos/acme/api/issues/412", json!({ "state": "closed" }), 200),
        ("POST", "/repos/acme/api/issues/1277/assignees", json!({ "assignees": ["okafor"] }), 201),
        ("PATCH", "/repos/acme/reports/pulls/76", json!({ "title": "A better title" }), 200),
        ("PATCH", "/repos/acme/reports/pulls/76", json!({ "state": "lost" }), 422),
        ("POST", "/repos/acme/reports/pulls/76/requested_reviewers", json!({ "reviewers": ["okafor"] }), 201),
    ];
    for (method, path, body, status) in cases {
        let answer = stage.ask(method, path, &[], &body.to_string()).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        if let Err(faults) = spec().check_response(method, path, status, &answer.body) {
            panic!("{method} {path}: {faults:#?}");
        }
    }
}
