//! `/repos/…/actions/…`: runs, jobs, logs.

use serde_json::{Value, json};

use crate::client::send;
use crate::stage::{Stage, last_session};

async fn runs(stage: &Stage, repo: &str, query: &str) -> Vec<Value> {
    let body = stage.read(&format!("/repos/{repo}/actions/runs?per_page=100&{query}")).await;
    let runs = body["workflow_runs"].as_array().unwrap().clone();
    if runs.len() < 100 {
        assert_eq!(body["total_count"], runs.len());
    }
    runs
}

#[tokio::test]
async fn runs_are_filtered_by_every_documented_key() {
    let stage = Stage::open().await;
    let all = runs(&stage, "acme/api", "").await;
    let one = all
        .iter()
        .find(|run| run["head_branch"].is_string() && run["path"].as_str().unwrap().starts_with("dynamic/copilot"))
        .unwrap();
    let branch = one["head_branch"].as_str().unwrap();
    for (query, key, value) in [
        (format!("branch={branch}"), "head_branch", one["head_branch"].clone()),
        ("event=dynamic".to_owned(), "event", json!("dynamic")),
        ("status=in_progress".to_owned(), "status", json!("in_progress")),
        ("status=success".to_owned(), "conclusion", json!("success")),
        (format!("head_sha={}", one["head_sha"].as_str().unwrap()), "head_sha", one["head_sha"].clone()),
        (format!("check_suite_id={}", one["check_suite_id"]), "check_suite_id", one["check_suite_id"].clone()),
    ] {
        let found = runs(&stage, "acme/api", &query).await;
        assert!(!found.is_empty() && found.len() < all.len(), "{query}");
        assert!(found.iter().all(|run| run[key] == value), "{query}");
    }
    for actor in ["Copilot", "mona"] {
        let found = runs(&stage, "acme/api", &format!("actor={actor}")).await;
        assert!(!found.is_empty() && found.len() < all.len() && found.iter().all(|run| run["actor"]["login"] == actor));
    }
    let today = runs(&stage, "acme/api", "created=%3E%3D2026-11-20").await;
    assert!(!today.is_empty() && today.iter().all(|run| run["created_at"].as_str().unwrap() >= "2026-11-20"));
    assert!(
        runs(&stage, "acme/api", "exclude_pull_requests=true")
            .await
            .iter()
            .all(|run| run["pull_requests"] == json!([]))
    );
    assert_eq!(stage.get("/repos/acme/api/actions/runs?created=soon").await.status, 422);
}

#[tokio::test]
async fn other_dynamic_workflows_stand_among_the_agents_runs() {
    let stage = Stage::open().await;
    let dynamic = runs(&stage, "acme/web", "event=dynamic").await;
    let of = |prefix: &str| dynamic.iter().filter(|run| run["path"].as_str().unwrap().starts_with(prefix)).count();
    assert!(of("dynamic/copilot-swe-agent/") > 3);
    assert!(of("dynamic/github-code-scanning/") > 0);
    assert!(runs(&stage, "acme/web", "").await.iter().any(|run| run["path"].as_str().unwrap().contains('@')));
}

#[tokio::test]
async fn the_agents_run_is_found_by_its_branch() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/api", "Fix flaky retry test").await;
    let run = stage.run_of("acme/api", &task).await;
    assert_eq!((run["status"].clone(), run["conclusion"].clone()), (json!("in_progress"), Value::Null));
    assert!(run["run_started_at"].as_str().unwrap() >= last_session(&task)["created_at"].as_str().unwrap());
    let one = stage.read(&format!("/repos/acme/api/actions/runs/{}", run["id"])).await;
    assert_eq!(one, run);
}

