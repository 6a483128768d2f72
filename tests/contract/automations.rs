//! `/agents/…/automations` over REST: shapes, pages, changes, refusals.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use atc::demo::Fault;
use serde_json::{Value, json};

use crate::openapi::spec;
use crate::stage::{REPOS, Stage};

pub const WITH: [&str; 3] = ["acme/billing", "acme/api", "acme/web"];

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("automation-schema.json")).expect("the schema is JSON"));

/// Panics with what does not fit the named shape.
pub fn fits(shape: &str, value: &Value) {
    let root = json!({ "$ref": format!("#/$defs/{shape}"), "$defs": SCHEMA["$defs"] });
    let validator = jsonschema::validator_for(&root).expect("the schema compiles");
    let faults: Vec<String> =
        validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{shape}: {faults:#?}");
}

pub fn base(repo: &str) -> String {
    format!("/agents/repos/{repo}/automations")
}

pub async fn all(stage: &Stage, repo: &str) -> Vec<Value> {
    let body = stage.read(&format!("{}?per_page=100", base(repo))).await;
    body["automations"].as_array().unwrap().clone()
}

/// The address of the automation with this name, and all of it.
pub async fn named(stage: &Stage, repo: &str, name: &str) -> (String, Value) {
    let list = all(stage, repo).await;
    let found = list.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no automation {name:?}"));
    let target = format!("{}/{}", base(repo), found["id"].as_str().unwrap());
    let detail = stage.read(&target).await;
    (target, detail)
}

pub async fn tasks_of(stage: &Stage, target: &str) -> Vec<Value> {
    let body = stage.read(&format!("{target}/tasks?per_page=100")).await;
    body["tasks"].as_array().unwrap().clone()
}

async fn every_answer_fits(stage: &Stage) {
    fits("mine", &stage.read("/agents/automations?per_page=100").await);
    for repo in WITH {
        let list = stage.read(&format!("{}?per_page=100", base(repo))).await;
        fits("list", &list);
        fits("tools", &stage.read(&format!("{}/available-tools", base(repo))).await);
        fits("offers", &stage.read(&format!("{}/available-triggers", base(repo))).await);
        for one in list["automations"].as_array().unwrap() {
            let target = format!("{}/{}", base(repo), one["id"].as_str().unwrap());
            let detail = stage.read(&target).await;
            fits("detail", &detail);
            for (key, value) in one.as_object().unwrap() {
                assert_eq!(&detail[key], value, "the summary and the whole agree on {key}");
            }
            let answer = stage.get(&format!("{target}/tasks?per_page=100")).await;
            let of_tasks = format!("/agents/repos/{repo}/tasks");
            let body = answer.text().replace("\"state\":\"paused\"", "\"state\":\"idle\"");
            assert_eq!(spec().check_response("GET", &of_tasks, 200, body.as_bytes()), Ok(()), "{target}");
        }
    }
}

#[tokio::test]
async fn every_answer_fits_the_contract_at_several_moments_of_the_world() {
    let stage = Stage::open().await;
    every_answer_fits(&stage).await;
    for seconds in [61, 7_200, 90_000, 400_000] {
        stage.pass(seconds);
        every_answer_fits(&stage).await;
    }
}

#[tokio::test]
async fn the_cast_has_one_of_each_kind_an_operator_should_look_at() {
    let stage = Stage::open().await;
    let mut all_of_them = Vec::new();
    for repo in WITH {
        for one in all(&stage, repo).await {
            let target = format!("{}/{}", base(repo), one["id"].as_str().unwrap());
            all_of_them.push(stage.read(&target).await);
        }
    }
    let any = |what: &str, test: &dyn Fn(&Value) -> bool| assert!(all_of_them.iter().any(test), "{what}");
    for key in ["interval", "schedule", "issues", "pull_request", "pull_request_review", "workflow_run", "automation"] {
        any(key, &|one| one["triggers"].get(key).is_some());
    }
    for cadence in ["hourly", "daily", "weekly"] {
        let named = |config: &Value| config.to_string().contains(&format!("\"{cadence}\""));
        any(cadence, &|one| ["interval", "schedule"].iter().any(|key| named(&one["triggers"][*key])));
    }
    any("by hand only", &|one| one["triggers"] == json!({}));
    any("a user's", &|one| one["owner_type"] == "user");
    any("a repository's", &|one| one["owner_type"] == "repository");
    any("switched off by the service", &|one| one["enabled"] == false && one["disabled_state"]["reason"].is_string());
    any("both switches", &|one| one["enabled"] == true && one["disabled"] == true);
    any("its limit reached", &|one| one["active_limit_reached"] == true);
    any("no limit", &|one| one["usage_limits"] == json!([]));
    any("writes everywhere", &|one| one["write_scope"] == "repository" && one["enabled"] == true);
    any("anybody can trigger it", &|one| one["require_actor_write_permission"] == false);
    any("what nobody knows", &|one| {
        one["triggers"]["secret_scanning_alert"]["validity"]["recheck_hours"] == 6 && one["escalation"].is_object()
    });
    let follows = |one: &Value| one["triggers"]["automation"]["automation_ids"][0].clone();
    any("a circle", &|one| all_of_them.iter().any(|other| follows(one) == other["id"] && follows(other) == one["id"]));
}

#[tokio::test]
async fn lists_are_cut_into_pages_that_link_to_each_other() {
    let stage = Stage::open().await;
    let whole = all(&stage, "acme/web").await;
    let mut seen = Vec::new();
    let mut next = Some(format!("{}?per_page=2", base("acme/web")));
    while let Some(target) = next {
        let answer = stage.get(&target).await;
        assert_eq!(answer.json()["total_count"], whole.len());
        seen.extend(answer.json()["automations"].as_array().unwrap().clone());
        let host = format!("http://{}", stage.server.addr());
        next = answer.link("next").map(|url| url.strip_prefix(&host).expect("our own host").to_owned());
    }
    assert_eq!(seen, whole);
    for query in ["per_page=0", "per_page=101", "page=0"] {
        for list in [base("acme/web"), "/agents/automations".to_owned()] {
            let answer = stage.get(&format!("{list}?{query}")).await;
            assert_eq!(answer.status, 422, "{list} {query}");
            fits("error", &answer.json());
        }
    }
}

#[tokio::test]
async fn the_callers_own_list_takes_its_filter_under_both_names() {
    let stage = Stage::open().await;
    let mine = stage.read("/agents/automations").await;
    let mine = mine.as_array().unwrap();
    assert!(mine.iter().all(|one| one["created_by"]["login"] == "mona"));
    let repos: BTreeSet<&str> = mine.iter().map(|one| one["repository"]["full_name"].as_str().unwrap()).collect();
    assert_eq!(repos.len(), 3);
    for name in ["owner_type", "type"] {
        let (mut users, mut repositories) = (0, 0);
        for one in stage.read(&format!("/agents/automations?{name}=user")).await.as_array().unwrap() {
            assert_eq!(one["owner_type"], "user");
            users += 1;
        }
        for one in stage.read(&format!("/agents/automations?{name}=repository")).await.as_array().unwrap() {
            assert_eq!(one["owner_type"], "repository");
            repositories += 1;
        }
        assert!(users > 0 && repositories > 0 && users + repositories == mine.len());
        assert_eq!(stage.get(&format!("/agents/automations?{name}=team")).await.status, 422);
    }
}

#[tokio::test]
async fn a_repository_that_everybody_can_see_has_no_such_paths_yet() {
    let stage = Stage::open().await;
    for tail in ["", "/available-tools", "/available-triggers", "/x", "/x/tasks"] {
        assert_eq!(stage.get(&format!("{}{tail}", base("acme/reports"))).await.status, 404, "{tail}");
    }
    let made = stage.post(&base("acme/reports"), &json!({ "name": "x", "prompt": "x" })).await;
    assert_eq!(made.status, 404);
    let own = stage.read("/repos/acme/reports").await;
    assert_eq!((own["private"].clone(), own["visibility"].clone()), (json!(false), json!("public")));
    for repo in REPOS {
        let settings = stage.read(&format!("/repos/{repo}/copilot/cloud-agent/configuration")).await;
        assert_eq!(settings["is_automations_enabled"], repo != "acme/reports");
        let needs = &settings["require_write_access_for_automation_triggers"];
        assert_eq!(*needs, ["acme/billing", "acme/web"].contains(&repo));
    }
}

#[tokio::test]
async fn tools_come_in_both_forms_and_a_servers_address_holds_a_password() {
    let stage = Stage::open().await;
    assert!(stage.read(&format!("{}/available-tools", base("acme/web"))).await.is_array());
    let groups = stage.read(&format!("{}/available-tools", base("acme/api"))).await;
    assert!(groups["mcp_servers"][0]["url"].as_str().unwrap().contains(":hunter2"));
}

#[tokio::test]
async fn rights_are_those_of_agent_tasks() {
    let stage = Stage::open().await;
    let (target, _) = named(&stage, "acme/billing", "Explain failed CI").await;
    let with = |token: &'static str, method: &'static str, target: String, body: &'static str| {
        let stage = &stage;
        async move { stage.ask(method, &target, &[("Authorization", &format!("Bearer {token}"))], body).await }
    };
    for token in ["ghp_readonly", "github_pat_x_notasks"] {
        assert_eq!(with(token, "GET", target.clone(), "").await.status, 200);
        let changes = [
            ("PATCH", target.clone(), r#"{"enabled":false}"#),
            ("DELETE", target.clone(), ""),
            ("POST", format!("{target}/tasks"), r#"{"event":"manual"}"#),
            ("POST", base("acme/billing"), r#"{"name":"x","prompt":"x"}"#),
        ];
        for (method, target, body) in changes {
            let refused = with(token, method, target, body).await;
            assert_eq!(refused.status, 403, "{token} {method}");
            fits("error", &refused.json());
        }
    }
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(with("ghs_x", method, target.clone(), "{}").await.status, 403, "installations are not supported");
    }
    assert_eq!(with("ghs_x", "GET", "/agents/automations".to_owned(), "").await.status, 403);
    let asked = with("github_pat_x", "GET", target.clone(), "").await;
    assert_eq!(asked.header("x-accepted-github-permissions"), Some("agent_tasks=read"));
    stage.server.archive(&"acme/billing".parse().unwrap());
    assert_eq!(stage.patch(&target, &json!({ "enabled": false })).await.status, 403);
    assert_eq!(stage.get(&target).await.status, 200);
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name_and_keeps_what_nobody_knows() {
    let stage = Stage::open().await;
    let (target, before) = named(&stage, "acme/web", "Rotate leaked secrets").await;
    let kind = [("Content-Type", "application/merge-patch+json")];
    let patch = json!({ "description": "New words.", "expected_revision_id": before["current_revision_id"] });
    stage.pass(60);
    let answer = stage.ask("PATCH", &target, &kind, &patch.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let after = answer.json();
    fits("detail", &after);
    for (key, value) in before.as_object().unwrap() {
        let changed = ["description", "current_revision_id", "updated_at"].contains(&key.as_str());
        assert_eq!(after[key] != *value, changed, "{key}: {value} then {}", after[key]);
    }
    assert_eq!(after["updated_at"], "2026-11-20T12:01:00Z");
    // The triggers it had may be sent back with others beside them.
    let mut triggers = before["triggers"].clone();
    triggers["interval"] = json!({ "cadence": ["weekly"], "day_of_week": 2, "hour_utc": 7, "minute_utc": 30 });
    let answer = stage.patch(&target, &json!({ "triggers": triggers, "later_key": { "kept": [1, null] } })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let whole = stage.read(&target).await;
    assert_eq!(whole["triggers"], triggers);
    assert_eq!(
        (whole["escalation"]["team"].clone(), whole["later_key"].clone()),
        (json!("security"), json!({ "kept": [1, null] }))
    );
    let nothing = stage.patch(&target, &json!({})).await.json();
    assert_eq!(nothing["current_revision_id"], whole["current_revision_id"], "no change, no revision");
}

#[tokio::test]
async fn a_stale_edit_is_a_conflict_and_changes_nothing() {
    let stage = Stage::open().await;
    let (target, before) = named(&stage, "acme/api", "Check the guides").await;
    let first = stage.patch(&target, &json!({ "name": "Check them all" })).await;
    assert_eq!(first.status, 200);
    let stale = json!({ "name": "Check none", "expected_revision_id": before["current_revision_id"] });
    let refused = stage.patch(&target, &stale).await;
    assert_eq!(refused.status, 409);
    fits("error", &refused.json());
    assert_eq!(stage.read(&target).await, first.json());
}

#[tokio::test]
async fn what_makes_no_automation_is_refused_and_nothing_is_kept_of_it() {
    let stage = Stage::open().await;
    let (target, before) = named(&stage, "acme/api", "Keep dependencies fresh").await;
    let daily = |hour: i64, minute: i64| json!({ "interval": { "cadence": ["daily"], "hour_utc": hour, "minute_utc": minute } });
    let bad = [
        json!({ "name": null }),
        json!({ "model": null }),
        json!({ "name": " " }),
        json!({ "name": "x".repeat(101) }),
        json!({ "prompt": "x".repeat(30_001) }),
        json!({ "enabled": "no" }),
        json!({ "owner_type": "user" }),
        json!({ "write_scope": "everything" }),
        json!({ "tools": ["fly"] }),
        json!({ "usage_limits": [{ "period": "year", "limit": 1 }] }),
        json!({ "usage_limits": [{ "period": "day", "limit": 0 }] }),
        json!({ "usage_limits": [{ "period": "day", "limit": 1 }, { "period": "day", "limit": 2 }] }),
        json!({ "triggers": daily(24, 0) }),
        json!({ "triggers": daily(4, 20) }),
        json!({ "triggers": { "interval": {} } }),
        json!({ "triggers": { "interval": { "cadence": ["yearly"] } } }),
        json!({ "triggers": { "full_moon": {} } }),
        json!({ "triggers": { "automation": { "automation_ids": [] } } }),
        json!({ "triggers": { "automation": { "automation_ids": ["nobody"] } } }),
        json!({ "triggers": { "workflow_run": { "types": ["completed"], "workflows": ["CI"] } } }),
    ];
    for patch in bad {
        let refused = stage.patch(&target, &patch).await;
        let words = patch.to_string().chars().take(90).collect::<String>();
        assert_eq!(refused.status, 422, "{words}");
        fits("error", &refused.json());
        assert!(refused.json()["errors"][0]["code"].is_string(), "{words}");
    }
    assert_eq!(stage.read(&target).await, before);
    let many = all(&stage, "acme/api").await.len();
    for body in [
        json!({ "prompt": "x" }),
        json!({ "name": "x" }),
        json!({ "name": "x", "prompt": 3 }),
        json!({ "name": "x", "prompt": "x", "owner_type": "team" }),
        json!({ "name": "x", "prompt": "x", "triggers": { "full_moon": {} } }),
    ] {
        let refused = stage.post(&base("acme/api"), &body).await;
        assert_eq!(refused.status, 422, "{body}");
        fits("error", &refused.json());
    }
    assert_eq!(stage.ask("POST", &base("acme/api"), &[], "{broken").await.status, 400);
    assert_eq!(all(&stage, "acme/api").await.len(), many);
}

#[tokio::test]
async fn what_is_created_is_there_and_what_is_deleted_leaves_its_tasks() {
    let stage = Stage::open().await;
    let body = json!({ "name": "Say hello", "prompt": "Say hello.", "tools": ["create_pull_request"], "later_key": 4 });
    let made = stage.post(&base("acme/api"), &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    fits_with_more(&made.json());
    let target = format!("{}/{}", base("acme/api"), made.json()["id"].as_str().unwrap());
    assert_eq!(made.header("location"), Some(format!("http://{}{target}", stage.server.addr()).as_str()));
    assert_eq!(stage.read(&target).await, made.json());
    assert_eq!((made.json()["owner_type"].clone(), made.json()["triggers"].clone()), (json!("user"), json!({})));
    assert_eq!(all(&stage, "acme/api").await[0]["name"], "Say hello", "the newest stands first");
    assert_eq!(stage.post(&format!("{target}/tasks"), &json!({ "event": "manual" })).await.status, 202);
    stage.pass(20);
    let started = tasks_of(&stage, &target).await;
    assert_eq!(started.len(), 1);
    let gone = stage.ask("DELETE", &target, &[], "").await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(stage.get(&target).await.status, 404);
    assert_eq!(stage.ask("DELETE", &target, &[], "").await.status, 404);
    let task = stage.detail("acme/api", started[0]["id"].as_str().unwrap()).await;
    assert_eq!(task["automation_id"], made.json()["id"]);
}

/// As [`fits`], for one that carries a key of its own.
fn fits_with_more(detail: &Value) {
    assert_eq!(detail["later_key"], 4);
    fits("detail", detail);
}

#[tokio::test]
async fn answers_carry_etags_and_are_counted_like_others() {
    let stage = Stage::open().await;
    for target in [base("acme/api"), "/agents/automations".to_owned(), format!("{}/available-tools", base("acme/api"))]
    {
        let first = stage.get(&target).await;
        let again = stage.ask("GET", &target, &[("If-None-Match", first.header("etag").unwrap())], "").await;
        assert_eq!(again.status, 304, "{target}");
        assert_eq!(
            first.header("x-ratelimit-remaining"),
            again.header("x-ratelimit-remaining"),
            "{target}: a 304 is free"
        );
        let third = stage.get(&target).await;
        let left =
            |answer: &crate::client::Answer| answer.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap();
        assert_eq!(left(&third) + 1, left(&again), "{target}");
    }
}

#[tokio::test]
async fn trouble_can_be_ordered_for_each_of_the_ten() {
    let stage = Stage::open().await;
    let (target, _) = named(&stage, "acme/api", "Chase flaky tests").await;
    let operations = [
        ("GET", "/agents/automations".to_owned(), "/agents/automations"),
        ("GET", base("acme/api"), "/agents/repos/*/*/automations"),
        ("POST", base("acme/api"), "/agents/repos/*/*/automations"),
        ("GET", format!("{}/available-tools", base("acme/api")), "/agents/repos/*/*/automations/available-tools"),
        ("GET", format!("{}/available-triggers", base("acme/api")), "/agents/repos/*/*/automations/available-triggers"),
        ("GET", target.clone(), "/agents/repos/*/*/automations/*"),
        ("PATCH", target.clone(), "/agents/repos/*/*/automations/*"),
        ("DELETE", target.clone(), "/agents/repos/*/*/automations/*"),
        ("GET", format!("{target}/tasks"), "/agents/repos/*/*/automations/*/tasks"),
        ("POST", format!("{target}/tasks"), "/agents/repos/*/*/automations/*/tasks"),
    ];
    for (method, target, path) in operations {
        stage.server.faults().clear();
        stage.server.faults().add(Fault::on(path).method(method).times(1).answer(503, &[("Retry-After", "3")], "busy"));
        let answer = stage.ask(method, &target, &[], "").await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("3")), "{method} {target}");
    }
    stage.server.faults().clear();
    assert_eq!(stage.get(&target).await.status, 200, "what was refused did not happen");
}
