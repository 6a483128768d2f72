//! The world's life: states over time, cancelling, starting, answering, and that it is the same again for the same seed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::copilot_api::records;
use crate::stage::{BILLING, REPOS, Stage, last_session};

fn state(value: &Value) -> &str {
    value["state"].as_str().unwrap()
}

#[tokio::test]
async fn about_forty_tasks_over_four_repositories_show_every_state() {
    let stage = Stage::open().await;
    let tasks = stage.every_task().await;
    assert!((38..=46).contains(&tasks.len()), "{}", tasks.len());
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for task in &tasks {
        *states.entry(state(task)).or_default() += 1;
    }
    for wanted in
        ["queued", "in_progress", "waiting_for_user", "idle", "completed", "failed", "timed_out", "cancelled", "paused"]
    {
        assert!(states.contains_key(wanted), "{wanted}: {states:?}");
    }
    let creators: BTreeSet<i64> = tasks.iter().map(|task| task["creator"]["id"].as_i64().unwrap()).collect();
    assert!(creators.len() >= 4 && creators.contains(&480_938));
    assert!(tasks.iter().filter(|task| task.get("custom_agent").is_some()).count() > 8);
}

#[tokio::test]
async fn one_task_is_stuck_silent_for_long_and_still_in_flight() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/reports", "Replace moment").await;
    assert_eq!(state(&task), "in_progress");
    assert_eq!(last_session(&task)["created_at"], "2026-11-20T11:06:00Z", "54 minutes ago");
    let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap();
    let last = records(&log).last().unwrap()["created"].as_i64().unwrap();
    assert!(stage.now().timestamp() - last > 20 * 60);
    assert_eq!(stage.run_of("acme/reports", &task).await["status"], "in_progress");
    stage.pass(7_200);
    assert_eq!(stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap(), log, "and it stays silent");
}

#[tokio::test]
async fn one_task_is_an_orphan_whose_run_ended_long_ago() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/api", "Remove the N+1 query from GET /customers").await;
    assert_eq!((state(&task), state(last_session(&task))), ("in_progress", "in_progress"));
    let run = stage.run_of("acme/api", &task).await;
    assert_eq!((run["status"].clone(), run["conclusion"].clone()), (json!("completed"), json!("cancelled")));
    assert!(run["updated_at"].as_str().unwrap() < "2026-11-20T10:00:00Z");
    let refused = stage.post(&format!("/repos/acme/api/actions/runs/{}/cancel", run["id"]), &json!({})).await;
    assert_eq!(refused.status, 409);
    stage.pass(36_000);
    assert_eq!(state(&stage.task_named("acme/api", "Remove the N+1 query from GET /customers").await), "in_progress");
}

#[tokio::test]
async fn one_task_failed_though_its_session_goes_on() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/web", "Cover the error paths of upload").await;
    assert_eq!((state(&task), state(last_session(&task))), ("failed", "in_progress"));
}

#[tokio::test]
async fn running_work_goes_on_and_comes_to_its_end() {
    let stage = Stage::open().await;
    let name = "Fix flaky retry test";
    let mut seen = vec![];
    let mut titles = BTreeSet::new();
    for _ in 0..60 {
        let task = stage.task_named("acme/api", name).await;
        if seen.last().map(String::as_str) != Some(state(&task)) {
            seen.push(state(&task).to_owned());
        }
        titles.insert(stage.read("/repos/acme/api/pulls/1290").await["title"].as_str().unwrap().to_owned());
        stage.pass(10);
    }
    assert_eq!(seen, ["in_progress", "completed"]);
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles.iter().any(|title| title.starts_with("[WIP] ")));
    let task = stage.task_named("acme/api", name).await;
    let run = stage.run_of("acme/api", &task).await;
    assert_eq!(run["conclusion"], "success");
    assert!(last_session(&task)["completed_at"].is_string());
}