#[tokio::test]
async fn a_job_shows_its_steps_and_the_agents_is_called_copilot() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/api", "Fix flaky retry test").await;
    let run = stage.run_of("acme/api", &task).await;
    let jobs = stage.read(&format!("/repos/acme/api/actions/runs/{}/jobs?filter=all", run["id"])).await;
    let job = &jobs["jobs"][0];
    assert_eq!((job["name"].clone(), job["status"].clone()), (json!("copilot"), json!("in_progress")));
    let steps: Vec<(&str, &str)> = job["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["name"].as_str().unwrap(), step["status"].as_str().unwrap()))
        .collect();
    assert_eq!(steps[0], ("Set up job", "completed"));
    assert!(steps.contains(&("Processing Request (Linux)", "in_progress")), "{steps:?}");
    assert_eq!(stage.get(&format!("/repos/acme/api/actions/runs/{}/jobs?filter=some", run["id"])).await.status, 422);
    assert_eq!(stage.read(&format!("/repos/acme/api/actions/jobs/{}", job["id"])).await, *job);
}

async fn job_of(stage: &Stage, repo: &str, name: &str) -> Value {
    let task = stage.task_named(repo, name).await;
    let run = stage.run_of(repo, &task).await;
    stage.read(&format!("/repos/{repo}/actions/runs/{}/jobs", run["id"])).await["jobs"][0].clone()
}

/// The address's port and what follows it.
fn split(url: &str) -> (std::net::SocketAddr, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, target) = rest.split_once('/').unwrap();
    (host.parse().unwrap(), format!("/{target}"))
}

#[tokio::test]
async fn a_finished_jobs_log_lies_on_another_host_and_wants_no_token() {
    let stage = Stage::open().await;
    let job = job_of(&stage, "acme/api", "Remove the N+1 query from GET /orders").await;
    let answer = stage.get(&format!("/repos/acme/api/actions/jobs/{}/logs", job["id"])).await;
    assert_eq!(answer.status, 302);
    let (addr, target) = split(answer.header("location").unwrap());
    assert_ne!(addr, stage.server.addr());
    let with_token = send(addr, "GET", &target, &[("Authorization", "Bearer x")], b"").await.unwrap();
    assert_eq!(with_token.status, 400);
    let log = send(addr, "GET", &target, &[], b"").await.unwrap();
    assert_eq!(log.status, 200);
    assert!(log.header("content-type").unwrap().starts_with("text/plain"));
    for line in log.text().lines() {
        let (stamp, _) = line.split_at_checked(29).unwrap_or_else(|| panic!("{line:?}"));
        assert!(stamp.ends_with("Z ") || stamp.ends_with('Z'), "{line:?}");
        assert_eq!(stamp.find('.').map(|at| stamp.trim().len() - at), Some(9), "seven digits: {line:?}");
    }
    let text = log.text();
    for wanted in [
        "##[group]Run ",
        "##[endgroup]",
        "env:",
        "  COPILOT_AGENT_SESSION_ID: ",
        "  COPILOT_AGENT_TIMEOUT_MIN: 59",
        "[cca-engine] Job ",
        "tool.execution_start: bash",
        "Main session complete after",
        "\u{1b}[36;1m",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
    stage.pass(61);
    assert_eq!(send(addr, "GET", &target, &[], b"").await.unwrap().status, 403, "the link is good for a minute");
    let forged = target.replace("sig=", "sig=0");
    assert_eq!(send(addr, "GET", &forged, &[], b"").await.unwrap().status, 403);
}

#[tokio::test]
async fn a_jobs_log_names_the_session_it_carried() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/api", "Remove the N+1 query from GET /orders").await;
    let job = job_of(&stage, "acme/api", "Remove the N+1 query from GET /orders").await;
    let answer = stage.get(&format!("/repos/acme/api/actions/jobs/{}/logs", job["id"])).await;
    let (addr, target) = split(answer.header("location").unwrap());
    let log = send(addr, "GET", &target, &[], b"").await.unwrap().text();
    assert!(log.contains(&format!("Created new session {}", last_session(&task)["id"].as_str().unwrap())));
    assert!(log.contains("repo=acme/api branch=copilot/orders-n-plus-one"));
}

#[tokio::test]
async fn while_a_job_runs_there_is_no_log() {
    let stage = Stage::open().await;
    let job = job_of(&stage, "acme/api", "Fix flaky retry test").await;
    let answer = stage.get(&format!("/repos/acme/api/actions/jobs/{}/logs", job["id"])).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("BlobNotFound"));
}

