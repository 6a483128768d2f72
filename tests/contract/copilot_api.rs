//! The Copilot API: sessions and their logs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::send;
use crate::stage::{REPOS, Stage, last_session};

/// The records of a log; anything but records and blank lines is a fault.
pub fn records(log: &str) -> Vec<Value> {
    let mut out = Vec::new();
    for (index, line) in log.lines().enumerate() {
        if index % 2 == 1 {
            assert!(line.is_empty(), "line {index} is not blank: {line}");
        } else {
            let json = line.strip_prefix("data: ").unwrap_or_else(|| panic!("line {index}: {line}"));
            out.push(serde_json::from_str(json).unwrap());
        }
    }
    out
}

pub async fn log_of(stage: &Stage, repo: &str, name: &str) -> Vec<Value> {
    let task = stage.task_named(repo, name).await;
    let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.expect("a log");
    records(&log)
}

fn calls(record: &Value) -> Vec<(String, String, Option<String>)> {
    let mut out = Vec::new();
    for choice in record["choices"].as_array().unwrap() {
        for call in choice["delta"]["tool_calls"].as_array().unwrap_or(&Vec::new()) {
            let content = choice["delta"]["content"].as_str().map(str::to_owned);
            out.push((
                call["id"].as_str().unwrap().to_owned(),
                call["function"]["name"].as_str().unwrap().to_owned(),
                content,
            ));
        }
    }
    out
}

#[tokio::test]
async fn discovery_leads_to_another_address() {
    let stage = Stage::open().await;
    let body = stage.graphql("query{viewer{copilotEndpoints{api}}}", json!({})).await;
    let api = body["data"]["viewer"]["copilotEndpoints"]["api"].as_str().unwrap();
    assert_eq!(api, format!("http://{}", stage.server.copilot_addr()));
}

#[tokio::test]
async fn every_call_of_a_finished_session_is_answered_once_and_some_out_of_order() {
    let stage = Stage::open().await;
    stage.pass(900);
    let mut out_of_order = 0;
    let mut tools = BTreeSet::new();
    for repo in REPOS {
        for task in stage.tasks(repo).await.into_iter().filter(|task| task["state"] == "completed") {
            let task = stage.detail(repo, task["id"].as_str().unwrap()).await;
            let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap();
            assert!(!log.contains("{{"), "a script's parameter is not filled in: {}", task["name"]);
            let (mut asked, mut answered) = (Vec::new(), Vec::new());
            for record in records(&log) {
                assert_eq!(record["object"], "chat.completion.chunk");
                for (id, name, content) in calls(&record) {
                    tools.insert(name.clone());
                    match content {
                        Some(_) if name == "run_setup" => {}
                        Some(_) => answered.push(id),
                        None => asked.push(id),
                    }
                }
            }
            out_of_order += usize::from(asked != answered);
            asked.sort();
            answered.sort();
            assert_eq!(asked, answered, "{}", task["name"]);
        }
    }
    assert!(out_of_order >= 3, "{out_of_order}");
    for tool in
        ["run_setup", "bash", "view", "edit", "str_replace", "create", "think", "report_progress", "codeql_checker"]
    {
        assert!(tools.contains(tool), "{tool}");
    }
}

#[tokio::test]
async fn a_finished_log_has_the_form_of_a_recorded_one() {
    let stage = Stage::open().await;
    stage.pass(3_600);
    let log = log_of(&stage, "acme/api", "Fix flaky retry test").await;
    let setup = &log[0];
    assert_eq!(setup["choices"][0]["delta"]["tool_calls"][0]["function"]["name"], "run_setup");
    assert!(setup["created"].as_i64().unwrap() > 100_000_000_000, "set-up steps carry milliseconds");
    assert!(setup["choices"][0]["delta"]["tool_calls"][0].get("type").is_none());
    let turn = log.iter().find(|record| record["usage"].is_object()).unwrap();
    assert!(turn["created"].as_i64().unwrap() < 100_000_000_000, "the others carry seconds");
    assert_eq!(turn["choices"][0]["delta"]["role"], "assistant");
    assert!(turn["choices"].as_array().unwrap().len() >= 2, "text first, then one choice for each call");
    assert!(turn["usage"]["prompt_tokens_details"]["cached_tokens"].is_number());
    let stops: Vec<&Value> = log.iter().filter(|record| record["choices"][0]["finish_reason"] == "stop").collect();
    assert_eq!(stops.len(), 2);
    let last = stops[1]["choices"][0]["delta"]["content"].as_str().unwrap();
    assert!(last.starts_with("<pr_title>") && last.ends_with("</pr_description>"));
    let exits: Vec<&str> = log
        .iter()
        .filter_map(|record| record["choices"][0]["delta"]["content"].as_str())
        .filter_map(|text| text.lines().last())
        .filter(|line| line.starts_with("<exited"))
        .collect();
    assert!(exits.contains(&"<exited with exit code 101>") && exits.contains(&"<exited with exit code 0>"));
    assert!(log.iter().any(|record| record["choices"][0]["delta"]["reasoning_text"].is_string()));
    let plain = log.iter().find(|record| record["usage"].is_object()).unwrap()["model"].as_str().unwrap().to_owned();
    assert!(!plain.contains(':') && !plain.contains('['), "{plain}");
}

