//! Automations as the world's clock runs: when they fire, what comes of it, and when they do not.

use std::collections::{BTreeMap, BTreeSet};

use atc::domain::Instant;
use chrono::{Datelike, TimeDelta, Timelike};
use serde_json::{Value, json};

use crate::automations::{WITH, all, base, named, tasks_of};
use crate::stage::{Stage, last_session};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn time(value: &Value) -> Instant {
    value.as_str().unwrap().parse().unwrap()
}

/// When the tasks were made that came after the world opened, in their order.
async fn fired(stage: &Stage, target: &str, since: Instant) -> Vec<Instant> {
    let mut times: Vec<Instant> =
        tasks_of(stage, target).await.iter().map(|task| time(&task["created_at"])).filter(|at| *at > since).collect();
    times.sort_unstable();
    times
}

/// Every minute of a week of which `is` says yes, after `from`.
fn minutes(from: Instant, days: i64, is: impl Fn(Instant) -> bool) -> Vec<Instant> {
    let start = from.with_second(0).unwrap();
    (1..=days * 24 * 60).map(|n| start + TimeDelta::minutes(n)).filter(|at| is(*at)).collect()
}

async fn automations(stage: &Stage) -> Vec<(&'static str, String, Value)> {
    let mut found = Vec::new();
    for repo in WITH {
        for one in all(stage, repo).await {
            let target = format!("{}/{}", base(repo), one["id"].as_str().unwrap());
            let detail = stage.read(&target).await;
            found.push((repo, target, detail));
        }
    }
    found
}

/// All tasks of a repository, the archived ones too.
async fn whole_list(stage: &Stage, repo: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for archived in [false, true] {
        for page in 1.. {
            let target = format!("/agents/repos/{repo}/tasks?per_page=100&is_archived={archived}&page={page}");
            let part = stage.read(&target).await["tasks"].as_array().unwrap().clone();
            if part.is_empty() {
                break;
            }
            found.extend(part);
        }
    }
    found
}

#[tokio::test]
async fn schedules_fire_at_their_utc_times_for_a_week_whatever_summer_time_does() {
    // Clocks go back in Europe on the 25th of October and in America on the 1st of November, forward on the 28th of March
    // and on the 14th.
    for opens in ["2026-10-22T09:20:00Z", "2026-10-29T09:20:00Z", "2027-03-11T09:20:00Z", "2027-03-25T09:20:00Z"] {
        let from: Instant = opens.parse().unwrap();
        let stage = Stage::at(from, 7, 1.0).await;
        let (fresh, _) = named(&stage, "acme/api", "Keep dependencies fresh").await;
        let (coverage, _) = named(&stage, "acme/web", "Raise the coverage").await;
        let (bumps, _) = named(&stage, "acme/billing", "Bump dependencies weekly").await;
        for _ in 0..7 * 4 {
            stage.pass(6 * HOUR);
            stage.get("/user").await;
        }
        let daily = |hour, minute| minutes(from, 7, move |at| (at.hour(), at.minute()) == (hour, minute));
        assert_eq!(fired(&stage, &fresh, from).await, daily(4, 30), "{opens}");
        assert_eq!(fired(&stage, &coverage, from).await, daily(2, 45), "{opens}");
        let weekly = minutes(from, 7, |at| (at.weekday(), at.hour(), at.minute()) == (chrono::Weekday::Wed, 16, 0));
        assert_eq!((weekly.len(), fired(&stage, &bumps, from).await), (1, weekly), "{opens}");
    }
}

#[tokio::test]
async fn a_schedule_keeps_its_utc_times_in_a_fast_world_too() {
    let stage = Stage::with(7, 30.0).await;
    let from = stage.now();
    let hourly = json!({ "name": "Look", "prompt": "Look.", "triggers": { "interval": { "cadence": ["hourly"], "minute_utc": 45 } } });
    let made = stage.post(&base("acme/api"), &hourly).await.json();
    let target = format!("{}/{}", base("acme/api"), made["id"].as_str().unwrap());
    stage.pass(5 * HOUR);
    assert_eq!(fired(&stage, &target, from).await, minutes(from, 1, |at| at.minute() == 45)[..5]);
}