#[tokio::test]
async fn failed_checks_have_a_log_too_and_the_check_runs_id_is_the_jobs() {
    let stage = Stage::open().await;
    let pull = stage.read("/repos/acme/api/pulls/1284").await;
    let checks =
        stage.read(&format!("/repos/acme/api/commits/{}/check-runs", pull["head"]["sha"].as_str().unwrap())).await;
    let failed =
        checks["check_runs"].as_array().unwrap().iter().find(|check| check["conclusion"] == "failure").unwrap().clone();
    let answer = stage.get(&format!("/repos/acme/api/actions/jobs/{}/logs", failed["id"])).await;
    let (addr, target) = split(answer.header("location").expect("a redirect"));
    assert!(
        send(addr, "GET", &target, &[], b"")
            .await
            .unwrap()
            .text()
            .contains("##[error]Process completed with exit code 1.")
    );
}

#[tokio::test]
async fn a_runs_artifacts_are_listed_and_fetched_and_expire() {
    let stage = Stage::open().await;
    let done = runs(&stage, "acme/reports", "status=success&event=pull_request").await;
    let listed = stage.read(&format!("/repos/acme/reports/actions/runs/{}/artifacts", done[0]["id"])).await;
    assert_eq!(listed["total_count"], 1);
    let artifact = &listed["artifacts"][0];
    assert_eq!(artifact["expired"], false);
    let target = format!("/repos/acme/reports/actions/artifacts/{}/zip", artifact["id"]);
    let answer = stage.get(&target).await;
    let (addr, blob) = split(answer.header("location").expect("a redirect"));
    assert!(send(addr, "GET", &blob, &[], b"").await.unwrap().body.starts_with(b"PK"));
    stage.pass(8 * 24 * 3_600);
    assert_eq!(stage.get(&target).await.status, 410);
    assert_eq!(stage.get(&format!("/repos/acme/reports/actions/runs/{}/logs", done[0]["id"])).await.status, 404);
}

#[tokio::test]
async fn checks_that_wait_for_a_human_start_when_approved() {
    let stage = Stage::open().await;
    let pull = stage.read("/repos/acme/web/pulls/2035").await;
    let branch = pull["head"]["ref"].as_str().unwrap();
    let run = runs(&stage, "acme/web", &format!("branch={branch}&event=pull_request")).await[0].clone();
    assert_eq!(run["conclusion"], "action_required");
    assert_eq!(
        stage.post(&format!("/repos/acme/web/actions/runs/{}/approve", run["id"]), &json!({})).await.status,
        201
    );
    stage.pass(20);
    let target = format!("/repos/acme/web/actions/runs/{}", run["id"]);
    assert_eq!(stage.read(&target).await["status"], "in_progress");
    stage.pass(300);
    assert_eq!(stage.read(&target).await["conclusion"], "success");
    let again = stage.post(&format!("{target}/approve"), &json!({})).await;
    assert_eq!(again.status, 403);
}

#[tokio::test]
async fn a_finished_run_can_be_rerun_whole_or_in_its_failed_jobs() {
    let stage = Stage::open().await;
    let failed = runs(&stage, "acme/api", "status=failure&event=pull_request").await[0].clone();
    let target = format!("/repos/acme/api/actions/runs/{}", failed["id"]);
    assert_eq!(stage.post(&format!("{target}/rerun-failed-jobs"), &json!({})).await.status, 201);
    stage.pass(1);
    let now = stage.read(&target).await;
    assert_eq!((now["run_attempt"].clone(), now["status"].clone()), (json!(2), json!("in_progress")));
    assert!(now["previous_attempt_url"].is_string());
    let still = stage.read(&format!("{target}/jobs")).await;
    let done = still["jobs"].as_array().unwrap().iter().filter(|job| job["conclusion"] == "success").count();
    assert!(done > 4, "what passed is not run again");
    assert_eq!(stage.post(&format!("{target}/rerun"), &json!({})).await.status, 403, "it is running");
    stage.pass(300);
    assert_eq!(stage.post(&format!("{target}/rerun"), &json!({ "enable_debug_logging": true })).await.status, 201);
}
