//! People, repositories, files, and the small endpoints.

use base64::Engine as _;
use serde_json::json;

use crate::stage::{REPOS, Stage};

#[tokio::test]
async fn people_are_found_by_token_id_and_login() {
    let stage = Stage::open().await;
    assert_eq!(stage.read("/user").await["login"], "mona");
    assert_eq!(stage.read("/user/480938").await["type"], "Bot");
    assert_eq!(stage.read("/users/OKAFOR").await["id"], 5177);
    assert_eq!(stage.read("/user/198982749").await["login"], "Copilot");
    assert_eq!(stage.get("/users/nobody").await.status, 404);
}

#[tokio::test]
async fn a_repository_is_found_by_name_and_by_id() {
    let stage = Stage::open().await;
    for repo in REPOS {
        let by_name = stage.read(&format!("/repos/{repo}")).await;
        assert_eq!(stage.read(&format!("/repositories/{}", by_name["id"])).await, by_name);
        assert_eq!(by_name["default_branch"], "main");
    }
    assert_eq!(stage.get("/repositories/1").await.status, 404);
}

#[tokio::test]
async fn branches_hold_the_agents_work() {
    let stage = Stage::open().await;
    let branches = stage.read("/repos/acme/api/branches?per_page=100").await;
    let names: Vec<&str> = branches.as_array().unwrap().iter().map(|branch| branch["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"main") && names.contains(&"copilot/fix-flaky-retry-test"));
    assert!(!names.contains(&"copilot/bump-axum-0-9"), "still queued");
    let protected = stage.read("/repos/acme/api/branches?protected=true").await;
    assert_eq!(protected.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn custom_agents_are_files_listed_raw_and_encoded() {
    let stage = Stage::open().await;
    for repo in REPOS {
        let listed = stage.read(&format!("/repos/{repo}/contents/.github/agents?ref=main")).await;
        let files = listed.as_array().unwrap();
        assert!((2..=3).contains(&files.len()));
        for file in files {
            let target = format!("/repos/{repo}/contents/{}", file["path"].as_str().unwrap());
            let raw = stage.ask("GET", &target, &[("Accept", "application/vnd.github.raw+json")], "").await;
            assert!(raw.text().starts_with("---\n") && raw.text().contains("description: "), "{target}");
            let encoded = stage.read(&target).await;
            let content = encoded["content"].as_str().unwrap().replace('\n', "");
            assert_eq!(base64::engine::general_purpose::STANDARD.decode(content).unwrap(), raw.body);
            assert_eq!(file["size"], raw.body.len());
        }
    }
    assert_eq!(stage.get("/repos/acme/api/contents/.github/agents?ref=nowhere").await.status, 404);
    assert_eq!(stage.get("/repos/acme/api/contents/Cargo.toml").await.status, 404);
}

#[tokio::test]
async fn owners_and_the_agents_configuration_are_told() {
    let stage = Stage::open().await;
    assert_eq!(stage.read("/repos/acme/billing/codeowners/errors").await["errors"][0]["line"], 7);
    assert_eq!(stage.get("/repos/acme/reports/codeowners/errors").await.status, 404);
    let web = stage.read("/repos/acme/web/copilot/cloud-agent/configuration").await;
    assert_eq!(web["require_actions_workflow_approval"], true);
}

#[tokio::test]
async fn the_small_endpoints_answer() {
    let stage = Stage::open().await;
    assert_eq!(stage.read("/versions").await, json!(["2022-11-28", "2026-03-10"]));
    assert!(stage.read("/meta").await["verifiable_password_authentication"].is_boolean());
    assert_eq!(stage.read("/rate_limit").await["resources"]["core"]["limit"], 5_000);
}
