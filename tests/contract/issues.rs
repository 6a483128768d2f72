//! `/repos/…/issues/…`: issues, comments, timeline, assigning the agent.

use serde_json::{Value, json};

use crate::stage::Stage;

fn events(timeline: &Value) -> Vec<&str> {
    timeline.as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn issues_are_listed_with_the_pull_requests_among_them() {
    let stage = Stage::open().await;
    let all = stage.read("/repos/acme/api/issues?state=all&per_page=100").await;
    let (pulls, plain): (Vec<_>, Vec<_>) =
        all.as_array().unwrap().iter().partition(|issue| issue.get("pull_request").is_some());
    assert!(pulls.len() > 5);
    assert_eq!(plain.len(), 2);
    let flaky = stage.read("/repos/acme/api/issues?labels=flaky").await;
    assert_eq!(flaky[0]["number"], 412);
    assert_eq!(stage.read("/repos/acme/api/issues/412").await["title"], "backs_off_until_deadline fails now and then");
}

#[tokio::test]
async fn a_comment_is_created_with_its_place_and_listed() {
    let stage = Stage::open().await;
    let answer = stage.post("/repos/acme/api/issues/412/comments", &json!({ "body": "Seen again." })).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("location"), answer.json()["url"].as_str());
    let listed = stage.read("/repos/acme/api/issues/412/comments").await;
    assert_eq!((listed[0]["body"].clone(), listed[0]["user"]["login"].clone()), (json!("Seen again."), json!("mona")));
    assert_eq!(events(&stage.read("/repos/acme/api/issues/412/timeline").await), ["commented"]);
    assert_eq!(stage.post("/repos/acme/api/issues/9/comments", &json!({ "body": "x" })).await.status, 404);
    assert_eq!(stage.post("/repos/acme/api/issues/412/comments", &json!({ "body": "" })).await.status, 422);
}

#[tokio::test]
async fn the_timeline_shows_the_agent_start_and_finish() {
    let stage = Stage::open().await;
    let merged = stage.read("/repos/acme/api/issues/1281/timeline").await;
    let names = events(&merged);
    let at =
        |name: &str| names.iter().position(|event| *event == name).unwrap_or_else(|| panic!("{name} in {names:?}"));
    assert!(at("copilot_work_started") < at("copilot_work_finished"));
    assert!(at("copilot_work_finished") < at("ready_for_review"));
    assert!(at("reviewed") < at("merged"));
    assert_eq!(merged[at("copilot_work_started")]["performed_via_github_app"]["slug"], "copilot-swe-agent");
    assert!(
        events(&stage.read("/repos/acme/billing/issues/1293/timeline").await)
            .contains(&"copilot_work_finished_failure")
    );
    assert_eq!(stage.get("/repos/acme/api/issues/9/timeline").await.status, 404);
}