#[tokio::test]
async fn the_same_seed_has_the_same_automations_whatever_was_asked_between() {
    let (one, two, other) = (Stage::with(42, 3.0).await, Stage::with(42, 3.0).await, Stage::with(43, 3.0).await);
    for _ in 0..40 {
        one.pass(2 * HOUR);
        one.get("/user").await;
    }
    two.pass(80 * HOUR);
    other.pass(80 * HOUR);
    let (first, second) = (automations(&one).await, automations(&two).await);
    assert_eq!(first, second);
    assert_ne!(first, automations(&other).await);
    let bytes =
        |stage: &Stage, answer: crate::client::Answer| answer.text().replace(&stage.server.addr().to_string(), "here");
    for (_, target, _) in first {
        let tail = format!("{target}/tasks?per_page=100");
        assert_eq!(bytes(&one, one.get(&tail).await), bytes(&two, two.get(&tail).await));
    }
}

#[tokio::test]
async fn the_task_list_and_the_automations_lists_agree_at_every_moment() {
    let stage = Stage::with(5, 2.0).await;
    for seconds in [0, 900, 5 * HOUR, 20 * HOUR, 3 * DAY] {
        stage.pass(seconds);
        let mut by_automation: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        for (repo, target, detail) in automations(&stage).await {
            for task in tasks_of(&stage, &target).await {
                assert_eq!(task["automation_id"], detail["id"], "its own list always names it");
                assert!(time(&task["created_at"]) >= time(&detail["created_at"]));
                let of_repo = by_automation.entry(repo).or_default();
                let id = task["id"].as_str().unwrap().to_owned();
                assert!(
                    of_repo.insert(id, detail["id"].as_str().unwrap().to_owned()).is_none(),
                    "one task, one automation"
                );
            }
        }
        for repo in WITH {
            let tasks = whole_list(&stage, repo).await;
            let ids: BTreeSet<&str> = tasks.iter().map(|task| task["id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), tasks.len(), "no task twice in {repo}");
            let started = &by_automation[repo];
            assert!(started.keys().all(|id| ids.contains(id.as_str())), "{repo}");
            for task in &tasks {
                let said = task.get("automation_id").and_then(Value::as_str);
                let known = started.get(task["id"].as_str().unwrap()).map(String::as_str);
                // Older answers do not say it in ordinary lists.
                assert_eq!(said, known.filter(|_| repo != "acme/web"), "{repo}: {}", task["name"]);
            }
        }
    }
}

#[tokio::test]
async fn usage_is_what_the_tasks_really_cost() {
    let stage = Stage::open().await;
    for seconds in [0, 100, 30 * HOUR] {
        stage.pass(seconds);
        for (repo, target, detail) in automations(&stage).await {
            let mut costs: Vec<(Instant, i64)> = Vec::new();
            for task in tasks_of(&stage, &target).await {
                for session in stage.detail(repo, task["id"].as_str().unwrap()).await["sessions"].as_array().unwrap() {
                    costs.push((time(&session["created_at"]), session["usage"]["amount"].as_i64().unwrap_or(0)));
                }
            }
            let since = |from: Instant| costs.iter().filter(|(at, _)| *at >= from).map(|(_, nano)| nano).sum::<i64>();
            let now = stage.now();
            for (key, hours) in [("last_24_hours", 24), ("last_7_days", 168), ("last_30_days", 720)] {
                assert_eq!(detail["usage"][key], since(now - TimeDelta::hours(hours)), "{} {key}", detail["name"]);
            }
            let midnight = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
            for status in detail["usage_limit_status"].as_array().unwrap() {
                let from = match status["period"].as_str().unwrap() {
                    "day" => midnight,
                    "week" => midnight - TimeDelta::days(i64::from(now.weekday().num_days_from_monday())),
                    _ => midnight - TimeDelta::days(i64::from(now.day0())),
                };
                assert_eq!(status["used"], since(from), "{}", detail["name"]);
                let (used, limit) = (status["used"].as_i64().unwrap(), status["limit"].as_i64().unwrap());
                assert_eq!(status["reached"], used >= limit);
                assert!(time(&status["resets_at"]) > now);
            }
        }
    }
}

#[tokio::test]
async fn one_whose_limit_is_reached_starts_nothing_until_the_next_period() {
    let stage = Stage::open().await;
    let from = stage.now();
    let (target, detail) = named(&stage, "acme/billing", "Watch the dunning queue").await;
    assert_eq!(detail["active_limit_reached"], true);
    let refused = stage.post(&format!("{target}/tasks"), &json!({ "event": "manual" })).await;
    assert_eq!((refused.status, refused.json()["errors"][0]["code"].clone()), (422, json!("unprocessable")));
    stage.pass(6 * DAY);
    let times = fired(&stage, &target, from).await;
    let monday: Vec<Instant> = (0..3).map(|hour| format!("2026-11-23T0{hour}:15:00Z").parse().unwrap()).collect();
    assert_eq!(times, monday, "three runs cost more than a week may");
    let raised = json!({ "usage_limits": [{ "period": "week", "limit": 100_000_000_000_i64 }] });
    assert_eq!(stage.patch(&target, &raised).await.json()["active_limit_reached"], false);
    stage.pass(2 * HOUR);
    assert_eq!(fired(&stage, &target, from).await.len(), 5, "and every hour again");
}

#[tokio::test]
async fn what_is_switched_off_by_anybody_does_not_fire_and_what_is_switched_on_makes_up_for_nothing() {
    let stage = Stage::open().await;
    let from = stage.now();
    let (coverage, _) = named(&stage, "acme/web", "Raise the coverage").await;
    let (copy, _) = named(&stage, "acme/web", "Sweep the copy").await;
    assert_eq!(stage.patch(&coverage, &json!({ "enabled": false })).await.json()["enabled"], false);
    let refused = stage.post(&format!("{coverage}/tasks"), &json!({ "event": "manual" })).await;
    assert_eq!(refused.status, 422);
    stage.pass(5 * DAY);
    assert!(fired(&stage, &coverage, from).await.is_empty() && fired(&stage, &copy, from).await.is_empty());
    assert_eq!(stage.patch(&coverage, &json!({ "enabled": true })).await.status, 200);
    let on = stage.patch(&copy, &json!({ "enabled": true })).await.json();
    assert_eq!((on["enabled"].clone(), on["disabled"].clone()), (json!(true), json!(false)));
    let (leaks, _) = named(&stage, "acme/web", "Rotate leaked secrets").await;
    let on = stage.patch(&leaks, &json!({ "enabled": true })).await.json();
    assert_eq!((on["enabled"].clone(), on["disabled_state"].clone()), (json!(true), Value::Null));
    stage.pass(DAY);
    assert_eq!(fired(&stage, &coverage, from).await, ["2026-11-26T02:45:00Z".parse::<Instant>().unwrap()]);
}

#[tokio::test]
async fn a_run_asked_for_is_accepted_comes_later_and_sometimes_never() {
    let stage = Stage::open().await;
    let (target, detail) = named(&stage, "acme/web", "Draft release notes").await;
    let before = tasks_of(&stage, &target).await.len();
    for (nth, comes) in [(1, true), (2, false), (3, true)] {
        let asked = tasks_of(&stage, &target).await.len();
        let answer = stage.post(&format!("{target}/tasks"), &json!({ "event": "manual" })).await;
        assert_eq!(answer.status, 202);
        assert!(answer.json().get("id").is_none(), "an acknowledgement is not a task");
        assert_eq!(tasks_of(&stage, &target).await.len(), asked, "not at once");
        stage.pass(10);
        let now = tasks_of(&stage, &target).await;
        assert_eq!(now.len() > asked, comes, "run {nth}");
        stage.pass(HOUR);
    }
    let tasks = tasks_of(&stage, &target).await;
    assert_eq!(tasks.len(), before + 2);
    let task = stage.detail("acme/web", tasks[0]["id"].as_str().unwrap()).await;
    assert!(last_session(&task)["prompt"].as_str().unwrap().starts_with(detail["prompt"].as_str().unwrap().trim()));
    let run = stage.run_of("acme/web", &task).await;
    assert_eq!((run["status"].clone(), run["event"].clone()), (json!("completed"), json!("dynamic")));
    assert!(stage.log(last_session(&task)["id"].as_str().unwrap()).await.is_some());
    assert!(task["artifacts"].as_array().unwrap().iter().any(|artifact| artifact["type"] == "pull"));
}

#[tokio::test]
async fn a_run_by_hand_needs_what_its_event_needs() {
    let stage = Stage::open().await;
    let (issues, _) = named(&stage, "acme/api", "Chase flaky tests").await;
    let (ci, _) = named(&stage, "acme/billing", "Explain failed CI").await;
    let (guides, _) = named(&stage, "acme/api", "Check the guides").await;
    let (fresh, _) = named(&stage, "acme/api", "Keep dependencies fresh").await;
    let url = "https://api.github.com/repos/acme/api/issues/412";
    let run = "https://api.github.com/repos/acme/billing/actions/runs/1";
    for (target, body, status) in [
        (&issues, json!({}), 422),
        (&issues, json!({ "event": 4 }), 422),
        (&issues, json!({ "event": "interval" }), 422),
        (&issues, json!({ "event": "issues" }), 422),
        (&issues, json!({ "event": "issues", "type": "labeled" }), 422),
        (&issues, json!({ "event": "issues", "type": "closed", "resource_url": url }), 422),
        (&issues, json!({ "event": "issues", "type": "labeled", "resource_url": "412" }), 422),
        (&issues, json!({ "event": "issues", "type": "labeled", "resource_url": url }), 202),
        (&ci, json!({ "event": "workflow_run", "type": "completed", "resource_url": run }), 422),
        (&ci, json!({ "event": "workflow_run", "type": "completed", "resource_url": run, "conclusion": "sad" }), 422),
        (
            &ci,
            json!({ "event": "workflow_run", "type": "completed", "resource_url": run, "conclusion": "failure" }),
            202,
        ),
        (&guides, json!({ "event": "automation" }), 422),
        (&fresh, json!({ "event": "interval" }), 202),
    ] {
        let answer = stage.post(&format!("{target}/tasks"), &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_label_starts_the_one_that_waits_for_it_and_no_other_label_does() {
    let stage = Stage::open().await;
    let (target, _) = named(&stage, "acme/api", "Chase flaky tests").await;
    let before = tasks_of(&stage, &target).await.len();
    stage.patch("/repos/acme/api/issues/1277", &json!({ "labels": ["enhancement", "bug"] })).await;
    stage.patch("/repos/acme/api/issues/412", &json!({ "labels": ["flaky"] })).await;
    stage.pass(30);
    assert_eq!(tasks_of(&stage, &target).await.len(), before, "neither is new");
    stage.patch("/repos/acme/api/issues/1277", &json!({ "labels": ["enhancement", "flaky"] })).await;
    stage.post("/repos/acme/api/issues", &json!({ "title": "Fails at night", "labels": ["flaky", "bug"] })).await;
    stage.post("/repos/acme/billing/issues", &json!({ "title": "Elsewhere", "labels": ["flaky"] })).await;
    stage.pass(30);
    let tasks = tasks_of(&stage, &target).await;
    assert_eq!(tasks.len(), before + 2);
    let mut about = BTreeSet::new();
    for task in &tasks[..2] {
        let detail = stage.detail("acme/api", task["id"].as_str().unwrap()).await;
        about.insert(last_session(&detail)["prompt"].as_str().unwrap().lines().last().unwrap().to_owned());
    }
    assert_eq!(about.len(), 2);
    assert!(about.iter().any(|line| line.contains("#1277 was labeled")), "{about:?}");
}

#[tokio::test]
async fn a_failed_run_starts_the_one_that_explains_it() {
    let stage = Stage::open().await;
    let (target, _) = named(&stage, "acme/billing", "Explain failed CI").await;
    let before = tasks_of(&stage, &target).await.len();
    let runs = stage.read("/repos/acme/billing/actions/runs?event=pull_request&per_page=100").await;
    let failed =
        runs["workflow_runs"].as_array().unwrap().iter().find(|run| run["conclusion"] == "failure").unwrap().clone();
    let target_run = format!("/repos/acme/billing/actions/runs/{}", failed["id"]);
    assert_eq!(stage.post(&format!("{target_run}/rerun-failed-jobs"), &json!({})).await.status, 201);
    stage.pass(15);
    assert_eq!(tasks_of(&stage, &target).await.len(), before, "it still runs");
    stage.pass(120);
    assert_eq!(stage.read(&target_run).await["conclusion"], "failure");
    let tasks = tasks_of(&stage, &target).await;
    assert_eq!(tasks.len(), before + 1);
    stage.pass(HOUR);
    assert_eq!(tasks_of(&stage, &target).await.len(), before + 1, "once");
}

#[tokio::test]
async fn a_review_that_asks_for_changes_starts_the_one_that_sorts_them() {
    let stage = Stage::open().await;
    let (target, _) = named(&stage, "acme/web", "Sort what a review asks for").await;
    let before = tasks_of(&stage, &target).await.len();
    let pulls = stage.read("/repos/acme/web/pulls?state=open&per_page=100").await;
    let number =
        pulls.as_array().unwrap().iter().find(|pull| pull["number"] == 2034).expect("it is open")["number"].clone();
    let reviews = format!("/repos/acme/web/pulls/{number}/reviews");
    for (event, more) in [("COMMENT", 0), ("REQUEST_CHANGES", 1)] {
        let answer = stage.post(&reviews, &json!({ "event": event, "body": "The second step is missing." })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        stage.pass(30);
        assert_eq!(tasks_of(&stage, &target).await.len(), before + more, "{event}");
    }
}

#[tokio::test]
async fn a_pull_request_with_a_migration_starts_the_one_that_reads_it_and_an_automations_own_does_not() {
    let stage = Stage::with(7, 12.0).await;
    let (target, _) = named(&stage, "acme/billing", "Read every migration").await;
    let from = stage.now();
    stage.pass(HOUR);
    let tasks: Vec<Value> =
        tasks_of(&stage, &target).await.into_iter().filter(|task| time(&task["created_at"]) > from).collect();
    assert!(!tasks.is_empty(), "a migration came in half a day");
    for task in &tasks {
        let detail = stage.detail("acme/billing", task["id"].as_str().unwrap()).await;
        let prompt = last_session(&detail)["prompt"].as_str().unwrap().to_owned();
        let number = prompt.split('#').nth(1).unwrap().split(' ').next().unwrap().to_owned();
        let files = stage.read(&format!("/repos/acme/billing/pulls/{number}/files")).await;
        assert!(files.to_string().contains("src/main/resources/db/"), "{number}");
    }
}

#[tokio::test]
async fn two_that_follow_each_other_stop_after_a_few() {
    let stage = Stage::open().await;
    let from = stage.now();
    let (guides, _) = named(&stage, "acme/api", "Refresh the guides").await;
    let (check, _) = named(&stage, "acme/api", "Check the guides").await;
    assert_eq!(stage.post(&format!("{check}/tasks"), &json!({ "event": "manual" })).await.status, 202);
    stage.pass(10);
    assert_eq!((fired(&stage, &check, from).await.len(), fired(&stage, &guides, from).await.len()), (1, 0));
    let first = tasks_of(&stage, &check).await[0].clone();
    let done = || async { stage.detail("acme/api", first["id"].as_str().unwrap()).await["state"] == "completed" };
    while !done().await {
        assert_eq!(fired(&stage, &guides, from).await.len(), 0, "not before the first has completed");
        stage.pass(5);
    }
    stage.pass(10);
    assert_eq!(fired(&stage, &guides, from).await.len(), 1);
    stage.pass(2 * DAY);
    assert_eq!((fired(&stage, &check, from).await.len(), fired(&stage, &guides, from).await.len()), (2, 1));
}

#[tokio::test]
async fn nothing_fires_in_an_archived_repository() {
    let stage = Stage::open().await;
    let from = stage.now();
    stage.server.archive(&"acme/api".parse().unwrap());
    stage.pass(3 * DAY);
    let (fresh, _) = named(&stage, "acme/api", "Keep dependencies fresh").await;
    assert!(fired(&stage, &fresh, from).await.is_empty());
}

#[tokio::test]
async fn a_long_jump_of_the_clock_makes_no_storm() {
    let stage = Stage::open().await;
    let body = json!({ "name": "Look", "prompt": "Look.", "triggers": { "interval": { "cadence": ["hourly"] } } });
    let made = stage.post(&base("acme/api"), &body).await.json();
    let target = format!("{}/{}", base("acme/api"), made["id"].as_str().unwrap());
    stage.pass(30 * DAY);
    let now = stage.now();
    let mut tasks = Vec::new();
    for page in 1..=4 {
        let part = stage.read(&format!("{target}/tasks?per_page=100&page={page}")).await;
        tasks.extend(part["tasks"].as_array().unwrap().clone());
    }
    assert_eq!(tasks.len(), 8 * 24, "what was missed longer ago is dropped");
    assert!(tasks.iter().all(|task| now - time(&task["created_at"]) <= TimeDelta::days(8)));
    let begun_now = whole_list(&stage, "acme/api").await;
    let young = begun_now.iter().filter(|task| now - time(&task["created_at"]) < TimeDelta::minutes(30)).count();
    assert!(young < 5, "{young} began just now");
}

#[tokio::test]
async fn most_runs_of_one_fail_and_nobody_reviews_those_of_another() {
    let stage = Stage::open().await;
    let (coverage, _) = named(&stage, "acme/web", "Raise the coverage").await;
    let runs = tasks_of(&stage, &coverage).await;
    let failed = runs.iter().filter(|task| task["state"] == "failed").count();
    assert!(runs.len() >= 6 && failed * 2 > runs.len(), "{failed} of {}", runs.len());
    let (bumps, _) = named(&stage, "acme/billing", "Bump dependencies weekly").await;
    let ids: Vec<i64> = tasks_of(&stage, &bumps)
        .await
        .iter()
        .flat_map(|task| task["artifacts"].as_array().unwrap().clone())
        .filter(|artifact| artifact["type"] == "pull")
        .map(|artifact| artifact["data"]["id"].as_i64().unwrap())
        .collect();
    assert!(ids.len() >= 4);
    let pulls = stage.read("/repos/acme/billing/pulls?state=all&per_page=100").await;
    let own = pulls.as_array().unwrap().iter().filter(|pull| ids.contains(&pull["id"].as_i64().unwrap()));
    for pull in own {
        assert_eq!(pull["state"], "open");
        let reviews = stage.read(&format!("/repos/acme/billing/pulls/{}/reviews", pull["number"])).await;
        assert_eq!(reviews, json!([]));
    }
}

#[tokio::test]
async fn no_time_is_still_to_come_and_the_list_of_work_keeps_its_size() {
    let stage = Stage::with(9, 20.0).await;
    let before = stage.every_task().await.len();
    stage.pass(6 * HOUR);
    let now = stage.now();
    for (_, target, detail) in automations(&stage).await {
        assert!(time(&detail["updated_at"]) <= now);
        for task in tasks_of(&stage, &target).await {
            assert!(time(&task["created_at"]) <= now && time(&task["updated_at"]) <= now, "{}", task["name"]);
        }
    }
    let after = stage.every_task().await.len();
    assert!(after <= before + 50, "{before} then {after}");
}