#[tokio::test]
async fn cost_and_diff_grow_while_the_agent_works() {
    let stage = Stage::open().await;
    let look = || async {
        let task = stage.task_named("acme/api", "Fix flaky retry test").await;
        let pull = stage.read("/repos/acme/api/pulls/1290").await;
        (
            last_session(&task)["usage"]["amount"].as_f64().unwrap(),
            pull["additions"].as_i64().unwrap(),
            pull["head"]["sha"].clone(),
        )
    };
    let before = look().await;
    stage.pass(600);
    let after = look().await;
    assert!(after.0 > before.0 && after.1 > before.1 && after.2 != before.2);
    assert!((after.0 - 1.84e9).abs() < 1.0, "all of it is spent: {}", after.0);
}

#[tokio::test]
async fn a_log_only_ever_grows_at_its_end() {
    let stage = Stage::with(3, 4.0).await;
    let mut logs: BTreeMap<String, String> = BTreeMap::new();
    let mut grown = 0;
    for step in 0..12 {
        for task in stage.every_task().await {
            let repo = REPOS.iter().find(|repo| task["url"].as_str().unwrap().contains(*repo)).unwrap();
            let task = stage.detail(repo, task["id"].as_str().unwrap()).await;
            if step == 4 && state(&task) == "in_progress" {
                let run = stage.run_of(repo, &task).await;
                stage.post(&format!("/repos/{repo}/actions/runs/{}/cancel", run["id"]), &json!({})).await;
            }
            for session in task["sessions"].as_array().unwrap() {
                let id = session["id"].as_str().unwrap();
                let Some(log) = stage.log(id).await else { continue };
                let earlier = logs.insert(id.to_owned(), log.clone()).unwrap_or_default();
                assert!(log.starts_with(&earlier), "{}: the past changed", task["name"]);
                grown += usize::from(log.len() > earlier.len() && !earlier.is_empty());
            }
        }
        stage.pass(if step < 4 { 6 } else { 11 });
    }
    assert!(grown > 20, "{grown}");
}

#[tokio::test]
async fn no_time_in_any_answer_is_still_to_come_even_in_a_fast_world() {
    let stage = Stage::with(5, 60.0).await;
    for _ in 0..4 {
        stage.pass(9);
        let now = stage.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        for repo in REPOS {
            for target in [
                format!("/agents/repos/{repo}/tasks?per_page=100"),
                format!("/repos/{repo}/actions/runs?per_page=100"),
                format!("/repos/{repo}/pulls?state=all&per_page=100"),
            ] {
                let text = stage.get(&target).await.text();
                for key in ["created_at", "updated_at", "completed_at", "merged_at", "closed_at", "run_started_at"] {
                    for part in text.split(&format!("\"{key}\":\"")).skip(1) {
                        assert!(part[..20] <= *now, "{target}: {key} {} > {now}", &part[..20]);
                    }
                }
            }
        }
        for task in stage.every_task().await {
            let repo = REPOS.iter().find(|repo| task["url"].as_str().unwrap().contains(*repo)).unwrap();
            let task = stage.detail(repo, task["id"].as_str().unwrap()).await;
            if let Some(log) = stage.log(last_session(&task)["id"].as_str().unwrap()).await {
                for record in records(&log) {
                    let created = record["created"].as_i64().unwrap();
                    let seconds = if created > 100_000_000_000 { created / 1_000 } else { created };
                    assert!(seconds <= stage.now().timestamp());
                }
            }
        }
    }
}

