//! What a token may do at the demo, told by its kind and its words; archived repositories; an organisation's settings.

use serde_json::json;

use crate::stage::{BILLING, Stage};

async fn with(stage: &Stage, method: &str, target: &str, token: &str, body: &str) -> crate::client::Answer {
    stage.ask(method, target, &[("Authorization", &format!("Bearer {token}"))], body).await
}

#[tokio::test]
async fn only_kinds_that_have_scopes_tell_them_and_only_the_others_name_permissions() {
    let stage = Stage::open().await;
    for (token, scopes, permission) in [
        ("ghp_x", Some("repo, read:org, workflow"), None),
        ("gho_readonly", Some("read:org"), None),
        ("ghp_admin", Some("repo, admin:org, workflow"), None),
        ("ghu_x", Some(""), Some("agent_tasks=read")),
        ("github_pat_x", None, Some("agent_tasks=read")),
    ] {
        let answer = with(&stage, "GET", BILLING, token, "").await;
        assert_eq!(answer.status, 200, "{token}");
        assert_eq!(answer.header("x-oauth-scopes"), scopes, "{token}");
        assert_eq!(answer.header("x-accepted-github-permissions"), permission, "{token}");
    }
    let rejected = with(&stage, "GET", "/user", "ghp_rejected", "").await;
    assert_eq!((rejected.status, rejected.json()["message"].clone()), (401, json!("Bad credentials")));
    let ends = with(&stage, "GET", "/user", "ghp_expires", "").await;
    assert_eq!(ends.header("github-authentication-token-expiration"), Some("2026-11-23 12:00:00 UTC"));
}

#[tokio::test]
async fn one_permission_that_is_missing_takes_its_own_changes_and_no_others() {
    let stage = Stage::open().await;
    let prompt = r#"{"prompt":"Fix the login button"}"#;
    let refused = with(&stage, "POST", BILLING, "github_pat_x_notasks", prompt).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.json()["message"], "Resource not accessible by personal access token");
    assert_eq!(refused.header("x-accepted-github-permissions"), Some("agent_tasks=write"));
    assert_eq!(with(&stage, "POST", BILLING, "github_pat_x_noactions", prompt).await.status, 201);
    let comments = "/repos/acme/billing/issues/1/comments";
    let no = with(&stage, "POST", comments, "github_pat_x_noissues", r#"{"body":"x"}"#).await;
    assert_eq!(no.status, 403);
}

#[tokio::test]
async fn an_archived_repository_can_be_read_and_not_changed() {
    let stage = Stage::open().await;
    let repo = "acme/billing".parse().unwrap();
    assert_eq!(stage.read("/repos/acme/billing").await["archived"], false);
    stage.server.archive(&repo);
    assert_eq!(stage.read("/repos/acme/billing").await["archived"], true);
    assert!(!stage.read(BILLING).await["tasks"].as_array().unwrap().is_empty());
    for (target, body) in [
        (BILLING, json!({ "prompt": "x" })),
        ("/repos/acme/billing/issues/1/comments", json!({ "body": "x" })),
        ("/repos/acme/billing/actions/runs/1/cancel", json!({})),
    ] {
        let refused = stage.post(target, &body).await;
        assert_eq!(refused.status, 403, "{target}");
        assert!(refused.json()["message"].as_str().unwrap().contains("archived"), "{target}");
    }
    assert_eq!(stage.post("/agents/repos/acme/api/tasks", &json!({ "prompt": "x" })).await.status, 201);
}

#[tokio::test]
async fn settings_are_shown_to_those_who_may_see_them() {
    let stage = Stage::open().await;
    let settings = "/repos/acme/billing/copilot/cloud-agent/configuration";
    assert_eq!(with(&stage, "GET", settings, "gho_x", "").await.status, 200);
    for token in ["gho_readonly", "github_pat_x_nosettings"] {
        assert_eq!(with(&stage, "GET", settings, token, "").await.status, 403, "{token}");
    }
    let org = "/orgs/acme/copilot/coding-agent/permissions";
    assert_eq!(with(&stage, "GET", org, "gho_x", "").await.status, 403);
    let all = with(&stage, "GET", org, "gho_admin", "").await;
    assert_eq!((all.status, all.json()["enabled_repositories"].clone()), (200, json!("all")));
    let list = format!("{org}/repositories");
    assert_eq!(with(&stage, "GET", &list, "gho_admin", "").await.status, 409, "the policy is not selected");
    stage.server.archive(&"acme/billing".parse().unwrap());
    assert_eq!(with(&stage, "GET", org, "gho_admin", "").await.json()["enabled_repositories"], "selected");
    let chosen = with(&stage, "GET", &list, "gho_admin", "").await.json();
    let names: Vec<&str> =
        chosen["repositories"].as_array().unwrap().iter().filter_map(|repo| repo["full_name"].as_str()).collect();
    assert!(names.contains(&"acme/api") && !names.contains(&"acme/billing"), "{names:?}");
    assert_eq!(chosen["total_count"].as_u64(), Some(names.len() as u64));
    assert_eq!(with(&stage, "GET", "/orgs/nobody/copilot/coding-agent/permissions", "gho_admin", "").await.status, 404);
}