#[tokio::test]
async fn the_timeline_comes_in_pages_names_the_agents_commits_and_is_proved_unchanged() {
    let stage = Stage::open().await;
    let path = "/repos/acme/api/issues/1281/timeline";
    let whole = stage.read(&format!("{path}?per_page=100")).await;
    let commit = whole.as_array().unwrap().iter().find(|event| event["event"] == "committed").expect("a commit");
    assert!(commit["sha"].is_string() && commit["message"].is_string() && commit["committer"]["date"].is_string());
    assert!(commit.get("actor").is_none(), "a commit's people are names, not users");
    let (mut paged, mut at) = (Vec::new(), Some(format!("{path}?per_page=2")));
    while let Some(target) = at {
        let answer = stage.get(&target).await;
        paged.extend(answer.json().as_array().unwrap().clone());
        assert!(paged.len() <= whole.as_array().unwrap().len());
        at = answer.link("next").map(|url| url[url.find("/repos/").unwrap()..].to_owned());
    }
    assert_eq!(json!(paged), whole);
    let tag = stage.get(path).await.header("etag").expect("a tag").to_owned();
    let again = stage.ask("GET", path, &[("if-none-match", tag.as_str())], "").await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn an_issue_is_created_changed_and_closed() {
    let stage = Stage::open().await;
    let made = stage
        .post(
            "/repos/acme/web/issues",
            &json!({ "title": "Dark mode flickers", "body": "On load.", "labels": ["bug"] }),
        )
        .await;
    assert_eq!(made.status, 201);
    let number = made.json()["number"].clone();
    let target = format!("/repos/acme/web/issues/{number}");
    let closed =
        stage.patch(&target, &json!({ "state": "closed", "title": "Dark mode flickers on load" })).await.json();
    assert_eq!(
        (closed["state"].clone(), closed["title"].clone()),
        (json!("closed"), json!("Dark mode flickers on load"))
    );
    assert_eq!(stage.patch(&target, &json!({ "state": "open" })).await.json()["closed_at"], Value::Null);
    assert_eq!(stage.post("/repos/acme/web/issues", &json!({ "body": "x" })).await.status, 422);
}

#[tokio::test]
async fn assigning_the_agent_starts_a_task_from_the_issue() {
    let stage = Stage::open().await;
    let before = stage.tasks("acme/api").await.len();
    let body = json!({
        "assignees": ["copilot-swe-agent[bot]"],
        "agent_assignment": { "target_repo": "acme/api", "base_branch": "next", "custom_instructions": "Only in the gateway.", "custom_agent": "api-gardener" },
    });
    let answer = stage.post("/repos/acme/api/issues/1277/assignees", &body).await;
    assert_eq!(answer.status, 201);
    assert!(answer.json()["assignees"].as_array().unwrap().iter().any(|person| person["login"] == "Copilot"));
    assert_eq!(stage.tasks("acme/api").await.len(), before + 1);
    let task = stage.task_named("acme/api", "Return the request id").await;
    let session = &task["sessions"][0];
    assert!(session["prompt"].as_str().unwrap().ends_with("Only in the gateway."));
    assert_eq!(
        (session["base_ref"].clone(), task["custom_agent"]["id"].clone()),
        (json!("next"), json!("api-gardener"))
    );
    stage.post("/repos/acme/api/issues/1277/assignees", &body).await;
    assert_eq!(stage.tasks("acme/api").await.len(), before + 1, "assigned already: nothing new starts");
}

#[tokio::test]
async fn patch_replaces_the_assignees_and_post_adds_to_them() {
    let stage = Stage::open().await;
    let logins = |issue: &Value| -> Vec<String> {
        issue["assignees"].as_array().unwrap().iter().map(|one| one["login"].as_str().unwrap().to_owned()).collect()
    };
    stage.post("/repos/acme/api/issues/412/assignees", &json!({ "assignees": ["mona"] })).await;
    let two = stage.post("/repos/acme/api/issues/412/assignees", &json!({ "assignees": ["okafor"] })).await.json();
    assert_eq!(logins(&two), ["mona", "okafor"]);
    let one = stage.patch("/repos/acme/api/issues/412", &json!({ "assignees": ["lindqvist"] })).await.json();
    assert_eq!(logins(&one), ["lindqvist"]);
    assert_eq!(stage.patch("/repos/acme/api/issues/412", &json!({ "assignees": ["nobody"] })).await.status, 422);
}

#[tokio::test]
async fn assigning_leaves_its_marks_on_the_issue_and_the_pull_request_names_it() {
    let stage = Stage::open().await;
    let body = json!({ "assignees": ["copilot-swe-agent[bot]"], "agent_assignment": { "target_repo": "acme/api" } });
    stage.post("/repos/acme/api/issues/412/assignees", &json!({ "assignees": ["okafor"] })).await;
    let answer = stage.post("/repos/acme/api/issues/412/assignees", &body).await;
    let logins: Vec<_> =
        answer.json()["assignees"].as_array().unwrap().iter().map(|one| one["login"].clone()).collect();
    assert_eq!(logins, [json!("okafor"), json!("Copilot")], "the others stay");
    let timeline = "/repos/acme/api/issues/412/timeline";
    let marks = stage.read(timeline).await;
    assert_eq!(events(&marks), ["assigned", "assigned"]);
    assert_eq!(marks[1]["assignee"]["login"], "Copilot");
    assert_eq!(marks[1]["actor"]["login"], "mona");
    stage.pass(30);
    let marks = stage.read(timeline).await;
    assert_eq!(events(&marks), ["assigned", "assigned", "cross-referenced"]);
    let from = &marks[2]["source"]["issue"];
    assert!(marks[2].get("id").is_none(), "such an event has no id");
    assert_eq!(
        (from["user"]["login"].clone(), from["repository"]["full_name"].clone()),
        (json!("Copilot"), json!("acme/api"))
    );
    assert!(from.get("pull_request").is_some() && from["draft"] == true);
    assert!(from["body"].as_str().unwrap().contains("Fixes #412"));
    let task = stage.task_named("acme/api", "backs_off_until_deadline").await;
    let pull = stage.read(&format!("/repos/acme/api/pulls/{}", from["number"])).await;
    assert_eq!(task["artifacts"][0]["data"]["id"], pull["id"], "the task names the same pull request");
}

#[tokio::test]
async fn whom_the_service_does_not_let_be_assigned_it_leaves_out_in_silence() {
    let stage = Stage::open().await;
    let before = stage.tasks("acme/reports").await.len();
    let body = json!({ "assignees": ["copilot-swe-agent[bot]", "nobody-at-all", "okafor"] });
    let answer = stage.post("/repos/acme/reports/issues/58/assignees", &body).await;
    assert_eq!(answer.status, 201);
    let logins: Vec<_> =
        answer.json()["assignees"].as_array().unwrap().iter().map(|one| one["login"].clone()).collect();
    assert_eq!(logins, [json!("okafor")]);
    assert_eq!(stage.tasks("acme/reports").await.len(), before);
}

#[tokio::test]
async fn an_assignment_is_refused_with_the_documented_statuses() {
    let stage = Stage::open().await;
    let body = json!({ "assignees": ["copilot-swe-agent[bot]"] });
    let with = |details: Value| json!({ "assignees": ["copilot-swe-agent[bot]"], "agent_assignment": details });
    assert_eq!(stage.post("/repos/acme/api/issues/9/assignees", &body).await.status, 404);
    assert_eq!(stage.post("/repos/acme/nowhere/issues/9/assignees", &body).await.status, 404);
    assert_eq!(stage.post("/repos/acme/reports/issues/59/assignees", &body).await.status, 410);
    assert_eq!(stage.get("/repos/acme/reports/issues/59").await.status, 410);
    for details in [json!({ "base_branch": "no-such-branch" }), json!({ "target_repo": "acme/nowhere" })] {
        assert_eq!(stage.post("/repos/acme/api/issues/412/assignees", &with(details)).await.status, 422);
    }
    let read_only = [("authorization", "Bearer github_pat_readonly")];
    let denied = stage.ask("POST", "/repos/acme/api/issues/412/assignees", &read_only, &body.to_string()).await;
    assert_eq!(denied.status, 403);
    assert_eq!(stage.read("/repos/acme/api/issues/412").await["assignees"], json!([]), "nothing came of any of them");
}

#[tokio::test]
async fn issues_hold_null_bodies_and_hostile_words() {
    let stage = Stage::open().await;
    assert_eq!(stage.read("/repos/acme/reports/issues/61").await["body"], Value::Null);
    let hostile = stage.read("/repos/acme/web/issues/2011").await;
    let title = hostile["title"].as_str().unwrap();
    assert!(title.contains('\u{1b}') && title.contains('\u{202e}'), "{title:?}");
}