#[tokio::test]
async fn cancelling_is_accepted_then_the_run_ends_then_the_session() {
    let stage = Stage::open().await;
    let name = "Fix flaky retry test";
    let task = stage.task_named("acme/api", name).await;
    let target = format!("/repos/acme/api/actions/runs/{}", stage.run_of("acme/api", &task).await["id"]);
    let answer = stage.post(&format!("{target}/cancel"), &json!({})).await;
    assert_eq!((answer.status, answer.json()), (202, json!({})));
    let look = || async {
        let run = stage.read(&target).await;
        let task = stage.task_named("acme/api", name).await;
        (
            run["status"].as_str().unwrap().to_owned(),
            run["conclusion"].as_str().unwrap_or("-").to_owned(),
            state(&task).to_owned(),
            state(last_session(&task)).to_owned(),
        )
    };
    let is = |found: (String, String, String, String), wanted: [&str; 4]| {
        assert_eq!([found.0.as_str(), &found.1, &found.2, &found.3], wanted);
    };
    is(look().await, ["in_progress", "-", "in_progress", "in_progress"]);
    stage.pass(5);
    is(look().await, ["completed", "cancelled", "in_progress", "in_progress"]);
    stage.pass(8);
    is(look().await, ["completed", "cancelled", "cancelled", "cancelled"]);
    assert_eq!(stage.post(&format!("{target}/cancel"), &json!({})).await.status, 409);
    assert_eq!(stage.post(&format!("{target}/force-cancel"), &json!({})).await.status, 409);
    let timeline = stage.read("/repos/acme/api/issues/1290/timeline").await;
    assert!(timeline.as_array().unwrap().iter().any(|event| event["event"] == "copilot_work_finished_failure"));
}

