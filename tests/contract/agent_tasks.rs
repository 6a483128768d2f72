//! `/agents/…`: list, get, start.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{BILLING, REPOS, Stage, ids, last_session};

#[tokio::test]
async fn a_list_is_cut_into_pages_that_link_to_each_other() {
    let stage = Stage::open().await;
    let first = stage
        .get(&format!(
            "{BILLING}?per_page=5&state=completed,failed,idle,queued,in_progress,waiting_for_user,cancelled,timed_out"
        ))
        .await;
    assert_eq!(first.json()["tasks"].as_array().unwrap().len(), 5);
    assert!(first.link("prev").is_none());
    let (mut seen, mut next, mut last) = (ids(&first.json()["tasks"]), first.link("next"), first.link("last"));
    while let Some(url) = next {
        let target = url.strip_prefix(&format!("http://{}", stage.server.addr())).expect("our own host").to_owned();
        let page = stage.get(&target).await;
        seen.extend(ids(&page.json()["tasks"]));
        assert!(page.link("first").unwrap().contains("page=1"));
        if page.link("next").is_none() {
            assert_eq!(last.take().unwrap(), url);
        }
        next = page.link("next");
    }
    let all: BTreeSet<_> = seen.iter().collect();
    assert_eq!(all.len(), seen.len(), "no task twice");
    assert_eq!(seen.len(), stage.tasks("acme/billing").await.len());
}