#[tokio::test]
async fn tool_arguments_are_json_in_a_string_and_one_script_breaks_them() {
    let stage = Stage::open().await;
    stage.pass(600);
    let log = log_of(&stage, "acme/reports", "Escape control").await;
    let mut broken = 0;
    for record in &log {
        for choice in record["choices"].as_array().unwrap() {
            for call in choice["delta"]["tool_calls"].as_array().unwrap_or(&Vec::new()) {
                broken += usize::from(
                    serde_json::from_str::<Value>(call["function"]["arguments"].as_str().unwrap()).is_err(),
                );
            }
        }
    }
    assert!(broken > 0);
    let all: String =
        log.iter().map(|record| record["choices"][0]["delta"]["content"].as_str().unwrap_or("").to_owned()).collect();
    for wanted in ["\u{1b}]0;", "\u{202e}", "\u{9b}31m", "\u{1b}[2J", "\r", "\u{8}", "\0", "\u{e0041}", "全角"] {
        assert!(all.contains(wanted), "{wanted:?}");
    }
    assert!(all.lines().any(|line| line.len() > 5_000), "a very long line");
}

#[tokio::test]
async fn a_queued_session_has_no_log_yet() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/api", "Bump axum").await;
    let id = last_session(&task)["id"].as_str().unwrap();
    let before = stage.copilot(&format!("/agents/sessions/{id}/logs")).await;
    assert_eq!(before.status, 404);
    assert!(serde_json::from_slice::<Value>(&before.body).is_err(), "errors here need not be JSON");
    stage.pass(120);
    let after = stage.copilot(&format!("/agents/sessions/{id}/logs")).await;
    assert_eq!(after.status, 200);
    assert!(after.header("etag").is_none());
    assert_eq!(stage.copilot("/agents/sessions/none/logs").await.status, 404);
}

#[tokio::test]
async fn a_session_names_its_run_and_its_pull_request() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/api", "Fix flaky retry test").await;
    let id = last_session(&task)["id"].as_str().unwrap();
    let session = stage.copilot(&format!("/agents/sessions/{id}")).await.json();
    let run = stage.run_of("acme/api", &task).await;
    assert_eq!(session["workflow_run_id"], run["id"]);
    assert_eq!((session["state"].clone(), session["resource_type"].clone()), (json!("in_progress"), json!("pull")));
    let pull = stage.read("/repos/acme/api/pulls/1290").await;
    assert_eq!(session["resource_id"], pull["id"]);
    let of_pull = stage.copilot(&format!("/agents/sessions/resource/pull/{}", pull["id"])).await.json();
    assert_eq!(of_pull["sessions"][0]["id"], id);
    let resource = stage.copilot(&format!("/agents/resource/pull/{}", pull["id"])).await.json();
    assert!(resource["last_updated_at"].is_number(), "a number here, a text in a session");
    assert!(session["last_updated_at"].is_string());
    assert_eq!(stage.copilot("/agents/resource/pull/1").await.status, 404);
}

#[tokio::test]
async fn sessions_are_listed_in_pages_of_the_viewers_own() {
    let stage = Stage::open().await;
    let page = |number: i64| format!("/agents/sessions?page_size=5&page_number={number}&sort=last_updated_at,desc");
    let mut all = Vec::new();
    for number in 1.. {
        let sessions = stage.copilot(&page(number)).await.json()["sessions"].as_array().unwrap().clone();
        let last = sessions.len() < 5;
        all.extend(sessions);
        if last {
            break;
        }
    }
    let times: Vec<&str> = all.iter().map(|session| session["last_updated_at"].as_str().unwrap()).collect();
    assert!(times.len() > 8 && times.is_sorted_by(|a, b| a >= b));
    assert!(all.iter().all(|session| session["user_id"] == 5021));
    let some = stage.copilot("/agents/sessions?page_size=50&repo_nwo=acme/api&resource_state=draft,open").await.json();
    let some = some["sessions"].as_array().unwrap();
    assert!(!some.is_empty() && some.iter().all(|session| session["repo_id"] == 701_002));
}

#[tokio::test]
async fn models_agents_and_switches_are_told() {
    let stage = Stage::open().await;
    let models = stage.copilot("/agents/swe/models").await.json();
    assert!(models["data"][0]["billing"]["multiplier"].is_number());
    let agents = stage.copilot("/agents/swe/custom-agents/acme/billing?include_sources=repo").await.json();
    assert!(agents["agents"].as_array().unwrap().iter().any(|agent| agent["name"] == "tax-migrator"));
    assert_eq!(stage.copilot("/agents/swe/v1/jobs/acme/billing/enabled").await.status, 200);
    assert_eq!(stage.copilot("/agents/swe/v1/jobs/acme/none/enabled").await.status, 404);
}

#[tokio::test]
async fn without_a_token_and_with_the_wrong_kind_it_is_closed() {
    let stage = Stage::open().await;
    let addr = stage.server.copilot_addr();
    let bare = send(addr, "GET", "/agents/sessions", &[], b"").await.unwrap();
    assert_eq!(bare.status, 401);
    assert!(serde_json::from_slice::<Value>(&bare.body).is_err());
    let wrong = send(addr, "GET", "/agents/sessions", &[("Authorization", "Bearer github_pat_x")], b"").await.unwrap();
    assert_eq!(wrong.status, 403);
}