#[tokio::test]
async fn a_queued_task_can_be_cancelled_before_it_starts() {
    let stage = Stage::open().await;
    let runs = stage.read("/repos/acme/billing/actions/runs?status=queued&event=dynamic").await;
    let run = runs["workflow_runs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|run| run["display_title"].as_str().unwrap().contains("ktor"))
        .unwrap()
        .clone();
    assert_eq!(run["head_branch"], Value::Null, "no branch yet");
    stage.post(&format!("/repos/acme/billing/actions/runs/{}/cancel", run["id"]), &json!({})).await;
    stage.pass(20);
    let task = stage.task_named("acme/billing", "Bump ktor").await;
    assert_eq!(state(&task), "cancelled");
    assert_eq!(stage.log(last_session(&task)["id"].as_str().unwrap()).await, None);
    let ended = task["updated_at"].clone();
    stage.pass(7_200);
    let task = stage.task_named("acme/billing", "Bump ktor").await;
    assert_eq!((state(&task), &task["updated_at"]), ("cancelled", &ended));
    assert!(last_session(&task).get("head_ref").is_none() && task["artifacts"] == json!([]));
    assert_eq!(stage.log(last_session(&task)["id"].as_str().unwrap()).await, None);
}

#[tokio::test]
async fn what_is_cancelled_before_it_opened_a_pull_request_never_opens_one() {
    let stage = Stage::open().await;
    let made = stage.post(BILLING, &json!({ "prompt": "Change of mind", "create_pull_request": true })).await.json();
    stage.pass(3);
    let runs = stage.read("/repos/acme/billing/actions/runs?event=dynamic").await;
    let run = &runs["workflow_runs"][0];
    assert_eq!(run["display_title"], "Change of mind");
    stage.post(&format!("/repos/acme/billing/actions/runs/{}/cancel", run["id"]), &json!({})).await;
    stage.pass(600);
    let task = stage.detail("acme/billing", made["id"].as_str().unwrap()).await;
    assert_eq!(state(&task), "cancelled");
    assert!(task["artifacts"].as_array().unwrap().iter().all(|artifact| artifact["type"] != "pull"));
}

#[tokio::test]
async fn an_agents_run_that_is_run_again_is_a_new_session_with_the_same_order() {
    let stage = Stage::open().await;
    let task = stage.task_named("acme/reports", "Bump chart-kit").await;
    assert_eq!(state(&task), "failed");
    let run = stage.run_of("acme/reports", &task).await;
    assert_eq!(
        stage.post(&format!("/repos/acme/reports/actions/runs/{}/rerun", run["id"]), &json!({})).await.status,
        201
    );
    stage.pass(30);
    let task = stage.task_named("acme/reports", "Bump chart-kit").await;
    assert_eq!((state(&task), task["session_count"].as_i64()), ("in_progress", Some(2)));
    assert_eq!(task["sessions"][0]["prompt"], task["sessions"][1]["prompt"]);
    let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap();
    assert!(log.contains("chart-kit") && !log.contains("{{"), "{log}");
}

#[tokio::test]
async fn one_run_obeys_only_force() {
    let stage = Stage::open().await;
    let name = "Rate-limit the public search";
    let task = stage.task_named("acme/api", name).await;
    let target = format!("/repos/acme/api/actions/runs/{}", stage.run_of("acme/api", &task).await["id"]);
    assert_eq!(stage.post(&format!("{target}/cancel"), &json!({})).await.status, 202);
    stage.pass(90);
    assert_eq!(stage.read(&target).await["status"], "in_progress");
    assert_eq!(stage.post(&format!("{target}/force-cancel"), &json!({})).await.status, 202);
    stage.pass(4);
    assert_eq!(stage.read(&target).await["conclusion"], "cancelled");
    stage.pass(8);
    assert_eq!(state(&stage.task_named("acme/api", name).await), "cancelled");
}

#[tokio::test]
async fn a_started_task_is_queued_runs_opens_its_pull_request_and_ends() {
    let stage = Stage::open().await;
    let prompt = "Show the request id in every error";
    let made = stage.post(BILLING, &json!({ "prompt": prompt, "create_pull_request": true })).await.json();
    let id = made["id"].as_str().unwrap();
    let mut seen: Vec<String> = Vec::new();
    let mut pulls = Vec::new();
    for _ in 0..80 {
        let task = stage.detail("acme/billing", id).await;
        if seen.last().map(String::as_str) != Some(state(&task)) {
            seen.push(state(&task).to_owned());
        }
        pulls.push(task["artifacts"].as_array().unwrap().iter().any(|artifact| artifact["type"] == "pull"));
        stage.pass(5);
    }
    assert_eq!(seen, ["queued", "in_progress", "completed"]);
    assert!(!pulls[0] && *pulls.last().unwrap());
    let task = stage.detail("acme/billing", id).await;
    let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap();
    assert!(log.contains(prompt));
    let pull = stage
        .read(&format!("/repos/acme/billing/pulls?head=acme:{}", last_session(&task)["head_ref"].as_str().unwrap()))
        .await;
    assert_eq!((pull[0]["draft"].clone(), pull[0]["title"].clone()), (json!(true), json!(prompt)));
}

#[tokio::test]
async fn work_is_continued_on_its_branch_by_head_and_base() {
    let stage = Stage::open().await;
    let body = json!({ "prompt": "Add the missing test", "head_ref": "copilot/open-invoice-index", "base_ref": "main", "create_pull_request": true });
    let pulls = stage.read("/repos/acme/billing/pulls?state=all&per_page=100").await.as_array().unwrap().len();
    let made = stage.post(BILLING, &body).await;
    assert_eq!(made.status, 201);
    stage.pass(60);
    let task = stage.detail("acme/billing", made.json()["id"].as_str().unwrap()).await;
    assert_eq!(last_session(&task)["head_ref"], "copilot/open-invoice-index");
    let now = stage.read("/repos/acme/billing/pulls?state=all&per_page=100").await;
    let own = now.as_array().unwrap().iter().filter(|pull| pull["head"]["ref"] == "copilot/open-invoice-index").count();
    assert_eq!(
        (own, task["artifacts"][0]["type"].clone()),
        (1, json!("pull")),
        "no second pull request for the branch"
    );
    assert!(now.as_array().unwrap().len() - pulls <= 1);
}

#[tokio::test]
async fn a_waiting_task_goes_on_after_a_comment_that_names_the_agent() {
    let stage = Stage::open().await;
    let name = "Migrate billing";
    let task = stage.task_named("acme/billing", name).await;
    assert_eq!(state(&task), "waiting_for_user");
    let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap();
    let asked = records(&log).pop().unwrap().to_string();
    assert!(asked.contains("ask_user") && asked.contains("Which one is right"));
    stage.post("/repos/acme/billing/issues/1288/comments", &json!({ "body": "Thinking about it." })).await;
    assert_eq!(state(&stage.task_named("acme/billing", name).await), "waiting_for_user", "not said to the agent");
    stage
        .post(
            "/repos/acme/billing/issues/1288/comments",
            &json!({ "body": "@copilot half_even for all of them, please." }),
        )
        .await;
    let task = stage.task_named("acme/billing", name).await;
    assert_eq!((state(&task), task["session_count"].as_i64()), ("queued", Some(3)));
    assert_eq!(state(&task["sessions"][1]), "completed");
    stage.pass(20);
    let task = stage.task_named("acme/billing", name).await;
    assert_eq!(
        (state(&task), last_session(&task)["head_ref"].clone()),
        ("in_progress", task["sessions"][0]["head_ref"].clone())
    );
    let log = stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap();
    assert!(log.contains("half_even for all of them"));
    stage.pass(600);
    assert_eq!(state(&stage.task_named("acme/billing", name).await), "completed");
}

#[tokio::test]
async fn a_comment_on_running_work_shows_in_its_log() {
    let stage = Stage::open().await;
    stage
        .post("/repos/acme/api/issues/1290/comments", &json!({ "body": "@copilot keep the public API as it is" }))
        .await;
    stage.pass(5);
    let task = stage.task_named("acme/api", "Fix flaky retry test").await;
    assert_eq!(task["session_count"], 1);
    assert!(
        stage.log(last_session(&task)["id"].as_str().unwrap()).await.unwrap().contains("keep the public API as it is")
    );
}

#[tokio::test]
async fn new_tasks_keep_arriving_and_old_ones_are_put_away() {
    let stage = Stage::with(9, 20.0).await;
    let before = stage.every_task().await.len();
    stage.pass(60);
    let after = stage.every_task().await;
    assert!(after.len() >= before + 7, "{} then {}", before, after.len());
    stage.pass(3_600);
    let late = stage.every_task().await.len();
    assert!(late <= before + 45, "the list stays readable: {late}");
    let archived = stage.read("/agents/repos/acme/api/tasks?is_archived=true&per_page=100").await;
    assert!(archived["tasks"].as_array().unwrap().len() > 1);
}

#[tokio::test]
async fn the_same_seed_is_the_same_world_whatever_was_asked_between() {
    let (one, two, other) = (Stage::with(42, 8.0).await, Stage::with(42, 8.0).await, Stage::with(43, 8.0).await);
    for _ in 0..20 {
        one.pass(6);
        one.every_task().await;
    }
    two.pass(120);
    other.pass(120);
    let strip = |tasks: Vec<Value>| -> Vec<Value> {
        tasks
            .into_iter()
            .map(|mut task| {
                task["url"] = Value::Null;
                task
            })
            .collect()
    };
    let (first, second) = (strip(one.every_task().await), strip(two.every_task().await));
    assert_eq!(first, second);
    assert_ne!(first, strip(other.every_task().await));
    for task in &first {
        let (repo, id) = (
            REPOS.iter().find(|repo| task["html_url"].as_str().unwrap().contains(*repo)).unwrap(),
            task["id"].as_str().unwrap(),
        );
        let session = last_session(&one.detail(repo, id).await)["id"].as_str().unwrap().to_owned();
        assert_eq!(one.log(&session).await, two.log(&session).await);
    }
}

#[tokio::test(start_paused = true)]
async fn the_world_needs_no_timer_and_lives_on_the_clock_it_was_given() {
    let stage = Stage::open().await;
    let before = stage.task_named("acme/api", "Bump axum").await;
    assert_eq!(state(&before), "queued");
    tokio::time::advance(std::time::Duration::from_hours(1)).await;
    assert_eq!(stage.task_named("acme/api", "Bump axum").await, before, "the runtime's clock does not move it");
    stage.pass(60);
    assert_eq!(state(&stage.task_named("acme/api", "Bump axum").await), "in_progress");
}