#[tokio::test]
async fn a_list_is_sorted_by_update_or_creation_in_both_directions() {
    let stage = Stage::open().await;
    for (sort, key) in [("updated_at", "updated_at"), ("created_at", "created_at")] {
        let times = |body: &Value| -> Vec<String> {
            body["tasks"].as_array().unwrap().iter().map(|task| task[key].as_str().unwrap().to_owned()).collect()
        };
        let down = times(&stage.read(&format!("{BILLING}?sort={sort}&per_page=100")).await);
        let mut sorted = down.clone();
        sorted.sort();
        sorted.reverse();
        assert_eq!(down, sorted, "{sort} desc is the default");
        let mut up = times(&stage.read(&format!("{BILLING}?sort={sort}&direction=asc&per_page=100")).await);
        up.reverse();
        assert_eq!(up, down);
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_state_creator_archive_and_time() {
    let stage = Stage::open().await;
    let stage = &stage;
    let tasks = |target: String| async move { stage.read(&target).await["tasks"].as_array().unwrap().clone() };
    for task in tasks(format!("{BILLING}?state=completed%2Cwaiting_for_user")).await {
        assert!(["completed", "waiting_for_user"].contains(&task["state"].as_str().unwrap()));
    }
    let two = tasks(format!("{BILLING}?creator_id=5021&creator_id=480938")).await;
    let creators: BTreeSet<i64> = two.iter().map(|task| task["creator"]["id"].as_i64().unwrap()).collect();
    assert_eq!(creators, BTreeSet::from([5021, 480_938]));
    let archived = tasks("/agents/repos/acme/reports/tasks?is_archived=true".to_owned()).await;
    assert!(!archived.is_empty() && archived.iter().all(|task| task["archived_at"].is_string()));
    let recent = tasks(format!("{BILLING}?since=2026-11-20T11:50:00Z")).await;
    assert!(
        !recent.is_empty() && recent.iter().all(|task| task["updated_at"].as_str().unwrap() >= "2026-11-20T11:50:00Z")
    );
    assert!(recent.len() < tasks(format!("{BILLING}?per_page=100")).await.len());
}

#[tokio::test]
async fn since_takes_the_task_updated_at_that_very_second() {
    let stage = Stage::open().await;
    let newest = stage.read(&format!("{BILLING}?per_page=1")).await["tasks"][0].clone();
    let since = newest["updated_at"].as_str().unwrap();
    let body = stage.read(&format!("{BILLING}?since={since}")).await;
    assert!(ids(&body["tasks"]).contains(&newest["id"].to_string()));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_in_the_documented_shape() {
    let stage = Stage::open().await;
    for query in [
        "per_page=0",
        "per_page=101",
        "per_page=many",
        "page=0",
        "sort=name",
        "direction=up",
        "state=lost",
        "is_archived=1",
        "since=noon",
        "creator_id=mona",
    ] {
        let answer = stage.get(&format!("{BILLING}?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
        let body = answer.json();
        assert!(body["documentation_url"].is_string(), "{query}");
        let error = &body["errors"][0];
        assert_eq!(error["code"], "invalid", "{query}");
        assert!(error.get("field").is_none() && error.get("resource").is_none(), "{query}");
    }
}

#[tokio::test]
async fn the_viewers_own_list_spans_repositories_and_shows_nobody_elses() {
    let stage = Stage::open().await;
    let body = stage.read("/agents/tasks?per_page=100").await;
    let tasks = body["tasks"].as_array().unwrap();
    assert!(tasks.iter().all(|task| task["creator"]["id"] == 5021));
    let repos: BTreeSet<i64> = tasks.iter().map(|task| task["repository"]["id"].as_i64().unwrap()).collect();
    assert_eq!(repos.len(), 4);
    let id = tasks[0]["id"].as_str().unwrap();
    assert_eq!(stage.read(&format!("/agents/tasks/{id}")).await["sessions"][0]["task_id"], id);
}

#[tokio::test]
async fn a_list_item_has_no_sessions_and_one_task_has_them() {
    let stage = Stage::open().await;
    let tasks = stage.tasks("acme/billing").await;
    assert!(tasks.iter().all(|task| task.get("sessions").is_none() && task.get("prompt").is_none()));
    let task = stage.task_named("acme/billing", "Migrate billing").await;
    assert_eq!(task["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(task["session_count"], 2);
    assert_eq!(last_session(&task)["state"], "waiting_for_user");
    assert!(last_session(&task)["prompt"].as_str().unwrap().contains("@copilot"));
}

#[tokio::test]
async fn a_task_is_not_found_in_another_repository() {
    let stage = Stage::open().await;
    let id = stage.tasks("acme/billing").await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stage.get(&format!("/agents/repos/acme/api/tasks/{id}")).await.status, 404);
    assert_eq!(stage.get("/agents/repos/acme/none/tasks").await.status, 404);
}

#[tokio::test]
async fn usage_comes_in_both_kinds_and_models_with_prefix_and_suffix() {
    let stage = Stage::open().await;
    let (mut kinds, mut models) = (BTreeSet::new(), BTreeSet::new());
    for repo in REPOS {
        for archived in [false, true] {
            let list = stage.read(&format!("/agents/repos/{repo}/tasks?per_page=100&is_archived={archived}")).await;
            for task in list["tasks"].as_array().unwrap() {
                let detail = stage.detail(repo, task["id"].as_str().unwrap()).await;
                for session in detail["sessions"].as_array().unwrap() {
                    models.insert(session["model"].as_str().unwrap().to_owned());
                    kinds.insert(session["usage"]["type"].as_str().unwrap_or("none").to_owned());
                    if session["usage"]["type"] == "ai_credits" {
                        let amount = session["usage"]["amount"].as_f64().unwrap();
                        assert!((1e6..1e11).contains(&amount), "billionths of a credit: {amount}");
                    }
                }
            }
        }
    }
    assert!(kinds.is_superset(&BTreeSet::from([
        "ai_credits".to_owned(),
        "premium_requests".to_owned(),
        "none".to_owned()
    ])));
    assert!(models.iter().any(|model| model.starts_with("sweagent-capi:")));
    assert!(models.iter().any(|model| model.ends_with(']')));
    assert!(models.contains(""), "a session mirrored from a developer's machine");
}

#[tokio::test]
async fn a_start_needs_a_prompt_and_a_token_that_may_write() {
    let stage = Stage::open().await;
    let missing = stage.post(BILLING, &json!({ "base_ref": "main" })).await;
    assert_eq!((missing.status, missing.json()["errors"][0]["code"].clone()), (422, json!("missing_field")));
    for body in [
        json!({ "prompt": "  " }),
        json!({ "prompt": 5 }),
        json!({ "prompt": "x", "create_pull_request": "yes" }),
        json!({ "prompt": "x", "base_ref": "no-such-branch" }),
        json!({ "prompt": "x", "custom_agent": "no-such-agent" }),
        json!({ "prompt": "x".repeat(30_001) }),
    ] {
        assert_eq!(
            stage.post(BILLING, &body).await.status,
            422,
            "{}",
            body.to_string().chars().take(80).collect::<String>()
        );
    }
    let reader = stage.ask("POST", BILLING, &[("Authorization", "Bearer ghp_readonly")], r#"{"prompt":"x"}"#).await;
    assert_eq!(reader.status, 403);
    assert!(reader.json()["message"].as_str().unwrap().contains("not accessible"));
    assert_eq!(stage.ask("POST", BILLING, &[], "{broken").await.status, 400);
    assert_eq!(stage.tasks("acme/billing").await.len(), Stage::open().await.tasks("acme/billing").await.len());
}

#[tokio::test]
async fn a_started_task_is_queued_at_once_and_listed() {
    let stage = Stage::open().await;
    let body = json!({ "prompt": "Fix the login button on the homepage", "model": "gpt-5.4", "custom_agent": "tax-migrator", "create_pull_request": true, "base_ref": "release/2026.11" });
    let answer = stage.post(BILLING, &body).await;
    assert_eq!(answer.status, 201);
    let task = answer.json();
    assert_eq!(
        (task["state"].clone(), task["name"].clone()),
        (json!("queued"), json!("Fix the login button on the homepage"))
    );
    assert_eq!(task["custom_agent"]["id"], "tax-migrator");
    let id = task["id"].as_str().unwrap();
    let detail = stage.detail("acme/billing", id).await;
    let session = last_session(&detail);
    assert_eq!((session["model"].clone(), session["base_ref"].clone()), (json!("gpt-5.4"), json!("release/2026.11")));
    assert!(session.get("head_ref").is_none(), "no branch yet");
    assert!(detail["artifacts"].as_array().unwrap().is_empty());
    let listed = stage.read(&format!("{BILLING}?per_page=1&sort=created_at")).await;
    assert_eq!(listed["tasks"][0]["id"], id);
}

#[tokio::test]
async fn artifacts_name_the_pull_request_by_its_database_id() {
    let stage = Stage::open().await;
    let (mut with_global, mut without) = (0, 0);
    for repo in REPOS {
        let pulls = stage.read(&format!("/repos/{repo}/pulls?state=all&per_page=100")).await;
        for task in stage.tasks(repo).await {
            for artifact in task["artifacts"].as_array().unwrap().iter().filter(|artifact| artifact["type"] == "pull") {
                let data = &artifact["data"];
                let pull =
                    pulls.as_array().unwrap().iter().find(|pull| pull["id"] == data["id"]).expect("the pull request");
                assert_ne!(pull["number"], data["id"]);
                if data.get("global_id").is_some() {
                    assert_eq!(pull["node_id"], data["global_id"]);
                    with_global += 1;
                } else {
                    without += 1;
                }
            }
        }
    }
    assert!(with_global > 10 && without >= 3, "{with_global} {without}");
}
